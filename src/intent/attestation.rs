//! The attestations that exist: what a person can vouch for, for what, and for how long it holds.
//!
//! A closed list, for an attestation under a misspelt name would satisfy nothing in silence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::{Day, Value};
use crate::model::AccountSid;

/// `[[attestation]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// One of [`ATTESTATIONS`].
    pub id: String,
    /// The account it speaks about, where it speaks about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountSid>,
    /// The webhook host it speaks about, where it speaks about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What is attested.
    pub value: Value,
    /// Who says so.
    pub by: String,
    /// The day they said so.
    pub on: Day,
    /// The day it ends, if before its greatest age.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Day>,
    /// What they looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// SHA-256 of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_sha256: Option<String>,
}

/// What one attestation speaks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttestationScope {
    /// The whole organization; the entry names neither account nor host.
    Organization,
    /// The parent account; naming it is optional, for there is only one.
    Parent,
    /// The account that the entry names.
    Account,
    /// The webhook host that the entry names.
    WebhookHost,
}

impl AttestationScope {
    /// The word that the evidence file uses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Parent => "parent",
            Self::Account => "account",
            Self::WebhookHost => "webhook_host",
        }
    }
}

/// One thing that can be attested.
#[derive(Debug, Clone, Copy)]
pub struct AttestationRule {
    /// The word in `[[attestation]] id`.
    pub id: &'static str,
    /// What the entry must name.
    pub scope: AttestationScope,
    /// Days after `on` from which the attestation counts for nothing, whatever `expires_on` says.
    pub max_age_days: u16,
}

const fn rule(id: &'static str, scope: AttestationScope, max_age_days: u16) -> AttestationRule {
    AttestationRule { id, scope, max_age_days }
}

/// Every attestation, with the age up to which it is believed.
pub const ATTESTATIONS: &[AttestationRule] = &[
    rule("edition", AttestationScope::Organization, 365),
    rule("hipaa-flag", AttestationScope::Account, 90),
    rule("main-keys", AttestationScope::Account, 90),
    rule("parent-auth-token-sealed", AttestationScope::Parent, 180),
    rule("auth-token-rotated", AttestationScope::Account, 365),
    rule("voice-media-http-auth", AttestationScope::Account, 90),
    rule("mms-media-http-auth", AttestationScope::Account, 90),
    rule("recording-encryption", AttestationScope::Account, 90),
    rule("message-redaction", AttestationScope::Account, 180),
    rule("webhook-signature", AttestationScope::WebhookHost, 180),
    rule("ssl-validation", AttestationScope::Account, 180),
    rule("console-sso-mfa", AttestationScope::Organization, 180),
    rule("access-review", AttestationScope::Organization, 92),
    rule("speech-failover", AttestationScope::Account, 90),
    rule("support-no-phi", AttestationScope::Organization, 365),
    rule("flex-timeout", AttestationScope::Account, 180),
    rule("incident-runbook", AttestationScope::Organization, 365),
    rule("no-other-regions", AttestationScope::Account, 180),
];

/// The rule of the given id.
pub fn attestation_rule(id: &str) -> Option<&'static AttestationRule> {
    ATTESTATIONS.iter().find(|rule| rule.id == id)
}
