//! What was read and what was not.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::AccountSid;

/// How the reading of one listing ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CoverageStatus {
    /// Every page was read.
    Complete,
    /// Twilio says that this was never configured; the absence itself was read.
    Absent,
    /// The credential may not read this.
    Denied,
    /// No credential was supplied that could reach this.
    NoCredential,
    /// Twilio answers that the product is not there, without saying whether it holds nothing.
    NotEnabled,
    /// The account is suspended or closed.
    InactiveAccount,
    /// The answer could not be used: unreachable, malformed, for another account, or cut short.
    Failed,
}

impl CoverageStatus {
    /// All statuses, from most to least known.
    pub const ALL: [Self; 7] = [
        Self::Complete,
        Self::Absent,
        Self::Denied,
        Self::NoCredential,
        Self::NotEnabled,
        Self::InactiveAccount,
        Self::Failed,
    ];

    /// The word used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Absent => "absent",
            Self::Denied => "denied",
            Self::NoCredential => "no_credential",
            Self::NotEnabled => "not_enabled",
            Self::InactiveAccount => "inactive_account",
            Self::Failed => "failed",
        }
    }

    /// The status of the given word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == word)
    }

    /// Whether a check may call something fine on the strength of this reading.
    pub const fn is_conclusive(self) -> bool {
        matches!(self, Self::Complete | Self::Absent)
    }
}

/// The reading of one listing: one account × kind × parent resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Coverage {
    /// The account that was read.
    pub account_sid: AccountSid,
    /// The resource kind, for example `phone_number`.
    pub resource_type: String,
    /// The resource under which it is listed; empty where it is listed per account.
    pub parent_sid: String,
    /// How it ended.
    pub status: CoverageStatus,
    /// The last HTTP status, where there was an answer.
    pub http_status: Option<u16>,
    /// Twilio's error code, where the answer named one.
    pub twilio_code: Option<u32>,
    /// The permission that Twilio says is missing.
    pub missing_permission: Option<String>,
    /// The kind of credential used, for example `auth_token`.
    pub credential_kind: Option<String>,
    /// Rows kept.
    pub rows: u32,
    /// Pages read.
    pub pages: u32,
    /// When the listing ended, RFC 3339 UTC.
    pub read_at: String,
    /// In words, why it is not complete; empty when it is.
    pub reason: String,
}

/// What was and was not read in a scan, wherever that is kept. There may be more than memory holds, so the readings are
/// handed over one by one.
pub trait Readings {
    /// Hands over each, by account, kind and parent resource.
    ///
    /// # Errors
    ///
    /// When they cannot be read, and whatever `act` returns.
    fn each_reading(&self, act: &mut dyn FnMut(&Coverage) -> io::Result<()>) -> io::Result<()>;

    /// Hands over those that are not [conclusive](CoverageStatus::is_conclusive), in the same order: few, as a rule.
    ///
    /// # Errors
    ///
    /// As [`Readings::each_reading`].
    fn each_unread(&self, act: &mut dyn FnMut(&Coverage) -> io::Result<()>) -> io::Result<()> {
        self.each_reading(&mut |reading| if reading.status.is_conclusive() { Ok(()) } else { act(reading) })
    }
}

impl Coverage {
    /// A listing that ended like this, with nothing more known about it: no answer, no rows, no reason.
    pub fn new(
        account_sid: AccountSid,
        resource_type: &str,
        status: CoverageStatus,
        read_at: String,
    ) -> Self {
        Self {
            account_sid,
            resource_type: resource_type.to_owned(),
            parent_sid: String::new(),
            status,
            http_status: None,
            twilio_code: None,
            missing_permission: None,
            credential_kind: None,
            rows: 0,
            pages: 0,
            read_at,
            reason: String::new(),
        }
    }
}
