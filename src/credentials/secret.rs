//! A text that must not be printed by accident.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};

use crate::model::is_sid;

/// An Auth Token, an API key's secret, or another secret. Overwritten when dropped; `Debug` shows `***`.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes over `text`.
    pub fn new(text: String) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that sends it and the one that stores it.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    /// Refuses what is empty or more than one line: no key, address or password is.
    pub(super) fn check_line(&self) -> Result<(), &'static str> {
        let text = self.reveal();
        if text.is_empty() {
            return Err("is empty");
        }
        if text.chars().any(char::is_control) {
            return Err("contains a line break or another control character");
        }
        Ok(())
    }

    /// Refuses what cannot be a secret of Twilio's. The exact shape is not documented, so only the
    /// slips that people make are caught.
    pub(super) fn check_shape(&self) -> Result<(), &'static str> {
        let text = self.reveal();
        if text.is_empty() {
            return Err("is empty");
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("contains a space or another character that no secret of Twilio's has");
        }
        if ["AC", "SK", "OQ"].iter().any(|prefix| is_sid(text, prefix)) {
            return Err("is a SID; the Auth Token or the API key's secret belongs there");
        }
        Ok(())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
