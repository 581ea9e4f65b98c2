//! What all tasks of a collection share.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;

use super::address::Occasion;
use super::reduction::Reduction;
use crate::catalogue::Kind;
use crate::credentials::{Credential, Credentials};
use crate::evidence::{Batch, EvidenceError, Queue};
use crate::model::{AccountSid, Clock, Region, in_seconds};
use crate::twilio::{Client, Failure};

/// What all tasks of a collection share.
pub(super) struct Context {
    pub(super) client: Client,
    pub(super) credentials: Credentials,
    pub(super) queue: Queue,
    pub(super) reduction: Reduction,
    pub(super) started_at: Timestamp,
    pub(super) clock: Clock,
    pub(super) kinds: Vec<&'static Kind>,
    pub(super) region: Region,
    pub(super) recording_retention_days: u16,
    /// The places of credentials that Twilio stopped accepting during the scan, each told of once.
    pub(super) lost: Mutex<BTreeSet<String>>,
}

impl Context {
    /// When and where the scan takes place.
    pub(super) const fn occasion(&self) -> Occasion {
        Occasion {
            region: self.region,
            started_at: self.started_at,
            recording_retention_days: self.recording_retention_days,
        }
    }

    /// Tells the reader, once, of a credential that Twilio stopped accepting.
    pub(super) async fn note_lost(&self, place: &str, failure: &Failure) -> Result<(), EvidenceError> {
        let is_new = self.lost.lock().unwrap_or_else(PoisonError::into_inner).insert(place.to_owned());
        if is_new {
            self.queue.send(Batch::UnusableCredential(format!("{place}: {}.", failure.reason))).await?;
        }
        Ok(())
    }

    /// The present moment, for the coverage report.
    pub(super) fn now(&self) -> String {
        in_seconds(self.clock.now())
    }

    /// The kind of an account's own credential, in the word used in files.
    pub(super) fn credential_kind(&self, account: &AccountSid) -> Option<&'static str> {
        self.credentials.own(account).map(Credential::word)
    }
}
