//! The findings in the store: written as they arise, read back in report order.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use rusqlite::{OptionalExtension as _, Params, Row, params};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};

use super::error::{EvidenceError, sql};
use super::store::Store;
use crate::model::{Change, Changes, Finding, Findings, Outcome, Severity, Tally};

const INSERT: &str = "insert or replace into finding values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, \
                      ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

const IN_REPORT_ORDER: &str = "
order by blocks_go_live desc,
         case severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 else 3 end,
         account_sid, check_id, resource_sid, resource_type, field";

/// Where the findings of each account are, so that those of one can be found among millions. It is made when the first is
/// asked for, and goes with the connection: few programs that open a store ask.
const MAKE_PLACES: &str = "
create temp table finding_of_account (
  account_sid text not null, finding integer not null, primary key (account_sid, finding)
) strict, without rowid;
insert into finding_of_account select account_sid, rowid from finding order by account_sid, rowid";

const FORGET_PLACES: &str = "drop table if exists temp.finding_of_account";

const KNOWS_PLACES: &str =
    "select exists (select 1 from temp.sqlite_schema where name = 'finding_of_account')";

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
        self.each_finding(&format!("select * from finding {IN_REPORT_ORDER}"), [], act)
    }

    fn each_of(&self, account_sid: &str, act: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        self.know_places().map_err(unreadable)?;
        let query = format!(
            "select * from finding where rowid in (select finding from finding_of_account where account_sid = ?) \
             {IN_REPORT_ORDER}"
        );
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

fn finding_of(row: &Row<'_>) -> rusqlite::Result<Finding> {
    let unreadable = |text: &str| rusqlite::Error::InvalidColumnName(text.to_owned());
    let outcome: String = row.get("outcome")?;
    let severity: String = row.get("severity")?;
    let change: String = row.get("change")?;
    let evidence: String = row.get("evidence")?;
    let list = |column: &str| -> rusqlite::Result<Vec<String>> {
        let text: String = row.get(column)?;
        Ok(text.split(BETWEEN).filter(|text| !text.is_empty()).map(str::to_owned).collect())
    };
    Ok(Finding {
        finding_id: row.get("finding_id")?,
        change: Change::from_word(&change).ok_or_else(|| unreadable(&change))?,
        outcome: Outcome::from_word(&outcome).ok_or_else(|| unreadable(&outcome))?,
        waived: row.get("waived")?,
        severity: Severity::from_word(&severity).ok_or_else(|| unreadable(&severity))?,
        blocks_go_live: row.get("blocks_go_live")?,
        check_id: row.get("check_id")?,
        title: row.get("title")?,
        family: row.get("family")?,
        account_sid: row.get("account_sid")?,
        account_name: row.get("account_name")?,
        phi: row.get("phi")?,
        environment: row.get("environment")?,
        product: row.get("product")?,
        resource_type: row.get("resource_type")?,
        resource_sid: row.get("resource_sid")?,
        resource_name: row.get("resource_name")?,
        field: row.get("field")?,
        reason: row.get("reason")?,
        evidence: serde_json::from_str(&evidence)
            .map(|Pairs(pairs)| pairs)
            .map_err(|_| unreadable(&evidence))?,
        remediation: row.get("remediation")?,
        fix_command: row.get("fix_command")?,
        console_url: row.get("console_url")?,
        citations: list("citations")?,
        sources: list("sources")?,
        first_seen: row.get("first_seen")?,
        last_seen: row.get("last_seen")?,
        owner: row.get("owner")?,
    })
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
