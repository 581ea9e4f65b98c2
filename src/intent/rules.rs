//! What holds between entries of the file: nothing declared twice, attestations that exist, waivers
//! that are complete, allowed and short.

use std::collections::{BTreeMap, BTreeSet};

use super::attestation::{ATTESTATIONS, AttestationScope, attestation_rule};
use super::document::Intent;
use super::error::Problem;
use super::locate::{Document, Step};
use super::notify::{MailTls, Notify, Way, is_this_machine, is_twilio};
use super::waiver::{NEVER_WAIVED, WAIVER_MAX_DAYS, says_nothing};
use super::{Attestation, SCHEMA_VERSION, Waiver};
use crate::model::did_you_mean;

/// Every broken rule that does not depend on the date.
pub(super) fn check(intent: &Intent, document: &Document<'_>) -> Vec<Problem> {
    let mut rules = Rules { document, problems: Vec::new() };
    rules.schema_version(intent);
    rules.twice("account", "sid", intent.account.iter().map(|entry| entry.sid.as_str()));
    rules.twice("person", "id", intent.person.iter().map(|entry| entry.id.as_str()));
    rules.twice("key", "sid", intent.key.iter().map(|entry| entry.sid.as_str()));
    rules.twice("oauth_app", "sid", intent.oauth_app.iter().map(|entry| entry.sid.as_str()));
    rules.twice("vendor", "name", intent.vendor.iter().map(|entry| entry.name.as_str()));
    rules.twice("attestation", "id", intent.attestation.iter().map(Attestation::subject));
    for (index, attestation) in intent.attestation.iter().enumerate() {
        rules.attestation(index, attestation);
    }
    for (index, waiver) in intent.waiver.iter().enumerate() {
        rules.waiver(index, waiver);
    }
    for (index, fixed) in intent.fixed.iter().enumerate() {
        rules.said("fixed", index, "reason", &fixed.reason);
        rules.said("fixed", index, "by", &fixed.by);
    }
    rules.decided_once(intent);
    rules.twice("notify", "name", intent.notify.iter().map(|entry| &entry.name));
    for (index, notify) in intent.notify.iter().enumerate() {
        rules.notify(index, notify);
    }
    for (index, change) in intent.change.iter().enumerate() {
        if change.to < change.from {
            rules.at("change", index, "to", "this change ends before it begins");
        }
    }
    rules.problems
}

/// Every waiver that reaches too far ahead of `today`.
pub(super) fn check_dates(
    intent: &Intent,
    document: &Document<'_>,
    today: jiff::civil::Date,
) -> Vec<Problem> {
    let mut rules = Rules { document, problems: Vec::new() };
    for (index, waiver) in intent.waiver.iter().enumerate() {
        let days = (waiver.expires_on.0 - today).get_days();
        if days > WAIVER_MAX_DAYS {
            let message = format!(
                "the waiver of `{}` ends in {days} days; {WAIVER_MAX_DAYS} are the most",
                waiver.check
            );
            rules.at("waiver", index, "expires_on", message);
        }
    }
    rules.problems
}

struct Rules<'d> {
    document: &'d Document<'d>,
    problems: Vec<Problem>,
}

impl Rules<'_> {
    fn at(&mut self, table: &str, index: usize, key: &str, message: impl Into<String>) -> &mut Problem {
        let span = self.document.span(&[Step::Key(table), Step::Item(index), Step::Key(key)]);
        self.problems.push(Problem::new(span, message));
        let last = self.problems.len() - 1;
        &mut self.problems[last]
    }

    fn schema_version(&mut self, intent: &Intent) {
        if let Some(version) = intent.schema_version
            && version != SCHEMA_VERSION
        {
            let span = self.document.span(&[Step::Key("schema_version")]);
            let message = format!("this program reads schema_version {SCHEMA_VERSION}, not {version}");
            self.problems.push(Problem::new(span, message));
        }
    }

    fn twice<T: Ord>(&mut self, table: &str, key: &str, entries: impl Iterator<Item = T>) {
        let mut seen = BTreeMap::new();
        for (index, entry) in entries.enumerate() {
            let first = *seen.entry(entry).or_insert(index);
            if first != index {
                let path = [Step::Key(table), Step::Item(first), Step::Key(key)];
                let line = self.document.line(&path).map(|line| format!(", first in line {line}"));
                let line = line.unwrap_or_default();
                self.at(table, index, key, format!("this {table} is declared twice{line}; keep one entry"));
            }
        }
    }

    fn attestation(&mut self, index: usize, entry: &Attestation) {
        let Some(rule) = attestation_rule(&entry.id) else {
            let known = || ATTESTATIONS.iter().map(|rule| rule.id);
            let help = did_you_mean(&entry.id, known())
                .unwrap_or_else(|| format!("known: {}", known().collect::<Vec<_>>().join(", ")));
            self.at("attestation", index, "id", "there is no attestation of this id").help = Some(help);
            return;
        };
        let id = rule.id;
        match (rule.scope, &entry.account, &entry.host) {
            (AttestationScope::Account, None, _) => {
                self.at(
                    "attestation",
                    index,
                    "id",
                    format!("`{id}` is about one account: name it in `account`"),
                );
            }
            (AttestationScope::WebhookHost, _, None) => {
                self.at(
                    "attestation",
                    index,
                    "id",
                    format!("`{id}` is about one webhook host: name it in `host`"),
                );
            }
            (AttestationScope::Organization, Some(_), _) => {
                let message = format!("`{id}` is about the whole organization: leave `account` out");
                self.at("attestation", index, "account", message);
            }
            (
                AttestationScope::Organization | AttestationScope::Parent | AttestationScope::Account,
                _,
                Some(_),
            ) => {
                self.at(
                    "attestation",
                    index,
                    "host",
                    format!("`{id}` is not about a host: leave `host` out"),
                );
            }
            (AttestationScope::Organization | AttestationScope::Parent, _, None)
            | (AttestationScope::Account, Some(_), None)
            | (AttestationScope::WebhookHost, _, Some(_)) => {}
        }
    }

    fn waiver(&mut self, index: usize, waiver: &Waiver) {
        if NEVER_WAIVED.contains(&waiver.check.as_str()) {
            self.at("waiver", index, "check", format!("`{}` cannot be waived", waiver.check)).help = Some(
                "mend what the check found: no accepted risk replaces a BAA, or what Twilio makes a condition of PHI"
                    .into(),
            );
        }
        if waiver.resource.is_none() && waiver.account.is_none() && waiver.finding.is_none() {
            self.at("waiver", index, "check", "a waiver names a `finding`, a `resource` or an `account`");
        }
        for (key, text) in [("reason", &waiver.reason), ("approved_by", &waiver.approved_by)] {
            if says_nothing(text) {
                self.at("waiver", index, key, format!("a waiver without `{key}` is not a waiver"));
            }
        }
    }

    fn notify(&mut self, index: usize, entry: &Notify) {
        let kind = entry.kind.as_str();
        let (needed, possible) = entry.kind.keys();
        let given: Vec<&str> = entry.given().collect();
        for key in needed.iter().filter(|key| !given.contains(key)) {
            self.at("notify", index, "kind", format!("`{kind}` needs `{key}`"));
        }
        for key in given.iter().filter(|key| !needed.contains(key) && !possible.contains(key)) {
            self.at("notify", index, key, format!("`{key}` is not for `{kind}`: leave it out"));
        }
        if entry.on.is_empty() {
            self.at("notify", index, "on", "`on` names nothing, so nobody is told");
        }
        let Some(Way::Email(mail)) = entry.way() else { return };
        if entry.user.is_some() != entry.secret.is_some() {
            self.at("notify", index, "kind", "`user` and `secret` belong together: give both, or none");
        }
        if mail.tls == MailTls::None && !is_this_machine(mail.server) {
            self.at("notify", index, "tls", "`none` is for a loopback address alone");
        }
        if mail.port == 0 {
            self.at("notify", index, "port", "there is no port 0");
        }
        if is_twilio(mail.server) {
            self.at("notify", index, "server", "this program never writes to Twilio");
        }
    }

    fn said(&mut self, table: &str, index: usize, key: &str, text: &str) {
        if text.trim().is_empty() {
            self.at(table, index, key, format!("`{key}` must say something"));
        }
    }

    /// Of one finding one thing is decided.
    fn decided_once(&mut self, intent: &Intent) {
        let mut seen = BTreeSet::new();
        let waivers = intent.waiver.iter().map(|waiver| waiver.finding.as_deref());
        let fixed = intent.fixed.iter().map(|fixed| Some(fixed.finding.as_str()));
        let places = waivers.enumerate().map(|place| ("waiver", place));
        for (table, (index, finding)) in places.chain(fixed.enumerate().map(|place| ("fixed", place))) {
            if finding.is_some_and(|finding| !seen.insert(finding)) {
                self.at(
                    table,
                    index,
                    "finding",
                    "of this finding something is decided already; keep one entry",
                );
            }
        }
    }
}
