//! The make-believe accounts that are served, as they are written in JSON.
//!
//! An estate is `{"accounts": [ACCOUNT, …], "organization": ORGANIZATION}`; the Organization may be left out and
//! is described in `organization.rs`. An account:
//!
//! ```json
//! {
//!   "sid": "AC0001", "name": "Example Clinic", "owner": "AC0001",
//!   "status": "active", "type": "Full", "days_ago": 900,
//!   "auth_token": "0123456789abcdef0123456789abcdef",
//!   "keys": [{"sid": "SK0001", "name": "ci", "kind": "restricted", "days_ago": 20, "secret": "…",
//!             "allow": ["/twilio/studio/flows/list"]}],
//!   "resources": {
//!     "api/IncomingPhoneNumbers": [{"sid": "PN0001", "phone_number": "+12025550100"}],
//!     "trunking/v1/Trunks": [{"friendly_name": "pbx", "OriginationUrls": [{"sip_url": "sips:pbx.example"}]}],
//!     "voice/v1/Settings": {"dialing_permissions_inheritance": true}
//!   }
//! }
//! ```
//!
//! * **SIDs** are written short, two letters and four hex digits, wherever they stand, and are served
//!   in full length ([`sid`]) with the short form as their end: `PN0001` is `PN…0001`. A row without a
//!   SID gets one that depends on its place alone.
//! * **Resources** go by host and path, without `.twilio.com` and without the account's own prefix. A
//!   key of a row that begins with a capital letter is a list (or a single object) below that row.
//! * **Only what matters is written**; `endpoints.json` beside this file has the rest.
//! * **Dates** are relative, so that an estate never ages: `"days_ago": 40` and `"updated_days_ago"` in a
//!   row set its dates, and `{"days_ago": 3}` may stand for any date.
//! * Optional facts of an account: `pkcv` (public key client validation is enforced), `inactive`
//!   (`"refused"`, the default, or `"readable"`: what a suspended account answers), `test` (its test
//!   credentials: `sid` and `auth_token`), `home_region` (the header `X-Home-Region` of answers to it), and
//!   `connect_only` (somebody else's account that authorized a Connect App and is therefore listed; its owner is
//!   not the parent).
//! * **OAuth apps**: `"oauth_apps": [{"sid": "OQ0001", "secret": "…", "ttl": 3600, "allow": […]}]`. `ttl` is how
//!   many real seconds a token is good for; after `revoked_after` tokens the app gets no more.
//! * **Regions**: `"regions": {"ie1": {"auth_token": "…", "keys": […], "resources": {…}}}` is what the account
//!   has in Ireland (`au1`: Australia, `jp1`: Japan). Nothing of it is seen in another Region, and nothing of the
//!   account proper is seen there but its facts. Restricted keys do not exist in Regions.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::oauth;
use super::organization::Organization;
use super::region::Region;

/// The accounts that are served: one parent with its subaccounts, or several unrelated ones; and the
/// Organization above them, if there is one.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estate {
    pub(super) accounts: Vec<Account>,
    pub(super) organization: Option<Organization>,
}

/// Why an estate cannot be read. The text names the place.
#[derive(Debug, thiserror::Error)]
pub enum EstateError {
    /// Not JSON, or not of the shape of an estate.
    #[error("the estate cannot be read: {0}; docs/simulate.md tells the format")]
    Shape(#[from] serde_json::Error),
    /// A resource that this simulator does not serve.
    #[error("{account}: nothing is known about the resource `{path}`; docs/simulate.md lists what is served")]
    UnknownResource {
        /// The account's name.
        account: String,
        /// The key as written, with the keys above it.
        path: String,
    },
    /// A Restricted key where Twilio has none.
    #[error("{account}: the key {key} is restricted, and {region} has no Restricted keys")]
    RestrictedInRegion {
        /// The account's name.
        account: String,
        /// The key's SID as written.
        key: String,
        /// The Region.
        region: &'static str,
    },
}

/// A credential that an estate accepts.
#[derive(Clone)]
pub struct Credential {
    /// The full SID of the account it belongs to, or of the Organization.
    pub account: String,
    /// That account's name.
    pub account_name: String,
    /// `auth_token`, `main_key`, `standard_key`, `restricted_key`, `oauth_app`, `organization_app` or `test`.
    pub kind: &'static str,
    /// The Region in which it is known: `us1`, `ie1`, `au1` or `jp1`.
    pub region: &'static str,
    /// The user name of Basic authentication, or the client id of an OAuth app.
    pub user: String,
    /// The password, or the client secret.
    pub secret: String,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    pub(super) sid: String,
    pub(super) name: String,
    /// Its own SID where absent: a parent.
    owner: Option<String>,
    #[serde(default = "active")]
    pub(super) status: String,
    #[serde(default = "full", rename = "type")]
    pub(super) account_type: String,
    #[serde(default)]
    pub(super) days_ago: u32,
    auth_token: Option<String>,
    #[serde(default)]
    pub(super) pkcv: bool,
    #[serde(default)]
    pub(super) inactive: Inactive,
    #[serde(default)]
    pub(super) connect_only: bool,
    /// What `X-Home-Region` says in answers to it; no such header where absent.
    pub(super) home_region: Option<String>,
    pub(super) test: Option<TestCredential>,
    #[serde(default)]
    pub(super) keys: Vec<Key>,
    #[serde(default)]
    pub(super) oauth_apps: Vec<oauth::Written>,
    #[serde(default)]
    pub(super) resources: BTreeMap<String, Value>,
    #[serde(default)]
    pub(super) regions: BTreeMap<Region, Regional>,
}

/// What an account has in one Region.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Regional {
    auth_token: Option<String>,
    #[serde(default)]
    keys: Vec<Key>,
    #[serde(default)]
    resources: BTreeMap<String, Value>,
}

/// What a suspended or closed account answers to requests for its resources.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Inactive {
    #[default]
    Refused,
    Readable,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TestCredential {
    pub(super) sid: String,
    pub(super) auth_token: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum KeyKind {
    Main,
    Standard,
    Restricted,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Key {
    pub(super) sid: String,
    #[serde(default)]
    pub(super) name: String,
    pub(super) kind: KeyKind,
    #[serde(default)]
    pub(super) days_ago: u32,
    pub(super) updated_days_ago: Option<u32>,
    #[serde(default)]
    pub(super) allow: Vec<String>,
    secret: Option<String>,
}

fn active() -> String {
    "active".into()
}

fn full() -> String {
    "Full".into()
}

impl Estate {
    /// Reads an estate: a JSON document in the format at the head of this file.
    ///
    /// # Errors
    /// When it is no JSON or not of that shape. Unknown resources show when it is first served.
    pub fn from_json(json: &str) -> Result<Self, EstateError> {
        let estate: Self = serde_json::from_str(json)?;
        estate.accounts.iter().try_for_each(Account::has_no_restricted_keys_in_regions)?;
        Ok(estate)
    }

    /// The clinic that `scan --demo` audits.
    pub fn demo() -> Self {
        Self { accounts: super::demo::accounts(), organization: None }
    }

    /// Every credential that it accepts, account by account, Auth Token first and Regions last; then those of
    /// the Organization.
    pub fn credentials(&self) -> Vec<Credential> {
        let accounts = self.accounts.iter().filter(|account| !account.connect_only);
        accounts
            .flat_map(Account::credentials)
            .chain(self.organization.iter().flat_map(Organization::credentials))
            .collect()
    }
}

impl Account {
    fn credentials(&self) -> Vec<Credential> {
        let mut all = self.credentials_in(Region::Us1);
        all.extend(self.regions.keys().flat_map(|region| self.in_region(*region).credentials_in(*region)));
        all
    }

    fn credentials_in(&self, region: Region) -> Vec<Credential> {
        let credential = |kind, user: &str, secret| Credential {
            account: self.full_sid(),
            account_name: self.name.clone(),
            kind,
            region: region.name(),
            user: sid(user),
            secret,
        };
        let mut all = vec![credential("auth_token", &self.sid, self.token())];
        all.extend(self.keys.iter().map(|key| credential(key.kind.name(), &key.sid, key.secret())));
        all.extend(self.oauth_apps.iter().map(|app| credential("oauth_app", &app.sid, app.secret.clone())));
        all.extend(self.test.iter().map(|test| credential("test", &test.sid, test.auth_token.clone())));
        all
    }

    /// The account as another Region knows it: the same facts, but credentials and resources of its own.
    pub(super) fn in_region(&self, region: Region) -> Self {
        let Regional { auth_token, mut keys, resources } =
            self.regions.get(&region).cloned().unwrap_or_default();
        let made_up = |what, of: &str| Some(digest(&[what, of, region.name()]));
        for key in &mut keys {
            key.secret = key.secret.take().or_else(|| made_up("secret", &key.sid));
        }
        Self {
            auth_token: auth_token.or_else(|| made_up("token", &self.sid)),
            keys,
            resources,
            oauth_apps: Vec::new(),
            test: None,
            regions: BTreeMap::new(),
            ..self.clone()
        }
    }

    fn has_no_restricted_keys_in_regions(&self) -> Result<(), EstateError> {
        let mut keys =
            self.regions.iter().flat_map(|(region, has)| has.keys.iter().map(move |key| (region, key)));
        match keys.find(|(_, key)| key.kind == KeyKind::Restricted) {
            None => Ok(()),
            Some((region, key)) => Err(EstateError::RestrictedInRegion {
                account: self.name.clone(),
                key: key.sid.clone(),
                region: region.name(),
            }),
        }
    }

    pub(super) fn full_sid(&self) -> String {
        sid(&self.sid)
    }

    pub(super) fn owner_sid(&self) -> String {
        sid(self.owner.as_deref().unwrap_or(&self.sid))
    }

    /// A subaccount that is made now.
    pub(super) fn new(sid: &str, name: &str, owner: &str, token: &str) -> Result<Self, EstateError> {
        let written = json!({ "sid": sid, "name": name, "owner": owner, "auth_token": token });
        Ok(serde_json::from_value(written)?)
    }

    pub(super) fn set_token(&mut self, token: &str) {
        self.auth_token = Some(token.to_owned());
    }

    pub(super) fn token(&self) -> String {
        self.auth_token.clone().unwrap_or_else(|| digest(&["token", &self.sid]))
    }
}

impl Key {
    /// A key that is made now.
    pub(super) fn new(sid: String, name: String, kind: KeyKind, allow: Vec<String>, secret: String) -> Self {
        Self { sid, name, kind, days_ago: 0, updated_days_ago: None, allow, secret: Some(secret) }
    }

    pub(super) fn secret(&self) -> String {
        self.secret.clone().unwrap_or_else(|| digest(&["secret", &self.sid]))
    }
}

impl KeyKind {
    const fn name(self) -> &'static str {
        match self {
            Self::Main => "main_key",
            Self::Standard => "standard_key",
            Self::Restricted => "restricted_key",
        }
    }

    /// The flags that the key list shows.
    pub(super) const fn flags(self) -> &'static [&'static str] {
        match self {
            Self::Main => &["rest_api", "signing", "manage_accounts", "manage_keys"],
            Self::Standard => &["rest_api", "signing"],
            Self::Restricted => &["rest_api", "restricted"],
        }
    }
}

/// The SID that a short one, two letters and four hex digits, stands for. Any other text is returned as
/// it is.
pub fn sid(short: &str) -> String {
    if is_short(short) {
        let (prefix, end) = short.split_at(2);
        let middle = digest(&["sid", short]);
        format!("{prefix}{}{end}", middle.get(..28).unwrap_or_default())
    } else {
        short.to_owned()
    }
}

fn is_short(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 6
        && bytes[..2].iter().all(u8::is_ascii_uppercase)
        && bytes[2..].iter().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(b))
}

/// 32 hex digits that depend on nothing but these texts.
pub(super) fn digest(parts: &[&str]) -> String {
    Sha256::digest(parts.join("\u{1f}")).iter().take(16).fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
