//! One page of a list: its rows, and where the next page is. Pure.

use std::cmp::Ordering;

use serde_json::value::RawValue;
use url::Url;

use super::fields::{Fields, MOST_ELEMENTS, Malformed, elements};
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
    /// It says something twice: nobody knows which of the two is meant.
    #[error("the answer says something twice")]
    Twice,
    /// More fields than any answer of Twilio's has.
    #[error("the answer has more fields than any of Twilio's")]
    TooManyFields,
    /// The list is not there.
    #[error("the answer holds no list `{0}`")]
    NoList(String),
    /// Where the next page is cannot be told, so the list might go on.
    #[error("the answer does not say whether there is another page")]
    NoPaging,
    /// More rows than were asked for: nobody knows how many more there are.
    #[error("the answer holds more rows than were asked for")]
    TooManyRows,
    /// The link to the next page leads to another host, scheme or list.
    #[error("the link to the next page leads elsewhere, to {0}: not followed")]
    ForeignLink(String),
    /// The link to the next page is no URL.
    #[error("the link to the next page cannot be read")]
    UnreadableLink,
}

/// Reads a page that was fetched from `url`, of at most `page_size` rows where that is not 0. The list is
/// `key`, or, should Twilio have renamed it, what `meta.key` names.
///
/// # Errors
///
/// When the answer is malformed, or its link to the next page must not be followed.
pub fn parse_page<'a>(
    body: &'a [u8],
    url: &Url,
    (key, paging, page_size): (&str, Paging, u16),
) -> Result<Page<'a>, PageError> {
    if key.is_empty() {
        match elements(body, most_rows(page_size)) {
            Ok(rows) => return bare_list(rows, page_size),
            Err(Malformed::TooMany) => return Err(PageError::TooManyRows),
            Err(Malformed::Other | Malformed::Twice) => {}
        }
    }
    let fields = Fields::read(body)?;
    let meta = match fields.get("meta").map(|meta| Fields::read(meta.as_bytes())) {
        None => None,
        Some(Err(Malformed::Other)) => return Err(PageError::NoPaging),
        Some(meta) => Some(meta?),
    };
    let in_meta = |name: &str| meta.as_ref().ok_or(PageError::NoPaging).and_then(|meta| text(meta, name));
    let meta_key = in_meta("key").ok().flatten();
    let rows = rows(&fields, meta_key.as_deref(), key, most_rows(page_size))?;
    let meta_says = |name: &str| meta.as_ref().is_some_and(|meta| meta.get(name).is_some());
    let says = match paging {
        Paging::Uri => fields.get("next_page_uri").is_some(),
        Paging::Meta => meta_says("next_page_url"),
        Paging::Token => meta_says("nextToken"),
        Paging::SnakeToken => meta_says("next_token"),
        Paging::Number => fields.get("has_next").is_some(),
        // The total is asked for below, and what has no pages says nothing of them.
        Paging::Scim | Paging::None => true,
    };
    // A short page without a link is the last; a full one without a word about the next is not believed. How many rows
    // fill one of unknown size nobody knows: any may.
    let may_be_full = match page_size {
        0 => !rows.is_empty(),
        size => rows.len() == usize::from(size),
    };
    if !says && may_be_full {
        return Err(PageError::NoPaging);
    }
    let next = match paging {
        Paging::None => None,
        Paging::Uri => follow(url, text(&fields, "next_page_uri")?)?,
        Paging::Meta => follow(url, in_meta("next_page_url")?)?,
        Paging::Token => in_meta("nextToken")?.map(|token| with(url, "pageToken", &token)),
        Paging::SnakeToken => in_meta("next_token")?.map(|token| with(url, "Token", &token)),
        Paging::Number => (text(&fields, "has_next")?.as_deref() == Some("true"))
            .then(|| with(url, "Page", &(number(url, "Page", 0) + 1).to_string())),
        Paging::Scim => next_scim(url, &fields, rows.len())?,
    };
    Ok(Page { rows, next })
}

/// A list that is the whole answer, with no word about another page.
fn bare_list(rows: Vec<&RawValue>, page_size: u16) -> Result<Page<'_>, PageError> {
    match rows.len().cmp(&usize::from(page_size)) {
        Ordering::Less => Ok(Page { rows, next: None }),
        Ordering::Equal | Ordering::Greater if page_size == 0 => Ok(Page { rows, next: None }),
        Ordering::Equal => Err(PageError::NoPaging),
        Ordering::Greater => Err(PageError::TooManyRows),
    }
}

/// As many rows as were asked for, or as any list has.
fn most_rows(page_size: u16) -> usize {
    if page_size == 0 { MOST_ELEMENTS } else { page_size.into() }
}

fn rows<'a>(
    fields: &Fields<'a>,
    meta_key: Option<&str>,
    key: &str,
    most: usize,
) -> Result<Vec<&'a RawValue>, PageError> {
    let only_array = || {
        let mut arrays = fields.values().filter(|raw| raw.starts_with('['));
        arrays.next().filter(|_| key.is_empty() && arrays.next().is_none())
    };
    let raw = fields.get(key).or_else(|| fields.get(meta_key?)).or_else(only_array);
    let no_list = || PageError::NoList(key.to_owned());
    elements(raw.ok_or_else(no_list)?.as_bytes(), most).map_err(|malformed| match malformed {
        Malformed::TooMany => PageError::TooManyRows,
        Malformed::Other | Malformed::Twice => no_list(),
    })
}

impl From<Malformed> for PageError {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Other => Self::NotAnObject,
            Malformed::Twice => Self::Twice,
            Malformed::TooMany => Self::TooManyFields,
        }
    }
}

/// A link is followed only where the credential may go, to the host and scheme it was sent to, and only to
/// the same list: an answer must not choose what else is read.
fn follow(url: &Url, link: Option<String>) -> Result<Option<Url>, PageError> {
    let Some(link) = link else { return Ok(None) };
    let next = url.join(&link).map_err(|_| PageError::UnreadableLink)?;
    let place = |url: &Url| {
        (url.scheme().to_owned(), url.host_str().map(str::to_owned), url.port(), url.path().to_owned())
    };
    if place(&next) != place(url) || !next.username().is_empty() || next.password().is_some() {
        return Err(PageError::ForeignLink(next.host_str().unwrap_or("another scheme").to_owned()));
    }
    Ok(Some(next))
}

fn next_scim(url: &Url, fields: &Fields<'_>, rows: usize) -> Result<Option<Url>, PageError> {
    let total = text(fields, "totalResults")?.and_then(|total| total.parse::<usize>().ok());
    let total = total.ok_or(PageError::NoPaging)?;
    let next = number(url, "startIndex", 1) + rows;
    match rows {
        0 if next <= total => Err(PageError::NoPaging),
        _ => Ok((next <= total).then(|| with(url, "startIndex", &next.to_string()))),
    }
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

/// A field as text: strings without their quotes, numbers and yes-no as written; nothing where it is absent,
/// null or empty. A list or an object, or a text that is none, cannot say where the next page is.
fn text(fields: &Fields<'_>, name: &str) -> Result<Option<String>, PageError> {
    let Some(raw) = fields.get(name) else { return Ok(None) };
    match raw.as_bytes().first() {
        Some(b'{' | b'[') | None => Err(PageError::NoPaging),
        Some(b'"') => {
            let text: String = serde_json::from_str(raw).map_err(|_| PageError::NoPaging)?;
            Ok(Some(text).filter(|text| !text.is_empty()))
        }
        Some(_) => Ok((raw != "null").then(|| raw.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "https://api.twilio.com/2010-04-01/Accounts/AC1/Keys.json?PageSize=2";

    fn next(body: &str, paging: Paging) -> Result<Option<String>, PageError> {
        next_of(body, paging, 2)
    }

    fn next_of(body: &str, paging: Paging, page_size: u16) -> Result<Option<String>, PageError> {
        let url = Url::parse(URL).unwrap();
        parse_page(body.as_bytes(), &url, ("keys", paging, page_size)).map(|page| page.next.map(String::from))
    }

    #[test]
    fn each_style_names_its_next_page() {
        let base = "https://api.twilio.com/2010-04-01/Accounts/AC1/Keys.json?PageSize=2";
        let cases = [
            (
                Paging::Uri,
                r#"{"keys":[],"next_page_uri":"/2010-04-01/Accounts/AC1/Keys.json?Page=1"}"#,
                Some("https://api.twilio.com/2010-04-01/Accounts/AC1/Keys.json?Page=1"),
            ),
            (Paging::Uri, r#"{"keys":[],"next_page_uri":null}"#, None),
            (Paging::Uri, r#"{"keys":[],"next_page_uri":""}"#, None),
            (Paging::Uri, r#"{"keys":[]}"#, None),
            (
                Paging::Meta,
                r#"{"keys":[],"meta":{"key":"keys","next_page_url":"https://api.twilio.com/2010-04-01/Accounts/AC1/Keys.json?t=1"}}"#,
                Some("https://api.twilio.com/2010-04-01/Accounts/AC1/Keys.json?t=1"),
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
            (Paging::None, r#"{"keys":[],"next_page_uri":"/2010-04-01/Accounts/AC1/Keys.json?x"}"#, None),
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
            "/2010-04-01/Accounts/AC1/Messages.json",
        ] {
            let body = format!(r#"{{"keys":[],"next_page_uri":"{link}"}}"#);
            assert!(matches!(next(&body, Paging::Uri), Err(PageError::ForeignLink(_))), "{link}");
        }
    }

    #[test]
    fn the_list_goes_by_its_own_name_and_is_never_guessed() {
        let url = Url::parse(URL).unwrap();
        let rows = |body: &str| {
            parse_page(body.as_bytes(), &url, ("keys", Paging::None, 3)).map(|page| page.rows.len())
        };
        let no_list = || Err(PageError::NoList("keys".to_owned()));
        assert_eq!(rows(r#"{"keys":[1,2],"other":[]}"#), Ok(2));
        assert_eq!(rows(r#"{"meta":{"key":"items"},"items":[1]}"#), Ok(1));
        assert_eq!(rows(r#"{"meta":{"key":"warnings"},"warnings":[],"keys":[1,2]}"#), Ok(2));
        assert_eq!(rows(r#"{"code":20500,"errors":[]}"#), no_list());
        assert_eq!(rows(r#"{"keys":null,"errors":[]}"#), no_list());
        assert_eq!(rows(r#"{"keys":{}}"#), no_list());
        assert_eq!(rows(r#"{"keys":[1,2,3,4]}"#), Err(PageError::TooManyRows));
        assert_eq!(rows("<html>"), Err(PageError::NotAnObject));
        assert_eq!(rows(r#"{"keys":[1,"#), Err(PageError::NotAnObject));
    }

    /// Of some lists no source names the key: what is clear is read, what is not is no list.
    #[test]
    fn a_list_of_unknown_name_is_read_only_where_it_is_clear() {
        let url = Url::parse(URL).unwrap();
        let rows = |body: &str| {
            parse_page(body.as_bytes(), &url, ("", Paging::Meta, 3)).map(|page| page.rows.len()).ok()
        };
        assert_eq!(rows("[1,2]"), Some(2));
        assert_eq!(rows("[1,2,3]"), None, "there may be more");
        assert_eq!(rows(r#"{"meta":{"key":"apps","next_page_url":null},"apps":[1],"other":[]}"#), Some(1));
        assert_eq!(rows(r#"{"apps":[1],"meta":{"next_page_url":null}}"#), Some(1));
        assert_eq!(rows(r#"{"apps":[1],"other":[]}"#), None);
        assert_eq!(rows(r#"{"message":"none"}"#), None);
    }

    #[test]
    fn a_full_page_without_a_word_about_the_next_is_not_the_last() {
        let pagings = [Paging::Uri, Paging::Meta, Paging::Token, Paging::SnakeToken, Paging::Number];
        for paging in pagings {
            let silent = |rows: &str| format!(r#"{{"keys":[{rows}],"meta":{{}}}}"#);
            assert_eq!(next_of(&silent("1,2"), paging, 2), Err(PageError::NoPaging), "{paging:?}");
            assert_eq!(next_of(&silent("1"), paging, 2), Ok(None), "{paging:?}: a short one is");
            assert_eq!(next_of(&silent("1"), paging, 0), Err(PageError::NoPaging), "{paging:?}, of any size");
            assert_eq!(next_of(&silent(""), paging, 0), Ok(None), "{paging:?}: nothing is nothing");
        }
        let spoken = r#"{"keys":[1,2],"next_page_uri":null,"has_next":false,
            "meta":{"next_page_url":null,"nextToken":null,"next_token":null}}"#;
        for paging in pagings {
            assert_eq!(next(spoken, paging), Ok(None), "{paging:?}");
        }
    }

    #[test]
    fn a_page_that_does_not_say_whether_there_is_another_is_not_the_last() {
        for body in [
            r#"{"keys":[]}"#,
            r#"{"keys":[],"meta":[]}"#,
            r#"{"keys":[],"meta":{"next_page_url":{}}}"#,
            r#"{"keys":[],"meta":{"next_page_url":"\ud83d"}}"#,
        ] {
            assert_eq!(next(body, Paging::Meta), Err(PageError::NoPaging), "{body}");
        }
        let odd_neighbour =
            r#"{"keys":[],"meta":{"next_token":5,"next_page_url":"/2010-04-01/Accounts/AC1/Keys.json?p"}}"#;
        assert!(next(odd_neighbour, Paging::Meta).unwrap().is_some());
        assert_eq!(next(r#"{"keys":[],"totalResults":5}"#, Paging::Scim), Err(PageError::NoPaging));
    }
}
