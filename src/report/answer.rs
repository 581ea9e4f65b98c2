//! The answer to a question over the evidence: a table for people, CSV for spreadsheets, JSON for programs.

use std::io::{self, Write};

use comfy_table::presets::ASCII_MARKDOWN;
use comfy_table::{ContentArrangement, Table};
use serde_json::{Map, Value};

use super::cell::printable;
use super::csv_file::{CsvFile, CsvLayout};
use super::paragraph::{BOLD, DIM, paragraph};

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

/// The tables and views that there are to ask, each with its columns over as many lines of 80 columns as it needs. The
/// rows are of a name, what it is, and its columns.
///
/// # Errors
///
/// When nothing can be written.
pub fn tables(rows: &[Vec<Value>], to: &mut impl Write) -> io::Result<()> {
    for row in rows {
        if let [name, what, columns] = row.as_slice() {
            writeln!(to, "{BOLD}{}{BOLD:#} {DIM}{}{DIM:#}", printable(&text(name)), printable(&text(what)))?;
            paragraph("    ", &printable(&text(columns)), to)?;
        }
    }
    Ok(())
}

/// RFC 4180, with cells that start no formula.
///
/// # Errors
///
/// When nothing can be written.
pub fn csv(columns: &[String], rows: &[Vec<Value>], to: &mut impl Write) -> io::Result<()> {
    let mut csv = CsvFile::begin(to, CsvLayout::default(), columns.iter().map(String::as_str))?;
    for row in rows {
        csv.row(row.iter().map(text))?;
    }
    csv.end()
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
