//! The SQL functions of checks and views: what SQL is bad at, done once.
//!
//! Each takes texts and answers a text, a number, or NULL for "cannot say". NULL in gives NULL out,
//! so that what was not read stays unread. They know no table.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

use jiff::Timestamp;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result, ToSql};

use super::data;
use crate::redact::{label, words};

mod change_windows;
mod dates;
pub(super) mod hosts;
mod networks;
mod permissions;
mod urls;

pub use permissions::matches as permission_matches;

/// The same arguments give the same answer, and no function touches anything outside.
const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// The names of all of them.
#[rustfmt::skip]
pub(crate) const NAMES: &[&str] = &[
    "clinical_word", "days_since", "days_until", "has_word", "health_word", "host_class", "host_matches",
    "in_change_window", "ip_in", "label_mask_class", "label_pattern", "label_strength", "period_days",
    "permission_covered", "permission_is_known_form", "permission_matches", "permission_risk", "sip_uses_tls",
    "url_canonical", "url_fragment", "url_has_userinfo", "url_host", "url_path", "url_scheme", "url_secret",
    "usage_product", "verdict", "words_match",
];

/// Registers all functions on a connection. `now` is the time that ages are counted from: the start
/// of the scan, so that an evaluation next year gives the same answer.
pub fn register(connection: &Connection, now: Timestamp) -> Result<()> {
    connection.create_scalar_function("verdict", 1, FLAGS, verdict)?;

    let since = move |text: &str| dates::days_since(text, now);
    let until = move |text: &str| dates::days_until(text, now);
    one(connection, "days_since", since)?;
    one(connection, "days_until", until)?;

    one(connection, "url_scheme", urls::scheme)?;
    one(connection, "url_host", urls::host)?;
    one(connection, "url_path", urls::path)?;
    one(connection, "url_canonical", urls::canonical)?;
    one(connection, "url_has_userinfo", urls::has_userinfo)?;
    one(connection, "url_secret", urls::secret)?;
    one(connection, "url_fragment", urls::fragment)?;
    one(connection, "sip_uses_tls", urls::sip_uses_tls)?;
    one(connection, "host_class", hosts::class)?;
    two(connection, "host_matches", |host, pattern| Some(hosts::matches(host, pattern)))?;

    two(connection, "ip_in", networks::holds)?;
    two(connection, "in_change_window", change_windows::holds)?;
    one(connection, "period_days", dates::period_days)?;

    two(connection, "permission_matches", |granted, asked| Some(permissions::matches(granted, asked)))?;
    two(connection, "permission_covered", permissions::covered)?;
    one(connection, "permission_risk", permissions::risk)?;
    one(connection, "permission_is_known_form", |text| Some(permissions::is_known_form(text)))?;

    one(connection, "label_pattern", label::pattern)?;
    one(connection, "label_mask_class", |kept| label::masked_class(kept).map(str::to_owned))?;
    one(connection, "label_strength", |class| Some(label_strength(class)))?;
    one(connection, "health_word", words::health)?;
    one(connection, "clinical_word", words::clinical)?;
    two(connection, "has_word", |text, word| Some(words::has(text, word)))?;
    two(connection, "words_match", first_word)?;

    one(connection, "usage_product", |category| Some(data::usage_product(category)))
}

/// Answers that a function remembers at most, and the longest text in bytes whose answer it remembers. Checks ask the
/// same of the same few texts, account by account.
const REMEMBERED: usize = 10_000;
const LONGEST_REMEMBERED: usize = 500;

/// A function of one text.
fn one<T: ToSql + Clone + Send + 'static>(
    connection: &Connection,
    name: &str,
    function: impl Fn(&str) -> Option<T> + Send + 'static,
) -> Result<()> {
    let answers: RefCell<HashMap<String, Option<T>>> = RefCell::default();
    connection.create_scalar_function(name, 1, FLAGS, move |context| {
        let Some(text) = text(context, 0)? else { return Ok(None) };
        let mut answers = answers.borrow_mut();
        if let Some(answer) = answers.get(&*text) {
            return Ok(answer.clone());
        }
        let answer = function(&text);
        if answers.len() >= REMEMBERED {
            answers.clear();
        }
        if text.len() <= LONGEST_REMEMBERED {
            answers.insert(text.into_owned(), answer.clone());
        }
        Ok(answer)
    })
}

/// Two texts are compared word by word at most: the product of their lengths, in bytes, bounds what that takes. The longest
/// lists that Twilio knows, of some hundred permissions, take a hundredth of it.
const MOST_COMPARED: usize = 1 << 30;

/// A function of two texts.
fn two<T: ToSql + 'static>(
    connection: &Connection,
    name: &str,
    function: impl Fn(&str, &str) -> Option<T> + Send + 'static,
) -> Result<()> {
    connection.create_scalar_function(name, 2, FLAGS, move |context| {
        let Some((first, second)) = text(context, 0)?.zip(text(context, 1)?) else { return Ok(None) };
        if first.len().saturating_mul(second.len()) > MOST_COMPARED {
            return Err(Error::UserFunctionError("its two texts are too long to be compared".into()));
        }
        Ok(function(&first, &second))
    })
}

fn text<'c>(context: &'c Context<'_>, index: usize) -> Result<Option<Cow<'c, str>>> {
    match context.get_raw(index) {
        ValueRef::Null => Ok(None),
        value @ ValueRef::Text(_) => Ok(Some(Cow::Borrowed(value.as_str()?))),
        ValueRef::Integer(number) => Ok(Some(Cow::Owned(number.to_string()))),
        ValueRef::Real(_) | ValueRef::Blob(_) => Err(wrong(index, "expected a text")),
    }
}

fn verdict(context: &Context<'_>) -> Result<Option<&'static str>> {
    let holds = match context.get_raw(0) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(number) => number != 0,
        ValueRef::Real(number) => number != 0.0,
        // A text would count as 0, and a check that passes one would fail everything.
        ValueRef::Text(_) | ValueRef::Blob(_) => return Err(wrong(0, "verdict() expects a condition")),
    };
    Ok(Some(if holds { "pass" } else { "fail" }))
}

fn wrong(index: usize, message: &str) -> Error {
    Error::UserFunctionError(format!("argument {}: {message}", index + 1).into())
}

fn label_strength(class: &str) -> &'static str {
    match label::strength(class) {
        label::Strength::Strong => "strong",
        label::Strength::Weak => "weak",
    }
}

/// The first word of a JSON list that a text has.
fn first_word(text: &str, json: &str) -> Option<String> {
    let words: Vec<String> = serde_json::from_str(json).ok()?;
    words.into_iter().find(|word| words::has(text, word))
}

#[cfg(test)]
mod tests;
