//! `findings.ocsf.jsonl`: one OCSF Compliance Finding per line, for security lakes and SIEMs.
//!
//! Version 1.5.0 of the schema with its `cloud` profile. What the schema has no place for is `unmapped`, by the names
//! of `findings.csv`.

use std::borrow::Cow;
use std::io::{self, Write};

use jiff::Timestamp;
use serde::Serialize;

use super::cell::printable;
use super::options::Options;
use crate::model::{Change, Finding, Findings, Outcome, Region, Scan, Severity};

/// The version of the schema.
const VERSION: &str = "1.5.0";

/// Compliance Finding.
const CLASS: u32 = 2003;

/// A number of the schema and its caption.
type Coded = (u32, &'static str);

/// A text that steers nothing wherever it is shown.
type Text<'a> = Cow<'a, str>;

/// One event. The schema's own names, in the order of the alphabet; what it has no value for is left out.
#[derive(Serialize)]
struct Event<'a> {
    activity_id: u32,
    activity_name: &'a str,
    category_name: &'a str,
    category_uid: u32,
    class_name: &'a str,
    class_uid: u32,
    cloud: Cloud<'a>,
    compliance: Compliance<'a>,
    finding_info: FindingInfo<'a>,
    message: Text<'a>,
    metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    remediation: Option<Remediation<'a>>,
    resources: [Resource<'a>; 1],
    severity: &'a str,
    severity_id: u32,
    status: &'a str,
    status_id: u32,
    time: i64,
    type_name: String,
    type_uid: u32,
    unmapped: Unmapped<'a>,
}

#[derive(Serialize)]
struct Cloud<'a> {
    account: Account<'a>,
    provider: &'a str,
    region: Region,
}

#[derive(Serialize)]
struct Account<'a> {
    name: Text<'a>,
    #[serde(rename = "type")]
    kind: &'a str,
    type_id: u32,
    uid: &'a str,
}

#[derive(Serialize)]
struct Compliance<'a> {
    category: &'a str,
    checks: [Check<'a>; 1],
    control: &'a str,
    desc: &'a str,
    requirements: Vec<String>,
    standards: Vec<&'a str>,
    status: &'a str,
    status_detail: Text<'a>,
    status_id: u32,
}

#[derive(Serialize)]
struct Check<'a> {
    name: &'a str,
    status: &'a str,
    status_id: u32,
    uid: &'a str,
}

#[derive(Serialize)]
struct FindingInfo<'a> {
    analytic: Analytic<'a>,
    desc: Text<'a>,
    /// In milliseconds since 1970 UTC, as all moments of the schema.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_seen_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_seen_time: Option<i64>,
    #[serde(skip_serializing_if = "str::is_empty")]
    src_url: Text<'a>,
    title: &'a str,
    types: [&'a str; 1],
    uid: &'a str,
}

#[derive(Serialize)]
struct Analytic<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    kind: &'a str,
    type_id: u32,
    uid: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct Metadata<'a> {
    correlation_uid: &'a str,
    event_code: &'a str,
    product: Product<'a>,
    profiles: [&'a str; 1],
    /// One event of one finding: the same finding has another in every scan.
    uid: String,
    version: &'a str,
}

#[derive(Serialize)]
struct Product<'a> {
    name: &'a str,
    vendor_name: &'a str,
    version: &'a str,
}

#[derive(Serialize)]
struct Remediation<'a> {
    desc: &'a str,
    references: &'a [String],
}

#[derive(Serialize)]
struct Resource<'a> {
    name: Text<'a>,
    region: Region,
    #[serde(rename = "type")]
    kind: &'a str,
    uid: Text<'a>,
}

/// What the schema has no place for.
#[derive(Serialize)]
struct Unmapped<'a> {
    blocks_go_live: bool,
    catalogue_version: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    change: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    environment: Text<'a>,
    evidence: Vec<Seen<'a>>,
    #[serde(skip_serializing_if = "str::is_empty")]
    field: Text<'a>,
    #[serde(skip_serializing_if = "str::is_empty")]
    fix_command: Text<'a>,
    outcome: Outcome,
    #[serde(skip_serializing_if = "str::is_empty")]
    owner: Text<'a>,
    phi: bool,
    #[serde(skip_serializing_if = "str::is_empty")]
    product: Text<'a>,
    scan_complete: bool,
    severity: Severity,
    waived: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    waiver: Option<String>,
}

#[derive(Serialize)]
struct Seen<'a> {
    name: &'a str,
    value: Text<'a>,
}

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

fn event<'a>(scan: &'a Scan, finding: &'a Finding) -> Event<'a> {
    let (activity_id, activity_name) = activity(finding.change);
    let (status_id, status) = status(finding);
    let (severity_id, severity) = severity(finding);
    let remediation = Remediation { desc: &finding.remediation, references: &finding.sources };
    Event {
        activity_id,
        activity_name,
        category_name: "Findings",
        category_uid: 2,
        class_name: "Compliance Finding",
        class_uid: CLASS,
        cloud: Cloud { account: account(finding), provider: "Twilio", region: scan.region },
        compliance: compliance(finding),
        finding_info: finding_info(scan, finding),
        message: printable(&finding.reason),
        metadata: metadata(scan, finding),
        remediation: Some(remediation).filter(|remediation| !remediation.desc.is_empty()),
        resources: [resource(scan, finding)],
        severity,
        severity_id,
        status,
        status_id,
        time: scan.started_at.as_millisecond(),
        type_name: format!("Compliance Finding: {activity_name}"),
        type_uid: CLASS * 100 + activity_id,
        unmapped: unmapped(scan, finding),
    }
}

fn metadata<'a>(scan: &'a Scan, finding: &'a Finding) -> Metadata<'a> {
    Metadata {
        correlation_uid: scan.id.as_str(),
        event_code: &finding.check_id,
        product: Product { name: "twilio-audit", vendor_name: "twilio-audit", version: &scan.tool_version },
        profiles: ["cloud"],
        uid: format!("{}/{}", scan.id, finding.finding_id),
        version: VERSION,
    }
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

fn compliance(finding: &Finding) -> Compliance<'_> {
    let (status_id, status) = answer(finding.outcome);
    Compliance {
        category: &finding.family,
        checks: [Check { name: &finding.title, status, status_id, uid: &finding.check_id }],
        control: &finding.check_id,
        desc: &finding.title,
        requirements: finding.citations.iter().map(|citation| format!("45 CFR {citation}")).collect(),
        standards: standards(&finding.citations),
        status,
        status_detail: printable(&finding.reason),
        status_id,
    }
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

fn finding_info<'a>(scan: &'a Scan, finding: &'a Finding) -> FindingInfo<'a> {
    let milliseconds = |moment: &str| moment.parse::<Timestamp>().ok().map(Timestamp::as_millisecond);
    FindingInfo {
        analytic: Analytic {
            name: &finding.title,
            kind: "Rule",
            type_id: 1,
            uid: &finding.check_id,
            version: &scan.catalogue_version,
        },
        desc: printable(&finding.reason),
        first_seen_time: milliseconds(&finding.first_seen),
        last_seen_time: milliseconds(&finding.last_seen),
        src_url: printable(&finding.console_url),
        title: &finding.title,
        types: [&finding.family],
        uid: &finding.finding_id,
    }
}

fn account(finding: &Finding) -> Account<'_> {
    Account {
        name: printable(&finding.account_name),
        kind: "Twilio Account",
        type_id: 99,
        uid: &finding.account_sid,
    }
}

/// What is judged: the account itself, where it is nothing in it.
fn resource<'a>(scan: &Scan, finding: &'a Finding) -> Resource<'a> {
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
    Resource { name: printable(name), region: scan.region, kind, uid: printable(uid) }
}

fn unmapped<'a>(scan: &'a Scan, finding: &'a Finding) -> Unmapped<'a> {
    let seen = |(name, value): &'a (String, String)| Seen { name, value: printable(value) };
    Unmapped {
        blocks_go_live: finding.blocks_go_live,
        catalogue_version: &scan.catalogue_version,
        change: finding.change.as_str(),
        environment: printable(&finding.environment),
        evidence: finding.evidence.iter().map(seen).collect(),
        field: printable(&finding.field),
        fix_command: printable(&finding.fix_command),
        outcome: finding.outcome,
        owner: printable(&finding.owner),
        phi: finding.phi,
        product: printable(&finding.product),
        scan_complete: scan.is_complete(),
        severity: finding.severity,
        waived: finding.waived,
        waiver: scan.waiver(finding).map(|waiver| printable(&waiver.in_words()).into_owned()),
    }
}
