//! A CSV file as spreadsheets save it: another delimiter, a byte order mark, other line ends, columns in another order.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder};

use crate::model::trouble;

/// The file, read row by row: there may be more of it than memory holds.
pub struct Sheet {
    rows: csv::ByteRecordsIntoIter<Box<dyn Read>>,
    columns: &'static [&'static str],
    /// Where each known column stands.
    places: Vec<Option<usize>>,
    /// Columns that are not known.
    pub ignored: Vec<String>,
    row: usize,
    /// The cells of the header.
    width: usize,
}

/// A row of it.
#[derive(Debug)]
pub struct Row {
    /// Its number, as a spreadsheet numbers it: the header is row 1.
    pub number: usize,
    /// The line of the file on which it begins, from 1: texts may have line breaks.
    pub line: u64,
    /// How many cells it has, where the header has another number.
    pub misfit: Option<Misfit>,
    /// What stands in each known column; nothing where the file does not have it.
    cells: Vec<Option<String>>,
    columns: &'static [&'static str],
}

/// A row that is shorter or longer than the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misfit {
    /// The cells of the row.
    pub cells: usize,
    /// Those of the header.
    pub header: usize,
}

/// Why a file is no such table.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The system refuses.
    #[error("it cannot be read: {}", trouble(.0))]
    Io(#[from] io::Error),
    /// It is a workbook.
    #[error("it is a workbook: save it as CSV UTF-8")]
    Workbook,
    /// It is UTF-16.
    #[error("it is UTF-16 text: save it as CSV UTF-8")]
    Utf16,
    /// It is in some code page.
    #[error("row {0} is not UTF-8 text: save it as CSV UTF-8")]
    CodePage(usize),
    /// A byte order mark was read as three letters, and so was every other letter outside of ASCII.
    #[error("its letters are garbled: open the file as UTF-8 and save it as CSV UTF-8")]
    Garbled,
    /// It is some other table, or none.
    #[error("its first row is not the header of findings.csv")]
    NoHeader,
    /// A column that is needed is not there.
    #[error("columns are missing: {0}")]
    Missing(String),
    /// A column is there twice.
    #[error("the column {0} is there twice")]
    Twice(String),
    /// Its quotes do not fit together.
    #[error("row {0} cannot be read: {1}")]
    Malformed(usize, String),
}

/// As much as a header may take.
const LONGEST_HEADER: usize = 1 << 16;

impl Sheet {
    /// Opens a file that has these columns; those in `needed` must be there.
    ///
    /// # Errors
    ///
    /// When it is no such table.
    pub fn open(
        path: &Path,
        columns: &'static [&'static str],
        needed: &[&'static str],
    ) -> Result<Self, Unreadable> {
        // Anything but a plain file could keep us waiting for ever.
        if !path.metadata()?.is_file() {
            return Err(Unreadable::Io(io::Error::other("it is no plain file: name the table itself")));
        }
        Self::read(File::open(path)?, columns, needed)
    }

    /// The same of what is read from anywhere.
    ///
    /// # Errors
    ///
    /// As [`Sheet::open`].
    pub fn read(
        from: impl Read + 'static,
        columns: &'static [&'static str],
        needed: &[&'static str],
    ) -> Result<Self, Unreadable> {
        let mut file = BufReader::with_capacity(LONGEST_HEADER, from);
        let begin = file.fill_buf()?;
        refuse_by_its_begin(begin)?;
        let mark = if begin.starts_with("\u{feff}".as_bytes()) { 3 } else { 0 };
        let first_line = begin.get(mark..).unwrap_or_default().split(|byte| b"\r\n".contains(byte)).next();
        if first_line.is_some_and(|line| line.len() + mark == begin.len() && begin.len() == LONGEST_HEADER) {
            return Err(Unreadable::NoHeader);
        }
        let delimiter = delimiter_of(first_line.unwrap_or_default(), columns).ok_or(Unreadable::NoHeader)?;
        file.consume(mark);
        let mut builder = ReaderBuilder::new();
        builder.delimiter(delimiter).flexible(true).has_headers(false);
        let mut rows = builder.from_reader(Box::new(file) as Box<dyn Read>).into_byte_records();
        let header = rows.next().ok_or(Unreadable::NoHeader)?.map_err(|error| malformed(1, &error))?;
        let mut sheet =
            Self { rows, columns, places: Vec::new(), ignored: Vec::new(), row: 1, width: header.len() };
        sheet.learn(&header, needed)?;
        Ok(sheet)
    }

    /// The known columns that the file does not have.
    pub fn absent(&self) -> Vec<&'static str> {
        let places = self.columns.iter().zip(&self.places);
        places.filter(|(_, place)| place.is_none()).map(|(column, _)| *column).collect()
    }

    fn learn(&mut self, header: &ByteRecord, needed: &[&'static str]) -> Result<(), Unreadable> {
        let names = texts(header, 1)?;
        let names: Vec<&str> = names.iter().map(|name| name.trim()).collect();
        if names.iter().any(|name| name.starts_with("ï»¿")) {
            return Err(Unreadable::Garbled);
        }
        let mut seen = BTreeSet::new();
        for name in names.iter().filter(|name| !name.is_empty()) {
            let is_known = self.columns.contains(name);
            if is_known && !seen.insert(*name) {
                return Err(Unreadable::Twice((*name).to_owned()));
            }
            if !is_known {
                self.ignored.push((*name).to_owned());
            }
        }
        self.places =
            self.columns.iter().map(|column| names.iter().position(|name| name == column)).collect();
        let missing: Vec<&str> = needed.iter().copied().filter(|column| !seen.contains(column)).collect();
        if missing.is_empty() { Ok(()) } else { Err(Unreadable::Missing(missing.join(", "))) }
    }
}

impl Iterator for Sheet {
    type Item = Result<Row, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        let record = self.rows.next()?;
        self.row += 1;
        let number = self.row;
        let row = record.map_err(|error| malformed(number, &error)).and_then(|record| {
            let line = record.position().map_or(0, csv::Position::line);
            let (cells, header) = (record.len(), self.width);
            let misfit = (cells != header).then_some(Misfit { cells, header });
            let cells = texts(&record, number)?;
            let cell = |place: usize| cells.get(place).cloned().unwrap_or_default();
            let cells = self.places.iter().map(|place| place.map(cell)).collect();
            Ok(Row { number, line, misfit, cells, columns: self.columns })
        });
        Some(row)
    }
}

impl Row {
    /// What stands in a column, without blanks around it; empty where the file does not have the column.
    pub fn cell(&self, column: &str) -> &str {
        let place = self.columns.iter().position(|known| *known == column);
        let cell = place.and_then(|place| self.cells.get(place)).and_then(Option::as_deref);
        cell.unwrap_or_default().trim()
    }

    /// What stands in the columns that the file has, in their known order, with the places in that order.
    pub fn cells(&self) -> impl Iterator<Item = (usize, &'static str, &str)> {
        let cells = self.columns.iter().zip(&self.cells).enumerate();
        cells.filter_map(|(place, (column, cell))| Some((place, *column, cell.as_deref()?)))
    }

    /// Whether nothing stands in it, as in rows below the last one.
    pub fn is_blank(&self) -> bool {
        self.cells.iter().flatten().all(|cell| cell.trim().is_empty())
    }
}

fn refuse_by_its_begin(begin: &[u8]) -> Result<(), Unreadable> {
    match begin {
        [b'P', b'K', 3, 4, ..] | [0xd0, 0xcf, 0x11, 0xe0, ..] => Err(Unreadable::Workbook),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [_, 0, ..] | [0, _, ..] => Err(Unreadable::Utf16),
        _ => Ok(()),
    }
}

/// The delimiter by which a line has the most columns that are known.
fn delimiter_of(line: &[u8], columns: &[&str]) -> Option<u8> {
    let known = |delimiter: u8| {
        let mut reader = ReaderBuilder::new().delimiter(delimiter).has_headers(false).from_reader(line);
        let record = reader.byte_records().next().and_then(Result::ok).unwrap_or_default();
        record
            .iter()
            .filter(|cell| columns.iter().any(|column| column.as_bytes() == cell.trim_ascii()))
            .count()
    };
    let counted = [b',', b';', b'\t'].map(|delimiter| (known(delimiter), delimiter));
    counted.into_iter().max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0).map(|(_, it)| it)
}

fn texts(record: &ByteRecord, row: usize) -> Result<Vec<String>, Unreadable> {
    let text = |cell: &[u8]| std::str::from_utf8(cell).map(str::to_owned);
    record.iter().map(|cell| text(cell).map_err(|_| Unreadable::CodePage(row))).collect()
}

fn malformed(row: usize, error: &csv::Error) -> Unreadable {
    match error.kind() {
        csv::ErrorKind::Io(cause) => Unreadable::Io(io::Error::new(cause.kind(), cause.to_string())),
        other => Unreadable::Malformed(row, format!("{other:?}")),
    }
}
