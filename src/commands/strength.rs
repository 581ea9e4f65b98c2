//! What the accounts are read with, held against what the chosen checks need.

use super::chosen_checks::Catalogue;
use crate::audit::{self, Holding};
use crate::catalogue::Kind;
use crate::collect::{AccountInTree, Tree};
use crate::credentials::{CredentialKind, Credentials};
use crate::model::{Lack, Needs, Place, Share};

/// What the accounts of a tree are read with.
pub(super) struct Strength<'a> {
    pub(super) tree: &'a Tree,
    credentials: &'a Credentials,
    /// What the chosen checks need of the parent.
    of_parent: Needs,
    /// What they need of any other account: the same of each, so that it is worked out once.
    of_subaccount: Needs,
    /// The kinds that a scan requires of either.
    required: [Vec<&'static Kind>; 2],
}

impl<'a> Strength<'a> {
    pub(super) fn new(catalogue: &Catalogue, tree: &'a Tree, credentials: &'a Credentials) -> Self {
        let needs = |place| audit::needs(place, &catalogue.kinds, &catalogue.checks);
        let (of_parent, of_subaccount) = (needs(Place::Parent), needs(Place::Subaccount));
        let required =
            [Place::Parent, Place::Subaccount].map(|place| audit::kinds_required(place, &catalogue.checks));
        Self { tree, credentials, of_parent, of_subaccount, required }
    }

    /// What the chosen checks need of an account.
    pub(super) fn needs(&self, account: &AccountInTree) -> &Needs {
        if self.is_root(account) { &self.of_parent } else { &self.of_subaccount }
    }

    /// How many of the kinds that a scan requires of an account would be read.
    pub(super) fn required(&self, account: &AccountInTree, lacks: &[Lack]) -> Share {
        let [of_parent, of_subaccount] = &self.required;
        let required = if self.is_root(account) { of_parent } else { of_subaccount };
        let unread = audit::count_unread(required, lacks);
        Share { read: required.len().saturating_sub(unread), of: required.len() }
    }

    /// The first account stands for the Organization, even where it is not known to be the parent.
    fn is_root(&self, account: &AccountInTree) -> bool {
        let first = self.tree.accounts.first();
        account.is_parent || first.is_some_and(|root| root.account == account.account)
    }

    /// Whether an account is the parent, with an Auth Token that reads other accounts too: a key in its place would read
    /// its own account alone.
    pub(super) fn reads_others(&self, account: &AccountInTree) -> bool {
        let has_none = |other: &AccountInTree| {
            !other.is_parent && other.is_active() && self.credentials.own(&other.account).is_none()
        };
        account.is_parent
            && self.tree.parent_signs_in_with(CredentialKind::AuthToken)
            && self.tree.accounts.iter().any(has_none)
    }

    /// What an account is read with; the policy of its key or app, where that is known.
    pub(super) fn holding<'p>(&self, account: &AccountInTree, policy: Option<&'p [String]>) -> Holding<'p> {
        match self.tree.signed_in.get(&account.account).map(|found| found.kind) {
            // A token that was taken from the parent's list never signed in by itself.
            None if self.credentials.own(&account.account).is_some() => Holding::AuthToken,
            None => {
                Holding::Nothing { parent_token: self.tree.parent_signs_in_with(CredentialKind::AuthToken) }
            }
            Some(kind) => of_kind(kind, policy),
        }
    }
}

/// A sentence about the credentials that are stronger than they need to be; nothing where none is. `doctor` is the
/// command line that says which would do.
pub(super) fn notice(catalogue: &Catalogue, read_with: &[(bool, String)], doctor: &str) -> Option<String> {
    let needs = |place| audit::needs(place, &catalogue.kinds, &catalogue.checks);
    let (of_parent, of_subaccount) = (needs(Place::Parent), needs(Place::Subaccount));
    // What has no credential of its own was read with the parent's Auth Token, which no key can replace there.
    let has_others =
        read_with.iter().any(|(is_parent, kind)| !is_parent && CredentialKind::from_word(kind).is_none());
    let is_stronger = |(is_parent, kind): &&(bool, String)| {
        if *is_parent && has_others && CredentialKind::from_word(kind) == Some(CredentialKind::AuthToken) {
            return false;
        }
        let needs = if *is_parent { &of_parent } else { &of_subaccount };
        CredentialKind::from_word(kind)
            .is_some_and(|kind| audit::would_do(needs, of_kind(kind, None)).is_some())
    };
    let stronger = read_with.iter().filter(is_stronger).count();
    (stronger > 0).then(|| {
        let accounts = if stronger == 1 { "account was" } else { "accounts were" };
        format!(
            "{stronger} {accounts} read with a stronger credential than this audit needs: \
             `{doctor}` says which would do."
        )
    })
}

/// What is held with a credential of this kind; the policy of a key or an app, where that is known.
const fn of_kind(kind: CredentialKind, policy: Option<&[String]>) -> Holding<'_> {
    match kind {
        CredentialKind::AuthToken => Holding::AuthToken,
        CredentialKind::MainKey => Holding::MainKey,
        CredentialKind::StandardKey => Holding::StandardKey,
        CredentialKind::RestrictedKey | CredentialKind::OAuthApp => Holding::Policy(policy),
        CredentialKind::ApiKey => Holding::UnknownKey,
    }
}
