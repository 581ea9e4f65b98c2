//! Scans around midnight, on a leap day, and after a clock was set back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, Ended};

/// The demonstration as of a moment, in the folder of the one before.
fn scan(moment: &str, before: Option<Ended>) -> Ended {
    let audit = Audit::new(&["scan", "--demo", "--format", "none"]).env("TWILIO_AUDIT_DEMO_TIME", moment);
    match before {
        None => audit.run(),
        Some(before) => audit.inside(before).run(),
    }
}

fn ids(ended: &Ended) -> Vec<String> {
    let trend = ended.json()["trend"].clone();
    trend.as_array().unwrap().iter().map(|point| point["scan_id"].as_str().unwrap().to_owned()).collect()
}

/// How many findings are new, by the scan itself.
fn new(ended: &Ended) -> u64 {
    ended.json()["changes"]["new"].as_u64().unwrap()
}

#[test]
fn a_second_before_midnight_and_a_leap_day_are_days_like_others() {
    let first = scan("2028-02-28T23:59:59Z", None);
    assert_eq!(first.code, 3, "{}", first.stderr);
    let known = first.rows("findings.csv").len();
    let second = scan("2028-02-29T00:00:00Z", Some(first));
    let third = scan("2028-03-01T00:00:00Z", Some(second));
    assert_eq!(ids(&third), ["20280228T235959Z", "20280229T000000Z", "20280301T000000Z"]);
    assert_eq!(third.audits(), ["20280228T235959Z", "20280229T000000Z", "20280301T000000Z", "latest"]);
    // Events are told day by day, and the demonstration's happen anew each day.
    let mut rows = third.rows("findings.csv");
    assert_eq!(rows.len(), known);
    let events = rows.iter().filter(|row| row["resource_type"] == "monitor_event").count();
    assert!(
        new(&third) <= u64::try_from(events).unwrap(),
        "a day that is 24 hours long changes nothing else"
    );
    assert_eq!(third.json()["changes"]["fixed"], 0, "what is over was mended by nobody");
    rows.retain(|row| row["resource_type"] != "monitor_event");
    assert!(
        rows.iter().all(|row| row["first_seen"] == "2028-02-28T23:59:59Z"),
        "known since the first of them"
    );
    assert!(rows.iter().all(|row| row["last_seen"] == "2028-03-01T00:00:00Z"));
}

#[test]
fn a_clock_that_is_set_back_loses_nothing() {
    let first = scan("2027-10-31T02:30:00Z", None);
    let second = scan("2027-10-31T01:30:00Z", Some(first));
    // In the order in which they were made, whatever the clock said.
    assert_eq!(ids(&second), ["20271031T023000Z", "20271031T013000Z"]);
    assert!(second.scan().ends_with("20271031T013000Z"), "it is the newest one");
    let rows = second.rows("findings.csv");
    assert!(rows.iter().all(|row| row["change"] == "open"), "{:?}", rows.first());
    assert!(rows.iter().all(|row| row["first_seen"] <= row["last_seen"]));
    let third = scan("2027-10-31T03:30:00Z", Some(second));
    assert_eq!(ids(&third).len(), 3);
    assert_eq!(new(&third), 0);

    // None of these can have happened yet: nobody goes live by them.
    let gate = Audit::new(&["gate"]).inside(third).run();
    assert!(gate.stdout.contains("NOT READY") && gate.code == 1, "a fault is a fault: {}", gate.stdout);
    // The same second twice is refused, and leaves what is there.
    let again = scan("2027-10-31T03:30:00Z", Some(gate));
    assert_eq!(again.code, 5, "{}", again.stderr);
    assert!(again.stderr.contains("same second"), "{}", again.stderr);
    assert_eq!(again.audits().len(), 4);
}
