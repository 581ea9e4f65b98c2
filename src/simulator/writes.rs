//! What may be written where: the table of `writes.json` and how a request finds its line in it.
//!
//! The table is made from Twilio's OpenAPI files: `UPDATE_WRITES=1 cargo test --test conformance_writes` writes it
//! anew. It holds the paths that `endpoints.json` serves, their rows, and a few that can only be written. Knows
//! paths and parameters, not accounts or rows.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::access::Refusal;
use super::endpoints;

/// One line of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Operation {
    /// `POST`, `PUT`, `PATCH` or `DELETE`.
    pub(super) method: String,
    /// Host label and path, without the account's prefix; placeholders as Twilio's file names them.
    pub(super) path: String,
    /// What a success is answered with.
    pub(super) status: u16,
    /// Whether the body is a JSON object instead of a form.
    #[serde(default)]
    pub(super) json: bool,
    #[serde(default)]
    pub(super) parameters: BTreeMap<String, Kind>,
    #[serde(default)]
    pub(super) required: Vec<String>,
    /// Parameters that no field of the answer has the name of: secrets, and what is only done once.
    #[serde(default)]
    pub(super) unseen: Vec<String>,
}

/// What a parameter's value may be.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum Kind {
    /// One of these texts.
    OneOf(Vec<String>),
    /// It may be sent several times.
    Many {
        /// Each of them.
        many: Box<Self>,
    },
    /// `string`, `boolean`, `integer`, `number`, `uri`, `json`, `sid`, or `sid PN` for one with that beginning.
    Named(String),
}

static WRITES: LazyLock<Vec<Operation>> = LazyLock::new(|| {
    // The file is part of the program; that it can be read is a test's business.
    serde_json::from_str(include_str!("writes.json")).unwrap_or_default()
});

/// The operation at a host and path without the account's prefix.
pub(super) fn find(method: &str, path: &str) -> Result<&'static Operation, Refusal> {
    let segments: Vec<&str> = path.split('/').collect();
    let here = || WRITES.iter().filter(|operation| endpoints::matches(&operation.path, &segments).is_some());
    // A literal path comes before a row of the list above it.
    let found = here()
        .filter(|operation| operation.method == method)
        .min_by_key(|operation| operation.path.matches('{').count());
    found.ok_or_else(|| match here().next().is_some() || endpoints::find(path).is_some() {
        true => Refusal::not_allowed(method),
        false => Refusal::not_found(path),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        let read: Result<Vec<Operation>, _> = serde_json::from_str(include_str!("writes.json"));
        assert!(read.unwrap().len() > 250);
    }

    #[test]
    fn a_request_finds_its_operation_or_the_reason_why_there_is_none() {
        let found = |method, path| match find(method, path) {
            Ok(operation) => operation.path.clone(),
            Err(refusal) => refusal.status.to_string(),
        };
        assert_eq!(found("POST", "sync/v1/Services/IS1"), "sync/v1/Services/{Sid}");
        assert_eq!(found("PUT", "sync/v1/Services/IS1"), "405");
        assert_eq!(found("DELETE", "api/Usage/Records"), "405");
        assert_eq!(found("POST", "sync/v1/services/IS1"), "404");
    }
}
