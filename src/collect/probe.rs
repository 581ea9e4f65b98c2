//! One cheap request per account and host: what a scan would be answered, before there is one.
//!
//! It keeps nothing of the answers.

use std::collections::BTreeMap;

use futures_util::future::join_all;

use super::account_tree::{AccountInTree, Tree};
use super::address::{Occasion, first_url};
use super::asker::Asker;
use super::collector::Collector;
use super::raw_row::Place;
use super::refusal::outcome_of;
use super::sign_in::policy;
use crate::catalogue::{Answer, Endpoint, Host, Kind, Per};
use crate::credentials::{CredentialKind, Source};
use crate::model::{CoverageStatus, ExaminedHost, ExaminedOrganization, HeldCredential};
use crate::twilio::Request;

/// What was learnt of one account.
#[derive(Debug)]
pub struct Probed {
    /// Its own credential, where it has one.
    pub credential: Option<HeldCredential>,
    /// The permissions of that credential's policy, where it has one and may read it.
    pub policy: Option<Vec<String>>,
    /// What each host answered, in the order of their names; empty for accounts that are not active.
    pub hosts: Vec<ExaminedHost>,
}

/// Asks the Organization's app for one page of its accounts; nothing where there is no app, or no such kind.
pub async fn probe_organization(collector: &Collector) -> Option<ExaminedOrganization> {
    let app = collector.credentials.organization()?;
    let endpoint = collector.kinds.iter().find(|kind| kind.name == ORGANIZATION_ACCOUNT)?.endpoint()?;
    // The account is not part of these addresses.
    let account = collector.credentials.iter().next()?.account.clone();
    let place = Place { account, parent: app.organization.clone() };
    let mut examined = probe_endpoint(collector, endpoint, ORGANIZATION_ACCOUNT, &place).await;
    if let (false, Some(fallback)) = (examined.status.is_conclusive(), endpoint.fallback) {
        let other = probe_endpoint(collector, fallback, ORGANIZATION_ACCOUNT, &place).await;
        if other.status.is_conclusive() {
            examined = other;
        }
    }
    Some(ExaminedOrganization {
        organization_sid: app.organization.clone(),
        credential: HeldCredential {
            place: app.place.clone(),
            user: app.user.clone(),
            kind: "organization_app",
            is_derived: false,
        },
        hosts: vec![examined],
    })
}

/// The kind that tells whether the Organization's app is let in.
const ORGANIZATION_ACCOUNT: &str = "organization_account";

/// Asks every host that the kinds need, once for each account; the answers are in the order of the tree's accounts.
pub async fn probe(collector: &Collector, tree: &Tree) -> Vec<Probed> {
    // The client's own gate bounds the requests.
    join_all(tree.accounts.iter().map(|account| {
        let known = tree.signed_in.get(&account.account).and_then(|found| found.policy.clone());
        probe_account(collector, account, known)
    }))
    .await
}

async fn probe_account(collector: &Collector, account: &AccountInTree, known: Option<Vec<String>>) -> Probed {
    let own = collector.credentials.own(&account.account);
    let policy = match own {
        Some(key) if key.kind == CredentialKind::RestrictedKey && known.is_none() => {
            policy(&collector.client, key).await.ok().flatten()
        }
        _ => known,
    };
    let wanted = if account.is_active() { cheapest(&collector.kinds) } else { BTreeMap::new() };
    let place = Place { account: account.account.clone(), parent: String::new() };
    let asked = wanted.into_values().filter_map(|kind| Some((kind.name, kind.endpoint()?)));
    let hosts =
        join_all(asked.map(|(name, endpoint)| probe_endpoint(collector, endpoint, name, &place))).await;
    Probed {
        credential: own.map(|own| HeldCredential {
            place: own.place.clone(),
            user: own.user.clone(),
            kind: own.word(),
            is_derived: own.source == Source::Derived,
        }),
        policy,
        hosts,
    }
}

/// For each host a kind that is asked for once per account: an object where there is one, for it is smallest.
fn cheapest(kinds: &[&'static Kind]) -> BTreeMap<Host, &'static Kind> {
    let mut cheapest: BTreeMap<Host, &'static Kind> = BTreeMap::new();
    for kind in kinds.iter().copied() {
        let Some(endpoint) = kind.endpoint().filter(|endpoint| endpoint.per == Per::Account) else {
            continue;
        };
        let place = cheapest.entry(endpoint.host).or_insert(kind);
        let is_object =
            |kind: &Kind| kind.endpoint().is_some_and(|endpoint| endpoint.answer == Answer::Single);
        if is_object(kind) && !is_object(place) {
            *place = kind;
        }
    }
    cheapest
}

async fn probe_endpoint(
    collector: &Collector,
    endpoint: &Endpoint,
    kind: &'static str,
    place: &Place,
) -> ExaminedHost {
    let examined = ExaminedHost {
        host: endpoint.host.label(),
        asked_for: kind,
        status: CoverageStatus::NoCredential,
        http_status: None,
        twilio_code: None,
        missing_permission: None,
        reason: String::new(),
    };
    let Some(asker) = Asker::of(&collector.credentials, endpoint, &place.account) else {
        return examined;
    };
    let occasion = Occasion {
        region: collector.region,
        started_at: collector.started_at,
        recording_retention_days: collector.recording_retention_days,
    };
    let small = smallest(endpoint);
    let url = match first_url(&small, place, None, occasion) {
        Ok(url) => url,
        Err(reason) => return ExaminedHost { status: CoverageStatus::Failed, reason, ..examined },
    };
    match collector.client.get(Request { url: &url, caller: asker.caller }).await {
        Ok(_) => ExaminedHost { status: CoverageStatus::Complete, http_status: Some(200), ..examined },
        Err(failure) => {
            let (status, because) = outcome_of(endpoint, failure.kind, collector.started_at);
            ExaminedHost {
                status,
                http_status: failure.http_status,
                twilio_code: failure.twilio_code,
                missing_permission: failure.missing_permission,
                reason: because.map_or(failure.reason, str::to_owned),
                ..examined
            }
        }
    }
}

/// The same endpoint, asked for one row where pages can be small.
const fn smallest(endpoint: &Endpoint) -> Endpoint {
    match endpoint.answer {
        Answer::List { key, paging, page_size: 1.. } => {
            Endpoint { answer: Answer::List { key, paging, page_size: 1 }, ..*endpoint }
        }
        Answer::List { .. } | Answer::Single => *endpoint,
    }
}
