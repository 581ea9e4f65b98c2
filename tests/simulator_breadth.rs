//! The simulator is as wide as what is audited: it serves every request of the catalogue with the permission
//! that Twilio asks for, the demo estate holds what is planted in it, and Twilio's own examples can be served.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use twilio_audit::catalogue::{Answer, Endpoint, KINDS, Kind, Missing, Origin, Per, kind as kind_named};
use twilio_audit::model::Region;
use twilio_audit::simulator::{Credential, Estate, Options, Simulator, demo, sid};

/// An account without plugins has no active release of them.
const NONE_ACTIVE: &str = "flex_plugin_release";

struct Stage {
    simulator: Simulator,
    client: reqwest::Client,
}

async fn stage(estate: Estate) -> Stage {
    let simulator = Simulator::start(estate, Options::default()).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    Stage { simulator, client }
}

impl Stage {
    async fn get(&self, credential: &Credential, url: &str) -> (u16, Value) {
        let request = self.client.get(format!("{}/{url}", self.simulator.endpoint()));
        let response = request.basic_auth(&credential.user, Some(&credential.secret)).send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
    }
}

/// The first request of an endpoint: its path with what stands in braces filled in, and its query.
fn url(endpoint: &Endpoint, account: &str, parent: &BTreeMap<&str, String>) -> String {
    let mut path = endpoint.path.replace("{account}", account);
    for (name, value) in parent {
        path = path.replace(&format!("{{{name}}}"), value);
    }
    let mut query: Vec<String> = endpoint
        .query
        .iter()
        .map(|(name, value)| {
            let value = value.replace("{account}", account);
            format!("{name}={}", value.replace("{parent}", parent.get("parent").map_or("", String::as_str)))
        })
        .collect();
    if let Answer::List { page_size: size @ 1.., paging, .. } = endpoint.answer {
        query.push(format!("{}={size}", paging.size_parameter()));
    }
    format!("{}{path}?{}", endpoint.host.name(Region::Us1), query.join("&"))
}

#[tokio::test]
async fn every_request_of_the_catalogue_is_served_and_asks_for_the_same_permission() {
    let estate = json!({"accounts": [{
        "sid": "AC0001", "name": "A", "keys": [{"sid": "SK0001", "kind": "restricted", "secret": "powerless"}]
    }]});
    let estate = Estate::from_json(&estate.to_string()).unwrap();
    let powerless = estate.credentials().pop().unwrap();
    let stage = stage(estate).await;
    let nobody: BTreeMap<&str, String> = ["parent", "parent.parent_sid", "parent.build_sid", "parent.link"]
        .map(|name| (name, "XX1".to_owned()))
        .into();
    for kind in KINDS.iter().copied() {
        let Some(endpoint) = kind.endpoint().filter(|endpoint| !endpoint.by_organization) else { continue };
        let mut nobody = nobody.clone();
        if let Per::Word([word, ..]) = endpoint.per {
            nobody.insert("parent", (*word).to_owned());
        }
        let url = url(endpoint, &sid("AC0001"), &nobody);
        let (status, body) = stage.get(&powerless, &url).await;
        // An unknown path would be 404, whoever asks.
        assert_eq!((status, &body["code"]), (401, &json!(70051)), "{}: {url}", kind.name);
        if let Some(permission) = endpoint.permission {
            let named = format!("required permission {} is missing", permission.trim_start_matches('/'));
            assert!(body["message"].as_str().unwrap().ends_with(&named), "{}: {body}", kind.name);
        }
    }
}

/// A number's Region, a domain's certificate: single objects below something that no list shows.
#[tokio::test]
async fn what_no_list_leads_to_is_served_where_it_was_written() {
    let certificate = "messaging/v1/LinkShortening/Domains/DN0001/Certificate";
    let estate = json!({"accounts": [{"sid": "AC0001", "name": "A", "resources": {
        "routes/v2/PhoneNumbers/+12025550105": {"voice_region": "ie1"},
        certificate: {"certificate_sid": "CW0001"},
    }}]});
    let estate = Estate::from_json(&estate.to_string()).unwrap();
    let token = estate.credentials().remove(0);
    let stage = stage(estate).await;
    let region = async |number: &str| {
        let url = format!("routes.twilio.com/v2/PhoneNumbers/%2B{number}");
        stage.get(&token, &url).await.1["voice_region"].clone()
    };
    assert_eq!(region("12025550105").await, "ie1");
    assert_eq!(region("12025550106").await, "us1", "where nothing else was written");
    let domain = |sid: &str| format!("messaging.twilio.com/v1/LinkShortening/Domains/{sid}/Certificate");
    let (status, written) = stage.get(&token, &domain(&sid("DN0001"))).await;
    assert_eq!((status, &written["certificate_sid"]), (200, &json!(sid("CW0001"))));
    assert_eq!(stage.get(&token, &domain(&sid("DN0002"))).await.0, 404);
}

/// Lists of the porting API have no links: the next page is told by a token.
#[tokio::test]
async fn pages_by_token_lose_and_repeat_nothing() {
    let rows: Vec<Value> = (0..130).map(|n| json!({"port_in_request_sid": format!("KW{n:04x}")})).collect();
    let resources = json!({"numbers/v1/Porting/PortIn/PortInRequests": rows});
    let estate = json!({"accounts": [{"sid": "AC0001", "name": "A", "resources": resources}]});
    let estate = Estate::from_json(&estate.to_string()).unwrap();
    let token = estate.credentials().remove(0);
    let stage = stage(estate).await;
    let list = "numbers.twilio.com/v1/Porting/PortIn/PortInRequests?Size=100";
    let (_, first) = stage.get(&token, list).await;
    let next = first["meta"]["next_token"].as_str().unwrap();
    let (_, second) = stage.get(&token, &format!("{list}&Token={next}")).await;
    assert!(second["meta"]["next_token"].is_null() && first["meta"].get("next_page_url").is_none());
    let pages = [first, second];
    let seen = pages.iter().flat_map(|page| page["port_in_requests"].as_array().unwrap());
    let seen: Vec<&str> = seen.map(|row| row["port_in_request_sid"].as_str().unwrap()).collect();
    assert_eq!((seen.len(), seen.iter().collect::<BTreeSet<_>>().len()), (130, 130));
}

/// Everything of an account that the catalogue reads: rows by kind.
async fn read_account(stage: &Stage, credential: &Credential) -> BTreeMap<&'static str, Vec<Value>> {
    let mut read: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for kind in KINDS.iter().copied() {
        let rows = match &kind.origin {
            Origin::Derived { from, .. } => vec![json!(read[from])],
            Origin::Request(endpoint) => read_kind(stage, credential, kind, endpoint, &read).await,
        };
        read.insert(kind.name, rows);
    }
    read
}

async fn read_kind(
    stage: &Stage,
    credential: &Credential,
    kind: &Kind,
    endpoint: &Endpoint,
    read: &BTreeMap<&str, Vec<Value>>,
) -> Vec<Value> {
    let parents = match endpoint.per {
        Per::Tree | Per::Account => vec![BTreeMap::new()],
        // Only an Organization's OAuth app may ask.
        Per::Organization => Vec::new(),
        Per::Word(words) => words.iter().map(|word| [("parent", (*word).to_owned())].into()).collect(),
        Per::Each { kind, having } => {
            let above = kind_named(kind).unwrap();
            let identity = above.identity.first().unwrap_or(&"sid");
            read[kind].iter().filter_map(|row| parent(row, having, identity, above.link)).collect()
        }
    };
    let mut rows = Vec::new();
    for parent in parents {
        let url = url(endpoint, &credential.account, &parent);
        let (status, body) = stage.get(credential, &url).await;
        if status == 404 && (endpoint.missing == Missing::NeverConfigured || kind.name == NONE_ACTIVE) {
            continue;
        }
        assert_eq!(status, 200, "{}: {url}: {body}", kind.name);
        let found = match endpoint.answer {
            Answer::Single => vec![body],
            Answer::List { key: "", .. } => {
                body[body["meta"]["key"].as_str().unwrap()].as_array().unwrap().clone()
            }
            Answer::List { key, .. } => body[key].as_array().unwrap().clone(),
        };
        for mut row in found {
            let owner = row.get("account_sid").unwrap_or(&Value::Null);
            assert!(owner.is_null() || *owner == *credential.account, "{}: {row}", kind.name);
            row["parent_of_row"] = json!(parent.get("parent"));
            rows.push(row);
        }
    }
    rows
}

/// What a child's path may say about this row; none where the needed column is empty.
fn parent(
    row: &Value,
    having: &str,
    identity: &str,
    link: Option<&str>,
) -> Option<BTreeMap<&'static str, String>> {
    let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
    (!text(having).is_empty()).then(|| {
        [
            ("parent", text(identity)),
            ("parent.parent_sid", text("parent_of_row")),
            ("parent.build_sid", text("build_sid")),
            ("parent.link", link.map(text).unwrap_or_default().replace('+', "%2B")),
        ]
        .into()
    })
}

#[tokio::test]
async fn what_is_planted_in_the_demo_can_be_read_where_it_is_planted() {
    let stage = stage(Estate::demo()).await;
    let mut read = BTreeMap::new();
    for credential in demo::credentials() {
        let rows = read_account(&stage, &credential).await;
        read.insert(credential.account, serde_json::to_string(&rows).unwrap());
    }
    // In a build that no environment runs, which the catalogue never asks for; and declared, but gone.
    let unread = BTreeSet::from([sid("ZN2005"), sid("AC0009")]);
    let is_sid = |text: &str| text.len() == 34 && text[2..].bytes().all(|b| b.is_ascii_hexdigit());
    let mut looked_at = 0;
    for planted in demo::planted() {
        let (Some(account), Some(resource)) = (&planted.account, &planted.resource) else { continue };
        if let Some(text) = read.get(account).filter(|_| is_sid(resource)) {
            assert_eq!(text.contains(resource), !unread.contains(resource), "{planted:?}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 100, "{looked_at}");
}

#[tokio::test]
async fn the_canaries_of_the_demo_come_over_the_wire() {
    let stage = stage(Estate::demo()).await;
    let mut seen = String::new();
    for credential in demo::credentials() {
        seen.push_str(&serde_json::to_string(&read_account(&stage, &credential).await).unwrap());
    }
    // Key secrets and test tokens are never sent by Twilio either; they are in the credentials.
    let sent: Vec<_> = demo::canaries().into_iter().filter(|canary| seen.contains(canary.as_str())).collect();
    for canary in
        ["canary-studio-bearer", "canary-variable-token", "CanaryUrlPassword", "canary-addon", "MRN 4488123"]
    {
        assert!(sent.iter().any(|one| one.starts_with(canary)), "{canary} is not on the wire");
    }
}

/// The folder with Twilio's OpenAPI files, where it is at hand.
fn openapi_folder() -> Option<std::path::PathBuf> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::var_os("TWILIO_OAI").map(Into::into);
    named
        .or_else(|| root.parent().map(|above| above.join("shared/twilio-oai")))
        .filter(|folder| folder.is_dir())
}

#[tokio::test]
async fn openapi_examples_are_served_as_the_callers_own() {
    let Some(folder) = openapi_folder() else {
        eprintln!("skipped: no OpenAPI files beside the checkout; name their folder in TWILIO_OAI");
        return;
    };
    let simulator = Simulator::start_openapi(&folder, Options::default()).await.unwrap();
    let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
    let account = sid("AC0001");
    let get = async |path: &str| -> Value {
        let url = format!("{}/{path}", simulator.endpoint());
        let response = client.get(url).basic_auth(&account, Some("anything")).send().await.unwrap();
        assert_eq!(response.status(), 200, "{path}");
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    };
    let accounts = get("api.twilio.com/2010-04-01/Accounts.json").await;
    assert_eq!(accounts["accounts"].as_array().unwrap().len(), 1);
    assert_eq!(accounts["accounts"][0]["owner_account_sid"], account);
    for (path, key) in [
        (
            format!("api.twilio.com/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json"),
            "incoming_phone_numbers",
        ),
        ("messaging.twilio.com/v1/Services".into(), "services"),
        ("trunking.twilio.com/v1/Trunks".into(), "trunks"),
        (format!("iam.twilio.com/v1/Keys?AccountSid={account}"), "keys"),
    ] {
        let page = get(&path).await;
        let rows = page[key].as_array().unwrap();
        assert!(!rows.is_empty(), "{path}");
        assert!(rows.iter().all(|row| row.get("account_sid").is_none_or(|of| *of == account)), "{path}");
    }
}
