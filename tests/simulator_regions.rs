//! Regions of the simulator: hosts, credentials and resources of their own.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/stage.rs"]
mod stage;

use serde_json::{Value, json};
use stage::{Stage, Who};
use twilio_audit::simulator::{Estate, Options, sid};

fn estate() -> Value {
    json!({"accounts": [
        {
            "sid": "AC0001", "name": "Parent", "auth_token": "token-of-us1",
            "keys": [{"sid": "SK0a01", "kind": "main"}],
            "oauth_apps": [{"sid": "OQ0001", "secret": "app", "allow": ["/*"]}],
            "resources": {"messaging/v1/Services": [{"sid": "MG0a01"}]},
            "regions": {
                "ie1": {
                    "auth_token": "token-of-ie1",
                    "keys": [{"sid": "SK0a02", "kind": "main"}, {"sid": "SK0a03", "kind": "standard"}],
                    "resources": {
                        "messaging/v1/Services": [{"sid": "MG0b01"}, {"sid": "MG0b02"}],
                        "api/Applications": [{"sid": "AP0b01"}]
                    }
                },
                "au1": {}
            }
        },
        {
            "sid": "AC0002", "owner": "AC0001", "name": "Child",
            "regions": {"ie1": {"resources": {"api/IncomingPhoneNumbers": [{"sid": "PN0b01"}]}}}
        },
        {"sid": "AC0003", "owner": "AC0001", "name": "Stayed at home", "resources": {"api/Queues": [{}]}}
    ]})
}

async fn stage() -> Stage {
    Stage::new(&estate(), Options::default()).await
}

fn numbers(infix: &str, account: &str) -> String {
    format!("api{infix}.twilio.com/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json", sid(account))
}

const IRELAND: &str = "messaging.dublin.ie1.twilio.com/v1/Services";

#[tokio::test]
async fn a_credential_is_known_in_its_own_region_alone() {
    let stage = stage().await;
    let token = stage.token("OQ0001").await;
    let us1 = "messaging.twilio.com/v1/Services";
    for (who, url, outcome) in [
        (Who::Us1("AC0001"), us1, (200, 0)),
        (Who::In("ie1", "AC0001"), IRELAND, (200, 0)),
        (Who::In("ie1", "SK0a02"), IRELAND, (200, 0)),
        (Who::In("au1", "AC0001"), "messaging.sydney.au1.twilio.com/v1/Services", (200, 0)),
        (Who::Us1("AC0001"), IRELAND, (401, 20003)),
        (Who::Us1("SK0a01"), IRELAND, (401, 20003)),
        (Who::Bearer(&token), IRELAND, (401, 20003)),
        (Who::In("ie1", "AC0001"), us1, (401, 20003)),
        (Who::In("ie1", "SK0a02"), us1, (401, 20003)),
        (Who::In("ie1", "AC0001"), "messaging.sydney.au1.twilio.com/v1/Services", (401, 20003)),
        (Who::Us1("AC0001"), "messaging.tokyo.jp1.twilio.com/v1/Services", (401, 20003)),
        (Who::In("ie1", "AC0001"), "messaging.ie1.twilio.com/v1/Services", (404, 20404)),
        (Who::In("ie1", "AC0001"), "messaging.sydney.ie1.twilio.com/v1/Services", (404, 20404)),
    ] {
        let reply = stage.get(who, url).await;
        assert_eq!(reply.outcome(), outcome, "{url}: {}", reply.text);
    }
    assert_eq!(stage.credential("ie1", "AC0001").1, "token-of-ie1");
}

#[tokio::test]
async fn a_region_has_resources_and_keys_of_its_own() {
    let stage = stage().await;
    let ireland = stage.get(Who::In("ie1", "AC0001"), IRELAND).await;
    assert_eq!(ireland.each("services", "sid"), [sid("MG0b01"), sid("MG0b02")]);
    assert_eq!(
        ireland.json()["services"][0]["url"],
        format!("https://messaging.dublin.ie1.twilio.com/v1/Services/{}", sid("MG0b01"))
    );
    let australia = stage.get(Who::In("au1", "AC0001"), "messaging.sydney.au1.twilio.com/v1/Services").await;
    assert!(australia.each("services", "sid").is_empty());
    let keys = |host: &str| format!("{host}.twilio.com/v1/Keys?AccountSid={}", sid("AC0001"));
    let us1 = stage.get(Who::Us1("AC0001"), &keys("iam")).await;
    assert_eq!(us1.each("keys", "sid"), [sid("SK0a01")]);
    let ie1 = stage.get(Who::In("ie1", "SK0a02"), &keys("iam.dublin.ie1")).await;
    assert_eq!(ie1.each("keys", "sid"), [sid("SK0a02"), sid("SK0a03")]);
    let standard = stage.get(Who::In("ie1", "SK0a03"), &keys("iam.dublin.ie1")).await;
    assert_eq!(standard.outcome(), (401, 20003));
}

#[tokio::test]
async fn the_accounts_are_the_same_everywhere_and_the_parent_s_token_reaches_as_far() {
    let stage = stage().await;
    let list =
        stage.get(Who::In("ie1", "AC0001"), "api.dublin.ie1.twilio.com/2010-04-01/Accounts.json").await;
    assert_eq!(list.each("accounts", "sid"), [sid("AC0001"), sid("AC0002"), sid("AC0003")]);
    assert_eq!(list.json()["accounts"][0]["auth_token"], "token-of-ie1");
    let child = stage.get(Who::In("ie1", "AC0001"), &numbers(".dublin.ie1", "AC0002")).await;
    assert_eq!(child.each("incoming_phone_numbers", "sid"), [sid("PN0b01")]);
    let at_home = stage.get(Who::Us1("AC0001"), &numbers("", "AC0002")).await;
    assert!(at_home.each("incoming_phone_numbers", "sid").is_empty());
    let queues = format!("api.dublin.ie1.twilio.com/2010-04-01/Accounts/{}/Queues.json", sid("AC0003"));
    assert!(stage.get(Who::In("ie1", "AC0001"), &queues).await.each("queues", "sid").is_empty());
    assert_eq!(stage.get(Who::In("ie1", "SK0a02"), &numbers(".dublin.ie1", "AC0002")).await.status, 401);
}

#[tokio::test]
async fn links_lead_to_the_region() {
    let stage = stage().await;
    let reply = stage.get(Who::In("ie1", "AC0001"), &format!("{IRELAND}?PageSize=1")).await;
    let next = reply.json()["meta"]["next_page_url"].as_str().unwrap().to_owned();
    let next = next.strip_prefix("https://").unwrap();
    assert!(next.starts_with(IRELAND), "{next}");
    let second = stage.get(Who::In("ie1", "AC0001"), next).await;
    assert_eq!(second.each("services", "sid"), [sid("MG0b02")]);
    let last = stage.simulator.requests().pop().unwrap();
    assert_eq!((last.path, last.user), (format!("/{next}"), sid("AC0001")));
}

#[test]
fn what_no_region_has_is_refused_by_name() {
    let with = |region: &str, key: &str| {
        let regions = json!({region: {"keys": [{"sid": "SK0001", "kind": key}]}});
        let estate = json!({"accounts": [{"sid": "AC0001", "name": "Clinic", "regions": regions}]});
        Estate::from_json(&estate.to_string()).map(|estate| estate.credentials())
    };
    assert_eq!(with("jp1", "standard").ok().unwrap().last().unwrap().region, "jp1");
    let error = with("jp1", "restricted").err().unwrap().to_string();
    assert!(error.contains("Clinic") && error.contains("SK0001") && error.contains("jp1"), "{error}");
    assert!(with("us1", "standard").err().unwrap().to_string().contains("us1"));
}
