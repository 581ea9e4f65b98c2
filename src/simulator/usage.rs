//! Usage records: figures per category, with or without those of the subaccounts.

use serde_json::{Value, json};

use super::access::Refusal;
use super::endpoints::Endpoint;
use super::query;
use super::realm::Realm;
use super::site::Site;
use super::when::{Clock, day_of};

/// Categories that every account lists, used or not.
const ALWAYS_LISTED: &[&str] = &[
    "ai-assistants",
    "calls",
    "calls-inbound",
    "calls-outbound",
    "channels-whatsapp",
    "conversations",
    "email",
    "functions",
    "mms",
    "phonenumbers",
    "recordings",
    "rcs-messages",
    "sms",
    "sms-inbound",
    "sms-outbound",
    "studio",
    "sync",
    "totalprice",
    "trunking-termination",
    "verify-whatsapp-conversations-business-initiated",
    "video-recordings",
    "voice-intelligence",
];

/// The rows of one account, the parent's with those of its subaccounts added unless the query says no.
pub(super) fn rows(
    realm: &Realm,
    site: &Site,
    endpoint: &Endpoint,
    query: &[(String, String)],
) -> Result<Vec<Value>, Refusal> {
    let parameter = |name: &str| query::value(query, name);
    let start = day(parameter("StartDate"), "StartDate", realm.clock)?.unwrap_or_else(|| realm.clock.day(30));
    let end = day(parameter("EndDate"), "EndDate", realm.clock)?.unwrap_or_else(|| realm.clock.day(0));
    let mut rows = own_rows(site, endpoint);
    if parameter("IncludeSubaccounts").is_none_or(|value| !value.eq_ignore_ascii_case("false")) {
        for child in realm.children(site) {
            for row in own_rows(child, endpoint) {
                add(&mut rows, row);
            }
        }
    }
    for category in ALWAYS_LISTED {
        if !rows.iter().any(|row| row["category"] == *category) {
            rows.push(complete(endpoint, &json!({"category": category})));
        }
    }
    rows.sort_by(|a, b| a["category"].as_str().cmp(&b["category"].as_str()));
    for row in &mut rows {
        row["account_sid"] = json!(site.sid);
        row["start_date"] = json!(start);
        row["end_date"] = json!(end);
        row["as_of"] = json!(format!("{}T00:00:00+00:00", realm.clock.day(0)));
    }
    if let Some(category) = parameter("Category") {
        rows.retain(|row| row["category"] == category);
    }
    Ok(rows)
}

/// `2026-11-23`, or `-30days`.
fn day(text: Option<&str>, name: &str, clock: Clock) -> Result<Option<String>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let relative =
        text.strip_prefix('-').and_then(|rest| rest.strip_suffix("days")).and_then(|n| n.parse().ok());
    let day = relative.map(|days| clock.day(days)).or_else(|| {
        let midnight = format!("{text}T00:00:00Z");
        day_of(&midnight).filter(|day| day == text)
    });
    day.map(Some).ok_or_else(|| Refusal::new(400, 20001, format!("Invalid {name} value: {text}")))
}

/// What the estate has under `api/Usage/Records`, whatever the period.
fn own_rows(site: &Site, endpoint: &Endpoint) -> Vec<Value> {
    let written =
        super::endpoints::by_template("api/Usage/Records").and_then(|records| site.resource(records, &[]));
    let rows = written.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    rows.iter().map(|row| complete(endpoint, row)).collect()
}

fn complete(endpoint: &Endpoint, row: &Value) -> Value {
    let mut complete = endpoint.defaults.clone();
    complete.extend(row.as_object().cloned().unwrap_or_default());
    Value::Object(complete)
}

fn add(rows: &mut Vec<Value>, other: Value) {
    let Some(row) = rows.iter_mut().find(|row| row["category"] == other["category"]) else {
        rows.push(other);
        return;
    };
    for field in ["count", "usage", "price"] {
        let figure =
            |row: &Value| row[field].as_str().and_then(|text| text.parse::<f64>().ok()).unwrap_or_default();
        row[field] = json!((figure(row) + figure(&other)).to_string());
    }
}
