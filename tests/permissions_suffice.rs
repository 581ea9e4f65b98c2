//! What `permissions` prints is neither too little nor too much: with exactly that list a scan reads what was
//! promised and nothing else, and without any one entry it loses what that entry was for and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/estate_scan.rs"]
mod estate_scan;
#[path = "support/planted.rs"]
mod planted;

use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;
use std::sync::Arc;

use audit::Audit;
use estate_scan::collected;
use serde_json::{Value, json};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use twilio_audit::catalogue::{ACCOUNT_TREE, KINDS, Kind, Per, TWILIO_ACCOUNT, kind};
use twilio_audit::model::{Coverage, CoverageStatus};
use twilio_audit::twilio::Patience;

const PARENT: &str = "AC00000000000000000000000000000001";
const CHILD: &str = "AC00000000000000000000000000000002";

/// Scans that are under way at the same time.
const AT_ONCE: usize = 4;

/// The permissions of each account's key.
type Keys = BTreeMap<&'static str, BTreeSet<String>>;

/// How every listing ended, by account and kind.
type Cells = BTreeMap<(String, String), BTreeSet<(String, CoverageStatus, Option<String>, u32)>>;

/// The lists that the program prints for the two accounts.
fn printed() -> BTreeMap<&'static str, Value> {
    let arguments = ["permissions", "--format", "json", "--parent", PARENT, "--account", CHILD];
    let ended = Audit::new(&arguments).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let mut document: Value = serde_json::from_str(&ended.stdout).unwrap();
    let lists = document["lists"].as_array_mut().unwrap();
    [PARENT, CHILD]
        .map(|account| {
            let is_for = |list: &&mut Value| list["accounts"][0]["account_sid"] == account;
            (account, lists.iter_mut().find(is_for).unwrap().take())
        })
        .into()
}

fn texts(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// What is promised of an account: the kinds of its permissions, and what comes with them.
fn promised(list: &Value) -> BTreeSet<String> {
    let allowed = list["allow"].as_array().unwrap().iter();
    allowed.flat_map(|allow| [texts(&allow["kinds"]), texts(&allow["opens"])]).flatten().collect()
}

/// What the collected evidence covers with these keys. One simulator for each scan, so that they share nothing.
async fn scan(keys: Keys, resources: Arc<BTreeMap<&str, Value>>) -> Cells {
    let account = |(number, (sid, allow)): (usize, (&&str, &BTreeSet<String>))| {
        let key = json!({"sid": format!("SK000{number}"), "kind": "restricted", "secret": "make-believe", "allow": allow});
        json!({"sid": sid, "owner": PARENT, "name": sid, "keys": [key], "resources": resources[*sid]})
    };
    let estate = json!({"accounts": keys.iter().enumerate().map(account).collect::<Vec<_>>()});
    let scanned = collected(&estate, "restricted_key", Patience::default(), Vec::new()).await;
    let mut cells = Cells::new();
    for Coverage { account_sid, resource_type, parent_sid, status, missing_permission, rows, .. } in
        scanned.coverage
    {
        let cell = cells.entry((account_sid.to_string(), resource_type)).or_default();
        cell.insert((parent_sid, status, missing_permission, rows));
    }
    cells
}

/// A kind and what must be read before it; the accounts are listed once the parent's own account was read.
fn line(name: &str) -> impl Iterator<Item = &'static Kind> {
    successors(kind(name), |below| match below.name == ACCOUNT_TREE.name {
        true => Some(&TWILIO_ACCOUNT),
        false => below.comes_after(),
    })
}

/// Whether the Organization is asked, and no account.
fn is_of_organization(name: &str) -> bool {
    line(name).any(|kind| kind.endpoint().is_some_and(|endpoint| endpoint.per == Per::Organization))
}

/// What the simulator asks for where a kind is read. It goes by the address alone, so where one address serves two
/// kinds, it asks for a permission even if none is known for one of them.
fn permission(kind: &Kind) -> Option<&'static str> {
    let endpoint = kind.endpoint()?;
    let others = KINDS.iter().filter_map(|other| other.endpoint());
    let same = others.filter(|other| (other.host, other.path) == (endpoint.host, endpoint.path));
    endpoint.permission.or_else(|| same.filter_map(|other| other.permission).next())
}

/// Whether another address answers when the first refuses, and its own permission is there.
fn falls_back(kind: &Kind, allowed: &BTreeSet<String>) -> bool {
    let fallback = kind.endpoint().and_then(|endpoint| endpoint.fallback);
    fallback.and_then(|fallback| fallback.permission).is_some_and(|permission| allowed.contains(permission))
}

/// Every kind for which the catalogue has a permission, and for all that it is listed under.
fn that_could_be_promised(account: &str) -> BTreeSet<String> {
    let has_permission =
        |kind: &'static Kind| kind.endpoint().is_none_or(|endpoint| endpoint.permission.is_some());
    KINDS
        .iter()
        .map(|kind| kind.name)
        .filter(|name| !is_of_organization(name) && line(name).all(has_permission))
        .filter(|name| account == PARENT || line(name).all(|kind| kind.name != ACCOUNT_TREE.name))
        .map(str::to_owned)
        .collect()
}

fn everything_that_was_promised_was_read_and_nothing_else(lists: &BTreeMap<&str, Value>, cells: &Cells) {
    for (account, list) in lists {
        let promised = promised(list);
        assert_eq!(promised, that_could_be_promised(account), "{account}");
        for kind in KINDS.iter().filter(|kind| !is_of_organization(kind.name)) {
            let Some(cell) = cells.get(&((*account).to_owned(), kind.name.to_owned())) else {
                assert_eq!((*account, kind.name), (CHILD, ACCOUNT_TREE.name), "not in coverage.csv");
                continue;
            };
            let expected =
                if promised.contains(kind.name) { CoverageStatus::Complete } else { CoverageStatus::Denied };
            let is_more_than_promised = expected == CoverageStatus::Denied
                && line(kind.name).all(|kind| kind.endpoint().is_none() || permission(kind).is_some());
            if !is_more_than_promised {
                assert!(cell.iter().all(|(_, status, ..)| *status == expected), "{}: {cell:?}", kind.name);
            }
            // A list below a row is a test only where there is a row.
            let is_below = kind.endpoint().is_some_and(|endpoint| matches!(endpoint.per, Per::Each { .. }));
            if is_below && expected == CoverageStatus::Complete {
                assert!(cell.iter().any(|(parent, ..)| !parent.is_empty()), "{} below nothing", kind.name);
            }
        }
    }
}

fn only_what_it_was_for_is_lost(entry: &str, keys: &Keys, whole: &Cells, cells: &Cells) {
    assert_eq!(whole.keys().collect::<Vec<_>>(), cells.keys().collect::<Vec<_>>(), "without {entry}");
    for ((account, name), cell) in cells {
        let before = &whole[&(account.clone(), name.clone())];
        let allowed = &keys[account.as_str()];
        let is_lost = line(name).any(|kind| permission(kind) == Some(entry) && !falls_back(kind, allowed));
        if !is_lost {
            assert_eq!(cell, before, "without {entry}: {name} of {account} changed");
            continue;
        }
        let is_unread = |cell: &BTreeSet<(_, CoverageStatus, _, _)>| {
            cell.iter().any(|(_, status, ..)| !status.is_conclusive())
        };
        assert!(is_unread(cell), "without {entry}: {name} of {account} was read all the same");
        if is_unread(before) || permission(kind(name).unwrap()) != Some(entry) {
            continue;
        }
        // The list of accounts is not asked for by a key that could not show to be the parent's.
        let is_named = |(_, status, missing, _): &(String, CoverageStatus, Option<String>, u32)| {
            *status != CoverageStatus::Denied || missing.as_deref().is_none_or(|missing| missing == entry)
        };
        assert!(cell.iter().all(is_named), "without {entry}: {name} of {account}: {cell:?}");
        let names_it = |(.., missing, _): &(_, _, Option<String>, u32)| missing.as_deref() == Some(entry);
        let is_below_itself = line(name).skip(1).any(|kind| permission(kind) == Some(entry));
        assert!(is_below_itself || cell.iter().any(names_it), "without {entry}: {name}: {cell:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_printed_lists_read_what_they_promise_and_no_entry_can_be_left_out() {
    let lists = tokio::task::spawn_blocking(printed).await.unwrap();
    let keys: Keys = lists
        .iter()
        .map(|(account, list)| {
            let policies = list["keys"].as_array().unwrap();
            assert_eq!(policies.len(), 1, "more than a key may hold: a scan cannot read all of it");
            (*account, texts(&policies[0]))
        })
        .collect();
    let resources = Arc::new([PARENT, CHILD].map(|sid| (sid, planted::resources(sid))).into());
    let whole = scan(keys.clone(), Arc::clone(&resources)).await;
    everything_that_was_promised_was_read_and_nothing_else(&lists, &whole);

    let slots = Arc::new(Semaphore::new(AT_ONCE));
    let mut scans = JoinSet::new();
    for entry in keys.values().flatten().cloned().collect::<BTreeSet<_>>() {
        let mut fewer = keys.clone();
        fewer.values_mut().for_each(|allowed| _ = allowed.remove(&entry));
        let (slots, resources) = (Arc::clone(&slots), Arc::clone(&resources));
        scans.spawn(async move {
            let _slot = slots.acquire_owned().await;
            (entry, scan(fewer.clone(), resources).await, fewer)
        });
    }
    while let Some(scan) = scans.join_next().await {
        let (entry, cells, fewer) = scan.unwrap();
        only_what_it_was_for_is_lost(&entry, &fewer, &whole, &cells);
    }
}
