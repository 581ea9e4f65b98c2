//! One page of a list: its rows, and where the next page is. Pure.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use crate::catalogue::Paging;

/// One page: the rows as they came, unparsed, and the next page's URL.
#[derive(Debug)]
pub struct Page<'a> {
    /// The rows. Nothing in them has been made into a value yet.
    pub rows: Vec<&'a RawValue>,
    /// Where the next page is; an empty page may have one.
    pub next: Option<Url>,
}

/// A page that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// Not JSON, or not an object.
    #[error("the answer is no JSON object")]
    NotAnObject,
    /// The list is not there.
    #[error("the answer holds no list `{0}`")]
    NoList(String),
    /// The link to the next page leads to another host or scheme.
    #[error("the link to the next page leads elsewhere, to {0}: not followed")]
    ForeignLink(String),
    /// The link to the next page is no URL.
    #[error("the link to the next page cannot be read")]
    UnreadableLink,
}

#[derive(Debug, Default, Deserialize)]
struct Meta {
    key: Option<String>,
    next_page_url: Option<String>,
    #[serde(rename = "nextToken")]
    next_token_camel: Option<String>,
    next_token: Option<String>,
}

/// Reads a page that was fetched from `url`. The list is the one that `meta.key` names, else `key`,
/// else the only list of the answer.
///
/// # Errors
///
/// When the answer is malformed, or its link to the next page must not be followed.
pub fn parse_page<'a>(body: &'a [u8], url: &Url, key: &str, paging: Paging) -> Result<Page<'a>, PageError> {
    let fields: HashMap<String, &RawValue> =
        serde_json::from_slice(body).map_err(|_| PageError::NotAnObject)?;
    let meta: Meta =
        fields.get("meta").and_then(|meta| serde_json::from_str(meta.get()).ok()).unwrap_or_default();
    let rows = rows(&fields, meta.key.as_deref(), key)?;
    let next = match paging {
        Paging::None => None,
        Paging::Uri => follow(url, text(&fields, "next_page_uri"))?,
        Paging::Meta => follow(url, meta.next_page_url)?,
        Paging::Token => meta.next_token_camel.filter(not_empty).map(|token| with(url, "pageToken", &token)),
        Paging::SnakeToken => meta.next_token.filter(not_empty).map(|token| with(url, "Token", &token)),
        Paging::Number => (text(&fields, "has_next").as_deref() == Some("true"))
            .then(|| with(url, "Page", &(number(url, "Page", 0) + 1).to_string())),
        Paging::Scim => next_scim(url, &fields, rows.len()),
    };
    Ok(Page { rows, next })
}

fn rows<'a>(
    fields: &HashMap<String, &'a RawValue>,
    meta_key: Option<&str>,
    key: &str,
) -> Result<Vec<&'a RawValue>, PageError> {
    let list =
        |name: &str| fields.get(name).and_then(|raw| serde_json::from_str::<Vec<&RawValue>>(raw.get()).ok());
    if let Some(rows) = meta_key.and_then(list).or_else(|| list(key)) {
        return Ok(rows);
    }
    let mut lists = fields.keys().filter_map(|name| list(name));
    match (lists.next(), lists.next()) {
        (Some(only), None) => Ok(only),
        _ => Err(PageError::NoList(key.to_owned())),
    }
}

/// A link is followed only where the credential may go: to the host and scheme it was sent to.
fn follow(url: &Url, link: Option<String>) -> Result<Option<Url>, PageError> {
    let Some(link) = link.filter(not_empty) else { return Ok(None) };
    let next = url.join(&link).map_err(|_| PageError::UnreadableLink)?;
    let origin = |url: &Url| (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port());
    if origin(&next) != origin(url) || !next.username().is_empty() || next.password().is_some() {
        return Err(PageError::ForeignLink(next.host_str().unwrap_or("another scheme").to_owned()));
    }
    Ok(Some(next))
}

fn next_scim(url: &Url, fields: &HashMap<String, &RawValue>, rows: usize) -> Option<Url> {
    let total: usize = text(fields, "totalResults")?.parse().ok()?;
    let start = number(url, "startIndex", 1);
    let next = start + rows;
    (rows > 0 && next <= total).then(|| with(url, "startIndex", &next.to_string()))
}

/// The same URL with one query parameter replaced.
fn with(url: &Url, name: &str, value: &str) -> Url {
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(other, _)| other != name)
        .map(|(n, v)| (n.into_owned(), v.into_owned()))
        .collect();
    let mut next = url.clone();
    next.query_pairs_mut().clear().extend_pairs(kept).append_pair(name, value);
    next
}

fn number(url: &Url, name: &str, default: usize) -> usize {
    url.query_pairs()
        .find(|(other, _)| other == name)
        .and_then(|(_, value)| value.parse().ok())
        .unwrap_or(default)
}

/// A field as text: strings without their quotes, null as nothing, everything else as written.
fn text(fields: &HashMap<String, &RawValue>, name: &str) -> Option<String> {
    let raw = fields.get(name)?.get();
    match serde_json::from_str::<Option<String>>(raw) {
        Ok(text) => text,
        Err(_) => Some(raw.to_owned()),
    }
}

#[expect(clippy::ptr_arg, reason = "the shape that Option::filter asks for")]
fn not_empty(text: &String) -> bool {
    !text.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://api.twilio.com/2010-04-01/Accounts/AC1/Keys.json?PageSize=2";

    fn next(body: &str, paging: Paging) -> Result<Option<String>, PageError> {
        let url = Url::parse(URL).unwrap();
        parse_page(body.as_bytes(), &url, "keys", paging).map(|page| page.next.map(String::from))
    }

    #[test]
    fn each_style_names_its_next_page() {
        let base = "https://api.twilio.com/2010-04-01/Accounts/AC1/Keys.json?PageSize=2";
        let cases = [
            (
                Paging::Uri,
                r#"{"keys":[],"next_page_uri":"/x?Page=1"}"#,
                Some("https://api.twilio.com/x?Page=1"),
            ),
            (Paging::Uri, r#"{"keys":[],"next_page_uri":null}"#, None),
            (Paging::Uri, r#"{"keys":[],"next_page_uri":""}"#, None),
            (Paging::Uri, r#"{"keys":[]}"#, None),
            (
                Paging::Meta,
                r#"{"keys":[],"meta":{"key":"keys","next_page_url":"https://api.twilio.com/y"}}"#,
                Some("https://api.twilio.com/y"),
            ),
            (Paging::Meta, r#"{"keys":[],"meta":{"key":"keys","next_page_url":null}}"#, None),
            (Paging::Token, r#"{"keys":[],"meta":{"nextToken":"t"}}"#, Some(&format!("{base}&pageToken=t"))),
            (
                Paging::SnakeToken,
                r#"{"keys":[],"meta":{"next_token":"t"}}"#,
                Some(&format!("{base}&Token=t")),
            ),
            (Paging::Number, r#"{"keys":[],"has_next":true}"#, Some(&format!("{base}&Page=1"))),
            (Paging::Number, r#"{"keys":[],"has_next":false}"#, None),
            (Paging::Scim, r#"{"keys":[1,2],"totalResults":5}"#, Some(&format!("{base}&startIndex=3"))),
            (Paging::Scim, r#"{"keys":[1,2],"totalResults":2}"#, None),
            (Paging::None, r#"{"keys":[],"next_page_uri":"/x"}"#, None),
        ];
        for (paging, body, expected) in cases {
            assert_eq!(next(body, paging).unwrap().as_deref(), expected, "{paging:?} {body}");
        }
    }

    #[test]
    fn links_never_leave_the_host() {
        for link in [
            "https://evil.example/x",
            "//evil.example/x",
            "http://api.twilio.com/x",
            "https://api.twilio.com:444/x",
            "https://api.twilio.com@evil.example/x",
            "https://u:p@api.twilio.com/x",
            "file:///etc/passwd",
        ] {
            let body = format!(r#"{{"keys":[],"next_page_uri":"{link}"}}"#);
            assert!(matches!(next(&body, Paging::Uri), Err(PageError::ForeignLink(_))), "{link}");
        }
    }

    #[test]
    fn the_list_is_found_by_meta_key_by_name_or_by_being_the_only_one() {
        let url = Url::parse(URL).unwrap();
        let rows =
            |body: &str| parse_page(body.as_bytes(), &url, "keys", Paging::Meta).map(|page| page.rows.len());
        assert_eq!(rows(r#"{"meta":{"key":"items"},"items":[1],"keys":[]}"#), Ok(1));
        assert_eq!(rows(r#"{"keys":[1,2],"other":[]}"#), Ok(2));
        assert_eq!(rows(r#"{"renamed":[1,2,3]}"#), Ok(3));
        assert_eq!(rows(r#"{"a":[],"b":[]}"#), Err(PageError::NoList("keys".to_owned())));
        assert_eq!(rows(r#"{"keys":{}}"#), Err(PageError::NoList("keys".to_owned())));
        assert_eq!(rows("<html>"), Err(PageError::NotAnObject));
        assert_eq!(rows(r#"{"keys":[1,"#), Err(PageError::NotAnObject));
    }
}
