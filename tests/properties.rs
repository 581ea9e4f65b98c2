//! Whatever an account tree holds: no check breaks, what is unrelated changes nothing, and the order in which Twilio
//! lists things is no fact.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/random_rows.rs"]
mod random_rows;

use std::sync::LazyLock;

use proptest::prelude::*;
use random_rows::{Dice, row_of, value};
use twilio_audit::audit::{self, Compiled};
use twilio_audit::catalogue::{KINDS, Kind};
use twilio_audit::evidence::{Batch, Row, Store, Value};
use twilio_audit::intent::Intent;
use twilio_audit::model::{AccountSid, Coverage, CoverageStatus, Finding, Outcome};

static CHECKS: LazyLock<Vec<Compiled>> =
    LazyLock::new(|| audit::compile(audit::built_in().unwrap()).unwrap());

const MOMENT: &str = "2026-11-23T12:00:00Z";

const INTENT: &str = r#"
[[account]]
sid = "AC00000000000000000000000000000000"
role = "management"
phi = false

[[account]]
sid = "AC00000000000000000000000000000001"
phi = true
environment = "production"

[[account]]
sid = "AC00000000000000000000000000000002"
phi = false
"#;

fn accounts(count: usize) -> Vec<AccountSid> {
    (0..count).map(|place| format!("AC{place:032x}").parse().unwrap()).collect()
}

/// Up to three rows of every kind, spread over three accounts.
fn estate(seed: u64) -> Vec<(&'static Kind, Vec<Row>)> {
    let (accounts, mut dice) = (accounts(3), Dice(seed));
    let mut rows = |kind: &'static Kind| {
        let count = dice.roll(4);
        (0..count)
            .map(|place| row_of(kind, place, &accounts, |column| value(column.keep, column.name, &mut dice)))
            .collect()
    };
    KINDS.iter().copied().map(|kind| (kind, rows(kind))).collect()
}

fn judged(estate: &[(&'static Kind, Vec<Row>)], accounts: &[AccountSid]) -> Vec<Finding> {
    let mut store = Store::in_memory().unwrap();
    store.write_intent(&Intent::parse(INTENT, "audit.toml").unwrap(), true).unwrap();
    for (place, account) in accounts.iter().enumerate() {
        store
            .write(&Batch::Account {
                account: account.clone(),
                name: None,
                status: Some("active".to_owned()),
                is_parent: place == 0,
                is_root: place == 0,
                has_subaccounts: place == 0,
                credential_kind: "main_key",
            })
            .unwrap();
        for kind in KINDS.iter().copied() {
            let coverage =
                Coverage::new(account.clone(), kind.name, CoverageStatus::Complete, MOMENT.to_owned());
            store.write(&Batch::Coverage(coverage)).unwrap();
        }
    }
    for (kind, rows) in estate {
        store.write(&Batch::Rows(kind, rows.clone())).unwrap();
    }
    let mut collected = audit::Collected::default();
    audit::judge(&mut store, &CHECKS, MOMENT.parse().unwrap(), &mut collected).unwrap();
    collected.into_findings()
}

fn shown(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{finding:?}")).collect()
}

proptest! {
    // Each case judges the estate by all checks, twice.
    #![proptest_config(ProptestConfig { cases: 4, ..ProptestConfig::default() })]

    #[test]
    fn no_estate_breaks_a_check(seed: u64) {
        for finding in judged(&estate(seed), &accounts(3)) {
            prop_assert!(!finding.reason.starts_with("The check could not run"), "{}: {}", finding.check_id, finding.reason);
        }
    }

    #[test]
    fn the_order_of_a_list_changes_no_byte(seed: u64) {
        let mut estate = estate(seed);
        let before = shown(&judged(&estate, &accounts(3)));
        estate.reverse();
        estate.iter_mut().for_each(|(_, rows)| rows.reverse());
        prop_assert_eq!(before, shown(&judged(&estate, &accounts(3))));
    }

    /// A queue, an operator of Conversational Intelligence and a registration with carriers: none of them points anywhere, and
    /// no rule counts them.
    #[test]
    fn what_is_unrelated_changes_no_other_finding(seed: u64) {
        let all = accounts(3);
        let unrelated = |sid: &str| sid.starts_with("XX");
        let known = |findings: Vec<Finding>| -> Vec<Finding> {
            // Where there was nothing of a kind, there now is something.
            let is_known = |f: &Finding| !unrelated(&f.resource_sid) && f.outcome != Outcome::NotApplicable;
            findings.into_iter().filter(is_known).collect()
        };
        let mut estate = estate(seed);
        let before = known(judged(&estate, &all));
        for (kind, rows) in &mut estate {
            if ["queue", "intelligence_operator", "brand_registration"].contains(&kind.name) {
                rows.push(Row {
                    account: all[1].clone(),
                    parent: String::new(),
                    sid: format!("XX{:032x}", 9),
                    link: None,
                    values: vec![Value::Null; kind.columns.len()],
                });
            }
        }
        prop_assert_eq!(shown(&before), shown(&known(judged(&estate, &all))));
    }
}
