//! What changes are made with: a credential of their own, signed in, and the senders.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::anyhow;
use jiff::Timestamp;

use super::super::heading::{DECLARED, LIMITS, SIGN_IN};
use super::super::scan_setting::read_declared;
use super::super::signing_in::{client, reduction, sign_in, without_tls};
use super::super::{Exit, Stop};
use crate::collect::Collector;
use crate::credentials::{self, Credential, Credentials, OsKeyring, ProcessEnvironment, Sources};
use crate::fix::{Hands, Writer};
use crate::intent::Intent;
use crate::model::{Clock, FixStep, Method, Region};
use crate::twilio::{Address, Client, Limits};

/// As whom changes are made.
#[derive(Debug, clap::Args)]
pub(super) struct AsWhom {
    /// The credentials for changes, in a TOML file that only you can read; `-` is standard input
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_FIX_CREDENTIALS", help_heading = SIGN_IN)]
    pub(super) credentials: Option<PathBuf>,
    /// Make changes with the credential that audits too
    #[arg(long, help_heading = SIGN_IN)]
    pub(super) allow_audit_credential: bool,
    /// The credentials that audit: those for changes must be others
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_CREDENTIALS", help_heading = SIGN_IN)]
    pub(super) audit_credentials: Option<PathBuf>,
    /// What was declared [default: audit.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_CONFIG", help_heading = DECLARED)]
    pub(super) config: Option<PathBuf>,
    /// A stand-in for Twilio, for tests: https, or http on this machine
    #[arg(long, value_name = "URL", env = "TWILIO_AUDIT_ENDPOINT", display_order = 99, help_heading = SIGN_IN)]
    pub(super) endpoint: Option<String>,
}

/// As whom the changes of a plan are made, and how many of them.
#[derive(Debug, clap::Args)]
pub(super) struct Choices {
    #[command(flatten)]
    pub(super) as_whom: AsWhom,
    /// Make no more changes than so many; a plan that has more is refused
    #[arg(long, value_name = "N", default_value_t = 25, env = "TWILIO_AUDIT_MAX_CHANGES", help_heading = LIMITS)]
    pub(super) max_changes: usize,
    /// Do not check the findings again, which is done with the credentials that audit
    #[arg(long)]
    pub(super) no_recheck: bool,
    /// A folder of your own checks, which join the built-in ones
    #[arg(long, value_name = "FOLDER", env = "TWILIO_AUDIT_CHECKS_DIR")]
    pub(super) checks_dir: Option<PathBuf>,
}

/// The credentials for changes, and what is known of those that audit.
pub(super) struct Gathered {
    pub(super) credentials: Credentials,
    /// The users that audit, as far as they are known: SIDs of keys and accounts.
    pub(super) auditors: Vec<String>,
}

/// Signed in, and ready to make changes.
pub(super) struct SignedIn {
    client: Client,
    writer: Writer,
    credentials: Credentials,
    root: String,
    accounts: Vec<String>,
}

impl AsWhom {
    /// Finds the credentials. May wait for a program and for the keyring.
    pub(super) fn gather(&self, region: Region) -> Result<Gathered, Stop> {
        let usage = |sentence: &str| Stop::new(Exit::Usage, anyhow!("{sentence}"));
        let audit = self.of_audit()?;
        let auditors = audit.iter().flat_map(|audit| audit.iter().map(|one| one.user.clone())).collect();
        let mut credentials = match (&self.credentials, audit) {
            (Some(file), audit) => {
                let credentials = from_file(file)?;
                if let (Some(audit), false) = (&audit, self.allow_audit_credential) {
                    refuse_shared(&credentials, audit)?;
                }
                credentials
            }
            (None, Some(audit)) if self.allow_audit_credential => audit,
            (None, _) => {
                return Err(usage(
                    "changes need a credential of their own: --credentials FILE (in the form of docs/credentials.md), or \
                     --allow-audit-credential to make them with the one that audits",
                ));
            }
        };
        credentials.keep_region(region);
        if let Some(app) = credentials.iter().find(|one| one.user.starts_with("OQ")) {
            let error = anyhow!("{}: an OAuth app makes no changes here; use an API key", app.place);
            return Err(Stop::new(Exit::Usage, error));
        }
        if credentials.iter().next().is_none() {
            return Err(usage(&format!("no credential for changes is of Region {region}")));
        }
        Ok(Gathered { credentials, auditors })
    }

    /// The credentials that a scan would use, if there are any. Those that are named must be there: else nobody would
    /// notice that they are the same.
    fn of_audit(&self) -> Result<Option<Credentials>, Stop> {
        let intent = read_declared(self.config.as_deref())?.unwrap_or_default();
        let command = if self.config.is_some() { intent.credential_command.as_slice() } else { &[] };
        // Standard input belongs to the credentials for changes.
        let file = self.audit_credentials.as_deref().filter(|file| *file != Path::new("-"));
        let sources = Sources {
            file,
            stdin: &mut io::empty(),
            environment: &ProcessEnvironment,
            command,
            keyring: &OsKeyring,
        };
        match credentials::gather(sources) {
            Ok(found) => Ok(Some(found).filter(|found| found.iter().next().is_some())),
            Err(error) if file.is_some() || !command.is_empty() => Err(Stop::new(Exit::Usage, error)),
            Err(_) => Ok(None),
        }
    }

    pub(super) fn address(&self) -> Result<Address, Stop> {
        match &self.endpoint {
            Some(text) => text.parse().map_err(Stop::with(Exit::Usage)),
            None => Ok(Address::Twilio),
        }
    }
}

impl Choices {
    /// Refuses more changes than were allowed.
    pub(super) fn refuse_too_many(&self, changes: usize) -> Result<(), Stop> {
        if changes <= self.max_changes {
            return Ok(());
        }
        let error = anyhow!(
            "{changes} changes are more than --max-changes {}: plan fewer (--check, --account), or allow more",
            self.max_changes
        );
        Err(Stop::new(Exit::Usage, error))
    }
}

fn from_file(file: &Path) -> Result<Credentials, Stop> {
    let sources = Sources {
        file: Some(file),
        stdin: &mut io::stdin(),
        environment: &ProcessEnvironment,
        command: &[],
        keyring: &OsKeyring,
    };
    credentials::gather(sources).map_err(Stop::with(Exit::Usage))
}

/// One credential for both would give the audit, which runs every night, the power to change things.
fn refuse_shared(credentials: &Credentials, audit: &Credentials) -> Result<(), Stop> {
    let shared = |one: &&Credential| audit.iter().any(|other| other.user == one.user);
    match credentials.iter().find(shared) {
        None => Ok(()),
        Some(one) => {
            let error = anyhow!(
                "{}: {} audits too, so the audit could change things: make a key for changes alone, or say \
                 --allow-audit-credential",
                one.place,
                one.user
            );
            Err(Stop::new(Exit::Usage, error))
        }
    }
}

impl SignedIn {
    /// Signs in, and learns which accounts there are.
    pub(super) async fn with(
        credentials: Credentials,
        address: Address,
        region: Region,
    ) -> Result<Self, Stop> {
        let intent = Intent::default();
        let writer = Writer::new(address.clone()).map_err(without_tls)?;
        let mut collector = Collector {
            client: client(address, Limits::default())?,
            credentials,
            kinds: Vec::new(),
            started_at: Timestamp::now(),
            region,
            recording_retention_days: intent.policy.recording_retention(),
            clock: Clock::System,
            derive_tokens: false,
            only_accounts: Vec::new(),
            shard: None,
            done: Arc::default(),
            goes_on: false,
        };
        let tree = sign_in(&mut collector, &reduction(&intent)?).await?;
        let root = tree.root().as_str().to_owned();
        let accounts = tree.accounts.iter().map(|one| one.account.as_str().to_owned()).collect();
        let Collector { client, credentials, .. } = collector;
        Ok(Self { client, writer, credentials, root, accounts })
    }

    /// What changes are made with.
    pub(super) const fn hands(&self) -> Hands<'_> {
        Hands { client: &self.client, writer: &self.writer, credentials: &self.credentials }
    }

    /// Refuses steps that would delete what this program signs in with, or that nobody may make, and a plan of accounts
    /// that these credentials do not show.
    pub(super) fn refuse_impossible(
        &self,
        root: &str,
        auditors: &[String],
        steps: &[&FixStep],
    ) -> Result<(), Stop> {
        let own: Vec<&String> = self.credentials.iter().map(|one| &one.user).chain(auditors).collect();
        let saws_it_off =
            |step: &&&FixStep| step.call.method == Method::Delete && own.contains(&&step.about.resource_sid);
        if let Some(step) = steps.iter().find(saws_it_off) {
            let error = anyhow!(
                "step {} deletes {}, which this program signs in with: plan without it, and replace it first \
                 (`fix rotate`)",
                step.number,
                step.about.resource_sid
            );
            return Err(Stop::new(Exit::Usage, error));
        }
        let is_known = |account: &str| self.accounts.iter().any(|known| known == account);
        let foreign = steps.iter().find(|step| !is_known(&step.about.account_sid));
        if let Some(step) = foreign {
            let error = anyhow!(
                "the plan is of another account: its scan began at {root} and it changes {}, and these credentials \
                 sign in to {}",
                step.about.account_sid,
                self.root
            );
            return Err(Stop::new(Exit::Usage, error));
        }
        match crate::fix::without_credential(&self.credentials, steps).as_slice() {
            [] => Ok(()),
            [(number, why), rest @ ..] => {
                let more =
                    if rest.is_empty() { String::new() } else { format!(" (and {} more)", rest.len()) };
                Err(Stop::new(Exit::Usage, anyhow!("step {number}{more}: {why}; nothing was changed")))
            }
        }
    }
}
