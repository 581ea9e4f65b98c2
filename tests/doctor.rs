//! `doctor` says before a scan what a scan would find it can read.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::collections::BTreeSet;

use audit::{Audit, Ended, all_credentials, credential, simulator, simulator_with};
use serde_json::{Value, json};
use twilio_audit::simulator::{Options, Simulator, sid};

fn estate() -> Value {
    json!({"accounts": [
        {"sid": "AC0001", "name": "Parent", "keys": [
            {"sid": "SK0001", "kind": "main"}, {"sid": "SK0002", "kind": "standard"}
        ]},
        {"sid": "AC0002", "name": "Child", "owner": "AC0001", "keys": [
            {"sid": "SK0003", "kind": "restricted",
             "allow": ["/twilio/iam/api-keys/read", "/twilio/voice/sip.trunks/list"]},
            {"sid": "SK0004", "kind": "restricted", "allow": ["/twilio/voice/sip.trunks/list"]},
        ]},
        {"sid": "AC0003", "name": "Guarded", "owner": "AC0001", "pkcv": true},
    ]})
}

fn doctor(simulator: &Simulator, users: &[&str], arguments: &[&str]) -> Ended {
    let credentials: Vec<_> = users.iter().map(|user| credential(&estate(), user)).collect();
    Audit::doctor(simulator).credentials(&credentials.iter().collect::<Vec<_>>()).args(arguments).run()
}

fn json_of(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap_or_else(|_| panic!("{}{}", ended.stdout, ended.stderr))
}

fn account<'a>(examination: &'a Value, short: &str) -> &'a Value {
    let accounts = examination["accounts"].as_array().unwrap();
    accounts.iter().find(|account| account["account_sid"] == sid(short)).unwrap()
}

/// The kinds that are said to be lacking, in all.
fn lacking(account: &Value) -> BTreeSet<&str> {
    let lacks = account["lacks"].as_array().unwrap().iter();
    lacks.flat_map(|lack| lack["kinds"].as_array().unwrap()).map(|kind| kind.as_str().unwrap()).collect()
}

/// How many kinds are said to be required of all active accounts.
fn required(examination: &Value) -> u64 {
    let active = examination["accounts"].as_array().unwrap().iter().filter(|one| one["active"] == true);
    active.map(|account| account["required"]["of"].as_u64().unwrap()).sum()
}

/// The same by a scan.
fn required_by(scan: &Ended) -> u64 {
    scan.json()["coverage_matrix"]["required"]["of"].as_u64().unwrap()
}

#[test]
fn it_counts_the_kinds_as_the_scan_does_and_in_its_words() {
    let scan = Audit::new(&["scan", "--demo"]).run();
    let of = required_by(&scan);
    let doctor = Audit::new(&["doctor", "--demo"]).inside(scan).run();
    let text = doctor.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let words = format!(" of {of} required kinds of resource can be read, ");
    assert!(text.contains(&words), "{words}: {}", doctor.stdout);
    let examination = json_of(&Audit::new(&["doctor", "--demo", "--format", "json"]).inside(doctor).run());
    assert_eq!(required(&examination), of);
    for account in examination["accounts"].as_array().unwrap() {
        let lacks = account["lacks"].as_array().unwrap();
        let Value::Object(required) = &account["required"] else { panic!("{account:#}") };
        assert_eq!(required["read"] == required["of"], lacks.is_empty(), "{account:#}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_says_is_lacking_is_what_a_scan_cannot_read() {
    let simulator = simulator(&estate()).await;
    for users in [&["AC0001", "SK0003"][..], &["SK0001", "AC0002"], &["SK0002", "AC0002"], &["AC0001"]] {
        let ended = doctor(&simulator, users, &["--format", "json"]);
        let examination = json_of(&ended);
        let credentials: Vec<_> = users.iter().map(|user| credential(&estate(), user)).collect();
        let scan = Audit::scan(&simulator).credentials(&credentials.iter().collect::<Vec<_>>()).run();
        assert_eq!(required(&examination), required_by(&scan), "{users:?}: both count the same kinds");
        for short in ["AC0001", "AC0002"] {
            let examined = account(&examination, short);
            assert_eq!(examined["lacks_are_certain"], true, "{users:?} {short}");
            let rows = scan.rows("coverage.csv");
            let unread = |is_needed: bool| -> BTreeSet<&str> {
                rows.iter()
                    .filter(|row| row["account_sid"] == sid(short))
                    .filter(|row| !["complete", "absent"].contains(&row["status"].as_str()))
                    .filter(|row| !is_needed || !row["checks_affected"].is_empty())
                    .map(|row| row["resource_type"].as_str())
                    .collect()
            };
            let said = lacking(examined);
            // What a scan does without: its own account, and the list of a tree that cannot be known. What is
            // taken out of another's answer has no request of its own.
            let apart = ["twilio_account", "account_tree"];
            let is_request = |kind: &str| {
                twilio_audit::catalogue::kind(kind).is_some_and(|kind| kind.endpoint().is_some())
            };
            for kind in unread(true).into_iter().filter(|kind| is_request(kind) && !apart.contains(kind)) {
                assert!(said.contains(kind), "{users:?} {short}: a scan lacks {kind}, doctor is silent");
            }
            for kind in said.iter().filter(|kind| !apart.contains(kind)) {
                // Of a subaccount's keys the parent's token sees a list without types; and where there is nothing
                // above it, a list below is not asked for.
                let is_spared = ["api_key", "api_key_policy"].contains(kind)
                    || twilio_audit::catalogue::kind(kind).unwrap().comes_after().is_some();
                assert!(
                    unread(false).contains(kind) || is_spared,
                    "{users:?} {short}: doctor fears for {kind}"
                );
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_asks_each_host_once_and_names_what_is_wrong() {
    let simulator = simulator_with(&estate(), Options { clock_skew: -300, ..Options::default() }).await;
    let ended = doctor(&simulator, &["SK0002", "SK0004", "AC0003"], &["--format", "json"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    let examination = json_of(&ended);
    let ahead = examination["clock_ahead_seconds"].as_i64().unwrap();
    assert!((300..330).contains(&ahead), "{ahead}");
    let unusable = examination["unusable_credentials"].to_string();
    assert!(unusable.contains("credentials.toml:10") && unusable.contains("70052"), "{unusable}");
    let child = account(&examination, "AC0002");
    assert_eq!(child["credential"]["kind"], "restricted_key");
    assert_eq!(child["lacks_are_certain"], false, "it may not read its own policy");
    let hosts = child["hosts"].as_array().unwrap();
    assert!(hosts.iter().any(|host| host["host"] == "sync" && host["twilio_code"] == 70051), "{hosts:?}");
    let key = sid("SK0004");
    let mut by_host: Vec<String> = simulator
        .requests()
        .iter()
        .filter(|request| request.user == key)
        .map(|request| request.path.split('/').nth(1).unwrap().to_owned())
        .collect();
    let asked = by_host.len();
    by_host.sort();
    by_host.dedup();
    // Signing in takes one request, and one more for the policy of the key.
    assert!(asked <= by_host.len() + 2, "{asked} requests to {} hosts", by_host.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_fits_80_columns_and_keeps_secrets() {
    let simulator = simulator(&estate()).await;
    for users in [&["AC0001", "AC0002"][..], &["SK0002", "SK0004", "AC0003"]] {
        let ended = doctor(&simulator, users, &[]);
        for line in ended.stdout.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        for one in all_credentials(&estate()) {
            assert!(!ended.stdout.contains(&one.secret) && !ended.stderr.contains(&one.secret));
        }
    }
    let ended = doctor(&simulator, &["AC0001", "AC0002"], &[]);
    assert!(ended.stdout.contains("Stronger than needed"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_signs_in_it_says_why() {
    let simulator = simulator(&estate()).await;
    let ended = doctor(&simulator, &["AC0003"], &[]);
    assert_eq!(ended.code, 4);
    assert!(
        ended.stderr.contains("credentials.toml:2") && ended.stderr.contains("70052"),
        "{}",
        ended.stderr
    );
}

#[test]
fn the_credentials_of_the_demo_are_its_own_and_not_of_the_environment() {
    let set = ("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001");
    let ended = Audit::new(&["doctor", "--demo"]).env(set.0, set.1).env("TWILIO_AUTH_TOKEN", "x").run();
    let own = ended.stdout.matches("the demo itself").count();
    assert!(own > 2 && !ended.stdout.contains("environment"), "{}", ended.stdout);
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
}
