//! What the accounts are read with, held against what the chosen checks need.

use super::chosen_checks::Catalogue;
use crate::audit::{self, Holding};
use crate::collect::Tree;
use crate::credentials::{CredentialKind, Credentials};
use crate::model::{AccountSid, Needs, Place};

/// What the accounts of a tree are read with.
pub(super) struct Strength<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) tree: &'a Tree,
    pub(super) credentials: &'a Credentials,
}

impl Strength<'_> {
    /// What the chosen checks need of an account.
    pub(super) fn needs(&self, account: &AccountSid) -> Needs {
        let known = self.tree.accounts.iter().find(|known| known.account == *account);
        let place = match known.is_some_and(|known| known.is_parent) {
            true => Place::Parent,
            false => Place::Subaccount,
        };
        audit::needs(place, &self.catalogue.kinds, &self.catalogue.checks)
    }

    /// What an account is read with; the policy of its key or app, where that is known.
    pub(super) fn holding<'p>(&self, account: &AccountSid, policy: Option<&'p [String]>) -> Holding<'p> {
        match self.tree.signed_in.get(account).map(|found| found.kind) {
            // A token that was taken from the parent's list never signed in by itself.
            None if self.credentials.own(account).is_some() => Holding::AuthToken,
            None => {
                Holding::Nothing { parent_token: self.tree.parent_signs_in_with(CredentialKind::AuthToken) }
            }
            Some(CredentialKind::AuthToken) => Holding::AuthToken,
            Some(CredentialKind::MainKey) => Holding::MainKey,
            Some(CredentialKind::StandardKey) => Holding::StandardKey,
            Some(CredentialKind::RestrictedKey | CredentialKind::OAuthApp) => Holding::Policy(policy),
            Some(CredentialKind::ApiKey) => Holding::UnknownKey,
        }
    }

    /// A sentence about the credentials that are stronger than they need to be; nothing where none is.
    pub(super) fn notice(&self) -> Option<String> {
        let stronger = |account: &AccountSid| {
            audit::would_do(&self.needs(account), self.holding(account, None)).is_some()
        };
        let active = self.tree.accounts.iter().filter(|account| account.is_active());
        let signed_in = active.map(|account| &account.account).filter(|account| stronger(account)).count();
        (signed_in > 0).then(|| {
            let accounts = if signed_in == 1 { "account was" } else { "accounts were" };
            format!(
                "{signed_in} {accounts} read with a stronger credential than this audit needs: \
                 `twilio-audit doctor` says which would do."
            )
        })
    }
}
