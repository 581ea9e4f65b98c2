//! The file format of credentials: `[[credential]]` tables with `account`, `user` and `secret`.
//!
//! The TOML reader's own messages are not passed on, because they quote the line at fault.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::{Credential, CredentialError, Credentials, Part, Secret, Source};

/// More than any list of accounts needs; a wrong file is noticed before it fills the memory.
pub(super) const MAX_BYTES: u64 = 1 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    credential: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    account: Spanned<String>,
    user: Option<Spanned<String>>,
    secret: Spanned<String>,
}

/// Reads the file that the user named; refuses it where others can read it.
pub(super) fn read_private(path: &Path) -> Result<Credentials, CredentialError> {
    let name = path.display().to_string();
    let file = open(path, &name)?;
    refuse_if_shared(&file, &name)?;
    let text = read_text(file, &name)?;
    parse(&text, &name, &Source::File(path.to_owned()))
}

/// Reads a file that the service manager guards. systemd may grant access through an access list,
/// which shows as group permission, so the mode says nothing here. `None` where there is no file.
pub(super) fn read_guarded(path: &Path) -> Result<Option<Credentials>, CredentialError> {
    let name = path.display().to_string();
    match open(path, &name) {
        Ok(file) => parse(&read_text(file, &name)?, &name, &Source::Systemd).map(Some),
        Err(CredentialError::Unreadable { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

fn open(path: &Path, name: &str) -> Result<File, CredentialError> {
    File::open(path).map_err(|source| CredentialError::Unreadable { name: name.to_owned(), source })
}

/// Asks the open file, not the path: between two looks at a path the file can be exchanged.
#[cfg(unix)]
fn refuse_if_shared(file: &File, name: &str) -> Result<(), CredentialError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata =
        file.metadata().map_err(|source| CredentialError::Unreadable { name: name.to_owned(), source })?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(CredentialError::ReadableByOthers { name: name.to_owned() });
    }
    Ok(())
}

/// Elsewhere a file in a user's profile is private by default, and its access list is not asked.
#[cfg(not(unix))]
fn refuse_if_shared(_file: &File, _name: &str) -> Result<(), CredentialError> {
    Ok(())
}

pub(super) fn read_text(reader: impl Read, name: &str) -> Result<Secret, CredentialError> {
    let mut text = String::new();
    match reader.take(MAX_BYTES).read_to_string(&mut text) {
        Ok(_) => Ok(Secret::new(text)),
        Err(source) => Err(CredentialError::Unreadable { name: name.to_owned(), source }),
    }
}

/// Understands `text`, which came from `source` and is called `name` in errors.
pub(super) fn parse(text: &Secret, name: &str, source: &Source) -> Result<Credentials, CredentialError> {
    let text = text.reveal();
    let invalid = |(at, problem): (Option<Range<usize>>, String)| {
        let before = at.and_then(|at| text.get(..at.start)).unwrap_or_default();
        CredentialError::Invalid { name: name.to_owned(), line: before.matches('\n').count() + 1, problem }
    };
    let document: Document =
        toml::from_str(text).map_err(|error| invalid((error.span(), explain(&error).to_owned())))?;
    if document.credential.is_empty() {
        return Err(invalid((None, "there is no [[credential]] table".to_owned())));
    }
    let mut credentials = Credentials::default();
    for entry in document.credential {
        let at = entry.account.span();
        let credential = entry.understand(source).map_err(|(at, problem)| invalid((Some(at), problem)))?;
        if credentials.own(&credential.account).is_some() {
            let problem = format!("a second credential of {}; keep one", credential.account);
            return Err(invalid((Some(at), problem)));
        }
        credentials.add(credential);
    }
    Ok(credentials)
}

impl Entry {
    /// The credential, or the place in the file that is at fault and why.
    fn understand(self, source: &Source) -> Result<Credential, (Range<usize>, String)> {
        let (account, user) = (&self.account, self.user.as_ref().unwrap_or(&self.account));
        let secret = Secret::new(self.secret.get_ref().clone());
        Credential::new(account.get_ref(), user.get_ref(), secret, source.clone()).map_err(|wrong| {
            let at = match wrong.part {
                Part::Account => account.span(),
                Part::User => user.span(),
                Part::Secret => self.secret.span(),
            };
            (at, wrong.to_string())
        })
    }
}

/// The sort of mistake, in words that cannot contain what was written in the file.
fn explain(error: &toml::de::Error) -> &'static str {
    match error.message() {
        message if message.starts_with("unknown field") => {
            "unknown key; [[credential]] has `account`, `user` and `secret`"
        }
        "missing field `account`" => "`account` is missing",
        "missing field `secret`" => "`secret` is missing",
        message if message.starts_with("invalid type") => {
            "the value has the wrong type; write `account`, `user` and `secret` of a [[credential]] as quoted text"
        }
        _ => {
            "this is not valid TOML; write [[credential]], then `account`, `user` and `secret` as quoted text"
        }
    }
}
