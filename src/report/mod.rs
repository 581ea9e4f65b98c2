//! What people and programs read of a finished scan, one file per format, and of the permissions for one.
//!
//! It knows the plain model and nothing of Twilio, SQL or the network.

pub mod answer;
mod blind_spots;
mod cell;
pub mod checks;
mod coverage_csv;
mod coverage_table;
mod csv_file;
mod decisions;
pub mod examination;
mod finding;
mod findings_csv;
mod grid;
mod json;
mod paragraph;
pub mod permissions;
mod plan;
mod terminal;

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

pub use blind_spots::BLIND_SPOTS;
pub use csv_file::CsvLayout;
pub use decisions::{DecisionLine, decisions, in_short};
pub use finding::show;
pub use findings_csv::{COLUMNS as FINDING_COLUMNS, written as finding_row};
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
    /// How CSV files are laid out.
    pub csv: CsvLayout,
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

/// A form in which a scan is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// The findings for a spreadsheet
    Csv,
    /// What was and was not read, for a spreadsheet
    Coverage,
    /// Everything for programs
    Json,
}

impl Format {
    /// What a scan writes, in the order in which the files are worth reading.
    pub const OF_A_SCAN: [Self; 3] = [Self::Csv, Self::Coverage, Self::Json];

    /// The name of its file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Csv => "findings.csv",
            Self::Coverage => "coverage.csv",
            Self::Json => "findings.json",
        }
    }

    /// What is in it, in a few words.
    const fn about(self) -> &'static str {
        match self {
            Self::Csv => "what to act on",
            Self::Coverage => "what was and was not read",
            Self::Json => "the same for programs",
        }
    }

    /// Writes a scan in this form.
    ///
    /// # Errors
    ///
    /// When something cannot be read or written.
    pub fn write(self, scan: &Scan, kept: &dyn Kept, options: Options, to: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Csv => findings_csv::write(scan, kept, options, to),
            Self::Coverage => coverage_csv::write(scan, kept, options, to),
            Self::Json => json::write(scan, kept, options, to),
        }
    }
}

/// Writes a scan into a folder, one new file for each form.
///
/// # Errors
///
/// When a file is there already or cannot be written; the error names it.
pub fn write_files(
    formats: &[Format],
    scan: &Scan,
    kept: &dyn Kept,
    options: Options,
    folder: &Path,
) -> io::Result<()> {
    for format in formats {
        write_file(&folder.join(format.file_name()), |file| format.write(scan, kept, options, file))?;
    }
    Ok(())
}

/// Writes a new file that only its owner may read, to the disk itself.
///
/// # Errors
///
/// When the file is there already or cannot be written; the error names it.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let written = || {
        let mut file = BufWriter::new(private_file(path)?);
        write(&mut file)?;
        file.flush()?;
        file.get_ref().sync_all()
    };
    written()
        .map_err(|error| io::Error::new(error.kind(), format!("cannot write {}: {error}", path.display())))
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
