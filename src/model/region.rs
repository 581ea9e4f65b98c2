//! Twilio's Regions: separate homes of data, each with hosts, credentials and resources of its own.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A home of data. Keys, tokens, numbers' settings, TwiML apps and SIP domains of one are not seen in another.
///
/// Source: <https://www.twilio.com/docs/global-infrastructure/using-the-twilio-rest-api-in-a-non-us-region>,
/// read 2026-11.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
#[derive(clap::ValueEnum)]
pub enum Region {
    /// The United States; where everything is that names no Region.
    #[default]
    Us1,
    /// Ireland.
    Ie1,
    /// Australia.
    Au1,
    /// Japan.
    Jp1,
}

impl Region {
    /// The word used in files, on the command line and in host names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Us1 => "us1",
            Self::Ie1 => "ie1",
            Self::Au1 => "au1",
            Self::Jp1 => "jp1",
        }
    }

    /// The Region of the given word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Us1, Self::Ie1, Self::Au1, Self::Jp1].into_iter().find(|region| region.as_str() == word)
    }

    /// What stands between a product's label and `.twilio.com`: edge and Region. Names without an edge stopped
    /// working on 2026-04-28.
    pub const fn infix(self) -> &'static str {
        match self {
            Self::Us1 => "",
            Self::Ie1 => ".dublin.ie1",
            Self::Au1 => ".sydney.au1",
            Self::Jp1 => ".tokyo.jp1",
        }
    }

    /// An address at Twilio that names no Region, in this one.
    pub fn address(self, url: &str) -> String {
        url.replacen(".twilio.com/", &format!("{}.twilio.com/", self.infix()), 1)
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
