//! What Twilio's files say about the calls that change something, and the judgement of `[[fix]]` by it.
//!
//! Knows the parameters of a call and the fields of what it changes; what a call does is not written in the files.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::schema::{self, Facts, Field};
use super::{Specs, anonymous};

/// A call that the files describe.
pub(crate) struct Written<'a> {
    file: &'a str,
    /// The path as the file spells it.
    pub(crate) template: &'a str,
    /// The operation object.
    pub(crate) operation: &'a Value,
    /// The whole file, for its references.
    pub(crate) document: &'a Value,
}

/// What the files say about a call. Empty: no file has it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Call {
    pub(crate) file: String,
    pub(crate) path: String,
    /// The parameters that are used or required.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) form: BTreeMap<String, Parameter>,
    /// The fields of the answer that are looked at, by their dotted paths.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) fields: BTreeMap<String, Field>,
}

/// A parameter in the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Parameter {
    /// Whether Twilio refuses the call without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) required: bool,
    /// Its type.
    #[serde(flatten)]
    pub(crate) facts: Facts,
}

impl Specs {
    /// The call of this method whose path has the shape of that address.
    pub(crate) fn written(&self, method: &str, address: &str) -> Option<Written<'_>> {
        let (host, path) = split(address);
        let method = method.to_ascii_lowercase();
        let found =
            self.each(host, &method).find(|(_, template, ..)| anonymous(template) == anonymous(path))?;
        let (file, template, operation, document) = found;
        Some(Written { file, template, operation, document })
    }

    /// What the files say about a call with these parameters.
    pub(crate) fn call(&self, method: &str, address: &str, form: &[&str]) -> Call {
        let Some(written) = self.written(method, address) else { return Call::default() };
        let body = written.body();
        let required: Vec<_> = body["required"].as_array().into_iter().flatten().collect();
        let described = body["properties"].as_object().into_iter().flatten();
        let parameter = |(name, property): (&String, &Value)| {
            let required = required.iter().any(|each| *each == name);
            let facts = schema::facts(schema::resolve(written.document, property));
            (required || form.contains(&name.as_str())).then(|| (name.clone(), Parameter { required, facts }))
        };
        Call { form: described.filter_map(parameter).collect(), ..written.named() }
    }

    /// What the files say about reading an address, and about these fields of the answer.
    pub(crate) fn reading(&self, address: &str, paths: &[String]) -> Call {
        let Some(written) = self.written("get", address) else { return Call::default() };
        let answer = &written.operation["responses"]["200"]["content"]["application/json"]["schema"];
        let field = |path: &String| (path.clone(), schema::field(written.document, answer, path));
        Call { fields: paths.iter().map(field).collect(), ..written.named() }
    }
}

impl Written<'_> {
    fn named(&self) -> Call {
        Call { file: self.file.to_owned(), path: self.template.to_owned(), ..Call::default() }
    }

    /// The schema of the form.
    pub(crate) fn body(&self) -> &Value {
        let content = &self.operation["requestBody"]["content"]["application/x-www-form-urlencoded"];
        schema::resolve(self.document, &content["schema"])
    }
}

/// Host and path of an https address.
pub(crate) fn split(address: &str) -> (&str, &str) {
    let rest = address.strip_prefix("https://").unwrap_or_else(|| panic!("{address}"));
    rest.split_at(rest.find('/').unwrap_or(rest.len()))
}

impl Call {
    /// What is wrong with sending these parameters.
    pub(crate) fn faults_of(&self, form: &[(String, String)]) -> Vec<String> {
        if self.file.is_empty() {
            return vec!["no file has the call".to_owned()];
        }
        let missing = self
            .form
            .iter()
            .filter(|(name, parameter)| parameter.required && !form.iter().any(|(sent, _)| sent == *name));
        let missing = missing.map(|(name, _)| format!("`{name}` is required"));
        let wrong = form.iter().filter_map(|(name, value)| match self.form.get(name) {
            None => Some(format!("there is no parameter `{name}`")),
            Some(parameter) if takes(&parameter.facts, value) => None,
            Some(parameter) => Some(format!("`{name}={value}` is not of {:?}", parameter.facts)),
        });
        missing.chain(wrong).collect()
    }
}

/// Whether a parameter may have this value. Nothing at all empties a text.
fn takes(facts: &Facts, value: &str) -> bool {
    match facts.kind.as_str() {
        "boolean" => ["true", "false"].contains(&value),
        "integer" => value.parse::<i64>().is_ok(),
        "array" => true,
        "string" if !facts.values.is_empty() => facts.values.iter().any(|one| one == value),
        "string" if facts.format == "uri" && !value.is_empty() => reqwest::Url::parse(value).is_ok(),
        "string" => true,
        _ => false,
    }
}
