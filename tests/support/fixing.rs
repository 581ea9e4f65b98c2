//! A clinic with faults that calls can mend, and runs of `fix` against it.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};
use twilio_audit::fix::{Entry, Event};
use twilio_audit::model::{FixPlan, Risk};
use twilio_audit::simulator::{Simulator, sid};

use crate::audit::{Audit, Ended, all_credentials, credential, entry};

/// Two trunks that nothing uses and one that a call center dials through, a service for Sync that anybody may write to,
/// and a key that nobody knows.
pub fn estate() -> Value {
    json!({"accounts": [
        {"sid": "AC0001", "name": "Clinic", "days_ago": 900,
         "keys": [{"sid": "SK0a01", "name": "changes-ops", "kind": "main", "days_ago": 3}]},
        {"sid": "AC0002", "name": "Portal", "owner": "AC0001", "days_ago": 300,
         "keys": [{"sid": "SK0b01", "name": "changes-ops", "kind": "main", "days_ago": 3},
                  {"sid": "SK0b02", "name": "old-prod-ops", "kind": "main", "days_ago": 299}],
         "resources": {
            "trunking/v1/Trunks": [
                {"sid": "TK0b01", "friendly_name": "spare", "secure": false, "domain_name": null},
                {"sid": "TK0b02", "friendly_name": "test bench", "secure": false, "domain_name": null},
                {"sid": "TK0b03", "friendly_name": "call center", "secure": false,
                 "domain_name": "center.pstn.twilio.com",
                 "OriginationUrls": [{"sid": "OU0b01", "sip_url": "sip:pbx.clinic.example"}]},
                {"sid": "TK0b04", "friendly_name": "fine", "secure": true}
            ],
            "sync/v1/Services": [{"sid": "IS0b01", "friendly_name": "board", "acl_enabled": false}]
         }}
    ]})
}

/// Everything but the spare trunks carries traffic.
pub const SPARE: [&str; 2] = ["TK0b01", "TK0b02"];

/// A clinic with so many trunks that nothing uses.
pub fn with_spare_trunks(trunks: u32) -> Value {
    let mut estate = estate();
    let list = (1..=trunks).map(|number| {
        json!({"sid": format!("TK1b{number:02x}"), "friendly_name": format!("spare {number}"), "secure": false,
               "domain_name": null})
    });
    estate["accounts"][1]["resources"]["trunking/v1/Trunks"] = list.collect();
    estate
}

/// Scans as the auditor: with every account's Auth Token, by a file.
pub fn scanned(simulator: &Simulator, estate: &Value) -> Ended {
    let tokens = all_credentials(estate).into_iter().filter(|one| one.kind == "auth_token");
    let tokens: String = tokens.map(|one| entry(&one)).collect();
    let keys = entry(&credential(estate, "SK0a01")) + &entry(&credential(estate, "SK0b01"));
    Audit::scan(simulator)
        .file("audit-credentials.toml", &tokens)
        .file("fix-credentials.toml", &keys)
        .env("TWILIO_AUDIT_CREDENTIALS", "audit-credentials.toml")
        .args(&["--format", "none", "--quiet"])
        .run()
}

/// `fix …` in the folder of a run before it, with the credential for changes.
pub fn fix(before: Ended, simulator: &Simulator, arguments: &[&str]) -> Audit {
    let audit = Audit::new(&["fix"]).args(arguments).inside(before);
    let audit = audit.env("TWILIO_AUDIT_ENDPOINT", &simulator.endpoint());
    audit
        .env("TWILIO_AUDIT_CREDENTIALS", "audit-credentials.toml")
        .env("TWILIO_AUDIT_FIX_CREDENTIALS", "fix-credentials.toml")
}

/// Scans and plans.
pub fn planned(simulator: &Simulator, estate: &Value, choice: &[&str]) -> Ended {
    let scanned = scanned(simulator, estate);
    let ended = fix(scanned, simulator, &["plan"]).args(choice).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    ended
}

/// The same plan, its scan and credentials in a folder of their own.
pub fn anew(planned: &Ended) -> Ended {
    let folder = tempfile::TempDir::new().unwrap();
    let scan = folder.path().join("audits").join(plan_of(planned).scan_id);
    fs::create_dir_all(&scan).unwrap();
    fs::copy(planned.scan().join("evidence.db"), scan.join("evidence.db")).unwrap();
    for name in ["plan.json", "audit-credentials.toml", "fix-credentials.toml"] {
        fs::copy(planned.folder.path().join(name), folder.path().join(name)).unwrap();
    }
    Ended { folder, code: 0, stdout: String::new(), stderr: String::new() }
}

pub fn plan_of(ended: &Ended) -> FixPlan {
    serde_json::from_str(&fs::read_to_string(plan_path(ended)).unwrap()).unwrap()
}

pub fn plan_path(ended: &Ended) -> PathBuf {
    ended.folder.path().join("plan.json")
}

/// Writes a plan in place of the one that is there, sealed anew.
pub fn replace_plan(ended: &Ended, mut plan: FixPlan) {
    fs::write(plan_path(ended), twilio_audit::fix::write_plan(&mut plan).unwrap()).unwrap();
}

pub fn journal_path(ended: &Ended) -> PathBuf {
    ended.folder.path().join("plan.journal.jsonl")
}

pub fn journal(ended: &Ended) -> Vec<Event> {
    let text = fs::read_to_string(journal_path(ended)).unwrap();
    text.lines().map(|line| serde_json::from_str::<Entry>(line).unwrap().event).collect()
}

/// The events of a journal in short: `about_to 1`, `answered 1 200`, `done 1`.
pub fn in_short(events: &[Event]) -> Vec<String> {
    let way = |back: bool| if back { "back " } else { "" };
    events
        .iter()
        .map(|event| match event {
            Event::Opened { .. } => "opened".to_owned(),
            Event::GoesOn => "goes on".to_owned(),
            Event::AboutTo { back, step, .. } => format!("{}about_to {}", way(*back), step.number),
            Event::Answered { number, back, http_status, .. } => {
                format!("{}answered {number} {}", way(*back), http_status.unwrap_or_default())
            }
            Event::Done { number, back, .. } => format!("{}done {number}", way(*back)),
            Event::Skipped { number, back, .. } => format!("{}skipped {number}", way(*back)),
            Event::Stopped { number, back, .. } => format!("{}stopped {number}", way(*back)),
            Event::Closed { .. } => "closed".to_owned(),
            Event::Key { what, .. } => format!("key {what}"),
        })
        .collect()
}

/// The numbers of a plan's steps of a risk.
pub fn of_risk(plan: &FixPlan, risk: Risk) -> Vec<u32> {
    plan.steps.iter().filter(|step| step.risk == risk).map(|step| step.number).collect()
}

/// Where a row of the clinic stands in a snapshot.
pub fn place(path: &str, short: &str) -> String {
    format!("us1/{}/{path}/{}", sid("AC0002"), sid(short))
}
