//! What people and programs read of a finished scan, one file per format, and of the permissions for one.
//!
//! It knows the plain model and nothing of Twilio, SQL or the network.

pub mod answer;
mod blind_spots;
mod cell;
pub mod checks;
mod coverage_csv;
mod coverage_table;
pub mod examination;
mod findings_csv;
mod grid;
mod json;
mod paragraph;
pub mod permissions;
mod plan;
mod terminal;

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

pub use blind_spots::BLIND_SPOTS;
pub use plan::plan;
pub use terminal::summary;

use crate::model::{Finding, Findings, Kept, Scan, Severity, Tally};

/// How a report is written.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Passes and "not applicable" too.
    pub all_outcomes: bool,
    /// The severity from which a fault counts for the exit code; nothing for never.
    pub fail_on: Option<Severity>,
}

impl Options {
    /// Hands over the findings that the options ask for.
    fn each_shown(
        self,
        findings: &dyn Findings,
        mut act: impl FnMut(&Finding) -> io::Result<()>,
    ) -> io::Result<()> {
        findings.each(&mut |finding| {
            if self.all_outcomes || finding.outcome.needs_action() { act(finding) } else { Ok(()) }
        })
    }

    /// How many they are.
    fn count_shown(self, tally: &Tally) -> usize {
        tally.count(|(outcome, ..)| self.all_outcomes || outcome.needs_action())
    }
}

/// The report files of a scan, in the order in which they are worth reading.
pub const FILES: [(&str, &str); 3] = [
    ("findings.csv", "what to act on"),
    ("coverage.csv", "what was and was not read"),
    ("findings.json", "the same for programs"),
];

/// Writes every report file into the folder of a scan.
///
/// # Errors
///
/// When a file cannot be written; the error names it.
pub fn write_files(scan: &Scan, kept: &dyn Kept, options: Options, folder: &Path) -> io::Result<()> {
    for (name, _) in FILES {
        let path = folder.join(name);
        let write = |file: &mut BufWriter<File>| match name {
            "findings.csv" => findings_csv::write(scan, kept, options, file),
            "coverage.csv" => coverage_csv::write(scan, kept, file),
            _ => json::write(scan, kept, options, file),
        };
        private_file(&path)
            .map(BufWriter::new)
            .and_then(|mut file| {
                write(&mut file)?;
                file.flush()?;
                file.get_ref().sync_all()
            })
            .map_err(|error| {
                io::Error::new(error.kind(), format!("cannot write {}: {error}", shown(&path)))
            })?;
    }
    Ok(())
}

/// A new file that only its owner may read: the report lists every weakness.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

fn shown(path: &Path) -> String {
    PathBuf::from(path).display().to_string()
}
