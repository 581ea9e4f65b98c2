//! What to read: from the kinds that checks need to the kinds that must be asked for. Pure.

use std::collections::BTreeSet;

use super::account_tree::{AccountInTree, OwnResource, Tree};
use super::asker::Asker;
use super::collector::Collector;
use crate::catalogue::{KINDS, Kind, Per, TWILIO_ACCOUNT};

/// The kinds to collect so that the given ones can be judged: with each kind whatever it is listed
/// under or taken out of. In the order of the catalogue.
pub fn chosen_kinds(needed: impl IntoIterator<Item = &'static Kind>) -> Vec<&'static Kind> {
    let names: BTreeSet<&str> = needed.into_iter().flat_map(Kind::line).map(|kind| kind.name).collect();
    KINDS.iter().copied().filter(|kind| names.contains(kind.name)).collect()
}

/// What is asked for of a kind about an account in any case.
#[derive(Debug)]
pub struct BaseRequests<'a> {
    /// The kind.
    pub kind: &'static Kind,
    /// How many requests.
    pub number: usize,
    /// The account that Twilio counts them for: that of the credential.
    pub counted_for: &'a str,
}

/// The requests that are made about an account in any case, by kind: its lists that stand under none, as far as
/// somebody may ask for them.
pub fn base_requests<'a>(
    collector: &'a Collector,
    tree: &Tree,
    account: &AccountInTree,
) -> Vec<BaseRequests<'a>> {
    let is_root = account.account == tree.root;
    let requests = |kind: &&'static Kind| {
        let endpoint = kind.endpoint()?;
        let asker = Asker::of(&collector.credentials, endpoint, &account.account)?;
        let requests = match endpoint.per {
            // Its answer came with signing in.
            Per::Account if kind.name == TWILIO_ACCOUNT.name && account.own != OwnResource::Unread => 0,
            Per::Account => 1,
            Per::Word(words) => words.len(),
            Per::Organization => usize::from(is_root),
            Per::Tree | Per::Each { .. } => 0,
        };
        let number = if account.is_active() || endpoint.of_inactive { requests } else { 0 };
        Some(BaseRequests { kind, number, counted_for: asker.caller.counted_for })
    };
    collector.kinds.iter().filter_map(requests).filter(|requests| requests.number > 0).collect()
}

/// The chosen kinds that are listed under each row of this one.
pub(super) fn children<'a>(
    chosen: &'a [&'static Kind],
    parent: &'a Kind,
) -> impl Iterator<Item = &'static Kind> + 'a {
    chosen.iter().copied().filter(|kind| matches!(kind.endpoint(), Some(e) if matches!(e.per, Per::Each { kind, .. } if kind == parent.name)))
}

/// This kind and everything that can only be read after it.
pub(super) fn with_dependents(chosen: &[&'static Kind], kind: &'static Kind) -> Vec<&'static Kind> {
    let mut names = BTreeSet::from([kind.name]);
    let mut all = vec![kind];
    // Parents come first in the catalogue, so one pass finds grandchildren too.
    for other in chosen.iter().copied() {
        if other.comes_after().is_some_and(|before| names.contains(before.name)) && names.insert(other.name) {
            all.push(other);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue;

    fn names(kinds: &[&'static Kind]) -> Vec<&'static str> {
        kinds.iter().map(|kind| kind.name).collect()
    }

    #[test]
    fn a_kind_brings_what_it_is_listed_under() {
        let chosen = chosen_kinds(catalogue::kind("serverless_function"));
        let expected =
            ["serverless_service", "serverless_environment", "serverless_build", "serverless_function"];
        assert_eq!(names(&chosen), expected);
    }

    #[test]
    fn dependents_reach_to_the_grandchildren() {
        let flow = catalogue::kind("studio_flow").unwrap();
        let expected = ["studio_flow", "studio_definition", "studio_widget", "studio_url"];
        assert_eq!(names(&with_dependents(&KINDS, flow)), expected);
    }
}
