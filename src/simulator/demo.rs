//! The estate that `scan --demo` audits: a clinic that is about to go live, with its faults.
//!
//! One file per account in `demo/`, what the clinic declares in `demo/audit.toml`, and every planted fault
//! and innocent look-alike in `demo/planted.md`. Nothing in it belongs to anybody.

use std::collections::BTreeSet;
use std::time::SystemTime;

use regex::Regex;

use super::estate::{Account, Credential, Estate, sid};
use super::when::Clock;

const ACCOUNTS: &[&str] = &[
    include_str!("demo/parent.json"),
    include_str!("demo/production.json"),
    include_str!("demo/legacy.json"),
    include_str!("demo/development.json"),
    include_str!("demo/marketing.json"),
    include_str!("demo/others.json"),
];

pub(super) fn accounts() -> Vec<Account> {
    // The files are part of the program; that they can be read is a test's business.
    ACCOUNTS
        .iter()
        .filter_map(|json| Estate::from_json(json).ok())
        .flat_map(|estate| estate.accounts)
        .collect()
}

/// The clinic's `audit.toml` on the given day, ready to be parsed. Without it the demo has no intent.
pub fn intent(now: SystemTime) -> String {
    let clock = Clock::new(now);
    let dated = replace(include_str!("demo/audit.toml"), r"\{\{(days_ago|days_ahead):(\d+)\}\}", |found| {
        let days: i64 = found[2].parse().unwrap_or_default();
        clock.day(if &found[1] == "days_ago" { days } else { -days })
    });
    replace(&dated, r"\b[A-Z]{2}[0-9a-f]{4}\b", |found| sid(&found[0]))
}

fn replace(text: &str, pattern: &str, with: impl Fn(&regex::Captures<'_>) -> String) -> String {
    Regex::new(pattern).map_or_else(|_| text.to_owned(), |regex| regex.replace_all(text, with).into_owned())
}

/// The credentials with which the demo is audited: the Auth Token of every account but one. Nobody at the
/// clinic has one for the undeclared account, so what only its own credential reaches stays unread.
pub fn credentials() -> Vec<Credential> {
    let mut all = Estate::demo().credentials();
    all.retain(|credential| credential.kind == "auth_token" && credential.account != sid("AC0007"));
    all
}

/// Texts that the estate sends and that must never be kept, logged or reported: tokens, key secrets,
/// variable values, passwords in URLs, vendor configuration, names of patients.
pub fn canaries() -> Vec<String> {
    let mut all: BTreeSet<String> = Estate::demo().credentials().into_iter().map(|one| one.secret).collect();
    if let Ok(canary) = Regex::new(r"[0-9A-Za-z_-]*[Cc]anary[0-9A-Za-z_-]*") {
        all.extend(
            ACCOUNTS.iter().flat_map(|json| canary.find_iter(json)).map(|found| found.as_str().to_owned()),
        );
    }
    // What stands beside the names, a private phone number, and a variable with an Auth Token's shape.
    all.extend(
        ["MRN 4488123", "1961-04-12", "+13125550187", "5eedcafe41d7c9b26e08fa5317d2b09c"].map(str::to_owned),
    );
    all.into_iter().collect()
}

/// One line of `demo/planted.md`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planted {
    /// `fail`, `manual`, `lower` (a fault that is judged milder) or `pass` (an innocent look-alike).
    pub expect: String,
    /// The check's id.
    pub check: String,
    /// The full SID of the account; `None` for the whole organization.
    pub account: Option<String>,
    /// The full SID, or the other identity, of the resource; `None` for the account itself.
    pub resource: Option<String>,
    /// The field, where it matters.
    pub field: Option<String>,
    /// What is special about it.
    pub why: String,
}

/// Every planted fault and every innocent look-alike.
pub fn planted() -> Vec<Planted> {
    let rows = include_str!("demo/planted.md").lines().filter_map(|line| line.strip_prefix("| "));
    rows.skip(1).filter_map(planted_row).collect()
}

fn planted_row(line: &str) -> Option<Planted> {
    let cells: Vec<&str> = line.split('|').map(str::trim).collect();
    let [expect, check, account, resource, field, why, ..] = cells.as_slice() else { return None };
    let set = |text: &str| (!matches!(text, "" | "-")).then(|| sid(text));
    Some(Planted {
        expect: (*expect).to_owned(),
        check: (*check).to_owned(),
        account: set(account),
        resource: set(resource),
        field: set(field),
        why: (*why).to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::world::World;

    fn world() -> World {
        World::new(Estate::demo(), Clock::new(SystemTime::now())).unwrap()
    }

    #[test]
    fn every_file_of_the_demo_can_be_served() {
        assert_eq!(world().us1.accounts.len(), 8, "one of the files cannot be read");
    }

    #[test]
    fn what_is_planted_is_there() {
        let declared = intent(SystemTime::now());
        let estate: String = ACCOUNTS.concat();
        let planted = include_str!("demo/planted.md");
        let short = Regex::new(r"\b[A-Z]{2}[0-9a-f]{4}\b").unwrap();
        for found in short.find_iter(planted) {
            let name = found.as_str();
            assert!(
                estate.contains(name) || declared.contains(&sid(name)),
                "{name} is planted but nowhere to be found"
            );
        }
    }

    #[test]
    fn there_are_as_many_innocents_as_faults_and_enough_of_both() {
        let planted = planted();
        let (innocent, faults): (Vec<_>, Vec<_>) = planted.iter().partition(|row| row.expect == "pass");
        assert!(
            faults.len() >= 40 && innocent.len() >= 40,
            "{} faults, {} innocents",
            faults.len(),
            innocent.len()
        );
        assert!(planted.iter().all(|row| ["fail", "manual", "lower", "pass"].contains(&row.expect.as_str())));
    }

    #[test]
    fn the_declaration_is_toml_with_full_sids_and_real_dates() {
        let text = intent(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_795_392_000));
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["baa"]["executed_on"].as_datetime().unwrap().to_string(), "2026-08-15");
        assert_eq!(table["main_keys"][0].as_str().unwrap().len(), 34);
        assert!(!text.contains("{{"));
    }

    #[test]
    fn canaries_are_long_enough_not_to_appear_by_chance() {
        let canaries = canaries();
        assert!(canaries.len() > 40, "{}", canaries.len());
        assert!(canaries.iter().all(|canary| canary.len() >= 9), "{canaries:?}");
    }
}
