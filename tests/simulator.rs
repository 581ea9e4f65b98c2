//! The simulator behaves as Twilio is documented to: reach of credentials, paging, errors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![expect(
    clippy::disallowed_methods,
    reason = "what the simulator answers to a POST is part of what it must get right"
)]

use std::collections::BTreeSet;
use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use twilio_audit::simulator::{Estate, Fault, Options, Simulator, Trouble, sid};

/// A client and a simulator.
struct Stage {
    simulator: Simulator,
    client: reqwest::Client,
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    text: String,
}

impl Reply {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    /// HTTP status and Twilio's code.
    fn error(&self) -> (u16, u64) {
        (self.status, self.json()["code"].as_u64().unwrap())
    }
}

async fn stage(options: Options) -> Stage {
    let simulator = Simulator::start(estate(), options).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    Stage { simulator, client }
}

impl Stage {
    /// Asks for `HOST/PATH`, as the named credential.
    async fn get(&self, who: &str, url: &str) -> Reply {
        let (user, secret) = credential(who);
        let url = format!("{}/{url}", self.simulator.endpoint());
        let response = self.client.get(url).basic_auth(user, Some(secret)).send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Reply { status, headers, text: response.text().await.unwrap() }
    }

    /// Follows the links of a list to its end: all rows, and how many pages.
    async fn walk(&self, who: &str, first: &str, key: &str) -> (Vec<Value>, usize) {
        let host = first.split('/').next().unwrap().to_owned();
        let (mut rows, mut pages, mut next) = (Vec::new(), 0, Some(first.to_owned()));
        while let Some(url) = next {
            let reply = self.get(who, &url).await;
            assert_eq!(reply.status, 200, "{url}: {}", reply.text);
            let page = reply.json();
            rows.extend(page[key].as_array().unwrap().clone());
            pages += 1;
            assert!(pages < 100, "no end");
            next = page["next_page_uri"].as_str().map(|uri| format!("{host}{uri}")).or_else(|| {
                page["meta"]["next_page_url"]
                    .as_str()
                    .map(|url| url.strip_prefix("https://").unwrap().to_owned())
            });
        }
        (rows, pages)
    }
}

fn credential(who: &str) -> (String, String) {
    let sid_of = match who {
        "parent" => "AC0001",
        "child" => "AC0002",
        "pkcv" => "AC0003",
        "suspended" => "AC0004",
        key => key,
    };
    let all = estate().credentials();
    let found = all.into_iter().find(|credential| credential.user == sid(sid_of)).expect(who);
    (found.user, found.secret)
}

fn estate() -> Estate {
    let numbers: Vec<Value> = (0..23).map(|n| json!({"phone_number": format!("+120255501{n:02}")})).collect();
    let services: Vec<Value> = (0..7).map(|n| json!({"friendly_name": format!("service {n}")})).collect();
    let estate = json!({"accounts": [
        {
            "sid": "AC0001", "name": "Parent", "days_ago": 900,
            "keys": [
                {"sid": "SK0a01", "name": "main", "kind": "main"},
                {"sid": "SK0a02", "name": "standard", "kind": "standard"},
                {"sid": "SK0a03", "name": "restricted", "kind": "restricted",
                 "allow": ["/twilio/messaging/services/*", "twilio/iam/accounts/list"]}
            ],
            "test": {"sid": "AC00ff", "auth_token": "test-token"},
            "oauth_apps": [{"sid": "OQ0001", "secret": "oauth-secret", "allow": ["/twilio/messaging/services/list"]}],
            "resources": {
                "messaging/v1/Services": [{"sid": "MG0a01", "friendly_name": "of the parent"}],
                "api/Usage/Records": [{"category": "sms", "count": "5"}],
            }
        },
        {
            "sid": "AC0002", "owner": "AC0001", "name": "Child",
            "keys": [{"sid": "SK0b02", "name": "standard", "kind": "standard", "days_ago": 40}],
            "resources": {
                "api/IncomingPhoneNumbers": numbers,
                "messaging/v1/Services": services,
                "api/Usage/Records": [{"category": "sms", "count": "7"}],
                "studio/v2/Flows": [{"sid": "FW0b01", "definition": {"states": [{"name": "say"}]}}],
                "api/Recordings": [{"sid": "RE0b01", "days_ago": 10}, {"sid": "RE0b02", "days_ago": 50}],
                "sync/v1/Services": [{"sid": "IS0b01"}],
                "messaging/v2/Channels/Senders": [{"sender_id": "rcs:brand"}],
                "trunking/v1/Trunks": [{"sid": "TK0b01", "OriginationUrls": [{"sip_url": "sips:pbx.example"}]}],
            }
        },
        {"sid": "AC0003", "owner": "AC0001", "name": "Client validation", "pkcv": true},
        {"sid": "AC0004", "owner": "AC0001", "name": "Suspended", "status": "suspended"},
        {"sid": "AC0005", "owner": "AC0001", "name": "Readable", "status": "suspended", "inactive": "readable"},
        {"sid": "AC0006", "owner": "AC0006", "name": "Customer of a Connect App", "connect_only": true}
    ]});
    Estate::from_json(&estate.to_string()).unwrap()
}

fn classic(account: &str, path: &str) -> String {
    format!("api.twilio.com/2010-04-01/Accounts/{}{path}", sid(account))
}

#[tokio::test]
async fn each_credential_reaches_what_the_documentation_says() {
    let stage = stage(Options::default()).await;
    let keys = |account: &str| format!("iam.twilio.com/v1/Keys?AccountSid={}", sid(account));
    let list = "api.twilio.com/2010-04-01/Accounts.json".to_owned();
    let numbers = |account| classic(account, "/IncomingPhoneNumbers.json");
    let services = || "messaging.twilio.com/v1/Services".to_owned();
    // Who, what, status, code (0 for none).
    let table = [
        ("parent", list.clone(), 200, 0),
        ("parent", numbers("AC0001"), 200, 0),
        ("parent", numbers("AC0002"), 200, 0),
        ("parent", services(), 200, 0),
        ("parent", keys("AC0001"), 200, 0),
        ("parent", keys("AC0002"), 401, 20003),
        ("parent", classic("AC0002", "/Keys.json"), 200, 0),
        ("SK0a01", list.clone(), 200, 0),
        ("SK0a01", numbers("AC0001"), 200, 0),
        ("SK0a01", numbers("AC0002"), 401, 20003),
        ("SK0a01", keys("AC0001"), 200, 0),
        ("SK0a02", list.clone(), 401, 20003),
        ("SK0a02", classic("AC0001", ".json"), 401, 20003),
        ("SK0a02", classic("AC0001", "/Keys.json"), 401, 20003),
        ("SK0a02", keys("AC0001"), 401, 20003),
        ("SK0a02", numbers("AC0001"), 200, 0),
        ("SK0a02", numbers("AC0002"), 401, 20003),
        ("SK0a03", list.clone(), 200, 0),
        ("SK0a03", services(), 200, 0),
        ("SK0a03", numbers("AC0001"), 401, 70051),
        ("SK0a03", "sync.twilio.com/v1/Services".into(), 401, 70051),
        ("child", list.clone(), 200, 0),
        ("child", numbers("AC0002"), 200, 0),
        ("child", numbers("AC0001"), 401, 20003),
        ("child", keys("AC0002"), 200, 0),
        ("SK0b02", numbers("AC0002"), 200, 0),
        ("SK0b02", services(), 200, 0),
        ("AC00ff", numbers("AC0001"), 403, 20008),
        ("pkcv", numbers("AC0003"), 401, 70052),
        ("suspended", numbers("AC0004"), 403, 20403),
        ("parent", numbers("AC0004"), 403, 20403),
        ("parent", numbers("AC0005"), 200, 0),
        ("parent", numbers("AC0006"), 404, 20404),
    ];
    for (who, url, status, code) in table {
        let reply = stage.get(who, &url).await;
        let found = (reply.status, reply.json()["code"].as_u64().unwrap_or_default());
        assert_eq!(found, (status, code), "{who} {url}: {}", reply.text);
    }
}

#[tokio::test]
async fn the_account_list_shows_tokens_to_auth_tokens_alone() {
    let stage = stage(Options::default()).await;
    let rows = |reply: Reply| reply.json()["accounts"].as_array().unwrap().clone();
    let url = "api.twilio.com/2010-04-01/Accounts.json";
    let with_token = rows(stage.get("parent", url).await);
    assert_eq!(with_token.len(), 6, "parent, children, and who authorized a Connect App");
    assert!(with_token[..5].iter().all(|row| row["auth_token"].is_string()));
    let with_key = rows(stage.get("SK0a01", url).await);
    assert!(with_key.iter().all(|row| row.get("auth_token").is_none()));
    let of_a_child = rows(stage.get("child", url).await);
    let sids: Vec<_> = of_a_child.iter().map(|row| row["sid"].clone()).collect();
    assert_eq!(sids, [json!(sid("AC0002"))]);
}

#[tokio::test]
async fn a_parent_credential_on_a_product_host_gets_the_parents_rows() {
    let stage = stage(Options::default()).await;
    let (rows, _) = stage.walk("parent", "messaging.twilio.com/v1/Services", "services").await;
    assert_eq!(rows.iter().map(|row| row["account_sid"].clone()).collect::<Vec<_>>(), [json!(sid("AC0001"))]);
    let flow = format!("studio.twilio.com/v2/Flows/{}", sid("FW0b01"));
    assert_eq!(stage.get("parent", &flow).await.error(), (404, 20404));
    assert_eq!(stage.get("child", &flow).await.status, 200);
}

#[tokio::test]
async fn a_refused_restricted_key_learns_which_permission_is_missing() {
    let stage = stage(Options::default()).await;
    let reply = stage.get("SK0a03", &classic("AC0001", "/IncomingPhoneNumbers.json")).await;
    let expected =
        "Authorization Error: required permission twilio/phone-numbers/active-numbers/list is missing";
    assert_eq!(reply.json()["message"], expected);
}

#[tokio::test]
async fn both_styles_of_paging_lose_and_repeat_nothing() {
    let stage = stage(Options::default()).await;
    for (url, key, total, pages) in [
        (classic("AC0002", "/IncomingPhoneNumbers.json?PageSize=5"), "incoming_phone_numbers", 23, 5),
        (classic("AC0002", "/IncomingPhoneNumbers.json"), "incoming_phone_numbers", 23, 1),
        ("messaging.twilio.com/v1/Services?PageSize=2".into(), "services", 7, 4),
        ("messaging.twilio.com/v1/Services?PageSize=7".into(), "services", 7, 1),
        ("voice.twilio.com/v1/DialingPermissions/Countries?PageSize=100".into(), "content", 225, 3),
    ] {
        let (rows, turned) = stage.walk("child", &url, key).await;
        let identity = |row: &Value| row.get("sid").or(row.get("iso_code")).cloned().unwrap().to_string();
        let distinct: BTreeSet<_> = rows.iter().map(identity).collect();
        assert_eq!((rows.len(), distinct.len(), turned), (total, total, pages), "{url}");
    }
}

#[tokio::test]
async fn a_cap_on_pages_gives_many_pages_whatever_is_asked_for() {
    let stage = stage(Options { page_size_cap: Some(4), ..Options::default() }).await;
    let url = classic("AC0002", "/IncomingPhoneNumbers.json?PageSize=1000");
    let (rows, pages) = stage.walk("child", &url, "incoming_phone_numbers").await;
    assert_eq!((rows.len(), pages), (23, 6));
}

#[tokio::test]
async fn wrong_requests_get_twilios_errors() {
    let stage = stage(Options::default()).await;
    let numbers = |query: &str| classic("AC0002", &format!("/IncomingPhoneNumbers.json{query}"));
    for (url, status, code) in [
        ("iam.twilio.com/v1/Keys".to_owned(), 400, 20001),
        ("messaging.twilio.com/v2/Channels/Senders".to_owned(), 400, 20001),
        (numbers("?PageSize=1001"), 400, 20001),
        ("sync.twilio.com/v1/Services?PageSize=101".to_owned(), 400, 20001),
        (numbers("?Page=1"), 400, 20001),
        (numbers("?Page=1&PageToken=PAnonsense"), 400, 21481),
        (classic("AC0002", "/incomingphonenumbers.json"), 404, 20404),
        ("messaging.twilio.com/v1/Nothing".to_owned(), 404, 20404),
        ("video.twilio.com/v1/RecordingSettings/Default".to_owned(), 404, 20404),
        ("api.dublin.ie1.twilio.com/2010-04-01/Accounts.json".to_owned(), 401, 20003),
    ] {
        let reply = stage.get("child", &url).await;
        assert_eq!(reply.error(), (status, code), "{url}: {}", reply.text);
        assert_eq!(reply.json()["status"], status);
        assert!(reply.json()["more_info"].as_str().unwrap().ends_with(&code.to_string()));
    }
    let url = format!("{}/{}", stage.simulator.endpoint(), numbers(""));
    let (user, secret) = credential("child");
    let wrong = stage.client.get(&url).basic_auth(&user, Some("wrong")).send().await.unwrap();
    assert_eq!(wrong.status(), 401);
    let put = stage.client.put(&url).basic_auth(&user, Some(secret)).send().await.unwrap();
    assert_eq!(put.status(), 405);
}

#[tokio::test]
async fn the_classic_api_without_json_answers_xml() {
    let stage = stage(Options::default()).await;
    let reply = stage.get("child", &classic("AC0002", "/IncomingPhoneNumbers")).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["content-type"], "application/xml");
}

#[tokio::test]
async fn dates_have_the_style_of_their_api() {
    let now = std::time::UNIX_EPOCH + Duration::from_secs(1_795_392_000);
    let stage = stage(Options { now, ..Options::default() }).await;
    let keys = stage.get("child", &format!("iam.twilio.com/v1/Keys?AccountSid={}", sid("AC0002"))).await;
    assert_eq!(keys.json()["keys"][0]["date_created"], "Wed, 14 Oct 2026 00:00:00 +0000");
    let flow = stage.get("child", &format!("studio.twilio.com/v2/Flows/{}", sid("FW0b01"))).await;
    assert_eq!(flow.json()["date_created"], "2026-07-26T00:00:00Z");
    assert_eq!(flow.headers["date"], "Mon, 23 Nov 2026 00:00:00 GMT");
    let recent = stage.get("child", &classic("AC0002", "/Recordings.json?DateCreated%3E=2026-10-24")).await;
    assert_eq!(recent.json()["recordings"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn lists_and_single_objects_show_different_fields() {
    let stage = stage(Options::default()).await;
    let listed = stage.get("child", "studio.twilio.com/v2/Flows").await.json();
    assert_eq!(listed["flows"][0]["definition"], Value::Null);
    let fetched = stage.get("child", &format!("studio.twilio.com/v2/Flows/{}", sid("FW0b01"))).await.json();
    assert_eq!(fetched["definition"]["states"][0]["name"], "say");
    let keys =
        stage.get("parent", &format!("iam.twilio.com/v1/Keys?AccountSid={}", sid("AC0001"))).await.json();
    assert_eq!(keys["keys"][2]["flags"], json!(["rest_api", "restricted"]));
    assert!(keys["keys"][2].get("policy").is_none());
    let key = stage.get("parent", &format!("iam.twilio.com/v1/Keys/{}", sid("SK0a03"))).await.json();
    assert_eq!(key["policy"]["allow"][0], "/twilio/messaging/services/*");
    assert!(key.get("flags").is_none());
    let trunk = stage.get("child", "trunking.twilio.com/v1/Trunks").await.json();
    assert!(trunk["trunks"][0].get("OriginationUrls").is_none());
    let origination = format!("trunking.twilio.com/v1/Trunks/{}/OriginationUrls", sid("TK0b01"));
    assert_eq!(
        stage.get("child", &origination).await.json()["origination_urls"][0]["sip_url"],
        "sips:pbx.example"
    );
    let rcs = stage.get("child", "messaging.twilio.com/v2/Channels/Senders?Channel=rcs").await.json();
    let whatsapp =
        stage.get("child", "messaging.twilio.com/v2/Channels/Senders?Channel=whatsapp").await.json();
    assert_eq!(
        (rcs["senders"].as_array().unwrap().len(), whatsapp["senders"].as_array().unwrap().len()),
        (1, 0)
    );
}

#[tokio::test]
async fn usage_of_the_parent_holds_that_of_its_children_unless_told_otherwise() {
    let stage = stage(Options::default()).await;
    let count = |reply: Reply| {
        let rows = reply.json()["usage_records"].as_array().unwrap().clone();
        rows.into_iter().find(|row| row["category"] == "sms").unwrap()["count"].clone()
    };
    let records = |query: &str| classic("AC0001", &format!("/Usage/Records.json?StartDate=-30days{query}"));
    assert_eq!(count(stage.get("parent", &records("")).await), "12");
    assert_eq!(count(stage.get("parent", &records("&IncludeSubaccounts=false")).await), "5");
}

#[tokio::test]
async fn more_requests_at_a_time_than_allowed_are_refused() {
    let stage = stage(Options { concurrency_limit: 2, ..Options::default() }).await;
    let url = classic("AC0002", "/IncomingPhoneNumbers.json");
    // Two requests that are never answered stay in flight, one of them a key's: the account counts.
    stage.simulator.fail(Fault::always("/api.twilio.com/", Trouble::Hang));
    let hold = |who| {
        let (user, secret) = credential(who);
        let held = stage.client.get(format!("{}/{url}", stage.simulator.endpoint()));
        tokio::spawn(held.basic_auth(user, Some(secret)).send())
    };
    let held = [hold("child"), hold("SK0b02")];
    while stage.simulator.in_flight(&sid("AC0002")) < 2 {
        tokio::task::yield_now().await;
    }
    stage.simulator.recover();
    let refused = stage.get("child", &url).await;
    assert_eq!(
        (refused.error(), &refused.headers["twilio-concurrent-requests"]),
        ((429, 20429), &"3".parse().unwrap())
    );
    assert_eq!(stage.get("parent", &classic("AC0001", "/IncomingPhoneNumbers.json")).await.status, 200);
    assert_eq!(stage.simulator.peak(), 3);
    held.iter().for_each(tokio::task::JoinHandle::abort);
}

#[tokio::test]
async fn ordered_trouble_comes_and_goes() {
    let stage = stage(Options::default()).await;
    let url = classic("AC0002", "/IncomingPhoneNumbers.json");
    let slow_down = Trouble::TooManyRequests { retry_after: Some(1) };
    stage.simulator.fail(Fault::times("/api.twilio.com/", slow_down, 2));
    for _ in 0..2 {
        let reply = stage.get("child", &url).await;
        assert_eq!((reply.error(), reply.headers["retry-after"].to_str().unwrap()), ((429, 20429), "1"));
    }
    assert_eq!(stage.get("child", &url).await.status, 200);

    stage.simulator.fail(Fault::always("/api.twilio.com/", Trouble::WrongAccount { sid: sid("AC0001") }));
    let rows = stage.get("child", &url).await.json();
    assert_eq!(rows["incoming_phone_numbers"][0]["account_sid"], sid("AC0001"));
    stage.simulator.recover();

    stage.simulator.fail(Fault::always("/api.twilio.com/", Trouble::BrokenBody));
    let (user, secret) = credential("child");
    let request = stage.client.get(format!("{}/{url}", stage.simulator.endpoint()));
    let broken = request.basic_auth(user, Some(secret)).send().await;
    let read = match broken {
        Ok(response) => response.text().await.is_ok(),
        Err(_) => false,
    };
    assert!(!read, "a body that breaks off must not look whole");
}

#[tokio::test]
async fn an_oauth_app_signs_in_and_is_held_to_its_policy() {
    let stage = stage(Options::default()).await;
    let endpoint = stage.simulator.endpoint();
    let form =
        format!("grant_type=client_credentials&client_id={}&client_secret=oauth-secret", sid("OQ0001"));
    let token =
        stage.client.post(format!("{endpoint}/oauth.twilio.com/v2/token")).body(form).send().await.unwrap();
    let token: Value = serde_json::from_str(&token.text().await.unwrap()).unwrap();
    let bearer = token["access_token"].as_str().unwrap();
    let get = |path: &str| stage.client.get(format!("{endpoint}/{path}")).bearer_auth(bearer).send();
    assert_eq!(get("messaging.twilio.com/v1/Services").await.unwrap().status(), 200);
    assert_eq!(get("studio.twilio.com/v2/Flows").await.unwrap().status(), 401);
}

#[tokio::test]
async fn an_estate_with_an_unknown_resource_is_refused_by_name() {
    let estate = r#"{"accounts": [{"sid": "AC0001", "name": "A", "resources": {"api/Nothing": []}}]}"#;
    let error = Simulator::start(Estate::from_json(estate).unwrap(), Options::default()).await.err().unwrap();
    assert!(error.to_string().contains("api/Nothing"), "{error}");
}

#[tokio::test]
async fn the_real_path_with_the_real_host_header_works_too() {
    let stage = stage(Options::default()).await;
    let (user, secret) = credential("child");
    let path = format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json", sid("AC0002"));
    let request = stage.client.get(format!("{}{path}", stage.simulator.endpoint()));
    let response =
        request.header("host", "api.twilio.com").basic_auth(user, Some(secret)).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(stage.simulator.requests()[0].path, format!("/api.twilio.com{path}"));
}
