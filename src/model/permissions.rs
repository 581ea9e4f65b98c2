//! What the Restricted keys of an audit must allow, and what no such key can read.

use serde::Serialize;

use super::AccountSid;

/// Which account of the tree a key belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The parent, which is also asked for the list of accounts.
    Parent,
    /// Any other account.
    Subaccount,
}

/// What something is read for; the weightiest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Every scan reads it, to learn which accounts there are.
    EveryScan,
    /// A check that stands between an account and PHI can call nothing fine without it.
    GoLive,
    /// Another check can call nothing fine without it.
    Judged,
    /// It only corroborates what other evidence shows.
    Corroborates,
    /// No chosen check reads it; it is kept for the reviewer.
    Kept,
}

/// A permission, and what it is good for.
#[derive(Debug, Clone, Serialize)]
pub struct Allow {
    /// As a policy takes it: `/twilio/studio/flows/list`.
    pub permission: &'static str,
    /// The weightiest purpose of what it reads.
    pub purpose: Purpose,
    /// The kinds whose requests ask for it.
    pub kinds: Vec<&'static str>,
    /// The kinds that can only be read after these.
    pub opens: Vec<&'static str>,
    /// The checks that read any of all that.
    pub checks: Vec<String>,
    /// Permissions without which it reads nothing, because its kinds are listed under others.
    pub after: Vec<&'static str>,
}

/// What reads something that no Restricted key can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reader {
    /// A Standard key of the account; its Main keys and its Auth Token as well.
    StandardKey,
    /// A Main key of the account, or its Auth Token: it is about accounts or keys.
    MainKey,
    /// The OAuth app of the Organization, and no key at all.
    OrganizationApp,
}

/// A request that a Restricted key cannot make.
#[derive(Debug, Clone, Serialize)]
pub struct Uncovered {
    /// The kind.
    pub kind: &'static str,
    /// Where it is read: the host.
    pub host: String,
    /// Where it is read: the path, as the catalogue writes it.
    pub path: &'static str,
    /// What reads it.
    pub reader: Reader,
    /// Whether the parent's Auth Token reads it too, where the account has no credential of its own.
    pub parent_token_reaches: bool,
    /// Its permission, where one is known that does not help a key.
    pub permission: Option<&'static str>,
    /// The kind it is listed under, where that one is the obstacle.
    pub listed_under: Option<&'static str>,
    /// What it is read for.
    pub purpose: Purpose,
    /// The checks that read it, or something that is listed under it.
    pub checks: Vec<String>,
}

/// What the key of one account needs.
#[derive(Debug, Clone, Serialize)]
pub struct Needs {
    /// Whose key.
    pub place: Place,
    /// What it must allow, by permission.
    pub allow: Vec<Allow>,
    /// The same as the policies of keys, each within Twilio's limit. A scan takes one key per account: the first
    /// holds what weighs most, and each of the others reads the rest in a scan of its own.
    pub keys: Vec<Vec<&'static str>>,
    /// What it cannot read, in the order of the catalogue.
    pub uncovered: Vec<Uncovered>,
}

/// An account that a list is for.
#[derive(Debug, Clone, Serialize)]
pub struct Holder {
    /// Its SID.
    pub account_sid: AccountSid,
    /// Its declared name.
    pub account_name: Option<String>,
    /// Whether it is known to be the parent, or not to be; otherwise both lists name it.
    pub place_is_known: bool,
}

/// The list for one place in the tree, and the accounts that take it.
#[derive(Debug, Clone, Serialize)]
pub struct KeyList {
    /// The accounts; empty where none was named.
    pub accounts: Vec<Holder>,
    /// How many requests a scan makes there, by kind.
    pub requests: usize,
    /// How many of them a scan can make with the first key.
    pub requests_read: usize,
    /// What their keys need.
    #[serde(flatten)]
    pub needs: Needs,
}

/// Everything that can be said of the keys for an audit.
#[derive(Debug, Clone, Serialize)]
pub struct Permissions {
    /// The version of this program.
    pub tool_version: String,
    /// The chosen checks.
    pub checks: Vec<String>,
    /// Whether these are all there are.
    pub all_checks: bool,
    /// Twilio's limit.
    pub most_permissions_per_key: usize,
    /// One list for each place in the tree.
    pub lists: Vec<KeyList>,
}

impl Needs {
    /// How many requests the first key can make, and how many there are.
    pub fn requests(&self) -> (usize, usize) {
        let kinds = |allow: &Allow| allow.kinds.len();
        let first = self.keys.first().map_or(&[][..], Vec::as_slice);
        let read = self.allow.iter().filter(|allow| first.contains(&allow.permission)).map(kinds).sum();
        (read, self.allow.iter().map(kinds).sum::<usize>() + self.uncovered.len())
    }
}
