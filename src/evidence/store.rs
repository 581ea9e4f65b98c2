//! The file itself: making, writing, reading.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, ToSql, params, params_from_iter};

use super::batch::{Batch, Row};
use super::error::{EvidenceError, sql};
use super::{genuine, schema};

use crate::catalogue::{ACCOUNT_TREE, Kind};
use crate::intent::{ATTESTATIONS, Intent};
use crate::model::{Coverage, CoverageStatus, Readings, ScanId, in_seconds};

/// What is known of a scan before anything is read.
#[derive(Debug, Clone)]
pub struct ScanFacts {
    /// Its name.
    pub id: ScanId,
    /// When it started.
    pub started_at: Timestamp,
    /// The program and its version.
    pub written_by: String,
    /// The date of the newest rule.
    pub catalogue_version: String,
    /// Whether an `audit.toml` was read.
    pub intent_declared: bool,
    /// Whether subaccount tokens are derived from the parent's.
    pub derived_tokens: bool,
}

/// An open store.
#[derive(Debug)]
pub struct Store {
    connection: Connection,
}

impl Store {
    /// Makes a new store that only its owner may read.
    ///
    /// # Errors
    ///
    /// When the file exists, or the folder cannot be written.
    pub fn create(path: &Path) -> Result<Self, EvidenceError> {
        make_private_file(path)?;
        let connection =
            Connection::open(path).map_err(|source| EvidenceError::Open { path: path.to_owned(), source })?;
        Self::with_tables(connection)?.made_durable()
    }

    /// A store that lives in memory: for examples, tests and compiling checks.
    ///
    /// # Errors
    ///
    /// When SQLite cannot make it.
    pub fn in_memory() -> Result<Self, EvidenceError> {
        Self::with_tables(Connection::open_in_memory().map_err(sql("make"))?)
    }

    fn with_tables(connection: Connection) -> Result<Self, EvidenceError> {
        genuine::bound(&connection).and_then(|()| schema::make_tables(&connection)).map_err(sql("write"))?;
        Ok(Self { connection })
    }

    /// Opens a finished store for reading.
    ///
    /// # Errors
    ///
    /// When it is no store, one of another layout, or one that somebody altered.
    pub fn open(path: &Path) -> Result<Self, EvidenceError> {
        Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_ONLY)
    }

    /// Whether nothing was written into a store yet: a scan was interrupted while it was being made. Nobody else may be
    /// using it.
    pub fn is_blank(path: &Path) -> bool {
        if !path.exists() {
            return true;
        }
        // To write, for what was killed in the midst of its first commit is taken back before it can be read.
        let Ok(connection) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE) else {
            return false;
        };
        let count = |query: &str| connection.query_row(query, [], |row| row.get::<_, i64>(0));
        match count("select count(*) from sqlite_schema where name = 'scan'") {
            Ok(0) => true,
            Ok(_) => count("select count(*) from scan") == Ok(0),
            Err(_) => false,
        }
    }

    /// Opens the store of a scan that was interrupted, for going on with it.
    ///
    /// # Errors
    ///
    /// When it is no store, or one of another layout.
    pub fn resume(path: &Path) -> Result<Self, EvidenceError> {
        Self::open_with(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?.made_durable()
    }

    fn open_with(path: &Path, flags: OpenFlags) -> Result<Self, EvidenceError> {
        let open = |source| EvidenceError::Open { path: path.to_owned(), source };
        let connection =
            Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(open)?;
        // Otherwise a statement that compares with a parameter is planned anew each time that it is given another.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(open)?;
        genuine::refuse_altered(&connection, path)?;
        Ok(Self { connection })
    }

    /// What is committed stays, whatever becomes of the program or the power; what is deleted is overwritten.
    fn made_durable(self) -> Result<Self, EvidenceError> {
        // With a log of its own each commit is one sync of the disk. It is the only one to use the file, so that this
        // works on a network drive too.
        self.connection.pragma_update(None, "locking_mode", "exclusive").map_err(sql("write"))?;
        self.set_journal("wal")?;
        self.connection.pragma_update(None, "synchronous", "full").map_err(sql("write"))?;
        self.connection.pragma_update(None, "secure_delete", true).map_err(sql("write"))?;
        // A statement or two for each kind.
        self.connection.set_prepared_statement_cache_capacity(512);
        Ok(self)
    }

    /// Asks for a journal and says which one it became.
    pub(super) fn set_journal(&self, mode: &str) -> Result<String, EvidenceError> {
        self.connection
            .pragma_update_and_check(None, "journal_mode", mode, |row| row.get(0))
            .map_err(sql("write"))
    }

    /// Does something with the store and takes back whatever it wrote: the same store serves many small trials.
    ///
    /// # Errors
    ///
    /// When the store cannot be put back as it was.
    pub fn on_trial<T>(&mut self, act: impl FnOnce(&mut Self) -> T) -> Result<T, EvidenceError> {
        self.begin()?;
        let done = act(self);
        self.connection.execute_batch("rollback").map_err(sql("take back what was written to"))?;
        Ok(done)
    }

    /// When the scan started.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn started_at(&self) -> Result<Timestamp, EvidenceError> {
        let read = || -> rusqlite::Result<Timestamp> {
            let text: String =
                self.connection.query_row("select started_at from scan", [], |row| row.get(0))?;
            text.parse().map_err(|_| rusqlite::Error::InvalidColumnName(text))
        };
        read().map_err(sql("read"))
    }

    /// What is known of the scan.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn facts(&self) -> Result<ScanFacts, EvidenceError> {
        let started_at = self.started_at()?;
        let facts = |row: &rusqlite::Row<'_>| {
            Ok(ScanFacts {
                id: ScanId::starting_at(started_at),
                started_at,
                written_by: row.get("written_by")?,
                catalogue_version: row.get("catalogue_version")?,
                intent_declared: row.get("intent_declared")?,
                derived_tokens: row.get("derived_tokens")?,
            })
        };
        self.connection.query_row("select * from scan", [], facts).map_err(sql("read"))
    }

    /// The connection, for the rooms that ask in SQL.
    pub const fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The connection, for closing it to everything but reading.
    pub const fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Writes what is known of the scan and what was declared.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write_scan(&self, facts: &ScanFacts, intent: &Intent) -> Result<(), EvidenceError> {
        self.connection
            .execute(
                "insert into scan values (?, ?, ?, ?, ?, ?, ?)",
                params![
                    facts.id.as_str(),
                    in_seconds(facts.started_at),
                    facts.written_by,
                    facts.catalogue_version,
                    schema::LAYOUT,
                    facts.intent_declared,
                    facts.derived_tokens
                ],
            )
            .map_err(sql("write"))?;
        self.write_intent(intent, facts.intent_declared)
    }

    /// Writes what was declared.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write_intent(&self, intent: &Intent, declared: bool) -> Result<(), EvidenceError> {
        for rule in ATTESTATIONS {
            self.run(
                "insert into attestation_rule values (?, ?, ?)",
                params![rule.id, rule.scope.as_str(), rule.max_age_days],
            )?;
        }
        let document = intent.to_json().map_err(|_| EvidenceError::Intent)?.to_string();
        self.write_intent_tables(&document, declared).map_err(sql("write"))
    }

    fn write_intent_tables(&self, document: &str, declared: bool) -> rusqlite::Result<()> {
        schema::fill_intent_tables(&self.connection, document)?;
        self.connection.execute("insert into intent_declared values (?)", [declared])?;
        Ok(())
    }

    pub(super) fn begin(&self) -> Result<(), EvidenceError> {
        self.connection.execute_batch("begin immediate").map_err(sql("write"))
    }

    pub(super) fn commit(&self) -> Result<(), EvidenceError> {
        self.connection.execute_batch("commit").map_err(sql("write"))
    }

    /// Writes one batch.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&mut self, batch: &Batch) -> Result<(), EvidenceError> {
        match batch {
            Batch::Account {
                account,
                name,
                status,
                is_parent,
                is_root,
                has_subaccounts,
                credential_kind,
            } => self.run(
                "insert or replace into scan_account values (?, ?, ?, ?, ?, ?, ?)",
                params![account.as_str(), name, status, is_parent, is_root, has_subaccounts, credential_kind],
            ),
            Batch::Rows(kind, rows) => self.write_rows(kind, rows),
            Batch::Coverage(coverage) => self.write_coverage(coverage),
            Batch::Notice(sentence) => self.write_notice(sentence, false),
            Batch::UnusableCredential(sentence) => self.write_notice(sentence, true),
        }
    }

    fn write_notice(&self, sentence: &str, of_unusable_credential: bool) -> Result<(), EvidenceError> {
        let statement = "insert into notice (sentence, of_unusable_credential) values (?, ?)";
        self.run(statement, params![sentence, of_unusable_credential])
    }

    pub(super) fn run(&self, statement: &str, values: impl rusqlite::Params) -> Result<(), EvidenceError> {
        self.connection
            .prepare_cached(statement)
            .and_then(|mut statement| statement.execute(values))
            .map(|_| ())
            .map_err(sql("write"))
    }

    fn write_rows(&self, kind: &Kind, rows: &[Row]) -> Result<(), EvidenceError> {
        let mut statement =
            self.connection.prepare_cached(&schema::replace_statement(kind)).map_err(sql("write"))?;
        for row in rows {
            execute_with(&mut statement, row).map_err(sql("write"))?;
        }
        Ok(())
    }

    pub(super) fn write_coverage(&self, coverage: &Coverage) -> Result<(), EvidenceError> {
        self.run(
            "insert or replace into coverage values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                coverage.account_sid.as_str(),
                coverage.resource_type,
                coverage.parent_sid,
                coverage.status.as_str(),
                coverage.http_status,
                coverage.twilio_code,
                coverage.missing_permission,
                coverage.credential_kind,
                coverage.rows,
                coverage.pages,
                coverage.read_at,
                coverage.reason
            ],
        )
    }

    /// Whether all subaccounts are known, whatever else was read.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn tree_is_known(&self) -> Result<bool, EvidenceError> {
        let query =
            "select count(*) from coverage where resource_type = ? and status not in ('complete', 'absent')";
        let unknown: i64 =
            self.connection.query_row(query, [ACCOUNT_TREE.name], |row| row.get(0)).map_err(sql("read"))?;
        Ok(unknown == 0)
    }

    /// The sentences that the reader must see first, without those about credentials.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn notices(&self) -> Result<Vec<String>, EvidenceError> {
        self.sentences(false)
    }

    /// One sentence for each credential that could not be used.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn unusable_credentials(&self) -> Result<Vec<String>, EvidenceError> {
        self.sentences(true)
    }

    fn sentences(&self, of_unusable_credential: bool) -> Result<Vec<String>, EvidenceError> {
        self.connection
            .prepare("select sentence from notice where of_unusable_credential = ? order by place")
            .and_then(|mut statement| {
                statement.query_map([of_unusable_credential], |row| row.get(0))?.collect()
            })
            .map_err(sql("read"))
    }

    fn each_coverage(&self, query: &str, act: &mut dyn FnMut(&Coverage) -> io::Result<()>) -> io::Result<()> {
        let unreadable = |source| io::Error::other(sql("read")(source));
        let mut statement = self.connection.prepare(query).map_err(unreadable)?;
        let mut rows = statement.query([]).map_err(unreadable)?;
        while let Some(row) = rows.next().map_err(unreadable)? {
            act(&coverage_of(row).map_err(unreadable)?)?;
        }
        Ok(())
    }
}

/// The rows of the table `coverage` that are not conclusive: [`coverage_of`] reads them.
pub const UNREAD: &str = "select * from coverage where status not in ('complete', 'absent') \
                          order by account_sid, resource_type, parent_sid";

impl Readings for Store {
    fn each_reading(&self, act: &mut dyn FnMut(&Coverage) -> io::Result<()>) -> io::Result<()> {
        self.each_coverage("select * from coverage order by account_sid, resource_type, parent_sid", act)
    }

    fn each_unread(&self, act: &mut dyn FnMut(&Coverage) -> io::Result<()>) -> io::Result<()> {
        self.each_coverage(UNREAD, act)
    }
}

/// Runs a statement that takes a row: account, parent, SID, then the columns in order. Returns how many rows it wrote.
pub(super) fn execute_with(statement: &mut rusqlite::Statement<'_>, row: &Row) -> rusqlite::Result<usize> {
    let key: [&dyn ToSql; 3] = [&row.account.as_str(), &row.parent, &row.sid];
    let values = row.values.iter().map(|value| value as &dyn ToSql);
    statement.execute(params_from_iter(key.into_iter().chain(values)))
}

/// A row of the table `coverage` with all its columns, in their order: there are hundreds of thousands, and looking
/// each column up by its name took longer than reading it.
///
/// # Errors
///
/// When a column is missing or holds what it never should.
pub fn coverage_of(row: &rusqlite::Row<'_>) -> rusqlite::Result<Coverage> {
    let account: String = row.get(0)?;
    let status = row.get_ref(3)?.as_str()?;
    let unreadable = |text: &str| rusqlite::Error::InvalidColumnName(text.to_owned());
    Ok(Coverage {
        account_sid: account.parse().map_err(|_| unreadable(&account))?,
        resource_type: row.get(1)?,
        parent_sid: row.get(2)?,
        status: CoverageStatus::from_word(status).ok_or_else(|| unreadable(status))?,
        http_status: row.get(4)?,
        twilio_code: row.get(5)?,
        missing_permission: row.get(6)?,
        credential_kind: row.get(7)?,
        rows: row.get(8)?,
        pages: row.get(9)?,
        read_at: row.get(10)?,
        reason: row.get(11)?,
    })
}

/// Makes an empty file with mode 0600, before anything is in it.
fn make_private_file(path: &Path) -> Result<(), EvidenceError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
        .open(path)
        .map(|_| ())
        .map_err(|source| EvidenceError::Permissions { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unread_is_what_is_not_conclusive() {
        let mut store = Store::in_memory().unwrap();
        for (number, status) in CoverageStatus::ALL.into_iter().enumerate() {
            let account = format!("AC{number:032x}").parse().unwrap();
            let coverage = Coverage::new(account, "queue", status, "2026-11-28T12:00:00Z".to_owned());
            store.write(&Batch::Coverage(coverage)).unwrap();
        }
        let mut unread = Vec::new();
        let mut note = |one: &Coverage| {
            unread.push(one.status);
            Ok(())
        };
        store.each_unread(&mut note).unwrap();
        let inconclusive = CoverageStatus::ALL.into_iter().filter(|status| !status.is_conclusive());
        assert_eq!(unread, inconclusive.collect::<Vec<_>>());
    }
}
