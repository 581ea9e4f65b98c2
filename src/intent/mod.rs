//! Declared intent: `audit.toml`, read, validated and handed on as one value.
//!
//! The file says what was meant; Twilio says what is. A typing error here could switch a check off,
//! so nothing that is not understood passes the door. Knows nothing of checks, evidence or Twilio's API.

mod attestation;
mod change_window;
mod document;
mod draft;
mod error;
mod estate;
mod locate;
mod names;
mod notify;
mod reviews;
mod rules;
mod secret_shape;
mod shape;
mod value;
mod waived;
mod waiver;

use std::path::Path;
use std::sync::Arc;

pub use attestation::{ATTESTATIONS, Attestation, AttestationRule, AttestationScope, attestation_rule};
pub use change_window::{ChangeWindow, NoWindow};
pub use document::{
    Audit, Baa, Catalogue, Change, Intent, Organization, Override, Policy, SiemPull, Telephony,
};
pub use draft::{Draft, DraftAccount, DraftGap, DraftHost, DraftKey};
pub use error::{IntentError, Problem};
pub use estate::{
    Account, Bucket, Conversations, Key, OauthApp, Person, ProductWithoutPhi, Sbc, Serverless,
    StoredCredential, Stream, Sync, Transcription, Vendor, WebhookHost,
};
pub use names::Names;
pub use notify::{Mail, MailTls, Notify, NotifyKind, Occasion, Way, hook_address};
pub use value::{Day, Eligibility, Role, Value};
pub use waiver::{Decision, Fixed, NEVER_WAIVED, WAIVER_MAX_DAYS, Waiver, says_nothing};

use document::Origin;
use serde::de::DeserializeOwned;

/// The JSON Schema of the file, for editors: indented, and the same for the same program.
pub fn schema() -> String {
    let mut schema = schemars::schema_for!(Intent);
    schema.insert("title".to_owned(), "audit.toml of twilio-audit".into());
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

/// What looks like a secret in a text, in words.
pub fn secret_in(text: &str) -> Option<&'static str> {
    secret_shape::find(text).first().map(|(_, looks_like)| *looks_like)
}

/// Whether a text is the name of one host.
pub fn is_host(text: &str) -> bool {
    shape::is_host(text)
}

/// Reads a file, which errors call by its path, and understands it.
fn read(path: &Path, parse: fn(&str, &str) -> Result<Intent, IntentError>) -> Result<Intent, IntentError> {
    let name = path.display().to_string();
    match text_of(path) {
        Ok(text) => parse(&text, &name),
        Err(source) => Err(IntentError::Read { name, source }),
    }
}

/// The text of a file that not everybody may write to: it could be told there that a fault is none.
fn text_of(path: &Path) -> std::io::Result<String> {
    // Looked at before it is opened, for a pipe that nobody writes to is never open.
    refuse_unfit(path, &std::fs::metadata(path)?)?;
    let mut file = std::fs::File::open(path)?;
    refuse_unfit(path, &file.metadata()?)?;
    let mut text = String::new();
    std::io::Read::read_to_string(&mut file, &mut text)?;
    Ok(text)
}

#[cfg(unix)]
fn refuse_unfit(path: &Path, found: &std::fs::Metadata) -> std::io::Result<()> {
    use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
    // The shell hands over what it reads from a program as a pipe in /dev, and that has a writer.
    if found.file_type().is_fifo() && !path.starts_with("/dev") {
        return Err(std::io::Error::other("it is a pipe, and nobody may ever write to it: name a file"));
    }
    if found.is_file() && found.mode() & 0o002 != 0 {
        let advice = format!("run `chmod o-w {}`", path.display());
        return Err(std::io::Error::other(format!("anybody on this machine may write to it: {advice}")));
    }
    if found.is_file() && found.mode() & 0o020 != 0 {
        tracing::warn!("the group of {} may write to it, and so may decide what is accepted", path.display());
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_unfit(_path: &Path, _found: &std::fs::Metadata) -> std::io::Result<()> {
    Ok(())
}

/// Reads a document that holds no secret, whose every value has its shape, and that keeps the rules between entries.
fn understand<T: DeserializeOwned + Into<Intent>>(text: &str, name: &str) -> Result<Intent, IntentError> {
    let invalid = |problems| IntentError::Invalid(error::Report::new(name, text, problems));
    let mut problems: Vec<Problem> = secret_shape::find(text).into_iter().map(Problem::secret).collect();
    let located = match locate::Document::parse(text) {
        Ok(located) => located,
        Err(syntax) => {
            problems.push(syntax);
            return Err(invalid(problems));
        }
    };
    error::add_unless_known(&mut problems, shape::check(&located));
    match toml::from_str::<T>(text) {
        Ok(value) => {
            let mut intent: Intent = value.into();
            problems.extend(rules::check(&intent, &located));
            if problems.is_empty() {
                intent.origin = Some(Arc::new(Origin { name: name.to_owned(), text: text.to_owned() }));
                return Ok(intent);
            }
        }
        Err(error) => error::add_unless_known(&mut problems, [Problem::from_toml(&error)]),
    }
    Err(invalid(problems))
}

/// The version of the file format that this build reads.
pub const SCHEMA_VERSION: u32 = 1;

impl Intent {
    /// Reads and validates the file at `path`.
    ///
    /// # Errors
    /// [`IntentError::Read`] where the file cannot be read ([`IntentError::is_not_found`] tells an
    /// absent file apart), [`IntentError::Invalid`] with every problem found in it.
    pub fn read(path: &Path) -> Result<Self, IntentError> {
        read(path, Self::parse)
    }

    /// Validates `text`; `name` is what error messages call it.
    ///
    /// # Errors
    /// [`IntentError::Invalid`]. Its text shows the lines at fault, with anything that looks like a
    /// secret blanked out.
    pub fn parse(text: &str, name: &str) -> Result<Self, IntentError> {
        understand::<Self>(text, name)
    }

    /// Checks what depends on the date of the scan: how far ahead waivers reach.
    ///
    /// # Errors
    /// [`IntentError::Invalid`] naming every waiver that ends more than [`WAIVER_MAX_DAYS`] days
    /// after `today`. A waiver that has already ended is no error: it simply waives nothing.
    pub fn validate(&self, today: jiff::civil::Date) -> Result<(), IntentError> {
        let (name, text) = match &self.origin {
            Some(origin) => (origin.name.as_str(), origin.text.as_str()),
            None => ("declared intent", ""),
        };
        let located = locate::Document::parse(text).unwrap_or_default();
        let problems = rules::check_dates(self, &located, today);
        if problems.is_empty() {
            return Ok(());
        }
        Err(IntentError::Invalid(error::Report::new(name, text, problems)))
    }

    /// The declaration in the shape of the file: same keys, dates as `YYYY-MM-DD`, an absent list as
    /// `[]`; single values that were not given are left out.
    ///
    /// # Errors
    /// Only if `serde_json` fails, which it does not for these types.
    pub fn to_json(&self) -> serde_json::Result<serde_json::Value> {
        serde_json::to_value(self)
    }

    /// The text of the `audit.toml` that it was read from.
    pub fn text(&self) -> Option<&str> {
        self.origin.as_ref().map(|origin| origin.text.as_str())
    }

    /// The text of the `reviews.toml` that joined it.
    pub fn text_of_reviews(&self) -> Option<&str> {
        self.origin_of_reviews.as_ref().map(|origin| origin.text.as_str())
    }

    /// What is declared of one account; `None` means nobody declared it.
    pub fn account(&self, sid: &crate::model::AccountSid) -> Option<&Account> {
        self.account.iter().find(|account| account.sid == *sid)
    }
}
