//! Stand-in until the room is finished.
#![allow(missing_docs)]
use crate::model::AccountSid;
use secrecy::{ExposeSecret, SecretString};
#[derive(Debug, Clone)]
pub struct Secret(SecretString);
impl Secret {
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }
}
impl From<String> for Secret {
    fn from(t: String) -> Self {
        Self(t.into())
    }
}
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Derived,
}
#[derive(Debug, Clone)]
pub struct Credential {
    pub account: AccountSid,
    pub user: String,
    pub secret: Secret,
    pub source: Source,
}
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    AuthToken,
    MainKey,
    StandardKey,
    RestrictedKey,
    ApiKey,
}
impl CredentialKind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthToken => "auth_token",
            Self::MainKey => "main_key",
            Self::StandardKey => "standard_key",
            Self::RestrictedKey => "restricted_key",
            Self::ApiKey => "api_key",
        }
    }
}
#[derive(Debug, Default)]
pub struct Credentials {
    all: Vec<Credential>,
    parent: Option<AccountSid>,
}
impl Credentials {
    pub fn iter(&self) -> impl Iterator<Item = &Credential> {
        self.all.iter()
    }
    pub fn has(&self, a: &AccountSid) -> bool {
        self.all.iter().any(|c| c.account == *a)
    }
    pub fn remove(&mut self, a: &AccountSid) {
        self.all.retain(|c| c.account != *a);
    }
    pub fn set_parent(&mut self, a: AccountSid) {
        self.parent = Some(a);
    }
    pub fn add_if_missing(&mut self, c: Credential) {
        if !self.has(&c.account) {
            self.all.push(c);
        }
    }
    pub fn for_request(&self, a: &AccountSid, reaches: bool) -> Option<&Credential> {
        self.all.iter().find(|c| c.account == *a).or_else(|| {
            if reaches {
                self.all.iter().find(|c| Some(&c.account) == self.parent.as_ref() && c.user.starts_with("AC"))
            } else {
                None
            }
        })
    }
}
