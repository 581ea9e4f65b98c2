//! What is different between two scans: for people, for spreadsheets, for pull requests and for programs.

mod csv;
mod markdown;
mod terminal;

use std::io::{self, Write};

use super::csv_file::CsvLayout;
use crate::model::{Became, Diff, FindingChange};

/// A form of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum DiffFormat {
    /// Sentences for people
    Table,
    /// For spreadsheets: a row for each thing that changed
    Csv,
    /// For programs
    Json,
    /// For a pull request
    Markdown,
    /// Nothing: the exit code says it
    None,
}

/// Writes what is different.
///
/// # Errors
///
/// When something cannot be written.
pub fn diff(diff: &Diff, format: DiffFormat, layout: CsvLayout, mut to: &mut dyn Write) -> io::Result<()> {
    match format {
        DiffFormat::Table => terminal::write(diff, &mut to),
        DiffFormat::Csv => csv::write(diff, layout, to),
        DiffFormat::Markdown => markdown::write(diff, to),
        DiffFormat::Json => {
            serde_json::to_writer_pretty(&mut to, diff)?;
            to.write_all(b"\n")
        }
        DiffFormat::None => Ok(()),
    }
}

/// The findings that became this.
fn of(diff: &Diff, became: Became) -> Vec<&FindingChange> {
    diff.findings.iter().filter(|change| change.became == became).collect()
}

/// The word for people.
const fn title(became: Became) -> &'static str {
    match became {
        Became::New => "New",
        Became::LostSight => "Lost sight of",
        Became::Changed => "Changed",
        Became::Fixed => "Fixed",
        Became::Open => "Open as before",
    }
}

/// How a finding stands, and how it stood before where that is different.
fn standing(change: &FindingChange) -> String {
    let says = |outcome: crate::model::Outcome, severity: crate::model::Severity| {
        format!("{} {}", severity.as_str(), outcome.as_str().replace('_', " "))
    };
    let now = says(change.finding.outcome, change.finding.severity);
    match change.before {
        Some(before) if change.became == Became::Changed => {
            format!("{} → {now}", says(before.outcome, before.severity))
        }
        Some(before) => says(before.outcome, before.severity),
        None => now,
    }
}

/// A value that changed, as `a → b`; what is empty has a word.
fn arrow(before: &str, after: &str) -> String {
    let shown = |text: &str| if text.is_empty() { "(nothing)".to_owned() } else { text.to_owned() };
    format!("{} → {}", shown(before), shown(after))
}
