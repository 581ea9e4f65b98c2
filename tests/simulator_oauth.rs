//! OAuth apps of the simulator: tokens are issued, expire, and reach one account.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/stage.rs"]
mod stage;

use std::time::Duration;

use serde_json::{Value, json};
use stage::{Stage, Who};
use twilio_audit::simulator::{Fault, Options, Trouble, sid};

fn estate() -> Value {
    let everything = ["/*"];
    json!({"accounts": [
        {
            "sid": "AC0001", "name": "Parent",
            "oauth_apps": [
                {"sid": "OQ0001", "secret": "all", "allow": everything},
                {"sid": "OQ0002", "secret": "brief", "ttl": 1, "allow": everything},
                {"sid": "OQ0003", "secret": "twice", "revoked_after": 2, "allow": everything},
                {"sid": "OQ0004", "secret": "narrow", "allow": ["/twilio/messaging/services/list"]},
                {"sid": "OQ0005", "secret": "powerless"}
            ],
            "resources": {"messaging/v1/Services": [{"sid": "MG0a01"}]}
        },
        {"sid": "AC0002", "owner": "AC0001", "name": "Child"}
    ]})
}

async fn stage() -> Stage {
    Stage::new(&estate(), Options::default()).await
}

fn numbers(account: &str) -> String {
    format!("api.twilio.com/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json", sid(account))
}

const SERVICES: &str = "messaging.twilio.com/v1/Services";

#[tokio::test]
async fn an_app_reaches_its_own_account_and_no_subaccount() {
    let stage = stage().await;
    let token = stage.token("OQ0001").await;
    for (url, outcome) in [
        (SERVICES.to_owned(), (200, 0)),
        (numbers("AC0001"), (200, 0)),
        ("api.twilio.com/2010-04-01/Accounts.json".to_owned(), (200, 0)),
        (numbers("AC0002"), (401, 20003)),
        (format!("api.twilio.com/2010-04-01/Accounts/{}.json", sid("AC0002")), (401, 20003)),
        (format!("iam.twilio.com/v1/Keys?AccountSid={}", sid("AC0002")), (401, 20003)),
    ] {
        let reply = stage.get(Who::Bearer(&token), &url).await;
        assert_eq!(reply.outcome(), outcome, "{url}: {}", reply.text);
    }
    let accounts = stage.get(Who::Bearer(&token), "api.twilio.com/2010-04-01/Accounts.json").await;
    assert!(accounts.json()["accounts"][0].get("auth_token").is_none());
}

#[tokio::test]
async fn an_app_may_what_its_policy_says() {
    let stage = stage().await;
    let (narrow, powerless) = (stage.token("OQ0004").await, stage.token("OQ0005").await);
    assert_eq!(stage.get(Who::Bearer(&narrow), SERVICES).await.status, 200);
    assert_eq!(stage.get(Who::Bearer(&narrow), &numbers("AC0001")).await.outcome(), (401, 70051));
    assert_eq!(stage.get(Who::Bearer(&powerless), SERVICES).await.outcome(), (401, 70051));
}

#[tokio::test]
async fn only_the_right_client_credentials_get_a_token() {
    let stage = stage().await;
    let good = stage.ask_for_token(&sid("OQ0002"), "brief").await.json();
    assert_eq!((&good["token_type"], &good["expires_in"]), (&json!("Bearer"), &json!(1)));
    assert_eq!(stage.ask_for_token(&sid("OQ0002"), "wrong").await.outcome(), (401, 20003));
    assert_eq!(stage.ask_for_token(&sid("OQ00ff"), "brief").await.outcome(), (401, 20003));
    let code = format!("grant_type=code&client_id={}&client_secret=brief", sid("OQ0002"));
    assert_eq!(stage.ask_for_token_with(code).await.outcome(), (400, 20001));
    assert_ne!(stage.token("OQ0001").await, stage.token("OQ0001").await);
    assert_eq!(stage.get(Who::Us1("AC0001"), "oauth.twilio.com/v2/token").await.status, 404);
}

#[tokio::test]
async fn a_token_expires_and_its_successor_works() {
    let stage = stage().await;
    let (first, lasting) = (stage.token("OQ0002").await, stage.token("OQ0001").await);
    assert_eq!(stage.get(Who::Bearer(&first), SERVICES).await.status, 200);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let refused = stage.get(Who::Bearer(&first), SERVICES).await;
    assert_eq!(refused.outcome(), (401, 20003));
    assert!(refused.json()["message"].as_str().unwrap().contains("expired"), "{}", refused.text);
    assert_eq!(stage.get(Who::Bearer(&stage.token("OQ0002").await), SERVICES).await.status, 200);
    assert_eq!(stage.get(Who::Bearer(&lasting), SERVICES).await.status, 200);
    assert_eq!(stage.get(Who::Bearer("made-up"), SERVICES).await.outcome(), (401, 20003));
}

#[tokio::test]
async fn a_revoked_app_gets_no_more_tokens_but_keeps_those_it_has() {
    let stage = stage().await;
    let first = stage.token("OQ0003").await;
    stage.token("OQ0003").await;
    assert_eq!(stage.ask_for_token(&sid("OQ0003"), "twice").await.outcome(), (401, 20003));
    assert_eq!(stage.get(Who::Bearer(&first), SERVICES).await.status, 200);
}

#[tokio::test]
async fn requests_are_logged_and_counted_for_the_app_s_account() {
    let stage = stage().await;
    let token = stage.token("OQ0001").await;
    stage.get(Who::Bearer(&token), SERVICES).await;
    let users: Vec<_> = stage.simulator.requests().into_iter().map(|request| request.user).collect();
    assert_eq!(users, [sid("OQ0001"), sid("OQ0001")], "the token request, and the one that uses it");

    stage.simulator.fail(Fault::always("/messaging.twilio.com/", Trouble::Hang));
    let held = stage.client.get(format!("{}/{SERVICES}", stage.simulator.endpoint())).bearer_auth(&token);
    let held = tokio::spawn(held.send());
    while stage.simulator.in_flight(&sid("AC0001")) == 0 {
        tokio::task::yield_now().await;
    }
    held.abort();
}
