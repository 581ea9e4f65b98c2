//! `review`: findings go out to a spreadsheet, and decisions come back.

use std::io;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use jiff::Timestamp;

use super::chosen_scan::ChosenScan;
use super::decided_table::{Read, read_table};
use super::printing::print;
use super::replacing::replace_file;
use super::reporting::Layout;
use super::scan_setting::{read_declared, reviews_beside};
use super::stored_scan::StoredScan;
use super::{Exit, Stop};
use crate::intent::Intent;
use crate::model::{day_of, trouble};
use crate::report::{self, DecisionLine, Format, Options};
use crate::review::{Change, Decided, Ledger};

/// Take findings to a spreadsheet and decisions back
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Export(Export),
    Import(Import),
}

/// Write the findings of a scan as CSV, to be decided
///
/// Fill the columns decision (accept, false_positive, fixed or attest), decision_reason, decision_by and
/// decision_expires, save as CSV UTF-8, and give the file to `review import`.
#[derive(Debug, clap::Args)]
struct Export {
    #[command(flatten)]
    scan: ChosenScan,
    /// Write a new file instead of printing
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
    #[command(flatten)]
    layout: Layout,
}

/// Enter the decisions of a CSV file into reviews.toml
///
/// Every cell is held against the scan that it comes from. Where one breaks a rule, each is named with its row and
/// column, and nothing is written. The next scan reads reviews.toml beside audit.toml. The scan that the table names is
/// looked for beside the named one too.
#[derive(Debug, clap::Args)]
struct Import {
    /// The table, as a spreadsheet saved it
    #[arg(value_name = "FILE")]
    table: PathBuf,
    #[command(flatten)]
    scan: ChosenScan,
    /// Say what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// What was declared [default: audit.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_CONFIG")]
    config: Option<PathBuf>,
    /// Where the decisions are kept [default: reviews.toml beside audit.toml]
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_REVIEWS")]
    reviews: Option<PathBuf>,
}

/// Runs the command.
///
/// # Errors
///
/// When there is no such scan, a decision breaks a rule, or something cannot be written.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    match &args.command {
        Command::Export(args) => export(args),
        Command::Import(args) => import(args),
    }
}

fn export(args: &Export) -> Result<Exit, Stop> {
    let StoredScan { scan, store } = StoredScan::open(args.scan.folder())?;
    let options = Options { all_outcomes: false, fail_on: None, csv: args.layout.csv() };
    match &args.to {
        Some(path) => report::write_file(path, |out| Format::Csv.write(&scan, &store, options, out))
            .map_err(Stop::of_path)?,
        None => print(|out| Format::Csv.write(&scan, &store, options, out))?,
    }
    Ok(Exit::Complete)
}

fn import(args: &Import) -> Result<Exit, Stop> {
    let today = day_of(Timestamp::now());
    let Read { decided, remarks } = read_table(&args.table, args.scan.folder(), today)?;
    let path = args.reviews.clone().unwrap_or_else(|| reviews_beside(args.config.as_deref()));
    let name = path.display().to_string();
    let usage = Stop::with::<anyhow::Error>;
    let before = text_of(&path)?;
    let mut ledger =
        Ledger::open(before.as_deref(), &name).map_err(|error| usage(Exit::Usage)(anyhow!("{error}")))?;
    let changes = ledger.enter(&decided);
    let text = ledger.text();
    let reviews = Intent::parse_reviews(&text, &name).map_err(Stop::with(Exit::Usage))?;
    reviews.validate(today).map_err(Stop::with(Exit::Usage))?;
    let declared = read_declared(args.config.as_deref())?.unwrap_or_default();
    declared.join(reviews).map_err(Stop::with(Exit::Usage))?;
    let new: Vec<(&Decided, Change)> =
        decided.iter().zip(changes).filter(|(_, change)| *change != Change::Nothing).collect();
    let known = decided.len() - new.len();
    print(|out| {
        remarks.iter().try_for_each(|remark| io::Write::write_fmt(out, format_args!("{remark}\n")))?;
        tell(&new, known, out)
    })?;
    if new.is_empty() {
        return say(&format!("Nothing to write into {name}."));
    }
    if args.dry_run {
        return say(&format!("Nothing is written: without --dry-run this goes into {name}."));
    }
    if text_of(&path)? != before {
        return Err(Stop::new(
            Exit::Broken,
            anyhow!("{name} was changed meanwhile, and is left as it is: import again"),
        ));
    }
    replace_file(&path, &text).map_err(Stop::of_path)?;
    say(&format!("Written into {name}, which the next scan reads."))
}

/// What stands in the file; nothing where there is none.
fn text_of(path: &Path) -> Result<Option<String>, Stop> {
    // A pipe could keep us waiting for ever.
    if path.exists() && !path.is_file() {
        return Err(Stop::new(Exit::Usage, anyhow!("{} is no file", path.display())));
    }
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            Err(Stop::new(Exit::Usage, anyhow!("cannot read {}: {}", path.display(), trouble(&error))))
        }
    }
}

fn tell(new: &[(&Decided, Change)], known: usize, out: &mut impl io::Write) -> io::Result<()> {
    if known > 0 {
        writeln!(out, "Entered already: {known}.")?;
    }
    if new.is_empty() {
        return Ok(());
    }
    let ends: Vec<String> =
        new.iter().map(|(one, _)| one.until.map(|day| day.to_string()).unwrap_or_default()).collect();
    let lines = new.iter().zip(&ends).map(|((one, change), until)| DecisionLine {
        finding: &one.finding,
        check: &one.check,
        blocks_go_live: one.blocks_go_live,
        decision: one.word.as_str(),
        until,
        by: &one.by,
        before: match change {
            Change::Replaces(word) => word.as_str(),
            Change::New | Change::Nothing => "",
        },
    });
    report::decisions(lines, out)
}

fn say(what: &str) -> Result<Exit, Stop> {
    print(|out| io::Write::write_fmt(out, format_args!("{what}\n")))?;
    Ok(Exit::Complete)
}
