//! What a waiver must say depends on the rule behind it: whether it blocks going live, what it cites, and whether it asks
//! for the word of a person.

use super::waiver::{Decision, Waiver, says_nothing};
use crate::model::{Rule, looks_like_sid};

/// What is wrong with an entry, and what to do instead.
pub(super) struct Fault {
    pub(super) what: String,
    pub(super) help: String,
}

/// What is wrong with a waiver of what a rule finds, and in which key.
pub(super) fn fault_of(waiver: &Waiver, rule: &Rule) -> Option<(&'static str, Fault)> {
    let id = &rule.id;
    let fault = |key, what: String, help: String| Some((key, Fault { what, help }));
    let measure = waiver.equivalent_measure.as_deref().unwrap_or_default();
    if waiver.decision() == Decision::Accept && says_nothing(measure) {
        let what = format!("this waiver of `{id}` has no `equivalent_measure`");
        return fault("check", what, no_measure(rule.addressable).to_owned());
    }
    if waiver.decision() == Decision::FalsePositive && rule.asks_for_a_word() {
        let asked: Vec<&str> = rule.settled_by.iter().map(|by| by.attestation.as_str()).collect();
        let what =
            format!("`{id}` asks whether somebody vouches for something, and no finding of that is false");
        return fault("decision", what, format!("attest `{}`", asked.join("`, `")));
    }
    if rule.blocks_go_live && (waiver.finding.is_none() || waiver.as_seen.is_none()) {
        let what = format!(
            "`{id}` blocks going live, so a waiver of it is of one finding that somebody has seen, as it was"
        );
        return fault(
            "check",
            what,
            "name `finding` and `as_seen`, as `twilio-audit show` prints them, or decide in the table of `twilio-audit \
             review export`"
                .to_owned(),
        );
    }
    match (&waiver.resource, &waiver.account, &waiver.finding) {
        (Some(resource), None, None) if !looks_like_sid(resource) => fault(
            "resource",
            format!("`{resource}` is no SID and may be in many accounts"),
            "name the `account` too".to_owned(),
        ),
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
