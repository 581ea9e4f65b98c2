//! Preparing a check's query, and learning from SQLite what it reads.
//!
//! From the tables that SQLite reports follow what must be collected, which permissions that needs,
//! and where a pass must be withheld. Nothing of this is declared in the check file.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::Connection;

use super::check::Check;
use super::check_file::{CheckError, CheckFile};
use super::sandbox::{Allowance, Sandbox};
use crate::catalogue::{self, Kind};
use crate::evidence::{Store, data, functions};
use crate::intent::Intent;

/// The views over the evidence that checks share.
pub(super) const VIEWS: &str = include_str!("../../checks/views.sql");

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
    /// The shared views that its query names.
    pub(super) views: BTreeSet<String>,
    /// The columns of kinds that its query names, as (kind, column).
    pub(super) columns: BTreeSet<(String, String)>,
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
    let mut store = empty_store()?;
    let connection = store.connection_mut();
    let all_views: BTreeSet<String> =
        views(connection).map_err(|error| in_file("checks/views.sql", error))?.into_iter().collect();
    let sandbox = Sandbox::around(connection).map_err(|error| in_file("checks", error))?;
    checks
        .into_iter()
        .map(|check| {
            let columns = sandbox
                .grant(connection, Allowance::default())
                .and_then(|()| columns_of(connection, &sandbox, &check.query))
                .map_err(|error| sql_error(&check, &sandbox, &error))?;
            require_columns(&check, &columns)?;
            let mut read = sandbox.take();
            require_corroborating(&check, &read.tables)?;
            read.columns.retain(|(table, column)| {
                let kind = catalogue::kind(table);
                kind.is_some_and(|kind| kind.columns.iter().any(|kept| kept.name == column))
            });
            let reads =
                catalogue::KINDS.iter().copied().filter(|kind| read.tables.contains(kind.name)).collect();
            let views = read
                .readers
                .iter()
                .filter(|(table, reader)| all_views.contains(table) && !all_views.contains(reader))
                .map(|(view, _)| view.clone())
                .collect();
            Ok(Compiled { check, reads, views, columns: read.columns })
        })
        .collect()
}

/// The kinds that a question reads, in the order of the catalogue.
///
/// # Errors
///
/// When SQLite refuses the question.
pub fn kinds_read_by(question: &str) -> Result<Vec<&'static Kind>, CheckError> {
    let mut store = empty_store()?;
    let connection = store.connection_mut();
    let sandbox = Sandbox::around(connection).map_err(|error| in_file("question", error))?;
    sandbox
        .grant(connection, Allowance::default())
        .and_then(|()| columns_of(connection, &sandbox, question))
        .map_err(|error| in_file("question", sandbox.why(&error)))?;
    let tables = sandbox.take().tables;
    Ok(catalogue::KINDS.iter().copied().filter(|kind| tables.contains(kind.name)).collect())
}

/// A store without evidence, to see what is read.
fn empty_store() -> Result<Store, CheckError> {
    let store = Store::in_memory().map_err(|error| in_file("checks", error))?;
    store
        .write_intent(&Intent::default(), false)
        .map_err(|error| in_file("src/evidence/intent.sql", error))?;
    prepare(store.connection(), Timestamp::UNIX_EPOCH).map_err(|error| in_file("checks/views.sql", error))?;
    Ok(store)
}

/// Makes functions, dated lists and shared views on a connection, for as long as it lives: the file
/// itself stays as it is, and today's rules can be asked of last year's evidence.
pub(super) fn prepare(connection: &Connection, now: Timestamp) -> rusqlite::Result<()> {
    functions::register(connection, now)?;
    data::load(connection)?;
    connection.execute_batch(VIEWS)
}

/// The names of the shared views, each behind those that it reads.
fn views(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare("select name from sqlite_temp_schema where type = 'view' order by rowid")?
        .query_map([], |row| row.get(0))?
        .collect()
}

/// Works out the views that these checks read, once for all of them: a view that is asked anew by each of twenty
/// checks costs twenty times. Their names then are those of tables, so this comes after [`compile`] learnt from the
/// views what is read.
pub(super) fn work_out_views(connection: &Connection, checks: &[Compiled]) -> rusqlite::Result<()> {
    // Half of what is asked below is asked of these tables, over and over.
    connection.pragma_update(Some("temp"), "cache_size", -8_000)?;
    for view in views(connection)? {
        if checks.iter().any(|compiled| compiled.views.contains(&view)) {
            // A table of another name would have to be renamed, for which SQLite reads anew how everything was made.
            let select = select_of(connection, &view)?;
            connection.execute_batch(&format!("drop view {view}; create temp table {view} as {select}"))?;
            if has_column(connection, &view, "account_sid")? {
                connection
                    .execute_batch(&format!("create index temp.{view}_by_account on {view} (account_sid)"))?;
            }
        }
    }
    Ok(())
}

/// What a view is made of: the statement that made it, from behind its name and `as`.
fn select_of(connection: &Connection, view: &str) -> rusqlite::Result<String> {
    let made: String = connection.query_row(
        "select sql from sqlite_temp_schema where type = 'view' and name = ?1",
        [view],
        |row| row.get(0),
    )?;
    let select = made.split_once(view).and_then(|(_, rest)| rest.trim_start().strip_prefix("as"));
    select.map(str::to_owned).ok_or_else(|| rusqlite::Error::InvalidColumnName(view.to_owned()))
}

fn has_column(connection: &Connection, table: &str, column: &str) -> rusqlite::Result<bool> {
    connection.query_row(
        "select count(*) from pragma_table_info(?1) where name = ?2",
        [table, column],
        |row| row.get(0),
    )
}

fn require_columns(check: &Check, columns: &[String]) -> Result<(), CheckError> {
    let wrong = |problem: String| check.file.error(check.file.key("query"), problem);
    for required in ["account_sid", "outcome"] {
        if !columns.iter().any(|column| column == required) {
            return Err(wrong(format!("the query answers no column `{required}`")));
        }
    }
    let mut seen = BTreeSet::new();
    match columns.iter().find(|column| !seen.insert(*column)) {
        Some(twice) => Err(wrong(format!("the query answers two columns named `{twice}`"))),
        None => Ok(()),
    }
}

fn require_corroborating(check: &Check, tables: &BTreeSet<String>) -> Result<(), CheckError> {
    match check.corroborates.iter().find(|table| !tables.contains(*table)) {
        Some(table) => Err(check.file.error(
            check.file.key("corroborates"),
            format!("`corroborates` names `{table}`, which the query does not read"),
        )),
        None => Ok(()),
    }
}

/// The columns that a query answers with.
fn columns_of(connection: &Connection, sandbox: &Sandbox, query: &str) -> rusqlite::Result<Vec<String>> {
    Ok(sandbox.prepare(connection, query)?.column_names().map(str::to_owned).collect())
}

fn sql_error(check: &Check, sandbox: &Sandbox, error: &rusqlite::Error) -> CheckError {
    let place = match error {
        rusqlite::Error::SqlInputError { offset, .. } => {
            check.file.in_query(&check.query, usize::try_from(*offset).unwrap_or(0))
        }
        _ => check.file.key("query"),
    };
    check.file.error(place, format!("the query of `{}`: {}", check.id, sandbox.why(error)))
}

/// An error of our own files, which no check is to blame for.
fn in_file(name: &str, problem: impl ToString) -> CheckError {
    CheckFile::new(name, "").error(None, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_the_same_when_it_is_worked_out() {
        let store = empty_store().unwrap();
        let connection = store.connection();
        for view in views(connection).unwrap() {
            let columns = |from: &str| -> Vec<String> {
                let statement = connection.prepare(&format!("select * from {from}")).unwrap();
                statement.column_names().map(str::to_owned).collect()
            };
            let select = select_of(connection, &view).unwrap();
            assert_eq!(columns(&view), columns(&format!("({select})")), "{view}");
        }
    }
}
