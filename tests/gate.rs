//! The go-live statement: what it says, on what it rests, and how the command ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/in_order.rs"]
mod in_order;
#[path = "support/made_up.rs"]
mod made_up;
#[path = "support/nights.rs"]
mod nights;

use std::collections::BTreeMap;

use audit::{Audit, Ended};
use nights::{Night, clinic, night};
use proptest::prelude::*;
use serde_json::{Value, json};
use twilio_audit::evidence::Store;
use twilio_audit::model::{
    Declaration, Finding, Findings as _, Outcome, PHI_REMAINS, PHI_SIGNS, Scan, Severity, Verdict,
};
use twilio_audit::report::{AsOf, GateFormat, Seal, gate, gate_schema};

fn ask(before: Ended, options: &[&str]) -> Ended {
    Audit::new(&["gate"]).args(options).inside(before).run()
}

fn statement(before: Ended) -> (Value, Ended) {
    let asked = ask(before, &["--format", "json"]);
    (serde_json::from_str(&asked.stdout).unwrap(), asked)
}

fn texts(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| one[field].as_str().unwrap().to_owned()).collect()
}

/// Millions of findings are not looked through for each account.
#[tokio::test(flavor = "multi_thread")]
async fn the_findings_of_an_account_are_found_in_the_order_of_all() {
    let ended = night(Night::Quiet, None, &[]).await;
    let store = Store::open(&ended.scan().join("evidence.db")).unwrap();
    let mut by_account: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut note = |finding: &Finding| {
        by_account.entry(finding.account_sid.clone()).or_default().push(finding.finding_id.clone());
        Ok(())
    };
    store.each(&mut note).unwrap();
    assert!(by_account.len() > 1, "{by_account:?}");
    by_account.insert("AC of nobody".to_owned(), Vec::new());
    for (account, expected) in by_account {
        let mut found = Vec::new();
        let mut note = |finding: &Finding| {
            found.push(finding.finding_id.clone());
            Ok(())
        };
        store.each_of(&account, &mut note).unwrap();
        assert_eq!(found, expected, "{account}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ready_not_ready_and_cannot_say_each_have_a_code_and_their_reasons() {
    let (ready, asked) = statement(night(Night::Quiet, None, &[]).await);
    assert_eq!((asked.code, ready["verdict"].as_str().unwrap()), (0, "ready"), "{ready:#}");
    let points = "2 PHI accounts, and every blocking check is met; and 3 open points below do not block";
    assert_eq!(ready["why"], points);
    for account in ready["accounts"].as_array().unwrap() {
        let open = account["open"].as_array().unwrap();
        assert!(!open.is_empty(), "{account:#}");
        for one in open {
            assert!(one["severity"] == "critical" || one["condition"] != "", "{one:#}");
        }
    }
    assert_eq!(ready["baa"]["counterparty"], "Twilio Inc.");
    assert_eq!(ready["scan"]["lists"].as_array().unwrap().len(), 4);
    // The date of our file is not that of Twilio's own list, of which no more is claimed than is known.
    let edition = ready["scan"]["lists"][0]["edition"].as_str().unwrap();
    assert!(edition.contains("2026-06-30 is known second-hand"), "{edition}");
    let relied_on = texts(&ready["relied_on"], "id");
    assert!(relied_on.contains(&"hipaa-flag".to_owned()) && relied_on.len() >= 8, "{relied_on:?}");
    assert!(ready["blind_spots"].as_array().unwrap().len() > 15);

    let (not_ready, asked) = statement(night(Night::Faulty, Some(asked), &[]).await);
    assert_eq!((asked.code, not_ready["verdict"].as_str().unwrap()), (1, "not_ready"));
    let blockers = &not_ready["accounts"][0]["blockers"];
    let place = texts(blockers, "check_id").iter().position(|id| id == "webhook-http").unwrap();
    let webhook = &blockers[place];
    assert_eq!((&webhook["outcome"], &webhook["findings"]), (&"fail".into(), &1.into()));
    assert!(webhook["what_to_do"].as_str().unwrap().contains("https"), "{webhook:#}");

    let (cannot_say, asked) = statement(night(Night::Blind, Some(asked), &[]).await);
    assert_eq!((asked.code, cannot_say["verdict"].as_str().unwrap()), (3, "cannot_say"));
    let second = cannot_say["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["account_sid"] == clinic(1))
        .unwrap();
    assert!(
        texts(&second["blockers"], "outcome").iter().all(|outcome| outcome == "not_assessed"),
        "{second:#}"
    );
    assert!(cannot_say["not_read"].to_string().contains("lists of"), "{cannot_say:#}");

    // What the scan itself wrote is the same, as of its own moment.
    let written: Value = serde_json::from_str(&asked.text("gate.json")).unwrap();
    assert_eq!(written["accounts"], cannot_say["accounts"]);
    assert_eq!(written["stated_at"], written["scan"]["started_at"]);
    // It counts no longer than a scan does, and says so itself.
    assert!(written["ends_first"].as_str().unwrap().contains("may be 7 days old"), "{written:#}");
    assert_eq!(written["holds_until"], cannot_say["holds_until"]);
    let validator = jsonschema::validator_for(&serde_json::from_str(&gate_schema()).unwrap()).unwrap();
    for statement in [&ready, &not_ready, &cannot_say, &written] {
        assert!(validator.is_valid(statement));
    }

    let asked = ask(asked, &[]);
    assert!(asked.stdout.starts_with("May PHI go live?  CANNOT SAY\n"), "{}", asked.stdout);
    assert!(asked.stdout.lines().all(|line| line.chars().count() <= 80), "{}", asked.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_too_old_is_ready_no_more() {
    let quiet = night(Night::Quiet, None, &[]).await;
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let asked = ask(quiet, &["--max-age", "1s"]);
    assert_eq!(asked.code, 3, "{}", asked.stdout);
    assert!(asked.stdout.contains("scan again"), "{}", asked.stdout);
    let asked = ask(asked, &["--max-age", "soon"]);
    assert_eq!(asked.code, 2);
    assert!(asked.stderr.contains("for example 90m"), "{}", asked.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_written_once_and_never_replaced() {
    use std::os::unix::fs::PermissionsExt as _;
    let asked = ask(night(Night::Faulty, None, &[]).await, &["--to", "statement", "--format", "none"]);
    assert_eq!((asked.code, asked.stdout.as_str()), (1, ""));
    let page = asked.folder.path().join("statement/gate.html");
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(
        html.contains("NOT READY")
            && html.contains("What to do:")
            && html.contains("second-hand")
            && !html.contains("<script")
    );
    assert_eq!(std::fs::metadata(&page).unwrap().permissions().mode() & 0o777, 0o600);
    let again = ask(asked, &["--to", "statement"]);
    assert_eq!(again.code, 2);
    assert!(again.stderr.contains("is there already"), "{}", again.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_estate_makes_nothing_ready() {
    let part = night(Night::Quiet, None, &["--check", "webhook-http"]).await;
    let folder = part.scan();
    let asked = ask(part, &[folder.to_str().unwrap()]);
    assert_eq!(asked.code, 3, "{}", asked.stdout);
    assert!(asked.stdout.contains("not every blocking check was run"), "{}", asked.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_a_scan_that_is_not_as_it_was_sealed_nobody_can_say() {
    let ready = night(Night::Quiet, None, &[]).await;
    let evidence = ready.scan().join("evidence.db");
    let tampered = rusqlite::Connection::open(&evidence).unwrap();
    tampered.execute("update finding set reason = 'nothing'", []).unwrap();
    drop(tampered);
    let asked = ask(ready, &[]);
    assert_eq!(asked.code, 3, "{}", asked.stdout);
    assert!(asked.stdout.contains("not as it was sealed"), "{}", asked.stdout);
    assert!(!asked.stdout.contains("  READY "), "{}", asked.stdout);
}

fn written(scan: &Scan, kept: &made_up::Kept, seal: Option<&Seal>, format: GateFormat) -> String {
    let as_of = AsOf { moment: scan.started_at, max_age: None, seal };
    let mut text = anstream::StripStream::new(Vec::new());
    gate(scan, kept, as_of, format, &mut text).unwrap();
    String::from_utf8(text.into_inner()).unwrap()
}

/// An account is READY whatever does not block, so the statement names what is critical and what is a condition.
#[test]
fn what_does_not_block_and_is_open_is_named() {
    let empty = made_up::Kept::default();
    let mut scan = made_up::scan(2, 6, "Clinic", &empty);
    scan.accounts[0].phi = false;
    scan.accounts[0].verdict = None;
    scan.accounts[1].verdict = Some(Verdict::Ready);
    scan.rules[1].condition = "Twilio requires it".to_owned();
    scan.rules[4].condition = "Twilio requires it of the whole tree".to_owned();
    scan.rules[4].speaks_for_the_tree = true;
    scan.rules[2].speaks_for_the_tree = true;
    let finding = |check: usize, account: usize, severity, outcome, waived| {
        let mut finding = made_up::finding(&scan, check, "Clinic");
        finding.account_sid = made_up::account_sid(account);
        finding.check_id = made_up::check_id(check);
        (finding.severity, finding.outcome, finding.waived) = (severity, outcome, waived);
        finding.blocks_go_live = false;
        finding
    };
    let findings = vec![
        // Its check blocks where it is graver.
        finding(0, 1, Severity::Medium, Outcome::Manual, false),
        finding(5, 1, Severity::Critical, Outcome::Manual, false),
        finding(1, 1, Severity::Medium, Outcome::NotAssessed, false),
        finding(2, 1, Severity::High, Outcome::Fail, false),
        finding(2, 0, Severity::High, Outcome::Fail, false),
        finding(3, 1, Severity::Critical, Outcome::Fail, true),
        finding(4, 0, Severity::Low, Outcome::Fail, false),
        Finding {
            resource_name: "another thing".to_owned(),
            ..finding(1, 1, Severity::Medium, Outcome::NotAssessed, false)
        },
    ];
    let kept = made_up::Kept { findings, readings: Vec::new() };
    let statement: Value = serde_json::from_str(&written(&scan, &kept, None, GateFormat::Json)).unwrap();
    let account = &statement["accounts"][0];
    let named = [4, 5, 0, 1].map(made_up::check_id);
    assert_eq!(texts(&account["open"], "check_id"), named);
    assert_eq!(account["open"][0]["of_parent"], true);
    assert_eq!(account["open"][3]["condition"], "Twilio requires it");
    let why = "1 PHI account, and every blocking check is met; and 4 open points below do not block";
    assert_eq!((&statement["verdict"], &statement["why"]), (&"ready".into(), &why.into()));
    assert_eq!(
        account["besides"],
        json!([["high", 2]]),
        "the others are counted, those of the parent for all too"
    );
    let page = written(&scan, &kept, None, GateFormat::Html);
    assert!(
        page.contains("(2 findings, <code>twa-0000000000000001</code>: Clinic thing 1, another thing)"),
        "{page}"
    );
    for format in [GateFormat::Html, GateFormat::Table] {
        let text = written(&scan, &kept, None, format);
        assert!(text.contains("Does not block, and is open"), "{text}");
        for id in &named {
            assert!(text.contains(id.as_str()), "{id}: {text}");
        }
        assert!(!text.contains(&made_up::check_id(2)) && !text.contains(&made_up::check_id(3)), "{text}");
    }
}

/// A reason that is true of one thing is not told of others, and what was not read is not told as a fault.
#[test]
fn what_is_true_of_one_finding_is_not_told_of_all() {
    let empty = made_up::Kept::default();
    let mut scan = made_up::scan(3, 1, "Clinic", &empty);
    scan.accounts[0].phi = false;
    scan.accounts[0].verdict = None;
    scan.accounts[1].verdict = Some(Verdict::NotReady);
    scan.accounts[2].verdict = Some(Verdict::NotReady);
    let finding = |account: usize, outcome, reason: &str| {
        let mut finding = made_up::finding(&scan, 0, "Clinic");
        finding.account_sid = made_up::account_sid(account);
        (finding.outcome, finding.blocks_go_live, finding.reason) = (outcome, true, reason.to_owned());
        finding.finding_id = format!("twa-000000000000000{account}");
        finding
    };
    let kept = |reasons: [&str; 2]| made_up::Kept {
        findings: vec![
            finding(1, Outcome::Fail, reasons[0]),
            finding(1, Outcome::Fail, reasons[1]),
            finding(2, Outcome::NotAssessed, "Nobody could look"),
        ],
        readings: Vec::new(),
    };
    let page = |kept| written(&scan, &kept, None, GateFormat::Html);
    assert!(page(kept(["One", "One"])).contains("One <span class=\"quiet\">(2 findings, "));
    let differ = page(kept(["One", "Another"]));
    assert!(differ.contains("<span class=\"quiet\">(one of 2 findings that are not all alike, "), "{differ}");
    assert!(differ.contains(": Not assessed: Nobody could look"), "{differ}");
    let table = written(&scan, &kept(["One", "Another"]), None, GateFormat::Table);
    assert!(table.contains("(one of 2 findings)"), "{table}");
    let json: Value =
        serde_json::from_str(&written(&scan, &kept(["One", "Another"]), None, GateFormat::Json)).unwrap();
    assert_eq!(json["accounts"][0]["blockers"][0]["alike"], false, "{json}");
}

#[test]
fn signs_of_phi_stand_beside_the_declaration_that_there_is_none() {
    let empty = made_up::Kept::default();
    let mut scan = made_up::scan(3, 3, "Clinic", &empty);
    for account in &mut scan.accounts[1..] {
        (account.phi, account.verdict) = (false, None);
    }
    let signs = |account: usize, outcome| {
        let mut finding = made_up::finding(&scan, account, "Clinic");
        finding.account_sid = made_up::account_sid(account);
        finding.check_id = PHI_SIGNS.to_owned();
        (finding.outcome, finding.blocks_go_live) = (outcome, false);
        finding
    };
    // Where nobody could look, nothing was seen.
    let findings = vec![signs(1, Outcome::Fail), signs(2, Outcome::NotAssessed)];
    let kept = made_up::Kept { findings, readings: Vec::new() };
    let statement: Value = serde_json::from_str(&written(&scan, &kept, None, GateFormat::Json)).unwrap();
    let doubted_by = texts(&statement["not_judged"], "doubted_by");
    assert_eq!(doubted_by, [kept.findings[0].finding_id.as_str(), ""]);
    for format in [GateFormat::Html, GateFormat::Table] {
        let text = written(&scan, &kept, None, format);
        assert_eq!(text.matches("signs of PHI stand against that").count(), 1, "{text}");
    }
}

/// Whoever reads the verdict on a terminal sees what was accepted for it, and not a number alone.
#[test]
fn what_was_accepted_is_named() {
    let empty = made_up::Kept::default();
    let mut scan = made_up::scan(1, 3, "Clinic", &empty);
    scan.waivers[0].resource = String::new();
    let mut finding = made_up::finding(&scan, 0, "Clinic");
    finding.check_id = scan.waivers[0].check_id.clone();
    (finding.outcome, finding.blocks_go_live, finding.waived) = (Outcome::Fail, true, true);
    let severity = finding.severity.as_str();
    let (check, account) = (&finding.check_id, &finding.account_sid);
    let accepted = format!("`{check}` in {account}, {severity}, 1 finding: Clinic");
    let title = format!("<strong>{}</strong>", finding.title);
    let kept = made_up::Kept { findings: vec![finding], readings: Vec::new() };
    let text = written(&scan, &kept, None, GateFormat::Table);
    let in_one_line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(in_one_line.contains("1 accepted"), "{text}");
    assert!(in_one_line.contains(&accepted), "{accepted}: {text}");
    let page = written(&scan, &kept, None, GateFormat::Html);
    assert!(page.contains(&title) && page.contains(&format!("{severity}, 1 finding")), "{page}");
}

/// What does not block and would be named does not vanish from the page where somebody accepts it; the rest is counted.
#[test]
fn what_would_be_named_and_was_accepted_is_named_too() {
    let empty = made_up::Kept::default();
    let mut scan = made_up::scan(1, 3, "Clinic", &empty);
    scan.waivers[0].resource = String::new();
    let mut finding = made_up::finding(&scan, 0, "Clinic");
    finding.check_id = scan.waivers[0].check_id.clone();
    (finding.outcome, finding.blocks_go_live, finding.waived) = (Outcome::Fail, false, true);
    for (severity, condition, named) in
        [(Severity::Low, "", 0), (Severity::Low, "Twilio requires it", 1), (Severity::Critical, "", 1)]
    {
        let rule = scan.rules.iter_mut().find(|rule| rule.id == finding.check_id).unwrap();
        (rule.condition, rule.blocks_go_live) = (condition.to_owned(), false);
        finding.severity = severity;
        let kept = made_up::Kept { findings: vec![finding.clone()], readings: Vec::new() };
        let statement: Value = serde_json::from_str(&written(&scan, &kept, None, GateFormat::Json)).unwrap();
        let accepted = statement["accepted"].as_array().unwrap().len();
        assert_eq!(
            (accepted, &statement["accepted_besides"]),
            (named, &Value::from(1 - named)),
            "{statement}"
        );
    }
}

/// Whatever else people declared stands on the page, for nobody saw it; so do accounts that may still hold data.
#[test]
fn what_is_declared_and_what_may_be_left_is_told() {
    let empty = made_up::Kept::default();
    let mut scan = made_up::scan(3, 1, "Clinic", &empty);
    scan.declarations = vec![Declaration {
        what: "the override of the product flex".to_owned(),
        says: "eligible: agreed in a letter".to_owned(),
        evidence_sha256: "9f86d081".repeat(8),
        expires_on: "2027-01-31".to_owned(),
    }];
    scan.accounts[1].verdict = None;
    scan.accounts[1].phi = false;
    let of = |check: &str, outcome| {
        let mut finding = made_up::finding(&scan, 1, "Clinic");
        finding.account_sid = made_up::account_sid(1);
        (finding.check_id, finding.finding_id) = (check.to_owned(), format!("twa-of-{check}"));
        (finding.outcome, finding.blocks_go_live) = (outcome, false);
        finding
    };
    let findings = vec![of(PHI_SIGNS, Outcome::NotAssessed), of(PHI_REMAINS, Outcome::Manual)];
    let kept = made_up::Kept { findings, readings: Vec::new() };
    let page = written(&scan, &kept, None, GateFormat::Html);
    for said in [
        "the override of the product flex: eligible: agreed in a letter, until 2027-01-31, SHA-256",
        &format!("signs could not be looked for: <code>twa-of-{PHI_SIGNS}"),
        &format!("may still hold data</strong>: <code>twa-of-{PHI_REMAINS}"),
    ] {
        assert!(page.contains(said), "{said}\n{page}");
    }
}

/// What somebody vouched for and what does not settle what it should is nothing to rely on; what settles another thing is.
#[test]
fn a_word_that_leaves_its_finding_open_is_not_relied_on() {
    let empty = made_up::Kept::default();
    let mut scan = made_up::scan(1, 1, "Clinic", &empty);
    let mut finding = made_up::finding(&scan, 0, "Clinic");
    let settlement = |field: &str| {
        serde_json::from_value(serde_json::json!({"attestation": "auth-token-rotated", "field": field}))
            .unwrap()
    };
    scan.rules[0].settled_by = vec![settlement("auth_token")];
    scan.attestations[0].id = "auth-token-rotated".to_owned();
    scan.attestations[0].account_sid = finding.account_sid.clone();
    scan.attestations[0].problem = String::new();
    scan.attestations[0].host = String::new();
    scan.attestations.truncate(1);
    finding.check_id = scan.rules[0].id.clone();
    (finding.resource_type, finding.field) = ("account".to_owned(), "auth_token".to_owned());
    (finding.outcome, finding.blocks_go_live, finding.waived) = (Outcome::Fail, false, false);
    let id = finding.finding_id.clone();
    let settled_by = scan.rules[0].settled_by.clone();
    scan.attestations[0].note_what_stands(&finding, &settled_by);
    let kept = made_up::Kept { findings: vec![finding], readings: Vec::new() };
    let statement: Value = serde_json::from_str(&written(&scan, &kept, None, GateFormat::Json)).unwrap();
    let why = statement["not_relied_on"][0]["why"].as_str().unwrap();
    assert!(why.contains(&id) && statement["relied_on"].as_array().unwrap().is_empty(), "{statement}");
    let text = written(&scan, &kept, None, GateFormat::Table);
    assert!(text.contains("not on  `auth-token-rotated`"), "{text}");

    scan.attestations[0].left_open_by = String::new();
    scan.attestations[0].note_what_stands(&kept.findings[0], &[settlement("another")]);
    let statement: Value = serde_json::from_str(&written(&scan, &kept, None, GateFormat::Json)).unwrap();
    assert_eq!(texts(&statement["relied_on"], "id"), ["auth-token-rotated"], "{statement}");
}

/// Beside the line for the signature stands what binds it to the scan, or where that is to be had.
#[test]
fn the_signature_is_bound_to_the_manifest() {
    let empty = made_up::Kept::default();
    let scan = made_up::scan(1, 1, "Clinic", &empty);
    let seal = Seal {
        manifest_sha256: "9f86d081".repeat(8),
        intact: true,
        signature: "none".to_owned(),
        problems: Vec::new(),
    };
    let beside = |page: &str| {
        let line = page.lines().find(|line| line.contains("SHA-256 of manifest.json of scan")).unwrap();
        line.to_owned()
    };
    let sealed = beside(&written(&scan, &empty, Some(&seal), GateFormat::Html));
    assert!(sealed.contains(&seal.manifest_sha256) && sealed.contains(scan.id.as_str()), "{sealed}");
    let unsealed = beside(&written(&scan, &empty, None, GateFormat::Html));
    assert!(unsealed.contains("class=\"blank\"") && unsealed.contains("twilio-audit verify"), "{unsealed}");
}

#[test]
fn names_from_strangers_are_text() {
    let empty = made_up::Kept::default();
    let name = "<script>alert(1)</script>\u{1b}[2J";
    let mut scan = made_up::scan(1, 1, name, &empty);
    scan.rules[0].condition = name.to_owned();
    let open = Finding { blocks_go_live: false, ..made_up::finding(&scan, 0, name) };
    let kept = made_up::Kept { findings: vec![open], readings: Vec::new() };
    let as_of = AsOf { moment: scan.started_at, max_age: None, seal: None };
    let mut html = Vec::new();
    gate(&scan, &kept, as_of, GateFormat::Html, &mut html).unwrap();
    let html = String::from_utf8(html).unwrap();
    assert!(!html.contains("<script") && html.contains("alert(1)") && !html.contains('\u{1b}'));
}

proptest! {
    /// Whatever the accounts are said to be, none is ready that a blocking finding stands against.
    #[test]
    fn nothing_is_ready_that_a_blocker_stands_against(
        found in prop::collection::vec((0usize..3, 0usize..3, 0usize..5, any::<bool>(), any::<bool>()), 0..8),
        said in prop::collection::vec(0usize..3, 3),
    ) {
        let empty = made_up::scan(3, 3, "Clinic", &made_up::Kept::default());
        let findings = found.iter().enumerate().map(|(place, (account, check, outcome, waived, blocks))| {
            let mut finding = made_up::finding(&empty, place, "Clinic");
            finding.account_sid = made_up::account_sid(*account);
            finding.check_id = made_up::check_id(*check);
            finding.outcome = Outcome::ALL[*outcome];
            (finding.waived, finding.blocks_go_live) = (*waived, *blocks);
            finding.severity = Severity::Critical;
            finding
        });
        let kept = made_up::Kept { findings: findings.collect(), readings: Vec::new() };
        let mut scan = made_up::scan(3, 3, "Clinic", &kept);
        for (account, said) in scan.accounts.iter_mut().zip(&said) {
            account.verdict = Some([Verdict::Ready, Verdict::NotReady, Verdict::CannotSay][*said]);
        }
        let as_of = AsOf { moment: scan.started_at, max_age: None, seal: None };
        let mut json = Vec::new();
        let verdict = gate(&scan, &kept, as_of, GateFormat::Json, &mut json).unwrap();
        let statement: Value = serde_json::from_slice(&json).unwrap();
        for account in statement["accounts"].as_array().unwrap() {
            let stands = kept.findings.iter().any(|finding| {
                finding.is_open_blocker() && account["account_sid"] == finding.account_sid.as_str()
            });
            prop_assert!(!(stands && account["verdict"] == "ready"), "{account:#}");
            prop_assert!(!(account["verdict"] != "ready" && verdict == Verdict::Ready));
        }
    }
}
