//! One OpenAPI document for Prism: every GET of the chosen hosts, each under `/HOST/PATH`, as a
//! client with a loopback endpoint asks for it.
//!
//! Of each operation it keeps what a request is judged by, and one answer: the fullest of Twilio's
//! examples, for the first one in a file is often an empty list. The schemas of answers stay out:
//! Twilio's own examples do not all follow them, and Prism would answer 500.

use serde_json::{Map, Value, json};

use super::{Operation, Specs, schema};

/// The name under which Twilio's files put HTTP Basic authentication.
const BASIC: &str = "accountSid_authToken";

/// The document for these hosts.
pub(crate) fn document(specs: &Specs, hosts: &[String]) -> Value {
    let mut paths = Map::new();
    for host in hosts {
        for operation in specs.of_host(host) {
            let path = format!("/{host}{}", operation.template);
            let there = paths.insert(path, json!({ "get": served(&operation) }));
            assert!(there.is_none(), "two files of {host} describe {}", operation.template);
        }
    }
    json!({
        "openapi": "3.0.1",
        "info": { "title": "Twilio, as its files describe it", "version": "1" },
        "paths": paths,
        "components": { "securitySchemes": { BASIC: { "type": "http", "scheme": "basic" } } },
    })
}

fn served(operation: &Operation<'_>) -> Value {
    let parameters: Vec<Value> = operation.get["parameters"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|parameter| {
            let mut parameter = inlined(operation.document, parameter);
            for unused in ["example", "examples"] {
                parameter.as_object_mut().and_then(|fields| fields.remove(unused));
            }
            parameter
        })
        .collect();
    let examples = operation.examples().into_iter().map(|(_, answer)| answer);
    let answer = examples.max_by_key(|answer| answer.to_string().len());
    let answer = answer.map(without_next_page);
    let content = answer.map(|answer| json!({ "application/json": { "example": answer } }));
    json!({
        "parameters": parameters,
        "security": operation.get["security"],
        "responses": { "200": { "description": "OK", "content": content.unwrap_or_else(|| json!({})) } },
    })
}

/// Prism answers every page of a list with the same example: a link to the next one would never end.
fn without_next_page(mut answer: Value) -> Value {
    for link in ["/next_page_uri", "/meta/next_page_url", "/meta/next_token", "/meta/nextToken"] {
        if let Some(link) = answer.pointer_mut(link) {
            *link = Value::Null;
        }
    }
    answer
}

/// The same value with every reference replaced by what it names.
fn inlined(document: &Value, value: &Value) -> Value {
    match schema::resolve(document, value) {
        Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), inlined(document, value))).collect()
        }
        Value::Array(elements) => elements.iter().map(|element| inlined(document, element)).collect(),
        plain => plain.clone(),
    }
}
