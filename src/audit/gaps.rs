//! Where evidence is missing, and what would close the gap.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use rusqlite::Connection;

use super::compile::Compiled;
use super::scope::AccountFacts;
use crate::catalogue::{self, ACCOUNT_TREE, KINDS, Kind, Per};
use crate::evidence::{UNREAD, coverage_of};
use crate::model::{Coverage, CoverageStatus, Remedy, first_of};

/// Kinds or permissions named for one cause before it says "and more".
const NAMED_KINDS: usize = 4;
/// Causes named in a reason before it says "and more".
const NAMED_CAUSES: usize = 3;

/// What is missing, by account and kind.
pub(super) struct Gaps<'a> {
    /// Where each kind stands in the catalogue.
    places: HashMap<&'static str, u16>,
    readings: HashMap<String, OfAccount>,
    names: BTreeMap<&'a str, &'a str>,
    active_accounts: Vec<&'a str>,
    root: Option<&'a str>,
}

/// What was read in an account, kinds by their places in the catalogue. There may be many accounts, and what is missing
/// in them is much the same.
struct OfAccount {
    /// Whether a kind was asked for.
    asked: Box<[bool]>,
    /// Of each kind what its first reading that is no sufficient one lacks, where there is one.
    lacks: BTreeMap<u16, Rc<Lack>>,
}

impl Default for OfAccount {
    fn default() -> Self {
        Self { asked: vec![false; KINDS.len()].into(), lacks: BTreeMap::new() }
    }
}

/// Why a kind was not read, and what would close the gap.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Lack {
    words: String,
    /// What would close the gap, where that could be named.
    remedy: Option<Remedy>,
    /// The permission that would, where one does.
    grant: Option<String>,
}

/// Why a check may call nothing fine in an account.
#[derive(Debug, Clone)]
pub(super) struct Gap {
    /// The sentence.
    pub(super) reason: String,
    /// Whether only the Organization was not read, because nobody supplied an app of it. There need not be an
    /// Organization, so this is for a person to look up, and no reason to call the scan incomplete.
    pub(super) is_of_organization_alone: bool,
}

/// One cause and the kinds that are missing because of it, in the order in which they were met.
struct Cause<'a> {
    account: &'a str,
    words: String,
    /// What would close the gap, where that could be named.
    remedy: Option<Remedy>,
    /// The permissions that close the gap, where permissions do.
    grants: Vec<String>,
    kinds: Vec<&'static str>,
}

impl<'a> Gaps<'a> {
    /// Reads the coverage of a scan.
    pub(super) fn read(connection: &Connection, accounts: &'a [AccountFacts]) -> rusqlite::Result<Self> {
        let places: HashMap<&str, u16> =
            (0..).zip(KINDS.iter()).map(|(place, kind)| (kind.name, place)).collect();
        let mut readings: HashMap<String, OfAccount> = HashMap::new();
        let mut asked = connection.prepare("select distinct account_sid, resource_type from coverage")?;
        let mut rows = asked.query([])?;
        while let Some(row) = rows.next()? {
            let Some(place) = places.get(row.get_ref(1)?.as_str()?) else { continue };
            let account = row.get_ref(0)?.as_str()?;
            if !readings.contains_key(account) {
                readings.insert(account.to_owned(), OfAccount::default());
            }
            let of_account = readings.get_mut(account);
            if let Some(asked) = of_account.and_then(|read| read.asked.get_mut(usize::from(*place))) {
                *asked = true;
            }
        }
        let mut all = BTreeSet::new();
        for unread in connection.prepare(UNREAD)?.query_map([], coverage_of)? {
            let unread = unread?;
            let place = places.get(unread.resource_type.as_str());
            let of_account = readings.get_mut(unread.account_sid.as_str());
            if let (Some(place), Some(of_account)) = (place, of_account) {
                // The first one speaks for all.
                of_account.lacks.entry(*place).or_insert_with(|| one_of(&mut all, Lack::of(&unread)));
            }
        }
        let sid = |account: &'a AccountFacts| account.account_sid.as_str();
        Ok(Self {
            places,
            readings,
            names: accounts.iter().map(|account| (sid(account), account.name.as_str())).collect(),
            active_accounts: accounts.iter().filter(|account| account.active).map(sid).collect(),
            root: accounts.iter().find(|account| account.is_root).map(sid),
        })
    }

    /// Why a check may call nothing fine in an account, in words; nothing when it may. Of a check that compares
    /// accounts the answer is the same for all of them, and `compared` keeps it.
    pub(super) fn explain(
        &self,
        compiled: &Compiled,
        account: &'a str,
        compared: &mut Option<Option<Gap>>,
    ) -> Option<Gap> {
        if compiled.check.compares_accounts {
            return compared.get_or_insert_with(|| self.of_accounts(compiled, &self.active_accounts)).clone();
        }
        self.of_accounts(compiled, &[account])
    }

    /// Why a check may call nothing fine that rests on these accounts.
    fn of_accounts(&self, compiled: &Compiled, accounts: &[&'a str]) -> Option<Gap> {
        let root = self.root.or_else(|| accounts.first().copied())?;
        let mut causes = Vec::new();
        for kind in compiled.needs() {
            if is_read_at_the_root(kind) {
                self.note(kind.name, root, &mut causes);
            } else {
                accounts.iter().for_each(|account| self.note(kind.name, account, &mut causes));
            }
        }
        if compiled.check.compares_accounts {
            self.note(ACCOUNT_TREE.name, root, &mut causes);
        }
        (!causes.is_empty()).then(|| Gap {
            reason: self.sentence(&causes),
            is_of_organization_alone: causes
                .iter()
                .all(|cause| cause.remedy == Some(Remedy::OrganizationApp)),
        })
    }

    /// Adds what is missing of a kind in an account, if anything is.
    fn note(&self, kind: &'static str, account: &'a str, causes: &mut Vec<Cause<'a>>) {
        let of_account = self.places.get(kind).zip(self.readings.get(account));
        let Lack { words, remedy, grant } = match of_account {
            Some((place, read)) => match read.lacks.get(place) {
                Some(lack) => Lack::clone(lack),
                None if read.asked.get(usize::from(*place)) == Some(&true) => return,
                None => Lack::of_what_was_not_asked(),
            },
            None => Lack::of_what_was_not_asked(),
        };
        let same = |cause: &&mut Cause<'_>| {
            cause.account == account && cause.words == words && cause.remedy == remedy
        };
        let cause = match causes.iter_mut().find(same) {
            Some(cause) => cause,
            None => {
                causes.push(Cause { account, words, remedy, grants: Vec::new(), kinds: Vec::new() });
                let Some(cause) = causes.last_mut() else { return };
                cause
            }
        };
        if !cause.kinds.contains(&kind) {
            cause.kinds.push(kind);
        }
        cause.grants.extend(grant.filter(|permission| !cause.grants.contains(permission)));
    }

    fn sentence(&self, causes: &[Cause<'_>]) -> String {
        let mut sentences: Vec<String> = causes
            .iter()
            .take(NAMED_CAUSES)
            .map(|cause| {
                let name = self.names.get(cause.account).copied().unwrap_or(cause.account);
                let remedy = cause.remedy.map(|remedy| in_words(remedy, &cause.grants)).unwrap_or_default();
                format!("{}: {} of {name}{remedy}", cause.words, first_of(&cause.kinds, NAMED_KINDS))
            })
            .collect();
        if let Some(more @ 1..) = causes.len().checked_sub(NAMED_CAUSES) {
            sentences.push(format!("and {more} more gaps, see coverage.csv"));
        }
        sentences.join(". ")
    }
}

impl Lack {
    fn of(reading: &Coverage) -> Self {
        let (remedy, grant) = remedy(reading);
        Self { words: describe(reading), remedy, grant }
    }

    fn of_what_was_not_asked() -> Self {
        Self { words: "Not collected".to_owned(), remedy: None, grant: None }
    }
}

/// One for all that are alike.
fn one_of(all: &mut BTreeSet<Rc<Lack>>, lack: Lack) -> Rc<Lack> {
    if let Some(same) = all.get(&lack) {
        return Rc::clone(same);
    }
    let lack = Rc::new(lack);
    all.insert(Rc::clone(&lack));
    lack
}

fn in_words(remedy: Remedy, grants: &[String]) -> String {
    match remedy {
        Remedy::Grant => {
            let word = if grants.len() == 1 { "permission" } else { "permissions" };
            return format!("; grant the {word} {} to its key", first_of(grants, NAMED_KINDS));
        }
        Remedy::Credential => "; supply a credential of this account",
        Remedy::OrganizationApp => "; supply an OAuth app of the Organization",
        Remedy::StandardKey => {
            "; no permission is known for it: a Standard or Main key, or the Auth Token, reads it"
        }
        Remedy::MainKey => "; a Main key or the Auth Token of this account reads it",
    }
    .to_owned()
}

/// Whether a kind is read once for the whole tree, so that its coverage stands under the root alone.
pub(super) fn is_read_at_the_root(kind: &'static Kind) -> bool {
    let per = kind.line().last().and_then(Kind::endpoint).map(|endpoint| endpoint.per);
    matches!(per, Some(Per::Tree | Per::Organization))
}

/// What would close the gap of a reading, where that can be named, and the permission if it is one. The permission
/// that Twilio names comes before the one that the catalogue knows.
fn remedy(reading: &Coverage) -> (Option<Remedy>, Option<String>) {
    let endpoint = catalogue::kind(&reading.resource_type).and_then(Kind::endpoint);
    let known = endpoint.and_then(|endpoint| endpoint.permission).map(str::to_owned);
    let remedy = match (reading.status, reading.credential_kind.as_deref()) {
        (CoverageStatus::NoCredential, _) if endpoint.is_some_and(|endpoint| endpoint.by_organization) => {
            Remedy::OrganizationApp
        }
        (CoverageStatus::NoCredential, _) => Remedy::Credential,
        (CoverageStatus::Denied, _) if reading.missing_permission.is_some() => {
            return (Some(Remedy::Grant), reading.missing_permission.clone());
        }
        (CoverageStatus::Denied, Some("restricted_key" | "oauth_app")) if known.is_some() => {
            return (Some(Remedy::Grant), known);
        }
        (CoverageStatus::Denied, Some("restricted_key" | "oauth_app")) => Remedy::StandardKey,
        (CoverageStatus::Denied, Some("standard_key")) => Remedy::MainKey,
        _ => return (None, None),
    };
    (Some(remedy), None)
}

/// A reading in words.
fn describe(reading: &Coverage) -> String {
    let details: Vec<String> = reading
        .http_status
        .map(|status| format!("HTTP {status}"))
        .into_iter()
        .chain(reading.twilio_code.map(|code| format!("code {code}")))
        .collect();
    let details = if details.is_empty() { String::new() } else { format!(" ({})", details.join(", ")) };
    match reading.status {
        CoverageStatus::NoCredential => "No credential reaches".to_owned(),
        CoverageStatus::Denied => format!("The credential may not read{details}"),
        CoverageStatus::NotEnabled => format!("Twilio does not say whether there is any{details}"),
        CoverageStatus::InactiveAccount => format!("The account is not active{details}"),
        CoverageStatus::Failed => format!("Could not be read{details}, {}", reading.reason),
        CoverageStatus::Complete | CoverageStatus::Absent => reading.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(kind: &str, status: CoverageStatus, credential: &str, named: Option<&str>) -> Coverage {
        let account = "AC00000000000000000000000000000001".parse().unwrap();
        Coverage {
            credential_kind: Some(credential.to_owned()),
            missing_permission: named.map(str::to_owned),
            ..Coverage::new(account, kind, status, String::new())
        }
    }

    #[test]
    fn each_gap_says_what_would_close_it() {
        use CoverageStatus::{Denied, Failed, NoCredential};
        let named = Some("/twilio/sync/services/list");
        for (kind, status, credential, named, expected) in [
            (
                "trunk",
                Denied,
                "restricted_key",
                None,
                "grant the permission /twilio/voice/sip.trunks/list to its key",
            ),
            (
                "sync_service",
                Denied,
                "restricted_key",
                named,
                "grant the permission /twilio/sync/services/list to its key",
            ),
            (
                "sync_service",
                Denied,
                "oauth_app",
                None,
                "a Standard or Main key, or the Auth Token, reads it",
            ),
            (
                "api_key",
                Denied,
                "standard_key",
                None,
                "a Main key or the Auth Token of this account reads it",
            ),
            ("sync_service", NoCredential, "", None, "supply a credential of this account"),
            ("organization_user", NoCredential, "", None, "supply an OAuth app of the Organization"),
            ("trunk", Failed, "auth_token", None, ""),
        ] {
            let (remedy, grant) = remedy(&reading(kind, status, credential, named));
            let words = remedy.map(|remedy| in_words(remedy, grant.as_slice())).unwrap_or_default();
            assert!(words.ends_with(expected) && words.is_empty() == expected.is_empty(), "{kind}: {words}");
        }
    }
}
