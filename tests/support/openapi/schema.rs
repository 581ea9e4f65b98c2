//! Walking a schema by dotted names, with what the file says about the field at the end.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a file says about one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Field {
    /// It is described.
    Described(Facts),
    /// It lies in an object that the file leaves open; the path of that object.
    FreeForm(String),
    /// There is no such field; the first name that is missing.
    Missing(String),
}

/// A described field.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Facts {
    /// The JSON type; empty where the file names none.
    #[serde(rename = "type", default, skip_serializing_if = "String::is_empty")]
    pub(crate) kind: String,
    /// The format, for example `uri` or `date-time-rfc-2822`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) format: String,
    /// The documented values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) values: Vec<String>,
    /// How Twilio handles it as personal data, when that is `sensitive`, of the field or of
    /// anything around it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) sensitive: bool,
}

/// Follows references until there is none.
pub(crate) fn resolve<'a>(document: &'a Value, mut schema: &'a Value) -> &'a Value {
    while let Some(reference) = schema["$ref"].as_str() {
        schema = document.pointer(reference.trim_start_matches('#')).unwrap_or(&Value::Null);
    }
    schema
}

/// What the file says about the field at a dotted path below a schema.
pub(crate) fn field(document: &Value, schema: &Value, path: &str) -> Field {
    let mut at = resolve(document, schema);
    let mut sensitive = is_sensitive(at);
    let mut walked: Vec<&str> = Vec::new();
    for name in path.split('.') {
        if is_free_form(document, at) {
            return Field::FreeForm(walked.join("."));
        }
        walked.push(name);
        let Some(property) = property(document, at, name) else {
            return Field::Missing(walked.join("."));
        };
        at = resolve(document, property);
        sensitive |= is_sensitive(property) || is_sensitive(at);
    }
    Field::Described(Facts { sensitive, ..facts(at) })
}

/// Type, format and documented values of a schema.
pub(crate) fn facts(schema: &Value) -> Facts {
    let text = |name: &str| schema[name].as_str().unwrap_or_default().to_owned();
    let values = schema["enum"].as_array().into_iter().flatten();
    Facts {
        kind: text("type"),
        format: text("format"),
        values: values.filter_map(|value| value.as_str().map(str::to_owned)).collect(),
        sensitive: false,
    }
}

/// The schema of an array's elements.
pub(crate) fn items<'a>(document: &'a Value, array: &'a Value) -> &'a Value {
    resolve(document, &resolve(document, array)["items"])
}

/// A property of an object schema, also of the parts that it is put together from.
pub(crate) fn property<'a>(document: &'a Value, schema: &'a Value, name: &str) -> Option<&'a Value> {
    let schema = resolve(document, schema);
    schema["properties"].get(name).or_else(|| {
        ["allOf", "oneOf", "anyOf"]
            .iter()
            .flat_map(|parts| schema[parts].as_array().into_iter().flatten())
            .find_map(|part| property(document, part, name))
    })
}

/// Whether anything may stand below a schema: no properties of its own, and not a plain value.
fn is_free_form(document: &Value, schema: &Value) -> bool {
    let schema = resolve(document, schema);
    let composed = ["allOf", "oneOf", "anyOf"].iter().any(|parts| schema[parts].is_array());
    let open = matches!(schema["type"].as_str(), None | Some("object"));
    open && !composed && schema["properties"].as_object().is_none_or(serde_json::Map::is_empty)
}

fn is_sensitive(schema: &Value) -> bool {
    schema["x-twilio"]["pii"]["handling"] == "sensitive"
}
