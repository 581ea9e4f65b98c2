//! `report.html`: everything in one page, for people.
//!
//! One file that needs no network and asks for none: data, script and style lie inside, and its policy lets nothing
//! else run. What must be known without a script (verdicts, counts, coverage, declarations) is written as HTML; the
//! findings are data that the script shows, because ten thousand rows of HTML would open slowly.

mod charts;
mod data;
mod declared;
mod matrix;
mod page;
mod survey;
mod verdicts;

use std::io::{self, Write};

use askama::Template as _;

use super::cell::{at_most, printable};
use super::not_read::causes;
use super::options::Options;
use crate::model::{Kept, Scan};

/// Entries of a list before it says how many more there are.
const LISTED: usize = 200;
/// The files of the script, as one: it is one element, with one hash.
const SCRIPT: &str = concat!(
    include_str!("script/findings.js"),
    "\n",
    include_str!("script/list.js"),
    "\n",
    include_str!("script/detail.js"),
    "\n",
    include_str!("script/reading.js"),
);
const STYLE: &str = include_str!("report.css");

/// Writes the page.
pub(super) fn write(scan: &Scan, kept: &dyn Kept, options: Options, mut to: impl Write) -> io::Result<()> {
    let survey = survey::Survey::of(scan, kept, options)?;
    let causes = causes(scan, kept)?;
    page::Page::of(scan, &survey, causes).write_into(&mut to)?;
    to.write_all(b"\n")
}

/// A text from a stranger: nothing in it steers the page, and it is no longer than anybody reads. Text that runs from
/// right to left stays as it is.
fn text(text: &str) -> String {
    at_most(&printable(text), 2000)
}

/// A piece of a sentence: `code`, or the words around it.
#[derive(Debug)]
struct Piece {
    is_code: bool,
    text: String,
}

/// A sentence in its pieces.
fn prose(sentence: &str) -> Vec<Piece> {
    let pieces = text(sentence);
    let pieces = pieces.split('`').enumerate();
    pieces.map(|(place, piece)| Piece { is_code: place % 2 == 1, text: piece.to_owned() }).collect()
}

/// A name from a stranger, where the page only needs to tell things apart.
fn name(name: &str) -> String {
    at_most(&printable(name), 200)
}

/// The first entries of a list, and how many more there are.
fn first<T>(mut list: Vec<T>) -> (Vec<T>, usize) {
    let more = list.len().saturating_sub(LISTED);
    list.truncate(LISTED);
    (list, more)
}

/// A link to the findings of a filter, as the script reads it: names and values of plain letters.
fn filtered(filters: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(filters);
    format!("#{}", query.finish())
}
