//! Preparing a check's query, and learning from SQLite what it reads.
//!
//! From the tables that SQLite reports follow what must be collected, which permissions that needs,
//! and where a pass must be withheld. Nothing of this is declared in the check file.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::Connection;

use super::check::{Check, CheckError, line_of};
use super::sandbox;
use crate::catalogue::{self, Kind};
use crate::evidence::{Store, data, functions};
use crate::intent::Intent;

/// The views over the evidence that checks share.
const VIEWS: &str = include_str!("../../checks/views.sql");

/// Columns of a query's answer that are not evidence.
pub(super) const JUDGEMENT_COLUMNS: [&str; 10] = [
    "account_sid",
    "outcome",
    "resource_type",
    "resource_sid",
    "resource_name",
    "field",
    "reason",
    "severity",
    "product",
    "blocks_go_live",
];

/// A check that is known to run, and what it reads.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The check.
    pub check: Check,
    /// The kinds it reads, in the order of the catalogue.
    pub reads: Vec<&'static Kind>,
}

impl Compiled {
    /// The kinds without which it cannot call anything fine.
    pub fn needs(&self) -> impl Iterator<Item = &'static Kind> + '_ {
        self.reads
            .iter()
            .copied()
            .filter(|kind| !self.check.corroborates.iter().any(|table| table == kind.name))
    }
}

/// For each kind, the checks that can call nothing fine without it.
pub fn needed_by(checks: &[Compiled]) -> BTreeMap<String, Vec<String>> {
    let mut needed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for compiled in checks {
        for kind in compiled.needs() {
            needed.entry(kind.name.to_owned()).or_default().push(compiled.check.id.clone());
        }
    }
    needed
}

/// Prepares every check on an empty store.
///
/// # Errors
///
/// The first query that SQLite refuses, or that does not answer with the columns it must, by file and line.
pub fn compile(checks: Vec<Check>) -> Result<Vec<Compiled>, CheckError> {
    let mut store = Store::in_memory().map_err(|error| in_file("checks", 1, error))?;
    store
        .write_intent(&Intent::default(), false)
        .map_err(|error| in_file("src/evidence/intent.sql", 1, error))?;
    let connection = store.connection_mut();
    prepare(connection, Timestamp::UNIX_EPOCH).map_err(|error| in_file("checks/views.sql", 1, error))?;
    let reads = sandbox::confine(connection).map_err(|error| in_file("checks", 1, error))?;
    checks
        .into_iter()
        .map(|check| {
            let statement = connection.prepare(&check.query).map_err(|error| sql_error(&check, &error))?;
            let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
            drop(statement);
            require_columns(&check, &columns)?;
            let tables = reads.take();
            require_corroborating(&check, &tables)?;
            let reads = catalogue::KINDS.iter().copied().filter(|kind| tables.contains(kind.name)).collect();
            Ok(Compiled { check, reads })
        })
        .collect()
}

/// Makes functions, dated lists and shared views on a connection, for as long as it lives: the file
/// itself stays as it is, and today's rules can be asked of last year's evidence.
pub(super) fn prepare(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    functions::register(connection, now)?;
    data::load(connection)?;
    connection.execute_batch(VIEWS)
}

fn require_columns(check: &Check, columns: &[String]) -> Result<(), CheckError> {
    for required in ["account_sid", "outcome"] {
        if !columns.iter().any(|column| column == required) {
            return Err(in_check(check, 1, format!("the query answers no column `{required}`")));
        }
    }
    let distinct: BTreeSet<_> = columns.iter().collect();
    if distinct.len() < columns.len() {
        return Err(in_check(check, 1, "the query answers two columns of the same name"));
    }
    Ok(())
}

fn require_corroborating(check: &Check, tables: &BTreeSet<String>) -> Result<(), CheckError> {
    match check.corroborates.iter().find(|table| !tables.contains(*table)) {
        Some(table) => {
            Err(in_check(check, 1, format!("`corroborates` names `{table}`, which the query does not read")))
        }
        None => Ok(()),
    }
}

fn sql_error(check: &Check, error: &rusqlite::Error) -> CheckError {
    match error {
        rusqlite::Error::SqlInputError { msg, offset, .. } => {
            let offset = usize::try_from(*offset).unwrap_or(0);
            in_check(check, line_of(&check.query, offset), msg)
        }
        other => in_check(check, 1, other),
    }
}

fn in_check(check: &Check, line: usize, problem: impl ToString) -> CheckError {
    in_file(&format!("{}/{}.toml (query)", check.family.as_str(), check.id), line, problem)
}

fn in_file(file: &str, line: usize, problem: impl ToString) -> CheckError {
    CheckError { file: file.to_owned(), line, problem: problem.to_string() }
}
