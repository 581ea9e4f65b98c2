//! The whole collection: every account, every kind, each listing once.

use std::collections::{BTreeSet, HashMap};
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use futures_util::future::try_join_all;
use futures_util::stream::{self, TryStreamExt as _};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::account_tree::{AccountInTree, OwnResource, Tree};
use super::collector::Collector;
use super::context::Context;
use super::listing::{Listing, Outcome};
use super::plan::{children, with_dependents};
use super::raw_row::Place;
use super::reduction::Reduction;
use super::sign_in::{Unusable, lines};
use super::trust::Trust;
use crate::catalogue::{ACCOUNT_TREE, Kind, Per, TWILIO_ACCOUNT};
use crate::evidence::{Batch, EvidenceError, ListingKey, Queue, Row, Value};
use crate::model::{Coverage, CoverageStatus};
use crate::twilio::Halt;

/// Rows whose children are read before the next ones are looked up.
const PARENTS_AT_ONCE: usize = 200;

/// Listings under the rows of one listing that wait for their turn side by side.
const LISTINGS_AT_ONCE: usize = 32;

const NOT_ACTIVE: &str = "not asked: the account is not active";

/// Why not everything was read, where the scan can go on later.
#[derive(Debug, thiserror::Error)]
pub enum Interruption {
    /// No more was to be sent, or nobody answers.
    #[error("{0}")]
    Halted(Halt),
    /// Credentials that were accepted when the scan began and are not any more: a line for each, as far as anybody reads.
    #[error("{}", first_lines(.0))]
    Lost(Vec<Unusable>),
}

/// Credentials that are named before the rest is counted.
const NAMED: usize = 10;

fn first_lines(lost: &[Unusable]) -> String {
    let (named, rest) = lost.split_at(lost.len().min(NAMED));
    let and_more = match rest.len() {
        0 => String::new(),
        more => format!("\nand so it is with {more} more credentials"),
    };
    lines(named) + &and_more
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
) -> Result<Option<Interruption>, EvidenceError> {
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
        goes_on: collector.goes_on,
        done: collector.done,
        refused: Mutex::default(),
        trust: Trust::default(),
    });
    let at_once = 2 * run.client.limits().overall;
    let root = tree.root.clone();
    let accounts = write_tree(&run, tree).await?;
    let mut tasks = JoinSet::new();
    if let Some(root) = accounts.iter().find(|account| account.account == root).cloned() {
        tasks.spawn(read_organization(Arc::clone(&run), root));
    }
    for account in accounts {
        // More accounts than requests may be under way: one that has just begun, or is about to end, asks little.
        if tasks.len() >= at_once {
            one_of(&mut tasks).await?;
        }
        let run = Arc::clone(&run);
        tasks.spawn(async move {
            let sid = account.account.clone();
            read_account(Arc::clone(&run), account).await?;
            run.client.done_with(&sid);
            // Whatever was halted has not come to its end.
            if run.client.traffic().halt().is_none() {
                run.done.accounts.fetch_add(1, Ordering::Relaxed);
            }
            Ok(())
        });
    }
    while !tasks.is_empty() {
        one_of(&mut tasks).await?;
    }
    if let Some(halt) = run.client.traffic().halt() {
        return Ok(Some(Interruption::Halted(halt)));
    }
    let lost = run.lost_credentials().await;
    Ok((!lost.is_empty()).then_some(Interruption::Lost(lost)))
}

/// Waits for one of the tasks to end.
async fn one_of(tasks: &mut JoinSet<Result<(), EvidenceError>>) -> Result<(), EvidenceError> {
    match tasks.join_next().await {
        Some(ended) => ended.unwrap_or(Err(EvidenceError::WriterEnded)),
        None => Ok(()),
    }
}

/// Writes what signing in found, and keeps of it the accounts alone: there may be many.
async fn write_tree(run: &Context, tree: Tree) -> Result<Vec<AccountInTree>, EvidenceError> {
    for account in &tree.accounts {
        let batch = Batch::Account {
            account: account.account.clone(),
            name: account.name.clone(),
            status: account.status.clone(),
            is_parent: account.is_parent,
            is_root: account.account == tree.root,
            has_subaccounts: account.is_parent && tree.has_subaccounts,
            credential_kind: run.credential_kind(&account.account).unwrap_or_default(),
        };
        run.queue.send(batch).await?;
    }
    if run.kinds.iter().any(|kind| kind.name == TWILIO_ACCOUNT.name) {
        write_own_resources(run, &tree).await?;
    }
    for notice in tree.notices {
        run.queue.send(Batch::Notice(notice)).await?;
    }
    for sentence in tree.unusable {
        run.queue.send(Batch::UnusableCredential(sentence)).await?;
    }
    run.queue.send(Batch::Rows(&ACCOUNT_TREE, tree.listed)).await?;
    run.queue.send(Batch::Coverage(tree.coverage)).await?;
    Ok(tree.accounts)
}

/// What stands above the accounts. It is noted under the first of them, for there is no account of its own.
async fn read_organization(run: Arc<Context>, root: AccountInTree) -> Result<(), EvidenceError> {
    let organization = run.credentials.organization().map(|app| app.organization.clone()).unwrap_or_default();
    let of_organization =
        |kind: &&'static Kind| kind.endpoint().is_some_and(|endpoint| endpoint.per == Per::Organization);
    let kinds = run.kinds.iter().copied().filter(of_organization);
    let visit = Visit::of(&run, &root);
    let listings = kinds.map(|kind| visit.read_kind(kind, Under::Organization(organization.clone())));
    try_join_all(listings).await.map(|_| ())
}

async fn read_account(run: Arc<Context>, account: AccountInTree) -> Result<(), EvidenceError> {
    let mut listings = Vec::new();
    for kind in run.kinds.iter().copied() {
        let Some(endpoint) = kind.endpoint() else { continue };
        let words: &[&str] = match endpoint.per {
            Per::Account => &[""],
            Per::Word(words) => words,
            Per::Tree | Per::Organization | Per::Each { .. } => continue,
        };
        if kind.name == TWILIO_ACCOUNT.name && account.own != OwnResource::Unread {
            // It was written with the tree.
            continue;
        }
        if !account.is_active() && !endpoint.of_inactive {
            write_unread(&run, kind, (&account, ""), CoverageStatus::InactiveAccount, NOT_ACTIVE).await?;
        } else {
            if run.goes_on && !words.contains(&"") {
                // It may not have been active before.
                forget_unread(&run, kind, (&account, "")).await?;
            }
            listings.extend(words.iter().map(|word| (kind, *word)));
        }
    }
    let visit = Visit::of(&run, &account);
    let at_once = 2 * run.client.limits().per_account;
    let read = |(kind, word)| visit.read_kind(kind, Under::Word(word));
    stream::iter(listings.into_iter().map(Ok)).try_for_each_concurrent(at_once, read).await
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

type Reading<'a> = Pin<Box<dyn Future<Output = Result<(), EvidenceError>> + Send + 'a>>;

/// One account while it is read.
struct Visit<'a> {
    run: &'a Context,
    account: &'a AccountInTree,
    /// Turns to be asked for: some more than the account may be asked at once, so that one is ready when another ends.
    /// Without its turn a listing takes next to no room, and of hundreds of accounts each may have thousands.
    turns: Semaphore,
    /// The same for what is listed under rows, of which there may be thousands at a host that does not answer.
    turns_under_rows: Semaphore,
}

impl<'a> Visit<'a> {
    fn of(run: &'a Context, account: &'a AccountInTree) -> Self {
        let at_once = run.client.limits().per_account;
        let turns = || Semaphore::new(at_once + at_once.div_ceil(2));
        Self { run, account, turns: turns(), turns_under_rows: turns() }
    }

    /// Reads one listing, then whatever is listed under each of its rows.
    fn read_kind(&'a self, kind: &'static Kind, under: Under) -> Reading<'a> {
        Box::pin(async move {
            let Self { run, account, .. } = self;
            let listing = Listing {
                kind,
                place: Place { account: account.account.clone(), parent: under.name().to_owned() },
                under: under.row(),
                account_is_active: account.is_active(),
            };
            let turns = if under.row().is_some() { &self.turns_under_rows } else { &self.turns };
            let turn = turns.acquire().await;
            let outcome = Box::pin(listing.read(run)).await?;
            drop(turn);
            match outcome {
                Some(outcome) => {
                    if under.row().is_none() && listing.is_asked_for(run) {
                        run.done.lists.fetch_add(1, Ordering::Relaxed);
                    }
                    self.read_children(&listing, &outcome).await
                }
                // Halted: whatever has no note is not read yet.
                None => Ok(()),
            }
        })
    }

    /// Reads what is listed under the rows of a listing, a few rows at a time.
    async fn read_children(&'a self, listing: &Listing<'_>, outcome: &Outcome) -> Result<(), EvidenceError> {
        let Self { run, account, .. } = self;
        let kinds: Vec<&'static Kind> = children(&run.kinds, listing.kind).collect();
        let mut with_parents = BTreeSet::new();
        let mut last = Some(String::new());
        while let Some(after) = last.take().filter(|_| !kinds.is_empty()) {
            let key = listing.key();
            let rows = run.queue.ask(move |store| store.rows_after(&key, &after, PARENTS_AT_ONCE)).await?;
            if rows.len() == PARENTS_AT_ONCE {
                last = rows.last().map(|row| row.sid.clone());
            }
            let pairs = rows.iter().flat_map(|row| kinds.iter().map(move |child| (*child, row)));
            let pairs: Vec<_> = pairs.filter(|(child, row)| has_children(child, listing.kind, row)).collect();
            with_parents.extend(pairs.iter().map(|(child, _)| child.name));
            if account.is_active() {
                let listings =
                    pairs.into_iter().map(|(child, row)| self.read_kind(child, Under::Row(row.clone())));
                stream::iter(listings.map(Ok)).try_for_each_concurrent(LISTINGS_AT_ONCE, |one| one).await?;
            }
        }
        // The notes stand under the same parent as this listing: two branches of one account must not overwrite each
        // other's.
        let place = (*account, listing.place.parent.as_str());
        for child in kinds {
            if !with_parents.contains(child.name) || !outcome.status.is_conclusive() {
                // Without this note a list that could not be read would look like one that was empty.
                write_unread(run, child, place, outcome.status, &outcome.because).await?;
            } else if !account.is_active() {
                write_unread(run, child, place, CoverageStatus::InactiveAccount, NOT_ACTIVE).await?;
            } else if run.goes_on {
                forget_unread(run, child, place).await?;
            }
        }
        Ok(())
    }
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

/// Writes the accounts' own resources, as far as signing in has read them.
async fn write_own_resources(run: &Context, tree: &Tree) -> Result<(), EvidenceError> {
    let mut listed = HashMap::new();
    for account in &tree.accounts {
        match &account.own {
            OwnResource::Unread => {}
            OwnResource::Listed => {
                listed.insert(account.account.as_str(), account);
            }
            OwnResource::Read(row) => write_own_resource(run, account, row.clone()).await?,
        }
    }
    for row in &tree.listed {
        if let Some(account) = listed.get(row.sid.as_str()) {
            let own = Row { account: account.account.clone(), ..row.clone() };
            write_own_resource(run, account, own).await?;
        }
    }
    Ok(())
}

async fn write_own_resource(run: &Context, account: &AccountInTree, row: Row) -> Result<(), EvidenceError> {
    run.queue.send(Batch::Rows(&TWILIO_ACCOUNT, vec![row])).await?;
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

/// Removes such notes of before the interruption: the parents were read after all.
async fn forget_unread(
    run: &Context,
    kind: &'static Kind,
    (account, parent): (&AccountInTree, &str),
) -> Result<(), EvidenceError> {
    let key = |kind| ListingKey { account: account.account.clone(), kind, parent: parent.to_owned() };
    let keys: Vec<ListingKey> = with_dependents(&run.kinds, kind).into_iter().map(key).collect();
    run.queue.ask(move |store| keys.iter().try_for_each(|key| store.forget_end(key))).await
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
