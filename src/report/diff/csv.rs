//! What is different, for spreadsheets: a row for each thing that changed.

use std::io::{self, Write};

use crate::model::{AccountChange, Diff, Drift, FindingChange};
use crate::report::csv_file::{CsvFile, CsvLayout};

/// The columns. Columns are only ever added, at the end.
const COLUMNS: [&str; 20] = [
    "older_scan",
    "newer_scan",
    "about",
    "change",
    "before",
    "after",
    "severity",
    "blocks_go_live",
    "finding_id",
    "check_id",
    "title",
    "account_sid",
    "account_name",
    "resource_type",
    "parent_sid",
    "resource_sid",
    "resource_name",
    "field",
    "reason",
    "note",
];

/// Writes what is different.
pub(super) fn write(diff: &Diff, layout: CsvLayout, to: impl Write) -> io::Result<()> {
    let mut csv = CsvFile::begin(to, layout, COLUMNS)?;
    let scans = [diff.older.scan_id.as_str(), diff.newer.scan_id.as_str()];
    for change in &diff.findings {
        csv.row(scans.into_iter().chain(finding(change)))?;
    }
    for change in &diff.accounts {
        csv.row(scans.into_iter().chain(account(change)))?;
    }
    for drift in &diff.resources {
        csv.row(scans.into_iter().chain(resource(drift)))?;
    }
    csv.end()
}

fn finding(change: &FindingChange) -> [&str; 18] {
    let finding = &change.finding;
    [
        "finding",
        change.became.as_str(),
        change.before.map_or("", |before| before.outcome.as_str()),
        finding.outcome.as_str(),
        finding.severity.as_str(),
        if finding.blocks_go_live { "true" } else { "false" },
        &finding.finding_id,
        &finding.check_id,
        &finding.title,
        &finding.account_sid,
        &finding.account_name,
        &finding.resource_type,
        "",
        &finding.resource_sid,
        &finding.resource_name,
        &finding.field,
        &finding.reason,
        &change.note,
    ]
}

fn account(change: &AccountChange) -> [&str; 18] {
    let AccountChange { account_sid, account_name, what, before, after } = change;
    let said = came_or_went(before, after, *what == "account");
    [
        "account",
        said,
        before,
        after,
        "",
        "",
        "",
        "",
        "",
        account_sid,
        account_name,
        "account",
        "",
        account_sid,
        account_name,
        what,
        "",
        "",
    ]
}

fn resource(drift: &Drift) -> [&str; 18] {
    let Drift { account_sid, resource_type, parent_sid, resource_sid, resource_name, column, before, after } =
        drift;
    let said = came_or_went(before, after, column.is_empty());
    [
        "resource",
        said,
        before,
        after,
        "",
        "",
        "",
        "",
        "",
        account_sid,
        "",
        resource_type,
        parent_sid,
        resource_sid,
        resource_name,
        column,
        "",
        "",
    ]
}

const fn came_or_went(before: &str, after: &str, whole: bool) -> &'static str {
    match (whole, before.is_empty(), after.is_empty()) {
        (true, true, _) => "appeared",
        (true, _, true) => "vanished",
        _ => "changed",
    }
}
