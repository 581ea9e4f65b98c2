//! From a row of an answer to a row of evidence: only what the catalogue names, only as it says.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use super::raw_row::{Place, RawRow, ReduceError};
use super::studio;
use crate::catalogue::{Answer, Column, Derivation, KINDS, Keep, Kind, Origin, Paging, TWILIO_ACCOUNT};
use crate::evidence::{Row, Value};
use crate::model::{AccountSid, Region};
use crate::redact;
use crate::twilio::{PageError, parse_page};

/// Makes hashes comparable within one scan and worthless outside of it. It is never stored.
#[derive(Clone)]
pub struct Salt([u8; 32]);

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(***)")
    }
}

impl Salt {
    /// A new salt from the operating system.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt)?;
        Ok(Self(salt))
    }

    fn hash(&self, text: &str) -> String {
        let digest = Sha256::new().chain_update(self.0).chain_update(text).finalize();
        digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Reduces one row.
pub(super) fn reduce(kind: &Kind, place: &Place, raw: &RawRow<'_>, salt: &Salt) -> Result<Row, ReduceError> {
    refuse_another_account(kind, place, raw)?;
    let link = match kind.link {
        Some(field) => not_empty(raw.text(field)?),
        None => None,
    };
    Ok(Row {
        account: place.account.clone(),
        parent: place.parent.clone(),
        sid: identity(kind, place, raw)?,
        link,
        values: kind.columns.iter().map(|column| keep(column, raw, salt)).collect::<Result<_, _>>()?,
    })
}

/// What a row goes by: its identifying fields, joined by full stops.
fn identity(kind: &Kind, place: &Place, raw: &RawRow<'_>) -> Result<String, ReduceError> {
    if kind.identity.is_empty() {
        let listed_under = if place.parent.is_empty() { place.account.as_str() } else { &place.parent };
        return Ok(listed_under.to_owned());
    }
    let part = |field: &'static str| {
        let text = not_empty(raw.text(field)?).ok_or(ReduceError::NoIdentity(field))?;
        if is_identity(&text) { Ok(text) } else { Err(ReduceError::Unreadable(field.to_owned())) }
    };
    let parts: Vec<String> = kind.identity.iter().map(|field| part(field)).collect::<Result<_, _>>()?;
    Ok(parts.join("."))
}

/// SIDs, categories, country codes and event types; nothing that a person typed.
fn is_identity(text: &str) -> bool {
    text.len() <= 100 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+".contains(&b))
}

/// A credential that does not reach an account is often answered with its own account's resources.
fn refuse_another_account(kind: &Kind, place: &Place, raw: &RawRow<'_>) -> Result<(), ReduceError> {
    if kind.endpoint().is_some_and(|endpoint| endpoint.by_organization) {
        // The Organization's lists are about accounts; they belong to none.
        return Ok(());
    }
    let field = if kind.name == TWILIO_ACCOUNT.name { "sid" } else { "account_sid" };
    match raw.text(field)? {
        Some(other) if other != place.account.as_str() => Err(ReduceError::AnotherAccount),
        _ => Ok(()),
    }
}

/// The rows that are taken out of another kind's row: kind by kind, in the order of the catalogue.
pub(super) fn derive(
    from: &Kind,
    row: &Row,
    raw: &RawRow<'_>,
    salt: &Salt,
) -> Result<Vec<(&'static Kind, Vec<Row>)>, ReduceError> {
    let place = Place { account: row.account.clone(), parent: row.sid.clone() };
    let mut derived = Vec::new();
    for kind in KINDS.iter().copied() {
        let rows = match kind.origin {
            Origin::Derived { from: name, by } if name == from.name => match by {
                Derivation::Each(path) => explode(kind, path, &place, raw, salt)?,
                Derivation::StudioWidgets => studio::widgets(&place, raw.at("definition")?)?,
                Derivation::StudioUrls => studio::urls(&place, raw.at("definition")?)?,
            },
            _ => continue,
        };
        derived.push((kind, rows));
    }
    Ok(derived)
}

fn explode(
    kind: &Kind,
    path: &'static str,
    place: &Place,
    raw: &RawRow<'_>,
    salt: &Salt,
) -> Result<Vec<Row>, ReduceError> {
    let list = raw.at(path)?.ok_or(ReduceError::Lacking(path))?;
    let items: Vec<&RawValue> =
        serde_json::from_str(list).map_err(|_| ReduceError::Unreadable(path.to_owned()))?;
    items.into_iter().map(|item| reduce(kind, place, &RawRow::read(item.get())?, salt)).collect()
}

fn keep(column: &Column, raw: &RawRow<'_>, salt: &Salt) -> Result<Value, ReduceError> {
    if column.always_said && raw.lacks(column.path) {
        return Err(ReduceError::Lacking(column.path));
    }
    let text = || raw.text(column.path);
    let kept: Option<String> = match column.keep {
        Keep::Bool => return readable(column, text()?, yes_or_no),
        Keep::Present => return Ok(Value::Integer(i64::from(is_present(raw.at(column.path)?)))),
        Keep::Int => return readable(column, text()?, |text| text.trim().parse().ok().map(Value::Integer)),
        Keep::Real => return readable(column, text()?, |text| number(text).map(Value::Real)),
        Keep::Text => text()?.map(|text| redact::label::plain(&text)),
        Keep::Label => text()?.map(|text| redact::label::keep(&text)),
        Keep::Time => text()?.and_then(|text| time(&text)),
        Keep::Url => not_empty(text()?).map(|text| redact::url::redact(&text)),
        Keep::Host => not_empty(text()?).and_then(|text| redact::url::parts(&text)?.host),
        Keep::Masked => not_empty(text()?).map(|text| redact::phone::masked(&text)),
        Keep::Country => not_empty(text()?).and_then(|text| redact::phone::country(&text).map(str::to_owned)),
        Keep::Scheme => text()?.and_then(|text| scheme(&text)),
        Keep::TollFree => {
            return Ok(text()?
                .and_then(|text| is_toll_free(&text))
                .map_or(Value::Null, |yes| Value::Integer(yes.into())));
        }
        Keep::Hashed => not_empty(text()?).map(|text| salt.hash(&text.to_lowercase())),
        Keep::Shape => Some(redact::secret::shape(&text()?.unwrap_or_default())),
        Keep::Json => raw.at(column.path)?.and_then(list_of_words),
        Keep::Count => return raw.at(column.path)?.map_or(Ok(Value::Null), |list| count(column, list)),
        Keep::Names => raw.at(column.path)?.map(|object| names(column, object)).transpose()?,
        Keep::QueryNames => not_empty(text()?).and_then(|text| query_names(&text)),
        Keep::MailDomain => not_empty(text()?).and_then(|text| mail_domain(&text)),
    };
    Ok(kept.map_or(Value::Null, Value::Text))
}

fn not_empty(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

/// A value that must be what its column says, or absent: what is there and cannot be read must not count as
/// nothing.
fn readable(
    column: &Column,
    text: Option<String>,
    read: impl Fn(&str) -> Option<Value>,
) -> Result<Value, ReduceError> {
    match not_empty(text) {
        None => Ok(Value::Null),
        Some(text) => read(&text).ok_or_else(|| ReduceError::Unreadable(column.path.to_owned())),
    }
}

fn yes_or_no(text: &str) -> Option<Value> {
    match text {
        "true" => Some(Value::Integer(1)),
        "false" => Some(Value::Integer(0)),
        _ => None,
    }
}

fn is_present(raw: Option<&str>) -> bool {
    raw.is_some_and(|raw| !matches!(raw, "\"\"" | "{}" | "[]"))
}

/// What stands before the first colon, if it is built like the scheme of a URI: free text is not kept.
fn scheme(text: &str) -> Option<String> {
    let (scheme, _) = text.trim_start().split_once(':')?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte);
    let is_name = scheme.len() <= 32
        && scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(is_plain);
    is_name.then(|| scheme.to_ascii_lowercase())
}

/// Toll-free area codes of the North American plan, as of 2026-11 (NANPA).
const TOLL_FREE: [&str; 7] = ["800", "833", "844", "855", "866", "877", "888"];

/// Whether a number is toll-free; none where it is no E.164 number.
fn is_toll_free(number: &str) -> Option<bool> {
    let digits = number.strip_prefix('+')?;
    let is_e164 = (7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let national = digits.strip_prefix('1').filter(|rest| rest.len() == 10);
    is_e164.then(|| national.is_some_and(|rest| TOLL_FREE.iter().any(|area| rest.starts_with(area))))
}

/// A number as Twilio writes it, now and then as text. Not-a-number and infinity are none.
fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok().filter(|number: &f64| number.is_finite())
}

/// A list of texts, in a fixed order: Twilio's order is not stable. Anything else is not kept.
fn list_of_words(raw: &str) -> Option<String> {
    let mut words: Vec<String> = serde_json::from_str(raw).ok()?;
    for word in &mut words {
        *word = redact::label::plain(word);
    }
    words.sort();
    serde_json::to_string(&words).ok()
}

fn count(column: &Column, list: &str) -> Result<Value, ReduceError> {
    let items: Vec<&RawValue> =
        serde_json::from_str(list).map_err(|_| ReduceError::Unreadable(column.path.to_owned()))?;
    Ok(Value::Integer(i64::try_from(items.len()).unwrap_or(i64::MAX)))
}

/// The names of an object's members, in alphabetical order; what they hold is skipped by the parser.
fn names(column: &Column, object: &str) -> Result<String, ReduceError> {
    let members: BTreeMap<String, &RawValue> =
        serde_json::from_str(object).map_err(|_| ReduceError::Unreadable(column.path.to_owned()))?;
    let names: Vec<String> = members.keys().map(|name| redact::label::keep(name)).collect();
    Ok(serde_json::Value::from(names).to_string())
}

/// The names of a URL's query parameters, in alphabetical order.
fn query_names(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    let names: BTreeSet<String> = url.query_pairs().map(|(name, _)| redact::label::keep(&name)).collect();
    Some(serde_json::Value::from_iter(names).to_string())
}

/// What stands behind the last `@`, if it is built like a domain.
fn mail_domain(text: &str) -> Option<String> {
    let (_, domain) = text.trim().rsplit_once('@')?;
    let is_domain = !domain.is_empty()
        && domain.len() <= 253
        && domain.bytes().all(|b| b.is_ascii_alphanumeric() || b".-".contains(&b));
    is_domain.then(|| domain.to_ascii_lowercase())
}

/// Times come as RFC 2822 from the 2010 API and the key list, as ISO 8601 elsewhere, now and then
/// without an offset. What cannot be read is null: a strange date must not lose the row.
fn time(text: &str) -> Option<String> {
    let timestamp = text
        .parse::<Timestamp>()
        .ok()
        .or_else(|| {
            jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok()
        })
        .or_else(|| {
            let unzoned: jiff::civil::DateTime = text.parse().ok()?;
            unzoned.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
        })?;
    Some(timestamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// Parses one whole answer of a kind's endpoint, as a scan would. For tests that hold real answers.
///
/// # Errors
///
/// When the answer cannot be used.
pub fn rows_of_answer(
    kind: &'static Kind,
    account: &AccountSid,
    parent: &str,
    body: &[u8],
    salt: &Salt,
) -> Result<Vec<(&'static Kind, Vec<Row>)>, ReduceError> {
    let Some(endpoint) = kind.endpoint() else { return Ok(Vec::new()) };
    let place = Place { account: account.clone(), parent: parent.to_owned() };
    let text = std::str::from_utf8(body).map_err(|_| PageError::NotAnObject)?;
    let raw_rows = match endpoint.answer {
        Answer::Single => vec![text],
        // Where the next page is does not matter here: an answer from elsewhere has links from elsewhere.
        Answer::List { key, .. } => {
            let url =
                url::Url::parse(&format!("https://{}{}", endpoint.host.name(Region::Us1), endpoint.path))
                    .map_err(|_| PageError::UnreadableLink)?;
            parse_page(body, &url, (key, Paging::None, 0))?.rows.into_iter().map(RawValue::get).collect()
        }
    };
    let mut all = vec![(kind, Vec::new())];
    for raw in raw_rows {
        let raw = RawRow::read(raw)?;
        let row = reduce(kind, &place, &raw, salt)?;
        all.extend(derive(kind, &row, &raw, salt)?);
        all[0].1.push(row);
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::{is_toll_free, scheme};

    #[test]
    fn the_channel_of_an_address_is_its_prefix_and_nothing_of_a_person() {
        for (text, expected) in [
            ("whatsapp:+12025550123", Some("whatsapp")),
            ("RCS:clinic_agent", Some("rcs")),
            ("messenger:1045:6", Some("messenger")),
            ("+12025550123", None),
            ("clinic", None),
            (":clinic", None),
            ("Jane Example: reminders", None),
            ("", None),
        ] {
            assert_eq!(scheme(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn toll_free_numbers_are_told_by_their_area() {
        for (number, expected) in [
            ("+18335550144", Some(true)),
            ("+18005550144", Some(true)),
            ("+18325550144", Some(false)),
            ("+12025550144", Some(false)),
            ("+448005550144", Some(false)),
            ("+1833", None),
            ("18335550144", None),
            ("", None),
        ] {
            assert_eq!(is_toll_free(number), expected, "{number}");
        }
    }
}
