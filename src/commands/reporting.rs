//! How a scan is reported: the same words in every command that writes reports.

use std::path::Path;

use super::chosen_scan::is_latest;
use super::heading::{CSV, OUTPUT};
use super::printing::print;
use super::{Exit, Log, Stop};
use crate::evidence::Store;
use crate::model::{Scan, Severity};
use crate::report::{self, CsvLayout, Options};

/// How CSV files are laid out.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Layout {
    /// Begin CSV files with a byte order mark: Excel takes them for UTF-8 only then
    #[arg(long, env = "TWILIO_AUDIT_CSV_BOM", help_heading = CSV)]
    csv_bom: bool,
    /// What stands between the cells of CSV files
    #[arg(long, value_enum, default_value_t = Delimiter::Comma, env = "TWILIO_AUDIT_CSV_DELIMITER", help_heading = CSV)]
    csv_delimiter: Delimiter,
}

/// What stands between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Delimiter {
    /// What programs expect
    Comma,
    /// What Excel expects where the comma is the decimal sign
    Semicolon,
    /// What pastes into any spreadsheet
    Tab,
}

impl Layout {
    pub(super) const fn csv(self) -> CsvLayout {
        let delimiter = match self.csv_delimiter {
            Delimiter::Comma => b',',
            Delimiter::Semicolon => b';',
            Delimiter::Tab => b'\t',
        };
        CsvLayout { bom: self.csv_bom, delimiter }
    }
}

/// How a scan is reported once it is finished.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct Reporting {
    /// Report passes and "nothing to judge" too
    #[arg(long, env = "TWILIO_AUDIT_ALL_OUTCOMES", help_heading = OUTPUT)]
    all_outcomes: bool,
    /// The severity from which a fault makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::High, env = "TWILIO_AUDIT_FAIL_ON", help_heading = OUTPUT)]
    fail_on: FailOn,
    /// Count only faults that are new, or worse than in the previous scan, for exit code 1
    #[arg(long, env = "TWILIO_AUDIT_FAIL_ON_NEW", help_heading = OUTPUT)]
    fail_on_new: bool,
    /// What is printed at the end; the files are written in any case
    #[arg(long, value_enum, default_value_t = Printed::Table, env = "TWILIO_AUDIT_PRINTED", help_heading = OUTPUT)]
    format: Printed,
    #[command(flatten)]
    layout: Layout,
}

/// What is printed of a scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Printed {
    /// A summary for people
    Table,
    /// What findings.json holds
    Json,
    /// What findings.csv holds
    Csv,
    /// Nothing
    None,
}

/// From where on a fault counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    /// Never
    None,
}

impl FailOn {
    pub(super) const fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::None => None,
        }
    }
}

impl Reporting {
    /// How the files are written.
    pub(super) const fn options(self) -> Options {
        Options { all_outcomes: self.all_outcomes, fail_on: self.fail_on.severity(), csv: self.layout.csv() }
    }

    /// The exit code that a scan deserves.
    pub(super) fn exit_of(self, scan: &Scan) -> Exit {
        let has_fault = |severity| {
            if self.fail_on_new {
                scan.changes.new_faults_at_or_above(severity) > 0
            } else {
                scan.has_fault_at_or_above(severity)
            }
        };
        if !scan.is_complete() {
            Exit::Incomplete
        } else if self.fail_on.severity().is_some_and(has_fault) {
            Exit::Faults
        } else {
            Exit::Complete
        }
    }

    /// Prints what was asked for; with --quiet no summary.
    pub(super) fn print(self, scan: &Scan, store: &Store, folder: &Path, log: &Log) -> Result<(), Stop> {
        let options = self.options();
        match self.format {
            Printed::Table if log.quiet => Ok(()),
            Printed::Table => {
                print(|out| report::summary(scan, store, options, (folder, is_latest(folder)), out))
            }
            Printed::Json => print(|out| report::Format::Json.write(scan, store, options, out)),
            Printed::Csv => print(|out| report::Format::Csv.write(scan, store, options, out)),
            Printed::None => Ok(()),
        }
    }
}
