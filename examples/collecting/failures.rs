//! Measure 5: what becomes of the findings, and of the number of requests, where a share of all requests fails.

use std::path::Path;

use anyhow::{Context as _, Result};
use twilio_audit::simulator::{Options, Unsteady};

use crate::Bench;
use crate::estate::Whose;
use crate::scan::{Seen, Stage, scan};
use crate::table::Target;

const SUBACCOUNTS: usize = 20;
const UNSTEADY: Unsteady = Unsteady { percent: 20, seed: 1 };
/// Columns that say when, and so differ from scan to scan.
const OF_TIME: &[&str] = &["scan_id", "scanned_at", "first_seen", "last_seen"];

pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    // One and the same moment, on which the dates of the estate depend.
    let options = Options::default();
    let steady = everything(bench, options.clone())?;
    let unsteady = everything(bench, Options { unsteady: Some(UNSTEADY), ..options })?;
    let (one, other) = (findings(&steady.folder)?, findings(&unsteady.folder)?);
    let different = one.iter().filter(|row| !other.contains(row)).count()
        + other.iter().filter(|row| !one.contains(row)).count();
    let name = format!("{} % of requests fail once or twice", UNSTEADY.percent);
    if let Some(row) = other.iter().find(|row| !one.contains(row)) {
        bench.table.remark(format!("{name}: for example {}", row.replace('\u{1f}', " | ")));
    }
    let count = |number: usize| u32::try_from(number).map(f64::from);
    let table = &mut bench.table;
    table.add(
        format!("{name}: findings that differ, of {}", one.len()),
        count(different)?,
        "",
        Target::AtMost(0.0),
    );
    let ratio = count(unsteady.requests)? / count(steady.requests)?;
    table.add(format!("{name}: requests ÷ undisturbed"), ratio, "", Target::AtMost(1.5));
    table.remark(format!("undisturbed: {}", steady.account()));
    table.remark(format!("{name}: {}", unsteady.account()));
    Ok(())
}

/// A scan of all kinds.
fn everything(bench: &Bench, options: Options) -> Result<Seen> {
    let stage = Stage::new(bench, SUBACCOUNTS, options)?;
    scan(bench, &stage, Whose::Everybodys, &[])
}

/// The rows of `findings.csv` without the columns of time, in order.
fn findings(folder: &Path) -> Result<Vec<String>> {
    let mut reader = csv::Reader::from_path(folder.join("findings.csv")).context("no findings")?;
    let kept: Vec<bool> = reader.headers()?.iter().map(|name| !OF_TIME.contains(&name)).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record?;
        let cells = record.iter().zip(&kept).filter(|(_, is_kept)| **is_kept).map(|(cell, _)| cell);
        rows.push(cells.collect::<Vec<_>>().join("\u{1f}"));
    }
    rows.sort();
    Ok(rows)
}
