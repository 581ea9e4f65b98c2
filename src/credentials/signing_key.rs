//! The key that finished scans are signed with: where it is looked for. What is in it is not looked at.

use std::path::Path;

use super::environment::Environment;
use super::keyring::SecretStore;
use super::{CredentialError, Secret, file};

/// The name of the key among the credentials of the service manager, and of its file.
pub const SIGNING_KEY: &str = "twilio-audit-signing-key";

/// The text of the key, and where it was found. A file that is named is the one; then comes the service manager, who has
/// it for nothing else; the keyring, which may be slow, only where a key is wanted in any case.
///
/// # Errors
/// Where the place has one that cannot be used, or one is wanted and there is none.
pub fn signing_key(
    named: Option<&Path>,
    is_wanted: bool,
    environment: &dyn Environment,
    keyring: &dyn SecretStore,
) -> Result<Option<(Secret, String)>, CredentialError> {
    if let Some(path) = named {
        let (name, text) = file::private_text(path)?;
        return Ok(Some((text, name)));
    }
    if let Some(directory) = environment.var("CREDENTIALS_DIRECTORY") {
        let path = Path::new(&directory).join(SIGNING_KEY);
        if let Some((name, text)) = file::guarded_text(&path)? {
            return Ok(Some((text, name)));
        }
    }
    if !is_wanted {
        return Ok(None);
    }
    let found = keyring.get(ENTRY).map_err(CredentialError::SigningKeyring)?;
    found.map(|text| Some((text, "the keyring".to_owned()))).ok_or(CredentialError::NoSigningKey)
}

/// The name of its entry in the keyring.
const ENTRY: &str = "signing-key";

/// Keeps a key in the keyring; one that is there stays.
///
/// # Errors
/// Where the keyring cannot be asked or refuses, or has one already.
pub fn keep_signing_key(text: &Secret, keyring: &dyn SecretStore) -> Result<(), CredentialError> {
    match keyring.get(ENTRY).map_err(CredentialError::SigningKeyring)? {
        Some(_) => Err(CredentialError::SigningKeyIsThere),
        None => keyring.set(ENTRY, text).map_err(CredentialError::SigningKeyring),
    }
}

#[cfg(test)]
mod tests {
    use super::super::StoreError;
    use super::super::keyring::fake::Memory;
    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    #[test]
    fn the_keyring_is_asked_only_where_a_key_is_wanted() {
        let broken = Memory { broken: Some(StoreError::NoAnswer), ..Memory::default() };
        assert!(signing_key(None, false, &nothing, &broken).unwrap().is_none());
        let error = signing_key(None, true, &nothing, &broken).unwrap_err().to_string();
        assert!(error.contains("did not answer") && error.contains("--signing-key FILE"), "{error}");
        let empty = Memory::default();
        let error = signing_key(None, true, &nothing, &empty).unwrap_err().to_string();
        assert!(error.contains("twilio-audit keygen"), "{error}");
    }

    #[test]
    fn a_kept_key_is_found_again_and_never_replaced() {
        let keyring = Memory::default();
        keep_signing_key(&Secret::new("the key".into()), &keyring).unwrap();
        assert!(keep_signing_key(&Secret::new("another".into()), &keyring).is_err());
        let (text, place) = signing_key(None, true, &nothing, &keyring).unwrap().unwrap();
        assert_eq!((text.reveal(), place.as_str()), ("the key", "the keyring"));
    }

    #[test]
    fn the_service_manager_comes_before_the_keyring() {
        let folder = tempfile::TempDir::new().unwrap();
        std::fs::write(folder.path().join(SIGNING_KEY), "of systemd").unwrap();
        let directory = folder.path().display().to_string();
        let environment = |name: &str| (name == "CREDENTIALS_DIRECTORY").then(|| directory.clone());
        let broken = Memory { broken: Some(StoreError::NoAnswer), ..Memory::default() };
        let (text, _) = signing_key(None, false, &environment, &broken).unwrap().unwrap();
        assert_eq!(text.reveal(), "of systemd");
    }
}
