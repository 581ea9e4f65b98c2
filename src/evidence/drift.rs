//! What came, went, or is set otherwise between two stores.
//!
//! Only what both scans could read is compared: a list that one of them did not read says nothing about what is in it.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use rusqlite::{Connection, Row};

use super::error::{EvidenceError, sql};
use super::inventory::cell;
use super::store::Store;
use crate::catalogue::{Column, KINDS, Keep, Kind, Per, TRAFFIC};
use crate::model::{Drift, THERE};

/// What a store could read, by the schema that it is attached as.
struct Sight {
    accounts: HashSet<String>,
    asked: HashSet<String>,
    /// Account and kind; the account is empty where a kind is read once for the whole tree.
    gaps: HashSet<(String, String)>,
}

impl Store {
    /// Hands over each difference between an older store and this one, by kind, account and SID. Answers with how many
    /// resources cannot be compared.
    ///
    /// # Errors
    ///
    /// When a file cannot be read, and whatever `act` returns.
    pub fn each_drift(
        &self,
        older: &Path,
        act: &mut dyn FnMut(Drift) -> io::Result<()>,
    ) -> Result<usize, EvidenceError> {
        self.run("attach ? as older", [older.to_string_lossy()])?;
        let connection = self.connection();
        let mut compare = || -> rusqlite::Result<usize> {
            let (before, now) = (Sight::of(connection, "older")?, Sight::of(connection, "main")?);
            let mut not_comparable = 0;
            for kind in KINDS.iter().filter(|kind| !TRAFFIC.contains(&kind.name)) {
                not_comparable += compare_kind(connection, kind, &before, &now, act)?;
            }
            Ok(not_comparable)
        };
        let compared = compare().map_err(sql("compare"));
        connection.flush_prepared_statement_cache();
        self.run("detach older", [])?;
        compared
    }
}

impl Sight {
    fn of(connection: &Connection, schema: &str) -> rusqlite::Result<Self> {
        let names = |query: &str| -> rusqlite::Result<HashSet<String>> {
            connection.prepare(query)?.query_map([], |row| row.get(0))?.collect()
        };
        let mut gaps = HashSet::new();
        let mut statement = connection.prepare(&format!(
            "select account_sid, resource_type from {schema}.coverage where status not in ('complete', 'absent')"
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (account, kind): (String, String) = (row.get(0)?, row.get(1)?);
            gaps.insert((String::new(), kind.clone()));
            gaps.insert((account, kind));
        }
        Ok(Self {
            accounts: names(&format!("select account_sid from {schema}.scan_account"))?,
            asked: names(&format!("select distinct resource_type from {schema}.coverage"))?,
            gaps,
        })
    }

    /// Whether it saw all of a kind in an account, so that what it does not have was not there.
    fn is_clear(&self, account: &str, kind: &'static Kind) -> bool {
        self.accounts.contains(account)
            && kind.line().all(|kind| {
                let is_of_tree =
                    kind.endpoint().is_some_and(|of| matches!(of.per, Per::Tree | Per::Organization));
                let account = if is_of_tree { "" } else { account };
                let is_asked = self.asked.contains(kind.name) || kind.endpoint().is_none();
                is_asked && !self.gaps.contains(&(account.to_owned(), kind.name.to_owned()))
            })
    }
}

/// The columns that mean the same in two scans; hashes have a salt of their own in each.
fn comparable(kind: &'static Kind) -> Vec<&'static Column> {
    kind.columns.iter().filter(|column| column.keep != Keep::Hashed).collect()
}

fn compare_kind(
    connection: &Connection,
    kind: &'static Kind,
    before: &Sight,
    now: &Sight,
    act: &mut dyn FnMut(Drift) -> io::Result<()>,
) -> rusqlite::Result<usize> {
    let columns = comparable(kind);
    let values: String =
        columns.iter().map(|column| format!(", o.\"{0}\", n.\"{0}\"", column.name)).collect();
    let differs: String =
        columns.iter().map(|column| format!(" or n.\"{0}\" is not o.\"{0}\"", column.name)).collect();
    let query = format!(
        "select account_sid, parent_sid, sid, o.sid is not null, n.sid is not null{values}
         from main.{0} n full join older.{0} o using (account_sid, parent_sid, sid)
         where n.sid is null or o.sid is null{differs} order by 1, 2, 3",
        kind.name
    );
    let mut statement = connection.prepare(&query)?;
    let mut rows = statement.query([])?;
    let mut not_comparable = 0;
    while let Some(row) = rows.next()? {
        let (was, is): (bool, bool) = (row.get(3)?, row.get(4)?);
        let account: String = row.get(0)?;
        let other = if was { now } else { before };
        // Of an account that came or went as a whole, no resource is worth a word of its own.
        if was != is && !other.accounts.contains(&account) {
            continue;
        }
        if was != is && !other.is_clear(&account, kind) {
            not_comparable += 1;
            continue;
        }
        for drift in drifts(row, kind, &columns, was, is)? {
            act(drift).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        }
    }
    Ok(not_comparable)
}

/// The differences of a row: one for each column, or one where the whole resource came or went.
fn drifts(
    row: &Row<'_>,
    kind: &'static Kind,
    columns: &[&'static Column],
    was: bool,
    is: bool,
) -> rusqlite::Result<Vec<Drift>> {
    let value = |place: usize, keep: Keep, newer: bool| {
        row.get_ref(5 + 2 * place + usize::from(newer)).map(|value| cell(value, keep))
    };
    let name = columns.iter().position(|column| column.keep == Keep::Label);
    let whole = Drift {
        account_sid: row.get(0)?,
        resource_type: kind.name.to_owned(),
        parent_sid: row.get(1)?,
        resource_sid: row.get(2)?,
        resource_name: name.map(|place| value(place, Keep::Label, is)).transpose()?.unwrap_or_default(),
        column: String::new(),
        before: if was { THERE.to_owned() } else { String::new() },
        after: if is { THERE.to_owned() } else { String::new() },
    };
    if was != is {
        return Ok(vec![whole]);
    }
    let mut drifts = Vec::new();
    for (place, column) in columns.iter().enumerate() {
        let (before, after) = (value(place, column.keep, false)?, value(place, column.keep, true)?);
        if before != after {
            drifts.push(Drift { column: column.name.to_owned(), before, after, ..whole.clone() });
        }
    }
    Ok(drifts)
}
