//! Answers that lie or go wrong in ways that look right: none may turn into "fine".

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, Ended, credential, simulator};
use serde_json::{Value, json};
use twilio_audit::catalogue::KINDS;
use twilio_audit::simulator::{Fault, Trouble, sid};

const NUMBERS: &str = "IncomingPhoneNumbers.json";

fn estate(status: &str) -> Value {
    json!({"accounts": [{
        "sid": "AC0001", "name": "Clinic", "status": status, "inactive": "readable",
        "resources": {
            "api/IncomingPhoneNumbers": [{"sid": "PN0001", "voice_url": "http://x.ngrok.io/voice"}],
            "serverless/v1/Services": [
                {"sid": "ZS0001", "unique_name": "one", "Environments": [{"sid": "ZE0001", "unique_name": "dev"}]},
                {"sid": "ZS0002", "unique_name": "two", "Environments": []},
            ],
        },
    }]})
}

/// A scan in which requests to paths that begin like this are answered with this body.
async fn scan_with(path: &str, status: u16, body: Value) -> Ended {
    scan_with_text(path, status, body.to_string()).await
}

async fn scan_with_text(path: &str, status: u16, body: String) -> Ended {
    let estate = estate("active");
    let simulator = simulator(&estate).await;
    let trouble = Trouble::Answer { status, content_type: "application/json", body };
    simulator.fail(Fault::always(path, trouble));
    Audit::scan(&simulator).args(&["--all-outcomes"]).sign_in(&credential(&estate, "AC0001")).run()
}

fn numbers() -> String {
    format!("/api.twilio.com/2010-04-01/Accounts/{}/{NUMBERS}", sid("AC0001"))
}

/// A number as Twilio writes it: what is not set is null, not left out.
fn number(voice_url: &str) -> Value {
    let kind = KINDS.iter().find(|kind| kind.name == "phone_number").unwrap();
    let mut row = json!({});
    for column in kind.columns {
        row[column.path.split('.').next().unwrap()] = Value::Null;
    }
    row["sid"] = json!("PN1");
    row["voice_url"] = json!(voice_url);
    row
}

fn page_of_numbers(rows: &[Value]) -> Value {
    json!({"incoming_phone_numbers": rows, "next_page_uri": null})
}

fn is_failed(ended: &Ended, kind: &str, reason: &str) {
    let (status, said) = &ended.coverage(kind)[&sid("AC0001")];
    assert_eq!(status, "failed", "{kind}: {said}");
    assert!(said.contains(reason), "{said}");
    assert_eq!(ended.code, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_not_there_is_not_an_empty_list() {
    for body in [json!({"code": 20500, "errors": []}), json!({"incoming_phone_numbers": null, "errors": []})]
    {
        is_failed(&scan_with(&numbers(), 200, body).await, "phone_number", "no list");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_hides_its_successor_is_not_the_last() {
    let body = json!({"services": [], "meta": {"key": "services", "next_page_url": ["https://x"]}});
    let ended = scan_with("/messaging.twilio.com/v1/Services", 200, body).await;
    is_failed(&ended, "messaging_service", "another page");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_none_is_not_an_absent_one() {
    for url in [r#""http://evil.ngrok.io/\ud83d""#, r#"{"odd": 1}"#] {
        let body = page_of_numbers(&[number("URL")]).to_string().replace("\"URL\"", url);
        is_failed(&scan_with_text(&numbers(), 200, body).await, "phone_number", "voice_url");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_that_is_left_out_is_not_a_field_that_is_not_set() {
    let whole = number("https://ok.example/x");
    let ended = scan_with(&numbers(), 200, page_of_numbers(std::slice::from_ref(&whole))).await;
    assert_eq!(ended.coverage("phone_number")[&sid("AC0001")].0, "complete");
    let mut silent = whole;
    silent.as_object_mut().unwrap().remove("voice_url");
    is_failed(&scan_with(&numbers(), 200, page_of_numbers(&[silent])).await, "phone_number", "voice_url");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_twice_and_differs_is_not_believed() {
    let rows = [number("http://evil.example/x"), number("https://ok.example/x")];
    let ended = scan_with(&numbers(), 200, page_of_numbers(&rows)).await;
    is_failed(&ended, "phone_number", "changed while it was read");
    assert!(
        ended.outcomes("webhook-http").contains(&("fail".to_owned(), "PN1".to_owned())),
        "the fault stands"
    );
}

/// Which of two fields of one name counts, no two readers agree on: the second could hide what the first one shows.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_answer_says_twice_is_not_believed() {
    let row = number("http://evil.example/x").to_string();
    let hidden_row = format!(r#"{{"incoming_phone_numbers":[{row}],"incoming_phone_numbers":[]}}"#);
    let field = r#""voice_url":"http://evil.example/x""#;
    let hidden_field = row.replace(field, &format!(r#"{field},"voice_url":"https://ok.example/x""#));
    let hidden_field = format!(r#"{{"incoming_phone_numbers":[{hidden_field}],"next_page_uri":null}}"#);
    for body in [hidden_row, hidden_field] {
        is_failed(&scan_with_text(&numbers(), 200, body).await, "phone_number", "twice");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_that_was_retired_tells_nothing_of_its_successor() {
    let ended = scan_with("/events.twilio.com/v1/Sinks", 410, json!({"code": 20410})).await;
    assert_eq!(ended.coverage("event_sink")[&sid("AC0001")].0, "not_enabled");
    assert!(ended.outcomes("event-sink-insecure").iter().all(|(outcome, _)| outcome == "not_assessed"));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_branch_that_was_read_does_not_speak_for_another_that_was_not() {
    let environments = format!("/serverless.twilio.com/v1/Services/{}/Environments", sid("ZS0001"));
    for (path, body) in
        [(environments.clone(), json!({"code": 20003})), (environments, json!({"code": 70051}))]
    {
        let ended = scan_with(&path, 401, body).await;
        let outcomes = ended.outcomes("serverless-public-visibility");
        assert!(outcomes.iter().any(|(outcome, _)| outcome == "not_assessed"), "{outcomes:?}");
        assert!(outcomes.iter().all(|(outcome, _)| outcome != "not_applicable"), "{outcomes:?}");
    }
}

/// Only suspended and closed accounts are left alone; a status that nobody has heard of is no reason to look away.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_of_unknown_status_is_audited() {
    let estate = estate("restricted");
    let simulator = simulator(&estate).await;
    let ended = Audit::scan(&simulator).sign_in(&credential(&estate, "AC0001")).run();
    assert!(ended.outcomes("webhook-tunnel-or-inspector").iter().any(|(outcome, _)| outcome == "fail"));
    assert!(ended.stdout.contains("NOT READY"), "{}", ended.stdout);
}

/// The keys of a suspended account are listed, their policies are not asked for: the report must say so.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_asked_of_a_suspended_account_is_listed_as_unread() {
    let mut estate = estate("suspended");
    estate["accounts"][0]["keys"] = json!([{"sid": "SK0001", "name": "old", "kind": "main", "days_ago": 40}]);
    let simulator = simulator(&estate).await;
    let ended = Audit::scan(&simulator).sign_in(&credential(&estate, "AC0001")).run();
    assert_eq!(ended.coverage("api_key")[&sid("AC0001")].0, "complete");
    assert_eq!(ended.coverage("api_key_policy")[&sid("AC0001")].0, "inactive_account");
}
