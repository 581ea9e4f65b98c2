//! A spreadsheet of decisions, entered into a `reviews.toml`: the file that comes out is one, says what was decided, and
//! keeps what nobody decided.

use std::io::Cursor;
use std::sync::LazyLock;

use twilio_audit::intent::{Fixed, Intent, Waiver};
use twilio_audit::model::{Change, Finding, Outcome, Rule, Settlement, Severity};
use twilio_audit::review::{Decided, Judge, Ledger, Sheet, agreed};

const COLUMNS: &[&str] =
    &["finding_id", "outcome", "decision", "decision_reason", "decision_by", "decision_expires", "due_by"];
const NEEDED: &[&str] = &["finding_id", "decision"];
/// Stands between the ledger and the spreadsheet.
const BETWEEN: &[u8] = b"\n%%\n";

static RULES: LazyLock<[Rule; 2]> = LazyLock::new(|| {
    [("webhook-http", vec![]), ("att-console-sso-mfa", vec![settlement()])].map(|(id, settled_by)| Rule {
        id: id.into(),
        title: "Good".into(),
        family: "phi-handling".into(),
        severity: Severity::High,
        blocks_go_live: true,
        condition: String::new(),
        speaks_for_the_tree: false,
        waivable: true,
        addressable: false,
        risk: "Bad".into(),
        remediation: "Mend it".into(),
        citations: vec!["164.312(e)(1)".into()],
        sources: vec!["https://www.twilio.com/docs".into()],
        verified_on: "2026-11-23".into(),
        settled_by,
    })
});

fn settlement() -> Settlement {
    Settlement {
        attestation: "console-sso-mfa".into(),
        value: Some("on".into()),
        resource_type: "account".into(),
        field: String::new(),
        outcome: None,
    }
}

/// `twa-1` to `twa-8` in the spreadsheet: half of them faults, half what a person must look up.
fn finding(id: &str) -> Option<(Finding, &'static Rule)> {
    let number: usize = id.strip_prefix("twa-")?.parse().ok().filter(|number| (1..=8).contains(number))?;
    let rule = &RULES[number % 2];
    let finding = Finding {
        finding_id: format!("twa-{number:016x}"),
        change: Change::New,
        outcome: if number.is_multiple_of(2) { Outcome::Fail } else { Outcome::Manual },
        waived: false,
        severity: Severity::High,
        blocks_go_live: true,
        check_id: rule.id.clone(),
        title: rule.title.clone(),
        family: rule.family.clone(),
        account_sid: format!("AC{number:032x}"),
        account_name: "Clinic".into(),
        phi: true,
        environment: String::new(),
        product: "voice".into(),
        resource_type: "account".into(),
        resource_sid: format!("AC{number:032x}"),
        resource_name: String::new(),
        field: String::new(),
        reason: String::new(),
        evidence: vec![],
        remediation: rule.remediation.clone(),
        fix_command: String::new(),
        console_url: String::new(),
        citations: vec![],
        sources: vec![],
        first_seen: String::new(),
        last_seen: String::new(),
        owner: String::new(),
    };
    Some((finding, rule))
}

/// A `reviews.toml` and a spreadsheet.
pub fn run(data: &[u8]) {
    let at = data.windows(BETWEEN.len()).position(|window| window == BETWEEN);
    let (text, table) = at.map_or((&[][..], data), |at| (&data[..at], &data[at + BETWEEN.len()..]));
    let decided = decided(table);
    let Ok(text) = std::str::from_utf8(text) else { return };
    let ledger = match Ledger::open(at.map(|_| text), "reviews.toml") {
        Ok(ledger) => ledger,
        Err(error) => return drop(error.to_string()),
    };
    let Ok(decided) = agreed(decided) else { return };
    entered(ledger, &decided);
}

fn decided(table: &[u8]) -> Vec<Decided> {
    let today = "2026-11-28".parse().unwrap();
    let judge = Judge { today, scanned_on: today, order: None };
    let sheet = match Sheet::read(Cursor::new(table.to_vec()), COLUMNS, NEEDED) {
        Ok(sheet) => sheet,
        Err(error) => {
            error.to_string();
            return Vec::new();
        }
    };
    let rows = sheet.take(50).map_while(Result::ok);
    rows.filter_map(|row| {
        let (finding, rule) = finding(row.cell("finding_id"))?;
        match judge.decide(&row, &finding, rule) {
            Ok(decided) => decided,
            Err(refusals) => {
                assert!(!refusals.is_empty() && refusals.iter().all(|refusal| refusal.row == row.number));
                None
            }
        }
    })
    .collect()
}

fn entered(mut ledger: Ledger, decided: &[Decided]) {
    let before = ledger.reviews().clone();
    let changes = ledger.enter(decided);
    assert_eq!(changes.len(), decided.len());
    let text = ledger.text();
    let after =
        Intent::parse_reviews(&text, "reviews.toml").unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert_eq!(
        after.to_json().unwrap(),
        ledger.reviews().to_json().unwrap(),
        "what is written is not what it says\n{text}"
    );
    let is_decided = |finding: Option<&String>| decided.iter().any(|one| Some(&one.finding) == finding);
    let waivers: Vec<&Waiver> =
        before.waiver.iter().filter(|one| !is_decided(one.finding.as_ref())).collect();
    assert!(
        waivers.iter().all(|one| after.waiver.contains(one)),
        "a waiver went that nobody decided\n{text}"
    );
    let fixed: Vec<&Fixed> = before.fixed.iter().filter(|one| !is_decided(Some(&one.finding))).collect();
    assert!(fixed.iter().all(|one| after.fixed.contains(one)), "somebody's word went\n{text}");
    if decided.is_empty() {
        assert_eq!(before.to_json().unwrap(), after.to_json().unwrap());
    }
    let mut again = Ledger::open(Some(&text), "reviews.toml").unwrap();
    again.enter(decided);
    assert_eq!(again.text(), text, "the same decisions twice change the file");
}
