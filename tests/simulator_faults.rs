//! Trouble for one account alone, and a server whose clock is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/stage.rs"]
mod stage;

use std::time::Duration;

use serde_json::{Value, json};
use stage::{Stage, Who};
use twilio_audit::simulator::{Fault, Options, Trouble, sid};

fn estate() -> Value {
    json!({"accounts": [
        {"sid": "AC0001", "name": "Parent"},
        {
            "sid": "AC0002", "owner": "AC0001", "name": "Child",
            "keys": [{"sid": "SK0b01", "kind": "main"}],
            "oauth_apps": [{"sid": "OQ0b01", "secret": "app", "allow": ["/*"]}]
        }
    ]})
}

#[tokio::test]
async fn the_trouble_of_an_account_strikes_nobody_else() {
    let stage = Stage::new(&estate(), Options::default()).await;
    let token = stage.token("OQ0b01").await;
    let numbers =
        |account| format!("api.twilio.com/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json", sid(account));
    let services = || "messaging.twilio.com/v1/Services".to_owned();
    stage.simulator.fail(Fault::of_account(sid("AC0002"), "/", Trouble::Html { status: 503 }));
    for (who, url, status) in [
        (Who::Us1("AC0001"), numbers("AC0001"), 200),
        (Who::Us1("AC0001"), services(), 200),
        (Who::Us1("AC0001"), numbers("AC0002"), 503),
        (Who::Us1("AC0002"), services(), 503),
        (Who::Us1("SK0b01"), services(), 503),
        (Who::Bearer(&token), services(), 503),
        (Who::Us1("SK0b01"), numbers("AC0001"), 503),
    ] {
        assert_eq!(stage.get(who, &url).await.status, status, "{url}");
    }
    assert_eq!(stage.ask_for_token(&sid("OQ0b01"), "app").await.status, 503);
    stage.simulator.recover();
    let path = "/messaging.twilio.com/";
    let fault = Fault::of_account(sid("AC0002"), path, Trouble::Html { status: 503 });
    stage.simulator.fail(Fault { times: Some(1), ..fault });
    assert_eq!(stage.get(Who::Us1("AC0002"), &numbers("AC0002")).await.status, 200, "another path");
    assert_eq!(stage.get(Who::Us1("AC0002"), &services()).await.status, 503);
    assert_eq!(stage.get(Who::Us1("AC0002"), &services()).await.status, 200, "once");
}

#[tokio::test]
async fn a_wrong_clock_shows_in_the_date_header_alone() {
    let now = std::time::UNIX_EPOCH + Duration::from_secs(1_795_392_000);
    for (clock_skew, date) in [
        (0, "Mon, 23 Nov 2026 00:00:00 GMT"),
        (-90, "Sun, 22 Nov 2026 23:58:30 GMT"),
        (3600, "Mon, 23 Nov 2026 01:00:00 GMT"),
    ] {
        let stage = Stage::new(&estate(), Options { now, clock_skew, ..Options::default() }).await;
        let reply = stage.get(Who::Us1("AC0001"), "api.twilio.com/2010-04-01/Accounts.json").await;
        assert_eq!(reply.headers["date"], date);
        assert_eq!(reply.json()["accounts"][0]["date_created"], "Mon, 23 Nov 2026 00:00:00 +0000");
    }
}
