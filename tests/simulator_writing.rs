//! The simulator can be written to as Twilio can: what changes, what is refused, and who may.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/stage.rs"]
mod stage;

use serde_json::{Value, json};
use stage::{Reply, Stage, Who};
use twilio_audit::simulator::{Fault, Options, Snapshot, Trouble, changes, sid};

const PARENT: Who<'_> = Who::Us1("AC0001");
const CHILD: Who<'_> = Who::Us1("AC0002");

fn estate() -> Value {
    json!({"accounts": [
        {
            "sid": "AC0001", "name": "Parent",
            "keys": [{"sid": "SK0a01", "name": "main", "kind": "main"}],
            "resources": {"sync/v1/Services": [{"sid": "IS0a01"}]}
        },
        {
            "sid": "AC0002", "owner": "AC0001", "name": "Child",
            "test": {"sid": "AC00ff", "auth_token": "test-token"},
            "keys": [
                {"sid": "SK0b01", "name": "standard", "kind": "standard"},
                {"sid": "SK0b02", "name": "reads", "kind": "restricted", "allow": ["/twilio/voice/sip.trunks/list"]},
                {"sid": "SK0b03", "name": "writes", "kind": "restricted", "allow": ["/twilio/voice/sip.trunks/update"]}
            ],
            "resources": {
                "api/Applications": [{"sid": "AP0b01", "public_application_connect_enabled": true}],
                "api/IncomingPhoneNumbers": [
                    {"sid": "PN0b01", "phone_number": "+12025550101"}, {"sid": "PN0b02", "phone_number": "+12025550102"}
                ],
                "api/OutgoingCallerIds": [{"sid": "PN0b09"}],
                "api/SIP/CredentialLists": [{"sid": "CL0b01", "friendly_name": "desk phones"}],
                "api/SIP/Domains": [{"sid": "SD0b01"}],
                "conversations/v1/Roles": [{"sid": "RL0b01", "permissions": ["addParticipant", "deleteAnyMessage"]}],
                "conversations/v1/Services": [{"sid": "IS0b09"}],
                "intelligence/v2/Services": [{"sid": "GA0b01"}],
                "messaging/v1/Services": [{"sid": "MG0b01", "fallback_url": null, "AlphaSenders": [{"sid": "AI0b01"}]}],
                "studio/v2/Flows": [{"sid": "FW0b01"}],
                "sync/v1/Services": [{"sid": "IS0b01", "acl_enabled": false}, {"sid": "IS0b02"}],
                "trunking/v1/Trunks": [{"sid": "TK0b01", "secure": false}]
            }
        }
    ]})
}

async fn stage() -> Stage {
    Stage::new(&estate(), Options::default()).await
}

/// A URL with short SIDs.
fn at(url: &str) -> String {
    let parts = url.split('/').map(|part| match part.strip_suffix(".json") {
        Some(stem) => format!("{}.json", sid(stem)),
        None => sid(part),
    });
    parts.collect::<Vec<_>>().join("/")
}

impl Stage {
    async fn post(&self, url: &str, form: &[(&str, &str)]) -> Reply {
        self.send(CHILD, "POST", &at(url), form).await
    }

    async fn delete(&self, url: &str) -> Reply {
        self.send(CHILD, "DELETE", &at(url), &[]).await
    }

    async fn read(&self, url: &str) -> Value {
        self.get(CHILD, &at(url)).await.json()
    }

    /// What has changed since, without the accounts' names in full.
    fn since(&self, before: &Snapshot) -> Vec<String> {
        let child = format!("us1/{}/", sid("AC0002"));
        let lines = changes(before, &self.simulator.snapshot()).into_iter();
        lines.map(|line| line.strip_prefix(&child).map_or(line.clone(), str::to_owned)).collect()
    }
}

#[tokio::test]
async fn one_field_changes_at_once_and_nothing_else_does() {
    let stage = stage().await;
    let before = stage.simulator.snapshot();
    let url = at("sync.twilio.com/v1/Services/IS0b01");
    let reply = stage.send(CHILD, "POST", &url, &[("AclEnabled", "true")]).await;
    assert_eq!((reply.status, &reply.json()["acl_enabled"]), (200, &json!(true)));
    assert_eq!(stage.read("sync.twilio.com/v1/Services/IS0b01").await, reply.json());
    let list = stage.read("sync.twilio.com/v1/Services").await;
    assert_eq!(list["services"][0], reply.json());
    let place = format!("sync/v1/Services/{}", sid("IS0b01"));
    assert_eq!(stage.since(&before), [format!("{place}: acl_enabled: false -> true")]);
    let dates = |row: &Value| (row["date_created"].clone(), row["date_updated"].clone());
    let old = dates(&before[&format!("us1/{}/{place}", sid("AC0002"))]);
    let new = dates(&reply.json());
    assert!(new.0 == old.0 && new.1 != old.1, "{old:?} {new:?}");
    let writes = stage.simulator.writes();
    assert_eq!(
        (writes.len(), writes[0].method.as_str(), writes[0].status, writes[0].done),
        (1, "POST", 200, true)
    );
    assert_eq!((writes[0].path.clone(), writes[0].user.clone()), (format!("/{url}"), sid("AC0002")));
    assert_eq!(writes[0].form, [("AclEnabled".to_owned(), "true".to_owned())]);
}

#[tokio::test]
async fn the_old_values_sent_back_make_everything_as_it_was() {
    let stage = stage().await;
    for (url, there, back) in [
        (
            "messaging.twilio.com/v1/Services/MG0b01",
            ("FallbackUrl", "https://a.example/"),
            ("FallbackUrl", ""),
        ),
        (
            "trunking.twilio.com/v1/Trunks/TK0b01",
            ("TransferMode", "enable-all"),
            ("TransferMode", "disable-all"),
        ),
        ("intelligence.twilio.com/v2/Services/GA0b01", ("DataLogging", "true"), ("DataLogging", "false")),
        (
            "conversations.twilio.com/v1/Services/IS0b09/Configuration/Notifications",
            ("NewMessage.WithMedia.Template", "You have a new message"),
            ("NewMessage.WithMedia.Template", ""),
        ),
        (
            "api.twilio.com/2010-04-01/Accounts/AC0002/Applications/AP0b01.json",
            ("PublicApplicationConnectEnabled", "false"),
            ("PublicApplicationConnectEnabled", "true"),
        ),
    ] {
        let before = stage.simulator.snapshot();
        assert_eq!(stage.post(url, &[there]).await.status, 200, "{url}");
        assert_eq!(stage.since(&before).len(), 1, "{url}: {:?}", stage.since(&before));
        assert_eq!(stage.post(url, &[back]).await.status, 200, "{url}");
        assert_eq!(stage.since(&before), [""; 0], "{url}");
    }
}

#[tokio::test]
async fn rows_are_made_and_go_with_what_is_below_them() {
    let stage = stage().await;
    let before = stage.simulator.snapshot();
    let made = stage.post("messaging.twilio.com/v1/Services", &[("FriendlyName", "Reminders")]).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let service = made.json()["sid"].as_str().unwrap().to_owned();
    assert!(service.starts_with("MG") && service.len() == 34, "{service}");
    assert_eq!(made.json()["account_sid"], sid("AC0002"));
    assert_eq!(made.json()["url"], format!("https://messaging.twilio.com/v1/Services/{service}"));
    let numbers = format!("messaging.twilio.com/v1/Services/{service}/PhoneNumbers");
    let number = sid("PN0b01");
    let added = stage.post(&numbers, &[("PhoneNumberSid", &number)]).await;
    assert_eq!((added.status, added.json()["sid"].as_str()), (201, Some(number.as_str())), "{}", added.text);
    assert_eq!(added.json()["phone_number"], "+12025550101");
    assert_eq!(added.json()["service_sid"], service);
    assert_eq!(stage.post(&numbers, &[("PhoneNumberSid", &number)]).await.status, 409);
    assert_eq!(stage.post(&numbers, &[("PhoneNumberSid", &sid("PN0bff"))]).await.status, 404);
    assert_eq!(stage.read(&numbers).await["phone_numbers"].as_array().unwrap().len(), 1);
    assert_eq!(stage.since(&before).len(), 2);
    let gone = stage.delete(&format!("messaging.twilio.com/v1/Services/{service}")).await;
    assert_eq!((gone.status, gone.text.as_str()), (204, ""));
    assert_eq!(stage.get(CHILD, &numbers).await.status, 404);
    assert_eq!(stage.delete(&format!("messaging.twilio.com/v1/Services/{service}")).await.status, 404);
    assert_eq!(stage.since(&before), [""; 0]);
}

#[tokio::test]
async fn a_trunk_and_its_number_know_each_other() {
    let stage = stage().await;
    let before = stage.simulator.snapshot();
    let number = sid("PN0b02");
    let url = "trunking.twilio.com/v1/Trunks/TK0b01/PhoneNumbers";
    assert_eq!(stage.post(url, &[("PhoneNumberSid", &number)]).await.status, 201);
    let there = "api.twilio.com/2010-04-01/Accounts/AC0002/IncomingPhoneNumbers/PN0b02.json";
    assert_eq!(stage.read(there).await["trunk_sid"], sid("TK0b01"));
    assert_eq!(stage.delete(&format!("{url}/PN0b02")).await.status, 204);
    assert_eq!(stage.since(&before), [""; 0]);
    let recording = "trunking.twilio.com/v1/Trunks/TK0b01/Recording";
    assert_eq!(stage.post(recording, &[("Mode", "record-from-ringing")]).await.status, 200);
    let trunk = stage.read("trunking.twilio.com/v1/Trunks/TK0b01").await;
    assert_eq!(trunk["recording"]["mode"], "record-from-ringing");
}

#[tokio::test]
async fn settings_without_a_sid_are_written_too() {
    let stage = stage().await;
    for (url, parameter, value, status, field) in [
        (
            "voice.twilio.com/v1/Settings",
            "DialingPermissionsInheritance",
            "false",
            202,
            "dialing_permissions_inheritance",
        ),
        (
            "conversations.twilio.com/v1/Configuration",
            "DefaultClosedTimer",
            "P14D",
            200,
            "default_closed_timer",
        ),
        ("conversations.twilio.com/v1/Configuration/Webhooks", "Method", "POST", 200, "method"),
        ("bulkexports.twilio.com/v1/Exports/Calls/Configuration", "Enabled", "true", 200, "enabled"),
        ("insights.twilio.com/v1/Voice/Settings", "VoiceTrace", "true", 200, "voice_trace"),
        (
            "conversations.twilio.com/v1/Services/IS0b09/Configuration",
            "ReachabilityEnabled",
            "true",
            200,
            "reachability_enabled",
        ),
    ] {
        let reply = stage.post(url, &[(parameter, value)]).await;
        assert_eq!(reply.status, status, "{url}: {}", reply.text);
        let shown = stage.read(url).await[field].clone();
        let shown = shown.as_str().map_or_else(|| shown.to_string(), str::to_owned);
        assert_eq!(shown, value, "{url}");
    }
}

#[tokio::test]
async fn lists_of_changes_and_json_bodies_are_understood() {
    let stage = stage().await;
    let before = stage.simulator.snapshot();
    let changes = r#"[{"iso_code":"GB","low_risk_numbers_enabled":"true"},{"iso_code":"US","low_risk_numbers_enabled":"false"}]"#;
    let bulk = "voice.twilio.com/v1/DialingPermissions/BulkCountryUpdates";
    let reply = stage.post(bulk, &[("UpdateRequest", changes)]).await;
    assert_eq!((reply.status, &reply.json()["update_count"]), (201, &json!(2)), "{}", reply.text);
    assert_eq!(stage.since(&before).len(), 2, "{:?}", stage.since(&before));
    let unknown = stage.post(bulk, &[("UpdateRequest", r#"[{"iso_code":"XX"}]"#)]).await;
    assert_eq!(unknown.outcome(), (400, 20001));
    let reply = stage
        .post("conversations.twilio.com/v1/Roles/RL0b01", &[("Permission", "a"), ("Permission", "b")])
        .await;
    assert_eq!(reply.json()["permissions"], json!(["a", "b"]), "{}", reply.text);
    let body = json!({"port_out_target_url": "https://a.example/"});
    let url = "numbers.twilio.com/v1/Porting/Configuration/Webhook";
    assert_eq!(stage.send_json(CHILD, "POST", url, &body).await.status, 201);
    assert_eq!(stage.read(url).await["port_out_target_url"], "https://a.example/");
    let flow = stage
        .post("studio.twilio.com/v2/Flows/FW0b01", &[("Status", "draft"), ("CommitMessage", "off")])
        .await;
    assert_eq!((flow.status, &flow.json()["revision"]), (200, &json!(2)), "{}", flow.text);
}

#[tokio::test]
async fn what_twilio_would_not_understand_is_refused_and_changes_nothing() {
    let stage = stage().await;
    let before = stage.simulator.snapshot();
    let trunk = "trunking.twilio.com/v1/Trunks/TK0b01";
    for (method, url, form, outcome) in [
        ("POST", trunk, &[("Secur", "true")][..], (400, 20001)),
        ("POST", trunk, &[("secure", "true")], (400, 20001)),
        ("POST", trunk, &[("Secure", "yes")], (400, 20001)),
        ("POST", trunk, &[("Secure", "true"), ("Secure", "false")], (400, 20001)),
        ("POST", trunk, &[("TransferMode", "disable_all")], (400, 20001)),
        ("POST", trunk, &[("DisasterRecoveryUrl", "no url")], (400, 20001)),
        ("POST", "trunking.twilio.com/v1/Trunks/TK0b01/PhoneNumbers", &[], (400, 20001)),
        (
            "POST",
            "trunking.twilio.com/v1/Trunks/TK0b01/PhoneNumbers",
            &[("PhoneNumberSid", "PN1")],
            (400, 20001),
        ),
        ("PUT", trunk, &[("Secure", "true")], (405, 20004)),
        ("POST", "api.twilio.com/2010-04-01/Accounts/AC0002/Usage/Records.json", &[], (405, 20004)),
        ("DELETE", "voice.twilio.com/v1/Settings", &[], (405, 20004)),
        ("POST", "trunking.twilio.com/v1/Trunks/TK0bff", &[("Secure", "true")], (404, 20404)),
        ("POST", "trunking.twilio.com/v1/Nothing", &[], (404, 20404)),
        ("DELETE", "api.twilio.com/2010-04-01/Accounts/AC0002/OutgoingCallerIds/PN0b09", &[], (404, 20404)),
    ] {
        let reply = stage.send(CHILD, method, &at(url), form).await;
        assert_eq!(reply.outcome(), outcome, "{method} {url} {form:?}: {}", reply.text);
    }
    assert_eq!(stage.since(&before), [""; 0]);
    assert!(stage.simulator.writes().iter().all(|write| !write.done && write.status >= 400));
}

#[tokio::test]
async fn a_credential_writes_where_it_may_and_nowhere_else() {
    let stage = stage().await;
    let before = stage.simulator.snapshot();
    let trunk = "trunking.twilio.com/v1/Trunks/TK0b01";
    let domain = "api.twilio.com/2010-04-01/Accounts/AC0002/SIP/Domains/SD0b01.json";
    let key = "api.twilio.com/2010-04-01/Accounts/AC0002/Keys/SK0b01.json";
    let account = "api.twilio.com/2010-04-01/Accounts/AC0002.json";
    for (who, method, url, form, outcome) in [
        // On a product's host a parent is in its own account.
        (PARENT, "POST", trunk, &[("Secure", "true")][..], (404, 20404)),
        (Who::Us1("SK0a01"), "POST", domain, &[("Secure", "true")], (401, 20003)),
        (Who::Us1("SK0b01"), "DELETE", key, &[], (401, 20003)),
        (Who::Us1("SK0b01"), "POST", account, &[("FriendlyName", "x")], (401, 20003)),
        (Who::Us1("SK0b02"), "POST", trunk, &[("Secure", "true")], (401, 70051)),
        (Who::Us1("SK0b03"), "DELETE", trunk, &[], (401, 70051)),
        (Who::Us1("AC00ff"), "POST", trunk, &[("Secure", "true")], (403, 20008)),
    ] {
        let reply = stage.send(who, method, &at(url), form).await;
        assert_eq!(reply.outcome(), outcome, "{method} {url}: {}", reply.text);
    }
    assert_eq!(stage.since(&before), [""; 0]);
    let by_parent = [
        ("PARENT", PARENT, domain),
        ("standard", Who::Us1("SK0b01"), trunk),
        ("writes", Who::Us1("SK0b03"), trunk),
    ];
    for (name, who, url) in by_parent {
        let reply = stage.send(who, "POST", &at(url), &[("Secure", "true")]).await;
        assert_eq!(reply.status, 200, "{name}: {}", reply.text);
    }
    assert_eq!(stage.since(&before).len(), 2);
}

#[tokio::test]
async fn a_key_lives_from_its_creation_to_its_deletion() {
    let stage = stage().await;
    let before = stage.simulator.snapshot();
    let policy = r#"{"allow":["/twilio/voice/sip.trunks/list"]}"#;
    let form = [
        ("AccountSid", &*sid("AC0002")),
        ("FriendlyName", "new"),
        ("KeyType", "restricted"),
        ("Policy", policy),
    ];
    let made = stage.post("iam.twilio.com/v1/Keys", &form).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let (key, secret) =
        (made.json()["sid"].as_str().unwrap().to_owned(), made.json()["secret"].as_str().unwrap().to_owned());
    let ask = || async {
        let request =
            stage.client.get(format!("{}/trunking.twilio.com/v1/Trunks", stage.simulator.endpoint()));
        request.basic_auth(&key, Some(&secret)).send().await.unwrap().status().as_u16()
    };
    assert_eq!(ask().await, 200);
    let list = stage.read(&format!("iam.twilio.com/v1/Keys?AccountSid={}", sid("AC0002"))).await;
    assert_eq!(list["keys"][3]["flags"], json!(["rest_api", "restricted"]));
    assert!(!list.to_string().contains(&secret), "a secret is shown once");
    let url = format!("iam.twilio.com/v1/Keys/{key}");
    assert_eq!(stage.post(&url, &[("Policy", r#"{"allow":[]}"#)]).await.status, 200);
    assert_eq!(ask().await, 401);
    assert_eq!(stage.delete(&url).await.status, 204);
    assert_eq!(ask().await, 401);
    assert_eq!(stage.since(&before), [""; 0]);
    let old = "api.twilio.com/2010-04-01/Accounts/AC0002/Keys/SK0b01.json";
    assert_eq!(stage.delete(old).await.status, 204);
    assert_eq!(stage.since(&before).len(), 3, "it is gone from each of the three lists");
    let reply = stage.get(Who::Us1("SK0b01"), "trunking.twilio.com/v1/Trunks").await;
    assert_eq!(reply.outcome(), (401, 20003));
}

#[tokio::test]
async fn an_auth_token_is_followed_by_the_next_one() {
    let stage = stage().await;
    let (account, old) = stage.credential("us1", "AC0002");
    let ask = |token: String| {
        let request =
            stage.client.get(format!("{}/voice.twilio.com/v1/Settings", stage.simulator.endpoint()));
        let request = request.basic_auth(&account, Some(token));
        async { request.send().await.unwrap().status().as_u16() }
    };
    let next = stage.post("accounts.twilio.com/v1/AuthTokens/Secondary", &[]).await;
    assert_eq!(next.status, 201, "{}", next.text);
    let next = next.json()["secondary_auth_token"].as_str().unwrap().to_owned();
    assert_eq!((ask(old.clone()).await, ask(next.clone()).await), (200, 200));
    assert_eq!(stage.delete("accounts.twilio.com/v1/AuthTokens/Secondary").await.status, 204);
    assert_eq!(ask(next).await, 401);
    let next = stage.post("accounts.twilio.com/v1/AuthTokens/Secondary", &[]).await.json();
    let next = next["secondary_auth_token"].as_str().unwrap().to_owned();
    let promoted = stage.post("accounts.twilio.com/v1/AuthTokens/Promote", &[]).await.json();
    assert_eq!(promoted["auth_token"], next);
    assert_eq!((ask(old).await, ask(next).await), (401, 200));
}

#[tokio::test]
async fn a_parent_makes_and_closes_subaccounts() {
    let stage = stage().await;
    let accounts = "api.twilio.com/2010-04-01/Accounts";
    let made = stage.send(PARENT, "POST", &format!("{accounts}.json"), &[("FriendlyName", "New")]).await;
    assert_eq!(
        (made.status, &made.json()["owner_account_sid"]),
        (201, &json!(sid("AC0001"))),
        "{}",
        made.text
    );
    let url = format!("{accounts}/{}.json", sid("AC0002"));
    let suspended = stage.send(PARENT, "POST", &url, &[("Status", "suspended")]).await;
    assert_eq!((suspended.status, &suspended.json()["status"]), (200, &json!("suspended")));
    assert_eq!(stage.get(CHILD, "sync.twilio.com/v1/Services").await.status, 403);
    assert_eq!(stage.send(PARENT, "POST", &url, &[("Status", "active")]).await.status, 200);
    assert_eq!(stage.get(CHILD, "sync.twilio.com/v1/Services").await.status, 200);
    assert_eq!(stage.send(PARENT, "POST", &url, &[("Status", "closed")]).await.status, 200);
    assert_eq!(stage.send(PARENT, "POST", &url, &[("Status", "active")]).await.outcome(), (400, 20001));
    let all = stage.get(PARENT, &format!("{accounts}.json")).await;
    assert_eq!(all.each("accounts", "status"), ["active", "closed", "active"]);
}

#[tokio::test]
async fn trouble_comes_before_or_after_the_change() {
    let stage = stage().await;
    let url = at("trunking.twilio.com/v1/Trunks/TK0b01");
    let path = "/trunking.twilio.com/";
    let conflict = Trouble::Error { status: 409, code: 20409, message: "Conflict".to_owned() };
    for (trouble, status, done) in [
        (conflict.clone(), Some(409), false),
        (Trouble::TooManyRequests { retry_after: None }, Some(429), false),
        (Trouble::Disconnect, None, false),
        (Trouble::Afterwards(Box::new(Trouble::Disconnect)), None, true),
        (Trouble::Afterwards(Box::new(Trouble::Html { status: 500 })), Some(500), true),
        (Trouble::CutJson, Some(200), true),
    ] {
        let before = stage.simulator.snapshot();
        let secure = !stage.get(CHILD, &url).await.json()["secure"].as_bool().unwrap();
        let fault = Fault::times(path, trouble.clone(), 1).of_method("POST");
        stage.simulator.fail(fault);
        assert_eq!(stage.get(CHILD, &url).await.status, 200, "reading is spared");
        let request = stage.writing("POST", &url).form(&[("Secure", &secure.to_string())]);
        let reply = stage.signed(CHILD, request).send().await;
        assert_eq!(reply.ok().map(|reply| reply.status().as_u16()), status, "{trouble:?}");
        assert_eq!(stage.since(&before).len(), usize::from(done), "{trouble:?}");
        assert_eq!(stage.simulator.writes().last().unwrap().done, done, "{trouble:?}");
    }
    stage.simulator.fail(Fault::times(path, conflict, 1).of_method("POST").sparing(1));
    let secure = [("Secure", "true")];
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(stage.send(CHILD, "POST", &url, &secure).await.status);
    }
    assert_eq!(statuses, [200, 409, 200]);
}

#[tokio::test]
async fn somebody_else_may_come_between_two_reads() {
    let stage = stage().await;
    let url = at("trunking.twilio.com/v1/Trunks/TK0b01");
    let trouble = Trouble::Meanwhile { field: "transfer_mode".to_owned(), value: json!("enable-all") };
    stage.simulator.fail(Fault::times(format!("/{url}"), trouble, 1).sparing(1));
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(stage.get(CHILD, &url).await.json()["transfer_mode"].clone());
    }
    assert_eq!(seen, ["disable-all", "enable-all", "enable-all"]);
    assert_eq!(stage.simulator.writes(), []);
}
