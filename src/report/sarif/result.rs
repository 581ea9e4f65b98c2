//! A finding as a result of SARIF.

use serde_json::{Map, Value, json};

use super::{index_of, message, rule};
use crate::model::{Change, Finding, Outcome, Scan};
use crate::report::cell::{at_most, printable};

/// What relative addresses are relative to.
pub(super) const BASE: &str = "%SRCROOT%";

/// GitHub shows only what stands in a file, and tells alerts apart by it. Nothing at Twilio is a file of a repository;
/// `audit.toml` is the one that a reviewer has there, in which accounts are declared, faults accepted and answers
/// attested. It is named always alike, for an alert whose file changes is another alert.
const FILE: &str = "audit.toml";

/// Characters shown of what was seen, and of a name: a file must not grow with what strangers call their things.
const LONGEST_EVIDENCE: usize = 300;
const LONGEST_NAME: usize = 80;

/// The result of a finding that is one.
pub(super) fn of(scan: &Scan, finding: &Finding) -> Value {
    let mut result = json!({
        "ruleId": finding.check_id,
        "ruleIndex": index_of(scan, &finding.check_id),
        "kind": kind(finding.outcome),
        "level": level(finding),
        "message": message(&text(finding)),
        "locations": [location(finding)],
        // GitHub reads the second, by which it tells apart what stands in one line.
        "partialFingerprints": {
            "twilioAuditFinding/v1": finding.finding_id,
            "primaryLocationLineHash": finding.finding_id,
        },
        "provenance": {
            "firstDetectionTimeUtc": finding.first_seen,
            "lastDetectionTimeUtc": finding.last_seen,
        },
        "properties": properties(finding),
    });
    if let Some(fields) = result.as_object_mut() {
        if let Some(state) = baseline_state(finding.change) {
            fields.insert("baselineState".to_owned(), state.into());
        }
        if finding.waived {
            fields.insert("suppressions".to_owned(), json!([suppression(scan, finding)]));
        }
    }
    result
}

fn location(finding: &Finding) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": {"uri": FILE, "uriBaseId": BASE},
            "region": {"startLine": 1, "startColumn": 1, "endLine": 1, "endColumn": 1},
        },
        "logicalLocations": [logical_location(finding)],
    })
}

const fn kind(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Fail => "fail",
        Outcome::Manual => "review",
        Outcome::Pass => "pass",
        Outcome::NotApplicable => "notApplicable",
        // Never written as a result; were it, this is what SARIF calls it.
        Outcome::NotAssessed => "open",
    }
}

/// SARIF (3.27.10) allows a level only where the kind is `fail`.
const fn level(finding: &Finding) -> &'static str {
    match finding.outcome {
        Outcome::Fail => rule::level(finding.severity),
        _ => "none",
    }
}

/// Against the previous scan; nothing where they were not compared.
const fn baseline_state(change: Change) -> Option<&'static str> {
    match change {
        Change::FirstScan | Change::New => Some("new"),
        Change::Open => Some("unchanged"),
        Change::LostSight => Some("updated"),
        Change::Fixed => Some("absent"),
        Change::None => None,
    }
}

/// Where, what, and what was seen.
fn text(finding: &Finding) -> String {
    let place = finding.resource();
    let place = match place == finding.account_name || place == finding.account_sid || place.is_empty() {
        true => at_most(&finding.account_name, LONGEST_NAME),
        false => {
            format!("{} in {}", at_most(place, LONGEST_NAME), at_most(&finding.account_name, LONGEST_NAME))
        }
    };
    let reason = finding.reason_or_title().trim_end_matches('.');
    match finding.seen().join("; ") {
        seen if seen.is_empty() => format!("{place}: {reason}."),
        seen => format!("{place}: {reason}. Seen: {}", at_most(&seen, LONGEST_EVIDENCE)),
    }
}

/// The account, the kind, the resource and the field, as far as the finding is about one.
pub(super) fn logical_location(finding: &Finding) -> Value {
    let (account, resource) = (finding.account_sid.as_str(), finding.resource_sid.as_str());
    let (kind, resource) =
        if resource == account { ("", "") } else { (finding.resource_type.as_str(), resource) };
    let parts = [account, kind, resource, finding.field.as_str()];
    let parts: Vec<_> =
        parts.into_iter().filter(|part| !part.is_empty()).map(|part| printable(part)).collect();
    let kind = match (finding.field.as_str(), resource) {
        ("", "") => "account",
        ("", _) => "resource",
        _ => "property",
    };
    json!({
        "name": parts.last(),
        "fullyQualifiedName": parts.join("/"),
        "kind": kind,
    })
}

fn suppression(scan: &Scan, finding: &Finding) -> Value {
    match scan.waiver(finding) {
        Some(waiver) => json!({
            "kind": "external",
            "status": "accepted",
            "justification": printable(&waiver.in_words()),
        }),
        None => json!({"kind": "external", "status": "accepted"}),
    }
}

/// What has no place elsewhere, by the names of `findings.csv`; nothing that is empty.
pub(super) fn properties(finding: &Finding) -> Value {
    let texts = [
        ("finding_id", finding.finding_id.as_str()),
        ("change", finding.change.as_str()),
        ("account_sid", &finding.account_sid),
        ("account_name", &finding.account_name),
        ("environment", &finding.environment),
        ("product", &finding.product),
        ("resource_name", &finding.resource_name),
        ("fix_command", &finding.fix_command),
        ("console_url", &finding.console_url),
        ("owner", &finding.owner),
    ];
    let words = [("outcome", finding.outcome.as_str()), ("severity", finding.severity.as_str())];
    let marks =
        [("waived", finding.waived), ("blocks_go_live", finding.blocks_go_live), ("phi", finding.phi)];
    let mut properties = Map::new();
    for (name, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
        let is_name = name.ends_with("_name") || name == "owner";
        let text = if is_name { at_most(text, LONGEST_NAME) } else { text.to_owned() };
        properties.insert(name.to_owned(), printable(&text).into());
    }
    properties.extend(words.map(|(name, word)| (name.to_owned(), word.into())));
    properties.extend(marks.map(|(name, mark)| (name.to_owned(), mark.into())));
    properties.into()
}
