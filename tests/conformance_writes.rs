//! What the simulator lets be written is what Twilio's own OpenAPI files say.
//!
//! `UPDATE_WRITES=1 cargo test --test conformance_writes` makes the simulator's table anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/openapi/mod.rs"]
mod openapi;
#[path = "support/stage.rs"]
mod stage;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use openapi::writes::{self, Line};
use serde_json::{Value, json};
use stage::{Reply, Stage, Who};
use twilio_audit::simulator::{Options, sid};

fn simulator(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/simulator").join(file)
}

#[test]
fn the_table_of_writes_agrees_with_the_files() {
    let Some(specs) = openapi::specs() else { return };
    let served: Vec<Value> = serde_json::from_slice(&fs::read(simulator("endpoints.json")).unwrap()).unwrap();
    let table = writes::table(specs, &served);
    if std::env::var_os("UPDATE_WRITES").is_some() {
        fs::write(simulator("writes.json"), writes::text(&table)).unwrap();
    }
    let committed: Vec<Line> = serde_json::from_slice(&fs::read(simulator("writes.json")).unwrap()).unwrap();
    let missing: Vec<&Line> = table.iter().filter(|line| !committed.contains(line)).collect();
    let surplus: Vec<&Line> = committed.iter().filter(|line| !table.contains(line)).collect();
    let advice = "after a wanted change: UPDATE_WRITES=1 cargo test --test conformance_writes";
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "missing {missing:#?}, too many {surplus:#?}\n{advice}"
    );
    assert!(table.len() > 250, "{} operations", table.len());
}

/// A single object that is a list.
const OPERATORS: &str = "intelligence/v2/Services/{}/Operators";

/// What a path's placeholder stands for, and the row that an estate has there.
struct Served(BTreeMap<String, Value>);

impl Served {
    fn read() -> Self {
        let all: Vec<Value> =
            serde_json::from_slice(&fs::read(simulator("endpoints.json")).unwrap()).unwrap();
        let template = |one: &Value| writes::nameless(one["path"].as_str().unwrap());
        Self(all.into_iter().map(|one| (template(&one), one)).collect())
    }

    /// What a row of this list goes by.
    fn identity(&self, list: &str) -> (String, String) {
        let endpoint = self.0.get(list).filter(|endpoint| endpoint["key"].is_string());
        let Some(endpoint) = endpoint else { return ("sid".to_owned(), sid("LY0001")) };
        let field = endpoint["identity"].as_str().unwrap_or("sid").to_owned();
        let text = match endpoint["prefix"].as_str() {
            Some(prefix) if field == "sid" => sid(&format!("{prefix}0001")),
            _ => "XX".to_owned(),
        };
        (field, text)
    }

    /// A row, or a single object, with one of everything below it.
    fn row(&self, template: &str) -> Value {
        let mut row = json!({});
        if let Some(endpoint) = self.0.get(template).filter(|endpoint| endpoint["key"].is_string()) {
            let (field, text) = self.identity(template);
            row[field] = text.into();
            if endpoint["prefix"] == "PN" {
                row["phone_number"] = "+12025550101".into();
            }
        }
        if template == OPERATORS {
            row["operator_sids"] = json!([sid("LY0001")]);
        }
        let above = format!("{template}/{{}}/");
        for below in self.0.keys() {
            if let Some(run) = below.strip_prefix(&above).filter(|run| !run.contains('{')) {
                row[run] = self.held(below);
            }
        }
        row
    }

    fn held(&self, template: &str) -> Value {
        match self.0[template]["key"].is_string() {
            true => json!([self.row(template)]),
            false => self.row(template),
        }
    }

    /// An account that has one of everything, and a second one of what is put into other lists.
    fn estate(&self) -> Value {
        let apart = ["api/Keys", "api/SigningKeys", "iam/v1/Keys", "voice/v1/DialingPermissions/Countries"];
        let top = self.0.keys().filter(|path| !path.contains('{') && !apart.contains(&path.as_str()));
        let mut resources: serde_json::Map<String, Value> =
            top.map(|path| (path.clone(), self.held(path))).collect();
        for (list, prefix) in NAMED {
            resources[*list].as_array_mut().unwrap().push(json!({ "sid": sid(&format!("{prefix}0002")) }));
        }
        let country = json!({"country_code": "US", "type": "country", "enabled": true});
        resources["accounts/v1/Messaging/GeoPermissions"] = json!({ "permissions": [country] });
        resources.insert("messaging/v1/LinkShortening/Domains/LY0001/Certificate".to_owned(), json!({}));
        let keys = ["SK0001", "SK0002", "SK0003"].map(|key| json!({"sid": key, "kind": "restricted"}));
        json!({"accounts": [
            {"sid": "AC0001", "name": "Parent", "keys": keys, "resources": resources},
            {"sid": "AC0002", "name": "Child", "owner": "AC0001"}
        ]})
    }

    /// Where an operation is carried out.
    fn url(&self, line: &Line) -> String {
        let mut path = String::new();
        let mut template = String::new();
        for segment in line.path.split('/') {
            let open = segment.starts_with('{');
            let actual = match template.as_str() {
                "api/2010-04-01/Accounts" if open => sid("AC0002"),
                // Three lists of the same keys.
                "iam/v1/Keys" if open => sid("SK0001"),
                "api/Keys" if open => sid("SK0002"),
                "api/SigningKeys" if open => sid("SK0003"),
                "voice/v1/DialingPermissions/Countries" if open => "US".to_owned(),
                list if open => self.identity(list).1,
                _ => segment.to_owned(),
            };
            let between = if path.is_empty() { "" } else { "/" };
            path = format!("{path}{between}{actual}");
            template = format!("{template}{between}{}", if open { "{}" } else { segment });
        }
        let (host, rest) = path.split_once('/').unwrap();
        match (host, rest.strip_prefix("2010-04-01/")) {
            ("api", Some(_)) => format!("api.twilio.com/{rest}.json"),
            ("api", None) => format!("api.twilio.com/2010-04-01/Accounts/{}/{rest}.json", sid("AC0001")),
            _ => format!("{host}.twilio.com/{rest}"),
        }
    }
}

/// Lists whose rows are put into other lists.
const NAMED: &[(&str, &str)] = &[
    ("api/SIP/CredentialLists", "CL"),
    ("api/SIP/IpAccessControlLists", "AL"),
    ("api/IncomingPhoneNumbers", "PN"),
    ("api/SMS/ShortCodes", "SC"),
    ("marketplace/v1/InstalledAddOns", "XE"),
];

/// A value that a parameter may have.
fn a_value(name: &str, kind: &Value) -> Value {
    match (name, kind.as_str()) {
        ("AccountSid" | "SubaccountSid", _) => sid("AC0001").into(),
        ("Policy", _) => json!({"allow": ["/twilio/voice/sip.trunks/list"]}),
        ("policy", _) => json!({"allow": ["/twilio/voice/sip.trunks/list"], "deny": []}),
        ("UpdateRequest", _) => r#"[{"iso_code":"GB","low_risk_numbers_enabled":"true"}]"#.into(),
        ("Permissions", _) if kind["many"] == "json" => {
            json!([{"country_code": "US", "type": "country", "enabled": false}])
        }
        (_, None) if kind.is_array() => kind[0].clone(),
        (_, None) => json!([a_value(name, &kind["many"])]),
        (_, Some("boolean")) => true.into(),
        (_, Some("integer")) => 7.into(),
        (_, Some("uri")) => "https://hooks.example/here".into(),
        (_, Some("json")) => json!({"some": "thing"}),
        (_, Some(sort)) if sort.starts_with("sid") => sid(&format!("{:X<2}0002", sort[3..].trim())).into(),
        _ => "some text".into(),
    }
}

/// A value as a form sends it.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().flat_map(texts).collect(),
        other => vec![other.to_string()],
    }
}

/// Operations whose answer is about something else than what is written.
const ANSWERED_OTHERWISE: &[&str] =
    &["accounts/v1/Messaging/GeoPermissions", "voice/v1/DialingPermissions/BulkCountryUpdates"];

const ME: Who<'_> = Who::Us1("AC0001");

/// Sends everything that an operation takes.
async fn carry_out(stage: &Stage, line: &Line, url: &str) -> (Reply, BTreeMap<String, Value>) {
    let values = line.parameters.iter().map(|(name, kind)| (name.clone(), a_value(name, kind)));
    let values: BTreeMap<String, Value> = values.collect();
    if line.json {
        return (stage.send_json(ME, &line.method, url, &json!(values)).await, values);
    }
    let mut form: Vec<(&str, String)> = Vec::new();
    for (name, value) in &values {
        form.extend(texts(value).into_iter().map(|text| (name.as_str(), text)));
    }
    let form: Vec<(&str, &str)> = form.iter().map(|(name, text)| (*name, text.as_str())).collect();
    (stage.send(ME, &line.method, url, &form).await, values)
}

/// Whether a field is as it was sent; of an object the part that was sent.
fn is_as_sent(shown: &Value, sent: &Value) -> bool {
    match (shown, sent) {
        (Value::Object(shown), Value::Object(sent)) => {
            sent.iter().all(|(name, value)| shown.get(name) == Some(value))
        }
        _ => texts(shown).concat().eq_ignore_ascii_case(&texts(sent).concat()),
    }
}

/// What an answer does not show as it was sent.
fn lost(line: &Line, sent: &BTreeMap<String, Value>, answer: &Value) -> Vec<String> {
    let mut lost = Vec::new();
    for (name, value) in sent.iter().filter(|(name, _)| !line.unseen.contains(*name)) {
        let field = if line.json { name.clone() } else { writes::snake_case(name) };
        let shown = answer.pointer(&format!("/{}", field.replace('.', "/")));
        if !shown.is_some_and(|shown| is_as_sent(shown, value)) {
            lost.push(format!("{} {}: {name} is {value}, {field} is {shown:?}", line.method, line.path));
        }
    }
    lost
}

fn committed() -> Vec<Line> {
    serde_json::from_slice(&fs::read(simulator("writes.json")).unwrap()).unwrap()
}

#[tokio::test]
async fn every_operation_that_sets_something_shows_what_it_set() {
    let served = Served::read();
    let stage = Stage::new(&served.estate(), Options::default()).await;
    let mut wrong = Vec::new();
    // The token with which this test signs in stays.
    for line in committed().iter().filter(|line| line.status != 204 && !line.path.ends_with("/Promote")) {
        let (reply, sent) = carry_out(&stage, line, &served.url(line)).await;
        if reply.status != line.status {
            wrong.push(format!("{} {}: {} {}", line.method, line.path, reply.status, reply.text));
        } else if !ANSWERED_OTHERWISE.contains(&line.path.as_str()) {
            wrong.extend(lost(line, &sent, &reply.json()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn every_operation_that_deletes_leaves_nothing() {
    let served = Served::read();
    let stage = Stage::new(&served.estate(), Options::default()).await;
    stage.send(ME, "POST", "accounts.twilio.com/v1/AuthTokens/Secondary", &[]).await;
    // What is below something goes first.
    let mut lines = committed();
    lines.sort_by_key(|line| std::cmp::Reverse(line.path.matches('/').count()));
    for line in lines.iter().filter(|line| line.status == 204) {
        let url = served.url(line);
        let (reply, _) = carry_out(&stage, line, &url).await;
        assert_eq!(reply.status, 204, "{}: {}", line.path, reply.text);
        assert_eq!(carry_out(&stage, line, &url).await.0.status, 404, "{} a second time", line.path);
        assert_eq!(stage.get(ME, &url).await.status, 404, "{} is still shown", line.path);
    }
}
