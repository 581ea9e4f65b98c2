//! What a collection needs, and how it begins: with signing in.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use jiff::Timestamp;

use super::account_tree::{Tree, discover};
use super::reduction::Reduction;
use super::sign_in::SignInError;
use super::tree_listing::Reader;
use crate::catalogue::Kind;
use crate::credentials::Credentials;
use crate::model::{AccountSid, Clock, Region, Shard};
use crate::twilio::Client;

/// How much was read to its end.
#[derive(Debug, Default)]
pub struct Done {
    /// The accounts.
    pub accounts: AtomicUsize,
    /// Of the lists those that stand under no other: how many there are is known beforehand.
    pub lists: AtomicUsize,
}

/// What a collection needs.
#[derive(Debug)]
pub struct Collector {
    /// Sends the requests.
    pub client: Client,
    /// Whom to ask as.
    pub credentials: Credentials,
    /// The kinds to read, with all they are listed under, in the order of the catalogue.
    pub kinds: Vec<&'static Kind>,
    /// When the scan started; "the last 30 days" end here.
    pub started_at: Timestamp,
    /// The Region that is audited.
    pub region: Region,
    /// How many days recordings may be kept: older ones are asked for.
    pub recording_retention_days: u16,
    /// What tells when a listing was read.
    pub clock: Clock,
    /// Whether to use the subaccounts' Auth Tokens that the parent's account list returns.
    pub derive_tokens: bool,
    /// If not empty: read these accounts and no others.
    pub only_accounts: Vec<AccountSid>,
    /// The part of the accounts to read; all of them where nothing is said.
    pub shard: Option<Shard>,
    /// Counts what was read to its end.
    pub done: Arc<Done>,
    /// Whether the store holds what a scan that was interrupted had read.
    pub goes_on: bool,
}

impl Collector {
    /// Signs in and lists the accounts. Nothing is written yet, so that a refused credential leaves nothing behind.
    ///
    /// # Errors
    ///
    /// When no credential is accepted, or an account that was asked for is not there.
    pub async fn sign_in(&mut self, reduction: &Reduction) -> Result<Tree, SignInError> {
        let reader =
            Reader { client: &self.client, reduction, derive_tokens: self.derive_tokens, clock: self.clock };
        let mut tree = discover(reader, &mut self.credentials, self.shard).await?;
        if let Some(shard) = self.shard {
            tree.keep_shard(shard);
        }
        if !self.only_accounts.is_empty() {
            tree.narrow(&self.only_accounts)?;
        }
        Ok(tree)
    }
}
