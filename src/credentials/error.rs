//! Why no credentials could be had. No variant carries a secret, nor text that may contain one.

use std::io;

use super::keyring::StoreError;
use crate::model::trouble;

/// Why no credentials could be had; every one is a matter of configuration.
#[derive(Debug, thiserror::Error)]
pub enum CredentialError {
    /// A file that cannot be read.
    #[error("cannot read {name}: {}", trouble(source))]
    Unreadable {
        /// The file, or `standard input`.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// A file that is open to other users of the machine.
    #[error("other users of this machine can read {name}; run `chmod 600 {name}`, then try again")]
    ReadableByOthers {
        /// The file.
        name: String,
    },
    /// A file of somebody else, who knows what is in it and may exchange it.
    #[error(
        "{name} belongs to another user of this machine (uid {owner}); make a copy of your own with mode 600"
    )]
    OfAnother {
        /// The file.
        name: String,
        /// Whose it is.
        owner: u32,
    },
    /// Text that is not what it should be.
    #[error("{name}:{line}: {problem}")]
    Invalid {
        /// The file or program.
        name: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong and what belongs there.
        problem: String,
    },
    /// Environment variables that do not add up.
    #[error("environment: {0}")]
    Environment(String),
    /// `credential_command` did not deliver.
    #[error("credential_command `{program}`: {problem}")]
    Command {
        /// The program, without its arguments.
        program: String,
        /// What happened.
        problem: String,
    },
    /// No place has the secret of a name.
    #[error(
        "there is no secret `{name}`: keep it with `twilio-audit login --secret {name}`, as a [[secret]] in the \
         --credentials file, or as the systemd credential twilio-audit-{name}{reason}"
    )]
    NoSecret {
        /// The name.
        name: String,
        /// What else is known, in brackets.
        reason: String,
    },
    /// What a place has cannot be a secret.
    #[error("the secret `{name}` {problem}")]
    BadSecret {
        /// The name.
        name: String,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// The keyring was the last resort and failed.
    #[error(
        "no credentials found: set TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN, or with TWILIO_API_KEY and \
         TWILIO_API_SECRET; or use --credentials FILE; or try `twilio-audit scan --demo` ({0})"
    )]
    Keyring(#[from] StoreError),
    /// The keyring was asked for the key to sign with, and failed.
    #[error("there is no key to sign with, and {0}: name one with --signing-key FILE")]
    SigningKeyring(StoreError),
    /// There is a key in the keyring already.
    #[error(
        "the keyring has a key to sign with already: it stays, for what it signed is checked with its public key"
    )]
    SigningKeyIsThere,
    /// A key to sign with was asked for, and there is none.
    #[error(
        "there is no key to sign with: name one with --signing-key FILE, or make one with `twilio-audit keygen` (in \
         the keyring: not found, or the keyring is locked)"
    )]
    NoSigningKey,
    /// Every source was asked and none had any.
    #[error(
        "no credentials found: set TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN, or with TWILIO_API_KEY and \
         TWILIO_API_SECRET; or use --credentials FILE or `twilio-audit login`; or try `twilio-audit scan \
         --demo` (in the keyring: not found, or the keyring is locked)"
    )]
    NoneFound,
}
