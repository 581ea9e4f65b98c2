//! Putting the stores of shards together into one, as if one scan had read all accounts.

use std::path::Path;

use rusqlite::params;

use super::error::{EvidenceError, sql};
use super::store::Store;
use crate::catalogue::ACCOUNT_TREE;

/// What became of a listing that several shards know: the account tree. If one could not read it, it was not read.
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

impl Store {
    /// Takes over what the store of a shard holds. What is the same in all shards (how they were started, what was
    /// declared) is taken from the first.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or written.
    pub fn absorb(&self, shard: &Path, is_first: bool) -> Result<(), EvidenceError> {
        self.run("attach ? as shard", [shard.to_string_lossy()])?;
        self.begin()?;
        for table in self.tables()? {
            match table.as_str() {
                "coverage" => self.run(COVERAGE, [])?,
                "notice" => self.run(NOTICES, [])?,
                "finding" | "tally" => {}
                table if is_the_same_in_all(table) && !is_first => {}
                table => {
                    self.run(&format!("insert or ignore into main.{table} select * from shard.{table}"), [])?;
                }
            }
        }
        self.commit()?;
        self.connection().flush_prepared_statement_cache();
        self.run("detach shard", [])
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
        let reason = format!(
            "the shards did not see the same accounts, and {unread} of them were read by none: scan again"
        );
        self.run(
            "update coverage set status = 'failed', reason = ? where resource_type = ? and status = 'complete'",
            params![reason, ACCOUNT_TREE.name],
        )
    }
}

fn is_the_same_in_all(table: &str) -> bool {
    ["scan", "choice", "attestation_rule"].contains(&table) || table.starts_with("intent_")
}
