//! The fields of an object and the elements of a list as they came, none of them made into a value. What is said twice is
//! refused, and what is more than any answer has before it takes room. Pure.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// An object with more fields is none of Twilio's.
const MOST_FIELDS: usize = 10_000;
/// A list with more elements is none of Twilio's, where nobody knows a smaller number.
pub const MOST_ELEMENTS: usize = 100_000;

/// What `serde_json` takes for a sign of its own, in whose place it puts the JSON that is written in the text behind it:
/// what is said twice in there would not be seen.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

/// The fields of an object by their names, none of them made into a value yet.
#[derive(Debug)]
pub struct Fields<'a>(Vec<(Name<'a>, &'a RawValue)>);

/// A name as it stands in the text, where nothing in it is escaped.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// Why something cannot be taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// It is no object, or no list; or no JSON at all.
    Other,
    /// An object says something twice: nobody knows which of the two is meant.
    Twice,
    /// More fields or elements than any answer has.
    TooMany,
}

impl<'a> Fields<'a> {
    /// Takes an object apart.
    ///
    /// # Errors
    ///
    /// When it is none, says something twice, or has too many fields.
    pub fn read(object: &'a [u8]) -> Result<Self, Malformed> {
        let mut fields = Vec::new();
        let mut problem = Malformed::Other;
        read(object, IntoFields { fields: &mut fields, problem: &mut problem }).map_err(|_| problem)?;
        fields.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        if fields.iter().any(|(Name(name), _)| name == RAW_VALUE) {
            return Err(Malformed::Other);
        }
        if fields.array_windows().any(|[(one, _), (other, _)]| one == other) {
            return Err(Malformed::Twice);
        }
        Ok(Self(fields))
    }

    /// What a field holds.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let found = self.0.binary_search_by(|(other, _)| (*other.0).cmp(name));
        found.ok().and_then(|place| self.0.get(place)).map(|(_, raw)| raw.get())
    }

    /// The names of the fields, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| &*name.0)
    }

    /// What the fields hold, in the order of their names.
    pub fn values(&self) -> impl Iterator<Item = &'a str> + '_ {
        self.0.iter().map(|(_, raw)| raw.get())
    }
}

/// Takes a list of at most so many elements apart.
///
/// # Errors
///
/// When it is none, or has more.
pub fn elements(list: &[u8], most: usize) -> Result<Vec<&RawValue>, Malformed> {
    let mut elements = Vec::new();
    let mut problem = Malformed::Other;
    let into = IntoElements { elements: &mut elements, most, problem: &mut problem };
    read(list, into).map_err(|_| problem)?;
    Ok(elements)
}

/// Makes something into a value, whatever stands in it.
///
/// # Errors
///
/// When it is no JSON, or any object in it says something twice or has too many fields.
pub fn value(json: &[u8]) -> Result<Value, Malformed> {
    // First, because it refuses what is too deep: each level is read once more below.
    let value = serde_json::from_slice(json).map_err(|_| Malformed::Other)?;
    is_said_once(json)?;
    Ok(value)
}

fn is_said_once(json: &[u8]) -> Result<(), Malformed> {
    match json.trim_ascii_start().first() {
        Some(b'{') => Fields::read(json)?.values().try_for_each(|field| is_said_once(field.as_bytes())),
        Some(b'[') => elements(json, MOST_ELEMENTS)?
            .into_iter()
            .try_for_each(|element| is_said_once(element.get().as_bytes())),
        _ => Ok(()),
    }
}

fn read<'a>(text: &'a [u8], into: impl DeserializeSeed<'a>) -> Result<(), serde_json::Error> {
    let mut parser = serde_json::Deserializer::from_slice(text);
    into.deserialize(&mut parser)?;
    parser.end()
}

struct IntoFields<'a, 'b> {
    fields: &'b mut Vec<(Name<'a>, &'a RawValue)>,
    problem: &'b mut Malformed,
}

impl<'a> DeserializeSeed<'a> for IntoFields<'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for IntoFields<'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(field) = map.next_entry()? {
            if self.fields.len() == MOST_FIELDS {
                *self.problem = Malformed::TooMany;
                return Err(A::Error::custom("refused"));
            }
            self.fields.push(field);
        }
        Ok(())
    }
}

struct IntoElements<'a, 'b> {
    elements: &'b mut Vec<&'a RawValue>,
    most: usize,
    problem: &'b mut Malformed,
}

impl<'a> DeserializeSeed<'a> for IntoElements<'a, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, parser: D) -> Result<(), D::Error> {
        parser.deserialize_seq(self)
    }
}

impl<'a> Visitor<'a> for IntoElements<'a, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(element) = list.next_element()? {
            if self.elements.len() == self.most {
                *self.problem = Malformed::TooMany;
                return Err(A::Error::custom("refused"));
            }
            self.elements.push(element);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_said_twice_is_not_believed() {
        let read = |text: &'static str| Fields::read(text.as_bytes()).map(|fields| fields.0.len());
        assert_eq!(read(r#"{"a":1,"b":2}"#), Ok(2));
        assert_eq!(read("{}"), Ok(0));
        for twice in [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#] {
            assert_eq!(read(twice), Err(Malformed::Twice), "{twice}");
        }
        for other in ["", "[]", "null", r#"{"a":1} {}"#, r#"{"a":1"#, "{\"a\":\"\u{1}"] {
            assert_eq!(read(other), Err(Malformed::Other), "{other}");
        }
    }

    #[test]
    fn what_is_said_twice_is_not_believed_however_deep() {
        assert_eq!(
            value(br#" {"a":[{"b":1},{"b":2}],"c":null}"#),
            Ok(json!({"a": [{"b": 1}, {"b": 2}], "c": null}))
        );
        for twice in [r#"{"a":1,"a":1}"#, r#"{"a":{"b":[[{"c":1,"c":2}]]}}"#, r#"[1, {"a":[],"a":[]}]"#] {
            assert_eq!(value(twice.as_bytes()), Err(Malformed::Twice), "{twice}");
        }
        let hidden = r#"{"$serde_json::private::RawValue":"{\"a\":1,\"a\":2}"}"#;
        assert_eq!(value(hidden.as_bytes()), Err(Malformed::Other));
        let deep = format!("{}{}", "[".repeat(1000), "]".repeat(1000));
        for other in ["", "{", deep.as_str()] {
            assert_eq!(value(other.as_bytes()), Err(Malformed::Other));
        }
    }

    #[test]
    fn more_than_any_answer_has_is_refused_before_it_takes_room() {
        let object = |fields: usize| {
            let fields: Vec<String> = (0..fields).map(|number| format!("\"{number}\":0")).collect();
            format!("{{{}}}", fields.join(","))
        };
        assert!(Fields::read(object(MOST_FIELDS).as_bytes()).is_ok());
        assert_eq!(Fields::read(object(MOST_FIELDS + 1).as_bytes()).err(), Some(Malformed::TooMany));
        let count = |text: &'static str, most| elements(text.as_bytes(), most).map(|list| list.len());
        assert_eq!(count("[1,2]", 2), Ok(2));
        assert_eq!(count("[1,2,3]", 2), Err(Malformed::TooMany));
        assert_eq!(count("{}", 2), Err(Malformed::Other));
    }
}
