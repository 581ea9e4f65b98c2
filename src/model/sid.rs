//! Twilio's identifiers: two letters that name the kind, then 32 hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// The SID of an account or subaccount: `AC` and 32 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountSid(String);

/// A text that should be a SID of the named kind and is not.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a SID of this kind: expected {prefix} followed by 32 hexadecimal digits")]
pub struct InvalidSid {
    text: String,
    prefix: &'static str,
}

/// Whether `text` is `prefix` (two letters) and 32 lower-case hexadecimal digits.
pub(crate) fn is_sid(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    })
}

/// Whether a text has the shape of a SID of any kind, and so names one thing in all of Twilio.
pub fn looks_like_sid(text: &str) -> bool {
    text.get(..2).is_some_and(|prefix| prefix.bytes().all(|b| b.is_ascii_uppercase()) && is_sid(text, prefix))
}

impl AccountSid {
    /// The SID as Twilio writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl JsonSchema for AccountSid {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "AccountSid".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^AC[0-9a-f]{32}$"})
    }
}

impl TryFrom<String> for AccountSid {
    type Error = InvalidSid;

    fn try_from(text: String) -> Result<Self, InvalidSid> {
        if is_sid(&text, "AC") {
            Ok(Self(text))
        } else {
            // The text may be a secret pasted into the wrong place: show its start only.
            let cut = if text.chars().count() > 4 { "…" } else { "" };
            let text = text.chars().take(4).collect::<String>() + cut;
            Err(InvalidSid { text, prefix: "AC" })
        }
    }
}

impl FromStr for AccountSid {
    type Err = InvalidSid;

    fn from_str(text: &str) -> Result<Self, InvalidSid> {
        Self::try_from(text.to_owned())
    }
}

impl From<AccountSid> for String {
    fn from(sid: AccountSid) -> Self {
        sid.0
    }
}

impl fmt::Display for AccountSid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_only_the_documented_shape() {
        let digits = "0123456789abcdef0123456789abcdef";
        assert!(AccountSid::from_str(&format!("AC{digits}")).is_ok());
        for bad in [
            String::new(),
            format!("SK{digits}"),
            format!("AC{}", &digits[1..]),
            format!("AC{}", digits.to_uppercase()),
            format!("AC{digits}0"),
        ] {
            assert!(AccountSid::from_str(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_error_does_not_repeat_what_may_be_a_secret() {
        let error = AccountSid::from_str("5f4dcc3b5aa765d61d8327deb882cf99").unwrap_err();
        assert!(!error.to_string().contains("5f4dcc3b5aa7"), "{error}");
    }
}
