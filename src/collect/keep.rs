//! How one field of a row is kept: what of it is let through, by the catalogue's word for it.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::value::RawValue;

use super::raw_row::{RawRow, ReduceError, parts};
use super::reduction::Reduction;
use crate::catalogue::{Column, Keep, Said};
use crate::evidence::Value;
use crate::redact;
use crate::twilio::{self, Fields, Malformed};

/// Reads a column of a row.
pub(super) fn keep(column: &Column, raw: &RawRow<'_>, reduction: &Reduction) -> Result<Value, ReduceError> {
    let must_be_said = match column.said {
        Said::Always => Some(parts(column.path).0),
        Said::AlwaysWithin => Some(column.path),
        Said::Sometimes => None,
    };
    if must_be_said.is_some_and(|path| raw.lacks(path)) {
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
        Keep::Hashed => not_empty(text()?).map(|text| reduction.hash(&text.to_lowercase())),
        Keep::Shape => Some(redact::secret::shape(&text()?.unwrap_or_default())),
        Keep::Json => raw.at(column.path)?.map(|list| list_of_words(column, list)).transpose()?,
        Keep::Count => return raw.at(column.path)?.map_or(Ok(Value::Null), |list| count(column, list)),
        Keep::Names => names(raw.at(column.path))?,
        Keep::OfEach(field) => raw.at(column.path)?.map(|list| of_each(column, field, list)).transpose()?,
        Keep::Variables => text()?.and_then(|text| variables(&text)),
        Keep::QueryNames => not_empty(text()?).and_then(|text| query_names(&text)),
        Keep::MailDomain => not_empty(text()?).and_then(|text| mail_domain(&text)),
        Keep::MailDomains => raw.at(column.path)?.map(|list| mail_domains(column, list)).transpose()?,
        Keep::SharedMailbox => {
            let shared = not_empty(text()?).and_then(|text| is_shared_mailbox(&text));
            return Ok(shared.map_or(Value::Null, |yes| Value::Integer(yes.into())));
        }
        Keep::LabelClass => {
            not_empty(text()?).and_then(|text| redact::label::pattern(&text).map(str::to_owned))
        }
        Keep::OneOf(words) => not_empty(text()?).and_then(|text| {
            words.iter().find(|word| word.eq_ignore_ascii_case(text.trim())).map(|word| (*word).to_owned())
        }),
        Keep::PhiSigns => raw.at(column.path)?.map(|value| phi_signs(value, reduction)).transpose()?,
    };
    Ok(kept.map_or(Value::Null, Value::Text))
}

/// A text, unless there is nothing in it.
pub(super) fn not_empty(text: Option<String>) -> Option<String> {
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

/// The texts of a list. Anything else is an error: taken for absent, it would look like a list that says nothing.
fn texts(column: &Column, list: &str) -> Result<Vec<String>, ReduceError> {
    serde_json::from_str(list).map_err(|_| ReduceError::Unreadable(column.path.to_owned()))
}

/// A list of texts, in a fixed order: Twilio's order is not stable.
fn list_of_words(column: &Column, list: &str) -> Result<String, ReduceError> {
    let mut words: Vec<String> = texts(column, list)?.iter().map(|word| redact::label::plain(word)).collect();
    words.sort();
    Ok(serde_json::Value::from(words).to_string())
}

/// The elements of a list, none of them made into a value.
fn elements<'a>(column: &Column, list: &'a str) -> Result<Vec<&'a RawValue>, ReduceError> {
    serde_json::from_str(list).map_err(|_| ReduceError::Unreadable(column.path.to_owned()))
}

fn count(column: &Column, list: &str) -> Result<Value, ReduceError> {
    Ok(Value::Integer(i64::try_from(elements(column, list)?.len()).unwrap_or(i64::MAX)))
}

/// The names of an object's members, in alphabetical order; what they hold is skipped by the parser. It may be of any
/// type, like what stands around it: what is no object has no names. An object whose names cannot be read has some.
fn names(object: Result<Option<&str>, ReduceError>) -> Result<Option<String>, ReduceError> {
    let object = match object {
        Ok(Some(object)) => object,
        Ok(None) | Err(ReduceError::Unreadable(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let members = match Fields::read(object.as_bytes()) {
        Err(Malformed::Other) if !object.starts_with('{') => return Ok(None),
        members => members?,
    };
    Ok(Some(serde_json::Value::from_iter(members.names().map(redact::label::keep)).to_string()))
}

/// A field of each object in a list, each value once and in alphabetical order; an object without it adds none.
fn of_each(column: &Column, field: &str, list: &str) -> Result<String, ReduceError> {
    let texts: BTreeSet<String> = elements(column, list)?
        .into_iter()
        .map(|item| RawRow::read(item.get())?.text(field))
        .filter_map(Result::transpose)
        .map(|text| Ok(redact::label::plain(&text?)))
        .collect::<Result<_, ReduceError>>()?;
    Ok(serde_json::Value::from_iter(texts).to_string())
}

/// The names between `${` and `}`, each once and in alphabetical order. Names are Twilio's and in capitals:
/// anything else between the braces is left out like the text around them.
fn variables(template: &str) -> Option<String> {
    let is_name = |text: &&str| {
        (1..=40).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_')
    };
    let names: BTreeSet<&str> = template
        .split("${")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('}')?.0))
        .filter(is_name)
        .collect();
    Some(serde_json::Value::from_iter(names).to_string())
}

/// The names of a URL's query parameters, in alphabetical order.
fn query_names(text: &str) -> Option<String> {
    let url = url::Url::parse(text).ok()?;
    // Without an equals sign it is a value that stands alone, and a name does not read like a sentence.
    let named = url.query().unwrap_or_default().split('&').filter(|pair| pair.contains('='));
    let named = named.collect::<Vec<_>>().join("&");
    let is_name = |name: &str| name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.[]".contains(&b));
    let names: BTreeSet<String> = url::form_urlencoded::parse(named.as_bytes())
        .filter(|(name, _)| is_name(name))
        .map(|(name, _)| redact::label::keep(&name))
        .collect();
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

/// The domains of a list of addresses, each once and in alphabetical order.
fn mail_domains(column: &Column, list: &str) -> Result<String, ReduceError> {
    let domains: BTreeSet<String> =
        texts(column, list)?.iter().filter_map(|address| mail_domain(address)).collect();
    Ok(serde_json::Value::from_iter(domains).to_string())
}

/// Names of mailboxes that belong to a role and not to a person.
#[rustfmt::skip]
const ROLES: &[&str] = &[
    "accounts", "admin", "administrator", "billing", "contact", "dev", "developer", "developers", "devops",
    "engineering", "hello", "help", "helpdesk", "info", "it", "mail", "no-reply", "noreply", "office", "ops", "root",
    "sales", "security", "service", "shared", "support", "team", "tech", "test", "twilio", "webmaster",
];

fn is_shared_mailbox(text: &str) -> Option<bool> {
    let (mailbox, _) = text.trim().rsplit_once('@')?;
    Some(mailbox.contains('+') || ROLES.iter().any(|role| role.eq_ignore_ascii_case(mailbox)))
}

/// What looks like patient data in any text of a value, in alphabetical order.
fn phi_signs(value: &str, reduction: &Reduction) -> Result<String, ReduceError> {
    let value = twilio::value(value.as_bytes())?;
    let mut signs = BTreeSet::new();
    each_text(&value, &mut |text| {
        signs.extend(redact::label::patterns(text).into_iter().map(str::to_owned));
        let declared = reduction.phi_words().iter().map(String::as_str);
        let words = redact::words::CLINICAL.iter().copied().chain(declared);
        signs.extend(
            words
                .filter(|word| redact::words::has(text, word))
                .map(|word| format!("word: {}", word.to_lowercase())),
        );
    });
    Ok(serde_json::Value::from_iter(signs).to_string())
}

/// Every text in a value, however deep, names of members included.
fn each_text(value: &serde_json::Value, act: &mut impl FnMut(&str)) {
    match value {
        serde_json::Value::String(text) => act(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| each_text(item, act)),
        serde_json::Value::Object(members) => members.iter().for_each(|(name, value)| {
            act(name);
            each_text(value, act);
        }),
        serde_json::Value::Number(number) => act(&number.to_string()),
        serde_json::Value::Null | serde_json::Value::Bool(_) => {}
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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

    fn kept(keep: Keep, row: &str) -> Value {
        let column = Column { name: "column", path: "field.inner", keep, said: Said::Sometimes };
        super::keep(&column, &RawRow::read(row).unwrap(), &Reduction::new(&["Oncology".to_owned()]).unwrap())
            .unwrap()
    }

    fn texts(list: &str) -> Value {
        Value::Text(list.to_owned())
    }

    fn refused(keep: Keep, said: Said, row: &str) -> Option<ReduceError> {
        let column = Column { name: "column", path: "field.inner", keep, said };
        super::keep(&column, &RawRow::read(row).unwrap(), &Reduction::new(&[]).unwrap()).err()
    }

    #[test]
    fn what_should_be_said_and_is_not_is_no_answer() {
        let lacking = Some(ReduceError::Lacking("field.inner"));
        for (row, always, always_within) in [
            ("{}", lacking.clone(), lacking.clone()),
            (r#"{"field": {}}"#, None, lacking.clone()),
            (r#"{"field": {"other": 1}}"#, None, lacking),
            (r#"{"field": null}"#, None, None),
            (r#"{"field": {"inner": null}}"#, None, None),
        ] {
            assert_eq!(refused(Keep::Text, Said::Always, row), always, "{row}");
            assert_eq!(refused(Keep::Text, Said::AlwaysWithin, row), always_within, "{row}");
            assert_eq!(refused(Keep::Text, Said::Sometimes, row), None, "{row}");
        }
    }

    #[test]
    fn a_list_that_is_none_is_not_a_list_that_says_nothing() {
        for keep in [Keep::Json, Keep::MailDomains, Keep::Count, Keep::OfEach("type")] {
            for inner in ["{}", "7", r#""all""#, r#"{"allow": []}"#] {
                let row = format!(r#"{{"field": {{"inner": {inner}}}}}"#);
                let unreadable = Some(ReduceError::Unreadable("field.inner".to_owned()));
                assert_eq!(refused(keep, Said::Always, &row), unreadable, "{keep:?} {inner}");
            }
        }
        let of_numbers = r#"{"field": {"inner": ["a", 7]}}"#;
        assert!(refused(Keep::Json, Said::Always, of_numbers).is_some());
    }

    #[test]
    fn what_is_said_twice_is_not_believed_however_deep() {
        for (keep, row) in [
            (Keep::Text, r#"{"field": {"inner": "a", "inner": "b"}}"#),
            (Keep::Names, r#"{"field": {"inner": {}, "inner": {"a": 1}}}"#),
            (Keep::Names, r#"{"field": {"inner": {"a": 1, "a": 2}}}"#),
            (Keep::PhiSigns, r#"{"field": {"inner": {"body": "for Jane, born 1961-04-02", "body": ""}}}"#),
            (Keep::PhiSigns, r#"{"field": {"inner": [{"a": {"b": 1, "b": 2}}]}}"#),
        ] {
            assert_eq!(refused(keep, Said::Always, row), Some(ReduceError::Twice), "{keep:?} {row}");
        }
    }

    #[test]
    fn the_names_of_an_object_are_kept_and_what_is_no_object_has_none() {
        let row = r#"{"field": {"inner": {"voice_url": {"previous": "secret"}, "born 1961-04-02": 1}}}"#;
        let Value::Text(names) = kept(Keep::Names, row) else { panic!("nothing kept") };
        assert!(
            names.contains("voice_url") && !names.contains("secret") && !names.contains("1961"),
            "{names}"
        );
        // A name that no text can hold: JSON lets it pass, and nobody can read it.
        for unreadable in [r#"{"api_key": 1, "\ud800": 2}"#, r#"{"api_key": 1, "api_key": 2, "\ud800": 3}"#] {
            assert!(
                refused(Keep::Names, Said::Always, &format!(r#"{{"field": {{"inner": {unreadable}}}}}"#))
                    .is_some()
            );
            assert!(
                refused(Keep::Names, Said::Sometimes, &format!(r#"{{"field": {unreadable}}}"#)).is_some()
            );
        }
        for inner in ["7", "true", "null", r#""Jane Example""#, r#"["Jane Example"]"#] {
            assert_eq!(
                kept(Keep::Names, &format!(r#"{{"field": {{"inner": {inner}}}}}"#)),
                Value::Null,
                "{inner}"
            );
            assert_eq!(kept(Keep::Names, &format!(r#"{{"field": {inner}}}"#)), Value::Null, "{inner}");
        }
    }

    #[test]
    fn one_field_of_each_object_is_kept_and_nothing_else_of_it() {
        let row = |list: &str| format!(r#"{{"field": {{"inner": {list}}}}}"#);
        let list = r#"[{"type": "sms", "config": "Jane"}, {"type": "http"}, {"type": "sms"}, {"other": 1}]"#;
        assert_eq!(kept(Keep::OfEach("type"), &row(list)), texts(r#"["http","sms"]"#));
        assert_eq!(kept(Keep::OfEach("type"), &row("[]")), texts("[]"));
        assert_eq!(kept(Keep::OfEach("type"), &row("null")), Value::Null);
    }

    #[test]
    fn of_a_text_message_its_signs_are_kept_and_no_word_of_it() {
        let row = |inner: &str| format!(r#"{{"field": {{"inner": {inner}}}}}"#);
        for (value, signs) in [
            (
                r#"{"twilio/text": {"body": "Your biopsy is back, Jane Doe"}}"#,
                r#"["person name","word: biopsy"]"#,
            ),
            (r#"{"1": "diagnosis", "2": "1961-04-02"}"#, r#"["date of birth","word: diagnos"]"#),
            (r#"{"body": "oncology, floor 3"}"#, r#"["word: oncolog","word: oncology"]"#),
            (r#"{"body": "You have a new message, log in"}"#, "[]"),
            (
                r#"{"twilio/quick-reply": {"actions": [{"title": "Refill prescription"}]}}"#,
                r#"["word: prescri"]"#,
            ),
        ] {
            assert_eq!(kept(Keep::PhiSigns, &row(value)), texts(signs), "{value}");
        }
        assert_eq!(kept(Keep::PhiSigns, &row("null")), Value::Null);
    }

    #[test]
    fn of_an_address_its_domain_and_whether_it_is_somebodys() {
        let row = |inner: &str| format!(r#"{{"field": {{"inner": {inner}}}}}"#);
        for (address, shared) in [
            (r#""jane@clinic.example""#, Value::Integer(0)),
            (r#""Admin@clinic.example""#, Value::Integer(1)),
            (r#""jane+twilio@clinic.example""#, Value::Integer(1)),
            (r#""jane""#, Value::Null),
            ("null", Value::Null),
        ] {
            assert_eq!(kept(Keep::SharedMailbox, &row(address)), shared, "{address}");
        }
        let list = r#"["ops@b.example", "x@A.example", "y@a.example", "nobody"]"#;
        assert_eq!(kept(Keep::MailDomains, &row(list)), texts(r#"["a.example","b.example"]"#));
        assert_eq!(kept(Keep::MailDomains, &row("[]")), texts("[]"));
    }

    #[test]
    fn of_a_name_its_class_or_a_known_word_is_kept_and_nothing_else() {
        let row = |inner: &str| format!(r#"{{"field": {{"inner": {inner}}}}}"#);
        assert_eq!(kept(Keep::LabelClass, &row(r#""jane@clinic.example""#)), texts("email address"));
        assert_eq!(kept(Keep::LabelClass, &row(r#""room-7""#)), Value::Null);
        let words = Keep::OneOf(&["admin", "trunk"]);
        assert_eq!(kept(words, &row(r#""Admin""#)), texts("admin"));
        assert_eq!(kept(words, &row(r#""administrator""#)), Value::Null);
    }

    #[test]
    fn of_a_template_its_variables_are_kept_and_no_word_of_it() {
        let row = |text: &str| format!(r#"{{"field": {{"inner": "{text}"}}}}"#);
        for (template, names) in [
            ("Jane: ${MESSAGE} from ${PARTICIPANT}, ${MESSAGE}", r#"["MESSAGE","PARTICIPANT"]"#),
            ("You have a new message", "[]"),
            ("${Jane Example} ${MESSAGE", "[]"),
        ] {
            assert_eq!(kept(Keep::Variables, &row(template)), texts(names), "{template}");
        }
        assert_eq!(kept(Keep::Variables, r#"{"field": {"enabled": true}}"#), Value::Null);
    }
}
