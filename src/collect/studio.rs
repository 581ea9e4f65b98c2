//! From a Studio flow definition to rows: widget types, flags, URLs.
//!
//! A definition may hold whole messages, names and tokens, so it is walked in memory and dropped; what leaves
//! this file was reduced.
//! Source of the widget types and properties: Twilio's published Studio widget reference, 2026-06-29.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value as Json;

use super::raw_row::{Place, ReduceError};
use crate::evidence::{Row, Value};
use crate::redact;
use crate::twilio::{self, Malformed};

#[derive(Deserialize)]
struct Definition {
    states: Vec<State>,
}

#[derive(Deserialize)]
struct State {
    #[serde(default)]
    name: String,
    #[serde(rename = "type")]
    widget_type: String,
    properties: HashMap<String, Json>,
}

/// Properties that hold a URL, by what the widget reference names them. Any other that holds nothing but one
/// counts too.
const URL_PROPERTIES: &[&str] = &[
    "url",
    "stream_url",
    "recording_status_callback",
    "recording_status_callback_url",
    "transcription_callback_url",
    "transcribe_callback",
    "hold_music_url",
    "media_url",
    "play",
    "fallback_url",
    "callback_url",
    "status_callback",
    "wait_url",
    "sip_endpoint",
];

/// One row per widget, in the columns of `studio_widget`.
///
/// # Errors
///
/// When the definition is not there or is none: an unread flow must not look like an empty one.
pub(super) fn widgets(place: &Place, definition: Option<&str>) -> Result<Vec<Row>, ReduceError> {
    rows(place, definition, |place_in_flow, state| {
        let flag = |name: &str| Value::Integer(i64::from(state.properties.get(name).is_some_and(is_true)));
        let records =
            state.widget_type.starts_with("record-") || state.properties.get("record").is_some_and(is_true);
        let values = vec![
            Value::Text(redact::label::keep(&state.name)),
            Value::Text(redact::label::plain(&state.widget_type)),
            flag("send_twilio_credentials"),
            Value::Integer(i64::from(records)),
            flag("transcribe"),
            secret(state).map_or(Value::Null, Value::Text),
        ];
        vec![(place_in_flow.to_string(), values)]
    })
}

/// One row per URL, in the columns of `studio_url`.
///
/// # Errors
///
/// As [`widgets`].
pub(super) fn urls(place: &Place, definition: Option<&str>) -> Result<Vec<Row>, ReduceError> {
    rows(place, definition, |place_in_flow, state| {
        let method_of = |property: &str| {
            let own = state.properties.get(&format!("{property}_method").replace("url_method", "method"));
            let own = own.or_else(|| state.properties.get(&format!("{property}_method")));
            own.or_else(|| state.properties.get("method")).and_then(Json::as_str)
        };
        let variables = carries_variables(state);
        let mut found: Vec<(String, &str)> = state
            .properties
            .iter()
            .filter(|(name, value)| URL_PROPERTIES.contains(&name.as_str()) || is_address(value))
            .flat_map(|(name, value)| addresses(name, value))
            .collect();
        found.sort();
        found
            .into_iter()
            .enumerate()
            .map(|(index, (property, url))| {
                let name = name_of_property(&property, index + 1);
                let values = vec![
                    Value::Text(redact::label::keep(&state.name)),
                    Value::Text(redact::label::plain(&state.widget_type)),
                    Value::Text(name.clone()),
                    Value::Text(redact::url::redact(url)),
                    method_of(&property)
                        .map_or(Value::Null, |method| Value::Text(redact::label::plain(method))),
                    Value::Integer(i64::from(variables)),
                ];
                (format!("{place_in_flow}.{name}"), values)
            })
            .collect()
    })
}

/// What a property goes by: its name, which is Twilio's and a plain word; any other may say anything, and is told by its
/// place among the addresses of its widget.
fn name_of_property(name: &str, place: usize) -> String {
    let is_plain = name.len() <= 64 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    if is_plain && redact::label::keep(name) == name { name.to_owned() } else { format!("property {place}") }
}

/// Whether a property is an address and nothing else.
fn is_address(value: &Json) -> bool {
    let schemes = ["http:", "https:", "ws:", "wss:", "sip:", "sips:"];
    value.as_str().is_some_and(|text| {
        let text = text.trim_start().to_ascii_lowercase();
        schemes.iter().any(|scheme| text.starts_with(scheme)) && !text.contains(char::is_whitespace)
    })
}

/// The addresses in a property, which may be one or a list, under names that tell them apart.
fn addresses<'a>(name: &str, value: &'a Json) -> Vec<(String, &'a str)> {
    let all = texts(value).into_iter().filter(|text| !text.trim().is_empty());
    all.enumerate()
        .map(|(place, text)| {
            let name = if place == 0 { name.to_owned() } else { format!("{name}.{}", place + 1) };
            (name, text)
        })
        .collect()
}

fn rows(
    place: &Place,
    definition: Option<&str>,
    of_state: impl Fn(usize, &State) -> Vec<(String, Vec<Value>)>,
) -> Result<Vec<Row>, ReduceError> {
    let text = definition.ok_or(ReduceError::NoDefinition)?;
    let definition = twilio::value(text.as_bytes()).map_err(|malformed| match malformed {
        Malformed::Other => ReduceError::NoDefinition,
        malformed => malformed.into(),
    })?;
    let definition: Definition = serde_json::from_value(definition).map_err(|_| ReduceError::NoDefinition)?;
    let rows = definition
        .states
        .iter()
        .enumerate()
        .flat_map(|(index, state)| of_state(index + 1, state))
        .map(|(sid, values)| Row {
            account: place.account.clone(),
            parent: place.parent.clone(),
            sid,
            link: None,
            values,
        })
        .collect();
    Ok(rows)
}

fn is_true(value: &Json) -> bool {
    value.as_bool() == Some(true) || value.as_str().is_some_and(|text| text == "true")
}

/// The first property that looks like a secret, as `headers: bearer token (40 characters)`, or goes by the
/// name of one.
fn secret(state: &State) -> Option<String> {
    let mut names: Vec<&String> = state.properties.keys().collect();
    names.sort();
    names.into_iter().find_map(|name| {
        texts(&state.properties[name]).into_iter().find_map(|text| {
            let named =
                || (is_name_of_secret(name) && !text.is_empty() && !text.contains("{{")).then_some("secret");
            let pattern = redact::secret::looks_like(text).or_else(named)?;
            Some(format!("{}: {pattern} ({} characters)", redact::label::keep(name), text.chars().count()))
        })
    })
}

fn is_name_of_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ["password", "secret", "api_key", "apikey", "auth_token", "access_token"]
        .iter()
        .any(|part| name.contains(part))
}

/// Whether what is sent holds what a patient said, typed or called from.
fn carries_variables(state: &State) -> bool {
    state.properties.values().flat_map(texts).any(|text| {
        ["trigger.", "widgets.", "flow.data", "flow.variables", "contact."]
            .iter()
            .any(|name| text.contains(name))
    })
}

/// Every text in a value, however deep.
fn texts(value: &Json) -> Vec<&str> {
    match value {
        Json::String(text) => vec![text],
        Json::Array(items) => items.iter().flat_map(texts).collect(),
        Json::Object(fields) => fields.values().flat_map(texts).collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_property_of_a_strange_name_is_told_by_its_place() {
        for (name, kept) in [
            ("status_callback", "status_callback"),
            ("media.2", "media.2"),
            ("for jane.roe@clinic.example", "property 3"),
            ("0123456789abcdef0123456789abcdef", "property 3"),
            ("callback_jane_smith", "property 3"),
        ] {
            assert_eq!(name_of_property(name, 3), kept);
        }
    }

    #[test]
    fn a_widget_that_says_something_twice_is_not_read() {
        let account: crate::model::AccountSid = "AC00000000000000000000000000000001".parse().unwrap();
        let place = Place { account, parent: "FW1".to_owned() };
        let flow = |properties: &str| {
            format!(
                r#"{{"states": [{{"name": "a", "type": "make-http-request", "properties": {{{properties}}}}}]}}"#
            )
        };
        let once = flow(r#""url": "http://a.example""#);
        assert_eq!(urls(&place, Some(&once)).unwrap().len(), 1);
        let twice = flow(r#""url": "http://a.example", "url": "https://a.example""#);
        assert_eq!(urls(&place, Some(&twice)).unwrap_err(), ReduceError::Twice);
        assert_eq!(widgets(&place, Some(&twice)).unwrap_err(), ReduceError::Twice);
        assert_eq!(urls(&place, Some("[")).unwrap_err(), ReduceError::NoDefinition);
    }
}
