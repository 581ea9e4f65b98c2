//! What all tasks of a collection share.

use jiff::Timestamp;

use super::reduce::Salt;
use crate::catalogue::Kind;
use crate::credentials::{Credential, Credentials, Source};
use crate::evidence::Queue;
use crate::model::{AccountSid, Clock, in_seconds};
use crate::twilio::Client;

/// What all tasks of a collection share.
pub(super) struct Context {
    pub(super) client: Client,
    pub(super) credentials: Credentials,
    pub(super) queue: Queue,
    pub(super) salt: Salt,
    pub(super) started_at: Timestamp,
    pub(super) clock: Clock,
    pub(super) kinds: Vec<&'static Kind>,
}

impl Context {
    /// The present moment, for the coverage report.
    pub(super) fn now(&self) -> String {
        in_seconds(self.clock.now())
    }

    /// The kind of an account's own credential, in the word used in files.
    pub(super) fn credential_kind(&self, account: &AccountSid) -> Option<&'static str> {
        match self.credentials.own(account) {
            Some(Credential { source: Source::Derived, .. }) => Some("derived_token"),
            Some(credential) => Some(credential.kind.as_str()),
            None => None,
        }
    }
}
