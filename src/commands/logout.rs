//! `logout`: removes credentials and other secrets from the keyring, and says which.
//!
//! Twilio is not told: a key that is no longer wanted must also be deleted there.

use std::io::{self, Write};

use anyhow::{Context, bail};

use super::login::secret_name;
use super::{Exit, Stop};
use crate::credentials::{Keyring, OsKeyring, SecretStore, keyring_entry};
use crate::model::AccountSid;

/// Remove credentials from the operating system's keyring
///
/// Twilio is not told: a key that nobody needs any more must also be deleted there. Credentials in files and
/// in the environment are not touched; `twilio-audit login --help` says where a scan looks for them.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The account (AC…) whose credential is removed; without it, all are
    pub account: Option<AccountSid>,
    /// Remove the secret of this name, which `login --secret` stored, and no credential
    #[arg(long, value_name = "NAME", value_parser = secret_name, conflicts_with = "account")]
    pub secret: Option<String>,
}

/// Removes, and says on standard error what was removed.
///
/// # Errors
/// Where the keyring is of no use, or holds no credential of the named account.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    let done = log_out(args, &OsKeyring, &mut io::stderr().lock());
    done.map(|()| Exit::Complete).map_err(Stop::with(Exit::Usage))
}

fn log_out(args: &Args, store: &dyn SecretStore, talk: &mut dyn Write) -> anyhow::Result<()> {
    if let Some(name) = &args.secret {
        if !store.delete(&keyring_entry(name)).context("nothing was removed")? {
            bail!("no secret `{name}` in the keyring: not found, or the keyring is locked");
        }
        writeln!(talk, "Removed the secret `{name}` from the keyring.")?;
        return Ok(());
    }
    let keyring = Keyring::new(store);
    if let Some(account) = &args.account {
        if !keyring.remove(account).context("nothing was removed")? {
            bail!("no credential of {account} in the keyring: not found, or the keyring is locked");
        }
        writeln!(talk, "Removed the credential of {account} from the keyring.")?;
        return Ok(());
    }
    let accounts = keyring.accounts().context("nothing was removed")?;
    if accounts.is_empty() {
        writeln!(talk, "There was nothing to remove: the keyring holds no credential, or it is locked.")?;
    }
    for account in accounts {
        keyring.remove(&account).with_context(|| format!("the credential of {account} is still stored"))?;
        writeln!(talk, "Removed the credential of {account} from the keyring.")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credentials::fake::Memory;
    use crate::credentials::{Credential, Secret, Source};

    const ONE: &str = "AC00000000000000000000000000000001";
    const TWO: &str = "AC00000000000000000000000000000002";
    const OTHER: &str = "AC00000000000000000000000000000009";

    fn filled() -> Memory {
        let store = Memory::default();
        for account in [ONE, TWO] {
            let credential =
                Credential::new(account, account, Secret::new("s3cret-value".into()), Source::Keyring)
                    .unwrap();
            Keyring::new(&store).store(&credential).unwrap();
        }
        store
    }

    fn log_out_of(account: Option<&str>, store: &Memory) -> (anyhow::Result<()>, String) {
        let mut talk = Vec::new();
        let args = Args { account: account.map(|account| account.parse().unwrap()), secret: None };
        let result = log_out(&args, store, &mut talk);
        (result, String::from_utf8(talk).unwrap())
    }

    #[test]
    fn one_account_is_removed_and_the_other_stays() {
        let store = filled();
        let (result, talk) = log_out_of(Some(TWO), &store);
        result.unwrap();
        assert!(talk.contains(TWO) && !talk.contains(ONE), "{talk}");
        let left = Keyring::new(&store).accounts().unwrap();
        assert_eq!(left.iter().map(AccountSid::as_str).collect::<Vec<_>>(), [ONE]);
    }

    #[test]
    fn all_are_removed_and_named() {
        let store = filled();
        let (result, talk) = log_out_of(None, &store);
        result.unwrap();
        assert!(talk.contains(ONE) && talk.contains(TWO), "{talk}");
        assert!(store.secrets.borrow().is_empty());
        assert!(log_out_of(None, &store).1.contains("nothing to remove"));
    }

    #[test]
    fn a_named_secret_is_removed_alone() {
        let store = filled();
        store.set("secret:ops", &Secret::new("s3cret-value".into())).unwrap();
        let args = Args { account: None, secret: Some("ops".into()) };
        log_out(&args, &store, &mut Vec::new()).unwrap();
        assert!(store.get("secret:ops").unwrap().is_none());
        assert_eq!(Keyring::new(&store).accounts().unwrap().len(), 2);
        assert!(log_out(&args, &store, &mut Vec::new()).is_err());
    }

    #[test]
    fn an_account_without_a_credential_is_an_error() {
        let error = log_out_of(Some(OTHER), &filled()).0.unwrap_err().to_string();
        assert!(error.contains(OTHER) && error.contains("locked"), "{error}");
    }
}
