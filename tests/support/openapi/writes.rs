//! What may be written where, by Twilio's files: the table that the simulator goes by.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(crate) use super::anonymous as nameless;
use super::{Specs, schema};

/// Paths that can only be written, or that stand above every account: `endpoints.json` does not have them.
const ONLY_WRITTEN: &[&str] = &[
    "accounts/v1/AuthTokens/Promote",
    "accounts/v1/AuthTokens/Secondary",
    "api/2010-04-01/Accounts",
    "api/2010-04-01/Accounts/{}",
    "intelligence/v2/Services/{}/Operators/{}",
    "voice/v1/DialingPermissions/BulkCountryUpdates",
];

/// One operation.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Line {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) status: u16,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) json: bool,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) parameters: BTreeMap<String, Value>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) required: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) unseen: BTreeSet<String>,
}

/// The table for what is served at these paths.
pub(crate) fn table(specs: &Specs, served: &[Value]) -> Vec<Line> {
    let wanted = wanted(served);
    let mut lines = Vec::new();
    for document in specs.files.values() {
        for (template, item) in document["paths"].as_object().into_iter().flatten() {
            let servers = if item["servers"].is_array() { &item["servers"] } else { &document["servers"] };
            for path in
                servers.as_array().into_iter().flatten().filter_map(|server| path_at(server, template))
            {
                if wanted.contains(&nameless(&path)) {
                    lines.extend(lines_of(document, item, &path));
                }
            }
        }
    }
    lines.sort_by(|a, b| (&a.path, &a.method).cmp(&(&b.path, &b.method)));
    for pair in lines.windows(2) {
        let same = (&pair[0].path, &pair[0].method) == (&pair[1].path, &pair[1].method);
        assert!(!same, "two files describe {} {}", pair[0].method, pair[0].path);
    }
    lines
}

/// A line of the committed file for each.
pub(crate) fn text(lines: &[Line]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| serde_json::to_string(line).unwrap()).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

/// What is served, and the rows of what is a list.
fn wanted(served: &[Value]) -> BTreeSet<String> {
    let mut wanted: BTreeSet<String> = ONLY_WRITTEN.iter().map(|path| (*path).to_owned()).collect();
    for endpoint in served {
        let path = nameless(endpoint["path"].as_str().unwrap());
        if endpoint["key"].is_string() {
            wanted.insert(format!("{path}/{{}}"));
        }
        wanted.insert(path);
    }
    wanted
}

/// Host label and path, without what the 2010 API has around the resource.
fn path_at(server: &Value, template: &str) -> Option<String> {
    let host = server["url"].as_str()?.strip_prefix("https://")?.strip_suffix(".twilio.com")?;
    if host != "api" {
        return Some(format!("{host}{template}"));
    }
    let template = template.strip_suffix(".json")?;
    Some(match template.strip_prefix("/2010-04-01/Accounts/{AccountSid}/") {
        Some(rest) => format!("api/{rest}"),
        None => format!("api{template}"),
    })
}

fn lines_of(document: &Value, item: &Value, path: &str) -> Vec<Line> {
    let methods = ["delete", "patch", "post", "put"];
    methods
        .into_iter()
        .filter(|method| item[method].is_object())
        .map(|method| line(document, &item[method], method, path))
        .collect()
}

fn line(document: &Value, operation: &Value, method: &str, path: &str) -> Line {
    let responses = operation["responses"].as_object().unwrap();
    let good: BTreeSet<u16> = responses
        .keys()
        .filter_map(|code| code.parse().ok())
        .filter(|code| (200..300).contains(code))
        .collect();
    // Where a file has both, the one for something new is of lists and the other of rows.
    let new = good.contains(&201) && !path.ends_with('}');
    let status = if new { 201 } else { *good.first().unwrap() };
    let mut line = Line {
        method: method.to_uppercase(),
        path: path.to_owned(),
        status,
        json: false,
        parameters: BTreeMap::new(),
        required: BTreeSet::new(),
        unseen: BTreeSet::new(),
    };
    let Some((kind, content)) =
        operation["requestBody"]["content"].as_object().and_then(|all| all.iter().next())
    else {
        return line;
    };
    line.json = kind.contains("json");
    let answers =
        good.iter().map(|code| &responses[&code.to_string()]["content"]["application/json"]["schema"]);
    let answer = answers.clone().find(|schema| !schema.is_null()).unwrap_or(&Value::Null);
    let body = schema::resolve(document, &content["schema"]);
    let texts = body["required"].as_array().into_iter().flatten();
    line.required = texts.map(|name| name.as_str().unwrap().to_owned()).collect();
    for (name, property) in body["properties"].as_object().into_iter().flatten() {
        let field = if line.json { name.clone() } else { snake_case(name) };
        if matches!(schema::field(document, answer, &field), schema::Field::Missing(_)) {
            line.unseen.insert(name.clone());
        }
        line.parameters.insert(name.clone(), kind_of(document, property));
    }
    line
}

/// What a value may be, as the simulator's table writes it.
fn kind_of(document: &Value, property: &Value) -> Value {
    let property = schema::resolve(document, property);
    if property["enum"].is_array() {
        return property["enum"].clone();
    }
    let text = |name: &str| property[name].as_str();
    match text("type") {
        Some("array") => serde_json::json!({ "many": kind_of(document, &property["items"]) }),
        Some("string") => match (text("pattern"), text("format")) {
            (Some(pattern), _) => of_pattern(pattern).into(),
            (None, Some("uri")) => "uri".into(),
            _ => "string".into(),
        },
        Some(plain @ ("boolean" | "integer" | "number")) => plain.into(),
        _ => "json".into(),
    }
}

/// The patterns of the files are SIDs, all but one.
fn of_pattern(pattern: &str) -> String {
    match pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix("[0-9a-fA-F]{32}$")) {
        Some("[A-Z]{2}") => "sid".to_owned(),
        Some(beginning) => format!("sid {beginning}"),
        None => "string".to_owned(),
    }
}

/// `NewMessage.BadgeCountEnabled` is `new_message.badge_count_enabled`, `AwsS3Url` is `aws_s3_url`.
pub(crate) fn snake_case(name: &str) -> String {
    let inside = regex::Regex::new("([a-z])([A-Z])").unwrap();
    let after = regex::Regex::new("([A-Z0-9])([A-Z][a-z])").unwrap();
    let words = inside.replace_all(name, "${1}_$2");
    after.replace_all(&words, "${1}_$2").to_lowercase()
}
