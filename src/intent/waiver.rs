//! Waivers: findings that somebody accepted, why and until when; and those that somebody says are mended.
//!
//! Knows no checks: whether the waived check exists is for the audit to say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::Day;
use crate::model::AccountSid;

/// A waiver may not reach further ahead than this.
pub const WAIVER_MAX_DAYS: i32 = 180;

/// Checks whose findings nobody can accept: without them the rest of the audit means nothing; or what they ask for is a
/// BAA, which no acceptance of a risk replaces (45 CFR 164.308(b), 164.502(e); read 2026-11); or it is a switch that Twilio
/// makes a condition of PHI, such as authentication on media, and that costs nothing.
pub const NEVER_WAIVED: [&str; 16] = [
    "baa-not-executed",
    "edition-not-evidenced",
    "account-inventory-drift",
    "phi-account-not-designated",
    "attestation-contradicted",
    "noncovered-channel-sender",
    "webhook-tunnel-or-inspector",
    "subaccount-designation-gap",
    "product-in-use-not-eligible",
    "product-not-in-covered-list",
    "downstream-vendor-without-baa",
    "connect-app-authorized",
    "rcs-sender-in-phi-pool",
    "recording-media-public",
    "att-mms-media-http-auth",
    "intelligence-data-logging",
];

/// Whether a text that must say something says nothing: it is empty, or one of the words that people write into a cell that
/// may not be empty.
pub fn says_nothing(text: &str) -> bool {
    const NO_ANSWERS: [&str; 15] = [
        "n/a",
        "n.a.",
        "na",
        "nil",
        "no",
        "no measure",
        "none",
        "not applicable",
        "nothing",
        "null",
        "pending",
        "tbd",
        "todo",
        "unknown",
        "x",
    ];
    let text = text.trim().trim_end_matches('.').to_lowercase();
    !text.contains(char::is_alphanumeric) || NO_ANSWERS.iter().any(|no| no.trim_end_matches('.') == text)
}

/// `[[waiver]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The check's id.
    pub check: String,
    /// The resource it is waived for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<String>,
    /// The account it is waived for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountSid>,
    /// The one finding it is waived for, as `twa-…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<String>,
    /// What that finding looked like when it was decided: while it looks otherwise, nothing is waived.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub as_seen: Option<String>,
    /// What was decided; absent means that the fault was accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<Decision>,
    /// Why the finding is accepted.
    pub reason: String,
    /// What is done instead, where HIPAA lets a measure be replaced, and else what limits the risk until it is met. Whoever
    /// accepts a fault names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equivalent_measure: Option<String>,
    /// Who accepted it.
    pub approved_by: String,
    /// The day on which they did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_on: Option<Day>,
    /// The day from which it is a finding again.
    pub expires_on: Day,
}

/// Why a finding is waived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// The fault is there, and is accepted for a while.
    Accept,
    /// There is no fault.
    FalsePositive,
}

impl Decision {
    /// The word used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::FalsePositive => "false_positive",
        }
    }
}

impl Waiver {
    /// What was decided.
    pub fn decision(&self) -> Decision {
        self.decision.unwrap_or(Decision::Accept)
    }
}

/// `[[fixed]]`. It waives nothing: a claim is no evidence, the next scan is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fixed {
    /// The finding that is said to be mended, as `twa-…`.
    pub finding: String,
    /// The check's id.
    pub check: String,
    /// The account it is in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountSid>,
    /// Who says so.
    pub by: String,
    /// The day they said so.
    pub on: Day,
    /// What was done.
    pub reason: String,
}
