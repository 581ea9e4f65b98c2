//! Lists that may be very long: only their youngest part is asked for, a cap ends the reading, and what was
//! left unread is said.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, Ended, Row, credential, simulator_with};
use jiff::Timestamp;
use serde_json::{Value, json};
use twilio_audit::catalogue::kind;
use twilio_audit::simulator::Options;

/// Rows on a page: the simulator makes pages this small, whatever is asked for.
const PAGE: u32 = 2;

/// A list that may be long: its kind, the word it is asked for by, where the simulator keeps it, and a row that
/// is young enough to be in it.
fn lists() -> [(&'static str, &'static str, &'static str, Value); 6] {
    let young = || json!({"days_ago": 3});
    let room = |status: &str| json!({"days_ago": 3, "status": status});
    [
        ("monitor_event", "", "monitor/v1/Events", json!({"event_date": {"days_ago": 3}})),
        ("monitor_alert", "", "monitor/v1/Alerts", json!({"date_generated": {"days_ago": 3}})),
        ("video_room", "completed", "video/v1/Rooms", room("completed")),
        ("video_room", "in-progress", "video/v1/Rooms", room("in-progress")),
        ("video_recording", "", "video/v1/Recordings", young()),
        ("video_composition", "", "video/v1/Compositions", young()),
    ]
}

fn cap(name: &str) -> u32 {
    kind(name).unwrap().endpoint().unwrap().max_pages
}

/// An account whose long lists have so many rows more than the cap lets through, and one row that is too old.
fn estate(more: u32) -> Value {
    let mut resources = json!({});
    for (name, _, path, row) in lists() {
        let old = |field: &Value| if field.is_object() { json!({"days_ago": 45}) } else { json!(45) };
        let mut too_old = row.clone();
        for field in ["days_ago", "event_date", "date_generated"] {
            if let Some(date) = too_old.get_mut(field) {
                *date = old(date);
            }
        }
        let mut rows = vec![row; (PAGE * cap(name) + more) as usize];
        rows.push(too_old);
        rows.extend(resources[path].as_array().cloned().unwrap_or_default());
        resources[path] = json!(rows);
    }
    json!({"accounts": [{"sid": "AC0001", "name": "Busy", "days_ago": 500, "resources": resources}]})
}

/// Audits the estate, and returns what came of it and what was asked.
async fn scan(estate: &Value) -> (Ended, Vec<String>) {
    let options = Options { page_size_cap: Some(PAGE as usize), ..Options::default() };
    let simulator = simulator_with(estate, options).await;
    let ended = Audit::scan(&simulator).sign_in(&credential(estate, "AC0001")).run();
    let asked = simulator.requests().into_iter().map(|request| request.path).collect();
    (ended, asked)
}

fn coverage(ended: &Ended, kind: &str, word: &str) -> Row {
    let mut rows = ended.rows("coverage.csv");
    rows.retain(|row| row["resource_type"] == kind && row["parent_sid"] == word);
    assert_eq!(rows.len(), 1, "{kind} {word}: {rows:?}");
    rows.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_is_longer_than_its_cap_is_not_complete_and_says_what_was_read() {
    let (ended, _) = scan(&estate(1)).await;
    for (name, word, _, _) in lists() {
        let (coverage, cap) = (coverage(&ended, name, word), cap(name));
        assert_eq!(coverage["status"], "failed", "{coverage:?}");
        assert_eq!(coverage["reason"], format!("stopped after {cap} pages, as planned for this list"));
        let read = (coverage["rows"].parse::<u32>().unwrap(), coverage["pages"].parse::<u32>().unwrap());
        assert_eq!(read, (PAGE * cap, cap), "{coverage:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_just_fits_is_complete_and_every_page_is_asked_for_within_the_window() {
    let (ended, asked) = scan(&estate(0)).await;
    for (name, word, path, _) in lists() {
        let (coverage, cap) = (coverage(&ended, name, word), cap(name));
        assert_eq!((&*coverage["status"], &*coverage["reason"]), ("complete", ""), "{coverage:?}");
        let read = (coverage["rows"].parse::<u32>().unwrap(), coverage["pages"].parse::<u32>().unwrap());
        assert_eq!(read, (PAGE * cap, cap), "{coverage:?}");
        let since = kind(name).unwrap().endpoint().unwrap().since.unwrap();
        let window = format!("{}={}", since.parameter, &since.before(Timestamp::now())[..10]);
        let (host, path) = path.split_once('/').unwrap();
        let list = format!("/{host}.twilio.com/{path}?");
        // Whether there is anything older is a listing of its own, at the same address.
        let is_of_old = |one: &str| {
            ["EndDate=", "DateCreated%3C=", "DateCreatedBefore="].iter().any(|before| one.contains(before))
        };
        let pages: Vec<&String> = asked
            .iter()
            .filter(|one| one.starts_with(&list) && one.contains(word) && !is_of_old(one))
            .collect();
        assert_eq!(pages.len(), cap as usize, "{name}");
        assert!(pages.iter().all(|page| page.contains(&window)), "{window}: {pages:?}");
    }
}
