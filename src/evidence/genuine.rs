//! Whether a file is laid out as a store of ours: it may come from anybody, and what its tables are made of SQLite runs.
//!
//! A view could be endless, a trigger could do anything, a column that is worked out could fill the memory from a few
//! bytes. Nothing is read of a file before its tables are, word for word, those that this version makes.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::OnceLock;

use rusqlite::Connection;
use rusqlite::limits::Limit;

use super::error::{EvidenceError, sql};
use super::schema;

/// The longest value and row, in bytes. The longest that a scan writes are what was declared and what it concludes, of
/// which a hundred thousand accounts take a part.
const LONGEST: i32 = 256 << 20;
/// Letters of a foreign name that are shown.
const NAME: usize = 60;

/// What is laid out in a file: its kind and name, and the table that it is of with the statement that makes it.
type Layout = BTreeMap<(String, String), (String, Option<String>)>;

/// Bounds what one value may take.
pub(super) fn bound(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST).map(|_| ())
}

/// Refuses a file that is no store, that is of another layout, or that has anything a store of ours does not.
pub(super) fn refuse_altered(connection: &Connection, path: &Path) -> Result<(), EvidenceError> {
    let open = |source| EvidenceError::Open { path: path.to_owned(), source };
    let altered = |what: String| EvidenceError::Altered { path: path.to_owned(), what };
    bound(connection).map_err(open)?;
    // Another version has other tables, and says so in this one, so it is looked at before it is read.
    if let Some(what) = unlike_any_store(connection).map_err(open)? {
        return Err(altered(what));
    }
    let (found, written_by) = connection
        .query_row("select layout, written_by from scan", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .map_err(open)?;
    if found != schema::LAYOUT {
        return Err(EvidenceError::Layout { written_by, found, expected: schema::LAYOUT });
    }
    refuse_foreign(connection, "main", path)
}

/// Refuses a store, open or attached under this name, that has anything but what this version makes.
pub(super) fn refuse_foreign(
    connection: &Connection,
    schema: &str,
    path: &Path,
) -> Result<(), EvidenceError> {
    let ours = ours()?;
    let mut foreign =
        layout(connection, schema).map_err(|source| EvidenceError::Open { path: path.to_owned(), source })?;
    foreign.retain(|name, made| ours.get(name) != Some(made));
    // Of a table that is another so is what belongs to it, which says less.
    let foreign = foreign.into_keys().min_by_key(|(kind, _)| kind != "table");
    match foreign {
        None => Ok(()),
        Some((kind, name)) => {
            let what = format!("its {kind} `{}` is not one that this version makes", shown(&name));
            Err(EvidenceError::Altered { path: path.to_owned(), what })
        }
    }
}

/// What no version ever wrote: views, triggers, and a table of the scan that is not kept as it stands.
fn unlike_any_store(connection: &Connection) -> rusqlite::Result<Option<String>> {
    let first = |query: &str| {
        let read = connection.query_row(query, [], |row| row.get::<_, String>(0));
        match read {
            Err(rusqlite::Error::QueryReturnedNoRows) => Ok(None),
            read => read.map(Some),
        }
    };
    if let Some(kind) = first("select type from sqlite_schema where type in ('view', 'trigger') limit 1")? {
        return Ok(Some(format!("it has a {kind}")));
    }
    let is_no_table =
        "select type from pragma_table_list where schema = 'main' and name = 'scan' and type <> 'table'";
    let is_worked_out = "select name from pragma_table_xinfo('scan') where hidden <> 0 limit 1";
    let is_odd = first(is_no_table)?.is_some() || first(is_worked_out)?.is_some();
    Ok(is_odd.then(|| "its table `scan` is worked out by SQLite when it is read".to_owned()))
}

fn layout(connection: &Connection, schema: &str) -> rusqlite::Result<Layout> {
    connection
        .prepare(&format!("select type, name, tbl_name, sql from {schema}.sqlite_schema"))?
        .query_map([], |row| Ok(((row.get(0)?, row.get(1)?), (row.get(2)?, row.get(3)?))))?
        .collect()
}

/// What this version makes, the tables of a scan that is not finished among it.
fn ours() -> Result<&'static Layout, EvidenceError> {
    static OURS: OnceLock<Layout> = OnceLock::new();
    if let Some(ours) = OURS.get() {
        return Ok(ours);
    }
    let make = || -> rusqlite::Result<Layout> {
        let connection = Connection::open_in_memory()?;
        schema::make_tables(&connection)?;
        connection.execute_batch(schema::UNFINISHED_TABLES)?;
        connection.execute_batch(schema::SIGNED_IN_BEFORE)?;
        layout(&connection, "main")
    };
    let made = make().map_err(sql("make"))?;
    Ok(OURS.get_or_init(|| made))
}

/// A name that a stranger chose.
fn shown(name: &str) -> String {
    name.chars().take(NAME).flat_map(char::escape_debug).collect()
}
