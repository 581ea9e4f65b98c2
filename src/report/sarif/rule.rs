//! A check as a rule of SARIF, with the properties that GitHub reads.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::model::{Rule, Severity};
use crate::report::cell::at_most;

/// GitHub refuses more than 20 tags and keeps 10.
const MOST_TAGS: usize = 10;

/// GitHub cuts longer descriptions off.
const LONGEST_DESCRIPTION: usize = 1024;

/// The description of a check.
pub(super) fn descriptor(rule: &Rule) -> Value {
    let mut descriptor = json!({
        "id": rule.id,
        "name": pascal_case(&rule.id),
        "shortDescription": {"text": sentence(&rule.title)},
        "fullDescription": {"text": at_most(&sentence(&rule.risk), LONGEST_DESCRIPTION)},
        "help": {"text": help(rule, "- "), "markdown": help_in_markdown(rule)},
        "defaultConfiguration": {"level": level(rule.severity)},
        "properties": {
            "tags": tags(rule),
            "precision": "high",
            "problem.severity": match rule.severity {
                Severity::Critical | Severity::High => "error",
                Severity::Medium => "warning",
                Severity::Low => "recommendation",
            },
            "security-severity": score(rule.severity),
            "blocks_go_live": rule.blocks_go_live,
            "verified_on": rule.verified_on,
        },
    });
    if let (Some(source), Some(fields)) = (rule.sources.first(), descriptor.as_object_mut()) {
        fields.insert("helpUri".to_owned(), source.as_str().into());
    }
    descriptor
}

/// How bad it is, in SARIF's words.
pub(super) const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// A number that GitHub translates back into the same word: above 9, 7, 4 and 0.
const fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

/// `security` first: only with it GitHub reads the score.
fn tags(rule: &Rule) -> Vec<String> {
    let citations = rule.citations.iter().map(|citation| format!("45-CFR-{citation}"));
    ["security".to_owned(), rule.family.clone()].into_iter().chain(citations).take(MOST_TAGS).collect()
}

fn help(rule: &Rule, bullet: &str) -> String {
    let mut text = rule.remediation.trim().to_owned();
    if !rule.citations.is_empty() {
        let _ = write!(text, "\n\n45 CFR {}.", rule.citations.join(", "));
    }
    for (place, source) in rule.sources.iter().enumerate() {
        let _ = write!(text, "{}{bullet}{source}", if place == 0 { "\n\n" } else { "\n" });
    }
    text
}

/// The same for Markdown, where a bare address may be no link.
fn help_in_markdown(rule: &Rule) -> String {
    let linked = Rule {
        sources: rule.sources.iter().map(|source| format!("<{source}>")).collect(),
        remediation: format!("{}\n\n{}", sentence(&rule.risk), rule.remediation.trim()),
        ..rule.clone()
    };
    help(&linked, "- ")
}

/// `webhook-http` as `WebhookHttp`: SARIF wants a name that is not the id.
fn pascal_case(id: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    id.split(['-', '_']).map(capital).collect()
}

fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}
