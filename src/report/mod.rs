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
mod html;
mod inventory_csv;
mod json;
mod junit;
mod markdown;
mod not_read;
mod ocsf;
mod paragraph;
pub mod permissions;
mod plan;
mod sarif;
mod terminal;
mod verdict;

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

pub use blind_spots::BLIND_SPOTS;
pub use cell::printable;
pub use csv_file::CsvLayout;
pub use decisions::{DecisionLine, decisions, in_short};
pub use finding::show;
pub use findings_csv::{FINDING_COLUMNS, finding_row};
pub use inventory_csv::inventory;
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
    /// Everything in one page, for people
    Html,
    /// The findings for a spreadsheet
    Csv,
    /// What was and was not read, for a spreadsheet
    Coverage,
    /// Everything for programs
    Json,
    /// The findings for code scanning
    Sarif,
    /// The findings for security lakes
    Ocsf,
    /// A summary for a pull request
    Markdown,
    /// The findings as test results for CI
    Junit,
}

impl Format {
    /// What a scan writes, in the order in which the files are worth reading.
    pub const OF_A_SCAN: [Self; 7] =
        [Self::Html, Self::Csv, Self::Coverage, Self::Markdown, Self::Json, Self::Sarif, Self::Ocsf];

    /// The name of its file.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Html => "report.html",
            Self::Csv => "findings.csv",
            Self::Coverage => "coverage.csv",
            Self::Json => "findings.json",
            Self::Sarif => "findings.sarif",
            Self::Ocsf => "findings.ocsf.jsonl",
            Self::Markdown => "report.md",
            Self::Junit => "findings.junit.xml",
        }
    }

    /// What is in it, in a few words.
    const fn about(self) -> &'static str {
        match self {
            Self::Html => "for people: everything in one page",
            Self::Csv => "what to act on",
            Self::Coverage => "what was and was not read",
            Self::Json => "the same for programs",
            Self::Sarif => "for code scanning, as on GitHub",
            Self::Ocsf => "for security lakes and SIEMs",
            Self::Markdown => "a summary for a pull request",
            Self::Junit => "test results for CI",
        }
    }

    /// Writes a scan in this form.
    ///
    /// # Errors
    ///
    /// When something cannot be read or written.
    pub fn write(self, scan: &Scan, kept: &dyn Kept, options: Options, to: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Html => html::write(scan, kept, options, to),
            Self::Csv => findings_csv::write(scan, kept, options, to),
            Self::Coverage => coverage_csv::write(scan, kept, options, to),
            Self::Json => json::write(scan, kept, options, to),
            Self::Sarif => sarif::write(scan, kept, options, to),
            Self::Ocsf => ocsf::write(scan, kept, options, to),
            Self::Markdown => markdown::write(scan, kept, options, to),
            Self::Junit => junit::write(scan, kept, options, to),
        }
    }
}

/// The columns of `findings.csv`, each with what it says.
pub fn findings_columns() -> impl Iterator<Item = (&'static str, &'static str)> {
    findings_csv::COLUMNS.iter().map(|column| (column.name, column.about))
}

/// The columns of `coverage.csv`, each with what it says.
pub fn coverage_columns() -> impl Iterator<Item = (&'static str, &'static str)> {
    coverage_csv::COLUMNS.iter().map(|column| (column.name, column.about))
}

/// The JSON Schema of `findings.json`, for programs that read it.
pub fn findings_schema() -> String {
    json::schema()
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
    written().map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AlreadyExists => "it is there already, and is left as it is".to_owned(),
            _ => error.to_string(),
        };
        io::Error::new(error.kind(), format!("cannot write {}: {why}", path.display()))
    })
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
