//! A secret is overwritten once nobody holds it: after each way in, no copy of it is left in the memory of the process.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/memory.rs"]
mod memory;

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use memory::Hidden;
use twilio_audit::credentials::{
    Credential, Keyring, Secret, SecretStore, Source, Sources, StoreError, gather, keyring_entry,
    named_secret, secrets_of_file, signing_key,
};

const ACCOUNT: &str = "AC00000000000000000000000000000001";

/// A file that another program wrote.
fn printed(folder: &Path, name: &str, hidden: &Hidden, before: &str, after: &str) -> PathBuf {
    let path = folder.join(name);
    let script = format!("umask 077; printf '{before}{}{after}' > '{}'", hidden.for_printf(), path.display());
    assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
    path
}

fn credentials(folder: &Path, hidden: &Hidden) -> PathBuf {
    let before = format!("[[credential]]\\naccount = \"{ACCOUNT}\"\\nsecret = \"");
    printed(folder, "credentials.toml", hidden, &before, "\"\\n")
}

/// A keyring that is a folder of files.
struct Files<'a>(&'a Path);

impl SecretStore for Files<'_> {
    fn get(&self, name: &str) -> Result<Option<Secret>, StoreError> {
        let file = File::open(self.0.join(name)).ok();
        Ok(file.map(|file| Secret::read(file, 1 << 20).unwrap()))
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), StoreError> {
        fs::write(self.0.join(name), secret.reveal()).map_err(|error| StoreError::Failed(error.to_string()))
    }

    fn delete(&self, name: &str) -> Result<bool, StoreError> {
        Ok(fs::remove_file(self.0.join(name)).is_ok())
    }
}

fn nothing(_: &str) -> Option<String> {
    None
}

fn gathered(
    file: Option<&Path>,
    stdin: &mut dyn io::Read,
    environment: &dyn twilio_audit::credentials::Environment,
    command: &[String],
    keyring: &Path,
) -> Credential {
    let sources = Sources { file, stdin, environment, command, keyring: &Files(keyring) };
    gather(sources).unwrap().iter().next().unwrap().clone()
}

/// Held it is there, so that not finding it means something; dropped it is not.
fn is_wiped<T>(way: &str, hidden: &Hidden, read: impl FnOnce() -> T) {
    assert_eq!(hidden.copies_in("self"), 0, "{way}: before it is read");
    let held = read();
    assert!(hidden.copies_in("self") >= 1, "{way}: held");
    drop(held);
    assert_eq!(hidden.copies_in("self"), 0, "{way}: dropped");
}

/// One test, for the memory of a process is that of all its tests.
#[test]
fn every_way_in_leaves_nothing_behind() {
    let folder = tempfile::TempDir::new().unwrap();
    let folder = folder.path();
    let empty = folder.join("empty");
    fs::create_dir(&empty).unwrap();

    // That the search finds what was dropped without being wiped; else it would prove nothing.
    let hidden = Hidden::new(1);
    drop(hidden.text());
    assert!(hidden.copies_in("self") <= 1);
    let leaked = hidden.text();
    assert_eq!(hidden.copies_in("self"), 1);
    drop(leaked);

    let hidden = Hidden::new(2);
    is_wiped("a text", &hidden, || Secret::new(hidden.text()));

    let hidden = Hidden::new(3);
    is_wiped("a text with room to spare", &hidden, || {
        let mut text = hidden.text();
        text.reserve(4000);
        Secret::new(text)
    });

    let hidden = Hidden::new(4);
    let path = credentials(folder, &hidden);
    is_wiped("a file", &hidden, || gathered(Some(&path), &mut io::empty(), &nothing, &[], &empty));
    is_wiped("standard input", &hidden, || {
        gathered(Some(Path::new("-")), &mut File::open(&path).unwrap(), &nothing, &[], &empty)
    });
    let command = ["cat".to_owned(), path.display().to_string()];
    is_wiped("a program", &hidden, || gathered(None, &mut io::empty(), &nothing, &command, &empty));

    // A list that is longer than any buffer: it grows, and each time it moves.
    let hidden = Hidden::new(5);
    let before = format!(
        "{}[[credential]]\\naccount = \"{ACCOUNT}\"\\nsecret = \"",
        "# a long comment of whoever keeps the list\\n".repeat(2000)
    );
    let long = printed(folder, "long.toml", &hidden, &before, "\"\\n");
    is_wiped("a long file", &hidden, || gathered(Some(&long), &mut io::empty(), &nothing, &[], &empty));

    let hidden = Hidden::new(6);
    is_wiped("the environment", &hidden, || {
        let environment = |name: &str| match name {
            "TWILIO_ACCOUNT_SID" => Some(ACCOUNT.to_owned()),
            "TWILIO_AUTH_TOKEN" => Some(hidden.text()),
            _ => None,
        };
        gathered(None, &mut io::empty(), &environment, &[], &empty)
    });

    let hidden = Hidden::new(7);
    let keyring = folder.join("keyring");
    fs::create_dir(&keyring).unwrap();
    is_wiped("into the keyring", &hidden, || {
        let secret = Secret::new(hidden.text());
        let credential = Credential::new(ACCOUNT, ACCOUNT, secret, Source::Keyring).unwrap();
        Keyring::new(&Files(&keyring)).store(&credential).unwrap();
        credential
    });
    is_wiped("the keyring", &hidden, || gathered(None, &mut io::empty(), &nothing, &[], &keyring));

    let hidden = Hidden::new(8);
    printed(&keyring, &keyring_entry("ops"), &hidden, "", "");
    let named = || named_secret("ops", &Default::default(), &nothing, &Files(&keyring)).unwrap();
    is_wiped("a named secret", &hidden, named);

    let hidden = Hidden::new(9);
    let table = printed(folder, "secrets.toml", &hidden, "[[secret]]\\nname = \"ops\"\\nvalue = \"", "\"\\n");
    is_wiped("a secret of a file", &hidden, || {
        secrets_of_file(Some(&table), &mut io::empty(), &nothing).unwrap()
    });

    let hidden = Hidden::new(10);
    let key = printed(folder, "key", &hidden, "", "\\n");
    is_wiped("a key to sign with", &hidden, || {
        signing_key(Some(&key), true, &nothing, &Files(&empty)).unwrap().unwrap()
    });
}
