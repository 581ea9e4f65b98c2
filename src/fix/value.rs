//! Values of fields: as they stand in an answer, as the scan kept them, as a form sends them.

use jiff::Timestamp;
use jiff::fmt::rfc2822;
use serde_json::Value;

/// The value at a path of a resource; null where there is none.
pub(super) fn at<'v>(resource: &'v Value, path: &str) -> &'v Value {
    path.split('.').fold(resource, |inside, name| inside.get(name).unwrap_or(&Value::Null))
}

/// Whether two values say the same. One API says `true` where another says `"true"`, and nothing where another says an
/// empty text.
pub(super) fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(_), _) | (_, Value::Object(_)) => one == other,
        (Value::Array(list), Value::Null) | (Value::Null, Value::Array(list)) => list.is_empty(),
        (Value::Array(list), single) | (single, Value::Array(list)) => {
            matches!(list.as_slice(), [only] if is_same(only, single))
        }
        _ => {
            let (one, other) = (text(one), text(other));
            one == other || (moment(&one).is_some() && moment(&one) == moment(&other))
        }
    }
}

/// The moment that a text names: one API writes it in one way, the scan in another.
fn moment(text: &str) -> Option<Timestamp> {
    text.parse().ok().or_else(|| Some(rfc2822::parse(text).ok()?.timestamp()))
}

/// What a form sends so that a field gets this value; nothing where no form can.
pub(super) fn sent(value: &Value) -> Option<Vec<String>> {
    match value {
        Value::Array(list) => {
            list.iter().map(|value| (!value.is_array() && !value.is_object()).then(|| text(value))).collect()
        }
        Value::Object(_) => None,
        single => Some(vec![text(single)]),
    }
}

/// A value as people write it.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_says_the_same_is_the_same_however_it_is_written() {
        for (one, other) in [
            (json!(true), json!("true")),
            (json!(null), json!("")),
            (json!(7), json!("7")),
            (json!([]), json!(null)),
            (json!(["a"]), json!("a")),
            (json!(["a", "b"]), json!(["a", "b"])),
            (json!("2026-11-28T03:00:00Z"), json!("Sat, 28 Nov 2026 03:00:00 +0000")),
        ] {
            assert!(is_same(&one, &other) && is_same(&other, &one), "{one} {other}");
        }
        for (one, other) in [
            (json!(true), json!(false)),
            (json!(false), json!(null)),
            (json!("a"), json!("A")),
            (json!(["a", "b"]), json!(["b", "a"])),
            (json!({"a": 1}), json!("{\"a\":1}")),
        ] {
            assert!(!is_same(&one, &other) && !is_same(&other, &one), "{one} {other}");
        }
    }

    #[test]
    fn a_form_can_send_texts_and_lists_of_them() {
        assert_eq!(sent(&json!(null)), Some(vec![String::new()]));
        assert_eq!(sent(&json!(false)), Some(vec!["false".to_owned()]));
        assert_eq!(sent(&json!(["a", "b"])), Some(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(sent(&json!({"a": 1})), None);
    }

    #[test]
    fn a_path_leads_into_what_is_nested() {
        assert_eq!(at(&json!({"new_message": {"template": "x"}}), "new_message.template"), "x");
        assert_eq!(at(&json!({"new_message": null}), "new_message.template"), &Value::Null);
    }
}
