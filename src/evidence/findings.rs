//! The findings in the store: written as they arise, read back in report order.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use rusqlite::types::FromSql;
use rusqlite::{OptionalExtension as _, Params, Row, params};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::error::{EvidenceError, sql};
use super::store::Store;
use crate::model::{Change, Changes, Finding, Findings, Outcome, Severity, Tally};

const INSERT: &str = "insert or replace into finding values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \
                      ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

/// Where each finding is in the order of reports, and those of each account: sorted once for a connection, and by little,
/// however many reports are written with it. It is made when the first is asked for, and goes with the connection.
const MAKE_PLACES: &str = "
create temp table finding_place (
  place integer primary key, account_sid text not null, finding integer not null
) strict;
insert into finding_place (account_sid, finding)
  select account_sid, rowid from finding
  order by blocks_go_live desc,
           case severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 else 3 end,
           account_sid, check_id, resource_sid, resource_type, field;
create index temp.finding_place_by_account on finding_place (account_sid)";

const FORGET_PLACES: &str = "drop table if exists temp.finding_place";

const KNOWS_PLACES: &str = "select exists (select 1 from temp.sqlite_schema where name = 'finding_place')";

/// The findings in report order; a condition on their places may follow, and what they are ordered by must.
const BY_PLACE: &str =
    "select finding.* from finding_place cross join finding on finding.rowid = finding_place.finding";

/// What stands between two texts of a list that a column holds.
const BETWEEN: &str = "; ";

/// Writes findings into a store while other connections read its evidence. What was written counts only once
/// [finished](FindingWriter::finish).
#[derive(Debug)]
pub struct FindingWriter<'s> {
    store: &'s Store,
}

impl Store {
    /// Begins to write findings.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn begin_findings(&self) -> Result<FindingWriter<'_>, EvidenceError> {
        self.release()?;
        // With its log beside it the file can be read while it is written. Where the file system cannot do that, as
        // on some network drives, everything is held back until the end.
        if self.set_journal("wal")? != "wal" {
            self.connection().pragma_update(None, "cache_spill", false).map_err(sql("write"))?;
        }
        self.begin()?;
        self.run(FORGET_PLACES, [])?;
        // What an interrupted scan found before it came to write its reports counts no more.
        self.run("delete from finding", [])?;
        self.run("delete from tally", [])?;
        Ok(FindingWriter { store: self })
    }

    /// The finding of this id.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn finding(&self, id: &str) -> Result<Option<Finding>, EvidenceError> {
        let found = self
            .connection()
            .prepare_cached("select * from finding where finding_id = ?")
            .and_then(|mut statement| statement.query_row([id], finding_of).optional());
        found.map_err(sql("read"))
    }
}

impl Store {
    /// How many of the kept findings changed in which way; what of them is a new fault it does not know.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn changes(&self) -> Result<Changes, EvidenceError> {
        let mut changes = Changes::default();
        let mut count = || -> rusqlite::Result<()> {
            let mut statement = self
                .connection()
                .prepare("select change, count(*) as findings from finding group by change")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let (change, findings): (String, i64) = (row.get("change")?, row.get("findings")?);
                let change = Change::from_word(&change).ok_or(rusqlite::Error::InvalidColumnName(change))?;
                changes.add(change, usize::try_from(findings).unwrap_or_default());
            }
            Ok(())
        };
        count().map_err(sql("read"))?;
        Ok(changes)
    }
}

impl FindingWriter<'_> {
    /// Writes a finding; one with the same id gives way to it.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write(&self, finding: &Finding) -> Result<(), EvidenceError> {
        let evidence = serde_json::to_string(&Evidence(&finding.evidence));
        self.store.run(
            INSERT,
            params![
                finding.finding_id,
                finding.change.as_str(),
                finding.outcome.as_str(),
                finding.waived,
                finding.severity.as_str(),
                finding.blocks_go_live,
                finding.check_id,
                finding.title,
                finding.family,
                finding.account_sid,
                finding.account_name,
                finding.phi,
                finding.environment,
                finding.product,
                finding.resource_type,
                finding.resource_sid,
                finding.resource_name,
                finding.field,
                finding.reason,
                evidence.map_err(|_| EvidenceError::Finding)?,
                finding.remediation,
                finding.fix_command,
                finding.console_url,
                finding.citations.join(BETWEEN),
                finding.sources.join(BETWEEN),
                finding.first_seen,
                finding.last_seen,
                finding.owner
            ],
        )
    }

    /// Whether there is a finding of this id.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn holds(&self, id: &str) -> Result<bool, EvidenceError> {
        let query = "select exists (select 1 from finding where finding_id = ?)";
        let held = self
            .store
            .connection()
            .prepare_cached(query)
            .and_then(|mut held| held.query_row([id], |row| row.get(0)));
        held.map_err(sql("read"))
    }

    /// Removes all findings of a check.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn forget(&self, check_id: &str) -> Result<(), EvidenceError> {
        self.store.run("delete from finding where check_id = ?", [check_id])
    }

    /// Writes how many findings of each check say what, and ends. Nobody else may have the file open.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn finish(self, tallies: &BTreeMap<String, Tally>) -> Result<(), EvidenceError> {
        for (check_id, tally) in tallies {
            for ((outcome, severity, waived), findings) in tally.iter() {
                self.store.run(
                    "insert into tally values (?, ?, ?, ?, ?)",
                    params![
                        check_id,
                        outcome.as_str(),
                        severity.as_str(),
                        waived,
                        i64::try_from(findings).unwrap_or(i64::MAX)
                    ],
                )?;
            }
        }
        self.store.commit()?;
        // The finished store is one file again.
        self.store.set_journal("delete").map(|_| ())
    }
}

impl Findings for Store {
    fn each(&self, act: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        self.each_finding(&format!("{BY_PLACE} order by place"), [], act)
    }

    fn each_of(&self, account_sid: &str, act: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        let query = format!("{BY_PLACE} where finding_place.account_sid = ? order by place");
        self.each_finding(&query, [account_sid], act)
    }
}

impl Store {
    fn each_finding(
        &self,
        query: &str,
        parameters: impl Params,
        act: &mut dyn FnMut(&Finding) -> io::Result<()>,
    ) -> io::Result<()> {
        self.know_places().map_err(unreadable)?;
        let mut statement = self.connection().prepare_cached(query).map_err(unreadable)?;
        let mut rows = statement.query(parameters).map_err(unreadable)?;
        while let Some(row) = rows.next().map_err(unreadable)? {
            act(&finding_of(row).map_err(unreadable)?)?;
        }
        Ok(())
    }

    /// Notes where the findings of each account are, unless that is known.
    fn know_places(&self) -> rusqlite::Result<()> {
        let is_known: bool =
            self.connection().prepare_cached(KNOWS_PLACES)?.query_row([], |row| row.get(0))?;
        if is_known {
            return Ok(());
        }
        let made = self.connection().execute_batch(MAKE_PLACES);
        if made.is_err() {
            // Half of it would pass for all.
            let _ = self.connection().execute_batch(FORGET_PLACES);
        }
        made
    }
}

fn unreadable(source: rusqlite::Error) -> io::Error {
    io::Error::other(sql("read")(source))
}

/// A row of the table `finding` with all its columns, in their order.
fn finding_of(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let mut cells = Cells { row, next: 0 };
    Ok(Finding {
        finding_id: cells.read()?,
        change: cells.word(Change::from_word)?,
        outcome: cells.word(Outcome::from_word)?,
        waived: cells.read()?,
        severity: cells.word(Severity::from_word)?,
        blocks_go_live: cells.read()?,
        check_id: cells.read()?,
        title: cells.read()?,
        family: cells.read()?,
        account_sid: cells.read()?,
        account_name: cells.read()?,
        phi: cells.read()?,
        environment: cells.read()?,
        product: cells.read()?,
        resource_type: cells.read()?,
        resource_sid: cells.read()?,
        resource_name: cells.read()?,
        field: cells.read()?,
        reason: cells.read()?,
        evidence: cells.word(|json| serde_json::from_str(json).ok().map(|Pairs(pairs)| pairs))?,
        remediation: cells.read()?,
        fix_command: cells.read()?,
        console_url: cells.read()?,
        citations: cells.list()?,
        sources: cells.list()?,
        first_seen: cells.read()?,
        last_seen: cells.read()?,
        owner: cells.read()?,
    })
}

/// The cells of a row, one after the other: to look for each by the name of its column took longer than to read it.
struct Cells<'r> {
    row: &'r Row<'r>,
    next: usize,
}

impl Cells<'_> {
    fn read<T: FromSql>(&mut self) -> rusqlite::Result<T> {
        let value = self.row.get(self.next);
        self.next += 1;
        value
    }

    /// A text that stands for something.
    fn word<T>(&mut self, meaning: impl FnOnce(&str) -> Option<T>) -> rusqlite::Result<T> {
        let word = self.row.get_ref(self.next)?.as_str()?;
        self.next += 1;
        meaning(word).ok_or_else(|| rusqlite::Error::InvalidColumnName(word.to_owned()))
    }

    fn list(&mut self) -> rusqlite::Result<Vec<String>> {
        self.word(|text| {
            Some(text.split(BETWEEN).filter(|text| !text.is_empty()).map(str::to_owned).collect())
        })
    }
}

/// Names and values as a JSON object, in their order.
struct Evidence<'a>(&'a [(String, String)]);

impl Serialize for Evidence<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The same, read back.
struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        from.deserialize_map(InOrder)
    }
}
