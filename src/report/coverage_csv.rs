//! `coverage.csv`: one row per listing, so that nobody has to believe what was read.

use std::collections::HashMap;
use std::io::{self, Write};

use super::csv_file::CsvFile;
use super::options::Options;
use crate::model::{Coverage, Readings, Scan, ScannedAccount};

/// A column: its name, what it says, and its cell in the row of a listing.
struct Column {
    name: &'static str,
    about: &'static str,
    cell: fn(&Listing<'_>) -> String,
}

/// A listing, and what is known around it.
struct Listing<'a> {
    scan: &'a Scan,
    account_name: &'a str,
    coverage: &'a Coverage,
}

const fn column(name: &'static str, about: &'static str, cell: fn(&Listing<'_>) -> String) -> Column {
    Column { name, about, cell }
}

/// The columns, in order. Columns are only ever added, at the end.
#[rustfmt::skip] // a table is read line by line
const COLUMNS: [Column; 16] = [
    column("scan_id", "The scan: its start in UTC", |of| of.scan.id.to_string()),
    column("account_sid", "The account whose resources were asked for", |of| of.coverage.account_sid.to_string()),
    column("account_name", "Its name, or its SID where no name could be read", |of| of.account_name.to_owned()),
    column("resource_type", "The kind of the resources", |of| of.coverage.resource_type.clone()),
    column("parent_sid", "The resource that they belong to, for lists within a resource", |of| of.coverage.parent_sid.clone()),
    column("status", "`complete`, `absent`, `denied`, `no_credential`, `not_enabled`, `inactive_account` or `failed`", |of| of.coverage.status.as_str().to_owned()),
    column("http_status", "The HTTP status, where there was an answer", |of| number(of.coverage.http_status)),
    column("twilio_code", "Twilio's error code, where the answer named one", |of| number(of.coverage.twilio_code)),
    column("missing_permission", "The permission that Twilio says is missing", |of| of.coverage.missing_permission.clone().unwrap_or_default()),
    column("credential_kind", "The kind of the credential that asked", |of| of.coverage.credential_kind.clone().unwrap_or_default()),
    column("rows", "Resources read", |of| of.coverage.rows.to_string()),
    column("pages", "Pages read", |of| of.coverage.pages.to_string()),
    column("read_at", "When the last page was read", |of| of.coverage.read_at.clone()),
    column("checks_affected", "The checks that can call nothing fine without it", checks_affected),
    column("reason", "In words, why it was not read", |of| of.coverage.reason.clone()),
    column("product", "The Twilio product", |of| of.scan.product_of.get(&of.coverage.resource_type).cloned().unwrap_or_default()),
];

/// The columns of `coverage.csv`, each with what it says.
pub fn coverage_columns() -> impl Iterator<Item = (&'static str, &'static str)> {
    COLUMNS.iter().map(|column| (column.name, column.about))
}

/// Writes the coverage, by account, kind and parent resource, as RFC 4180.
pub(super) fn write(
    scan: &Scan,
    readings: &dyn Readings,
    options: Options,
    to: impl Write,
) -> io::Result<()> {
    let name = |account: &'_ ScannedAccount| (account.account_sid.clone(), account.account_name.clone());
    let names: HashMap<String, String> = scan.accounts.iter().map(name).collect();
    let mut csv = CsvFile::begin(to, options.csv, COLUMNS.iter().map(|column| column.name))?;
    readings.each_reading(&mut |coverage| {
        let account_name = names.get(coverage.account_sid.as_str()).map_or("", String::as_str);
        let listing = Listing { scan, account_name, coverage };
        csv.row(COLUMNS.iter().map(|column| (column.cell)(&listing)))
    })?;
    csv.end()
}

fn checks_affected(of: &Listing<'_>) -> String {
    let affected =
        of.scan.needed_by.get(&of.coverage.resource_type).filter(|_| !of.coverage.status.is_conclusive());
    affected.map(|checks| checks.join(" ")).unwrap_or_default()
}

fn number(number: Option<impl ToString>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}
