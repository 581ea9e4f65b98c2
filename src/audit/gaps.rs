//! Where evidence is missing, and what would close the gap.

use std::collections::BTreeMap;

use super::compile::Compiled;
use super::scope::AccountFacts;
use crate::catalogue::{ACCOUNT_TREE, Per};
use crate::model::{Coverage, CoverageStatus};

/// Kinds named for one cause before it says "and more".
const NAMED_KINDS: usize = 4;
/// Causes named in a reason before it says "and more".
const NAMED_CAUSES: usize = 3;

/// What is missing, by account and kind.
pub(super) struct Gaps<'a> {
    /// For each kind and account that was asked for: the worst reading, if it is no sufficient one.
    readings: BTreeMap<(&'a str, &'a str), Option<&'a Coverage>>,
    names: BTreeMap<&'a str, &'a str>,
    active_accounts: Vec<&'a str>,
    root: Option<&'a str>,
}

/// One cause and the kinds that are missing because of it, in the order in which they were met.
struct Cause<'a> {
    account: &'a str,
    words: String,
    remedy: String,
    kinds: Vec<&'static str>,
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
        let sid = |account: &'a AccountFacts| account.account_sid.as_str();
        Self {
            readings,
            names: accounts.iter().map(|account| (sid(account), account.name.as_str())).collect(),
            active_accounts: accounts.iter().filter(|account| account.active).map(sid).collect(),
            root: accounts.iter().find(|account| account.is_root).map(sid),
        }
    }

    /// Why a check may call nothing fine in an account, in words; nothing when it may.
    pub(super) fn explain(&self, compiled: &Compiled, account: &'a str) -> Option<String> {
        let root = self.root.unwrap_or(account);
        let mut causes = Vec::new();
        for kind in compiled.needs() {
            if kind.endpoint().is_some_and(|endpoint| endpoint.per == Per::Tree) {
                self.note(kind.name, root, &mut causes);
            } else if compiled.check.compares_accounts {
                self.active_accounts.iter().for_each(|other| self.note(kind.name, other, &mut causes));
            } else {
                self.note(kind.name, account, &mut causes);
            }
        }
        if compiled.check.compares_accounts {
            self.note(ACCOUNT_TREE.name, root, &mut causes);
        }
        (!causes.is_empty()).then(|| self.sentence(&causes))
    }

    /// Adds what is missing of a kind in an account, if anything is.
    fn note(&self, kind: &'static str, account: &'a str, causes: &mut Vec<Cause<'a>>) {
        let (words, remedy) = match self.readings.get(&(kind, account)) {
            Some(None) => return,
            Some(Some(reading)) => describe(reading),
            None => ("Not collected".to_owned(), String::new()),
        };
        let same = |cause: &&mut Cause<'_>| {
            cause.account == account && cause.words == words && cause.remedy == remedy
        };
        match causes.iter_mut().find(same) {
            Some(cause) if cause.kinds.contains(&kind) => {}
            Some(cause) => cause.kinds.push(kind),
            None => causes.push(Cause { account, words, remedy, kinds: vec![kind] }),
        }
    }

    fn sentence(&self, causes: &[Cause<'_>]) -> String {
        let mut sentences: Vec<String> = causes
            .iter()
            .take(NAMED_CAUSES)
            .map(|cause| {
                let name = self.names.get(cause.account).copied().unwrap_or(cause.account);
                format!("{}: {} of {name}{}", cause.words, first_of(&cause.kinds), cause.remedy)
            })
            .collect();
        if let Some(more @ 1..) = causes.len().checked_sub(NAMED_CAUSES) {
            sentences.push(format!("and {more} more gaps, see coverage.csv"));
        }
        sentences.join(". ")
    }
}

fn first_of(kinds: &[&str]) -> String {
    let named = kinds.iter().take(NAMED_KINDS).copied().collect::<Vec<_>>().join(", ");
    match kinds.len().checked_sub(NAMED_KINDS) {
        Some(more @ 1..) => format!("{named} and {more} more"),
        _ => named,
    }
}

/// A reading in words, and what would close the gap.
fn describe(reading: &Coverage) -> (String, String) {
    let details: Vec<String> = reading
        .http_status
        .map(|status| format!("HTTP {status}"))
        .into_iter()
        .chain(reading.twilio_code.map(|code| format!("code {code}")))
        .collect();
    let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    let words = match reading.status {
        CoverageStatus::NoCredential => "No credential reaches".to_owned(),
        CoverageStatus::Denied => format!("The credential may not read{details}"),
        CoverageStatus::NotEnabled => format!("Twilio does not say whether there is any{details}"),
        CoverageStatus::InactiveAccount => format!("The account is not active{details}"),
        CoverageStatus::Failed => format!("Could not be read{details}, {}", reading.reason),
        CoverageStatus::Complete | CoverageStatus::Absent => reading.reason.clone(),
    };
    let remedy = match (&reading.missing_permission, reading.status) {
        (Some(permission), _) => format!("; grant {permission} to its key"),
        (None, CoverageStatus::NoCredential) => "; supply a credential of this account".to_owned(),
        _ => String::new(),
    };
    (words, remedy)
}
