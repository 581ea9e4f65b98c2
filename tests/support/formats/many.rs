//! A scan of as many findings as you like, made while they are read.

use std::io;

use serde_json::json;
use twilio_audit::model::{Change, Coverage, Finding, Findings, Outcome, Readings, Scan, Severity, Tally};

/// So many findings to act on, then so many that could not be assessed, then so many passes.
#[derive(Clone, Copy)]
pub(crate) struct Many {
    pub fail: usize,
    pub not_assessed: usize,
    pub pass: usize,
}

impl Many {
    /// The scan that they are of.
    pub(crate) fn scan(self) -> Scan {
        let mut scan: Scan = serde_json::from_value(json!({
            "id": "20261123T041500Z", "started_at": "2026-11-23T04:15:00Z", "tool_version": "0.1.0",
            "catalogue_version": "2026-11-23", "intent_declared": true, "derived_tokens": false, "accounts": [],
            "tree_is_known": true, "notices": [], "product_of": {}, "unusable_credentials": [], "region": "us1",
            "baa": null, "lists": [], "ends": [], "changes": {"new": 0, "open": 0, "fixed": 0, "lost_sight": 0, "new_faults": []}, "needed_by": {}, "attestations": [], "waivers": [],
            "rules": [{
                "id": "webhook-http", "title": "Webhooks use HTTPS", "family": "phi-handling", "severity": "high",
                "blocks_go_live": true, "speaks_for_the_tree": false, "waivable": true, "addressable": false,
                "settled_by": [], "risk": "It can be read",
                "remediation": "Use https", "citations": ["164.312(e)(1)"],
                "sources": ["https://www.twilio.com/docs/usage/security"], "verified_on": "2026-11-23",
            }],
        }))
        .unwrap();
        scan.tally = self.tally();
        scan
    }

    fn tally(self) -> Tally {
        let mut tally = Tally::default();
        tally.add_many((Outcome::Fail, Severity::High, false), self.fail);
        tally.add_many((Outcome::NotAssessed, Severity::High, false), self.not_assessed);
        tally.add_many((Outcome::Pass, Severity::High, false), self.pass);
        tally
    }
}

impl Findings for Many {
    fn each(&self, act: &mut dyn FnMut(&Finding) -> io::Result<()>) -> io::Result<()> {
        let outcomes = [Outcome::Fail, Outcome::NotAssessed, Outcome::Pass];
        let counts = [self.fail, self.not_assessed, self.pass];
        let outcomes =
            outcomes.into_iter().zip(counts).flat_map(|(one, count)| std::iter::repeat_n(one, count));
        for (place, outcome) in outcomes.enumerate() {
            act(&finding(place, outcome))?;
        }
        Ok(())
    }
}

impl Readings for Many {
    fn each_reading(&self, _: &mut dyn FnMut(&Coverage) -> io::Result<()>) -> io::Result<()> {
        Ok(())
    }
}

fn finding(place: usize, outcome: Outcome) -> Finding {
    let moment = || "2026-11-23T04:15:00Z".to_owned();
    // Names and numbers of no pattern: what repeats itself would be packed away.
    let scattered = (place as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    Finding {
        finding_id: format!("twa-{scattered:016x}"),
        change: Change::FirstScan,
        outcome,
        waived: false,
        severity: Severity::High,
        blocks_go_live: true,
        check_id: "webhook-http".to_owned(),
        title: "Webhooks use HTTPS".to_owned(),
        family: "phi-handling".to_owned(),
        account_sid: format!("AC{:032x}", place / 100),
        account_name: format!("Account {}", place / 100),
        phi: true,
        environment: "production".to_owned(),
        product: "phone_numbers".to_owned(),
        resource_type: "phone_number".to_owned(),
        resource_sid: format!("PN{scattered:016x}{:016x}", scattered.rotate_left(17) ^ 0x5bd1),
        resource_name: format!("Line {scattered}"),
        field: "voice_url".to_owned(),
        reason: "Data is sent in clear text: the scheme is http".to_owned(),
        evidence: vec![("URL".to_owned(), format!("http://hooks-{scattered:x}.clinic.example/voice"))],
        remediation: "Use https".to_owned(),
        fix_command: String::new(),
        console_url: String::new(),
        citations: vec!["164.312(e)(1)".to_owned()],
        sources: vec!["https://www.twilio.com/docs/usage/security".to_owned()],
        first_seen: moment(),
        last_seen: moment(),
        owner: String::new(),
    }
}
