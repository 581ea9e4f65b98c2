//! How the scans went: sparklines on the terminal, a chart on a page, and the numbers for spreadsheets and programs.

mod html;
mod terminal;

use std::io::{self, Write};

use super::csv_file::{CsvFile, CsvLayout};
use crate::model::TrendPoint;

/// A form of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum TrendFormat {
    /// Sparklines for people
    Table,
    /// For spreadsheets: a row for each scan
    Csv,
    /// For programs
    Json,
    /// A page with a chart
    Html,
}

/// Writes a trend, the oldest scan first.
///
/// # Errors
///
/// When something cannot be written.
pub fn trend(
    points: &[TrendPoint],
    format: TrendFormat,
    layout: CsvLayout,
    mut to: &mut dyn Write,
) -> io::Result<()> {
    match format {
        TrendFormat::Table => terminal::write(points, &mut to),
        TrendFormat::Csv => csv(points, layout, to),
        TrendFormat::Html => html::write(points, to),
        TrendFormat::Json => {
            serde_json::to_writer_pretty(&mut to, points)?;
            to.write_all(b"\n")
        }
    }
}

/// A name, and what is counted of a scan.
type Series = (&'static str, fn(&TrendPoint) -> usize);

/// What is counted of each scan, the worst first.
const SERIES: [Series; 6] = [
    ("critical", |point| point.critical),
    ("high", |point| point.high),
    ("medium", |point| point.medium),
    ("low", |point| point.low),
    ("manual", |point| point.manual),
    ("not assessed", |point| point.not_assessed),
];

/// The columns. Columns are only ever added, at the end.
const COLUMNS: [&str; 15] = [
    "scan_id",
    "started_at",
    "complete",
    "critical",
    "high",
    "medium",
    "low",
    "manual",
    "not_assessed",
    "new",
    "fixed",
    "lost_sight",
    "ready",
    "not_ready",
    "cannot_say",
];

fn csv(points: &[TrendPoint], layout: CsvLayout, to: impl Write) -> io::Result<()> {
    let mut csv = CsvFile::begin(to, layout, COLUMNS)?;
    for of in points {
        let numbers = SERIES.map(|(_, count)| count(of));
        let rest = [of.new, of.fixed, of.lost_sight, of.ready, of.not_ready, of.cannot_say];
        let first = [of.scan_id.clone(), of.started_at.clone(), of.complete.to_string()];
        csv.row(first.into_iter().chain(numbers.into_iter().chain(rest).map(|number| number.to_string())))?;
    }
    csv.end()
}
