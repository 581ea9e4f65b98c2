//! What a query may do: read tables and call harmless functions, for a bounded time.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;

/// A query that runs longer is stopped.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// Functions of SQLite that reach outside the query.
const FORBIDDEN_FUNCTIONS: &[&str] = &["load_extension", "readfile", "writefile", "edit", "fts3_tokenizer"];

/// What a query was seen to read.
#[derive(Debug, Clone, Default)]
pub(super) struct Reads(Arc<Mutex<Read>>);

/// What a query reads.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// The tables, those underneath views included.
    pub(super) tables: BTreeSet<String>,
    /// The same, as (table, what reads it): a view, a part of the query that has a name, or nothing.
    pub(super) readers: BTreeSet<(String, String)>,
    /// The columns, as (table, column), that the query itself names.
    pub(super) columns: BTreeSet<(String, String)>,
}

impl Reads {
    /// What was seen since the last call.
    pub(super) fn take(&self) -> Read {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// `view` is the view that reads it, where one does.
    fn note(&self, table: &str, column: &str, view: Option<&str>) {
        let mut read = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        read.tables.insert(table.to_owned());
        read.readers.insert((table.to_owned(), view.unwrap_or_default().to_owned()));
        if view.is_none() && !column.is_empty() {
            read.columns.insert((table.to_owned(), column.to_owned()));
        }
    }
}

/// Closes a connection to everything but reading. Whatever is prepared afterwards is noted.
pub(super) fn confine(connection: &mut Connection) -> rusqlite::Result<Reads> {
    let reads = Reads::default();
    let noted = reads.clone();
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, 16 << 20)?;
    connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.authorizer(Some(move |context: AuthContext<'_>| match context.action {
        AuthAction::Select | AuthAction::Recursive => Authorization::Allow,
        AuthAction::Read { table_name, column_name } => {
            noted.note(table_name, column_name, context.accessor);
            Authorization::Allow
        }
        AuthAction::Function { function_name }
            if !FORBIDDEN_FUNCTIONS.contains(&function_name.to_ascii_lowercase().as_str()) =>
        {
            Authorization::Allow
        }
        _ => Authorization::Deny,
    }))?;
    Ok(reads)
}

/// Stops whatever runs on the connection once the time is up.
pub(super) fn limit_time(connection: &mut Connection) -> rusqlite::Result<()> {
    let deadline = Instant::now() + TIME_LIMIT;
    connection.progress_handler(100_000, Some(move || Instant::now() > deadline))
}

/// Lets a connection do everything again.
pub(super) fn release(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.progress_handler(0, None::<fn() -> bool>)?;
    connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)
}
