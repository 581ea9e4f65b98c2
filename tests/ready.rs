//! An account in order is READY; with one fault it is not, and with one list unread nobody can say.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/in_order.rs"]
mod in_order;

use audit::{Audit, Ended, credential, simulator_with};
use serde_json::{Value, json};
use twilio_audit::simulator::{Fault, Options, Trouble, sid};

async fn scan(resources: &Value, faults: Vec<Fault>) -> Ended {
    let estate = in_order::estate(std::slice::from_ref(resources));
    let simulator = simulator_with(&estate, Options { faults, ..Options::default() }).await;
    // With its Auth Token the parent would be given those of its subaccounts, which is a fault of its own.
    let credentials = ["SK0001", "AC0002"].map(|user| credential(&estate, user));
    Audit::scan(&simulator)
        .credentials(&credentials.iter().collect::<Vec<_>>())
        .declared(&in_order::declared(1))
        .run()
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
