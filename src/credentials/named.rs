//! Secrets that are no credential of Twilio's, by their names: what signs a webhook, the address of a Slack webhook, the
//! password of a mail server. `audit.toml` names them, and holds none.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use super::environment::Environment;
use super::keyring::SecretStore;
use super::{CredentialError, Secret};
use crate::model::is_slug;

/// More than any secret needs.
const MAX_BYTES: usize = 64 << 10;

/// The `[[secret]]` tables of a credentials file.
#[derive(Debug, Clone, Default)]
pub struct NamedSecrets(BTreeMap<String, Secret>);

impl NamedSecrets {
    /// Adds one; says whether its name was free.
    pub(super) fn add(&mut self, name: String, secret: Secret) -> bool {
        self.0.insert(name, secret).is_none()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The entry of the keyring that holds the secret of a name. No account has such a name.
pub fn keyring_entry(name: &str) -> String {
    format!("secret:{name}")
}

/// The secret of a name: from the credentials file, from the service manager, from the keyring, whichever has it first.
/// May wait for the keyring (5 seconds).
///
/// # Errors
///
/// Where no place has it, or what one has cannot be a secret.
pub fn named_secret(
    name: &str,
    in_file: &NamedSecrets,
    environment: &dyn Environment,
    keyring: &dyn SecretStore,
) -> Result<Secret, CredentialError> {
    // It becomes part of a path.
    let missing =
        |reason: &str| CredentialError::NoSecret { name: name.to_owned(), reason: reason.to_owned() };
    if !is_slug(name) {
        return Err(missing(""));
    }
    if let Some(secret) = in_file.0.get(name) {
        return Ok(secret.clone());
    }
    if let Some(directory) = environment.var("CREDENTIALS_DIRECTORY")
        && let Some(secret) = guarded(&Path::new(&directory).join(format!("twilio-audit-{name}")))?
    {
        return checked(name, secret);
    }
    match keyring.get(&keyring_entry(name)) {
        Ok(Some(secret)) => checked(name, secret),
        Ok(None) => Err(missing("")),
        Err(error) => Err(missing(&format!(" ({error})"))),
    }
}

/// What a file of the service manager holds; nothing where there is none.
fn guarded(path: &Path) -> Result<Option<Secret>, CredentialError> {
    let unreadable = |source| CredentialError::Unreadable { name: path.display().to_string(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let text = Secret::read(file, MAX_BYTES);
    Ok(Some(text.map_err(unreadable)?.without_line_end()))
}

/// Refuses what would break out of a header, and nothing at all.
fn checked(name: &str, secret: Secret) -> Result<Secret, CredentialError> {
    match secret.check_line() {
        Ok(()) => Ok(secret),
        Err(problem) => Err(CredentialError::BadSecret { name: name.to_owned(), problem }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::keyring::StoreError;
    use super::super::keyring::fake::Memory;
    use super::*;

    fn ask(name: &str, in_file: &NamedSecrets, directory: &Path, keyring: &Memory) -> Result<Secret, String> {
        let environment =
            |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| directory.display().to_string());
        named_secret(name, in_file, &environment, keyring).map_err(|error| error.to_string())
    }

    #[test]
    fn the_first_place_that_has_it_wins() {
        let (folder, keyring) = (tempfile::tempdir().unwrap(), Memory::default());
        let mut in_file = NamedSecrets::default();
        let found = |in_file: &_| ask("ops", in_file, folder.path(), &keyring);
        let error = found(&in_file).unwrap_err();
        assert!(error.contains("login --secret ops") && error.contains("twilio-audit-ops"), "{error}");
        keyring.set("secret:ops", &Secret::new("in-keyring".into())).unwrap();
        assert_eq!(found(&in_file).unwrap().reveal(), "in-keyring");
        std::fs::write(folder.path().join("twilio-audit-ops"), "from systemd\r\n").unwrap();
        assert_eq!(found(&in_file).unwrap().reveal(), "from systemd");
        assert!(in_file.add("ops".into(), Secret::new("in-file".into())));
        assert_eq!(found(&in_file).unwrap().reveal(), "in-file");
    }

    #[test]
    fn what_cannot_be_used_is_said_without_being_shown() {
        let folder = tempfile::tempdir().unwrap();
        for wrong in ["", "two\nlines-of-it"] {
            std::fs::write(folder.path().join("twilio-audit-ops"), wrong).unwrap();
            let error = ask("ops", &NamedSecrets::default(), folder.path(), &Memory::default()).unwrap_err();
            assert!(error.contains("the secret `ops`") && !error.contains("lines-of-it"), "{error}");
        }
        let broken = Memory { broken: Some(StoreError::Unavailable("no bus".into())), ..Memory::default() };
        let error = ask("other", &NamedSecrets::default(), folder.path(), &broken).unwrap_err();
        assert!(error.contains("no keyring") && error.contains("login --secret other"), "{error}");
        assert!(ask("../ops", &NamedSecrets::default(), folder.path(), &Memory::default()).is_err());
    }
}
