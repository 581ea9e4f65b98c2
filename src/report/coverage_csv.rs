//! `coverage.csv`: one row per listing, so that nobody has to believe what was read.

use std::collections::HashMap;
use std::io::{self, Write};

use super::Options;
use super::csv_file::CsvFile;
use crate::model::{Coverage, Readings, Scan, ScannedAccount};

/// The columns, in order. Columns are only ever added, at the end.
pub(super) const COLUMNS: [&str; 16] = [
    "scan_id",
    "account_sid",
    "account_name",
    "resource_type",
    "parent_sid",
    "status",
    "http_status",
    "twilio_code",
    "missing_permission",
    "credential_kind",
    "rows",
    "pages",
    "read_at",
    "checks_affected",
    "reason",
    "product",
];

/// Writes the coverage, by account, kind and parent resource, as RFC 4180.
pub(super) fn write(
    scan: &Scan,
    readings: &dyn Readings,
    options: Options,
    to: impl Write,
) -> io::Result<()> {
    let account = |account: &ScannedAccount| (account.account_sid.clone(), account.account_name.clone());
    let names: HashMap<String, String> = scan.accounts.iter().map(account).collect();
    let mut csv = CsvFile::begin(to, options.csv, COLUMNS)?;
    readings.each_reading(&mut |coverage| {
        let name = names.get(coverage.account_sid.as_str()).map_or("", String::as_str);
        csv.row(row(scan, name, coverage))
    })?;
    csv.end()
}

fn row(scan: &Scan, account_name: &str, coverage: &Coverage) -> [String; 16] {
    let affected = scan.needed_by.get(&coverage.resource_type).filter(|_| !coverage.status.is_conclusive());
    [
        scan.id.to_string(),
        coverage.account_sid.to_string(),
        account_name.to_owned(),
        coverage.resource_type.clone(),
        coverage.parent_sid.clone(),
        coverage.status.as_str().to_owned(),
        coverage.http_status.map(|status| status.to_string()).unwrap_or_default(),
        coverage.twilio_code.map(|code| code.to_string()).unwrap_or_default(),
        coverage.missing_permission.clone().unwrap_or_default(),
        coverage.credential_kind.clone().unwrap_or_default(),
        coverage.rows.to_string(),
        coverage.pages.to_string(),
        coverage.read_at.clone(),
        affected.map(|checks| checks.join(" ")).unwrap_or_default(),
        coverage.reason.clone(),
        scan.product_of.get(&coverage.resource_type).cloned().unwrap_or_default(),
    ]
}
