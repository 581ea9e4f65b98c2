//! One finding on the terminal, whole.

use std::io::{self, Write};

use super::cell::printable;
use super::paragraph::{BOLD, DIM, colour, paragraph};
use crate::model::{Accepted, Change, Finding, Outcome, Rule, Scan, Settlement};

/// Characters of a heading in the margin.
const MARGIN: usize = 10;

/// Writes everything that is known of a finding of a scan: what, where, why, and what to do.
///
/// # Errors
///
/// When the stream cannot be written.
pub fn show(scan: &Scan, finding: &Finding, to: &mut impl Write) -> io::Result<()> {
    let (rule, waiver) = (scan.rule(&finding.check_id), scan.waiver(finding));
    heading(finding, to)?;
    part("Account", &account(finding), to)?;
    part("Resource", &resource(finding), to)?;
    part("Reason", &finding.reason, to)?;
    part("Waived", &waiver.map(Accepted::in_words).unwrap_or_default(), to)?;
    part("Waiver", &how_to_waive(rule, finding), to)?;
    let mut seen = "Seen";
    for thing in finding.seen() {
        part(seen, &thing, to)?;
        seen = "";
    }
    part("Risk", rule.map_or("", |rule| rule.risk.as_str()), to)?;
    part("Remedy", &finding.remediation, to)?;
    part("Attest", &rule.and_then(|rule| rule.settlement(finding)).map(attestation).unwrap_or_default(), to)?;
    part("Call", &finding.fix_command, to)?;
    part("Console", &finding.console_url, to)?;
    part("Owner", &finding.owner, to)?;
    part("First seen", &first_seen(finding), to)?;
    part("45 CFR", &finding.citations.join("; "), to)?;
    let mut sources = "Sources";
    for source in &finding.sources {
        part(sources, source, to)?;
        sources = "";
    }
    Ok(())
}

fn heading(finding: &Finding, to: &mut impl Write) -> io::Result<()> {
    let style = colour(finding.severity);
    let outcome = finding.outcome.as_str().replace('_', " ");
    let blocks = match (finding.is_open_blocker(), finding.waived) {
        (true, _) => ", blocks going live",
        (false, true) => ", waived",
        (false, false) => "",
    };
    let would_be = if finding.outcome == Outcome::Fail { "" } else { "would be " };
    let severity = finding.severity.as_str();
    writeln!(to, "{BOLD}{}{BOLD:#}  {DIM}{}{DIM:#}", finding.check_id, finding.finding_id)?;
    paragraph("", &printable(&finding.title), to)?;
    writeln!(to, "{outcome}, {would_be}{style}{severity}{style:#}{blocks}\n")
}

fn account(finding: &Finding) -> String {
    let phi = if finding.phi { ", PHI" } else { "" };
    let environment = match finding.environment.as_str() {
        "" => String::new(),
        environment => format!(", {environment}"),
    };
    match finding.account_name == finding.account_sid {
        true => format!("{}{environment}{phi}", finding.account_sid),
        false => format!("{} ({}){environment}{phi}", finding.account_name, finding.account_sid),
    }
}

fn resource(finding: &Finding) -> String {
    let named = match finding.resource_name.as_str() {
        name if name.is_empty() || name == finding.resource_sid => finding.resource_sid.clone(),
        name if finding.resource_sid.is_empty() => name.to_owned(),
        name => format!("{name} ({})", finding.resource_sid),
    };
    let parts = [finding.resource_type.as_str(), &named, &finding.field];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
}

/// What a waiver of it names, where that must be the finding as it was seen.
fn how_to_waive(rule: Option<&Rule>, finding: &Finding) -> String {
    match rule.is_some_and(|rule| rule.waivable) && finding.is_open_blocker() {
        true => format!("finding = \"{}\", as_seen = \"{}\"", finding.finding_id, finding.as_seen()),
        false => String::new(),
    }
}

/// What would settle it, if it is true.
fn attestation(settlement: &Settlement) -> String {
    match &settlement.value {
        Some(value) => {
            format!("{} = \"{value}\", dated, with the hash of what was looked at", settlement.attestation)
        }
        None => format!("{}, in audit.toml", settlement.attestation),
    }
}

fn first_seen(finding: &Finding) -> String {
    match finding.change {
        Change::None => finding.first_seen.clone(),
        change => format!("{} ({})", finding.first_seen, change.as_str().replace('_', " ")),
    }
}

/// A heading in the margin and a text beside it; nothing where there is no text.
fn part(heading: &str, text: &str, to: &mut impl Write) -> io::Result<()> {
    if text.trim().is_empty() {
        return Ok(());
    }
    paragraph(&format!("{heading:<MARGIN$}  "), &printable(text), to)
}
