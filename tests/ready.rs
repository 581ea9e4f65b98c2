//! An account in order is READY; with one fault it is not, and with one list unread nobody can say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, Ended, credential, simulator_with};
use jiff::{Span, Zoned};
use serde_json::{Value, json};
use twilio_audit::simulator::{Fault, Options, Trouble, sid};

fn estate(resources: &Value) -> Value {
    json!({"accounts": [
        {"sid": "AC0001", "name": "Management", "days_ago": 900,
         "keys": [{"sid": "SK0001", "kind": "main", "name": "audit", "days_ago": 20}]},
        {"sid": "AC0002", "name": "Production", "owner": "AC0001", "days_ago": 10, "resources": resources},
    ]})
}

/// What is declared: everything that nobody but a person can say.
fn declared() -> String {
    let day = |ago: i64| Zoned::now().date().checked_sub(Span::new().days(ago)).unwrap();
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let attestation = |id: &str, account: &str, value: &str| {
        let account = if account.is_empty() { String::new() } else { format!("account = \"{account}\"\n") };
        format!(
            "[[attestation]]\nid = \"{id}\"\n{account}value = {value}\nby = \"p-1\"\non = {}\n\
             evidence = \"screenshot\"\nevidence_sha256 = \"{hash}\"\n\n",
            day(5)
        )
    };
    let mut text = format!(
        r#"schema_version = 1
main_keys = ["SK0001"]

[baa]
executed_on = {}
expires_on = {}
reviewed_on = {}
counterparty = "Twilio Inc."
covered_party = "Example Clinic LLC"
reference = "contract 1"
document_sha256 = "{hash}"
covered_products = ["voice", "sms", "phone_numbers"]

[catalogue]
eligible_list_version = 2026-06-30
eligible_list_reviewed_on = {}

[[account]]
sid = "AC0001"
name = "Management"
role = "management"
phi = false
environment = "management"
designated_on = {}
owner = "a@clinic.example"

[[account]]
sid = "AC0002"
name = "Production"
role = "workload"
phi = true
environment = "production"
designated_on = {}
owner = "a@clinic.example"
recording_allowed = false

[[person]]
id = "p-1"
email = "a@clinic.example"

[[key]]
sid = "SK0001"
account = "AC0001"
owner = "p-1"
purpose = "audit"

"#,
        day(100),
        day(-400),
        day(20),
        day(10),
        day(30),
        day(9),
    );
    text += &attestation("edition", "", "\"security\"");
    text += &attestation("console-sso-mfa", "", "\"enforced\"");
    text += &attestation("parent-auth-token-sealed", "AC0001", "\"sealed\"");
    text += &attestation("hipaa-flag", "AC0001", "\"on\"");
    for (id, value) in
        [("hipaa-flag", "\"on\""), ("voice-media-http-auth", "\"on\""), ("mms-media-http-auth", "\"on\"")]
    {
        text += &attestation(id, "AC0002", value);
    }
    text
}

async fn scan(resources: &Value, faults: Vec<Fault>) -> Ended {
    let estate = estate(resources);
    let simulator = simulator_with(&estate, Options { faults, ..Options::default() }).await;
    // With its Auth Token the parent would be given those of its subaccounts, which is a fault of its own.
    let credentials = ["SK0001", "AC0002"].map(|user| credential(&estate, user));
    Audit::scan(&simulator).credentials(&credentials.iter().collect::<Vec<_>>()).declared(&declared()).run()
}

fn verdict(ended: &Ended) -> String {
    let json = ended.json();
    let accounts = json["accounts"].as_array().unwrap();
    let account = accounts.iter().find(|account| account["account_sid"] == sid("AC0002")).unwrap();
    account["verdict"].as_str().unwrap().to_owned()
}

/// What stands against going live, for whoever reads a failed test.
fn blockers(ended: &Ended) -> Vec<String> {
    let rows = ended.rows("findings.csv").into_iter();
    rows.filter(|row| row["blocks_go_live"] == "true" || row["outcome"] == "not_assessed")
        .map(|row| format!("{} {}: {}", row["outcome"], row["check_id"], row["reason"]))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_account_in_order_is_ready() {
    let ended = scan(&json!({}), Vec::new()).await;
    assert_eq!(blockers(&ended), [""; 0]);
    assert_eq!(verdict(&ended), "ready");
    assert!(ended.stdout.contains("READY       Production"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_fault_is_enough() {
    let number = json!({"phone_number": "+12025550100", "voice_url": "http://hooks.clinic.example/v"});
    let ended = scan(&json!({"api/IncomingPhoneNumbers": [number]}), Vec::new()).await;
    assert_eq!(verdict(&ended), "not_ready");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_one_list_was_not_read_nobody_can_say() {
    let refused = Trouble::Error { status: 403, code: 20003, message: "no".to_owned() };
    let fault = Fault::of_account(sid("AC0002"), "/events.twilio.com/v1/Sinks", refused);
    let ended = scan(&json!({}), vec![fault]).await;
    assert_eq!((verdict(&ended).as_str(), ended.code), ("cannot_say", 3));
}
