//! `coverage.csv`: one row per listing, so that nobody has to believe what was read.

use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{self, Write};

use super::csv_file::CsvFile;
use super::options::Options;
use crate::model::{Coverage, Readings, Scan, ScannedAccount};

/// A column: its name, what it says, and its cell in the row of a listing.
struct Column {
    name: &'static str,
    about: &'static str,
    cell: Cell,
}

type Cell = for<'a> fn(&Listing<'a>) -> Cow<'a, str>;

/// A listing, and what is known around it.
struct Listing<'a> {
    scan: &'a Scan,
    account_name: &'a str,
    coverage: &'a Coverage,
}

const fn column(name: &'static str, about: &'static str, cell: Cell) -> Column {
    Column { name, about, cell }
}

/// The columns, in order. Columns are only ever added, at the end.
#[rustfmt::skip] // a table is read line by line
const COLUMNS: [Column; 16] = [
    column("scan_id", "The scan: its start in UTC", |of| of.scan.id.as_str().into()),
    column("account_sid", "The account whose resources were asked for", |of| of.coverage.account_sid.as_str().into()),
    column("account_name", "Its name, or its SID where no name could be read", |of| of.account_name.into()),
    column("resource_type", "The kind of the resources", |of| of.coverage.resource_type.as_str().into()),
    column("parent_sid", "The resource that they belong to, for lists within a resource", |of| of.coverage.parent_sid.as_str().into()),
    column("status", "`complete`, `absent`, `denied`, `no_credential`, `not_enabled`, `inactive_account` or `failed`", |of| of.coverage.status.as_str().into()),
    column("http_status", "The HTTP status, where there was an answer", |of| number(of.coverage.http_status)),
    column("twilio_code", "Twilio's error code, where the answer named one", |of| number(of.coverage.twilio_code)),
    column("missing_permission", "The permission that Twilio says is missing", |of| text(of.coverage.missing_permission.as_ref())),
    column("credential_kind", "The kind of the credential that asked", |of| text(of.coverage.credential_kind.as_ref())),
    column("rows", "Resources read", |of| number(Some(of.coverage.rows))),
    column("pages", "Pages read", |of| number(Some(of.coverage.pages))),
    column("read_at", "When the last page was read", |of| of.coverage.read_at.as_str().into()),
    column("checks_affected", "The checks that can call nothing fine without it", checks_affected),
    column("reason", "In words, why it was not read", |of| of.coverage.reason.as_str().into()),
    column("product", "The Twilio product", |of| text(of.scan.product_of.get(&of.coverage.resource_type))),
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

fn checks_affected<'a>(of: &Listing<'a>) -> Cow<'a, str> {
    let affected =
        of.scan.needed_by.get(&of.coverage.resource_type).filter(|_| !of.coverage.status.is_conclusive());
    affected.map(|checks| checks.join(" ")).unwrap_or_default().into()
}

fn text(text: Option<&String>) -> Cow<'_, str> {
    text.map(String::as_str).unwrap_or_default().into()
}

fn number(number: Option<impl ToString>) -> Cow<'static, str> {
    number.map(|number| number.to_string()).unwrap_or_default().into()
}
