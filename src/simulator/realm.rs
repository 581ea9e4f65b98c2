//! The accounts as one Region knows them, and who may sign in there.
//!
//! Knows no request.

use std::collections::HashMap;

use super::estate::{Account, EstateError, sid};
use super::region::Region;
use super::site::Site;
use super::when::Clock;

/// One Region's world.
pub(super) struct Realm {
    pub(super) region: Region,
    pub(super) accounts: Vec<Site>,
    pub(super) clock: Clock,
    /// Accounts by SID, as indices.
    by_sid: HashMap<String, usize>,
    /// Who signs in with user name and password.
    users: HashMap<String, User>,
}

/// A user name of Basic authentication.
pub(super) struct User {
    site: usize,
    /// Each of them will do.
    pub(super) secrets: Vec<String>,
    pub(super) kind: UserKind,
}

/// Whose it is.
pub(super) enum UserKind {
    AuthToken,
    Test,
    /// The key at this place among the account's keys.
    Key(usize),
}

impl Realm {
    pub(super) fn new(
        accounts: impl Iterator<Item = Account>,
        region: Region,
        clock: Clock,
    ) -> Result<Self, EstateError> {
        let accounts: Vec<Site> =
            accounts.map(|account| Site::new(account, region, clock)).collect::<Result<_, _>>()?;
        let (mut by_sid, mut users) = (HashMap::new(), HashMap::new());
        for (number, site) in accounts.iter().enumerate() {
            by_sid.entry(site.sid.clone()).or_insert(number);
            for (name, secret, kind) in users_of(site) {
                users.entry(name).or_insert(User { site: number, secrets: vec![secret], kind });
            }
        }
        Ok(Self { region, accounts, clock, by_sid, users })
    }

    pub(super) fn site(&self, sid: &str) -> Option<&Site> {
        self.by_sid.get(sid).and_then(|number| self.accounts.get(*number))
    }

    pub(super) fn site_mut(&mut self, sid: &str) -> Option<&mut Site> {
        self.by_sid.get(sid).and_then(|number| self.accounts.get_mut(*number))
    }

    /// From now on there is this account too.
    pub(super) fn add(&mut self, site: Site) {
        let number = self.accounts.len();
        for (name, secret, kind) in users_of(&site) {
            self.users.insert(name, User { site: number, secrets: vec![secret], kind });
        }
        self.by_sid.insert(site.sid.clone(), number);
        self.accounts.push(site);
    }

    /// From now on a user signs in with each of these secrets; with none, not at all.
    pub(super) fn let_in(&mut self, name: &str, account: &str, secrets: Vec<String>, kind: UserKind) {
        let Some(site) = self.by_sid.get(account).copied() else { return };
        if secrets.is_empty() {
            self.users.remove(name);
        } else {
            self.users.insert(name.to_owned(), User { site, secrets, kind });
        }
    }

    /// The user of this name, with the account.
    pub(super) fn user(&self, name: &str) -> Option<(&Site, &User)> {
        let user = self.users.get(name)?;
        Some((self.accounts.get(user.site)?, user))
    }

    pub(super) fn children<'a>(&'a self, parent: &'a Site) -> impl Iterator<Item = &'a Site> {
        self.accounts.iter().filter(move |site| site.owner == parent.sid && site.sid != parent.sid)
    }
}

fn users_of(site: &Site) -> Vec<(String, String, UserKind)> {
    let account = &site.account;
    if account.connect_only {
        return Vec::new();
    }
    let mut users = vec![(site.sid.clone(), account.token(), UserKind::AuthToken)];
    users.extend(account.test.iter().map(|test| (sid(&test.sid), test.auth_token.clone(), UserKind::Test)));
    let keys = account.keys.iter().enumerate();
    users.extend(keys.map(|(number, key)| (sid(&key.sid), key.secret(), UserKind::Key(number))));
    users
}
