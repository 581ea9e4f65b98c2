//! `checks`: what the rules are, whether their proofs hold, and a beginning for a rule of one's own.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::check_time::CheckTime;
use super::chosen_checks::{ChosenChecks, check_files, every_check, named};
use super::printing::print;
use super::{Exit, Stop};
use crate::audit::{
    self, Allowance, Compiled, Family, Rehearsal, citation, compile, lacking_proof, read_folder,
};
use crate::catalogue::{self, Kind, Origin};
use crate::model::{counted, day_of};
use crate::report::check_page::{self, Page};
use crate::report::checks as report;

/// List, show and test the checks, and begin new ones
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

/// What to do with checks.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// One line for each check
    List {
        #[command(flatten)]
        chosen: ChosenChecks,
    },
    /// About one check: why it is there, what to do, where it comes from, what it reads
    Show {
        /// Its id
        id: String,
        /// A folder of your own checks
        #[arg(long, value_name = "FOLDER", env = "TWILIO_AUDIT_CHECKS_DIR")]
        checks_dir: Option<PathBuf>,
        /// Print its file too, with the query and the examples
        #[arg(long)]
        file: bool,
        /// How to print it: `markdown` makes a page of it, with the query
        #[arg(long, value_enum, default_value_t = ShowFormat::Text, env = "TWILIO_AUDIT_FORMAT")]
        format: ShowFormat,
    },
    /// Run the examples of checks, and say what they leave unproven
    #[command(after_help = EXIT_CODES)]
    Test {
        /// A folder of checks [default: the built-in ones]
        folder: Option<PathBuf>,
        #[command(flatten)]
        check_time: CheckTime,
    },
    /// Write a first version of a check, to be changed
    New {
        /// Its id: lower-case letters, digits and hyphens
        id: String,
        /// The group it belongs to
        #[arg(long, value_enum, default_value_t = Family::PhiHandling)]
        family: Family,
        /// The folder of your own checks
        #[arg(long, value_name = "FOLDER", default_value = "checks", env = "TWILIO_AUDIT_CHECKS_DIR")]
        checks_dir: PathBuf,
    },
}

const EXIT_CODES: &str = "\
Exit codes:
  0    every example comes out as it says
  1    one does not, or something is unproven
  2    the command line is wrong, or a check cannot be used
  5    internal error";

/// How one check is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum ShowFormat {
    /// For a terminal
    Text,
    /// A page for a book or a wiki
    Markdown,
}

/// Runs the command.
///
/// # Errors
///
/// When a check cannot be used, there is none of this name, or something cannot be written.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    match &args.command {
        Command::List { chosen } => list(chosen),
        Command::Show { id, checks_dir, file, format } => show(id, checks_dir.as_deref(), *file, *format),
        Command::Test { folder, check_time } => test(folder.as_deref(), check_time.allowance()),
        Command::New { id, family, checks_dir } => begin(id, *family, checks_dir),
    }
}

fn list(chosen: &ChosenChecks) -> Result<Exit, Stop> {
    let chosen = chosen.choose(Allowance::default())?;
    let catalogue = chosen.ready()?;
    let checks: Vec<_> = catalogue.checks.iter().map(summary).collect();
    print(|out| report::list(&checks, out))?;
    Ok(Exit::Complete)
}

fn show(id: &str, checks_dir: Option<&Path>, with_file: bool, format: ShowFormat) -> Result<Exit, Stop> {
    let checks = every_check(checks_dir)?;
    let compiled = named(id, &checks)?;
    print(|out| match format {
        ShowFormat::Text => {
            report::show(&summary(compiled), with_file.then(|| compiled.check.file_content()), out)
        }
        ShowFormat::Markdown => check_page::page(&page(compiled), out),
    })?;
    Ok(Exit::Complete)
}

/// What the page of a check tells.
pub fn page(compiled: &Compiled) -> Page<'_> {
    let check = &compiled.check;
    let expected = check.examples.iter().flat_map(|example| example.expect.values());
    // What is taken out of the answer about another kind needs what that one needs.
    let source = |kind: &'static Kind| match kind.origin {
        Origin::Derived { from, .. } => catalogue::kind(from),
        Origin::Request(_) => Some(kind),
    };
    let permission = |kind| source(kind)?.endpoint()?.permission;
    let asks = |paragraph: &String| {
        citation(paragraph).map(|known| format!("{} ({})", known.asks, known.duty.as_str()))
    };
    Page {
        summary: summary(compiled),
        notes: check.notes(),
        judges: check.scope.in_words(),
        permissions: compiled.reads.iter().map(|kind| (kind.name, permission(kind))).collect(),
        corroborates: &check.corroborates,
        citations: check.citations.iter().map(|paragraph| (paragraph.as_str(), asks(paragraph))).collect(),
        outcomes: expected.filter_map(|outcome| outcome.split(':').next()).collect(),
        examples: check.examples.iter().map(|example| example.name.as_str()).collect(),
        fixes: check_page::fix_lines(&check.subject, &check.fixes),
        no_fix: &check.no_fix,
        query: &check.query,
    }
}

fn summary(compiled: &Compiled) -> report::Summary<'_> {
    report::Summary {
        rule: compiled.check.rule(),
        reads: compiled.reads.iter().map(|kind| kind.name).collect(),
        examples: compiled.check.examples.len(),
        file: compiled.check.file_name(),
    }
}

fn test(folder: Option<&Path>, allowance: Allowance) -> Result<Exit, Stop> {
    let checks = match folder {
        Some(folder) => read_folder(folder).and_then(compile).map_err(Stop::with(Exit::Usage))?,
        None => audit::built_in().and_then(compile).map_err(Stop::with(Exit::Broken))?,
    };
    if checks.is_empty() {
        let place = folder.map(|folder| folder.display().to_string()).unwrap_or_default();
        return Err(Stop::new(Exit::Usage, anyhow!("there is no check (no file *.toml) in {place}")));
    }
    let mut rehearsal = Rehearsal::new().map_err(Stop::with(Exit::Broken))?.within(allowance);
    let mut faulty = 0;
    let mut examples = 0;
    let mut lines = Vec::new();
    for compiled in &checks {
        examples += compiled.check.examples.len();
        let unsettled = rehearsal.unproven_settlements(compiled).into_iter();
        let unsettled = unsettled.map(|lack| format!("{}: {lack}", compiled.check.file_name()));
        let mismatches = rehearsal.run(compiled).into_iter().map(|mismatch| mismatch.to_string());
        let lacking =
            lacking_proof(compiled).into_iter().map(|lack| format!("{}: {lack}", compiled.check.file_name()));
        let complaints: Vec<String> = mismatches.chain(lacking).chain(unsettled).collect();
        faulty += usize::from(!complaints.is_empty());
        lines.extend(complaints);
    }
    let (number, examples) = (counted(checks.len(), "check"), counted(examples, "example"));
    print(|out| {
        lines.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        match faulty {
            0 => writeln!(out, "{number}, {examples}: all as they should be"),
            _ => writeln!(out, "{number}, {examples}: not proven: {}", counted(faulty, "check")),
        }
    })?;
    Ok(if faulty == 0 { Exit::Complete } else { Exit::Faults })
}

/// What a new check looks like. It passes its tests, so that each change to it can be seen to matter.
const TEMPLATE: &str = include_str!("new_check.toml");

fn begin(id: &str, family: Family, folder: &Path) -> Result<Exit, Stop> {
    if check_files(None)?.iter().any(|check| check.id == id) {
        return Err(Stop::new(Exit::Usage, anyhow!("there is a built-in check `{id}`: choose another id")));
    }
    let today = day_of(jiff::Timestamp::now());
    let content =
        TEMPLATE.replace("ID", id).replace("FAMILY", family.as_str()).replace("TODAY", &today.to_string());
    let path = folder.join(format!("{id}.toml"));
    audit::Check::parse(&path.display().to_string(), &content).map_err(Stop::with(Exit::Usage))?;
    write_new(&path, &content)
        .with_context(|| format!("cannot write {}", path.display()))
        .map_err(Stop::of_path)?;
    print(|out| {
        writeln!(out, "{} is there. Change it, and run:\n", path.display())?;
        writeln!(out, "  twilio-audit checks test {}", folder.display())?;
        writeln!(out, "  twilio-audit scan --checks-dir {} --check {id}", folder.display())
    })?;
    Ok(Exit::Complete)
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, content: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    OpenOptions::new().write(true).create_new(true).open(path)?.write_all(content.as_bytes())
}
