//! Every `[[fix]]` mends what it is for, and nothing else.
//!
//! `tests/data/faults` is an estate with a fault for each block and for each field that it may be asked to mend.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/fixes.rs"]
mod fixes;

use audit::{Audit, Ended, all_credentials, simulator};
use fixes::{Case, cases};
use serde_json::Value;
use twilio_audit::simulator::Simulator;

fn estate() -> Value {
    serde_json::from_str(include_str!("data/faults/estate.json")).unwrap()
}

/// A scan of it with the Auth Token of each account.
fn scanned(simulator: &Simulator, estate: &Value) -> Ended {
    let all = all_credentials(estate);
    let tokens: Vec<_> = all.iter().filter(|one| one.kind == "auth_token").collect();
    Audit::scan(simulator).credentials(&tokens).declared(include_str!("data/faults/audit.toml")).run()
}

/// Whether a row of `findings.csv` is what a block is for.
fn is_for(case: &Case, row: &audit::Row) -> bool {
    row["check_id"] == case.check.id
        && row["resource_type"] == case.kind.name
        && (case.field.is_empty() || row["field"] == case.field)
        && row["outcome"] == "fail"
}

#[tokio::test(flavor = "multi_thread")]
async fn every_block_has_its_fault() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let ended = scanned(&simulator, &estate);
    let findings = ended.rows("findings.csv");
    let without: Vec<String> =
        cases().iter().filter(|case| !findings.iter().any(|row| is_for(case, row))).map(Case::name).collect();
    assert_eq!(without, Vec::<String>::new(), "{}", ended.stderr);
}
