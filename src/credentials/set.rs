//! The credentials of one run, and which of them may speak for which account.

use std::collections::HashMap;

use super::credential::{Credential, CredentialKind, OrganizationApp};
use super::named::NamedSecrets;
use crate::model::{AccountSid, Region};

/// Which credentials of a parent answer a request for one of its subaccounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParentReach {
    /// Its Auth Token.
    pub auth_token: bool,
    /// A Main key of it.
    pub main_key: bool,
}

impl ParentReach {
    /// None of them.
    pub const NONE: Self = Self { auth_token: false, main_key: false };
}

/// The credentials of one run, at most one per account.
#[derive(Debug, Default)]
pub struct Credentials {
    list: Vec<Credential>,
    /// Where the first of each account stands in the list.
    first: HashMap<AccountSid, usize>,
    organization: Option<OrganizationApp>,
    parent: Option<AccountSid>,
    surplus: Vec<String>,
    secrets: NamedSecrets,
}

impl FromIterator<Credential> for Credentials {
    /// The first of each account counts.
    fn from_iter<I: IntoIterator<Item = Credential>>(list: I) -> Self {
        let mut credentials = Self::default();
        list.into_iter().for_each(|credential| credentials.add(credential));
        credentials
    }
}

impl Credentials {
    /// Every credential, in the order given.
    pub fn iter(&self) -> impl Iterator<Item = &Credential> {
        self.list.iter()
    }

    /// The credential of this very account.
    pub fn own(&self, account: &AccountSid) -> Option<&Credential> {
        self.list.get(*self.first.get(account)?)
    }

    /// Says which account turned out to be the parent of the others.
    pub fn set_parent(&mut self, parent: AccountSid) {
        self.parent = Some(parent);
    }

    /// Adds a credential, whatever others there are of its account: it may be of another Region.
    pub fn push(&mut self, credential: Credential) {
        self.first.entry(credential.account.clone()).or_insert(self.list.len());
        self.list.push(credential);
    }

    /// Adds a credential of an account that has none; an account's own is never replaced.
    pub fn add(&mut self, credential: Credential) {
        if self.own(&credential.account).is_none() {
            self.push(credential);
        }
    }

    /// The secrets that stood in the same file, by their names.
    pub const fn secrets(&self) -> &NamedSecrets {
        &self.secrets
    }

    pub(super) fn set_secrets(&mut self, secrets: NamedSecrets) {
        self.secrets = secrets;
    }

    /// The Organization's app, where one was supplied.
    pub const fn organization(&self) -> Option<&OrganizationApp> {
        self.organization.as_ref()
    }

    /// Takes over the Organization's app; the first counts.
    pub fn set_organization(&mut self, app: OrganizationApp) {
        self.organization.get_or_insert(app);
    }

    /// Notes a credential that is not used, as a sentence that names it.
    pub fn note_surplus(&mut self, sentence: String) {
        self.surplus.push(sentence);
    }

    /// Sentences about the credentials that are not used.
    pub fn surplus(&self) -> &[String] {
        &self.surplus
    }

    /// Keeps the accounts' credentials of a Region, and says how many others there were.
    pub fn keep_region(&mut self, region: Region) -> usize {
        let before = self.list.len();
        let kept = std::mem::take(&mut self.list).into_iter().filter(|one| one.region == region).collect();
        self.replace(kept);
        before - self.list.len()
    }

    /// Exchanges the accounts' credentials for those that Twilio accepted.
    pub fn replace(&mut self, accepted: Vec<Credential>) {
        self.list.clear();
        self.first.clear();
        accepted.into_iter().for_each(|credential| self.push(credential));
    }

    /// The credential to read `account` with.
    ///
    /// Only where the request itself names the account can a parent's credential be meant for another; anywhere
    /// else it would answer with the parent's resources, status 200, so there an account without a credential
    /// of its own gets none.
    pub fn for_request(&self, account: &AccountSid, reach: ParentReach) -> Option<&Credential> {
        self.own(account).or_else(|| {
            let parent = self.own(self.parent.as_ref()?)?;
            let reaches = match parent.kind {
                CredentialKind::AuthToken => reach.auth_token,
                CredentialKind::MainKey => reach.main_key,
                CredentialKind::StandardKey
                | CredentialKind::RestrictedKey
                | CredentialKind::OAuthApp
                | CredentialKind::ApiKey => false,
            };
            reaches.then_some(parent)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Secret, Source};
    use super::*;

    const PARENT: &str = "AC00000000000000000000000000000001";
    const CHILD: &str = "AC00000000000000000000000000000002";
    const KEY: &str = "SK00000000000000000000000000000003";

    fn credential(account: &str, user: &str) -> Credential {
        Credential::new(account, user, Secret::new("a-secret-value".into()), Source::Environment).unwrap()
    }

    fn set(list: Vec<Credential>) -> Credentials {
        let mut credentials = Credentials::from_iter(list);
        credentials.set_parent(PARENT.parse().unwrap());
        credentials
    }

    fn user(credentials: &Credentials, account: &str, auth_token: bool) -> Option<String> {
        let reach = ParentReach { auth_token, main_key: false };
        credentials.for_request(&account.parse().unwrap(), reach).map(|credential| credential.user.clone())
    }

    #[test]
    fn the_parent_token_reaches_children_where_the_path_names_them() {
        let credentials = set(vec![credential(PARENT, PARENT)]);
        assert_eq!(user(&credentials, CHILD, true).as_deref(), Some(PARENT));
        assert_eq!(user(&credentials, CHILD, false), None, "it would answer for the parent");
        assert_eq!(user(&credentials, PARENT, false).as_deref(), Some(PARENT));
    }

    #[test]
    fn a_parent_key_reaches_no_child_whatever_its_kind() {
        for kind in [CredentialKind::ApiKey, CredentialKind::MainKey, CredentialKind::RestrictedKey] {
            let credentials = set(vec![Credential { kind, ..credential(PARENT, KEY) }]);
            assert_eq!(user(&credentials, CHILD, true), None, "{}", kind.as_str());
        }
    }

    #[test]
    fn both_answers_to_what_a_parent_s_main_key_reaches() {
        let main = Credential { kind: CredentialKind::MainKey, ..credential(PARENT, KEY) };
        let credentials = set(vec![main]);
        let child = CHILD.parse().unwrap();
        for (main_key, expected) in [(false, None), (true, Some(KEY))] {
            let found = credentials.for_request(&child, ParentReach { auth_token: true, main_key });
            assert_eq!(found.map(|found| found.user.as_str()), expected);
        }
    }

    #[test]
    fn an_account_s_own_credential_comes_first() {
        let mut credentials = set(vec![credential(PARENT, PARENT), credential(CHILD, KEY)]);
        assert_eq!(user(&credentials, CHILD, true).as_deref(), Some(KEY));
        credentials.add(credential(CHILD, CHILD));
        assert_eq!(user(&credentials, CHILD, false).as_deref(), Some(KEY), "and is not replaced");
    }

    #[test]
    fn a_token_of_an_account_that_is_not_the_parent_reaches_nobody_else() {
        let mut credentials = Credentials::from_iter([credential(CHILD, CHILD)]);
        assert_eq!(user(&credentials, PARENT, true), None, "no parent is known yet");
        credentials.set_parent(PARENT.parse().unwrap());
        assert_eq!(user(&credentials, PARENT, true), None);
    }

    #[test]
    fn the_parts_must_fit_together() {
        let secret = || Secret::new("a-secret-value".into());
        for (account, user, secret, part) in [
            ("AC1", "AC1", secret(), "`account`"),
            (PARENT, CHILD, secret(), "another account"),
            (PARENT, "QQ00000000000000000000000000000001", secret(), "`user`"),
            (PARENT, KEY, Secret::new(String::new()), "`secret` is empty"),
            (PARENT, KEY, Secret::new("two words".into()), "`secret`"),
            (PARENT, KEY, Secret::new(KEY.into()), "`secret` is a SID"),
        ] {
            let error = Credential::new(account, user, secret, Source::Environment).unwrap_err();
            assert!(error.to_string().contains(part), "{error}");
        }
    }

    #[test]
    fn nothing_that_is_printed_shows_a_secret() {
        let credentials = set(vec![credential(PARENT, KEY)]);
        assert!(!format!("{credentials:?} {credentials:#?}").contains("a-secret-value"));
    }
}
