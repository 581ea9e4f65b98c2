//! From what checks read to what the key of an account must allow, and to what no key's policy can. Pure.
//!
//! It knows the catalogue and the checks. It asks nobody, and does not know which key an account has.

use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;

use super::compile::Compiled;
use super::gate::GO_LIVE_CHECKS;
use crate::catalogue::{ACCOUNT_TREE, Endpoint, KINDS, Kind, Per, TWILIO_ACCOUNT};
use crate::model::{Allow, Needs, Place, Purpose, Reader, Region, Uncovered};

/// The most permissions that Twilio lets a Restricted key have.
/// Source: <https://www.twilio.com/docs/iam/api-keys/restricted-api-keys>, read 2026-11.
pub const MOST_PERMISSIONS_PER_KEY: usize = 100;

/// What a Restricted key at this place in the tree needs, so that these kinds can be collected for these checks.
/// What every scan reads, to learn which accounts there are, is always part of it.
pub fn needs(place: Place, kinds: &[&'static Kind], checks: &[Compiled]) -> Needs {
    let asked = asked(place, kinds);
    let wanted = Wanted::by(checks);
    let mut allow: BTreeMap<&'static str, Allow> = BTreeMap::new();
    let mut uncovered = Vec::new();
    for kind in asked.iter().copied() {
        let Some(endpoint) = kind.endpoint() else { continue };
        match (endpoint.permission, obstacle(kind)) {
            (Some(permission), None) => {
                let entry = allow.entry(permission).or_insert_with(|| nothing_yet(permission));
                entry.kinds.push(kind.name);
                entry.opens.extend(after(kind, &asked).filter(|below| obstacle(below).is_none()).map(name));
                entry.after.extend(line(kind).skip(1).filter_map(permission_of));
                entry.purpose = entry.purpose.min(wanted.purpose(kind));
                entry.checks.extend(wanted.checks(kind));
            }
            (_, obstacle) => uncovered.push(Uncovered {
                listed_under: obstacle.filter(|other| other.name != kind.name).map(name),
                purpose: wanted.purpose(kind),
                checks: wanted.checks(kind),
                ..out_of_reach(place, kind, endpoint)
            }),
        }
    }
    let allow: Vec<Allow> = allow.into_values().map(tidy).collect();
    Needs { place, keys: keys(&allow, MOST_PERMISSIONS_PER_KEY), allow, uncovered }
}

/// The kinds that are asked of an account at this place, in the order of the catalogue.
fn asked(place: Place, kinds: &[&'static Kind]) -> Vec<&'static Kind> {
    let is_asked = |kind: &&'static Kind| {
        let of_parent_alone = matches!(source(kind), Some(Per::Tree | Per::Organization));
        let is_wanted = is_read_by_every_scan(kind) || kinds.iter().any(|other| other.name == kind.name);
        is_wanted && (place == Place::Parent || !of_parent_alone)
    };
    KINDS.iter().copied().filter(is_asked).collect()
}

fn is_read_by_every_scan(kind: &Kind) -> bool {
    [ACCOUNT_TREE.name, TWILIO_ACCOUNT.name].contains(&kind.name)
}

/// A kind and all that must be read before it, nearest first. The accounts are listed as soon as the parent's own
/// account has shown that it is the parent.
fn line(kind: &'static Kind) -> impl Iterator<Item = &'static Kind> {
    successors(Some(kind), |kind| match kind.name == ACCOUNT_TREE.name {
        true => Some(&TWILIO_ACCOUNT),
        false => kind.comes_after(),
    })
}

/// How often the first of its line is asked for.
fn source(kind: &'static Kind) -> Option<Per> {
    let per = |kind: &'static Kind| kind.endpoint().map(|endpoint| endpoint.per);
    line(kind).filter_map(per).find(|per| !matches!(per, Per::Each { .. }))
}

/// Those of the kinds that can be read only after this one.
fn after<'a>(kind: &'static Kind, asked: &'a [&'static Kind]) -> impl Iterator<Item = &'static Kind> + 'a {
    asked.iter().copied().filter(move |other| line(other).skip(1).any(|before| before.name == kind.name))
}

/// The nearest of its line that no Restricted key can read.
fn obstacle(kind: &'static Kind) -> Option<&'static Kind> {
    let is_obstacle =
        |endpoint: &Endpoint| endpoint.permission.is_none() || endpoint.per == Per::Organization;
    line(kind).find(|kind| kind.endpoint().is_some_and(is_obstacle))
}

fn permission_of(kind: &Kind) -> Option<&'static str> {
    kind.endpoint().and_then(|endpoint| endpoint.permission)
}

const fn name(kind: &'static Kind) -> &'static str {
    kind.name
}

const fn nothing_yet(permission: &'static str) -> Allow {
    Allow {
        permission,
        purpose: Purpose::Kept,
        kinds: Vec::new(),
        opens: Vec::new(),
        checks: Vec::new(),
        after: Vec::new(),
    }
}

/// Without what is said twice: a permission may serve several kinds, some of them below others.
fn tidy(mut allow: Allow) -> Allow {
    let mut seen: BTreeSet<&str> = allow.kinds.iter().copied().collect();
    allow.opens.retain(|kind| seen.insert(kind));
    allow.after.sort_unstable();
    allow.after.dedup();
    allow.after.retain(|other| *other != allow.permission);
    allow.checks.sort_unstable();
    allow.checks.dedup();
    allow
}

fn out_of_reach(place: Place, kind: &'static Kind, endpoint: &Endpoint) -> Uncovered {
    let reader = match source(kind) {
        Some(Per::Organization) => Reader::OrganizationApp,
        _ if line(kind).filter_map(Kind::endpoint).any(Endpoint::is_of_accounts_or_keys) => Reader::MainKey,
        _ => Reader::StandardKey,
    };
    Uncovered {
        kind: kind.name,
        host: endpoint.host.name(Region::Us1),
        path: endpoint.path,
        reader,
        parent_token_reaches: place == Place::Subaccount
            && endpoint.host.parent_token_reaches_subaccounts()
            && reader != Reader::OrganizationApp,
        permission: endpoint.permission,
        listed_under: None,
        purpose: Purpose::Kept,
        checks: Vec::new(),
    }
}

/// What the chosen checks want of each kind, and of what it is listed under.
struct Wanted<'a>(BTreeMap<&'static str, (Purpose, BTreeSet<&'a str>)>);

impl<'a> Wanted<'a> {
    fn by(checks: &'a [Compiled]) -> Self {
        let mut wanted = BTreeMap::new();
        for compiled in checks {
            let needed: BTreeSet<&str> = compiled.needs().map(name).collect();
            for read in compiled.reads.iter().copied() {
                let purpose = match needed.contains(read.name) {
                    true if GO_LIVE_CHECKS.contains(&compiled.check.id.as_str()) => Purpose::GoLive,
                    true => Purpose::Judged,
                    false => Purpose::Corroborates,
                };
                for kind in line(read) {
                    let (weightiest, checks): &mut (Purpose, BTreeSet<&str>) =
                        wanted.entry(kind.name).or_insert_with(|| (Purpose::Kept, BTreeSet::new()));
                    *weightiest = purpose.min(*weightiest);
                    checks.insert(&compiled.check.id);
                }
            }
        }
        Self(wanted)
    }

    fn purpose(&self, kind: &Kind) -> Purpose {
        match self.0.get(kind.name) {
            _ if is_read_by_every_scan(kind) => Purpose::EveryScan,
            Some((purpose, _)) => *purpose,
            None => Purpose::Kept,
        }
    }

    fn checks(&self, kind: &Kind) -> Vec<String> {
        let checks = self.0.get(kind.name).into_iter().flat_map(|(_, checks)| checks);
        checks.map(|check| (*check).to_owned()).collect()
    }
}

/// One key, or as many as it takes. Each can sign in, and read whatever the rest of it is listed under. What go-live
/// checks need comes first; apart from that the permissions of a product stay together where they fit.
fn keys(allow: &[Allow], most: usize) -> Vec<Vec<&'static str>> {
    let is_for_every_scan = |allow: &&Allow| allow.purpose == Purpose::EveryScan;
    let base: BTreeSet<&'static str> = allow.iter().filter(is_for_every_scan).map(|a| a.permission).collect();
    let mut keys = vec![base.clone()];
    let mut groups: BTreeMap<(bool, &str), Vec<&Allow>> = BTreeMap::new();
    for allow in allow.iter().filter(|allow| !is_for_every_scan(allow)) {
        let can_wait = allow.purpose > Purpose::GoLive;
        groups.entry((can_wait, product(allow.permission))).or_default().push(allow);
    }
    for group in groups.values() {
        if !put(&mut keys, &base, group, most) {
            // A product that no key has room for.
            for allow in group {
                put(&mut keys, &base, std::slice::from_ref(allow), most);
            }
        }
    }
    keys.into_iter().map(|key| key.into_iter().collect()).collect()
}

/// Puts a group into the first key that has room for it, or into a new one; says whether there was room at all.
fn put(
    keys: &mut Vec<BTreeSet<&'static str>>,
    base: &BTreeSet<&'static str>,
    group: &[&Allow],
    most: usize,
) -> bool {
    let own = group.iter().map(|allow| allow.permission);
    let whole: BTreeSet<&'static str> =
        own.chain(group.iter().flat_map(|allow| allow.after.iter().copied())).collect();
    if let Some(key) = keys.iter_mut().find(|key| key.union(&whole).count() <= most) {
        key.extend(whole);
        return true;
    }
    let new: BTreeSet<&'static str> = base.union(&whole).copied().collect();
    let has_room = new.len() <= most;
    if has_room {
        keys.push(new);
    }
    has_room
}

/// The product that a permission names: `voice` of `/twilio/voice/sip.trunks/list`.
fn product(permission: &str) -> &str {
    permission.trim_start_matches('/').split('/').nth(1).unwrap_or(permission)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{built_in, compile};
    use crate::catalogue;

    fn everything() -> [Needs; 2] {
        let checks = compile(built_in().unwrap()).unwrap();
        [Place::Parent, Place::Subaccount].map(|place| needs(place, &KINDS, &checks))
    }

    #[test]
    fn no_permission_lets_a_key_change_anything_and_none_is_there_twice() {
        for needs in everything() {
            let mut before = "";
            for permission in needs.allow.iter().map(|allow| allow.permission) {
                assert!(permission.starts_with("/twilio/") && !permission.contains('*'), "{permission}");
                assert!(permission.ends_with("/list") || permission.ends_with("/read"), "{permission}");
                assert!(before < permission, "{before} before {permission}");
                before = permission;
            }
        }
    }

    #[test]
    fn every_request_is_either_allowed_or_uncovered() {
        let [parent, subaccount] = everything();
        let requests = KINDS.iter().filter(|kind| kind.endpoint().is_some());
        let of_parent_alone =
            requests.clone().filter(|kind| matches!(source(kind), Some(Per::Tree | Per::Organization)));
        assert_eq!(parent.requests().1, requests.clone().count());
        assert_eq!(subaccount.requests().1, requests.count() - of_parent_alone.count());
    }

    #[test]
    fn the_parent_s_list_is_that_of_a_subaccount_and_the_list_of_accounts() {
        let [parent, subaccount] = everything();
        let names = |needs: &Needs| needs.allow.iter().map(|a| a.permission).collect::<BTreeSet<_>>();
        let more: Vec<_> = names(&parent).difference(&names(&subaccount)).copied().collect();
        assert_eq!(more, ["/twilio/iam/accounts/list"]);
        assert!(names(&subaccount).is_subset(&names(&parent)));
    }

    #[test]
    fn what_is_listed_under_something_unreadable_is_not_promised() {
        let unreadable = |kind: &'static Kind| permission_of(kind).is_none();
        for needs in everything() {
            for promised in needs.allow.iter().flat_map(|allow| allow.kinds.iter().chain(&allow.opens)) {
                let line: Vec<_> = line(catalogue::kind(promised).unwrap()).collect();
                let blocked = line.iter().find(|kind| kind.endpoint().is_some() && unreadable(kind));
                assert!(blocked.is_none(), "{promised}: {blocked:?}");
            }
        }
    }

    #[test]
    fn one_check_needs_what_it_reads_what_that_is_listed_under_and_the_accounts() {
        let one = built_in().unwrap().into_iter().filter(|check| check.id == "event-sink-insecure").collect();
        let checks = compile(one).unwrap();
        let needs = needs(Place::Parent, &checks[0].reads, &checks);
        let of = |purpose| {
            let entries = needs.allow.iter().filter(move |allow| allow.purpose == purpose);
            entries.map(|allow| allow.permission).collect::<Vec<_>>()
        };
        assert_eq!(of(Purpose::EveryScan), ["/twilio/iam/accounts/list", "/twilio/iam/accounts/read"]);
        assert!(of(Purpose::GoLive).contains(&"/twilio/event-streams/sink/list"), "{needs:#?}");
    }

    fn made_up(permission: &'static str, purpose: Purpose, after: &[&'static str]) -> Allow {
        Allow { purpose, after: after.to_vec(), kinds: vec!["kind"], ..nothing_yet(permission) }
    }

    #[test]
    fn more_than_a_key_holds_is_split_by_product_with_go_live_first() {
        let allow = [
            made_up("/twilio/a/one/list", Purpose::Judged, &[]),
            made_up("/twilio/a/two/list", Purpose::Kept, &["/twilio/b/one/list"]),
            made_up("/twilio/b/one/list", Purpose::Judged, &[]),
            made_up("/twilio/b/two/list", Purpose::Judged, &[]),
            made_up("/twilio/c/one/list", Purpose::GoLive, &[]),
            made_up("/twilio/iam/accounts/read", Purpose::EveryScan, &[]),
        ];
        assert_eq!(keys(&allow, 6).len(), 1, "as many as fit");
        let expected = vec![
            vec![
                "/twilio/b/one/list",
                "/twilio/b/two/list",
                "/twilio/c/one/list",
                "/twilio/iam/accounts/read",
            ],
            vec![
                "/twilio/a/one/list",
                "/twilio/a/two/list",
                "/twilio/b/one/list",
                "/twilio/iam/accounts/read",
            ],
        ];
        assert_eq!(keys(&allow, 4), expected, "a is three with what it is listed under, so b comes first");
        let needs = Needs {
            place: Place::Subaccount,
            keys: keys(&allow, 4),
            allow: allow.to_vec(),
            uncovered: Vec::new(),
        };
        assert_eq!(needs.requests(), (4, 6), "the second key reads nothing for the first");
    }

    #[test]
    fn twilio_s_limit_holds_however_many_there_are() {
        let names: Vec<&'static str> = (0..350)
            .map(|n| &*Box::leak(format!("/twilio/p{}/thing{n:03}/list", n % 2).into_boxed_str()))
            .collect();
        let mut allow: Vec<Allow> = names.iter().map(|name| made_up(name, Purpose::Judged, &[])).collect();
        allow.sort_by_key(|allow| allow.permission);
        let keys = keys(&allow, MOST_PERMISSIONS_PER_KEY);
        assert_eq!(keys.len(), 4);
        assert!(keys.iter().all(|key| key.len() <= MOST_PERMISSIONS_PER_KEY));
        let held: BTreeSet<_> = keys.into_iter().flatten().collect();
        assert_eq!(held, names.into_iter().collect());
    }
}
