//! The fields of an object of an answer.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The fields of an object, none of them made into a value yet. An object that says a field twice is refused: which
/// of the two counts, no two readers agree on, and the second could hide what the first one shows.
#[derive(Debug)]
pub struct Fields<'a>(HashMap<String, &'a RawValue>);

impl<'a> Fields<'a> {
    /// Reads an object.
    ///
    /// # Errors
    ///
    /// When it is none, cannot be read, or has a field twice.
    pub fn read(object: &'a str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(object)
    }

    /// The text of a field, as JSON.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.raw(name).map(RawValue::get)
    }

    /// A field, as it came.
    pub fn raw(&self, name: &str) -> Option<&'a RawValue> {
        self.0.get(name).copied()
    }

    /// Whether there is such a field, be it null.
    pub fn contains(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// Every field's value, in no order.
    pub fn values(&self) -> impl Iterator<Item = &'a RawValue> {
        self.0.values().copied()
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(EachOnce)
    }
}

struct EachOnce;

impl<'de> Visitor<'de> for EachOnce {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
        let mut fields = HashMap::new();
        while let Some((name, value)) = map.next_entry::<String, &RawValue>()? {
            match fields.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(_) => return Err(M::Error::custom("a field is there twice")),
            }
        }
        Ok(Fields(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_twice_is_not_read() {
        let fields = Fields::read(r#"{"a": 1, "b": {"a": [2]}}"#).unwrap();
        assert_eq!(
            (fields.get("a"), fields.get("b"), fields.get("c")),
            (Some("1"), Some(r#"{"a": [2]}"#), None)
        );
        for twice in [r#"{"a": 1, "a": 1}"#, r#"{"a": [1], "b": 2, "\u0061": []}"#] {
            assert!(Fields::read(twice).is_err(), "{twice}");
        }
        for none in ["[]", "1", "{", ""] {
            assert!(Fields::read(none).is_err(), "{none}");
        }
    }
}
