//! `findings.ocsf.jsonl`: one OCSF Compliance Finding per line, for security lakes and SIEMs.
//!
//! Version 1.5.0 of the schema with its `cloud` profile. What the schema has no place for is `unmapped`, by the names
//! of `findings.csv`.

use std::io::{self, Write};

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::cell::printable;
use super::options::Options;
use crate::model::{Change, Finding, Findings, Outcome, Scan, Severity};

/// The version of the schema.
const VERSION: &str = "1.5.0";

/// Compliance Finding.
const CLASS: u32 = 2003;

/// A number of the schema and its caption.
type Coded = (u32, &'static str);

/// Writes the findings that the options ask for.
pub(super) fn write(
    scan: &Scan,
    findings: &dyn Findings,
    options: Options,
    mut to: impl Write,
) -> io::Result<()> {
    options.each_shown(findings, |finding| {
        serde_json::to_writer(&mut to, &event(scan, finding))?;
        to.write_all(b"\n")
    })
}

fn event(scan: &Scan, finding: &Finding) -> Value {
    let (activity_id, activity) = activity(finding.change);
    let (status_id, status) = status(finding);
    let (severity_id, severity) = severity(finding);
    let type_name = format!("Compliance Finding: {activity}");
    let mut event = json!({
        "activity_id": activity_id,
        "activity_name": activity,
        "category_name": "Findings",
        "category_uid": 2,
        "class_name": "Compliance Finding",
        "class_uid": CLASS,
        "type_uid": CLASS * 100 + activity_id,
        "type_name": type_name,
        "time": scan.started_at.as_millisecond(),
        "message": text(&finding.reason),
        "severity": severity,
        "severity_id": severity_id,
        "status": status,
        "status_id": status_id,
        "compliance": compliance(finding),
        "finding_info": finding_info(scan, finding),
        "resources": [resource(scan, finding)],
        "cloud": {"provider": "Twilio", "account": account(finding), "region": scan.region.as_str()},
        "metadata": metadata(scan, finding),
        "unmapped": unmapped(scan, finding),
    });
    if let (false, Some(fields)) = (finding.remediation.is_empty(), event.as_object_mut()) {
        let remediation = json!({"desc": finding.remediation, "references": finding.sources});
        fields.insert("remediation".to_owned(), remediation);
    }
    event
}

fn metadata(scan: &Scan, finding: &Finding) -> Value {
    json!({
        // One event of one finding: the same finding has another in every scan.
        "uid": format!("{}/{}", scan.id, finding.finding_id),
        "correlation_uid": scan.id.as_str(),
        "event_code": finding.check_id,
        "product": {"name": "twilio-audit", "vendor_name": "twilio-audit", "version": scan.tool_version},
        "profiles": ["cloud"],
        "version": VERSION,
    })
}

/// What became of the finding since the previous scan; unknown where they were not compared, and where nothing was open.
const fn activity(change: Change) -> Coded {
    match change {
        Change::FirstScan | Change::New => (1, "Create"),
        Change::Open | Change::LostSight => (2, "Update"),
        Change::Fixed => (3, "Close"),
        Change::None => (0, "Unknown"),
    }
}

/// Where the reviewer stands with it. Nobody knows yet whether an open one is being looked at, so it is new.
fn status(finding: &Finding) -> Coded {
    match finding.outcome {
        _ if finding.change == Change::Fixed => (4, "Resolved"),
        _ if finding.waived => (3, "Suppressed"),
        Outcome::Pass | Outcome::NotApplicable => (99, "Nothing to do"),
        _ => (1, "New"),
    }
}

const fn severity(finding: &Finding) -> Coded {
    match (finding.outcome.needs_action(), finding.severity) {
        (false, _) => (1, "Informational"),
        (true, Severity::Low) => (2, "Low"),
        (true, Severity::Medium) => (3, "Medium"),
        (true, Severity::High) => (4, "High"),
        (true, Severity::Critical) => (5, "Critical"),
    }
}

/// The answer. What a person must look at is a warning: "did not yield a result due to missing information". What was
/// not assessed is unknown, whatever else is known of it.
const fn answer(outcome: Outcome) -> Coded {
    match outcome {
        Outcome::Fail => (3, "Fail"),
        Outcome::Manual => (2, "Warning"),
        Outcome::NotAssessed => (0, "Unknown"),
        Outcome::Pass => (1, "Pass"),
        Outcome::NotApplicable => (99, "Not applicable"),
    }
}

fn compliance(finding: &Finding) -> Value {
    let (status_id, status) = answer(finding.outcome);
    let requirements: Vec<String> =
        finding.citations.iter().map(|citation| format!("45 CFR {citation}")).collect();
    json!({
        "control": finding.check_id,
        "desc": finding.title,
        "category": finding.family,
        "status_id": status_id,
        "status": status,
        "status_detail": text(&finding.reason),
        "requirements": requirements,
        "standards": standards(&finding.citations),
        "checks": [{
            "uid": finding.check_id,
            "name": finding.title,
            "status_id": status_id,
            "status": status,
        }],
    })
}

/// The rules of HIPAA that the paragraphs belong to: subparts C, D and E of 45 CFR part 164.
fn standards(citations: &[String]) -> Vec<&'static str> {
    let rules = [
        ("164.3", "HIPAA Security Rule"),
        ("164.4", "HIPAA Breach Notification Rule"),
        ("164.5", "HIPAA Privacy Rule"),
    ];
    let is_cited = |paragraph: &str| citations.iter().any(|citation| citation.starts_with(paragraph));
    rules.into_iter().filter(|(paragraph, _)| is_cited(paragraph)).map(|(_, rule)| rule).collect()
}

fn finding_info(scan: &Scan, finding: &Finding) -> Value {
    let mut info = json!({
        "uid": finding.finding_id,
        "title": finding.title,
        "desc": text(&finding.reason),
        "types": [finding.family],
        "analytic": {
            "uid": finding.check_id,
            "name": finding.title,
            "type": "Rule",
            "type_id": 1,
            "version": scan.catalogue_version,
        },
    });
    if let Some(fields) = info.as_object_mut() {
        let seen = [("first_seen_time", &finding.first_seen), ("last_seen_time", &finding.last_seen)];
        for (name, moment) in seen {
            if let Ok(moment) = moment.parse::<Timestamp>() {
                fields.insert(name.to_owned(), moment.as_millisecond().into());
            }
        }
        if !finding.console_url.is_empty() {
            fields.insert("src_url".to_owned(), text(&finding.console_url));
        }
    }
    info
}

fn account(finding: &Finding) -> Value {
    json!({
        "uid": finding.account_sid,
        "name": text(&finding.account_name),
        "type": "Twilio Account",
        "type_id": 99,
    })
}

/// What is judged: the account itself, where it is nothing in it.
fn resource(scan: &Scan, finding: &Finding) -> Value {
    let (uid, name, kind) = match finding.resource_sid.as_str() {
        "" => (&finding.account_sid, &finding.account_name, "account"),
        sid => {
            let name = Some(&finding.resource_name).filter(|name| !name.is_empty());
            (
                &finding.resource_sid,
                name.unwrap_or(&finding.resource_sid),
                match finding.resource_type.as_str() {
                    "" if sid == finding.account_sid => "account",
                    kind => kind,
                },
            )
        }
    };
    json!({"uid": text(uid), "name": text(name), "type": kind, "region": scan.region.as_str()})
}

fn unmapped(scan: &Scan, finding: &Finding) -> Value {
    let evidence: Vec<Value> =
        finding.evidence.iter().map(|(name, value)| json!({"name": name, "value": text(value)})).collect();
    let texts = [
        ("change", finding.change.as_str()),
        ("environment", &finding.environment),
        ("product", &finding.product),
        ("field", &finding.field),
        ("fix_command", &finding.fix_command),
        ("owner", &finding.owner),
    ];
    let mut fields = Map::new();
    fields.insert("outcome".to_owned(), finding.outcome.as_str().into());
    fields.insert("severity".to_owned(), finding.severity.as_str().into());
    fields.insert("waived".to_owned(), finding.waived.into());
    fields.insert("blocks_go_live".to_owned(), finding.blocks_go_live.into());
    fields.insert("phi".to_owned(), finding.phi.into());
    fields.insert("scan_complete".to_owned(), scan.is_complete().into());
    fields.insert("catalogue_version".to_owned(), scan.catalogue_version.as_str().into());
    for (name, content) in texts.into_iter().filter(|(_, content)| !content.is_empty()) {
        fields.insert(name.to_owned(), text(content));
    }
    if let Some(waiver) = scan.waiver(finding) {
        fields.insert("waiver".to_owned(), text(&waiver.in_words()));
    }
    fields.insert("evidence".to_owned(), evidence.into());
    fields.into()
}

/// A text that steers nothing wherever it is shown.
fn text(text: &str) -> Value {
    printable(text).into()
}
