//! Findings that somebody accepted for a while, and acceptances that accept nothing.

use std::cell::Cell;
use std::collections::BTreeSet;

use jiff::civil::Date;
use rusqlite::Connection;

use super::compile::Compiled;
use super::scope::AccountFacts;
use crate::model::{Outcome, is_about};

/// A waiver, and whether anything that it may be about was seen.
struct Waiver {
    check: String,
    account: Option<String>,
    resource: Option<String>,
    expires_on: String,
    is_over: bool,
    was_met: Cell<bool>,
}

/// The waivers of a declaration.
pub(super) struct Waivers(Vec<Waiver>);

impl Waivers {
    /// Reads what was declared, as of a day: on the day of its end a waiver is over.
    pub(super) fn read(connection: &Connection, today: Date) -> rusqlite::Result<Self> {
        connection
            .prepare(
                "select check_id, account_sid, resource, expires_on, expires_on <= ?1 from intent_waiver",
            )?
            .query_map([today.to_string()], |row| {
                Ok(Waiver {
                    check: row.get(0)?,
                    account: row.get(1)?,
                    resource: row.get(2)?,
                    expires_on: row.get(3)?,
                    is_over: row.get(4)?,
                    was_met: Cell::new(false),
                })
            })?
            .collect::<rusqlite::Result<_>>()
            .map(Self)
    }

    /// Whether one of them covers an outcome of a check for a resource of an account.
    pub(super) fn cover(&self, check: &str, account: &str, resource: &str, outcome: Outcome) -> bool {
        let mut is_covered = false;
        for waiver in self.0.iter().filter(|waiver| waiver.check == check) {
            let needs_cover = matches!(outcome, Outcome::Fail | Outcome::Manual);
            let covers = needs_cover && waiver.is_about(account, resource);
            // Of what was not assessed nobody can say that it needs no waiver any more.
            let may_cover = outcome == Outcome::NotAssessed
                && waiver.account.as_deref().is_none_or(|named| named == account);
            if covers || may_cover {
                waiver.was_met.set(true);
            }
            is_covered |= covers && !waiver.is_over;
        }
        is_covered
    }

    /// What the reader must know of waivers: which is over while its finding stands, and which waives nothing.
    /// Waivers of checks that were not run, and of accounts that were not audited, are left alone.
    pub(super) fn notices(&self, checks: &[Compiled], accounts: &[AccountFacts]) -> Vec<String> {
        let accounts: BTreeSet<&str> = accounts.iter().map(|account| account.account_sid.as_str()).collect();
        let was_run = |waiver: &&Waiver| {
            checks.iter().any(|compiled| compiled.check.id == waiver.check)
                && waiver.account.as_deref().is_none_or(|account| accounts.contains(account))
        };
        self.0.iter().filter(was_run).filter_map(Waiver::notice).collect()
    }
}

impl Waiver {
    /// Whether everything that it names is this.
    fn is_about(&self, account: &str, resource: &str) -> bool {
        is_about(self.account.as_deref(), self.resource.as_deref(), account, resource)
    }

    fn notice(&self) -> Option<String> {
        let about = self.resource.as_deref().or(self.account.as_deref()).unwrap_or_default();
        let (check, day) = (&self.check, &self.expires_on);
        match (self.is_over, self.was_met.get()) {
            (true, true) => Some(format!(
                "The waiver of {check} for {about} ended on {day}: what it waived counts again."
            )),
            (false, false) => {
                Some(format!("The waiver of {check} for {about} waives nothing: remove it from audit.toml."))
            }
            (true, false) | (false, true) => None,
        }
    }
}
