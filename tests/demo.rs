//! The demo clinic: every planted fault is found, no innocent look-alike is accused, and nothing else comes up.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/concerns.rs"]
mod concerns;

use std::collections::BTreeSet;

use audit::{Audit, Row};
use concerns::concerns;
use twilio_audit::audit::built_in;
use twilio_audit::model::Severity;
use twilio_audit::simulator::demo::{self, Planted};

fn scan() -> Vec<Row> {
    let ended = Audit::new(&["scan", "--demo", "--all-outcomes"])
        .env("TWILIO_AUDIT_DEMO_TIME", "2026-11-23T04:15:00Z")
        .run();
    ended.rows("findings.csv")
}

/// The planted lines; each names a check that exists.
fn planted() -> Vec<Planted> {
    let checks: BTreeSet<String> = built_in().unwrap().into_iter().map(|check| check.id).collect();
    let planted = demo::planted();
    let unknown: Vec<&Planted> = planted.iter().filter(|planted| !checks.contains(&planted.check)).collect();
    assert!(unknown.is_empty(), "no such check: {unknown:?}");
    planted
}

#[test]
fn every_planted_fault_is_found() {
    let rows = scan();
    let severity_of = |check: &str| built_in().unwrap().into_iter().find(|c| c.id == check).unwrap().severity;
    let mut missed = Vec::new();
    let faults: Vec<Planted> = planted().into_iter().filter(|planted| planted.expect != "pass").collect();
    for planted in &faults {
        let wanted = if planted.expect == "manual" { "manual" } else { "fail" };
        let found = rows.iter().find(|row| row["outcome"] == wanted && concerns(planted, row));
        match found {
            None => {
                let instead: Vec<_> =
                    rows.iter().filter(|row| concerns(planted, row)).map(|row| &row["outcome"]).collect();
                missed.push(format!("{planted:?} is {instead:?}"));
            }
            Some(row) if planted.expect == "lower" => {
                let severity = Severity::from_word(&row["severity"]).unwrap();
                if severity <= severity_of(&planted.check) {
                    missed.push(format!("{planted:?} is judged {severity}"));
                }
            }
            Some(_) => {}
        }
    }
    assert!(missed.is_empty(), "{} of {} missed:\n{}", missed.len(), faults.len(), missed.join("\n"));
    assert!(faults.len() >= 40, "only {} faults are planted", faults.len());
}

#[test]
fn no_innocent_is_accused() {
    let rows = scan();
    let innocents: Vec<Planted> = planted().into_iter().filter(|planted| planted.expect == "pass").collect();
    let accused: Vec<String> = innocents
        .iter()
        .filter(|planted| rows.iter().any(|row| row["outcome"] == "fail" && concerns(planted, row)))
        .map(|planted| format!("{planted:?}"))
        .collect();
    assert!(accused.is_empty(), "{} accused:\n{}", accused.len(), accused.join("\n"));
    assert!(innocents.len() >= 40, "only {} innocents are planted", innocents.len());
}

#[test]
fn nothing_comes_up_that_nobody_planted() {
    let planted = planted();
    let surprises: Vec<String> = scan()
        .into_iter()
        .filter(|row| {
            row["outcome"] == "fail" && !planted.iter().any(|p| p.expect != "pass" && concerns(p, row))
        })
        .map(|row| {
            format!(
                "{} {} {} {} {}: {}",
                row["check_id"],
                row["account_name"],
                row["resource_sid"],
                row["resource_name"],
                row["field"],
                row["reason"]
            )
        })
        .collect();
    assert!(surprises.is_empty(), "{} surprises:\n{}", surprises.len(), surprises.join("\n"));
}

/// The command lines between backticks, as they stand once lines are joined again.
fn commands_named(text: &str) -> BTreeSet<String> {
    let joined = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("\\`", "`");
    let named = joined.split("`twilio-audit ").skip(1);
    named.filter_map(|rest| Some(rest.split_once('`')?.0.to_owned())).collect()
}

#[test]
fn every_command_that_the_demo_names_works_as_it_is_written() {
    let after = |before, line: &[&str]| Audit::new(line).inside(before).run();
    let scanned = Audit::new(&["scan", "--demo"]).run();
    let mut named = commands_named(&scanned.stdout);
    for file in ["report.md", "report.html", "gate.html", "findings.json"] {
        named.extend(commands_named(&scanned.text(file)));
    }
    let first = scanned.rows("findings.csv").remove(0).remove("finding_id").unwrap();
    let mut ended = scanned;
    let lines = [
        &["gate"][..],
        &["doctor", "--demo"],
        &["init", "--demo"],
        &["fix", "plan"],
        &["scan", "--demo", "--check", "webhook-http"],
        &["scan", "--demo", "--output", "elsewhere"],
    ];
    for line in lines {
        ended = after(ended, line);
        assert!([0, 1, 3].contains(&ended.code), "{line:?}: {}", ended.stderr);
        named.extend(commands_named(&ended.stdout));
    }
    named.extend(commands_named(&std::fs::read_to_string(ended.folder.path().join("audit.toml")).unwrap()));
    for wanted in ["doctor --demo", "scan --demo", "verify"] {
        assert!(named.contains(wanted), "{wanted} of {named:?}");
    }
    assert!(named.iter().filter(|line| line.starts_with("show ") && line.contains(" --scan ")).count() == 2);
    // What one does with a plan of a real account is told as such.
    named.remove("fix apply");
    for line in named {
        let words: Vec<&str> = line.split(' ').map(|word| if word == "ID" { &first } else { word }).collect();
        ended = after(ended, &words);
        assert!([0, 1, 3].contains(&ended.code), "{line}: {}", ended.stderr);
    }
}

/// Whoever tries an `audit.toml` of their own on the demo must not believe that it was read.
#[test]
fn the_demo_says_what_it_does_not_read() {
    let ended = Audit::new(&["scan", "--demo", "--config", "mine.toml", "--credentials", "own.toml"]).run();
    for unread in ["--config mine.toml is not read", "--credentials own.toml is not read"] {
        assert!(ended.stderr.contains(unread), "{unread}: {}", ended.stderr);
    }
}
