//! What all tasks of a collection share.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;

use super::address::Occasion;
use super::asker::Asker;
use super::collector::Done;
use super::reduction::Reduction;
use super::sign_in::{Unusable, sign_in, sign_in_each};
use super::trust::Trust;
use crate::catalogue::Kind;
use crate::credentials::{Credential, Credentials};
use crate::evidence::{Batch, EvidenceError, Queue};
use crate::model::{AccountSid, Clock, Region, in_seconds};
use crate::twilio::{Client, Failure, FailureKind};

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
    /// Whether it goes on with a scan that was interrupted.
    pub(super) goes_on: bool,
    /// Counts what was read to its end.
    pub(super) done: Arc<Done>,
    /// Where the credentials were found that Twilio refused at some time during the scan.
    pub(super) refused: Mutex<BTreeSet<String>>,
    /// How often each credential was refused in a row.
    pub(super) trust: Trust,
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

    /// Notes what a refusal says of the credential itself: that of the Organization never signed in, so that the reader
    /// is told, once; another may have been lost, which is looked into when everything is read.
    pub(super) async fn note_refusal(
        &self,
        asker: &Asker<'_>,
        failure: &Failure,
    ) -> Result<(), EvidenceError> {
        let has_no_token = failure.kind == FailureKind::NoToken;
        if !has_no_token && (failure.http_status != Some(401) || failure.is_of_policy()) {
            return Ok(());
        }
        let is_new =
            self.refused.lock().unwrap_or_else(PoisonError::into_inner).insert(asker.place.to_owned());
        if asker.is_of_organization && has_no_token && is_new {
            let sentence = format!("{}: {}.", asker.place, failure.reason);
            self.queue.send(Batch::UnusableCredential(sentence)).await?;
        }
        let user = asker.caller.user;
        if self.trust.refused(user) {
            let of_user = |credential: &&Credential| credential.user == user;
            let is_lost = match self.credentials.iter().find(of_user) {
                Some(credential) => self.is_lost(credential).await,
                // That of the Organization has said so itself, by not getting a token.
                None => has_no_token,
            };
            if is_lost {
                self.client.give_up(user);
            } else {
                self.trust.is_good(user);
            }
        }
        Ok(())
    }

    async fn is_lost(&self, credential: &Credential) -> bool {
        let answer = sign_in(&self.client, credential, &self.reduction).await;
        answer.is_err_and(|unusable| unusable.why.is_of_credential())
    }

    /// The credentials that were accepted when the scan began and are not any more.
    pub(super) async fn lost_credentials(&self) -> Vec<Unusable> {
        let refused = std::mem::take(&mut *self.refused.lock().unwrap_or_else(PoisonError::into_inner));
        let is_suspect = |credential: &&Credential| refused.contains(&credential.place);
        let suspects = self.credentials.iter().filter(is_suspect).collect();
        let answers = sign_in_each(&self.client, suspects, &self.reduction).await;
        answers.into_iter().filter_map(|(_, answer)| answer.err()).collect()
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
