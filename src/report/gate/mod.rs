//! The go-live statement: may PHI go live, on what does that rest, and what could nobody see? One dated page for people
//! and the same for programs.

mod accounts;
mod blockers;
mod ground;
mod html;
mod json;
mod statement;
mod terminal;

use std::io::{self, Write};

use jiff::{SignedDuration, Timestamp};

pub use json::gate_schema;
use statement::Statement;

use crate::model::{Kept, Scan, Verdict};

/// How old a scan may be where nobody says otherwise: what a scan itself writes counts no longer either.
pub const MAX_AGE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// As of when the statement is made, and what is known of the scan by then.
#[derive(Debug, Clone, Copy)]
pub struct AsOf<'a> {
    /// The moment.
    pub moment: Timestamp,
    /// How old the scan may be by then.
    pub max_age: Option<SignedDuration>,
    /// Whether the scan is as it was sealed; nothing where it is not sealed yet.
    pub seal: Option<&'a Seal>,
}

/// What became of a scan's seal.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
pub struct Seal {
    /// SHA-256 of its manifest; empty where it has none.
    pub manifest_sha256: String,
    /// Whether every file is as the manifest says.
    pub intact: bool,
    /// Whether the manifest is signed, in words.
    pub signature: String,
    /// What is wrong, one sentence each.
    pub problems: Vec<String>,
}

/// A form of the statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum GateFormat {
    /// Sentences for people
    Table,
    /// For programs
    Json,
    /// A page to sign and to keep
    Html,
    /// Nothing: the exit code says it
    None,
}

/// Writes the statement, and answers with the verdict over all accounts.
///
/// # Errors
///
/// When something cannot be read or written.
pub fn gate(
    scan: &Scan,
    kept: &dyn Kept,
    as_of: AsOf<'_>,
    format: GateFormat,
    to: &mut dyn Write,
) -> io::Result<Verdict> {
    let statement = Statement::of(scan, kept, as_of)?;
    match format {
        GateFormat::Table => terminal::write(&statement, to)?,
        GateFormat::Json => json::write(&statement, to)?,
        GateFormat::Html => html::write(&statement, to)?,
        GateFormat::None => {}
    }
    Ok(statement.verdict)
}

/// The statement as a scan leaves it: of the moment at which the scan started.
pub(super) fn write(scan: &Scan, kept: &dyn Kept, format: GateFormat, to: &mut dyn Write) -> io::Result<()> {
    let as_of = AsOf { moment: scan.started_at, max_age: Some(MAX_AGE), seal: None };
    gate(scan, kept, as_of, format, to).map(drop)
}
