//! How CSV files are laid out: RFC 4180, with what some spreadsheets need on top.

use std::io::{self, Write};

use super::cell;

/// What a spreadsheet needs to open a file by double click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvLayout {
    /// Whether a byte order mark begins the file: Excel takes it for UTF-8 only then.
    pub bom: bool,
    /// What stands between cells: where the comma is the decimal sign, Excel expects a semicolon.
    pub delimiter: u8,
}

impl Default for CsvLayout {
    fn default() -> Self {
        Self { bom: false, delimiter: b',' }
    }
}

/// A CSV file whose cells start no formula.
pub(super) struct CsvFile<W: Write>(csv::Writer<W>);

impl<W: Write> CsvFile<W> {
    /// Begins the file with its header.
    pub(super) fn begin<'a>(
        mut to: W,
        layout: CsvLayout,
        header: impl IntoIterator<Item = &'a str>,
    ) -> io::Result<Self> {
        if layout.bom {
            to.write_all("\u{feff}".as_bytes())?;
        }
        let mut builder = csv::WriterBuilder::new();
        builder.terminator(csv::Terminator::CRLF).delimiter(layout.delimiter);
        let mut file = Self(builder.from_writer(to));
        file.row(header)?;
        Ok(file)
    }

    /// Writes a row.
    pub(super) fn row<T: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = T>) -> io::Result<()> {
        for text in cells {
            self.0.write_field(cell::for_spreadsheet(text.as_ref()).as_bytes()).map_err(cause)?;
        }
        self.0.write_record(None::<&[u8]>).map_err(cause)
    }

    /// Writes out what is still held back.
    pub(super) fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// What went wrong with the output, as it was said there: a closed pipe must be known for one.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(cause) => cause,
        other => io::Error::other(format!("{other:?}")),
    }
}
