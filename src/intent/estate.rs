//! The declared estate: accounts, people, keys, vendors and the places that data may go to.
//!
//! Plain data, continuing `document`; nothing is validated here.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::value::{Day, Role};
use crate::model::AccountSid;

/// `[[account]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// `AC…`.
    pub sid: AccountSid,
    /// What people call it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is there for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Whether it carries PHI, now or from day one; not saying counts as yes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phi: Option<bool>,
    /// Whether it ever did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub was_phi: Option<bool>,
    /// `production`, `staging` or any other word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<String>,
    /// The day it was designated as a HIPAA account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub designated_on: Option<Day>,
    /// A person's id, an address or a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whether calls may be recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recording_allowed: Option<bool>,
    /// Products or usage categories of look-ups that may be used.
    #[serde(default)]
    pub lookups: Vec<String>,
    /// Whether bulk export may be on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bulk_export: Option<bool>,
    /// The transcription that was decided on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transcription: Option<Transcription>,
    /// What is allowed in Conversations.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conversations: Option<Conversations>,
    /// What is allowed in Functions and Assets.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serverless: Option<Serverless>,
    /// What is allowed in Sync.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sync: Option<Sync>,
    /// Products in use that PHI never reaches.
    #[serde(default)]
    pub no_phi_products: Vec<ProductWithoutPhi>,
}

/// `account.transcription`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transcription {
    /// The provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub engine: Option<String>,
    /// The provider's model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Where the text goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
}

/// `account.conversations`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Conversations {
    /// Whether users may see who is online.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reachability_ok: Option<bool>,
}

/// `account.serverless`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Serverless {
    /// Paths that may be public, each beginning with `/`.
    #[serde(default)]
    pub public_ok: Vec<String>,
}

/// `account.sync`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sync {
    /// Sync services (`IS…`) without PHI, which need no access lists.
    #[serde(default)]
    pub no_phi: Vec<String>,
}

/// An entry of `account.no_phi_products`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProductWithoutPhi {
    /// The product id.
    pub product: String,
    /// Why PHI does not reach it.
    pub reason: String,
    /// The last day on which this counts.
    pub expires_on: Day,
}

/// `[[person]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// How the rest of the file names them.
    pub id: String,
    /// Their users (`US…`).
    #[serde(default)]
    pub twilio_user_sids: Vec<String>,
    /// Their address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Whether they have left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub terminated: Option<bool>,
}

/// `[[key]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// `SK…`.
    pub sid: String,
    /// The account it belongs to.
    pub account: AccountSid,
    /// A person's id, an address or a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// `audit`, `provisioning`, `access-token-signing` or a word of your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Permissions its policy may hold, as Twilio writes them.
    #[serde(default)]
    pub allowed_permissions: Vec<String>,
}

/// `[[oauth_app]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OauthApp {
    /// `OQ…`.
    pub sid: String,
    /// A person's id, an address or a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Its role (`IX…`, or `RL…`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role_sid: Option<String>,
    /// The day it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_on: Option<Day>,
}

/// `[[vendor]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Vendor {
    /// How the rest of the file names it.
    pub name: String,
    /// Its hosts, exact or `*.suffix`.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Its Connect apps (`CN…`).
    #[serde(default)]
    pub connect_app_sids: Vec<String>,
    /// The day its own BAA was signed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baa_executed_on: Option<Day>,
    /// The day that BAA ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Day>,
}

/// `[[webhook_host]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WebhookHost {
    /// The exact host, or `*.suffix`, label by label.
    pub pattern: String,
    /// Accounts that may send requests there.
    #[serde(default)]
    pub accounts: Vec<AccountSid>,
    /// `self`, or a vendor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operated_by: Option<String>,
    /// Whether accounts on both sides of the PHI boundary may use it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared_ok: Option<bool>,
    /// Whether it validates Twilio's signature.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature_validation: Option<bool>,
}

/// `[[bucket]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Its host.
    pub host: String,
    /// A person's id, an address or a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whether it is encrypted with a key of your own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kms: Option<bool>,
    /// The vendor whose BAA covers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub baa: Option<String>,
}

/// `[[stream]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Its address.
    pub target: String,
    /// A person's id, an address or a team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// `self`, or a vendor's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vendor: Option<String>,
}

/// `[[sbc]]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sbc {
    /// Its host or address.
    pub host: String,
    /// Whether it speaks TLS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<bool>,
}

/// `[[credential]]`: something that Twilio holds, never a secret of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StoredCredential {
    /// `CR…`.
    pub sid: String,
    /// `public_key`, `aws` and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// What it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
}
