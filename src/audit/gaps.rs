//! Where evidence is missing, and what would close the gap.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::compile::Compiled;
use super::scope::AccountFacts;
use crate::model::{Coverage, CoverageStatus};

/// Kinds named in a reason before it says "and more".
const NAMED: usize = 4;

/// What is missing, by account and kind.
pub(super) struct Gaps<'a> {
    /// For each kind and account that was asked for: the worst reading, if it is no sufficient one.
    readings: BTreeMap<(&'a str, &'a str), Option<&'a Coverage>>,
    active_accounts: Vec<&'a str>,
    root: Option<&'a str>,
}

impl<'a> Gaps<'a> {
    /// Reads the coverage of a scan.
    pub(super) fn of(coverage: &'a [Coverage], accounts: &'a [AccountFacts]) -> Self {
        let mut readings: BTreeMap<(&str, &str), Option<&Coverage>> = BTreeMap::new();
        for reading in coverage {
            let key = (reading.resource_type.as_str(), reading.account_sid.as_str());
            let worst = readings.entry(key).or_default();
            if !reading.status.is_conclusive() {
                worst.get_or_insert(reading);
            }
        }
        Self {
            readings,
            active_accounts: accounts.iter().filter(|a| a.active).map(|a| a.account_sid.as_str()).collect(),
            root: accounts.iter().find(|a| a.is_root).map(|a| a.account_sid.as_str()),
        }
    }

    /// Why a check may call nothing fine in an account, in words; nothing when it may.
    pub(super) fn explain(&self, compiled: &Compiled, account: &str) -> Option<String> {
        let mut missing = Vec::new();
        for kind in compiled.needs() {
            let per_tree = kind.endpoint().is_some_and(|e| e.per == crate::catalogue::Per::Tree);
            if per_tree {
                missing.extend(self.gap(kind.name, self.root.unwrap_or(account)));
            } else if compiled.check.compares_accounts {
                missing.extend(self.active_accounts.iter().filter_map(|other| self.gap(kind.name, other)));
            } else {
                missing.extend(self.gap(kind.name, account));
            }
        }
        if compiled.check.compares_accounts {
            let tree = crate::catalogue::ACCOUNT_TREE.name;
            missing.extend(self.gap(tree, self.root.unwrap_or(account)));
        }
        missing.dedup();
        (!missing.is_empty()).then(|| sentence(&missing))
    }

    fn gap(&self, kind: &str, account: &str) -> Option<String> {
        match self.readings.get(&(kind, account)) {
            None => Some(format!("{kind} of {account} was not collected")),
            Some(None) => None,
            Some(Some(reading)) => Some(describe(reading)),
        }
    }
}

/// A reading in words: what, how it ended, what would close the gap.
fn describe(reading: &Coverage) -> String {
    let mut text =
        format!("{} of {}: {}", reading.resource_type, reading.account_sid, reading.status.as_str());
    let mut details = Vec::new();
    details.extend(reading.http_status.map(|status| format!("HTTP {status}")));
    details.extend(reading.twilio_code.map(|code| format!("code {code}")));
    if !details.is_empty() {
        let _ = write!(text, " ({})", details.join(", "));
    }
    if !reading.reason.is_empty() {
        let _ = write!(text, ", {}", reading.reason);
    }
    match (&reading.missing_permission, reading.status) {
        (Some(permission), _) => {
            let _ = write!(text, "; grant {permission} to the key of this account");
        }
        (None, CoverageStatus::NoCredential) => text.push_str("; supply a credential of this account"),
        _ => {}
    }
    text
}

fn sentence(missing: &[String]) -> String {
    let named = missing.iter().take(NAMED).cloned().collect::<Vec<_>>().join("; ");
    match missing.len().checked_sub(NAMED) {
        Some(more @ 1..) => format!("Not read: {named}; and {more} more (see coverage.csv)"),
        _ => format!("Not read: {named}"),
    }
}
