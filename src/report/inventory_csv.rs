//! `inventory-<kind>.csv`: what was kept of every resource of a kind.

use std::io::{self, Write};

use super::csv_file::{CsvFile, CsvLayout};
use crate::model::Resources;

/// Writes every resource of a kind as a row.
///
/// # Errors
///
/// When something cannot be read or written.
pub fn inventory(resources: &dyn Resources, layout: CsvLayout, to: &mut dyn Write) -> io::Result<()> {
    let columns = resources.columns();
    let mut csv = CsvFile::begin(to, layout, columns.iter().map(String::as_str))?;
    resources.each_resource(&mut |cells| csv.row(cells))?;
    csv.end()
}
