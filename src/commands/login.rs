//! `login`: asks for a credential, or another secret, on the terminal and keeps it in the keyring.
//!
//! Checks the shape only. Whether Twilio accepts it, and what it can read, shows in the next scan.

use std::io::{self, BufRead, IsTerminal, Write};

use anyhow::{Context, bail};

use super::{Exit, Stop};
use crate::credentials::{Credential, Keyring, OsKeyring, Secret, SecretStore, Source, keyring_entry};
use crate::model::is_slug;

/// Keep a credential in the operating system's keyring
///
/// Asks for the account SID, then for the SID of an API key or nothing, then for the key's secret or the
/// Auth Token. The secret is not shown while you type it, and it is never taken from the command line.
/// The keyring holds one credential per account; a scan uses all of them.
///
/// A scan takes its credentials from the first of these places that has any:
///
/// 1. `scan --credentials FILE`, or `-` for standard input
///
/// 2. `$CREDENTIALS_DIRECTORY/twilio-audit`, which systemd provides
///
/// 3. `TWILIO_ACCOUNT_SID` with `TWILIO_API_KEY` and `TWILIO_API_SECRET`, or with `TWILIO_AUTH_TOKEN`
///
/// 4. the program that `credential_command` names, in an audit.toml given by `--config`
///
/// 5. the keyring
///
/// What each kind of credential can read is told in docs/permissions.md.
///
/// With --secret it keeps another secret, which a target of [[notify]] in audit.toml names: the key that signs a webhook,
/// the address of a Slack webhook, the password of a mail server. It may also be piped in. Whoever is told takes it from
/// the first of these places that has it: a [[secret]] with that `name` and a `value` in the credentials file,
/// `$CREDENTIALS_DIRECTORY/twilio-audit-NAME`, the keyring.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Keep a secret of this name instead of a credential
    #[arg(long, value_name = "NAME", value_parser = secret_name)]
    secret: Option<String>,
}

/// The name of a secret.
pub(super) fn secret_name(text: &str) -> Result<String, &'static str> {
    let is_name = is_slug(text);
    if is_name { Ok(text.to_owned()) } else { Err("a name is lower-case letters, digits and hyphens") }
}

/// Where the answers come from.
pub(super) trait Prompt {
    /// Whether somebody is there to answer.
    fn is_terminal(&self) -> bool;
    /// The next line; empty at the end of the input.
    fn line(&mut self) -> io::Result<String>;
    /// The next line, not shown while it is typed.
    fn hidden(&mut self) -> io::Result<Secret>;
    /// All that is piped in.
    fn piped(&mut self) -> io::Result<Secret>;
}

/// More than any secret needs.
const MAX_BYTES: usize = 64 << 10;

struct Terminal;

impl Prompt for Terminal {
    fn is_terminal(&self) -> bool {
        io::stdin().is_terminal()
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line)
    }

    fn hidden(&mut self) -> io::Result<Secret> {
        let hide = rpassword::ConfigBuilder::new().password_feedback_hide().build();
        rpassword::read_password_with_config(hide).map(Secret::new)
    }

    fn piped(&mut self) -> io::Result<Secret> {
        Secret::read(io::stdin().lock(), MAX_BYTES)
    }
}

/// Asks, checks and stores. Everything is said on standard error.
///
/// # Errors
/// Where there is no terminal, an answer has the wrong shape, or the keyring is of no use.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    let talk = &mut io::stderr().lock();
    let done = match &args.secret {
        Some(name) => keep(name, &mut Terminal, &OsKeyring, talk),
        None => log_in(&mut Terminal, &OsKeyring, talk),
    };
    done.map(|()| Exit::Complete).map_err(Stop::with(Exit::Usage))
}

fn log_in(prompt: &mut dyn Prompt, store: &dyn SecretStore, talk: &mut dyn Write) -> anyhow::Result<()> {
    if !prompt.is_terminal() {
        bail!(
            "login asks on a terminal, and there is none here; in scripts use --credentials FILE, or set \
             TWILIO_ACCOUNT_SID with TWILIO_API_KEY and TWILIO_API_SECRET"
        );
    }
    let keyring = Keyring::new(store);
    // Asked first, so that nobody types a secret into a machine that cannot keep it.
    keyring.accounts().context(
        "nothing was stored; without a keyring use --credentials FILE, or set TWILIO_ACCOUNT_SID with \
         TWILIO_API_KEY and TWILIO_API_SECRET",
    )?;

    ask(talk, "Account SID (AC…): ")?;
    let account = prompt.line()?.trim().to_owned();
    ask(talk, "API key SID (SK…), or nothing to use the Auth Token: ")?;
    let user = Some(prompt.line()?.trim().to_owned()).filter(|line| !line.is_empty());
    ask(talk, if user.is_some() { "Secret of the key: " } else { "Auth Token: " })?;
    let secret = prompt.hidden()?;
    writeln!(talk)?;

    let user = user.unwrap_or_else(|| account.clone());
    let credential =
        Credential::new(&account, &user, secret, Source::Keyring).context("nothing was stored")?;
    keyring.store(&credential).context("nothing was stored")?;
    writeln!(
        talk,
        "Stored the credential of {account} in the keyring. `twilio-audit scan` uses it, and its coverage.csv \
         shows what it can read."
    )?;
    Ok(())
}

/// Keeps a secret that is no credential of Twilio's.
fn keep(
    name: &str,
    prompt: &mut dyn Prompt,
    store: &dyn SecretStore,
    talk: &mut dyn Write,
) -> anyhow::Result<()> {
    let entry = keyring_entry(name);
    // Asked first, so that nobody types a secret into a machine that cannot keep it.
    store.get(&entry).with_context(|| {
        format!("nothing was stored; without a keyring write a [[secret]] with the name {name} into the --credentials file")
    })?;
    let secret = if prompt.is_terminal() {
        ask(talk, &format!("Secret `{name}`: "))?;
        let typed = prompt.hidden()?;
        writeln!(talk)?;
        typed
    } else {
        prompt.piped()?
    };
    let secret = secret.without_line_end();
    if secret.reveal().is_empty() || secret.reveal().contains(char::is_control) {
        bail!("nothing was stored: a secret is one line of text");
    }
    store.set(&entry, &secret).context("nothing was stored")?;
    writeln!(talk, "Stored the secret `{name}` in the keyring.")?;
    Ok(())
}

fn ask(talk: &mut dyn Write, question: &str) -> io::Result<()> {
    write!(talk, "{question}")?;
    talk.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::StoreError;
    use crate::credentials::fake::Memory;

    const ACCOUNT: &str = "AC00000000000000000000000000000001";
    const KEY: &str = "SK00000000000000000000000000000003";

    /// Somebody who answers these lines, the last one hidden; without lines nobody is there.
    struct Typist(Vec<&'static str>);

    impl Prompt for Typist {
        fn is_terminal(&self) -> bool {
            !self.0.is_empty()
        }

        fn line(&mut self) -> io::Result<String> {
            Ok(format!("{}\n", self.0.remove(0)))
        }

        fn hidden(&mut self) -> io::Result<Secret> {
            Ok(Secret::new(self.0.remove(0).to_owned()))
        }

        fn piped(&mut self) -> io::Result<Secret> {
            Ok(Secret::new("p1ped-value\n".to_owned()))
        }
    }

    fn log_in_with(answers: Vec<&'static str>, store: &Memory) -> (anyhow::Result<()>, String) {
        let mut talk = Vec::new();
        let result = log_in(&mut Typist(answers), store, &mut talk);
        (result, String::from_utf8(talk).unwrap())
    }

    #[test]
    fn a_key_or_a_token_is_stored_and_never_shown() {
        for (user, stored_user) in [(KEY, KEY), ("", ACCOUNT)] {
            let store = Memory::default();
            let (result, talk) = log_in_with(vec![ACCOUNT, user, "s3cret-value"], &store);
            result.unwrap();
            let stored = Keyring::new(&store).load().unwrap();
            assert_eq!((stored[0].user.as_str(), stored[0].secret.reveal()), (stored_user, "s3cret-value"));
            assert!(talk.contains(ACCOUNT) && !talk.contains("s3cret"), "{talk}");
        }
    }

    #[test]
    fn a_slip_stores_nothing() {
        for answers in [["AC1", "", "s3cret-value"], [ACCOUNT, "s3cret-value", "x"], [ACCOUNT, KEY, ""]] {
            let store = Memory::default();
            let (result, talk) = log_in_with(answers.to_vec(), &store);
            let error = format!("{:#}", result.unwrap_err());
            assert!(error.contains("nothing was stored"), "{error}");
            assert!(!error.contains("s3cret") && !talk.contains("s3cret"), "{error}{talk}");
            assert!(store.secrets.borrow().is_empty());
        }
    }

    #[test]
    fn without_a_terminal_it_points_at_the_other_ways() {
        let error = log_in_with(vec![], &Memory::default()).0.unwrap_err().to_string();
        assert!(error.contains("--credentials FILE"), "{error}");
    }

    #[test]
    fn a_named_secret_is_typed_or_piped_in_and_never_shown() {
        for (answers, expected) in [(vec!["s3cret value"], "s3cret value"), (vec![], "p1ped-value")] {
            let (store, mut talk) = (Memory::default(), Vec::new());
            keep("ops", &mut Typist(answers), &store, &mut talk).unwrap();
            assert_eq!(store.get("secret:ops").unwrap().unwrap().reveal(), expected);
            let talk = String::from_utf8(talk).unwrap();
            assert!(talk.contains("`ops`") && !talk.contains(expected), "{talk}");
            assert!(Keyring::new(&store).load().unwrap().is_empty(), "it is no credential");
        }
        let store = Memory::default();
        assert!(keep("ops", &mut Typist(vec![""]), &store, &mut Vec::new()).is_err());
        assert!(store.secrets.borrow().is_empty());
        assert!(secret_name("../ops").is_err());
    }

    #[test]
    fn without_a_keyring_no_secret_is_asked_for() {
        let broken = Some(StoreError::Unavailable("no bus".into()));
        let store = Memory { broken, ..Memory::default() };
        let (result, talk) = log_in_with(vec![ACCOUNT, KEY, "s3cret-value"], &store);
        let error = format!("{:#}", result.unwrap_err());
        assert!(error.contains("no keyring") && error.contains("--credentials FILE"), "{error}");
        assert_eq!(talk, "");
    }
}
