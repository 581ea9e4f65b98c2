//! How far each listing was read, page by page, so that a scan that was interrupted goes on where it was.

use rusqlite::{OptionalExtension as _, params};

use super::batch::{Row, Value};
use super::error::{EvidenceError, sql};
use super::schema;
use super::store::{Store, execute_with};
use crate::catalogue::Kind;
use crate::model::{AccountSid, Coverage, CoverageStatus};

/// Which listing: whose, of what, and under what.
#[derive(Debug, Clone)]
pub struct ListingKey {
    /// The account.
    pub account: AccountSid,
    /// What is listed.
    pub kind: &'static Kind,
    /// The resource that it is listed under; empty where it is listed per account.
    pub parent: String,
}

/// Where to go on reading a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// The URL of the next page.
    pub next: String,
    /// The pages that were read.
    pub pages: u32,
    /// Whether something came twice and was not the same.
    pub has_changed: bool,
}

/// How far a listing was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SoFar {
    /// Nothing of it counts.
    Nothing,
    /// Some of its pages.
    Begun(Cursor),
    /// To its end, which was conclusive.
    Read(CoverageStatus),
}

/// Rows of a kind, and rows of other kinds that were taken out of them.
#[derive(Debug)]
pub struct PageRows {
    /// The rows themselves.
    pub rows: Vec<Row>,
    /// What was taken out of them, by kind.
    pub derived: Vec<(&'static Kind, Vec<Row>)>,
}

impl Store {
    /// How far a listing was read.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn so_far(&self, key: &ListingKey) -> Result<SoFar, EvidenceError> {
        let place = params![key.account.as_str(), key.kind.name, key.parent];
        let status: Option<String> = self.ask_one(
            "select status from coverage where account_sid = ? and resource_type = ? and parent_sid = ?",
            place,
            |row| row.get(0),
        )?;
        let status = status.as_deref().and_then(CoverageStatus::from_word);
        if let Some(status) = status.filter(|status| status.is_conclusive()) {
            return Ok(SoFar::Read(status));
        }
        let cursor = self.ask_one(
            "select next_page, pages, has_changed from cursor \
             where account_sid = ? and resource_type = ? and parent_sid = ?",
            place,
            |row| Ok(Cursor { next: row.get(0)?, pages: row.get(1)?, has_changed: row.get(2)? }),
        )?;
        Ok(cursor.map_or(SoFar::Nothing, SoFar::Begun))
    }

    /// Writes what a page held and where to go on. A row that is there already stays as it is.
    ///
    /// Returns whether one was there already and was not the same: something changed while it was read.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write_page(
        &self,
        key: &ListingKey,
        page: &PageRows,
        cursor: Option<&Cursor>,
    ) -> Result<bool, EvidenceError> {
        let mut has_changed = self.insert(key.kind, &page.rows)?;
        for (kind, rows) in &page.derived {
            has_changed |= self.insert(kind, rows)?;
        }
        if key.kind.link.is_some() {
            self.write_links(key, &page.rows)?;
        }
        if let Some(cursor) = cursor {
            self.run(
                "insert or replace into cursor values (?, ?, ?, ?, ?, ?)",
                params![
                    key.account.as_str(),
                    key.kind.name,
                    key.parent,
                    cursor.next,
                    cursor.pages,
                    cursor.has_changed || has_changed
                ],
            )?;
        }
        Ok(has_changed)
    }

    fn insert(&self, kind: &Kind, rows: &[Row]) -> Result<bool, EvidenceError> {
        let insert = schema::insert_statement(kind);
        let mut statement = self.connection().prepare_cached(&insert).map_err(sql("write"))?;
        let mut has_changed = false;
        for row in rows {
            if execute_with(&mut statement, row).map_err(sql("write"))? == 0 {
                has_changed |= self.values(kind, row)? != row.values;
            }
        }
        Ok(has_changed)
    }

    /// What is kept of a row that is there.
    fn values(&self, kind: &Kind, row: &Row) -> Result<Vec<Value>, EvidenceError> {
        let query =
            format!("select * from {} where account_sid = ? and parent_sid = ? and sid = ?", kind.name);
        let columns = 3..3 + kind.columns.len();
        let values = |found: &rusqlite::Row<'_>| columns.map(|column| found.get(column)).collect();
        self.ask_one(&query, params![row.account.as_str(), row.parent, row.sid], values)
            .map(Option::unwrap_or_default)
    }

    fn write_links(&self, key: &ListingKey, rows: &[Row]) -> Result<(), EvidenceError> {
        for (row, link) in rows.iter().filter_map(|row| Some((row, row.link.as_ref()?))) {
            self.run(
                "insert or replace into link values (?, ?, ?, ?, ?)",
                params![key.account.as_str(), key.kind.name, key.parent, row.sid, link],
            )?;
        }
        Ok(())
    }

    /// Takes back everything of a listing, with what was taken out of its rows.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn discard(&self, key: &ListingKey) -> Result<(), EvidenceError> {
        let place = params![key.account.as_str(), key.parent];
        for derived in key.kind.taken_out() {
            let rows = format!(
                "delete from {} where account_sid = ?1 and parent_sid in \
                 (select sid from {} where account_sid = ?1 and parent_sid = ?2)",
                derived.name, key.kind.name
            );
            self.run(&rows, place)?;
        }
        let rows = format!("delete from {} where account_sid = ? and parent_sid = ?", key.kind.name);
        self.run(&rows, place)?;
        self.forget_cursor(key)
    }

    fn forget_cursor(&self, key: &ListingKey) -> Result<(), EvidenceError> {
        self.run(
            "delete from cursor where account_sid = ? and resource_type = ? and parent_sid = ?",
            params![key.account.as_str(), key.kind.name, key.parent],
        )
    }

    /// Writes how a listing ended, and how what was taken out of its rows did; the numbers of rows are counted here.
    /// Where it may be read on, its cursor stays.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn end_listing(
        &self,
        key: &ListingKey,
        mut ended: Vec<Coverage>,
        may_go_on: bool,
    ) -> Result<u32, EvidenceError> {
        for coverage in &mut ended {
            let count = format!(
                "select count(*) from {} where account_sid = ? and parent_sid = ?",
                coverage.resource_type
            );
            let place = params![coverage.account_sid.as_str(), coverage.parent_sid];
            coverage.rows = self.ask_one(&count, place, |row| row.get(0))?.unwrap_or_default();
            self.write_coverage(coverage)?;
        }
        if !may_go_on {
            self.forget_cursor(key)?;
        }
        let own = ended.iter().find(|coverage| coverage.resource_type == key.kind.name);
        Ok(own.map_or(0, |coverage| coverage.rows))
    }

    /// Removes the note of how a listing ended.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn forget_end(&self, key: &ListingKey) -> Result<(), EvidenceError> {
        self.run(
            "delete from coverage where account_sid = ? and resource_type = ? and parent_sid = ?",
            params![key.account.as_str(), key.kind.name, key.parent],
        )
    }

    /// The rows of a listing by SID, from the one behind `after` on, and not more than `most`.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn rows_after(&self, key: &ListingKey, after: &str, most: usize) -> Result<Vec<Row>, EvidenceError> {
        let (name, columns) = (key.kind.name, key.kind.columns.len());
        let query = format!(
            "select r.*, l.link from {name} r left join link l \
             on l.account_sid = r.account_sid and l.resource_type = '{name}' and l.parent_sid = r.parent_sid \
             and l.sid = r.sid \
             where r.account_sid = ? and r.parent_sid = ? and r.sid > ? order by r.sid limit ?"
        );
        let row_of = |row: &rusqlite::Row<'_>| {
            Ok(Row {
                account: key.account.clone(),
                parent: key.parent.clone(),
                sid: row.get(2)?,
                values: (3..3 + columns).map(|column| row.get(column)).collect::<Result<_, _>>()?,
                link: row.get(3 + columns)?,
            })
        };
        let read = || -> rusqlite::Result<Vec<Row>> {
            let mut statement = self.connection().prepare_cached(&query)?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            statement.query_map(params![key.account.as_str(), key.parent, after, most], row_of)?.collect()
        };
        read().map_err(sql("read"))
    }

    /// The first row that a query finds.
    pub(super) fn ask_one<T>(
        &self,
        query: &str,
        values: impl rusqlite::Params,
        read: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, EvidenceError> {
        self.connection()
            .prepare_cached(query)
            .and_then(|mut statement| statement.query_row(values, read).optional())
            .map_err(sql("read"))
    }
}
