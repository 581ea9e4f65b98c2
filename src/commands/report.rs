//! `report`: the reports of a finished scan, written again.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::printing::print;
use super::reporting::{FailOn, Layout};
use super::stored_scan::StoredScan;
use super::{Exit, Stop};
use crate::report::{self, Format, Options};

/// Write the reports of a finished scan again, in any format
///
/// Without --format the summary is printed; one format goes to the terminal or a pipe; with --to each becomes a new
/// file in a folder. The scan itself stays as it is. For example:
///
/// `twilio-audit report --format csv --csv-bom > for-excel.csv`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder of the scan
    #[arg(value_name = "SCAN", default_value = "audits/latest", env = "TWILIO_AUDIT_SCAN")]
    scan: PathBuf,
    /// The form; several can be given together with --to
    #[arg(long = "format", value_enum, value_delimiter = ',')]
    formats: Vec<Format>,
    /// Write files into this folder instead; none that is there is replaced
    #[arg(long, value_name = "FOLDER", requires = "formats")]
    to: Option<PathBuf>,
    /// Passes and "nothing to judge" too, as far as the scan kept them
    #[arg(long, env = "TWILIO_AUDIT_ALL_OUTCOMES")]
    all_outcomes: bool,
    /// The severity from which a fault counts in what is written; the exit code does not depend on it
    #[arg(long, value_enum, default_value_t = FailOn::High, env = "TWILIO_AUDIT_FAIL_ON")]
    fail_on: FailOn,
    /// Print the JSON Schema of findings.json instead, and read no scan
    #[arg(long, conflicts_with_all = ["formats", "to"])]
    schema: bool,
    #[command(flatten)]
    layout: Layout,
}

/// Runs the command.
///
/// # Errors
///
/// When there is no such scan, or something cannot be written.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    if args.schema {
        print(|out| writeln!(out, "{}", report::findings_schema()))?;
        return Ok(Exit::Complete);
    }
    let StoredScan { folder, scan, store } = StoredScan::open(&args.scan)?;
    let options =
        Options { all_outcomes: args.all_outcomes, fail_on: args.fail_on.severity(), csv: args.layout.csv() };
    match (args.formats.as_slice(), &args.to) {
        (formats, Some(to)) => {
            make_folder(to)?;
            report::write_files(formats, &scan, &store, options, to).map_err(Stop::with(Exit::Broken))?;
        }
        ([], None) => print(|out| report::summary(&scan, &store, options, &folder, out))?,
        ([format], None) => print(|out| format.write(&scan, &store, options, out))?,
        _ => return Err(Stop::new(Exit::Usage, anyhow!("several formats need a folder: name it with --to"))),
    }
    Ok(Exit::Complete)
}

fn make_folder(folder: &Path) -> Result<(), Stop> {
    std::fs::create_dir_all(folder)
        .with_context(|| format!("cannot make the folder {}", folder.display()))
        .map_err(Stop::with(Exit::Broken))
}
