//! Credentials: where they come from, and which one may speak for which account.
//!
//! Nothing here talks to Twilio or looks at what a credential can read; a secret leaves only through
//! [`Secret::reveal`].

mod command;
mod credential;
mod environment;
mod error;
mod file;
mod keyring;
mod named;
mod secret;
mod set;
mod signing_key;
mod source;

pub(crate) use command::wait_until;
pub use credential::{Caller, Credential, CredentialKind, InvalidCredential, OrganizationApp, Part};
pub use environment::{Environment, ProcessEnvironment};
pub use error::CredentialError;
#[cfg(test)]
pub(crate) use keyring::fake;
pub use keyring::{Keyring, OsKeyring, SecretStore, StoreError};
pub use named::{NamedSecrets, keyring_entry, named_secret};
pub use secret::Secret;
pub(crate) use secret::append;
pub use set::{Credentials, ParentReach};
pub use signing_key::{SIGNING_KEY, keep_signing_key, signing_key};
pub use source::{Source, Sources, gather, secrets_of_file};
