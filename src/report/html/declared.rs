//! What people vouched for and what they accepted, as rows.

use std::collections::HashMap;

use super::{first, name, text};
use crate::model::{Accepted, Attested, Scan, ScannedAccount};

/// An attestation.
#[derive(Debug)]
pub(super) struct Attestation {
    pub(super) id: String,
    pub(super) about: String,
    pub(super) value: String,
    pub(super) by: String,
    pub(super) on: String,
    pub(super) counts_until: String,
    pub(super) evidence: String,
    /// Why it counts for nothing; empty where it counts.
    pub(super) problem: String,
    /// The finding that speaks against it, or that it should settle and that stands; mostly empty.
    pub(super) doubted_by: String,
}

/// A waiver.
#[derive(Debug)]
pub(super) struct Waiver {
    pub(super) check: String,
    pub(super) about: String,
    pub(super) reason: String,
    pub(super) measure: String,
    pub(super) by: String,
    /// Whether somebody says that there is no fault, rather than accepting one.
    pub(super) is_false_positive: bool,
    pub(super) decided_on: String,
    pub(super) expires_on: String,
    pub(super) is_over: bool,
}

/// What is declared, and how much more of it there is than is listed.
#[derive(Debug)]
pub(super) struct Declared {
    pub(super) attestations: Vec<Attestation>,
    pub(super) more_attestations: usize,
    pub(super) waivers: Vec<Waiver>,
    pub(super) more_waivers: usize,
}

impl Declared {
    pub(super) fn of(scan: &Scan) -> Self {
        let account = |one: &ScannedAccount| (one.account_sid.clone(), name(&one.account_name));
        let names: HashMap<String, String> = scan.accounts.iter().map(account).collect();
        let (attestations, more_attestations) = first(scan.attestations.iter().collect());
        let (waivers, more_waivers) = first(scan.waivers.iter().collect());
        Self {
            attestations: attestations.into_iter().map(|one| attestation(one, &names)).collect(),
            more_attestations,
            waivers: waivers.into_iter().map(|one| waiver(one, &names)).collect(),
            more_waivers,
        }
    }
}

fn attestation(one: &Attested, names: &HashMap<String, String>) -> Attestation {
    Attestation {
        id: name(&one.id),
        about: about([&one.account_sid, &one.host], names),
        value: name(&one.value),
        by: name(&one.by),
        on: name(&one.on),
        counts_until: name(&one.counts_until),
        evidence: name(&one.evidence),
        problem: name(&one.problem),
        doubted_by: name(if one.doubted_by.is_empty() { &one.left_open_by } else { &one.doubted_by }),
    }
}

fn waiver(one: &Accepted, names: &HashMap<String, String>) -> Waiver {
    Waiver {
        check: name(&one.check_id),
        about: about([&one.account_sid, &one.resource], names),
        reason: text(&one.reason),
        measure: text(&one.equivalent_measure),
        by: name(&one.approved_by),
        is_false_positive: one.decision == "false_positive",
        decided_on: name(&one.decided_on),
        expires_on: name(&one.expires_on),
        is_over: one.is_over,
    }
}

/// The account by its name where it has one, and what of it is meant.
fn about(parts: [&String; 2], names: &HashMap<String, String>) -> String {
    let told = |part: &&String| names.get(*part).cloned().unwrap_or_else(|| name(part));
    let told: Vec<String> = parts.iter().filter(|part| !part.is_empty()).map(told).collect();
    if told.is_empty() { "everything".to_owned() } else { told.join(", ") }
}
