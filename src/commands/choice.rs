//! The choices that a scan is started with and that its result depends on, by the names under which its store keeps
//! them. An interrupted scan goes on with the same ones, and shards come together only where they had the same.

use anyhow::anyhow;
use jiff::SignedDuration;

use super::chosen_checks::Chosen;
use crate::chain::{self, Declared};
use crate::collect::Collector;
use crate::evidence::StartedWith;
use crate::intent::Intent;
use crate::model::{Region, Shard};

const VERSION: &str = "version of twilio-audit";
const ENDPOINT: &str = "--endpoint";
const REGION: &str = "--region";
const ACCOUNTS: &str = "--account";
const CHECKS: &str = "choice of checks";
const DERIVE: &str = "--derive-subaccount-tokens";
const INTENT: &str = "audit.toml or reviews.toml";
/// The hashes of the files themselves. They are no choices: a comment that changes is no other declaration.
const AUDIT_TOML: &str = "SHA-256 of audit.toml";
const REVIEWS_TOML: &str = "SHA-256 of reviews.toml";
/// Whether shards hash alike, which they do with the same first credential.
const HASHES: &str = "first credential";
/// Which part of the accounts it is about; nothing for all of them.
pub(super) const SHARD: &str = "--shard";

/// The choices that only shards have.
pub(super) const OF_SHARDS: &[&str] = &[SHARD, HASHES];

/// Shards that started further apart do not belong together: one is of another night.
pub(super) const FURTHEST_APART: SignedDuration = SignedDuration::from_hours(12);

/// The word for the built-in demonstration in place of an address.
const DEMO: &str = "the demonstration";

/// What was asked in place of Twilio.
pub(super) fn endpoint(is_demo: bool, endpoint: Option<&str>) -> &str {
    if is_demo { DEMO } else { endpoint.unwrap_or_default() }
}

/// The choices of a scan; `hashes` is the fingerprint of what shards hash with.
pub(super) fn choices(
    collector: &Collector,
    chosen: &Chosen,
    intent: &Intent,
    endpoint: &str,
    hashes: Option<String>,
) -> anyhow::Result<StartedWith> {
    let accounts: Vec<&str> = collector.only_accounts.iter().map(|account| account.as_str()).collect();
    let shard = collector.shard.map(|shard| shard.to_string());
    let mut of_intent = intent.to_json()?;
    // Whom to tell of it changes nothing of the result.
    of_intent.as_object_mut().map(|tables| tables.remove("notify"));
    let of_intent = chain::sha256(of_intent.to_string());
    let hash = |text: Option<&str>| text.map(chain::sha256).unwrap_or_default();
    let choices = [
        (VERSION, env!("CARGO_PKG_VERSION").to_owned()),
        (ENDPOINT, endpoint.to_owned()),
        (REGION, collector.region.as_str().to_owned()),
        (ACCOUNTS, accounts.join(" ")),
        (CHECKS, chosen.ids.clone()),
        (DERIVE, if collector.derive_tokens { "yes" } else { "no" }.to_owned()),
        (INTENT, of_intent),
        (AUDIT_TOML, hash(intent.text())),
        (REVIEWS_TOML, hash(intent.text_of_reviews())),
        (HASHES, hashes.unwrap_or_default()),
        (SHARD, shard.unwrap_or_default()),
    ];
    Ok(choices.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A choice by its name; nothing where it was not made.
pub(super) fn said<'a>(choices: &'a StartedWith, name: &str) -> &'a str {
    choices.get(name).map_or("", String::as_str)
}

/// Whether the scan is about a part only. Such a scan is compared with none and becomes no other's past.
pub(super) fn is_narrowed(choices: &StartedWith) -> bool {
    [ACCOUNTS, CHECKS].iter().any(|name| !said(choices, name).is_empty())
}

/// Whether two scans are about the same accounts and checks.
pub(super) fn are_of_one_part(one: &StartedWith, other: &StartedWith) -> bool {
    [ACCOUNTS, CHECKS].iter().all(|name| said(one, name) == said(other, name))
}

/// The hashes of what was declared.
pub(super) fn declared(choices: &StartedWith) -> Declared {
    let hash = |name| Some(said(choices, name).to_owned()).filter(|hash| !hash.is_empty());
    Declared { audit_toml_sha256: hash(AUDIT_TOML), reviews_toml_sha256: hash(REVIEWS_TOML) }
}

/// Whether it is about some checks only.
pub(super) fn is_narrowed_to_checks(choices: &StartedWith) -> bool {
    !said(choices, CHECKS).is_empty()
}

/// The shard that a scan is, if it is one.
pub(super) fn shard(choices: &StartedWith) -> Option<Shard> {
    said(choices, SHARD).parse().ok()
}

/// The choices in which two scans differ, by their names.
pub(super) fn differences<'a>(one: &'a StartedWith, other: &'a StartedWith) -> impl Iterator<Item = &'a str> {
    let lacks = other.keys().filter(|name| !one.contains_key(*name));
    one.iter()
        .filter(|(name, value)| other.get(*name) != Some(*value))
        .map(|(name, _)| name)
        .chain(lacks)
        .map(String::as_str)
        .filter(|name| ![AUDIT_TOML, REVIEWS_TOML].contains(name))
}

/// Insists that this program and these checks are those that the evidence was collected for.
pub(super) fn judged_by(choices: &StartedWith, chosen: &Chosen) -> anyhow::Result<()> {
    let (version, own) = (said(choices, VERSION), env!("CARGO_PKG_VERSION"));
    if version != own {
        return Err(anyhow!(
            "the shards are of twilio-audit {version}, and this is {own}: use the same version"
        ));
    }
    if said(choices, CHECKS) != chosen.ids {
        return Err(anyhow!("the shards were collected for other checks: say the same --check and --family"));
    }
    Ok(())
}

/// The Region of a scan.
pub(super) fn region(choices: &StartedWith) -> Region {
    Region::from_word(said(choices, REGION)).unwrap_or_default()
}

/// Who answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answering {
    /// Twilio itself.
    Twilio,
    /// The built-in demonstration.
    Demonstration,
    /// Something in place of Twilio.
    StandIn,
}

/// Who answered a scan: those of one are no past of those of another.
pub(super) fn answering(choices: &StartedWith) -> Answering {
    match said(choices, ENDPOINT) {
        "" => Answering::Twilio,
        DEMO => Answering::Demonstration,
        _ => Answering::StandIn,
    }
}

/// The command line that asks the same accounts what can be read.
pub(super) fn doctor(choices: &StartedWith) -> &'static str {
    match answering(choices) {
        Answering::Demonstration => "twilio-audit doctor --demo",
        Answering::Twilio | Answering::StandIn => "twilio-audit doctor",
    }
}

/// Says where the answers came from, if not from Twilio: a report must not pass for one of a real account.
pub(super) fn stand_in(choices: &StartedWith) -> Option<String> {
    match said(choices, ENDPOINT) {
        "" => None,
        DEMO => Some(
            "This is the built-in demonstration: a made-up clinic with an audit.toml of its own, not a Twilio \
             account."
                .to_owned(),
        ),
        endpoint => Some(format!("The answers came from {endpoint}, not from Twilio itself.")),
    }
}
