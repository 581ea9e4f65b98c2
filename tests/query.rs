//! Questions over the evidence: answered in three forms, and nothing but answered.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, Ended, Row};

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

/// The number in front of some words, and the one before that.
fn numbers_before(text: &str, words: &str) -> (usize, usize) {
    let words_of = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let text = words_of(text).join(" ");
    let (before, _) = text.split_once(words).unwrap_or_else(|| panic!("no `{words}` in {text}"));
    let mut numbers = words_of(before).into_iter().rev().filter_map(|word| word.parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

#[test]
fn it_counts_what_was_not_read_as_the_scan_does() {
    let scanned = Audit::new(&["scan", "--demo"]).run();
    let (all, read) = numbers_before(&scanned.stdout, " lists of active accounts were read");
    let suspended = scanned.json()["accounts"].as_array().unwrap().clone();
    let suspended = suspended.iter().find(|account| account["active"] == false).unwrap();
    let rows = scanned.rows("coverage.csv");
    let of_suspended = rows
        .iter()
        .filter(|row| suspended["account_sid"] == row["account_sid"].as_str())
        .filter(|row| !["complete", "absent"].contains(&row["status"].as_str()))
        .count();
    assert!(read < all && of_suspended > 0, "the demo has gaps, and an account that is suspended");
    let answer = ask(scanned, &["select count(*) from account"]);
    let warning = format!(
        "{} of {all} lists of active accounts, and {of_suspended} of accounts that are not active, were not read",
        all - read
    );
    assert!(answer.stderr.contains(&warning), "{warning}: {}", answer.stderr);
}

#[test]
fn a_table_that_is_not_there_is_met_with_those_that_are_near_it() {
    let scanned = Audit::new(&["scan", "--demo", "--quiet"]).run();
    let answer = ask(scanned, &["select * from phone_nubmers"]);
    assert_eq!(answer.code, 2);
    assert!(answer.stderr.contains("no such table: phone_nubmers"), "{}", answer.stderr);
    assert!(answer.stderr.contains("did you mean `phone_number`? "), "{}", answer.stderr);
    assert!(answer.stderr.contains("`twilio-audit query --tables` names all"), "{}", answer.stderr);
    // Whoever asks for them gets them all, on lines that a terminal holds.
    let answer = ask(answer, &["--tables"]);
    let wide: Vec<&str> = answer.stdout.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:?}");
    let names = answer.stdout.lines().filter(|line| !line.starts_with(' ')).count();
    let answer = ask(answer, &["--tables", "--format", "csv"]);
    let rows: Vec<Row> =
        csv::Reader::from_reader(answer.stdout.as_bytes()).deserialize().map(Result::unwrap).collect();
    assert_eq!(names, rows.len());
    assert!(rows.iter().any(|row| row["table"] == "webhook" && row["type"] == "view"));
}
