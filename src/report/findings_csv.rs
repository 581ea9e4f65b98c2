//! `findings.csv`: one row per finding, for a spreadsheet and for the reviewer's decisions.

use std::io::{self, Write};

use super::Options;
use super::cell;
use super::csv_file::CsvFile;
use crate::model::{Finding, Findings, Scan, in_seconds};

/// The columns, in order. Columns are only ever added, at the end.
pub const COLUMNS: [&str; 37] = [
    "finding_id",
    "scan_id",
    "scanned_at",
    "change",
    "outcome",
    "waived",
    "severity",
    "blocks_go_live",
    "check_id",
    "title",
    "family",
    "account_sid",
    "account_name",
    "phi",
    "environment",
    "product",
    "resource_type",
    "resource_sid",
    "resource_name",
    "field",
    "reason",
    "evidence",
    "remediation",
    "fix_command",
    "console_url",
    "citations",
    "source_url",
    "first_seen",
    "last_seen",
    "due_by",
    "owner",
    "decision",
    "decision_reason",
    "decision_by",
    "decision_expires",
    "tool_version",
    "catalogue_version",
];

/// Writes the findings that the options ask for, in report order, as RFC 4180.
pub(super) fn write(
    scan: &Scan,
    findings: &dyn Findings,
    options: Options,
    to: impl Write,
) -> io::Result<()> {
    let mut csv = CsvFile::begin(to, options.csv, COLUMNS)?;
    options.each_shown(findings, |finding| csv.row(row(scan, finding)))?;
    csv.end()
}

/// The row of a finding, cell by cell as it is written.
pub fn written(scan: &Scan, finding: &Finding) -> [String; 37] {
    row(scan, finding).map(|text| cell::for_spreadsheet(&text))
}

fn row(scan: &Scan, finding: &Finding) -> [String; 37] {
    let none = String::new;
    let evidence = finding.evidence.iter().map(|(name, value)| format!("{name}: {value}"));
    [
        finding.finding_id.clone(),
        scan.id.to_string(),
        in_seconds(scan.started_at),
        finding.change.clone(),
        finding.outcome.as_str().to_owned(),
        finding.waived.to_string(),
        finding.severity.to_string(),
        finding.blocks_go_live.to_string(),
        finding.check_id.clone(),
        finding.title.clone(),
        finding.family.clone(),
        finding.account_sid.clone(),
        finding.account_name.clone(),
        finding.phi.to_string(),
        finding.environment.clone(),
        finding.product.clone(),
        finding.resource_type.clone(),
        finding.resource_sid.clone(),
        finding.resource_name.clone(),
        finding.field.clone(),
        finding.reason.clone(),
        evidence.collect::<Vec<_>>().join("; "),
        finding.remediation.clone(),
        finding.fix_command.clone(),
        finding.console_url.clone(),
        finding.citations.join("; "),
        finding.sources.join(" "),
        finding.first_seen.clone(),
        finding.last_seen.clone(),
        none(),
        finding.owner.clone(),
        none(),
        none(),
        none(),
        none(),
        scan.tool_version.clone(),
        scan.catalogue_version.clone(),
    ]
}
