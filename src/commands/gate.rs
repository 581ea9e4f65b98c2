//! `gate`: may PHI go live? Says so by its exit code too.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};

use super::chosen_scan::ChosenScan;
use super::duration::duration;
use super::printing::print;
use super::stored_scan::StoredScan;
use super::verify::Trusted;
use super::{Exit, Stop};
use crate::model::{Problem, Verdict};
use crate::report::{self, AsOf, GateFormat, Seal};

/// Say of each PHI account whether PHI may go live, and why
///
/// Reads a finished scan. READY means that every blocking check was assessed, and is met, does not apply, or was accepted
/// and is listed; NOT READY that one fails, and CANNOT SAY that one could not be decided. A scan that is too old, or a word of a person that ran out since, turns READY into
/// CANNOT SAY. For example:
///
/// `twilio-audit gate --format html > statement.html`
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Args {
    #[command(flatten)]
    scan: ChosenScan,
    /// What is printed
    #[arg(long, value_enum, default_value_t = GateFormat::Table, env = "TWILIO_AUDIT_GATE_FORMAT")]
    format: GateFormat,
    /// Write gate.html and gate.json into this folder too; none that is there is replaced
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// How old the scan may be, as in 36h or 7d
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "7d", env = "TWILIO_AUDIT_MAX_AGE")]
    max_age: SignedDuration,
    #[command(flatten)]
    trusted: Trusted,
    /// Print the JSON Schema of gate.json instead, and read no scan
    #[arg(long, conflicts_with = "to")]
    schema: bool,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    READY: every active PHI account is
  1    NOT READY: one at least is not
  2    the command line is wrong, or there is no such scan
  3    CANNOT SAY of one at least, and none is not ready
  5    internal error, or files could not be written";

/// Runs the command.
///
/// # Errors
///
/// When there is no such scan, or something cannot be written.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    if args.schema {
        print(|out| writeln!(out, "{}", report::gate_schema()))?;
        return Ok(Exit::Complete);
    }
    // `latest` may lead to another scan a moment later: what is read and what is verified are one.
    let folder = args.scan.folder();
    let folder = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let stored = StoredScan::open(&folder)?;
    let seal = seal_of(&folder, &args.trusted)?;
    let as_of = AsOf { moment: Timestamp::now(), max_age: Some(args.max_age), seal: Some(&seal) };
    if let Some(folder) = &args.to {
        write_files(&stored, as_of, folder)?;
    }
    // Written whole before it is printed: whoever closes the pipe early changes no verdict.
    let mut statement = Vec::new();
    let verdict = report::gate(&stored.scan, &stored.store, as_of, args.format, &mut statement)
        .map_err(Stop::with(Exit::Broken))?;
    print(|out| out.write_all(&statement))?;
    Ok(match verdict {
        Verdict::Ready => Exit::Complete,
        Verdict::NotReady => Exit::Faults,
        Verdict::CannotSay => Exit::Incomplete,
    })
}

/// Whether the scan is as it was sealed. Of one that is not, nobody can say anything.
fn seal_of(folder: &Path, trusted: &Trusted) -> Result<Seal, Stop> {
    let verification = trusted.verify_scan(folder)?;
    let sentence = |problem: &Problem| format!("{} {}", problem.file, problem.sentence).trim().to_owned();
    let scan = verification.scans.first();
    Ok(Seal {
        manifest_sha256: verification
            .newest
            .first()
            .map(|seal| seal.manifest_sha256.clone())
            .unwrap_or_default(),
        intact: verification.is_clean(),
        signature: scan.map_or("none", |scan| scan.signature.in_words()).to_owned(),
        problems: verification.problems.iter().map(sentence).collect(),
    })
}

fn write_files(stored: &StoredScan, as_of: AsOf<'_>, folder: &Path) -> Result<(), Stop> {
    let forms = [("gate.html", GateFormat::Html), ("gate.json", GateFormat::Json)];
    super::report::make_folder(folder)?;
    super::report::all_are_new(folder, forms.iter().map(|(name, _)| (*name).to_owned()))?;
    for (name, form) in forms {
        let write =
            |file: &mut dyn io::Write| report::gate(&stored.scan, &stored.store, as_of, form, file).map(drop);
        report::write_file(&folder.join(name), write).map_err(Stop::of_path)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a scan writes says the same end as this command does where nobody names an age.
    #[test]
    fn the_age_that_is_taken_is_that_of_the_statement_that_a_scan_writes() {
        assert_eq!(duration("7d"), Ok(report::MAX_AGE));
        let command = <Args as clap::Args>::augment_args(clap::Command::new("gate"));
        let age = command.get_arguments().find(|argument| argument.get_id() == "max_age").unwrap();
        assert_eq!(age.get_default_values(), ["7d"]);
    }
}
