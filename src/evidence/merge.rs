//! Putting the stores of shards together into one, as if one scan had read all accounts.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::params;

use super::error::{EvidenceError, sql};
use super::genuine::refuse_foreign;
use super::store::Store;
use crate::catalogue::{ACCOUNT_TREE, AUTH_TOKEN_EXPOSED};
use crate::model::Shard;

/// What became of each listing. Several shards know that of the account tree alone: if one could not read it, it was not
/// read.
const COVERAGE: &str = "
insert into main.coverage select * from shard.coverage where true
on conflict do update set
  status = excluded.status, http_status = excluded.http_status, twilio_code = excluded.twilio_code,
  missing_permission = excluded.missing_permission, credential_kind = excluded.credential_kind,
  rows = excluded.rows, pages = excluded.pages, read_at = excluded.read_at, reason = excluded.reason
where excluded.status not in ('complete', 'absent')";

/// Sentences that several shards say are said once.
const NOTICES: &str = "
insert into main.notice (sentence, of_unusable_credential)
select sentence, of_unusable_credential from shard.notice s
where not exists (select 1 from main.notice m where m.sentence = s.sentence) order by place";

/// Subaccounts that some shard saw in the tree and that none has read: they came, or moved, in between.
const UNREAD: &str = "
select count(*) from account_tree t join scan_account p on p.account_sid = t.account_sid and p.is_parent
where t.owner_account_sid = p.account_sid and t.sid <> p.account_sid
  and not exists (select 1 from scan_account a where a.account_sid = t.sid)";

/// What of a scan is not the same in all shards: its name and when it started.
const SAME_OF_SCAN: &str = "written_by, catalogue_version, layout, intent_declared, derived_tokens";

impl Store {
    /// Takes over what the store of a shard holds: of the accounts that are its own to read, and the account tree, which
    /// every shard lists. What is the same in all shards (how they were started, what was declared) is taken from the
    /// first, and the others must have it too.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written, when the shard speaks for an account that is not its own, and when it is
    /// not like the others where all are alike ([`EvidenceError::is_of_a_shard`]).
    pub fn absorb(&self, path: &Path, shard: Shard, is_first: bool) -> Result<(), EvidenceError> {
        self.run("attach ? as shard", [path.to_string_lossy()])?;
        self.begin()?;
        // Once more, for it may be another file than was looked at before.
        refuse_foreign(self.connection(), "shard", path)?;
        let own = self.own_accounts(shard)?;
        for table in self.tables()? {
            match table.as_str() {
                // The list of accounts is every shard's, and comes last.
                "coverage" => {
                    let listed = format!("coverage where resource_type <> '{}'", ACCOUNT_TREE.name);
                    self.insist_on_own(shard, &own, &table, &listed)?;
                    self.run(COVERAGE, [])?;
                }
                name if name == ACCOUNT_TREE.name => {}
                "notice" => self.run(NOTICES, [])?,
                // They come of judging, and nobody has judged a shard.
                "finding" | "tally" | "trend" | "conclusion" => {}
                name if is_the_same_in_all(name) && !is_first => self.insist_on_the_same(shard, name)?,
                name => {
                    if !is_the_same_in_all(name) {
                        self.insist_on_own(shard, &own, name, name)?;
                    }
                    self.run(&format!("insert into main.{name} select * from shard.{name}"), [])?;
                }
            }
        }
        self.absorb_tree(shard)?;
        self.commit()?;
        self.connection().flush_prepared_statement_cache();
        self.run("detach shard", [])
    }

    /// The accounts that a shard read. Which ones are its own is worked out here, whatever it says of itself.
    fn own_accounts(&self, shard: Shard) -> Result<BTreeSet<String>, EvidenceError> {
        let accounts = self.texts("select account_sid from shard.scan_account")?;
        let is_foreign = |account: &&String| !account.parse().is_ok_and(|account| shard.holds(&account));
        match accounts.iter().find(is_foreign) {
            Some(account) => {
                let account = account.clone();
                Err(EvidenceError::ForeignAccount { shard, table: "scan_account".to_owned(), account })
            }
            None => Ok(accounts),
        }
    }

    /// Insists that all rows (of a table, or as `listed` narrows it) are of accounts that the shard read.
    fn insist_on_own(
        &self,
        shard: Shard,
        own: &BTreeSet<String>,
        table: &str,
        listed: &str,
    ) -> Result<(), EvidenceError> {
        let accounts = self.texts(&format!("select distinct account_sid from shard.{listed}"))?;
        match accounts.difference(own).next() {
            Some(account) => {
                let (table, account) = (table.to_owned(), account.clone());
                Err(EvidenceError::ForeignAccount { shard, table, account })
            }
            None => Ok(()),
        }
    }

    /// Insists that a table has the same rows as in the shards before.
    fn insist_on_the_same(&self, shard: Shard, table: &str) -> Result<(), EvidenceError> {
        let columns = match table {
            // `--shard` differs; how they were started is compared before.
            "choice" => return Ok(()),
            "scan" => SAME_OF_SCAN,
            _ => "*",
        };
        let of = |schema: &str| format!("select {columns} from {schema}.{table}");
        let (before, now) = (of("main"), of("shard"));
        let differs = format!(
            "select exists ({before} except {now}) or exists ({now} except {before}) \
             or (select count(*) from main.{table}) <> (select count(*) from shard.{table})"
        );
        match self.ask_one(&differs, [], |row| row.get(0))? {
            Some(false) => Ok(()),
            _ => Err(EvidenceError::UnlikeOthers { shard, table: table.to_owned() }),
        }
    }

    /// The list of accounts, which every shard reads at a moment of its own. A token that one of them was shown was shown.
    /// Where else an account changed in between, the list counts as not read, as one does that changes while it is read.
    fn absorb_tree(&self, shard: Shard) -> Result<(), EvidenceError> {
        let tree = ACCOUNT_TREE.name;
        let columns = ACCOUNT_TREE.columns.iter().map(|column| column.name);
        let differs: Vec<String> = columns
            .filter(|name| *name != AUTH_TOKEN_EXPOSED)
            .map(|name| format!("s.\"{name}\" is not m.\"{name}\""))
            .collect();
        let changed = format!(
            "select sid from shard.{tree} s join main.{tree} m using (account_sid, parent_sid, sid) \
             where {} order by sid limit 1",
            differs.join(" or ")
        );
        if let Some(account) = self.ask_one(&changed, [], |row| row.get::<_, String>(0))? {
            self.tree_is_unknown(&format!(
                "{tree} of shard {shard} shows {account} otherwise than that of a shard before it: scan again"
            ))?;
        }
        let exposed = AUTH_TOKEN_EXPOSED;
        self.run(
            &format!(
                "insert into main.{tree} select * from shard.{tree} where true on conflict do update set \
                 {exposed} = coalesce(max({exposed}, excluded.{exposed}), {exposed}, excluded.{exposed})"
            ),
            [],
        )
    }

    fn tree_is_unknown(&self, reason: &str) -> Result<(), EvidenceError> {
        self.run(
            "update main.coverage set status = 'failed', reason = ? \
             where resource_type = ? and status = 'complete'",
            params![reason, ACCOUNT_TREE.name],
        )
    }

    fn texts(&self, query: &str) -> Result<BTreeSet<String>, EvidenceError> {
        self.connection()
            .prepare(query)
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .map_err(sql("read"))
    }

    fn tables(&self) -> Result<Vec<String>, EvidenceError> {
        self.connection()
            .prepare("select name from main.sqlite_schema where type = 'table' and name not like 'sqlite_%'")
            .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
            .map_err(sql("read"))
    }

    /// All shards are in: it is a scan of all accounts, unless there are some that no shard has read. Choices that only
    /// shards have are taken out.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn end_of_merge(&self, choices_of_shards: &[&str]) -> Result<(), EvidenceError> {
        for name in choices_of_shards {
            self.run("update choice set value = '' where name = ?", [name])?;
        }
        let unread: u32 = self.ask_one(UNREAD, [], |row| row.get(0))?.unwrap_or_default();
        if unread == 0 {
            return Ok(());
        }
        self.tree_is_unknown(&format!(
            "the shards did not see the same accounts, and {unread} of them were read by none: scan again"
        ))
    }
}

fn is_the_same_in_all(table: &str) -> bool {
    ["scan", "choice", "attestation_rule"].contains(&table) || table.starts_with("intent_")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is attached may be another file than was opened and looked at before.
    #[test]
    fn a_shard_that_was_altered_since_it_was_looked_at_is_not_taken_in() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evidence.db");
        drop(Store::create(&path).unwrap());
        let altered = "alter table phone_number rename column voice_url to somewhere_else";
        rusqlite::Connection::open(&path).unwrap().execute_batch(altered).unwrap();
        let refused = Store::in_memory().unwrap().absorb(&path, "1/2".parse().unwrap(), true).unwrap_err();
        assert!(refused.is_of_a_shard() && refused.to_string().contains("phone_number"), "{refused}");
    }
}
