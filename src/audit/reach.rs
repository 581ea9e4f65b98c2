//! What a credential cannot read of what the chosen checks need, and whether a weaker one would do. Pure.
//!
//! It goes by Twilio's documented reach of each kind of credential; what Twilio really answers shows in a scan.
//! Source: <https://www.twilio.com/docs/iam/api-keys>, read 2026-11.

use std::collections::{BTreeMap, BTreeSet};

use super::compile::{Compiled, needed_by};
use super::gaps::is_read_at_the_root;
use crate::catalogue::{self, Endpoint, KINDS, Kind};
use crate::evidence::functions::permission_matches;
use crate::model::{Allow, Lack, Needs, Place, Purpose, Reader, Remedy, Uncovered};

/// What an account is read with.
#[derive(Debug, Clone, Copy)]
pub enum Holding<'a> {
    /// No credential of its own; perhaps the parent's Auth Token reaches it.
    Nothing {
        /// Whether it does.
        parent_token: bool,
    },
    /// An Auth Token of its own, which reads everything.
    AuthToken,
    /// A Main key, which reads everything.
    MainKey,
    /// A Standard key, which reads all but accounts and keys.
    StandardKey,
    /// A Restricted key or an OAuth app: what its policy lists, where that is known.
    Policy(Option<&'a [String]>),
    /// A key of unknown kind: nothing can be said against it.
    UnknownKey,
}

/// Kinds that would not be read, by what would close the gap. What no check reads is left out.
pub fn lacks(needs: &Needs, holding: Holding<'_>, has_organization_app: bool) -> Vec<Lack> {
    let mut lacks: BTreeMap<Remedy, Lack> = BTreeMap::new();
    let mut add = |remedy, purpose, permission: Option<&'static str>, kinds: &[&'static str]| {
        let lack = lacks.entry(remedy).or_insert_with(|| Lack {
            remedy,
            purpose,
            permissions: Vec::new(),
            kinds: Vec::new(),
        });
        lack.purpose = lack.purpose.min(purpose);
        lack.permissions.extend(permission);
        lack.kinds.extend(kinds);
    };
    for allow in needs.allow.iter().filter(|allow| is_needed(allow.purpose)) {
        if let Some(remedy) = for_permission(allow, holding) {
            let permission = (remedy == Remedy::Grant).then_some(allow.permission);
            let kinds: Vec<&str> =
                allow.kinds.iter().copied().filter(|kind| !reached(kind, holding)).collect();
            if !kinds.is_empty() {
                add(remedy, allow.purpose, permission, &kinds);
            }
        }
    }
    for uncovered in needs.uncovered.iter().filter(|uncovered| is_needed(uncovered.purpose)) {
        if let Some(remedy) = without_permission(uncovered, holding, has_organization_app) {
            add(remedy, uncovered.purpose, None, &[uncovered.kind]);
        }
    }
    let mut lacks: Vec<Lack> = lacks.into_values().collect();
    add_what_stands_below(needs, &mut lacks);
    lacks
}

/// What is listed under something that is not read is not read either, whatever its own permission.
fn add_what_stands_below(needs: &Needs, lacks: &mut [Lack]) {
    let allowed = needs.allow.iter().filter(|allow| is_needed(allow.purpose));
    let uncovered = needs.uncovered.iter().filter(|uncovered| is_needed(uncovered.purpose));
    let needed = allowed
        .flat_map(|allow| allow.kinds.iter().copied())
        .chain(uncovered.map(|uncovered| uncovered.kind));
    for kind in needed {
        if lacks.iter().any(|lack| lack.kinds.contains(&kind)) {
            continue;
        }
        let above: Vec<&str> =
            catalogue::kind(kind).into_iter().flat_map(Kind::line).skip(1).map(|above| above.name).collect();
        if let Some(lack) = lacks.iter_mut().find(|lack| above.iter().any(|kind| lack.kinds.contains(kind))) {
            lack.kinds.push(kind);
        }
    }
}

/// The kinds without which some check can call nothing fine of an account at this place: what a scan requires of it.
/// Those that are taken out of the answers for others are kinds as well.
pub fn kinds_required(place: Place, checks: &[Compiled]) -> Vec<&'static Kind> {
    let needed = needed_by(checks);
    let is_required = |kind: &&'static Kind| {
        needed.contains_key(kind.name) && (place == Place::Parent || !is_read_at_the_root(kind))
    };
    KINDS.iter().copied().filter(is_required).collect()
}

/// How many of these kinds would not be read: they lack something themselves, or what they are read after does.
pub fn count_unread(required: &[&'static Kind], lacks: &[Lack]) -> usize {
    let lacking: BTreeSet<&str> = lacks.iter().flat_map(|lack| lack.kinds.iter().copied()).collect();
    required.iter().filter(|kind| kind.line().any(|before| lacking.contains(before.name))).count()
}

/// Whether some check can call nothing fine without it.
const fn is_needed(purpose: Purpose) -> bool {
    matches!(purpose, Purpose::EveryScan | Purpose::GoLive | Purpose::Judged)
}

/// Whether the parent's Auth Token reads a kind of a subaccount.
fn reached(kind: &str, holding: Holding<'_>) -> bool {
    let mut endpoints = catalogue::kind(kind).into_iter().flat_map(Kind::endpoints);
    let by_parent = endpoints.any(|endpoint| endpoint.host.parent_token_reaches_subaccounts());
    matches!(holding, Holding::Nothing { parent_token: true }) && by_parent
}

fn for_permission(allow: &Allow, holding: Holding<'_>) -> Option<Remedy> {
    match holding {
        Holding::AuthToken | Holding::MainKey | Holding::UnknownKey => None,
        Holding::Nothing { .. } => Some(Remedy::Credential),
        Holding::StandardKey => {
            let endpoints = allow.kinds.iter().filter_map(|kind| catalogue::kind(kind)?.endpoint());
            endpoints.into_iter().any(Endpoint::is_of_accounts_or_keys).then_some(Remedy::MainKey)
        }
        Holding::Policy(None) => None,
        Holding::Policy(Some(policy)) => {
            let is_granted = policy.iter().any(|granted| permission_matches(granted, allow.permission));
            (!is_granted).then_some(Remedy::Grant)
        }
    }
}

fn without_permission(
    uncovered: &Uncovered,
    holding: Holding<'_>,
    has_organization_app: bool,
) -> Option<Remedy> {
    match (uncovered.reader, holding) {
        (Reader::OrganizationApp, _) => (!has_organization_app).then_some(Remedy::OrganizationApp),
        (_, Holding::Nothing { parent_token: true }) if uncovered.parent_token_reaches => None,
        (_, Holding::Nothing { .. }) => Some(Remedy::Credential),
        (_, Holding::AuthToken | Holding::MainKey | Holding::UnknownKey) => None,
        (Reader::MainKey, Holding::StandardKey | Holding::Policy(_)) => Some(Remedy::MainKey),
        (Reader::StandardKey, Holding::StandardKey) => None,
        (Reader::StandardKey, Holding::Policy(_)) => Some(Remedy::StandardKey),
    }
}

/// The weakest kind of credential that reads all that is needed, in words, where the one held is stronger.
pub fn would_do(needs: &Needs, holding: Holding<'_>) -> Option<&'static str> {
    let uncovered = || needs.uncovered.iter().filter(|uncovered| is_needed(uncovered.purpose));
    let of_accounts_or_keys = needs
        .allow
        .iter()
        .filter(|allow| is_needed(allow.purpose))
        .any(|allow| for_permission(allow, Holding::StandardKey).is_some());
    let no_permission = uncovered().any(|uncovered| uncovered.reader == Reader::StandardKey);
    let main_only = uncovered().any(|uncovered| uncovered.reader == Reader::MainKey);
    // A Main key is as strong as an Auth Token within its account; but it can be replaced by itself, and it
    // reaches no other account.
    let (rank, words) = match (main_only || (no_permission && of_accounts_or_keys), no_permission) {
        (true, _) => (2, "a Main key"),
        (false, true) => (1, "a Standard key"),
        (false, false) => (0, "a Restricted key"),
    };
    let held = match holding {
        Holding::AuthToken => 3,
        Holding::MainKey => 2,
        Holding::StandardKey => 1,
        Holding::Nothing { .. } | Holding::Policy(_) | Holding::UnknownKey => 0,
    };
    (held > rank).then_some(words)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{built_in, compile, needs};

    fn needs_of(check: &str) -> Needs {
        let mut checks = compile(built_in().unwrap()).unwrap();
        checks.retain(|compiled| compiled.check.id == check);
        let kinds = checks.first().unwrap().reads.clone();
        needs(Place::Subaccount, &kinds, &checks)
    }

    fn remedies(needs: &Needs, holding: Holding<'_>) -> Vec<(Remedy, Vec<&'static str>)> {
        lacks(needs, holding, false).into_iter().map(|lack| (lack.remedy, lack.kinds)).collect()
    }

    #[test]
    fn a_list_without_a_known_permission_needs_more_than_a_restricted_key() {
        let needs = needs_of("sync-acl-disabled");
        let everything = ["/twilio/*".to_owned()];
        let policy = Holding::Policy(Some(&everything));
        assert_eq!(remedies(&needs, policy), [(Remedy::StandardKey, vec!["sync_service"])]);
        assert_eq!(remedies(&needs, Holding::StandardKey), [(Remedy::MainKey, vec!["twilio_account"])]);
        assert_eq!(remedies(&needs, Holding::MainKey), []);
        assert_eq!(would_do(&needs, Holding::AuthToken), Some("a Main key"));
        assert_eq!(would_do(&needs, Holding::MainKey), None);
    }

    #[test]
    fn what_permissions_cover_is_read_with_exactly_them() {
        let needs = needs_of("trunk-not-secure");
        let policy: Vec<String> = needs.allow.iter().map(|allow| allow.permission.to_owned()).collect();
        assert_eq!(remedies(&needs, Holding::Policy(Some(&policy))), []);
        let fewer: Vec<String> =
            policy.iter().filter(|one| !one.contains("sip.trunks/list")).cloned().collect();
        let [lack] = &lacks(&needs, Holding::Policy(Some(&fewer)), false)[..] else { panic!() };
        assert_eq!(lack.permissions, ["/twilio/voice/sip.trunks/list"]);
        assert!(lack.kinds.contains(&"trunk"), "{lack:?}");
        assert_eq!(would_do(&needs, Holding::AuthToken), Some("a Restricted key"));
    }

    #[test]
    fn the_parent_s_token_reads_a_subaccount_where_the_path_names_it() {
        let needs = needs_of("application-public-connect");
        assert_eq!(remedies(&needs, Holding::Nothing { parent_token: true }), []);
        let [(remedy, kinds)] = &remedies(&needs, Holding::Nothing { parent_token: false })[..] else {
            panic!()
        };
        assert_eq!(*remedy, Remedy::Credential);
        assert!(kinds.contains(&"twiml_app"), "{kinds:?}");
    }
}
