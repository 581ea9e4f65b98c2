//! Serves the response examples of OpenAPI files: what Twilio itself says its answers look like.
//!
//! For each GET operation the example with the most rows. Every account SID in it becomes the caller's, so
//! that the answers belong together; apart from that they are sent as they are, odd values included.

use std::io;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::{Value, json};

use super::access::{self, Refusal};
use super::answer::Answer;
use super::serve::Asked;

/// The examples of a folder of OpenAPI files.
pub(super) struct Examples {
    operations: Vec<Operation>,
    account_sid: Regex,
}

struct Operation {
    /// `api`, `messaging`, …
    host: String,
    /// The path's segments; those in braces match anything.
    template: Vec<String>,
    example: Value,
}

impl Examples {
    /// Reads every `.json` file of the folder; those that are no OpenAPI are passed over.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        let mut operations = Vec::new();
        for file in &files {
            let document: Value = serde_json::from_slice(&std::fs::read(file)?).map_err(|error| {
                io::Error::new(io::ErrorKind::InvalidData, format!("{}: {error}", file.display()))
            })?;
            operations.extend(operations_of(&document));
        }
        if operations.is_empty() {
            let message = format!("no OpenAPI file with response examples in {}", folder.display());
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        // `/Flows/Validate` comes before `/Flows/{Sid}`.
        operations
            .sort_by_key(|operation| operation.template.iter().filter(|segment| is_open(segment)).count());
        let account_sid = Regex::new("AC[0-9a-fA-FXx]{32}").map_err(io::Error::other)?;
        Ok(Self { operations, account_sid })
    }

    pub(super) fn respond(&self, asked: &Asked<'_>) -> Answer {
        self.read_as_owner(asked).unwrap_or_else(|refusal| Answer::refusal(&refusal))
    }

    fn read_as_owner(&self, asked: &Asked<'_>) -> Result<Answer, Refusal> {
        let user = asked.authorization.and_then(access::basic).map(|(user, _)| user);
        let account = user.filter(|user| user.starts_with("AC")).ok_or_else(Refusal::authenticate)?;
        if asked.method != "GET" {
            return Err(Refusal::new(405, 20004, format!("Method {} is not allowed here", asked.method)));
        }
        let segments: Vec<&str> = asked.path.split('/').collect();
        let operation = self.operations.iter().find(|operation| operation.matches(asked.host, &segments));
        let operation = operation.ok_or_else(|| Refusal::not_found(asked.path))?;
        let mut example = operation.example.clone();
        self.make_own(&mut example, &account);
        if asked.host == "api" && asked.path == "/2010-04-01/Accounts.json" {
            only_this_account(&mut example, &account);
        }
        // There is one page of examples: what follows it is empty.
        let later =
            |(name, value): &(String, String)| name.ends_with("Token") || (name == "Page" && value != "0");
        if asked.query.iter().any(later) {
            end_here(&mut example);
        }
        Ok(Answer::json(&example))
    }

    /// Every account SID becomes the caller's.
    fn make_own(&self, value: &mut Value, account: &str) {
        match value {
            Value::String(text) => *text = self.account_sid.replace_all(text, account).into_owned(),
            Value::Array(items) => items.iter_mut().for_each(|item| self.make_own(item, account)),
            Value::Object(fields) => {
                for (name, value) in fields {
                    if name == "account_sid" {
                        *value = account.into()
                    } else {
                        self.make_own(value, account)
                    }
                }
            }
            _ => {}
        }
    }
}

impl Operation {
    fn matches(&self, host: &str, segments: &[&str]) -> bool {
        self.host == host
            && self.template.len() == segments.len()
            && self.template.iter().zip(segments).all(|(expected, actual)| segment_matches(expected, actual))
    }
}

fn is_open(segment: &str) -> bool {
    segment.contains('{')
}

/// `{Sid}.json` matches `AC….json`.
fn segment_matches(expected: &str, actual: &str) -> bool {
    match (expected.split_once('{'), expected.rsplit_once('}')) {
        (Some((start, _)), Some((_, end))) => actual.starts_with(start) && actual.ends_with(end),
        _ => expected == actual,
    }
}

fn operations_of(document: &Value) -> Vec<Operation> {
    let Some(paths) = document["paths"].as_object() else { return Vec::new() };
    let operation = |(path, item): (&String, &Value)| {
        let url = item.pointer("/servers/0/url").or(document.pointer("/servers/0/url"))?.as_str()?;
        let host = url.strip_prefix("https://")?.strip_suffix(".twilio.com")?;
        Some(Operation {
            host: host.to_owned(),
            template: path.split('/').map(str::to_owned).collect(),
            example: richest(item.pointer("/get/responses/200/content/application~1json/examples")?)?,
        })
    };
    paths.iter().filter_map(operation).collect()
}

/// The example with the most rows, or the longest one.
fn richest(examples: &Value) -> Option<Value> {
    let rows = |value: &Value| {
        value.as_object().into_iter().flat_map(|f| f.values()).filter_map(Value::as_array).map(Vec::len).max()
    };
    let values = examples.as_object()?.values().filter_map(|example| example.get("value"));
    values.max_by_key(|value| (rows(value), value.to_string().len())).cloned()
}

fn only_this_account(example: &mut Value, account: &str) {
    if let Some(rows) = example["accounts"].as_array_mut() {
        rows.truncate(1);
        for row in rows {
            row["sid"] = json!(account);
            row["owner_account_sid"] = json!(account);
            row["status"] = json!("active");
        }
    }
    end_of_list(example);
}

fn end_here(example: &mut Value) {
    let fields = example.as_object_mut().into_iter().flat_map(|fields| fields.values_mut());
    fields.filter_map(Value::as_array_mut).for_each(Vec::clear);
    end_of_list(example);
}

fn end_of_list(example: &mut Value) {
    for pointer in ["/next_page_uri", "/meta/next_page_url", "/meta/next_token"] {
        if let Some(next) = example.pointer_mut(pointer) {
            *next = Value::Null;
        }
    }
}
