//! What a query may do: read the evidence and call harmless functions, for a bounded time and with bounded memory.
//!
//! Everything is refused that is not named here. Whoever is refused or stopped is told in a sentence why.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;
use rusqlite::{Connection, Error, ErrorCode, Statement, ffi};

use super::bounded_functions;
use crate::evidence::functions;

/// A query that runs longer is stopped, unless the operator grants it more or less.
pub const CHECK_SECONDS: u16 = 60;
/// What SQLite may hold in memory in this process, in bytes. It keeps what it sorts in files, so that a check of a
/// large estate needs a small part of that.
const MOST_MEMORY: u64 = 512 << 20;
/// What may be taken of the disk for what is sorted, in bytes.
const MOST_DISK: u64 = 4 << 30;
/// The longest text in bytes: a list of 100,000 SIDs.
const LONGEST_TEXT: i32 = 4 << 20;
/// The longest query in bytes.
const LONGEST_QUERY: i32 = 100_000;
/// The longest pattern of `like` and `glob` in bytes: looking for it takes as many steps for each letter of a text.
const LONGEST_PATTERN: i32 = 200;
/// Steps of SQLite between two looks at the clock. Few, for one may be a search through a long text.
const STEPS: i32 = 100;
/// Time between two looks at the disk.
const LOOK_AT_DISK: Duration = Duration::from_millis(100);

/// What SQLite itself provides and may be called: nothing that reaches a file, the connection or its schema, and
/// nothing that only makes bytes. Nor `json_patch`, which compares every name of one object with every name of the other.
#[rustfmt::skip]
const FUNCTIONS: &[&str] = &[
    "->", "->>", "abs", "avg", "char", "coalesce", "concat", "concat_ws", "count", "cume_dist", "current_date",
    "current_time", "current_timestamp", "date", "datetime", "dense_rank", "first_value", "format", "glob",
    "group_concat", "hex", "if", "ifnull", "iif", "instr", "json", "json_array", "json_array_length",
    "json_error_position", "json_extract", "json_group_array", "json_group_object", "json_insert", "json_object",
    "json_pretty", "json_quote", "json_remove", "json_replace", "json_set", "json_type", "json_valid",
    "julianday", "lag", "last_value", "lead", "length", "like", "likelihood", "likely", "lower", "ltrim", "max", "min",
    "nth_value", "ntile", "nullif", "octet_length", "percent_rank", "printf", "quote", "random", "rank", "replace",
    "round", "row_number", "rtrim", "sign", "soundex", "strftime", "string_agg", "substr", "substring", "sum", "time",
    "timediff", "total", "trim", "typeof", "unicode", "unixepoch", "unlikely", "upper",
];

/// Tables that SQLite makes of a text.
const TABLES_OF_TEXT: [&str; 2] = ["json_each", "json_tree"];

const MAY_ONLY_READ: &str = "it may not change anything: it may only read, with select";

/// What a query may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// A query that runs longer is stopped.
    pub time: Duration,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { time: Duration::from_secs(CHECK_SECONDS.into()) }
    }
}

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

/// What is known of the query at hand.
#[derive(Debug, Default)]
struct Seen {
    read: Read,
    /// Why it was refused or stopped, in a clause that fits behind its name.
    why: Option<String>,
}

/// A closed connection: what is asked on it, and why something was not answered.
#[derive(Debug, Clone, Default)]
pub(super) struct Sandbox(Arc<Mutex<Seen>>);

impl Sandbox {
    /// Closes a connection to everything but reading what is in it by now. Whatever is prepared afterwards is noted.
    pub(super) fn around(connection: &mut Connection) -> rusqlite::Result<Self> {
        connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST_TEXT)?;
        connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, LONGEST_QUERY)?;
        connection.set_limit(Limit::SQLITE_LIMIT_LIKE_PATTERN_LENGTH, LONGEST_PATTERN)?;
        connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
        // It counts for the whole process, and stays.
        connection.query_row(&format!("pragma hard_heap_limit = {MOST_MEMORY}"), [], |_| Ok(()))?;
        bounded_functions::register(connection)?;
        let tables = tables(connection)?;
        let sandbox = Self::default();
        let seen = sandbox.clone();
        connection.authorizer(Some(move |context: AuthContext<'_>| {
            match refusal(&context.action, &tables) {
                None => {
                    if let AuthAction::Read { table_name, column_name } = context.action {
                        seen.note(table_name, column_name, context.accessor);
                    }
                    Authorization::Allow
                }
                Some(why) => {
                    seen.explain(why);
                    Authorization::Deny
                }
            }
        }))?;
        Ok(sandbox)
    }

    /// Stops whatever runs on the connection once it has taken what it may, from now on.
    pub(super) fn grant(&self, connection: &mut Connection, allowance: Allowance) -> rusqlite::Result<()> {
        self.lock(|seen| seen.why = None);
        let seen = self.clone();
        let begun = Instant::now();
        let mut disk = Disk::watched_from(begun);
        connection.progress_handler(
            STEPS,
            Some(move || {
                let now = Instant::now();
                let time_is_up = now.duration_since(begun) > allowance.time;
                if time_is_up {
                    seen.explain(format!(
                        "it was stopped: it took longer than {} seconds",
                        allowance.time.as_secs()
                    ));
                } else if disk.is_used_up(now) {
                    seen.explain(format!(
                        "it was stopped: what it sorts takes more than {} GiB",
                        MOST_DISK >> 30
                    ));
                } else {
                    return false;
                }
                true
            }),
        )
    }

    /// Prepares a query that changes nothing. Of `vacuum` SQLite does not ask whether it may.
    pub(super) fn prepare<'c>(
        &self,
        connection: &'c Connection,
        query: &str,
    ) -> rusqlite::Result<Statement<'c>> {
        let statement = connection.prepare(query)?;
        if statement.readonly() && statement.column_count() > 0 {
            return Ok(statement);
        }
        let asks = statement.column_count() > 0 || !statement.readonly();
        self.explain(if asks { MAY_ONLY_READ } else { "it asks nothing: it must be a select" }.to_owned());
        Err(Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_AUTH), None))
    }

    /// Lets the connection do everything again.
    pub(super) fn open(connection: &mut Connection) -> rusqlite::Result<()> {
        connection.progress_handler(0, None::<fn() -> bool>)?;
        connection.authorizer(None::<fn(AuthContext<'_>) -> Authorization>)
    }

    /// What was read since the last call.
    pub(super) fn take(&self) -> Read {
        self.lock(|seen| std::mem::take(&mut seen.read))
    }

    /// Why a query came to nothing, in a clause that fits behind its name. It holds nothing of the evidence.
    pub(super) fn why(&self, error: &Error) -> String {
        let said = self.lock(|seen| seen.why.take());
        if let Some(said) = said {
            return said;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::OutOfMemory) => {
                format!("it was stopped: it takes more than {} MiB of memory", MOST_MEMORY >> 20)
            }
            Some(ErrorCode::TooBig) => format!(
                "it was stopped: a text in it is longer than {} MiB, or it is itself longer than {} kB",
                LONGEST_TEXT >> 20,
                LONGEST_QUERY / 1000
            ),
            _ => match error {
                Error::MultipleStatement => "it must be one statement, and it is several".to_owned(),
                Error::SqlInputError { msg, .. } => msg.clone(),
                other => other.to_string(),
            },
        }
    }

    /// The first reason is the one that counts: SQLite asks on after a refusal.
    fn explain(&self, why: String) {
        self.lock(|seen| {
            seen.why.get_or_insert(why);
        });
    }

    /// `view` is the view that reads it, where one does.
    fn note(&self, table: &str, column: &str, view: Option<&str>) {
        self.lock(|Seen { read, .. }| {
            read.tables.insert(table.to_owned());
            read.readers.insert((table.to_owned(), view.unwrap_or_default().to_owned()));
            if view.is_none() && !column.is_empty() {
                read.columns.insert((table.to_owned(), column.to_owned()));
            }
        });
    }

    fn lock<T>(&self, act: impl FnOnce(&mut Seen) -> T) -> T {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The tables and views of a connection that are plain ones.
fn tables(connection: &Connection) -> rusqlite::Result<BTreeSet<String>> {
    let query = "select name from (select name, type, sql from sqlite_schema
                                   union all select name, type, sql from sqlite_temp_schema)
                 where type in ('table', 'view') and name not like 'sqlite%' and sql not like 'create virtual%'";
    connection.prepare(query)?.query_map([], |row| row.get(0))?.collect()
}

/// Why a query may not do something; nothing where it may.
fn refusal(action: &AuthAction<'_>, tables: &BTreeSet<String>) -> Option<String> {
    match action {
        AuthAction::Select | AuthAction::Recursive => None,
        AuthAction::Read { table_name, column_name } => {
            // A part of the query that has a name is asked about too, without a column.
            let is_table = tables.contains(*table_name)
                || TABLES_OF_TEXT.contains(table_name)
                || (column_name.is_empty() && !is_of_sqlite(table_name));
            (!is_table).then(|| format!("it may not read `{table_name}`, which is no evidence"))
        }
        AuthAction::Function { function_name } => {
            let name = function_name.to_ascii_lowercase();
            let may = FUNCTIONS.contains(&&*name) || functions::NAMES.contains(&&*name);
            (!may).then(|| format!("it may not call `{name}`"))
        }
        AuthAction::Pragma { pragma_name, .. } => {
            Some(format!("it may not use the pragma `{pragma_name}`: it may only read, with select"))
        }
        AuthAction::Attach { .. } | AuthAction::Detach { .. } => {
            Some("it may not open another database: it may only read, with select".to_owned())
        }
        _ => Some(MAY_ONLY_READ.to_owned()),
    }
}

/// Names of SQLite's own tables, those that it makes up included.
fn is_of_sqlite(table: &str) -> bool {
    let table = table.to_ascii_lowercase();
    ["sqlite_", "pragma_", "fts", "dbstat", "bytecode", "tables_used"]
        .iter()
        .any(|begin| table.starts_with(begin))
}

/// The free space where SQLite keeps what it sorts. What others use up meanwhile counts too.
struct Disk {
    folder: Option<PathBuf>,
    least: u64,
    looked_at: Instant,
}

impl Disk {
    fn watched_from(now: Instant) -> Self {
        let folder = folder_of_sorting();
        let free = folder.as_ref().and_then(|folder| fs4::available_space(folder).ok());
        Self { folder, least: free.map_or(0, |free| free.saturating_sub(MOST_DISK)), looked_at: now }
    }

    fn is_used_up(&mut self, now: Instant) -> bool {
        if self.least == 0 || now.duration_since(self.looked_at) < LOOK_AT_DISK {
            return false;
        }
        self.looked_at = now;
        let free = self.folder.as_ref().and_then(|folder| fs4::available_space(folder).ok());
        free.is_some_and(|free| free < self.least)
    }
}

/// Where SQLite keeps it: the first of these folders that is there.
fn folder_of_sorting() -> Option<PathBuf> {
    let named = ["SQLITE_TMPDIR", "TMPDIR"].into_iter().filter_map(std::env::var_os).map(PathBuf::from);
    let usual = ["/var/tmp", "/usr/tmp", "/tmp"].map(PathBuf::from);
    named.chain(usual).chain([std::env::temp_dir()]).find(|folder| folder.is_dir())
}
