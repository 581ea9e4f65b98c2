//! What a writing request says: parameters checked against the table, and the fields that they set.
//!
//! Stricter than Twilio, which passes over a parameter that it does not know in many of its APIs: here a typing
//! mistake must not look like a success. Knows no rows.

use regex::Regex;
use serde_json::Value;

use super::access::Refusal;
use super::writes::{Kind, Operation};

/// What one parameter says.
#[derive(Clone)]
pub(super) struct Told {
    pub(super) parameter: String,
    /// The field that it sets, dots between nested names.
    pub(super) field: String,
    /// Whether the answer has that field, as far as Twilio's file says.
    pub(super) seen: bool,
    pub(super) value: Value,
    /// Whether fields of an object that are not said stay as they are.
    pub(super) merged: bool,
}

/// Parameters that set a field of another name than their own: where, which, and what.
const ELSEWHERE: &[(&str, &str, &str)] = &[
    ("chat/v2/", "Permission", "permissions"),
    ("conversations/v1/", "Permission", "permissions"),
    ("flex-api/v1/PluginService/Releases", "ConfigurationId", "configuration_sid"),
    ("supersim/v1/Fleets", "NetworkAccessProfile", "network_access_profile_sid"),
    ("supersim/v1/Sims", "Fleet", "fleet_sid"),
    ("wireless/v1/Sims", "RatePlan", "rate_plan_sid"),
];

/// What a request says, or Twilio's refusal of it.
pub(super) fn read(
    operation: &Operation,
    form: &[(String, String)],
    body: Option<&Value>,
) -> Result<Vec<Told>, Refusal> {
    let told = if operation.json { from_json(operation, body)? } else { from_form(operation, form)? };
    match operation.required.iter().find(|name| !told.iter().any(|told| told.parameter == **name)) {
        Some(missing) => Err(Refusal::new(400, 20001, format!("Missing required parameter {missing}"))),
        None => Ok(told),
    }
}

fn from_form(operation: &Operation, form: &[(String, String)]) -> Result<Vec<Told>, Refusal> {
    let mut all: Vec<Told> = Vec::new();
    for (name, text) in form {
        let kind = operation.parameters.get(name).ok_or_else(|| unknown(name))?;
        let before = all.iter_mut().find(|told| told.parameter == *name);
        match (kind, before) {
            (Kind::Many { many }, Some(told)) => {
                if let Value::Array(values) = &mut told.value {
                    values.push(value(many, name, text)?);
                }
            }
            (Kind::Many { many }, None) => {
                // The one way to say that there shall be none.
                let none = text.is_empty();
                let values = if none { Vec::new() } else { vec![value(many, name, text)?] };
                all.push(told(operation, name, Value::Array(values)));
            }
            (_, Some(_)) => return Err(invalid(name)),
            (kind, None) => all.push(told(operation, name, value(kind, name, text)?)),
        }
    }
    Ok(all)
}

fn from_json(operation: &Operation, body: Option<&Value>) -> Result<Vec<Told>, Refusal> {
    let not_json = || Refusal::new(400, 20001, "The body must be a JSON object");
    let fields = body.and_then(Value::as_object).ok_or_else(not_json)?;
    let one = |(name, value): (&String, &Value)| {
        match operation.parameters.get(name) {
            Some(kind) if fits(kind, value) => {}
            // Some files describe no body.
            None if operation.parameters.is_empty() => {}
            Some(_) => return Err(invalid(name)),
            None => return Err(unknown(name)),
        }
        let seen = !operation.unseen.contains(name);
        let merged = operation.method != "PUT";
        Ok(Told { parameter: name.clone(), field: name.clone(), seen, value: value.clone(), merged })
    };
    fields.iter().map(one).collect()
}

fn told(operation: &Operation, name: &str, value: Value) -> Told {
    let other = ELSEWHERE.iter().find(|(path, of, _)| operation.path.starts_with(path) && *of == name);
    Told {
        parameter: name.to_owned(),
        field: other.map_or_else(|| snake_case(name), |(_, _, field)| (*field).to_owned()),
        seen: other.is_some() || !operation.unseen.iter().any(|unseen| unseen == name),
        value,
        merged: false,
    }
}

fn unknown(name: &str) -> Refusal {
    Refusal::new(400, 20001, format!("Unknown parameter {name}"))
}

fn invalid(name: &str) -> Refusal {
    Refusal::new(400, 20001, format!("Invalid {name} value"))
}

/// The value that a text stands for.
fn value(kind: &Kind, name: &str, text: &str) -> Result<Value, Refusal> {
    let good = |is_good: bool| is_good.then(|| Value::from(text)).ok_or_else(|| invalid(name));
    let kind = match kind {
        Kind::OneOf(values) => return good(values.iter().any(|value| value == text)),
        Kind::Many { .. } => return Err(invalid(name)),
        Kind::Named(kind) => kind.as_str(),
    };
    match kind {
        "boolean" => text.parse::<bool>().map(Value::from).map_err(|_| invalid(name)),
        "integer" => text.parse::<i64>().map(Value::from).map_err(|_| invalid(name)),
        "number" => text.parse::<f64>().map(Value::from).map_err(|_| invalid(name)),
        "json" => serde_json::from_str(text).map_err(|_| invalid(name)),
        "uri" => good(text.is_empty() || url::Url::parse(text).is_ok()),
        kind if kind.starts_with("sid") => good(text.is_empty() || is_sid(text, &kind[3..])),
        _ => good(true),
    }
}

/// Whether a JSON value is of a kind. Null takes a value away.
fn fits(kind: &Kind, value: &Value) -> bool {
    match (kind, value) {
        (_, Value::Null) => true,
        (Kind::OneOf(values), value) => {
            value.as_str().is_some_and(|text| values.iter().any(|one| one == text))
        }
        (Kind::Many { many }, value) => {
            value.as_array().is_some_and(|values| values.iter().all(|value| fits(many, value)))
        }
        (Kind::Named(kind), value) => match kind.as_str() {
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64(),
            "number" => value.is_number(),
            "json" => value.is_object() || value.is_array(),
            kind => value.as_str().is_some_and(|text| !kind.starts_with("sid") || is_sid(text, &kind[3..])),
        },
    }
}

/// Whether a text is a SID, with this beginning if there is one.
fn is_sid(text: &str, beginning: &str) -> bool {
    let beginning = beginning.trim_start();
    let shape = Regex::new("^[A-Z]{2}[0-9a-fA-F]{32}$");
    shape.is_ok_and(|shape| shape.is_match(text)) && text.starts_with(beginning)
}

/// `NewMessage.BadgeCountEnabled` is `new_message.badge_count_enabled`, `AwsS3Url` is `aws_s3_url`.
pub(super) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (place, letter) in letters.iter().enumerate() {
        let before = place.checked_sub(1).and_then(|before| letters.get(before));
        let begins_a_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| *before != '.')
            && (before.is_some_and(char::is_ascii_lowercase)
                || letters.get(place + 1).is_some_and(char::is_ascii_lowercase));
        if begins_a_word {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_fields_in_snake_case() {
        for (parameter, field) in [
            ("AclEnabled", "acl_enabled"),
            ("NewMessage.WithMedia.Template", "new_message.with_media.template"),
            ("Psd2Enabled", "psd2_enabled"),
            ("AwsS3Url", "aws_s3_url"),
            ("A2PProfileBundleSid", "a2p_profile_bundle_sid"),
        ] {
            assert_eq!(snake_case(parameter), field);
        }
    }
}
