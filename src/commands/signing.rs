//! What a finished scan is signed with: the same words in every command that finishes one.

use std::io::ErrorKind;
use std::path::PathBuf;

use anyhow::anyhow;

use super::heading::OUTPUT;
use super::{Exit, Stop};
use crate::chain::SigningKey;
use crate::credentials::{CredentialError, OsKeyring, ProcessEnvironment, signing_key};
use crate::model::Shard;

/// Whether to sign, and with what. Without any of it, a key of the service manager is used where there is one.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct Signing {
    /// Sign the scan's manifest.json with this minisign key, in a file that only you can read
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_SIGNING_KEY_FILE", help_heading = OUTPUT)]
    signing_key: Option<PathBuf>,
    /// Sign it with `$CREDENTIALS_DIRECTORY/twilio-audit-signing-key`, or the key in the keyring
    #[arg(long, env = "TWILIO_AUDIT_SIGN", help_heading = OUTPUT)]
    sign: bool,
}

impl Signing {
    /// The key, tried. A scan that is to be signed and cannot be fails before it begins.
    pub(super) fn key(&self) -> Result<Option<SigningKey>, Stop> {
        let named = self.signing_key.as_deref();
        let found = signing_key(named, self.sign, &ProcessEnvironment, &OsKeyring);
        let found = found.map_err(|error| match error {
            CredentialError::Unreadable { ref source, .. } if source.kind() == ErrorKind::NotFound => {
                Stop::new(Exit::Usage, error)
                    .adding("`twilio-audit keygen --to FOLDER` makes a key to sign with")
            }
            error => Stop::new(Exit::Usage, error),
        });
        let Some((text, place)) = found? else { return Ok(None) };
        let key = SigningKey::parse(text.reveal());
        key.map(Some)
            .map_err(|error| Stop::new(Exit::Usage, anyhow!("cannot sign with the key in {place}: {error}")))
    }

    /// The same where a shard may be collected: only what all shards make together is signed.
    pub(super) fn key_unless_shard(&self, shard: Option<Shard>) -> Result<Option<SigningKey>, Stop> {
        match shard {
            None => self.key(),
            Some(_) if self.sign || self.signing_key.is_some() => {
                let error = anyhow!("a shard is not signed: give --sign or --signing-key to `merge` instead");
                Err(Stop::new(Exit::Usage, error))
            }
            Some(_) => Ok(None),
        }
    }
}
