//! One question of the operator's own, over the evidence of a scan.

use jiff::Timestamp;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Statement};

use super::check_file::{CheckError, CheckFile};
use super::compile::{kinds_read_by, prepare};
use super::sandbox::{Allowance, Sandbox};
use crate::catalogue::Kind;
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
    sandbox: Sandbox,
    allowance: Allowance,
}

impl<'s> Reader<'s> {
    /// Makes a store ready for questions.
    ///
    /// # Errors
    ///
    /// When the store cannot be read.
    pub fn of(store: &'s mut Store, moment: Timestamp) -> Result<Self, CheckError> {
        let connection = store.connection_mut();
        let sandbox = prepare(connection, moment)
            .and_then(|()| Sandbox::around(connection))
            .map_err(|error| CheckFile::new("evidence.db", "").error(None, error))?;
        Ok(Self { connection, sandbox, allowance: Allowance::default() })
    }

    /// The same, and what each question may take.
    #[must_use]
    pub fn within(self, allowance: Allowance) -> Self {
        Self { allowance, ..self }
    }

    /// Puts a question.
    ///
    /// # Errors
    ///
    /// When SQLite refuses it; the error points into it.
    pub fn ask(&mut self, question: &str) -> Result<Answer, CheckError> {
        self.sandbox
            .grant(self.connection, self.allowance)
            .and_then(|()| self.sandbox.prepare(self.connection, question))
            .and_then(answer)
            .map_err(|error| refused(question, &self.sandbox, &error))
    }
}

impl Reader<'_> {
    /// Whether the first value of the first row that a question answers about a resource is 1, and everything that it
    /// reads was read completely in that account. A question that SQLite refuses is no yes.
    pub fn confirms(&mut self, question: &str, account_sid: &str, resource_sid: &str) -> bool {
        let Ok(kinds) = kinds_read_by(question) else { return false };
        if !kinds.iter().all(|kind| was_read(self.connection, kind, account_sid)) {
            return false;
        }
        let mut ask = || -> rusqlite::Result<bool> {
            self.sandbox.grant(self.connection, self.allowance)?;
            let mut statement = self.sandbox.prepare(self.connection, question)?;
            for (name, value) in [(":account_sid", account_sid), (":resource_sid", resource_sid)] {
                if let Some(place) = statement.parameter_index(name)? {
                    statement.raw_bind_parameter(place, value)?;
                }
            }
            let mut rows = statement.raw_query();
            Ok(rows.next()?.map(|row| row.get::<_, Option<i64>>(0)).transpose()?.flatten() == Some(1))
        };
        ask().unwrap_or(false)
    }
}

/// Whether everything of a kind was read in an account.
fn was_read(connection: &Connection, kind: &'static Kind, account_sid: &str) -> bool {
    let counts = |kind: &Kind| -> rusqlite::Result<(i64, i64)> {
        let query = "select count(*), count(*) filter (where status not in ('complete', 'absent'))
                     from coverage where account_sid = ? and resource_type = ?";
        connection.query_row(query, [account_sid, kind.name], |row| Ok((row.get(0)?, row.get(1)?)))
    };
    // What is listed under nothing was asked for nowhere: then what it would be listed under tells.
    let mut readings = 0;
    for kind in kind.line() {
        match counts(kind) {
            Ok((all, 0)) => readings += all,
            _ => return false,
        }
    }
    readings > 0
}

fn refused(question: &str, sandbox: &Sandbox, error: &rusqlite::Error) -> CheckError {
    let file = CheckFile::new("query", question);
    let place = match error {
        rusqlite::Error::SqlInputError { offset, .. } => {
            usize::try_from(*offset).ok().and_then(|offset| file.in_query(question, offset))
        }
        _ => None,
    };
    file.error(place, sandbox.why(error))
}

fn answer(mut statement: Statement<'_>) -> rusqlite::Result<Answer> {
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
        // A number takes room too: that of a value, whatever it is.
        let text = |value: &serde_json::Value| value.as_str().map_or(0, str::len);
        bytes += values.iter().map(|value| size_of_val(value) + text(value)).sum::<usize>();
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
        answer(connection.prepare(TABLES)?)
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
