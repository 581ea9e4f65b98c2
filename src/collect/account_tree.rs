//! Which accounts there are: the parent, its subaccounts, and whether all of them could be listed.

use std::collections::BTreeMap;

use futures_util::future::join;

use super::sign_in::{SignInError, SignedIn, Unusable, sign_in_each};
use super::tree_listing::{Reader, TreeListing, is_child, text};
use crate::catalogue::TWILIO_ACCOUNT;
use crate::credentials::{Credential, CredentialKind, Credentials, Source};
use crate::evidence::Row;
use crate::model::{AccountSid, Coverage, CoverageStatus, Shard};

/// One account to audit.
#[derive(Debug, Clone)]
pub struct AccountInTree {
    /// Its SID.
    pub account: AccountSid,
    /// Its name, where it could be read.
    pub name: Option<String>,
    /// `active`, `suspended` or `closed`, where it could be read.
    pub status: Option<String>,
    /// Whether it is the parent.
    pub is_parent: bool,
    /// Whether its own resource was read.
    pub(super) own: OwnResource,
}

/// Where an account's own resource is. There may be many accounts, so none is held twice.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum OwnResource {
    /// It was not read.
    Unread,
    /// Among the rows of the parent's account list, which keep the same columns.
    Listed,
    /// Read in signing in.
    Read(Row),
}

impl AccountInTree {
    /// Whether it may be asked about everything. What is not known is tried.
    pub fn is_active(&self) -> bool {
        !matches!(self.status.as_deref(), Some("suspended" | "closed"))
    }
}

/// What signing in found.
#[derive(Debug)]
pub struct Tree {
    /// The accounts: the one that stands for the organization first, then by SID.
    pub accounts: Vec<AccountInTree>,
    /// The account that stands for the organization, audited or not.
    pub(super) root: AccountSid,
    /// Whether the parent has subaccounts, audited or not.
    pub(super) has_subaccounts: bool,
    /// Rows of the parent's account list, foreign accounts included.
    pub(super) listed: Vec<Row>,
    /// Whether all subaccounts are known, and why not.
    pub(super) coverage: Coverage,
    /// Sentences that the reader must see.
    pub notices: Vec<String>,
    /// Sentences about credentials that could not be used.
    pub unusable: Vec<String>,
    /// What each accepted credential turned out to be.
    pub signed_in: BTreeMap<AccountSid, SignedIn>,
}

impl Tree {
    /// The account that stands for the organization.
    pub const fn root(&self) -> &AccountSid {
        &self.root
    }

    /// Whether all subaccounts are known.
    pub const fn is_known(&self) -> bool {
        self.coverage.status.is_conclusive()
    }

    /// Whether the parent signed in, and with a credential of this kind.
    pub fn parent_signs_in_with(&self, kind: CredentialKind) -> bool {
        let parent = self.accounts.iter().find(|account| account.is_parent);
        parent.and_then(|parent| self.signed_in.get(&parent.account)).is_some_and(|found| found.kind == kind)
    }
}

/// Signs in with every credential and lists the tree. Where the reader derives tokens, the parent's Auth Token
/// yields a credential for each subaccount that has none of its own; it is added to `credentials`.
///
/// # Errors
///
/// When no credential is accepted: every refusal.
pub(super) async fn discover(
    reader: Reader<'_>,
    credentials: &mut Credentials,
    shard: Option<Shard>,
) -> Result<Tree, SignInError> {
    let Tried { signed_in, accepted, refusals, listed } = try_those(reader, credentials, shard).await;
    if signed_in.is_empty() && !refusals.is_empty() {
        return Err(SignInError::Unusable(refusals));
    }
    credentials.replace(accepted);
    let mut in_order = credentials.iter().map(|credential| credential.account.clone());
    let Some(first) = in_order.next() else { return Err(SignInError::NoCredential) };
    // Of several parents the first counts, as of several credentials.
    let mut parents = std::iter::once(first.clone())
        .chain(in_order)
        .filter(|account| signed_in.get(account).is_some_and(owns_itself));
    let parent = parents.next();
    let mut unusable = sentences(&refusals, credentials);
    let place = |account: &AccountSid| credentials.own(account).map_or("", |found| found.place.as_str());
    unusable.extend(parents.map(|other| {
        let place = place(&other);
        format!(
            "{place}: {other} is a parent account of its own; its subaccounts are not part of this audit."
        )
    }));
    let listing = match (parent.as_ref().and_then(|parent| credentials.own(parent)), listed) {
        (Some(own), Some((account, listing))) if own.account == account => listing,
        (Some(own), _) => reader.list(own).await,
        (None, _) => TreeListing::default(),
    };
    let accounts = accounts_of(&signed_in, parent.as_ref(), &listing.rows);
    unusable.extend(strangers(&signed_in, parent.as_ref(), &listing).map(|other| {
        let place = place(other);
        format!("{place}: {other} is not in the tree of the parent account; it was audited all the same.")
    }));
    let root = accounts.first().map_or_else(|| first.clone(), |account| account.account.clone());
    let tree = Tree {
        root,
        has_subaccounts: accounts.iter().any(|account| !account.is_parent),
        accounts,
        coverage: listing.coverage(
            parent.as_ref().and_then(|one| signed_in.get_key_value(one)),
            &first,
            reader.clock,
        ),
        listed: listing.rows,
        notices: Vec::new(),
        unusable,
        signed_in,
    };
    let region =
        credentials.own(parent.as_ref().unwrap_or(&first)).map(|found| found.region).unwrap_or_default();
    for (account, token) in listing.tokens {
        credentials.add(Credential {
            user: account.to_string(),
            account,
            secret: token,
            source: Source::Derived,
            place: Source::Derived.to_string(),
            kind: CredentialKind::AuthToken,
            region,
        });
    }
    if let Some(parent) = parent {
        credentials.set_parent(parent);
    }
    Ok(tree.with_notice_if_incomplete())
}

/// What became of the credentials that were tried.
#[derive(Default)]
struct Tried {
    /// What each accepted one turned out to be.
    signed_in: BTreeMap<AccountSid, SignedIn>,
    /// The accepted ones, with their kinds.
    accepted: Vec<Credential>,
    refusals: Vec<Unusable>,
    /// The account list of the first one, where it signed in by that.
    listed: Option<(AccountSid, TreeListing)>,
}

impl Tried {
    fn note(&mut self, credential: &Credential, answer: Result<SignedIn, Unusable>) {
        match answer {
            Ok(found) => {
                self.accepted.push(Credential { kind: found.kind, ..credential.clone() });
                self.signed_in.insert(credential.account.clone(), found);
            }
            Err(refusal) => self.refusals.push(refusal),
        }
    }
}

/// Tries the credentials: all of them, or those of a shard and of the parent. The parent's is the first as a rule; those of
/// other shards are tried only where it is not.
async fn try_those(reader: Reader<'_>, credentials: &Credentials, shard: Option<Shard>) -> Tried {
    let mut tried = Tried::default();
    let mut in_order = credentials.iter();
    let Some(first) = in_order.next() else { return tried };
    let is_wanted = |one: &&Credential| shard.is_none_or(|shard| shard.holds(&one.account));
    let (wanted, others): (Vec<_>, Vec<_>) = in_order.partition(is_wanted);
    let each = |credentials| sign_in_each(reader.client, credentials, reader.reduction);
    let ((answer, listing), answers) = join(reader.sign_in(first), each(wanted)).await;
    tried.note(first, answer);
    tried.listed = listing.map(|listing| (first.account.clone(), listing));
    answers.into_iter().for_each(|(credential, answer)| tried.note(credential, answer));
    if !tried.signed_in.values().any(owns_itself) {
        each(others).await.into_iter().for_each(|(credential, answer)| tried.note(credential, answer));
    }
    tried
}

/// One sentence for each credential that was refused or left aside.
fn sentences(refusals: &[Unusable], credentials: &Credentials) -> Vec<String> {
    let refused = refusals.iter().map(ToString::to_string);
    refused.chain(credentials.surplus().iter().cloned()).map(|sentence| format!("{sentence}.")).collect()
}

/// Accounts that signed in although the parent's whole list does not have them.
fn strangers<'a>(
    signed_in: &'a BTreeMap<AccountSid, SignedIn>,
    parent: Option<&'a AccountSid>,
    listing: &'a TreeListing,
) -> impl Iterator<Item = &'a AccountSid> {
    let is_known = move |account: &AccountSid| {
        Some(account) == parent || listing.rows.iter().any(|row| row.sid == account.as_str())
    };
    let whole = parent.is_some() && listing.problem.is_none();
    signed_in
        .iter()
        .filter(move |(account, found)| whole && !is_known(account) && !owns_itself(found))
        .map(|(account, _)| account)
}

/// A parent is its own owner; a subaccount is owned by its parent.
fn owns_itself(found: &SignedIn) -> bool {
    found
        .account
        .as_ref()
        .is_some_and(|row| text(&TWILIO_ACCOUNT, row, "owner_account_sid") == Some(row.sid.as_str()))
}

fn accounts_of(
    signed_in: &BTreeMap<AccountSid, SignedIn>,
    parent: Option<&AccountSid>,
    listed: &[Row],
) -> Vec<AccountInTree> {
    let mut accounts: BTreeMap<AccountSid, AccountInTree> = BTreeMap::new();
    let listed_children = listed.iter().filter(|row| parent.is_some_and(|parent| is_child(row, parent)));
    for row in listed_children {
        if let Ok(account) = row.sid.parse::<AccountSid>() {
            accounts
                .insert(account.clone(), account_in_tree(account, Some(row), OwnResource::Listed, parent));
        }
    }
    for (account, found) in signed_in {
        if found.account.is_some() || !accounts.contains_key(account) {
            let row = found.account.as_ref();
            let own = row.cloned().map_or(OwnResource::Unread, OwnResource::Read);
            accounts.insert(account.clone(), account_in_tree(account.clone(), row, own, parent));
        }
    }
    let mut accounts: Vec<AccountInTree> = accounts.into_values().collect();
    accounts.sort_by_key(|account| (!account.is_parent, account.account.clone()));
    accounts
}

fn account_in_tree(
    account: AccountSid,
    row: Option<&Row>,
    own: OwnResource,
    parent: Option<&AccountSid>,
) -> AccountInTree {
    let of_row = |column| row.and_then(|row| text(&TWILIO_ACCOUNT, row, column)).map(str::to_owned);
    AccountInTree {
        name: of_row("friendly_name"),
        status: of_row("status"),
        is_parent: Some(&account) == parent,
        account,
        own,
    }
}

impl Tree {
    /// Leaves out all accounts but the given ones. What compares accounts can then vouch for nothing, so
    /// the tree counts as not fully read.
    ///
    /// # Errors
    ///
    /// The first of them that is not in the tree: a misspelt account must not pass in silence.
    pub(super) fn narrow(&mut self, only: &[AccountSid]) -> Result<(), SignInError> {
        if let Some(unknown) =
            only.iter().find(|one| !self.accounts.iter().any(|known| known.account == **one))
        {
            return Err(SignInError::UnknownAccount { account: unknown.to_string() });
        }
        let known = self.accounts.len();
        self.accounts.retain(|account| only.contains(&account.account));
        if self.accounts.len() < known {
            let reason = format!("only {} of {known} accounts were to be audited", self.accounts.len());
            self.notices.push(format!("By --account, {reason}."));
            self.coverage.status = CoverageStatus::Failed;
            self.coverage.reason = reason;
        }
        if let Some(first) = self.accounts.first() {
            self.root = first.account.clone();
            self.coverage.account_sid = first.account.clone();
        }
        Ok(())
    }

    /// Leaves out the accounts of other shards. What is known of the tree stays: the shards come together again.
    pub(super) fn keep_shard(&mut self, shard: Shard) {
        self.accounts.retain(|account| shard.holds(&account.account));
    }

    fn with_notice_if_incomplete(mut self) -> Self {
        if !self.coverage.status.is_conclusive() {
            self.notices.insert(
                0,
                format!(
                    "The account tree is incomplete: {}. Only the accounts with a credential of their own \
                     were audited.",
                    self.coverage.reason
                ),
            );
        }
        self
    }
}
