//! What a waiver must say depends on the check behind it: whether it blocks going live, what it cites, and whether it asks
//! for the word of a person.

use anyhow::{Result, anyhow};

use super::declared_names::known;
use crate::intent::{Decision, Waiver, says_nothing};
use crate::model::{Rule, looks_like_sid};

/// Checks a waiver against the rules of all checks.
pub(super) fn check_waiver(waiver: &Waiver, rules: &[Rule]) -> Result<()> {
    let place = place_of(waiver.finding.as_deref());
    known("check", &waiver.check, rules.iter().map(|rule| rule.id.as_str()))
        .map_err(|error| anyhow!("{place}: {error}"))?;
    let Some(rule) = rules.iter().find(|rule| rule.id == waiver.check) else { return Ok(()) };
    match wrong_with(waiver, rule) {
        Some(wrong) => Err(anyhow!("{place} of {}: {wrong}", waiver.check)),
        None => Ok(()),
    }
}

/// What is wrong with it.
fn wrong_with(waiver: &Waiver, rule: &Rule) -> Option<String> {
    let measure = waiver.equivalent_measure.as_deref().unwrap_or_default();
    if waiver.decision() == Decision::Accept && says_nothing(measure) {
        return Some(no_measure(rule.addressable).to_owned());
    }
    if waiver.decision() == Decision::FalsePositive && rule.asks_for_a_word() {
        let asked: Vec<&str> = rule.settled_by.iter().map(|by| by.attestation.as_str()).collect();
        return Some(format!(
            "the check asks whether somebody vouches for something, and no finding of that is false: attest `{}`",
            asked.join("`, `")
        ));
    }
    if rule.blocks_go_live && (waiver.finding.is_none() || waiver.as_seen.is_none()) {
        return Some(
            "the check blocks going live, so a waiver is of one finding as it was seen, and of none that nobody has \
             seen: name `finding` and `as_seen`, as `twilio-audit show` prints them, or decide in the table of \
             `twilio-audit review export`"
                .to_owned(),
        );
    }
    match (&waiver.resource, &waiver.account, &waiver.finding) {
        (Some(resource), None, None) if !looks_like_sid(resource) => {
            Some(format!("`{resource}` is no SID and may be in many accounts; name the account too"))
        }
        _ => None,
    }
}

/// What is missing of an acceptance without a measure. HIPAA lets an addressable specification alone be replaced; whoever
/// does not meet anything else yet says no less than that.
const fn no_measure(is_addressable: bool) -> &'static str {
    if is_addressable {
        "the rule behind it cites an addressable specification (45 CFR 164.306(d)(3)): write what is done instead \
         into `equivalent_measure`"
    } else {
        "the rule behind it cites what nothing may replace (45 CFR 164.306(d)(2)): write what limits the risk until it \
         is met into `equivalent_measure`"
    }
}

/// Where a waiver stands. Those of one finding may stand in either file, and their finding is easy to find.
fn place_of(finding: Option<&str>) -> String {
    match finding {
        Some(finding) => format!("reviews.toml or audit.toml, [[waiver]] of {finding}"),
        None => "audit.toml, [[waiver]]".to_owned(),
    }
}
