//! What a waiver covers, and what it does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, Ended, credential, simulator};
use serde_json::json;
use twilio_audit::simulator::sid;

/// Two accounts send data to the same host, which nobody declared; one waiver is declared.
async fn scan(waiver: &str) -> Ended {
    let number = |sid: &str| json!({"sid": sid, "voice_url": "https://hooks.clinic.example/voice"});
    let account = |account: &str, number_sid: &str| {
        json!({
            "sid": account, "owner": "AC0001", "name": account,
            "resources": {"api/IncomingPhoneNumbers": [number(number_sid)]},
        })
    };
    let estate = json!({"accounts": [account("AC0001", "PN0001"), account("AC0002", "PN0002")]});
    let simulator = simulator(&estate).await;
    let intent = format!("[[waiver]]\n{waiver}\nreason = \"in migration\"\napproved_by = \"p-003\"\n");
    let (parent, child) = (credential(&estate, "AC0001"), credential(&estate, "AC0002"));
    Audit::scan(&simulator).credentials(&[&parent, &child]).declared(&intent).run()
}

/// The accounts whose finding of the check is waived, and those whose is not.
fn split(ended: &Ended, check: &str) -> (Vec<String>, Vec<String>) {
    let rows = ended.rows("findings.csv");
    let rows = rows.into_iter().filter(|row| row["check_id"] == check && row["outcome"] == "fail");
    let (waived, open): (Vec<_>, Vec<_>) = rows.partition(|row| row["waived"] == "true");
    let accounts = |rows: Vec<audit::Row>| rows.into_iter().map(|row| row["account_sid"].clone()).collect();
    (accounts(waived), accounts(open))
}

fn in_days(days: i64) -> String {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.checked_add(jiff::Span::new().days(days)).unwrap().to_string()
}

const CHECK: &str = "downstream-vendor-without-baa";

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_for_one_account_is_for_that_account_alone() {
    let waiver = format!(
        "check = \"{CHECK}\"\nresource = \"hooks.clinic.example\"\naccount = \"AC0001\"\nexpires_on = {}",
        in_days(30)
    );
    let (waived, open) = split(&scan(&waiver).await, CHECK);
    assert_eq!((waived, open), (vec![sid("AC0001")], vec![sid("AC0002")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_without_an_account_is_refused() {
    let waiver =
        format!("check = \"{CHECK}\"\nresource = \"hooks.clinic.example\"\nexpires_on = {}", in_days(30));
    let ended = scan(&waiver).await;
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("name the account too"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_that_ended_waives_nothing() {
    let waiver = format!("check = \"{CHECK}\"\naccount = \"AC0001\"\nexpires_on = {}", in_days(-1));
    let (waived, open) = split(&scan(&waiver).await, CHECK);
    assert_eq!((waived.len(), open.len()), (0, 2));
}
