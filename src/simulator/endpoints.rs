//! What is served where: the table of `endpoints.json` and how a path finds its line in it.
//!
//! Knows paths, not accounts or rows.

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::page::Paging;

/// One line of the table.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Endpoint {
    /// Host label and path, without the account's prefix. `{service_sid}` stands for a parent's
    /// SID, which the rows repeat in a field of that name.
    pub(super) path: String,
    /// The array in a list's answer. Absent: a single object.
    pub(super) key: Option<String>,
    /// The letters that SIDs of rows begin with.
    #[serde(default)]
    pub(super) prefix: String,
    /// The field that identifies a row.
    #[serde(default = "sid")]
    pub(super) identity: String,
    #[serde(default = "max_page")]
    pub(super) max_page: usize,
    /// How its list is paged, where that is not its host's way.
    paging: Option<Paging>,
    /// The permission that a restricted key needs for the list, or for the single object.
    pub(super) list: Option<String>,
    /// The permission that a restricted key needs for one row.
    pub(super) read: Option<String>,
    /// Refused to standard keys.
    #[serde(default)]
    pub(super) management: bool,
    /// Whether one row can be fetched.
    #[serde(default = "yes")]
    pub(super) fetch: bool,
    /// Rows without dates, `account_sid` and link.
    #[serde(default)]
    pub(super) bare: bool,
    /// Fields that its rows do not have, though most rows do: `account_sid` for one.
    #[serde(default)]
    pub(super) without: Vec<String>,
    /// Fields that the list leaves out.
    #[serde(default)]
    pub(super) list_omits: Vec<String>,
    /// Fields that are null in the list.
    #[serde(default)]
    pub(super) list_nulls: Vec<String>,
    /// Fields that a fetched row leaves out.
    #[serde(default)]
    pub(super) fetch_omits: Vec<String>,
    /// Query parameters without which the answer is 400.
    #[serde(default)]
    pub(super) requires: Vec<String>,
    /// Answered for a single object that the estate does not have; without it, 404.
    #[serde(default)]
    pub(super) always: bool,
    /// The fields of a row that the estate does not write.
    #[serde(default)]
    pub(super) defaults: Map<String, Value>,
}

fn sid() -> String {
    "sid".into()
}

const fn max_page() -> usize {
    1000
}

const fn yes() -> bool {
    true
}

/// What of an endpoint a path asks for.
pub(super) struct Found {
    pub(super) endpoint: &'static Endpoint,
    /// The values of the placeholders, in order.
    pub(super) parents: Vec<String>,
    /// The row that is asked for; none for the list or the single object.
    pub(super) row: Option<String>,
}

static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    // The file is part of the program; that it can be read is a test's business.
    serde_json::from_str(include_str!("endpoints.json")).unwrap_or_default()
});

/// The endpoint at a host and path without the account's prefix: `messaging/v1/Services/MG…`.
pub(super) fn find(path: &str) -> Option<Found> {
    let segments: Vec<&str> = path.split('/').collect();
    // A literal path comes before a row of the list above it.
    let exact = ENDPOINTS
        .iter()
        .filter_map(|endpoint| Some((endpoint, matches(&endpoint.path, &segments)?)))
        .map(|(endpoint, parents)| Found { endpoint, parents, row: None });
    let (last, above) = segments.split_last()?;
    let rows = ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.key.is_some() && endpoint.fetch)
        .filter_map(|endpoint| Some((endpoint, matches(&endpoint.path, above)?)))
        .map(|(endpoint, parents)| Found { endpoint, parents, row: Some((*last).to_owned()) });
    exact.chain(rows).next()
}

/// Every endpoint.
pub(super) fn all() -> impl Iterator<Item = &'static Endpoint> {
    ENDPOINTS.iter()
}

/// The endpoint whose template is this one, placeholders without their names.
pub(super) fn by_template(template: &str) -> Option<&'static Endpoint> {
    ENDPOINTS.iter().find(|endpoint| nameless(&endpoint.path) == template)
}

/// The values of a template's placeholders in a path, if it is one of that template.
pub(super) fn matches(template: &str, segments: &[&str]) -> Option<Vec<String>> {
    let mut parents = Vec::new();
    let mut given = segments.iter();
    for expected in template.split('/') {
        let actual = given.next()?;
        if expected.starts_with('{') {
            parents.push((*actual).to_owned());
        } else if expected != *actual {
            return None;
        }
    }
    given.next().is_none().then_some(parents)
}

/// A template with every placeholder written `{}`.
pub(super) fn nameless(template: &str) -> String {
    let segments: Vec<&str> =
        template.split('/').map(|segment| if segment.starts_with('{') { "{}" } else { segment }).collect();
    segments.join("/")
}

impl Endpoint {
    pub(super) fn paging(&self) -> Paging {
        let of_host = if self.path.starts_with("api/") { Paging::Uri } else { Paging::Meta };
        self.paging.unwrap_or(of_host)
    }

    /// The runs of literal segments between the placeholders: the keys under which an estate keeps the
    /// list, its parent's list, and so on, outermost first.
    pub(super) fn runs(&self) -> Vec<String> {
        let mut runs = vec![Vec::new()];
        for segment in self.path.split('/') {
            if segment.starts_with('{') {
                runs.push(Vec::new());
            } else if let Some(run) = runs.last_mut() {
                run.push(segment);
            }
        }
        runs.into_iter().map(|run| run.join("/")).collect()
    }

    /// The names of the placeholders, in order.
    pub(super) fn parent_fields(&self) -> impl Iterator<Item = &str> {
        self.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_can_be_read() {
        let read: Result<Vec<Endpoint>, _> = serde_json::from_str(include_str!("endpoints.json"));
        assert!(read.is_ok_and(|all| all.len() > 50));
    }

    #[test]
    fn a_path_finds_the_list_the_row_and_what_is_below() {
        let found = |path| find(path).map(|f| (f.endpoint.path.clone(), f.parents, f.row));
        assert_eq!(
            found("messaging/v1/Services/MG1/PhoneNumbers"),
            Some(("messaging/v1/Services/{service_sid}/PhoneNumbers".into(), vec!["MG1".into()], None))
        );
        assert_eq!(
            found("messaging/v1/Services/MG1"),
            Some(("messaging/v1/Services".into(), vec![], Some("MG1".into())))
        );
        assert!(found("messaging/v1/services").is_none(), "paths are case sensitive");
    }
}
