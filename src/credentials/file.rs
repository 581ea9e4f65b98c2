//! The file format of credentials: `[[credential]]` tables with `account` (or `organization`), `user`, `secret` and
//! `region`; and of other secrets: `[[secret]]` tables with `name` and `value`.
//!
//! The TOML reader's own messages are not passed on, because they quote the line at fault.

use std::fs::File;
use std::io::Read;
use std::ops::Range;
use std::path::Path;

use serde::Deserialize;
use toml::Spanned;

use super::{Credential, CredentialError, Credentials, NamedSecrets, OrganizationApp, Part, Secret, Source};
use crate::model::{Region, did_you_mean, is_sid, is_slug};

/// More than any list of accounts needs; a wrong file is noticed before it fills the memory.
pub(super) const MAX_BYTES: usize = 16 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    #[serde(default)]
    credential: Vec<Entry>,
    #[serde(default)]
    secret: Vec<Named>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: Spanned<String>,
    value: Spanned<Secret>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    account: Option<Spanned<String>>,
    organization: Option<Spanned<String>>,
    user: Option<Spanned<String>>,
    secret: Spanned<Secret>,
    region: Option<Spanned<String>>,
}

/// What an entry turns out to be.
enum Understood {
    OfAccount(Credential),
    OfOrganization(OrganizationApp),
}

/// The place in the file that is at fault, and why.
type Fault = (Range<usize>, String);

/// Reads the file that the user named; refuses it where others can read it.
pub(super) fn read_private(path: &Path) -> Result<Credentials, CredentialError> {
    let (name, text) = private_text(path)?;
    parse(&text, &name, &Source::File(path.to_owned()))
}

/// The same for whoever needs its other secrets alone.
pub(super) fn read_private_secrets(path: &Path) -> Result<NamedSecrets, CredentialError> {
    let (name, text) = private_text(path)?;
    parse_secrets(&text, &name)
}

/// The text of a file that only its owner can read, and what errors call it.
pub(super) fn private_text(path: &Path) -> Result<(String, Secret), CredentialError> {
    let name = path.display().to_string();
    let file = open(path, &name)?;
    refuse_if_shared(&file, &name)?;
    let text = read_text(file, &name)?;
    Ok((name, text))
}

/// Reads a file that the service manager guards. `None` where there is no file.
pub(super) fn read_guarded(path: &Path) -> Result<Option<Credentials>, CredentialError> {
    guarded_text(path)?.map(|(name, text)| parse(&text, &name, &Source::Systemd)).transpose()
}

/// The same for whoever needs its other secrets alone; none where there is no file.
pub(super) fn read_guarded_secrets(path: &Path) -> Result<NamedSecrets, CredentialError> {
    guarded_text(path)?
        .map_or_else(|| Ok(NamedSecrets::default()), |(name, text)| parse_secrets(&text, &name))
}

/// systemd may grant access through an access list, which shows as group permission, so the mode says nothing here.
pub(super) fn guarded_text(path: &Path) -> Result<Option<(String, Secret)>, CredentialError> {
    let name = path.display().to_string();
    match open(path, &name) {
        Ok(file) => read_text(file, &name).map(|text| Some((name, text))),
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
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    let metadata =
        file.metadata().map_err(|source| CredentialError::Unreadable { name: name.to_owned(), source })?;
    if metadata.is_dir() {
        let source = std::io::ErrorKind::IsADirectory.into();
        return Err(CredentialError::Unreadable { name: name.to_owned(), source });
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(CredentialError::ReadableByOthers { name: name.to_owned() });
    }
    let owner = metadata.uid();
    if owner != 0 && owner != rustix::process::geteuid().as_raw() {
        return Err(CredentialError::OfAnother { name: name.to_owned(), owner });
    }
    Ok(())
}

/// Elsewhere a file in a user's profile is private by default, and its access list is not asked.
#[cfg(not(unix))]
fn refuse_if_shared(_file: &File, _name: &str) -> Result<(), CredentialError> {
    Ok(())
}

pub(super) fn read_text(reader: impl Read, name: &str) -> Result<Secret, CredentialError> {
    let text = Secret::read(reader, MAX_BYTES);
    text.map_err(|source| CredentialError::Unreadable { name: name.to_owned(), source })
}

/// A text, what errors call it, and where its lines end.
struct Lines<'t> {
    name: &'t str,
    text: &'t str,
    ends: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn of(text: &'t Secret, name: &'t str) -> Self {
        let text = text.reveal();
        Self { name, text, ends: text.match_indices('\n').map(|(at, _)| at).collect() }
    }

    fn line_of(&self, at: &Range<usize>) -> usize {
        self.ends.partition_point(|end| *end < at.start) + 1
    }

    fn invalid(&self, (at, problem): (Option<Range<usize>>, String)) -> CredentialError {
        let line = at.as_ref().map_or(1, |at| self.line_of(at));
        CredentialError::Invalid { name: self.name.to_owned(), line, problem }
    }

    fn document(&self) -> Result<Document, CredentialError> {
        toml::from_str(self.text).map_err(|error| self.invalid((error.span(), explain(&error))))
    }

    fn secrets(&self, entries: Vec<Named>) -> Result<NamedSecrets, CredentialError> {
        let mut secrets = NamedSecrets::default();
        for Named { name, value } in entries {
            let invalid = |at, problem: &str| self.invalid((Some(at), problem.to_owned()));
            if !is_slug(name.get_ref()) {
                let problem = "`name` must be a short name: lower-case letters, digits and hyphens";
                return Err(invalid(name.span(), problem));
            }
            let secret = value.get_ref().clone();
            secret.check_line().map_err(|problem| invalid(value.span(), &format!("`value` {problem}")))?;
            if !secrets.add(name.get_ref().clone(), secret) {
                return Err(invalid(name.span(), "a second secret of this name; keep one"));
            }
        }
        Ok(secrets)
    }
}

/// The other secrets of `text`, which need no credential beside them.
pub(super) fn parse_secrets(text: &Secret, name: &str) -> Result<NamedSecrets, CredentialError> {
    let lines = Lines::of(text, name);
    lines.secrets(lines.document()?.secret)
}

/// Understands `text`, which came from `source` and is called `name` in errors.
pub(super) fn parse(text: &Secret, name: &str, source: &Source) -> Result<Credentials, CredentialError> {
    let lines = Lines::of(text, name);
    let invalid = |fault| lines.invalid(fault);
    let document = lines.document()?;
    if document.credential.is_empty() {
        return Err(invalid((None, "there is no [[credential]] table".to_owned())));
    }
    let mut credentials = Credentials::default();
    credentials.set_secrets(lines.secrets(document.secret)?);
    for entry in document.credential {
        let named = entry.account.as_ref().or(entry.organization.as_ref()).map(Spanned::span);
        let place = format!("{name}:{}", lines.line_of(&named.unwrap_or_else(|| entry.secret.span())));
        match entry.understand(source).map_err(|(at, problem)| invalid((Some(at), problem)))? {
            Understood::OfAccount(credential) => add(&mut credentials, Credential { place, ..credential }),
            Understood::OfOrganization(app) if credentials.organization().is_some() => {
                let organization = &app.organization;
                credentials.note_surplus(format!(
                    "{place}: {organization} is a second Organization; the first is used"
                ));
            }
            Understood::OfOrganization(app) => credentials.set_organization(OrganizationApp { place, ..app }),
        }
    }
    Ok(credentials)
}

/// Adds a credential. Of several for one account and Region the first counts, and the others are told of.
fn add(credentials: &mut Credentials, credential: Credential) {
    let same = |other: &&Credential| other.account == credential.account && other.region == credential.region;
    let is_known = credentials.own(&credential.account).is_some();
    let first = credentials.iter().filter(|_| is_known).find(same).map(|first| first.place.clone());
    match first {
        None => credentials.push(credential),
        Some(first) => credentials.note_surplus(format!(
            "{}: a second credential of {}; the first ({first}) is used",
            credential.place, credential.account
        )),
    }
}

impl Entry {
    /// What the entry is, or the place in the file that is at fault and why.
    fn understand(self, source: &Source) -> Result<Understood, Fault> {
        match (&self.account, &self.organization) {
            (Some(account), None) => self.of_account(account, source).map(Understood::OfAccount),
            (None, Some(organization)) => self.of_organization(organization).map(Understood::OfOrganization),
            (Some(_), Some(organization)) => {
                Err((organization.span(), "either `account` or `organization`, not both".to_owned()))
            }
            (None, None) => Err((self.secret.span(), "`account` (or `organization`) is missing".to_owned())),
        }
    }

    fn of_account(&self, account: &Spanned<String>, source: &Source) -> Result<Credential, Fault> {
        let user = self.user.as_ref().unwrap_or(account);
        let region = self.region()?;
        let secret = self.secret.get_ref().clone();
        Credential::new(account.get_ref(), user.get_ref(), secret, source.clone())
            .and_then(|credential| credential.in_region(region))
            .map_err(|wrong| {
                let at = match wrong.part {
                    Part::Account => account.span(),
                    Part::User => user.span(),
                    Part::Secret => self.secret.span(),
                    Part::Region => self.region.as_ref().unwrap_or(account).span(),
                };
                (at, wrong.to_string())
            })
    }

    fn of_organization(&self, organization: &Spanned<String>) -> Result<OrganizationApp, Fault> {
        let app = self.user.as_ref().filter(|user| is_sid(user.get_ref(), "OQ"));
        let user = app.ok_or_else(|| {
            let at = self.user.as_ref().unwrap_or(organization).span();
            (at, "`user` must be the client id (OQ…) of an OAuth app of the Organization".to_owned())
        })?;
        if !is_sid(organization.get_ref(), "OR") {
            let problem = "`organization` must be an Organization SID: OR followed by 32 hexadecimal digits";
            return Err((organization.span(), problem.to_owned()));
        }
        let secret = self.secret.get_ref().clone();
        secret.check_shape().map_err(|problem| (self.secret.span(), format!("`secret` {problem}")))?;
        Ok(OrganizationApp {
            organization: organization.get_ref().clone(),
            user: user.get_ref().clone(),
            secret,
            place: String::new(),
        })
    }

    fn region(&self) -> Result<Region, Fault> {
        let Some(region) = &self.region else { return Ok(Region::default()) };
        Region::from_word(region.get_ref())
            .ok_or_else(|| (region.span(), "`region` must be us1, ie1, au1 or jp1".to_owned()))
    }
}

/// The sort of mistake, in words that contain nothing of what was written in the file but the name of a key.
fn explain(error: &toml::de::Error) -> String {
    match error.message() {
        message if message.starts_with("unknown field") => return unknown_key(message),
        "missing field `secret`" => "`secret` is missing",
        "missing field `name`" => "`name` is missing",
        "missing field `value`" => "`value` is missing",
        message if message.starts_with("invalid type") => {
            "the value has the wrong type; write `account`, `user` and `secret` of a [[credential]] as quoted text"
        }
        _ => {
            "this is not valid TOML; write [[credential]], then `account`, `user` and `secret` as quoted text"
        }
    }
    .to_owned()
}

/// Longer words are no misspelt keys: the longest has 12 letters.
const LONGEST_KEY: usize = 20;

/// The key that is not known, and what belongs there, out of serde's sentence: unknown field `a`, expected one of `b`, `c`.
/// A secret may have got where a key belongs, so only what looks like a word is repeated.
fn unknown_key(message: &str) -> String {
    let mut words = message.split('`').skip(1).step_by(2);
    let key = words.next().unwrap_or_default();
    let is_word = !key.is_empty()
        && key.len() <= LONGEST_KEY
        && key.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
    let (key, near) =
        if is_word { (format!(" `{key}`"), did_you_mean(key, words)) } else { (String::new(), None) };
    let belongs = "[[credential]] has `account` or `organization`, `user`, `secret` and `region`, and [[secret]] has \
                   `name` and `value`";
    format!("unknown key{key}; {}", near.as_deref().unwrap_or(belongs))
}
