//! Waivers: findings that somebody accepted, why and until when.
//!
//! Knows no checks: whether the waived check exists is for the audit to say.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::Day;
use crate::model::AccountSid;

/// A waiver may not reach further ahead than this.
pub const WAIVER_MAX_DAYS: i32 = 180;

/// Checks whose findings nobody can accept: without them the rest of the audit means nothing.
pub const NEVER_WAIVED: [&str; 5] = [
    "baa-not-executed",
    "phi-account-not-designated",
    "attestation-contradicted",
    "noncovered-channel-sender",
    "webhook-tunnel-or-inspector",
];

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
    /// Why the finding is accepted.
    pub reason: String,
    /// What is done instead, where HIPAA lets a measure be replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub equivalent_measure: Option<String>,
    /// Who accepted it.
    pub approved_by: String,
    /// The day from which it is a finding again.
    pub expires_on: Day,
}
