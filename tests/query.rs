//! Questions over the evidence: answered in three forms, and nothing but answered.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, Ended};

fn ask(scanned: Ended, arguments: &[&str]) -> Ended {
    Audit::new(&["query"]).args(arguments).inside(scanned).run()
}

#[test]
fn a_question_is_answered_as_a_table_as_csv_and_as_json() {
    let scanned = Audit::new(&["scan", "--demo", "--quiet"]).run();
    let question = "select name, phi from account where is_parent";
    let answer = ask(scanned, &[question]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    assert_eq!(answer.stdout.lines().count(), 3, "{}", answer.stdout);
    assert!(answer.stdout.contains("| Lakeside Clinic | 0   |"), "{}", answer.stdout);
    let answer = ask(answer, &[question, "--format", "csv"]);
    assert_eq!(answer.stdout, "name,phi\r\nLakeside Clinic,0\r\n");
    let answer = ask(answer, &[question, "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&answer.stdout).unwrap();
    assert_eq!(json, serde_json::json!([{"name": "Lakeside Clinic", "phi": 0}]));
    // What checks have, a question has: views and functions, as of the scan.
    let answer = ask(answer, &["select count(*) from webhook where url_scheme(url) = 'http'"]);
    assert_eq!(answer.code, 0, "{}", answer.stderr);
    let answer = ask(answer, &["--tables"]);
    assert!(answer.stdout.contains("phone_number") && answer.stdout.contains("webhook"), "{}", answer.stdout);
}

#[test]
fn a_question_changes_nothing_and_a_wrong_one_is_shown_where_it_is_wrong() {
    let mut answer = Audit::new(&["scan", "--demo", "--quiet"]).run();
    let before = std::fs::read(answer.scan().join("evidence.db")).unwrap();
    for (question, expected) in [
        ("delete from api_key", "may only read"),
        ("create temp table x (y)", "may only read"),
        ("attach 'x.db' as x", "may only read"),
        ("pragma writable_schema = 1", "may only read"),
        ("select load_extension('x')", "may not call `load_extension`"),
        ("select nme from account", "query:1:8"),
        ("select 1; select 2", "it is several"),
    ] {
        answer = ask(answer, &[question]);
        assert_eq!(answer.code, 2, "{question}: {}", answer.stdout);
        assert!(answer.stderr.contains(expected), "{question}: {}", answer.stderr);
    }
    assert_eq!(std::fs::read(answer.scan().join("evidence.db")).unwrap(), before);
    let answer = ask(answer, &["select 1", "--scan", "nowhere"]);
    assert_eq!((answer.code, answer.stderr.contains("there is no nowhere/evidence.db")), (2, true));
}
