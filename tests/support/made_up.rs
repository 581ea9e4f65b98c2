//! A finished scan that nobody ran: findings and readings as many, and as strange, as a test wants.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::collections::BTreeMap;
use std::io;

use twilio_audit::model::{
    Accepted, Attested, Change, Changes, Coverage, CoverageStatus, Finding, Findings, Matrix, Outcome,
    Readings, Region, Rule, Scan, ScanId, ScannedAccount, Severity, Tally, Verdict,
};

/// What a scan keeps, in memory.
#[derive(Default)]
pub struct Kept {
    pub findings: Vec<Finding>,
    pub readings: Vec<Coverage>,
}

impl Findings for Kept {
    fn each(&self, act: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        self.findings.iter().try_for_each(act)
    }
}

impl Readings for Kept {
    fn each_reading(&self, act: &mut dyn FnMut(&Coverage) -> io::Result<()>) -> io::Result<()> {
        self.readings.iter().try_for_each(act)
    }
}

/// The SID of an account.
pub fn account_sid(number: usize) -> String {
    format!("AC{number:032x}")
}

/// A scan of as many PHI accounts and checks, which knows of these findings. `name` is part of every text in it.
pub fn scan(accounts: usize, checks: usize, name: &str, kept: &Kept) -> Scan {
    let started_at = "2026-11-23T04:15:00Z".parse().unwrap();
    let accounts: Vec<ScannedAccount> = (0..accounts).map(|number| account(number, name)).collect();
    let product_of = BTreeMap::from([("api_key".to_owned(), "account".to_owned())]);
    let mut tally = Tally::default();
    for finding in &kept.findings {
        tally.add((finding.outcome, finding.severity, finding.waived));
    }
    Scan {
        id: ScanId::starting_at(started_at),
        started_at,
        tool_version: "0.0.0".to_owned(),
        catalogue_version: "2026-11-23".to_owned(),
        intent_declared: true,
        derived_tokens: false,
        matrix: Matrix::of(&accounts, &product_of, &BTreeMap::new(), kept).unwrap(),
        readings: kept.readings.len(),
        accounts,
        tree_is_known: true,
        tally,
        notices: vec![format!("A notice about {name}.")],
        product_of,
        unusable_credentials: vec![format!("The credential of {name} could not be used.")],
        region: Region::Us1,
        needed_by: BTreeMap::new(),
        rules: (0..checks).map(|number| rule(number, name)).collect(),
        attestations: vec![attested(name)],
        waivers: vec![accepted(name)],
        baa: None,
        declarations: Vec::new(),
        lists: Vec::new(),
        compared_with: None,
        changes: Changes::default(),
        trend: Vec::new(),
    }
}

fn account(number: usize, name: &str) -> ScannedAccount {
    ScannedAccount {
        account_sid: account_sid(number),
        account_name: format!("{name} {number}"),
        phi: true,
        declared: true,
        environment: "production".to_owned(),
        status: "active".to_owned(),
        active: true,
        is_parent: number == 0,
        verdict: Some(Verdict::NotReady),
        blockers_failed: 1,
        blockers_undecided: 0,
        blockers_accepted: 0,
    }
}

fn rule(number: usize, name: &str) -> Rule {
    Rule {
        id: check_id(number),
        title: format!("Rule {number} about {name} is kept"),
        family: "phi-handling".to_owned(),
        severity: Severity::High,
        blocks_go_live: number == 0,
        condition: String::new(),
        speaks_for_the_tree: false,
        waivable: true,
        addressable: false,
        risk: "Somebody reads what nobody may read. ".repeat(8),
        remediation: "Change the setting in the Console, and look again. ".repeat(8),
        citations: vec!["164.312(a)(1)".to_owned()],
        sources: vec!["https://www.twilio.com/docs/iam".to_owned()],
        verified_on: "2026-11-23".to_owned(),
        settled_by: Vec::new(),
    }
}

/// The name of a check, in the order of the numbers.
pub fn check_id(number: usize) -> String {
    format!("made-up-check-{number:03}")
}

/// A finding of `scan`: the first ones are the worst. Its reason, name and evidence are its own.
pub fn finding(scan: &Scan, number: usize, name: &str) -> Finding {
    let rule = &scan.rules[number * 7 % scan.rules.len()];
    let account = &scan.accounts[number * 13 % scan.accounts.len()];
    Finding {
        finding_id: format!("twa-{number:016x}"),
        change: Change::New,
        outcome: [Outcome::Fail, Outcome::Manual, Outcome::NotAssessed][number % 3],
        waived: false,
        severity: Severity::ALL[(number / 3000).min(3)],
        blocks_go_live: number < 100,
        check_id: rule.id.clone(),
        title: rule.title.clone(),
        family: rule.family.clone(),
        account_sid: account.account_sid.clone(),
        account_name: account.account_name.clone(),
        phi: account.phi,
        environment: account.environment.clone(),
        product: "account".to_owned(),
        resource_type: "api_key".to_owned(),
        resource_sid: format!("SK{number:032x}"),
        resource_name: format!("{name} thing {number}"),
        field: "policy".to_owned(),
        reason: format!("{name}: the key of {number} things reaches what it should not reach"),
        evidence: vec![
            ("Created".to_owned(), format!("2025-{:02}-{:02}", number % 12 + 1, number % 28 + 1)),
            ("URL".to_owned(), format!("https://hooks.clinic.example/{name}/{number}")),
        ],
        remediation: rule.remediation.clone(),
        fix_command: format!("DELETE https://iam.twilio.com/v1/Keys/SK{number:032x}"),
        console_url: "https://console.twilio.com/".to_owned(),
        citations: rule.citations.clone(),
        sources: rule.sources.clone(),
        first_seen: "2026-11-23T04:15:00Z".to_owned(),
        last_seen: "2026-11-23T04:15:00Z".to_owned(),
        owner: format!("owner-of-{name}@clinic.example"),
    }
}

/// A list that could not be read.
pub fn unread(account: usize, reason: &str) -> Coverage {
    let sid = account_sid(account).parse().unwrap();
    let mut reading =
        Coverage::new(sid, "api_key", CoverageStatus::Failed, "2026-11-23T04:15:00Z".to_owned());
    reading.reason = reason.to_owned();
    reading
}

fn attested(name: &str) -> Attested {
    Attested {
        id: "console-sso-mfa".to_owned(),
        account_sid: account_sid(0),
        host: name.to_owned(),
        value: name.to_owned(),
        by: name.to_owned(),
        on: "2026-10-01".to_owned(),
        counts_until: "2027-03-30".to_owned(),
        evidence: name.to_owned(),
        evidence_sha256: "0".repeat(64),
        problem: String::new(),
        doubted_by: String::new(),
        left_open_by: String::new(),
    }
}

fn accepted(name: &str) -> Accepted {
    Accepted {
        finding_id: String::new(),
        as_seen: String::new(),
        decision: "accept".to_owned(),
        check_id: check_id(1),
        account_sid: account_sid(0),
        resource: name.to_owned(),
        reason: name.to_owned(),
        equivalent_measure: name.to_owned(),
        approved_by: name.to_owned(),
        decided_on: "2026-11-23".to_owned(),
        expires_on: "2026-12-31".to_owned(),
        is_over: false,
    }
}
