//! `fix rotate`: a new Restricted key in place of an old one, whose secret goes where it belongs and nowhere else.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use serde::Deserialize;

use super::super::driving::to_its_end;
use super::super::printing::print;
use super::super::scan_setting::read_declared;
use super::super::{Exit, Stop};
use super::hands::{AsWhom, SignedIn};
use crate::audit::MOST_PERMISSIONS_PER_KEY;
use crate::credentials::OsKeyring;
use crate::fix::{self, Journal, Recipient, Rotated, Rotation};
use crate::intent::Intent;
use crate::model::{AccountSid, Region, counted, looks_like_sid};

/// Replace an API key by a Restricted one
///
/// Makes a new Restricted key with the permissions that audit.toml declares for the old one (or those of --permissions),
/// reads it again, and hands its secret over once: to the keyring, to a program, or to a new file. It is never shown. Where
/// that fails, the new key is deleted again. Only a Main key or the account's Auth Token may make keys. The old key stays until you retire it:
///
/// `twilio-audit fix plan --retire SK… --account AC… --irreversible SK…`
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Args {
    /// The key to replace
    #[arg(value_name = "SK…")]
    key: String,
    /// Its account
    #[arg(long, value_name = "AC…")]
    account: AccountSid,
    /// What the new key may do, as JSON: `{"allow": ["/twilio/…"]}` [default: allowed_permissions in audit.toml]
    #[arg(long, value_name = "FILE")]
    permissions: Option<PathBuf>,
    /// The name of the new key [default: that of the old one]
    #[arg(long, value_name = "TEXT")]
    name: Option<String>,
    #[command(flatten)]
    to: To,
    /// Where the journal is written [default: rotate-SK….journal.jsonl]
    #[arg(long, value_name = "FILE")]
    journal: Option<PathBuf>,
    #[command(flatten)]
    as_whom: AsWhom,
}

/// Where the secret goes: to one of these.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct To {
    /// Keep the secret in the keyring, in place of the account's entry, as `login` does
    #[arg(long)]
    to_keyring: bool,
    /// Give the secret to a program's standard input; its words as a JSON list, as in `["pass", "insert", "-m", "twilio"]`
    #[arg(long, value_name = "LIST", value_parser = words)]
    to_command: Option<Words>,
    /// Write the secret into a new file that only you can read, in the form of a credentials file
    #[arg(long, value_name = "FILE")]
    to_file: Option<PathBuf>,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    the new key was made, and its secret handed over
  2    the key, the permissions, the credentials or the command line is wrong: nothing was changed
  3    no key was made, or it was deleted again
  4    nobody could sign in: nothing was changed
  5    a key was left that nobody should use, or the journal could not be written";

/// A program and its arguments.
#[derive(Debug, Clone)]
struct Words(Vec<String>);

fn words(text: &str) -> Result<Words, &'static str> {
    let words: Vec<String> = serde_json::from_str(text).map_err(|_| "is no JSON list of texts")?;
    if words.first().is_none_or(String::is_empty) {
        return Err("names no program");
    }
    Ok(Words(words))
}

/// A policy, as `permissions` words it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Policy {
    allow: Vec<String>,
}

/// Runs the command.
pub(super) fn run(args: &Args) -> Result<Exit, Stop> {
    let usage = |sentence: String| Stop::new(Exit::Usage, anyhow!("{sentence}"));
    if !looks_like_sid(&args.key) || !args.key.starts_with("SK") {
        return Err(usage(format!("{:?} is no SID of an API key", args.key)));
    }
    let rotation = args.rotation()?;
    let recipient = args.recipient();
    recipient.check().map_err(usage)?;
    let gathered = args.as_whom.gather(Region::Us1)?;
    let address = args.as_whom.address()?;
    to_its_end(async {
        let signed_in = SignedIn::with(gathered.credentials, address, Region::Us1).await?;
        let path =
            args.journal.clone().unwrap_or_else(|| format!("rotate-{}.journal.jsonl", args.key).into());
        let mut journal = begin(&path, &rotation)?;
        let mut hand_over = |key: &fix::NewKey| recipient.take(&rotation.account, key, &OsKeyring);
        let ended = fix::rotate(&signed_in.hands(), &mut journal, &rotation, &mut hand_over).await;
        args.tell(ended.map_err(Stop::with(Exit::Broken))?)
    })
}

fn begin(path: &Path, rotation: &Rotation) -> Result<Journal, Stop> {
    let journal = Journal::create(path, "fix rotate", "", rotation.account.as_str(), Region::Us1);
    journal.map_err(|error| match error {
        fix::JournalError::Exists { path } => Stop::new(
            Exit::Usage,
            anyhow!(
                "{} is there already: it says what became of an earlier rotation of this key. Look, and choose another \
                 --journal",
                path.display()
            ),
        ),
        other => Stop::new(Exit::Broken, other),
    })
}

impl Args {
    fn recipient(&self) -> Recipient {
        match (&self.to.to_command, &self.to.to_file) {
            (Some(words), _) => Recipient::Command(words.0.clone()),
            (None, Some(path)) => Recipient::File(path.clone()),
            (None, None) => Recipient::Keyring,
        }
    }

    /// What is asked for.
    fn rotation(&self) -> Result<Rotation, Stop> {
        let usage = Stop::with::<anyhow::Error>(Exit::Usage);
        let permissions = match &self.permissions {
            Some(path) => policy(path).map_err(usage)?,
            None => {
                let intent = read_declared(self.as_whom.config.as_deref())?.unwrap_or_default();
                declared(&intent, &self.account, &self.key).map_err(usage)?
            }
        };
        if permissions.len() > MOST_PERMISSIONS_PER_KEY {
            let many = counted(permissions.len(), "permission");
            let error =
                anyhow!("{many} are more than the {MOST_PERMISSIONS_PER_KEY} that Twilio allows per key");
            return Err(Stop::new(Exit::Usage, error));
        }
        if let Some(odd) = permissions.iter().find(|one| !one.starts_with("/twilio/")) {
            return Err(Stop::new(Exit::Usage, anyhow!("{odd:?} is no permission of Twilio's")));
        }
        Ok(Rotation {
            account: self.account.clone(),
            old: self.key.clone(),
            permissions,
            name: self.name.clone(),
        })
    }

    /// Says how it ended.
    fn tell(&self, ended: Rotated) -> Result<Exit, Stop> {
        match ended {
            Rotated::Handed { new } => {
                print(|out| {
                    writeln!(out, "New key: {new}")?;
                    writeln!(out, "Its secret was handed over, and nobody can read it again.")?;
                    writeln!(
                        out,
                        "The old key {} still works. Once nothing uses it, scan, and retire it:",
                        self.key
                    )?;
                    writeln!(
                        out,
                        "twilio-audit fix plan --retire {0} --account {1} --irreversible {0}",
                        self.key, self.account
                    )
                })?;
                Ok(Exit::Complete)
            }
            Rotated::NotMade(why) => {
                Err(Stop::new(Exit::Incomplete, anyhow!("{why}. The old key is as it was")))
            }
            Rotated::Left { why, delete } => {
                let how = delete.map(|line| format!(". To delete the new key: {line}")).unwrap_or_default();
                Err(Stop::new(Exit::Broken, anyhow!("{why}{how}. The old key is as it was")))
            }
        }
    }
}

/// The permissions in a file.
fn policy(path: &Path) -> anyhow::Result<Vec<String>> {
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    let policy: Policy = serde_json::from_str(&text)
        .map_err(|_| anyhow!("{}: no policy of the form {{\"allow\": [\"/twilio/…\"]}}", path.display()))?;
    if policy.allow.is_empty() {
        return Err(anyhow!("{}: it allows nothing", path.display()));
    }
    Ok(policy.allow)
}

/// The permissions that audit.toml declares for a key.
fn declared(intent: &Intent, account: &AccountSid, key: &str) -> anyhow::Result<Vec<String>> {
    let declared = intent.key.iter().find(|one| one.sid == key && one.account == *account);
    match declared.map(|one| &one.allowed_permissions) {
        Some(permissions) if !permissions.is_empty() => Ok(permissions.clone()),
        _ => Err(anyhow!(
            "audit.toml declares no permissions for {key} of {account}: add allowed_permissions to its [[key]], or \
             give --permissions FILE"
        )),
    }
}
