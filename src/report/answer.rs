//! The answer to a question over the evidence: a table for people, CSV for spreadsheets, JSON for programs.

use std::io::{self, Write};

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{ContentArrangement, Table};
use serde_json::{Map, Value};

use super::cell::{for_spreadsheet, printable};

/// A table in Markdown, as wide as it needs to be: a SID that is broken over two lines cannot be copied.
///
/// # Errors
///
/// When nothing can be written.
pub fn table(columns: &[String], rows: &[Vec<Value>], to: &mut impl Write) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(columns.iter().map(|column| printable(column).into_owned()));
    for row in rows {
        table.add_row(row.iter().map(|value| printable(&text(value)).into_owned()));
    }
    writeln!(to, "{table}")
}

/// RFC 4180, with cells that start no formula.
///
/// # Errors
///
/// When nothing can be written.
pub fn csv(columns: &[String], rows: &[Vec<Value>], to: &mut impl Write) -> io::Result<()> {
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
    csv.write_record(columns.iter().map(|column| for_spreadsheet(column))).map_err(cause)?;
    for row in rows {
        csv.write_record(row.iter().map(|value| for_spreadsheet(&text(value)))).map_err(cause)?;
    }
    csv.flush()
}

/// What went wrong with the output, as it was said there: a closed pipe must be known for one.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => cause,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// A list of objects, one for each row.
///
/// # Errors
///
/// When nothing can be written.
pub fn json(columns: &[String], rows: &[Vec<Value>], to: &mut impl Write) -> io::Result<()> {
    let object = |row: &Vec<Value>| -> Map<String, Value> {
        columns.iter().cloned().zip(row.iter().cloned()).collect()
    };
    serde_json::to_writer_pretty(&mut *to, &rows.iter().map(object).collect::<Vec<_>>())?;
    writeln!(to)
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
