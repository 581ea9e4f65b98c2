//! Where the secret of a new key goes: the keyring, a program's standard input, or a new file. Never the terminal.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::rotate::NewKey;
use crate::credentials::{Credential, Keyring, Secret, SecretStore, Source, wait_until};
use crate::model::AccountSid;

/// Long enough to touch a security key or to unlock a vault.
const LIMIT: Duration = Duration::from_secs(60);

/// Who takes the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// The keyring, in place of the account's entry.
    Keyring,
    /// A program, started without a shell: it reads the secret and nothing else from its standard input.
    Command(Vec<String>),
    /// A new file that only its owner may read, in the form of a credentials file.
    File(PathBuf),
}

impl Recipient {
    /// What is certain to fail, before a key is made for nothing.
    ///
    /// # Errors
    ///
    /// With a sentence that says what is wrong.
    pub fn check(&self) -> Result<(), String> {
        match self {
            Self::Command(words) if words.first().is_none_or(String::is_empty) => {
                Err("the command names no program".to_owned())
            }
            Self::File(path) if fs::symlink_metadata(path).is_ok() => {
                Err(format!("{} is there already, and no file is replaced", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Hands the secret over, once.
    ///
    /// # Errors
    ///
    /// With a sentence that says what failed, without anything that the recipient printed.
    pub fn take(&self, account: &AccountSid, key: &NewKey, keyring: &dyn SecretStore) -> Result<(), String> {
        match self {
            Self::Keyring => to_keyring(account, key, keyring),
            Self::Command(words) => to_command(words, account, key, LIMIT),
            Self::File(path) => to_file(path, account, key),
        }
    }
}

fn to_keyring(account: &AccountSid, key: &NewKey, keyring: &dyn SecretStore) -> Result<(), String> {
    let credential = Credential::new(account.as_str(), &key.sid, key.secret.clone(), Source::Keyring)
        .map_err(|_| "it has not the shape of a secret of Twilio's".to_owned())?;
    Keyring::new(keyring).store(&credential).map_err(|error| error.to_string())
}

fn to_file(path: &Path, account: &AccountSid, key: &NewKey) -> Result<(), String> {
    let text = Zeroizing::new(format!(
        "[[credential]]\naccount = \"{account}\"\nuser = \"{}\"\nsecret = {}\n",
        key.sid,
        *in_quotes(&key.secret)
    ));
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
    written.map_err(|error| {
        // Half a secret is of no use to anybody.
        let _ = fs::remove_file(path);
        failed(error)
    })
}

/// As a text of TOML.
fn in_quotes(secret: &Secret) -> Zeroizing<String> {
    let mut quoted = Zeroizing::new(String::with_capacity(2 * secret.reveal().len() + 2));
    quoted.push('"');
    for letter in secret.reveal().chars() {
        if matches!(letter, '"' | '\\') {
            quoted.push('\\');
        }
        quoted.push(letter);
    }
    quoted.push('"');
    quoted
}

/// The program learns of whom the secret is from its environment. What it prints is thrown away: it may print the secret.
fn to_command(words: &[String], account: &AccountSid, key: &NewKey, limit: Duration) -> Result<(), String> {
    let Some((program, arguments)) = words.split_first() else {
        return Err("the command names no program".to_owned());
    };
    let mut child = Command::new(program)
        .args(arguments)
        .env("TWILIO_ACCOUNT_SID", account.as_str())
        .env("TWILIO_API_KEY", &key.sid)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("{program} cannot be started: {error}"))?;
    let fed = feed(&mut child, &key.secret);
    let status = wait_until(&mut child, Instant::now() + limit)
        .map_err(|error| format!("lost sight of {program}: {error}"))?;
    match status {
        None => Err(format!("{program} did not end within {} seconds and was stopped", limit.as_secs())),
        Some(status) if !status.success() => Err(format!("{program} ended with {status}")),
        // It has ended, so whatever was not read by now never is.
        Some(_) => match fed.recv_timeout(Duration::from_secs(1)) {
            Ok(Ok(())) => Ok(()),
            _ => Err(format!("{program} ended without reading the secret")),
        },
    }
}

/// Writes the secret on a thread of its own: a program that does not read must not hold up the rest.
fn feed(child: &mut Child, secret: &Secret) -> mpsc::Receiver<io::Result<()>> {
    let (sender, receiver) = mpsc::channel();
    let (pipe, secret) = (child.stdin.take(), secret.clone());
    thread::spawn(move || {
        let pipe = pipe.ok_or_else(|| io::Error::other("no pipe"));
        let _ = sender.send(pipe.and_then(|mut pipe| pipe.write_all(secret.reveal().as_bytes())));
    });
    receiver
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use crate::credentials::StoreError;
    use crate::credentials::fake::Memory;

    const CANARY: &str = "c4nary\"of\\secrets";

    fn account() -> AccountSid {
        "AC00000000000000000000000000000001".parse().unwrap()
    }

    fn key() -> NewKey {
        NewKey { sid: "SK00000000000000000000000000000001".into(), secret: Secret::new(CANARY.into()) }
    }

    fn shell(script: &str) -> Recipient {
        Recipient::Command(["sh", "-c", script].map(str::to_owned).to_vec())
    }

    #[test]
    fn a_program_reads_it_and_knows_of_whom_it_is() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("taken");
        let script =
            format!("cat > {0}; echo \" $TWILIO_ACCOUNT_SID $TWILIO_API_KEY\" >> {0}", path.display());
        shell(&script).take(&account(), &key(), &Memory::default()).unwrap();
        let taken = fs::read_to_string(path).unwrap();
        assert_eq!(taken, format!("{CANARY} {} {}\n", account(), key().sid));
    }

    #[test]
    fn a_program_that_fails_says_nothing_of_it() {
        let failures = [
            shell("cat >&2; exit 3"),
            Recipient::Command(vec!["/nonexistent/$(touch x)".to_owned()]),
            Recipient::Command(Vec::new()),
        ];
        for recipient in failures {
            let why = recipient.take(&account(), &key(), &Memory::default()).unwrap_err();
            assert!(!why.contains("c4nary"), "{why}");
        }
        let words = ["sleep", "600"].map(str::to_owned);
        let why = to_command(&words, &account(), &key(), Duration::ZERO).unwrap_err();
        assert!(why.contains("was stopped"), "{why}");
    }

    #[test]
    fn a_file_is_new_private_and_can_be_used() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("new.toml");
        let recipient = Recipient::File(path.clone());
        recipient.check().unwrap();
        recipient.take(&account(), &key(), &Memory::default()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read: toml::Value = toml::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        assert_eq!(read["credential"][0]["secret"].as_str(), Some(CANARY));
        recipient.check().unwrap_err();
        recipient.take(&account(), &key(), &Memory::default()).unwrap_err();
    }

    #[test]
    fn the_keyring_keeps_it_as_login_does_or_says_why_not() {
        let memory = Memory::default();
        Recipient::Keyring.take(&account(), &key(), &memory).unwrap();
        let kept = Keyring::new(&memory).load().unwrap();
        let kept = kept.first().unwrap();
        assert_eq!((kept.user.as_str(), kept.secret.reveal()), (key().sid.as_str(), CANARY));
        let broken = Memory { broken: Some(StoreError::NoAnswer), ..Memory::default() };
        Recipient::Keyring.take(&account(), &key(), &broken).unwrap_err();
    }
}
