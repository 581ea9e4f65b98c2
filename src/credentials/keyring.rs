//! Credentials in the keyring of the operating system.
//!
//! A keyring cannot be asked what it holds, so one entry lists the accounts and each account has an
//! entry of its own. The keyring is asked on a thread that nobody waits for longer than a few
//! seconds: one that prompts, or a bus that does not answer, would block for ever.

use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Credential, Secret, Source};
use crate::model::AccountSid;

const SERVICE: &str = "twilio-audit";
const INDEX: &str = "accounts";
const LIMIT: Duration = Duration::from_secs(5);

/// Named secrets that outlive the program.
pub trait SecretStore {
    /// The secret of that name; `None` where there is none, or where a locked keyring says so.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    fn get(&self, name: &str) -> Result<Option<Secret>, StoreError>;

    /// Stores the secret, replacing one of that name.
    ///
    /// # Errors
    /// Where the store cannot be asked, or refuses.
    fn set(&self, name: &str, secret: &Secret) -> Result<(), StoreError>;

    /// Removes the secret; says whether there was one.
    ///
    /// # Errors
    /// Where the store cannot be asked, or refuses.
    fn delete(&self, name: &str) -> Result<bool, StoreError>;
}

/// Why a keyring was of no use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// There is no keyring on this machine; the system's own words are for the log.
    #[error("this machine has no keyring that can be used")]
    Unavailable(String),
    /// It does not answer; perhaps it shows a dialog somewhere.
    #[error("the keyring did not answer within 5 seconds")]
    NoAnswer,
    /// It is there and locked, and nobody unlocked it when it asked; the system's own words are for the log.
    #[error("the keyring is locked, or may not be used from here: unlock it and try again")]
    Locked(String),
    /// It answered with an error.
    #[error("the keyring failed ({0})")]
    Failed(String),
    /// The list of accounts names one that has no entry.
    #[error("the keyring entry of {0} was not found, or the keyring is locked")]
    Missing(AccountSid),
    /// An entry that this program did not write like that.
    #[error("the keyring entry of {0} is damaged; run `twilio-audit login` for it again")]
    Damaged(String),
}

/// The keyring of the operating system.
#[derive(Debug, Clone, Copy)]
pub struct OsKeyring;

impl OsKeyring {
    fn ask<T: Send + 'static>(
        name: &str,
        question: impl FnOnce(&keyring::Entry) -> keyring::Result<T> + Send + 'static,
    ) -> Result<Option<T>, StoreError> {
        let name = name.to_owned();
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let answer = keyring::Entry::new(SERVICE, &name).and_then(|entry| question(&entry));
            let answer = match answer {
                Ok(value) => Ok(Some(value)),
                Err(keyring::Error::NoEntry) => Ok(None),
                Err(keyring::Error::NoDefaultStore) => {
                    let status = status();
                    tracing::info!("no keyring: {status}");
                    Err(StoreError::Unavailable(status))
                }
                Err(keyring::Error::NoStorageAccess(error)) => {
                    tracing::info!("no access to the keyring: {error}");
                    Err(StoreError::Locked(error.to_string()))
                }
                Err(error) => Err(StoreError::Failed(error.to_string())),
            };
            // The one who asked may have given up.
            let _ = sender.send(answer);
        });
        receiver.recv_timeout(LIMIT).unwrap_or(Err(StoreError::NoAnswer))
    }
}

/// Why the platform's store could not be opened, in its own words.
fn status() -> String {
    match keyring::Entry::store_status() {
        Ok(()) => "no store".to_owned(),
        Err(error) => error.to_string(),
    }
}

impl SecretStore for OsKeyring {
    fn get(&self, name: &str) -> Result<Option<Secret>, StoreError> {
        Self::ask(name, |entry| entry.get_password().map(Secret::new))
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), StoreError> {
        let secret = secret.clone();
        let stored = Self::ask(name, move |entry| entry.set_password(secret.reveal()))?;
        stored.ok_or_else(|| StoreError::Failed("it is locked".to_owned()))
    }

    fn delete(&self, name: &str) -> Result<bool, StoreError> {
        Ok(Self::ask(name, keyring::Entry::delete_credential)?.is_some())
    }
}

/// Our entries in a store.
pub struct Keyring<'s> {
    store: &'s dyn SecretStore,
}

#[derive(Deserialize)]
struct Stored {
    user: String,
    secret: Secret,
}

/// The same to be written. No [`Secret`] can be written, so its text is named here and wiped after.
#[derive(Serialize)]
struct ToStore<'a> {
    user: &'a str,
    secret: &'a str,
}

impl<'s> Keyring<'s> {
    /// The entries in `store`.
    pub fn new(store: &'s dyn SecretStore) -> Self {
        Self { store }
    }

    /// The accounts that have an entry.
    ///
    /// # Errors
    /// Where the store cannot be asked.
    pub fn accounts(&self) -> Result<BTreeSet<AccountSid>, StoreError> {
        let index = self.store.get(INDEX)?;
        let lines = index.as_ref().map_or("", Secret::reveal).lines();
        lines
            .map(|line| line.parse().map_err(|_| StoreError::Damaged("the list of accounts".into())))
            .collect()
    }

    /// Every stored credential.
    ///
    /// # Errors
    /// Where the store cannot be asked, or an entry is missing or damaged: auditing with the rest
    /// would look like a choice that nobody made.
    pub fn load(&self) -> Result<Vec<Credential>, StoreError> {
        self.accounts()?.into_iter().map(|account| self.entry(account)).collect()
    }

    fn entry(&self, account: AccountSid) -> Result<Credential, StoreError> {
        let Some(text) = self.store.get(account.as_str())? else {
            return Err(StoreError::Missing(account));
        };
        serde_json::from_str::<Stored>(text.reveal())
            .ok()
            .and_then(|stored| {
                Credential::new(account.as_str(), &stored.user, stored.secret, Source::Keyring).ok()
            })
            .ok_or_else(|| StoreError::Damaged(account.to_string()))
    }

    /// Stores the credential of an account in place of an earlier one.
    ///
    /// # Errors
    /// Where the store cannot be asked, or refuses.
    pub fn store(&self, credential: &Credential) -> Result<(), StoreError> {
        let mut accounts = self.accounts()?;
        let entry = entry_of(credential)
            .map_err(|error| StoreError::Failed(format!("it cannot be written: {error}")))?;
        // The entry first: a listed account without an entry would stop every later run.
        self.store.set(credential.account.as_str(), &entry)?;
        accounts.insert(credential.account.clone());
        self.write_index(&accounts)
    }

    /// Removes the credential of one account; says whether there was one.
    ///
    /// # Errors
    /// Where the store cannot be asked, or refuses.
    pub fn remove(&self, account: &AccountSid) -> Result<bool, StoreError> {
        let mut accounts = self.accounts()?;
        let listed = accounts.remove(account);
        let deleted = self.store.delete(account.as_str())?;
        if listed {
            self.write_index(&accounts)?;
        }
        Ok(listed || deleted)
    }

    fn write_index(&self, accounts: &BTreeSet<AccountSid>) -> Result<(), StoreError> {
        if accounts.is_empty() {
            return self.store.delete(INDEX).map(drop);
        }
        let lines: Vec<&str> = accounts.iter().map(AccountSid::as_str).collect();
        self.store.set(INDEX, &Secret::new(lines.join("\n")))
    }
}

/// What the keyring holds of a credential.
fn entry_of(credential: &Credential) -> io::Result<Secret> {
    let text = ToStore { user: &credential.user, secret: credential.secret.reveal() };
    // Room for every character to be escaped, so that it never moves and leaves a copy.
    let room = 64 + 6 * (text.user.len() + text.secret.len());
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    serde_json::to_writer(&mut *bytes, &text)?;
    Secret::of_bytes(&bytes)
}

/// A store in memory, for tests here and of the commands.
#[cfg(test)]
pub(crate) mod fake {
    use std::cell::RefCell;
    use std::collections::BTreeMap;

    use super::*;

    #[derive(Default)]
    pub(crate) struct Memory {
        pub(crate) secrets: RefCell<BTreeMap<String, Secret>>,
        pub(crate) broken: Option<StoreError>,
    }

    impl Memory {
        fn usable(&self) -> Result<(), StoreError> {
            self.broken.clone().map_or(Ok(()), Err)
        }
    }

    impl SecretStore for Memory {
        fn get(&self, name: &str) -> Result<Option<Secret>, StoreError> {
            self.usable()?;
            Ok(self.secrets.borrow().get(name).cloned())
        }

        fn set(&self, name: &str, secret: &Secret) -> Result<(), StoreError> {
            self.usable()?;
            self.secrets.borrow_mut().insert(name.to_owned(), secret.clone());
            Ok(())
        }

        fn delete(&self, name: &str) -> Result<bool, StoreError> {
            self.usable()?;
            Ok(self.secrets.borrow_mut().remove(name).is_some())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fake::Memory;
    use super::*;

    const ONE: &str = "AC00000000000000000000000000000001";
    const TWO: &str = "AC00000000000000000000000000000002";

    fn credential(account: &str, secret: &str) -> Credential {
        Credential::new(account, account, Secret::new(secret.into()), Source::Keyring).unwrap()
    }

    #[test]
    fn what_is_stored_comes_back_until_it_is_removed() {
        let memory = Memory::default();
        let keyring = Keyring::new(&memory);
        assert!(keyring.load().unwrap().is_empty());
        for (account, secret) in [(TWO, "second"), (ONE, "first"), (ONE, "changed")] {
            keyring.store(&credential(account, secret)).unwrap();
        }
        let loaded = keyring.load().unwrap();
        let secrets: Vec<&str> = loaded.iter().map(|credential| credential.secret.reveal()).collect();
        assert_eq!(secrets, ["changed", "second"]);

        assert!(keyring.remove(&ONE.parse().unwrap()).unwrap());
        assert!(!keyring.remove(&ONE.parse().unwrap()).unwrap());
        assert_eq!(keyring.load().unwrap().len(), 1);
        keyring.remove(&TWO.parse().unwrap()).unwrap();
        assert!(memory.secrets.borrow().is_empty(), "nothing is left behind, not even the list");
    }

    #[test]
    fn a_lost_or_damaged_entry_is_said_and_can_be_removed() {
        let memory = Memory::default();
        let keyring = Keyring::new(&memory);
        keyring.store(&credential(ONE, "first")).unwrap();
        memory.secrets.borrow_mut().insert(ONE.into(), Secret::new("{\"user\": \"s3cret\"".into()));
        let error = keyring.load().unwrap_err();
        assert_eq!(error, StoreError::Damaged(ONE.into()));
        memory.secrets.borrow_mut().remove(ONE);
        let error = keyring.load().unwrap_err().to_string();
        assert!(error.contains("not found, or the keyring is locked"), "{error}");
        assert!(keyring.remove(&ONE.parse().unwrap()).unwrap());
        assert!(keyring.load().unwrap().is_empty());
    }

    #[test]
    fn a_machine_without_a_keyring_gets_one_sentence() {
        // Where there is a keyring, this asks for a name that nobody has.
        match OsKeyring.get("a-name-that-nobody-has") {
            Ok(found) => assert!(found.is_none()),
            Err(error) => assert!(!error.to_string().contains('\n'), "{error}"),
        }
    }
}
