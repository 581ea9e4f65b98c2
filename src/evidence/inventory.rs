//! What was kept of the resources of one kind, read back row by row.

use std::io;

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::error::{EvidenceError, sql};
use super::store::Store;
use crate::catalogue::{Keep, Kind};
use crate::model::Resources;

/// The resources of a kind in a store.
#[derive(Debug)]
pub struct Inventory<'s> {
    store: &'s Store,
    kind: &'static Kind,
}

/// The columns in front of those that the kind keeps.
const WHOSE: [&str; 4] = ["account_sid", "account_name", "parent_sid", "sid"];

impl Store {
    /// The resources of a kind.
    pub const fn inventory(&self, kind: &'static Kind) -> Inventory<'_> {
        Inventory { store: self, kind }
    }

    /// In how many accounts not every resource of a kind could be read: there its inventory says too little.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn accounts_not_read(&self, kind: &Kind) -> Result<usize, EvidenceError> {
        let query = "select count(distinct account_sid) from coverage
                     where resource_type = ? and status not in ('complete', 'absent')";
        let accounts: i64 =
            self.connection().query_row(query, [kind.name], |row| row.get(0)).map_err(sql("read"))?;
        Ok(usize::try_from(accounts).unwrap_or_default())
    }

    /// Whether resources of a kind were asked for at all.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn was_asked_for(&self, kind: &Kind) -> Result<bool, EvidenceError> {
        let query = "select exists (select 1 from coverage where resource_type = ?)";
        self.connection().query_row(query, [kind.name], |row| row.get(0)).map_err(sql("read"))
    }
}

impl Resources for Inventory<'_> {
    fn columns(&self) -> Vec<String> {
        let kept = self.kind.columns.iter().map(|column| column.name);
        WHOSE.into_iter().chain(kept).map(str::to_owned).collect()
    }

    fn each_resource(&self, act: &mut dyn FnMut(&[String]) -> io::Result<()>) -> io::Result<()> {
        let unreadable = |source| io::Error::other(sql("read")(source));
        let kept: String =
            self.kind.columns.iter().map(|column| format!(", k.\"{}\"", column.name)).collect();
        let query = format!(
            "select account_sid, coalesce(a.name, ''), k.parent_sid, k.sid{kept}
             from {} k left join scan_account a using (account_sid)
             order by account_sid, k.parent_sid, k.sid",
            self.kind.name
        );
        let mut statement = self.store.connection().prepare(&query).map_err(unreadable)?;
        let mut rows = statement.query([]).map_err(unreadable)?;
        while let Some(row) = rows.next().map_err(unreadable)? {
            act(&self.cells(row).map_err(unreadable)?)?;
        }
        Ok(())
    }
}

impl Inventory<'_> {
    fn cells(&self, row: &Row<'_>) -> rusqlite::Result<Vec<String>> {
        let keeps =
            WHOSE.map(|_| Keep::Text).into_iter().chain(self.kind.columns.iter().map(|column| column.keep));
        keeps.enumerate().map(|(place, keep)| row.get_ref(place).map(|value| cell(value, keep))).collect()
    }
}

/// A value as a cell; what was not said is empty.
pub(super) fn cell(value: ValueRef<'_>, keep: Keep) -> String {
    match (value, keep) {
        (ValueRef::Null, _) => String::new(),
        (ValueRef::Integer(number), Keep::Bool | Keep::Present | Keep::TollFree) => (number != 0).to_string(),
        (ValueRef::Integer(number), _) => number.to_string(),
        (ValueRef::Real(number), _) => number.to_string(),
        (ValueRef::Text(text) | ValueRef::Blob(text), _) => String::from_utf8_lossy(text).into_owned(),
    }
}
