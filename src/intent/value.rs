//! The small values of `audit.toml`: days, roles, eligibility, attested values.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A calendar day, written in the file as a TOML local date (`2026-11-23`, without quotes) and
/// everywhere else as `YYYY-MM-DD`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Day(pub jiff::civil::Date);

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl JsonSchema for Day {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Day".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "format": "date", "description": "A local date, without quotes."})
    }
}

const WRITE_A_DAY: &str = "expected a date without quotes and without a time, such as 2026-11-23";

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let date = match toml::Value::deserialize(deserializer)? {
            toml::Value::Datetime(moment) => day(&moment),
            // How the day looks once it is JSON; in the file `shape` refuses the quotes.
            toml::Value::String(text) => jiff::civil::Date::strptime("%Y-%m-%d", text).ok(),
            _ => None,
        };
        date.map(Self).ok_or_else(|| D::Error::custom(WRITE_A_DAY))
    }
}

fn day(moment: &toml::value::Datetime) -> Option<jiff::civil::Date> {
    let (Some(date), None, None) = (moment.date, moment.time, moment.offset) else {
        return None;
    };
    let (month, day) = (i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?);
    jiff::civil::Date::new(i16::try_from(date.year).ok()?, month, day).ok()
}

/// What an attestation says: a word, a number, a date or a list of words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Value {
    /// `"on"`, `"Security"`.
    Text(String),
    /// Minutes, for `flex-timeout`.
    Number(i64),
    /// The day something was done.
    Day(Day),
    /// SIDs or region names.
    List(Vec<String>),
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let unfit = || D::Error::custom("expected a text, a whole number, a date or a list of texts");
        match toml::Value::deserialize(deserializer)? {
            toml::Value::String(text) => Ok(Self::Text(text)),
            toml::Value::Integer(number) => Ok(Self::Number(number)),
            toml::Value::Datetime(moment) => {
                day(&moment).map(|day| Self::Day(Day(day))).ok_or_else(|| D::Error::custom(WRITE_A_DAY))
            }
            toml::Value::Array(items) => {
                let texts = items.into_iter().map(|item| match item {
                    toml::Value::String(text) => Ok(text),
                    _ => Err(unfit()),
                });
                texts.collect::<Result<_, _>>().map(Self::List)
            }
            _ => Err(unfit()),
        }
    }
}

/// What an account is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// The parent, which carries no traffic.
    Management,
    /// The only account there is: management and traffic in one.
    Single,
    /// Carries traffic.
    Workload,
}

/// What an override says of a product, in the words of the product catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Eligibility {
    /// PHI may go through it.
    Eligible,
    /// PHI may go through it under conditions.
    Conditional,
    /// PHI may not go through it.
    NotEligible,
}
