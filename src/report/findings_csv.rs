//! `findings.csv`: one row per finding, for a spreadsheet and for the reviewer's decisions.

use std::io::{self, Write};

use super::cell;
use super::csv_file::CsvFile;
use super::options::Options;
use crate::model::{Accepted, Finding, Findings, Scan, in_seconds};

/// A column: its name, what it says, and its cell in the row of a finding.
struct Column {
    name: &'static str,
    about: &'static str,
    cell: fn(&Scan, &Finding) -> String,
}

const fn column(name: &'static str, about: &'static str, cell: fn(&Scan, &Finding) -> String) -> Column {
    Column { name, about, cell }
}

/// A column for the reviewer to fill.
const fn decision(name: &'static str, about: &'static str) -> Column {
    column(name, about, |_, _| String::new())
}

/// The columns, in order. Columns are only ever added, at the end.
#[rustfmt::skip] // a table is read line by line
const COLUMNS: [Column; 41] = [
    column("finding_id", "Stable identity: the same check, account, resource and field keep it, whatever they are called", |_, finding| finding.finding_id.clone()),
    column("scan_id", "The scan: its start in UTC", |scan, _| scan.id.to_string()),
    column("scanned_at", "The same as a time", |scan, _| in_seconds(scan.started_at)),
    column("change", "Against the previous complete scan: `first_scan`, `new`, `open`, `fixed`, `lost_sight` (assessed then, and not now); empty in scans of a part", |_, finding| finding.change.as_str().to_owned()),
    column("outcome", "`fail`, `manual` (a person must answer), `not_assessed` (evidence is missing); with --all-outcomes also `pass` and `not_applicable`", |_, finding| finding.outcome.as_str().to_owned()),
    column("waived", "`true` where a waiver that still holds covers it", |_, finding| finding.waived.to_string()),
    column("severity", "`critical`, `high`, `medium`, `low`: how bad it is, or would be", |_, finding| finding.severity.to_string()),
    column("blocks_go_live", "`true` where PHI must not go live while it stands unwaived", |_, finding| finding.blocks_go_live.to_string()),
    column("check_id", "The check; `twilio-audit checks show` tells all about it", |_, finding| finding.check_id.clone()),
    column("title", "The good state", |_, finding| finding.title.clone()),
    column("family", "The group of the check", |_, finding| finding.family.clone()),
    column("account_sid", "The account that is judged", |_, finding| finding.account_sid.clone()),
    column("account_name", "Its name, or its SID where no name could be read", |_, finding| finding.account_name.clone()),
    column("phi", "`true` where it carries PHI, or nobody declared that it does not", |_, finding| finding.phi.to_string()),
    column("environment", "The declared environment", |_, finding| finding.environment.clone()),
    column("product", "The Twilio product", |_, finding| finding.product.clone()),
    column("resource_type", "The kind of the resource", |_, finding| finding.resource_type.clone()),
    column("resource_sid", "Its SID, or what it goes by", |_, finding| finding.resource_sid.clone()),
    column("resource_name", "Its name; telephone numbers are masked", |_, finding| finding.resource_name.clone()),
    column("field", "The field of the resource", |_, finding| finding.field.clone()),
    column("reason", "What is wrong, or why it could not be judged", |_, finding| finding.reason.clone()),
    column("evidence", "What was seen, as `name: value; …`", |_, finding| finding.seen().join("; ")),
    column("remediation", "What to do", |_, finding| finding.remediation.clone()),
    column("fix_command", "The API call that mends it, where there is one", |_, finding| finding.fix_command.clone()),
    column("console_url", "Where to do it in the Console, where that is known for certain", |_, finding| finding.console_url.clone()),
    column("citations", "Paragraphs of 45 CFR", |_, finding| finding.citations.join("; ")),
    column("source_url", "Where the rule comes from", |_, finding| finding.sources.join(" ")),
    column("first_seen", "When it was first seen", |_, finding| finding.first_seen.clone()),
    column("last_seen", "When it was last seen", |_, finding| finding.last_seen.clone()),
    decision("due_by", "Empty, for whoever plans the work; `review import` does not look at it"),
    column("owner", "Who is declared to own the account", |_, finding| finding.owner.clone()),
    decision("decision", "Empty, for the reviewer: `accept`, `false_positive`, `fixed` or `attest`"),
    decision("decision_reason", "Empty, for the reviewer: why"),
    decision("decision_by", "Empty, for the reviewer: who decided"),
    decision("decision_expires", "Empty, for the reviewer: until when, as `YYYY-MM-DD`"),
    column("tool_version", "The version of this program", |scan, _| scan.tool_version.clone()),
    column("catalogue_version", "The date of the newest check", |scan, _| scan.catalogue_version.clone()),
    column("waiver_reason", "For what is waived: why", |scan, finding| waiver(scan, finding, |one| one.reason.as_str())),
    column("waiver_measure", "For what is waived: what is done instead", |scan, finding| waiver(scan, finding, |one| one.equivalent_measure.as_str())),
    column("waiver_by", "For what is waived: who accepted it", |scan, finding| waiver(scan, finding, |one| one.approved_by.as_str())),
    column("waiver_ends", "For what is waived: the day from which it is a finding again", |scan, finding| waiver(scan, finding, |one| one.expires_on.as_str())),
];

/// The names of the columns, in order.
pub const FINDING_COLUMNS: [&str; COLUMNS.len()] = {
    let mut names = [""; COLUMNS.len()];
    let mut place = 0;
    while place < names.len() {
        names[place] = COLUMNS[place].name;
        place += 1;
    }
    names
};

/// The columns of `findings.csv`, each with what it says.
pub fn findings_columns() -> impl Iterator<Item = (&'static str, &'static str)> {
    COLUMNS.iter().map(|column| (column.name, column.about))
}

/// Writes the findings that the options ask for, in report order, as RFC 4180.
pub(super) fn write(
    scan: &Scan,
    findings: &dyn Findings,
    options: Options,
    to: impl Write,
) -> io::Result<()> {
    let mut csv = CsvFile::begin(to, options.csv, FINDING_COLUMNS)?;
    options
        .each_shown(findings, |finding| csv.row(COLUMNS.iter().map(|column| (column.cell)(scan, finding))))?;
    csv.end()
}

/// The row of a finding, cell by cell as it is written.
pub fn finding_row(scan: &Scan, finding: &Finding) -> Vec<String> {
    COLUMNS.iter().map(|column| cell::for_spreadsheet(&(column.cell)(scan, finding)).into_owned()).collect()
}

fn waiver(scan: &Scan, finding: &Finding, fact: fn(&Accepted) -> &str) -> String {
    scan.waiver(finding).map(fact).unwrap_or_default().to_owned()
}
