//! One question of the operator's own, over the evidence of a scan.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, ErrorCode};

use super::check_file::{CheckError, CheckFile};
use super::compile::prepare;
use super::sandbox;
use crate::evidence::Store;

/// Rows in an answer at most: whoever needs more opens the file.
const MOST_ROWS: usize = 100_000;
/// Bytes of text in an answer at most.
const MOST_BYTES: usize = 64 << 20;

/// What a question was answered with.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows: numbers, texts and nulls.
    pub rows: Vec<Vec<serde_json::Value>>,
    /// Whether there was more.
    pub is_cut: bool,
}

/// Whom questions are put to: a store with the views and functions of checks, as of a moment. Nothing can be changed,
/// and no question runs for longer than a minute.
#[derive(Debug)]
pub struct Reader<'s> {
    connection: &'s mut Connection,
}

impl<'s> Reader<'s> {
    /// Makes a store ready for questions.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn of(store: &'s mut Store, moment: Timestamp) -> Result<Self, CheckError> {
        let connection = store.connection_mut();
        prepare(connection, moment)
            .and_then(|()| sandbox::confine(connection))
            .map_err(|error| CheckFile::new("evidence.db", "").error(None, error))?;
        Ok(Self { connection })
    }

    /// Puts a question.
    ///
    /// # Errors
    ///
    /// When SQLite refuses it; the error points into it.
    pub fn ask(&mut self, question: &str) -> Result<Answer, CheckError> {
        sandbox::limit_time(self.connection)
            .and_then(|()| answer(self.connection, question))
            .map_err(|error| refused(question, error))
    }
}

fn refused(question: &str, error: rusqlite::Error) -> CheckError {
    let file = CheckFile::new("query", question);
    match error {
        _ if error.sqlite_error_code() == Some(ErrorCode::AuthorizationForStatementDenied) => {
            file.error(None, "a question may only read: select")
        }
        rusqlite::Error::SqlInputError { msg, offset, .. } => {
            let offset = usize::try_from(offset).ok();
            file.error(offset.and_then(|offset| file.in_query(question, offset)), msg)
        }
        other => file.error(None, other),
    }
}

fn answer(connection: &Connection, question: &str) -> rusqlite::Result<Answer> {
    let mut statement = connection.prepare(question)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut found = statement.query([])?;
    let mut rows = Vec::new();
    let mut bytes = 0;
    while let Some(row) = found.next()? {
        if rows.len() == MOST_ROWS || bytes > MOST_BYTES {
            return Ok(Answer { columns, rows, is_cut: true });
        }
        let values = (0..columns.len()).map(|place| row.get_ref(place).map(value));
        let values: Vec<serde_json::Value> = values.collect::<rusqlite::Result<_>>()?;
        bytes += values.iter().filter_map(|value| value.as_str()).map(str::len).sum::<usize>();
        rows.push(values);
    }
    Ok(Answer { columns, rows, is_cut: false })
}

/// The tables and views that there are to ask, each with its columns.
const TABLES: &str = "
select t.name as \"table\", t.type, group_concat(c.name, ', ') as columns
from pragma_table_list t, pragma_table_info(t.name, t.schema) c
where t.name not like 'sqlite_%'
group by t.name order by t.type, t.name";

/// The tables and views of a store, with their columns.
///
/// # Errors
///
/// When the store cannot be read.
pub fn tables(store: &Store, moment: Timestamp) -> Result<Answer, CheckError> {
    let connection = store.connection();
    let read = || -> rusqlite::Result<Answer> {
        prepare(connection, moment)?;
        answer(connection, TABLES)
    };
    read().map_err(|error| CheckFile::new("evidence.db", "").error(None, error))
}

fn value(value: ValueRef<'_>) -> serde_json::Value {
    match value {
        ValueRef::Null => serde_json::Value::Null,
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) => number.into(),
        ValueRef::Text(text) | ValueRef::Blob(text) => String::from_utf8_lossy(text).into(),
    }
}
