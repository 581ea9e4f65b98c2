//! `show`: one finding, whole.

use std::io;

use anyhow::anyhow;

use super::chosen_scan::NamedScan;
use super::printing::print;
use super::stored_scan::StoredScan;
use super::{Exit, Stop};
use crate::model::{Finding, Findings as _};
use crate::report;

/// Print everything about one finding
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Its id, as in `twa-0123456789abcdef`; the beginning will do
    #[arg(value_name = "FINDING")]
    id: String,
    #[command(flatten)]
    scan: NamedScan,
}

/// Runs the command.
///
/// # Errors
///
/// When there is no such scan, or not exactly one such finding in it.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    let StoredScan { scan, store } = StoredScan::open(args.scan.folder())?;
    let mut found: Vec<Finding> = Vec::new();
    let begins = |finding: &Finding| {
        finding.finding_id.strip_prefix("twa-").is_some_and(|digits| digits.starts_with(args.digits()))
    };
    let mut take = |finding: &Finding| -> io::Result<()> {
        if begins(finding) {
            found.push(finding.clone());
        }
        Ok(())
    };
    store.each(&mut take).map_err(Stop::with(Exit::Broken))?;
    match found.as_slice() {
        [finding] => print(|out| report::show(&scan, finding, out))?,
        [] => return Err(args.complaint(&format!("there is no finding {}", args.id))),
        [one, another, ..] => {
            let more = format!(
                "{} findings begin with {}, {} and {} among them: give more of the id",
                found.len(),
                args.id,
                one.finding_id,
                another.finding_id
            );
            return Err(args.complaint(&more));
        }
    }
    Ok(Exit::Complete)
}

impl Args {
    fn digits(&self) -> &str {
        self.id.strip_prefix("twa-").unwrap_or(&self.id)
    }

    fn complaint(&self, what: &str) -> Stop {
        let kept = "passes are kept only by a scan with --all-outcomes";
        Stop::new(Exit::Usage, anyhow!("{what} in {} ({kept})", self.scan.folder().display()))
    }
}
