//! The whole collection: every account, every kind, each listing once.

use std::pin::Pin;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::account_tree::{AccountInTree, Tree, discover};
use super::context::Context;
use super::listing::Listing;
use super::plan::{children, with_dependents};
use super::raw_row::Place;
use super::reduction::Reduction;
use super::sign_in::SignInError;
use crate::catalogue::{ACCOUNT_TREE, Kind, Per, TWILIO_ACCOUNT};
use crate::credentials::Credentials;
use crate::evidence::{Batch, EvidenceError, Queue, Row, Value};
use crate::model::{AccountSid, Clock, Coverage, CoverageStatus, Region};
use crate::twilio::Client;

/// Accounts that are read side by side at most. The client's own gate bounds the requests.
const ACCOUNTS_AT_ONCE: usize = 32;

const NOT_ACTIVE: &str = "not asked: the account is not active";

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
}

impl Collector {
    /// Signs in and lists the accounts. Nothing is written yet, so that a refused credential leaves nothing behind.
    ///
    /// # Errors
    ///
    /// When no credential is accepted, or an account that was asked for is not there.
    pub async fn sign_in(&mut self, reduction: &Reduction) -> Result<Tree, SignInError> {
        let mut tree =
            discover(&self.client, &mut self.credentials, reduction, self.derive_tokens, self.clock).await?;
        if !self.only_accounts.is_empty() {
            tree.narrow(&self.only_accounts)?;
        }
        Ok(tree)
    }
}

/// Reads everything and sends it to the store.
///
/// # Errors
///
/// When the store cannot be written. What Twilio refuses is coverage, not an error.
pub async fn collect(
    collector: Collector,
    tree: Tree,
    reduction: Reduction,
    queue: Queue,
) -> Result<(), EvidenceError> {
    let run = Arc::new(Context {
        client: collector.client,
        credentials: collector.credentials,
        queue,
        reduction,
        started_at: collector.started_at,
        clock: collector.clock,
        kinds: collector.kinds,
        region: collector.region,
        recording_retention_days: collector.recording_retention_days,
        lost: Mutex::default(),
    });
    write_tree(&run, &tree).await?;
    let slots = Arc::new(Semaphore::new(ACCOUNTS_AT_ONCE));
    let mut tasks = JoinSet::new();
    if let Some(root) = tree.accounts.first().cloned() {
        tasks.spawn(read_organization(Arc::clone(&run), Arc::new(root)));
    }
    for account in tree.accounts {
        let (run, slots) = (Arc::clone(&run), Arc::clone(&slots));
        tasks.spawn(async move {
            let _slot = slots.acquire_owned().await;
            read_account(run, Arc::new(account)).await
        });
    }
    all_of(tasks).await
}

async fn write_tree(run: &Context, tree: &Tree) -> Result<(), EvidenceError> {
    for (place, account) in tree.accounts.iter().enumerate() {
        let batch = Batch::Account {
            account: account.account.clone(),
            name: account.name.clone(),
            status: account.status.clone(),
            is_parent: account.is_parent,
            is_root: place == 0,
            has_subaccounts: account.is_parent && tree.has_subaccounts,
            credential_kind: run.credential_kind(&account.account).unwrap_or_default(),
        };
        run.queue.send(batch).await?;
    }
    for notice in &tree.notices {
        run.queue.send(Batch::Notice(notice.clone())).await?;
    }
    for sentence in &tree.unusable {
        run.queue.send(Batch::UnusableCredential(sentence.clone())).await?;
    }
    run.queue.send(Batch::Rows(&ACCOUNT_TREE, tree.listed.clone())).await?;
    run.queue.send(Batch::Coverage(tree.coverage.clone())).await
}

/// What stands above the accounts. It is noted under the first of them, for there is no account of its own.
async fn read_organization(run: Arc<Context>, root: Arc<AccountInTree>) -> Result<(), EvidenceError> {
    let organization = run.credentials.organization().map(|app| app.organization.clone()).unwrap_or_default();
    let of_organization =
        |kind: &&'static Kind| kind.endpoint().is_some_and(|endpoint| endpoint.per == Per::Organization);
    let mut tasks = JoinSet::new();
    for kind in run.kinds.iter().copied().filter(of_organization) {
        let under = Under::Organization(organization.clone());
        tasks.spawn(read_kind(Arc::clone(&run), kind, Arc::clone(&root), under));
    }
    all_of(tasks).await
}

async fn read_account(run: Arc<Context>, account: Arc<AccountInTree>) -> Result<(), EvidenceError> {
    let mut tasks = JoinSet::new();
    for kind in run.kinds.iter().copied() {
        let Some(endpoint) = kind.endpoint() else { continue };
        let words: &[&str] = match endpoint.per {
            Per::Account => &[""],
            Per::Word(words) => words,
            Per::Tree | Per::Organization | Per::Each { .. } => continue,
        };
        if kind.name == TWILIO_ACCOUNT.name && account.row.is_some() {
            write_own_row(&run, &account).await?;
        } else if !account.is_active() && !endpoint.of_inactive {
            write_unread(&run, kind, (&account, ""), CoverageStatus::InactiveAccount, NOT_ACTIVE).await?;
        } else {
            for word in words {
                let under = Under::Word(word);
                tasks.spawn(read_kind(Arc::clone(&run), kind, Arc::clone(&account), under));
            }
        }
    }
    all_of(tasks).await
}

/// What a listing stands under.
enum Under {
    /// A word that is part of its address; empty where it needs none.
    Word(&'static str),
    /// The Organization.
    Organization(String),
    /// A row of another kind.
    Row(Row),
}

impl Under {
    fn name(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Organization(sid) => sid,
            Self::Row(row) => &row.sid,
        }
    }

    const fn row(&self) -> Option<&Row> {
        match self {
            Self::Word(_) | Self::Organization(_) => None,
            Self::Row(row) => Some(row),
        }
    }
}

type Reading = Pin<Box<dyn Future<Output = Result<(), EvidenceError>> + Send>>;

/// Reads one listing, then whatever is listed under each of its rows.
fn read_kind(run: Arc<Context>, kind: &'static Kind, account: Arc<AccountInTree>, under: Under) -> Reading {
    Box::pin(async move {
        let listing = Listing {
            kind,
            place: Place { account: account.account.clone(), parent: under.name().to_owned() },
            under: under.row(),
            account_is_active: account.is_active(),
        };
        let kept = listing.read(&run).await?;
        // The note below stands under the same parent as this listing: two branches of one account must not
        // overwrite each other's.
        let place = listing.place.parent.clone();
        let mut tasks = JoinSet::new();
        for child in children(&run.kinds, kind) {
            let parents: Vec<Row> =
                kept.rows.iter().filter(|row| has_children(child, kind, row)).cloned().collect();
            if parents.is_empty() || !kept.status.is_conclusive() {
                // Without this note a list that could not be read would look like one that was empty.
                write_unread(&run, child, (&account, &place), kept.status, &kept.because).await?;
            } else if !account.is_active() {
                write_unread(&run, child, (&account, &place), CoverageStatus::InactiveAccount, NOT_ACTIVE)
                    .await?;
            }
            if !account.is_active() {
                continue;
            }
            for parent in parents {
                tasks.spawn(read_kind(Arc::clone(&run), child, Arc::clone(&account), Under::Row(parent)));
            }
        }
        all_of(tasks).await
    })
}

/// Whether the column that the child needs is set in the parent's row.
fn has_children(child: &Kind, parent: &Kind, row: &Row) -> bool {
    let having = match child.endpoint().map(|endpoint| endpoint.per) {
        Some(Per::Each { having, .. }) => having,
        _ => return false,
    };
    having == "sid"
        || parent.columns.iter().zip(&row.values).any(|(column, value)| {
            column.name == having && matches!(value, Value::Text(text) if !text.is_empty())
        })
}

async fn write_own_row(run: &Context, account: &AccountInTree) -> Result<(), EvidenceError> {
    run.queue.send(Batch::Rows(&TWILIO_ACCOUNT, account.row.iter().cloned().collect())).await?;
    let read = unread(run, &TWILIO_ACCOUNT, account, CoverageStatus::Complete, "");
    run.queue.send(Batch::Coverage(Coverage { http_status: Some(200), rows: 1, pages: 1, ..read })).await
}

/// Notes that a kind, and all that depends on it, was read no further than its parents.
async fn write_unread(
    run: &Context,
    kind: &'static Kind,
    (account, parent): (&AccountInTree, &str),
    status: CoverageStatus,
    reason: &str,
) -> Result<(), EvidenceError> {
    for dependent in with_dependents(&run.kinds, kind) {
        let reason = if status.is_conclusive() {
            "nothing to ask for: there is nothing it is listed under"
        } else {
            reason
        };
        run.queue
            .send(Batch::Coverage(Coverage {
                parent_sid: parent.to_owned(),
                ..unread(run, dependent, account, status, reason)
            }))
            .await?;
    }
    Ok(())
}

fn unread(
    run: &Context,
    kind: &Kind,
    account: &AccountInTree,
    status: CoverageStatus,
    reason: &str,
) -> Coverage {
    Coverage {
        credential_kind: run.credential_kind(&account.account).map(str::to_owned),
        reason: reason.to_owned(),
        ..Coverage::new(account.account.clone(), kind.name, status, run.now())
    }
}

/// Waits for every task, and returns the first error.
async fn all_of(mut tasks: JoinSet<Result<(), EvidenceError>>) -> Result<(), EvidenceError> {
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap_or(Err(EvidenceError::WriterEnded))?;
    }
    Ok(())
}
