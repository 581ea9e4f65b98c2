//! What a scan that goes on needs besides its listings: how it was started, and the salt of its hashes.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rusqlite::params;

use super::error::{EvidenceError, sql};
use super::schema;
use super::store::{ScanFacts, Store};
use crate::catalogue::{ACCOUNT_TREE, AUTH_TOKEN_EXPOSED, Kind, TWILIO_ACCOUNT};
use crate::intent::Intent;

/// How a scan was started: each choice by its name. It goes on in the same way.
pub type StartedWith = BTreeMap<String, String>;

/// The kinds that signing in reads, which say whether the Auth Token of an account was shown.
static WITH_TOKENS: [&Kind; 2] = [&ACCOUNT_TREE, &TWILIO_ACCOUNT];

/// An account counts as read with the strongest credential of all that read it.
const READ_WITH_WORSE: &str = "
with kind (word, place) as (
  values ('auth_token', 1), ('derived_token', 2), ('main_key', 3), ('standard_key', 4), ('api_key', 5),
         ('restricted_key', 6), ('oauth_app', 7), ('', 8)
),
every (account_sid, word) as (
  select account_sid, credential_kind from read_with_before
  union all select account_sid, credential_kind from scan_account
),
worst (account_sid, word, place) as (
  select account_sid, word, min(place) from every join kind using (word) group by account_sid
)
update scan_account set credential_kind = worst.word from worst
where worst.account_sid = scan_account.account_sid and worst.word <> scan_account.credential_kind";

impl Store {
    /// Starts a scan in one step: what is known of it, what was declared, and what [`Store::begin_collecting`] writes.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn start(
        &self,
        facts: &ScanFacts,
        intent: &Intent,
        choices: &StartedWith,
        salt: &[u8; 32],
    ) -> Result<(), EvidenceError> {
        self.begin()?;
        self.write_scan(facts, intent)?;
        self.begin_collecting(choices, salt)?;
        self.commit()
    }

    /// Begins to collect: writes how the scan was started, and the salt that makes its hashes comparable.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn begin_collecting(&self, choices: &StartedWith, salt: &[u8; 32]) -> Result<(), EvidenceError> {
        self.connection().execute_batch(schema::UNFINISHED_TABLES).map_err(sql("write"))?;
        for (name, value) in choices {
            self.run("insert into choice values (?, ?)", params![name, value])?;
        }
        self.run("insert into hash_salt values (?)", [&salt[..]])
    }

    /// How the scan was started.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn started_with(&self) -> Result<StartedWith, EvidenceError> {
        self.connection()
            .prepare("select name, value from choice")
            .and_then(|mut statement| {
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })
            .map_err(sql("read"))
    }

    /// With what the accounts were read: for each active one, whether it is the root or the parent, and the kind of its
    /// credential.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn read_with(&self) -> Result<Vec<(bool, String)>, EvidenceError> {
        self.connection()
            .prepare(
                "select is_parent or is_root, credential_kind from scan_account \
                 where coalesce(status, '') not in ('suspended', 'closed')",
            )
            .and_then(|mut statement| {
                statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
            })
            .map_err(sql("read"))
    }

    /// The day on which the operator last reviewed Twilio's list of eligible products, where that was declared.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn list_reviewed_on(&self) -> Result<Option<Date>, EvidenceError> {
        let query = "select eligible_list_reviewed_on from intent_catalogue";
        let day: Option<Option<String>> = self.ask_one(query, [], |row| row.get(0))?;
        Ok(day.flatten().and_then(|day| day.parse().ok()))
    }

    /// The salt of the scan's hashes; nothing where everything was read, for then it is gone.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn salt(&self) -> Result<Option<[u8; 32]>, EvidenceError> {
        let is_there: i64 = self
            .connection()
            .query_row("select count(*) from sqlite_schema where name = 'hash_salt'", [], |row| row.get(0))
            .map_err(sql("read"))?;
        if is_there == 0 {
            return Ok(None);
        }
        self.connection()
            .query_row("select salt from hash_salt", [], |row| row.get(0))
            .map(Some)
            .map_err(sql("read"))
    }

    /// How many accounts there are.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn count_accounts(&self) -> Result<u32, EvidenceError> {
        let count = self.ask_one("select count(*) from scan_account", [], |row| row.get(0))?;
        Ok(count.unwrap_or_default())
    }

    /// How many readings there are.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn count_readings(&self) -> Result<usize, EvidenceError> {
        let count: Option<u32> = self.ask_one("select count(*) from coverage", [], |row| row.get(0))?;
        Ok(count.and_then(|count| usize::try_from(count).ok()).unwrap_or_default())
    }

    /// Lets others read it: the store is one file again.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn release(&self) -> Result<(), EvidenceError> {
        self.connection().flush_prepared_statement_cache();
        self.set_journal("delete")?;
        self.connection().pragma_update(None, "locking_mode", "normal").map_err(sql("write"))?;
        // The lock goes with the next access.
        self.count_accounts().map(|_| ())
    }

    /// Forgets what signing in said: it is done anew. What it showed against the scan is set aside, for that stays true
    /// whoever signs in next: which Auth Tokens were seen, and with what accounts were read.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn forget_sign_in(&self) -> Result<(), EvidenceError> {
        self.begin()?;
        self.connection().execute_batch(schema::SIGNED_IN_BEFORE).map_err(sql("write"))?;
        self.run(
            "insert or ignore into read_with_before select account_sid, credential_kind from scan_account",
            [],
        )?;
        for Kind { name, .. } in WITH_TOKENS {
            self.run(
                &format!(
                    "insert into {name}_before select * from {name} t where {AUTH_TOKEN_EXPOSED} and not exists \
                     (select 1 from {name}_before b where b.account_sid = t.account_sid and b.sid = t.sid)"
                ),
                [],
            )?;
        }
        self.run("delete from notice", [])?;
        self.run("delete from scan_account", [])?;
        self.run("delete from coverage where resource_type = ?", [ACCOUNT_TREE.name])?;
        self.run(&format!("delete from {}", ACCOUNT_TREE.name), [])?;
        self.commit()
    }

    /// Of what was set aside and what is known now, what is worse counts.
    fn remember_sign_in(&self) -> Result<(), EvidenceError> {
        self.connection().execute_batch(schema::SIGNED_IN_BEFORE).map_err(sql("write"))?;
        self.run(READ_WITH_WORSE, [])?;
        for Kind { name, .. } in WITH_TOKENS {
            self.run(
                &format!(
                    "update {name} set {AUTH_TOKEN_EXPOSED} = 1 \
                     where (account_sid, sid) in (select account_sid, sid from {name}_before)"
                ),
                [],
            )?;
            // Whoever signed in last may not have been shown the account at all.
            self.run(
                &format!(
                    "insert or ignore into {name} select * from {name}_before b \
                     where exists (select 1 from scan_account a where a.account_sid = b.sid)"
                ),
                [],
            )?;
        }
        Ok(())
    }

    /// The account that stands for the organization, where somebody had signed in.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn root(&self) -> Result<Option<String>, EvidenceError> {
        self.ask_one("select account_sid from scan_account where is_root", [], |row| row.get(0))
    }

    /// Everything is read: says what signing in showed at any time, and removes what only an interrupted scan needs.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn end_collecting(&self) -> Result<(), EvidenceError> {
        self.begin()?;
        self.remember_sign_in()?;
        // No statement may hold on to what is to go.
        self.connection().flush_prepared_statement_cache();
        self.connection().execute_batch(schema::DROP_UNFINISHED_TABLES).map_err(sql("write"))?;
        self.commit()
    }
}
