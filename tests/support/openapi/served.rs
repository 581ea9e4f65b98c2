//! One OpenAPI document for Prism: every GET of the chosen hosts, and the calls that change something
//! which are named, each under `/HOST/PATH`, as a client with a loopback endpoint asks for it.
//!
//! Of each operation it keeps what a request is judged by, and one answer: the fullest of Twilio's
//! examples, for the first one in a file is often an empty list. The schemas of answers stay out:
//! Twilio's own examples do not all follow them, and Prism would answer 500.

use serde_json::{Map, Value, json};

use super::calls::{Written, split};
use super::{Operation, Specs, schema};

/// The name under which Twilio's files put HTTP Basic authentication.
const BASIC: &str = "accountSid_authToken";

/// The document for these hosts, and for these calls: the method and the address of each.
pub(crate) fn document(specs: &Specs, hosts: &[String], calls: &[(String, String)]) -> Value {
    let mut paths = Map::new();
    for host in hosts {
        for operation in specs.of_host(host) {
            let path = format!("/{host}{}", operation.template);
            let there = paths.insert(path, json!({ "get": served(&operation) }));
            assert!(there.is_none(), "two files of {host} describe {}", operation.template);
        }
    }
    for (method, address) in calls {
        let written = specs.written(method, address).unwrap_or_else(|| panic!("{method} {address}"));
        let path = format!("/{}{}", split(address).0, written.template);
        paths.entry(path).or_insert_with(|| json!({}))[method.to_ascii_lowercase()] = changing(&written);
    }
    json!({
        "openapi": "3.0.1",
        "info": { "title": "Twilio, as its files describe it", "version": "1" },
        "paths": paths,
        "components": { "securitySchemes": { BASIC: { "type": "http", "scheme": "basic" } } },
    })
}

/// A call that changes something. A parameter that the file does not know goes unnoticed.
fn changing(written: &Written<'_>) -> Value {
    let mut call = json!({
        "parameters": parameters(written.document, written.operation),
        "security": written.operation["security"],
        "responses": { "200": { "description": "OK", "content": {} } },
    });
    if written.body()["properties"].is_object() {
        let schema = inlined(written.document, written.body());
        call["requestBody"] =
            json!({ "content": { "application/x-www-form-urlencoded": { "schema": schema } } });
    }
    call
}

fn parameters(document: &Value, operation: &Value) -> Vec<Value> {
    let plain = |parameter| {
        let mut parameter = inlined(document, parameter);
        for unused in ["example", "examples"] {
            parameter.as_object_mut().and_then(|fields| fields.remove(unused));
        }
        parameter
    };
    operation["parameters"].as_array().into_iter().flatten().map(plain).collect()
}

fn served(operation: &Operation<'_>) -> Value {
    let parameters = parameters(operation.document, operation.get);
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
