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
    pub(super) secret: String,
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
                users.entry(name).or_insert(User { site: number, secret, kind });
            }
        }
        Ok(Self { region, accounts, clock, by_sid, users })
    }

    pub(super) fn site(&self, sid: &str) -> Option<&Site> {
        self.by_sid.get(sid).and_then(|number| self.accounts.get(*number))
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
