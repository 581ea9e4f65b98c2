//! `audit.toml` as plain data: one struct a table, one field a key, named as in the file.
//!
//! Shapes and rules are next door; a value built by hand is not validated. A list that is absent
//! means that nothing is allowed.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::attestation::Attestation;
use super::estate::{
    Account, Bucket, Key, OauthApp, Person, Sbc, StoredCredential, Stream, Vendor, WebhookHost,
};
use super::notify::Notify;
use super::value::{Day, Eligibility};
use super::waiver::{Fixed, Waiver};
use crate::model::AccountSid;

/// The file a declaration was read from, kept so that later complaints can point into it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) name: String,
    pub(super) text: String,
}

/// Everything that was declared; the default declares nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// The format of the file; absent means the current one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema_version: Option<u32>,
    /// A program and its arguments that prints credentials, run without a shell.
    #[serde(default)]
    pub credential_command: Vec<String>,
    /// Every key of type Main that may exist, as `SK…` SIDs.
    #[serde(default)]
    pub main_keys: Vec<String>,
    /// The Twilio organization above the accounts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub organization: Option<Organization>,
    /// The business associate agreement with Twilio.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baa: Option<Baa>,
    /// Which eligibility list was reviewed, and where this estate differs from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalogue: Option<Catalogue>,
    /// The organization's own limits and words.
    #[serde(default)]
    pub policy: Policy,
    /// Countries that may be called and texted.
    #[serde(default)]
    pub telephony: Telephony,
    /// How the audit trail is used, and who may change things from where.
    #[serde(default)]
    pub audit: Audit,
    /// Announced changes.
    #[serde(default)]
    pub change: Vec<Change>,
    /// The accounts, and which of them carry PHI.
    #[serde(default)]
    pub account: Vec<Account>,
    /// People with access.
    #[serde(default)]
    pub person: Vec<Person>,
    /// API keys, who owns them and what for.
    #[serde(default)]
    pub key: Vec<Key>,
    /// OAuth apps.
    #[serde(default)]
    pub oauth_app: Vec<OauthApp>,
    /// Vendors downstream of Twilio.
    #[serde(default)]
    pub vendor: Vec<Vendor>,
    /// Hosts that Twilio may send requests to.
    #[serde(default)]
    pub webhook_host: Vec<WebhookHost>,
    /// Storage that media may be written to.
    #[serde(default)]
    pub bucket: Vec<Bucket>,
    /// Places that live audio or events may be streamed to.
    #[serde(default)]
    pub stream: Vec<Stream>,
    /// Session border controllers.
    #[serde(default)]
    pub sbc: Vec<Sbc>,
    /// Cloud credentials and public keys that Twilio holds.
    #[serde(default)]
    pub credential: Vec<StoredCredential>,
    /// What a person vouches for because no API shows it.
    #[serde(default)]
    pub attestation: Vec<Attestation>,
    /// Whom to tell what a scan changed.
    #[serde(default)]
    pub notify: Vec<Notify>,
    /// Findings that are accepted for a while.
    #[serde(default)]
    pub waiver: Vec<Waiver>,
    /// Findings that are said to be mended.
    #[serde(default)]
    pub fixed: Vec<Fixed>,
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) origin: Option<Arc<Origin>>,
    /// The reviews that joined it.
    #[serde(skip)]
    #[schemars(skip)]
    pub(super) origin_of_reviews: Option<Arc<Origin>>,
}

/// `[organization]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Organization {
    /// `OR…`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Mail domains that users of the organization may have.
    #[serde(default)]
    pub allowed_domains: Vec<String>,
    /// Roles (`IX…`, or `RL…`) that make somebody an administrator.
    #[serde(default)]
    pub admin_role_sids: Vec<String>,
}

/// `[baa]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Baa {
    /// The day of the last signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executed_on: Option<Day>,
    /// The day it was asked for; since 2024-06-06 accounts are designated by self-service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub initiated_on: Option<Day>,
    /// The day it ends, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Day>,
    /// The day somebody last compared it with what is in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewed_on: Option<Day>,
    /// Twilio's contracting entity.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counterparty: Option<String>,
    /// The organization whose PHI it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub covered_party: Option<String>,
    /// Where the contract is filed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// SHA-256 of the signed document, 64 hexadecimal digits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_sha256: Option<String>,
    /// Product ids of the product catalogue that the BAA covers.
    #[serde(default)]
    pub covered_products: Vec<String>,
}

/// `[catalogue]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    /// The date of the list of eligible products that was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eligible_list_version: Option<Day>,
    /// The day it was compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eligible_list_reviewed_on: Option<Day>,
    /// Products that are judged differently, with the reason.
    #[serde(default)]
    pub r#override: Vec<Override>,
}

/// `[[catalogue.override]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Override {
    /// The product id.
    pub product: String,
    /// What holds instead.
    pub status: Eligibility,
    /// Why.
    pub reason: String,
    /// SHA-256 of the document that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence_sha256: Option<String>,
    /// The last day on which it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Day>,
}

/// `[policy]`; a value that is absent has the default that the checks document.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Days before a key must be replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_max_age_days: Option<u32>,
    /// The same in accounts with PHI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_max_age_days_phi: Option<u32>,
    /// Most keys an account may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_keys_per_account: Option<u32>,
    /// The same in accounts with PHI.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_keys_per_phi_account: Option<u32>,
    /// Most administrators the organization may have.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_org_admins: Option<u32>,
    /// Days a recording may be kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_retention_days: Option<u32>,
    /// Days a conversation may stay open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversation_max_open_days: Option<u32>,
    /// Words that betray PHI in a name.
    #[serde(default)]
    pub phi_words: Vec<String>,
    /// Phrases that contain such a word and are harmless.
    #[serde(default)]
    pub phi_word_exceptions: Vec<String>,
    /// Tunnel and inspection hosts besides the known ones, exact or `*.suffix`.
    #[serde(default)]
    pub extra_tunnel_hosts: Vec<String>,
}

impl Policy {
    /// Days a recording may be kept. The default is the one of the table `intent_policy`.
    pub fn recording_retention(&self) -> u16 {
        self.recording_retention_days.map_or(30, |days| u16::try_from(days).unwrap_or(u16::MAX))
    }
}

/// `[telephony]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Telephony {
    /// Two-letter codes of countries that may be reached. Absent is not the same as empty: absent
    /// leaves the United States alone, empty leaves none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_countries: Option<Vec<String>>,
    /// Countries whose high-risk numbers may be called.
    #[serde(default)]
    pub high_risk_ok: Vec<String>,
}

/// `[audit]`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// Who collects the audit events, and how often.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub siem_pull: Option<SiemPull>,
    /// Networks from which changes are made.
    #[serde(default)]
    pub allowed_cidrs: Vec<String>,
    /// When changes are made: `Tue 18:00-22:00 America/New_York`.
    #[serde(default)]
    pub change_windows: Vec<String>,
    /// Keys, users or accounts that read in bulk on purpose.
    #[serde(default)]
    pub batch_actors: Vec<String>,
}

/// `audit.siem_pull`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SiemPull {
    /// Who answers for it.
    pub owner: String,
    /// Hours between two pulls.
    pub interval_hours: u32,
    /// Where the events end up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

/// `[[change]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Change {
    /// The change's number.
    pub ticket: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Accounts it touches.
    #[serde(default)]
    pub accounts: Vec<AccountSid>,
}
