//! Three nights: all is well; a new critical fault; that one is mended, and a subaccount cannot be read any more. Then a
//! fourth, in which it can be read again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/in_order.rs"]
mod in_order;
#[path = "support/nights.rs"]
mod nights;

use audit::{Ended, Row};
use nights::{Night, clinic, night, number};

/// What became of the webhook of a clinic's number: change, outcome.
fn became(ended: &Ended, place: usize) -> Option<(String, String)> {
    let row = webhook(ended, place)?;
    Some((row["change"].clone(), row["outcome"].clone()))
}

fn webhook(ended: &Ended, place: usize) -> Option<Row> {
    let mut rows = ended.rows("findings.csv").into_iter();
    rows.find(|row| row["check_id"] == "webhook-http" && row["resource_sid"] == number(place))
}

fn said(change: &str, outcome: &str) -> Option<(String, String)> {
    Some((change.to_owned(), outcome.to_owned()))
}

fn verdicts(ended: &Ended) -> Vec<String> {
    let json = ended.json();
    let accounts = json["accounts"].as_array().unwrap().iter();
    accounts.filter_map(|account| Some(account["verdict"].as_str()?.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_night_says_what_became_of_the_one_before() {
    let all = &["--all-outcomes"];
    let first = night(Night::Quiet, None, &[]).await;
    let rows = first.rows("findings.csv");
    assert!(rows.iter().all(|row| row["change"] == "first_scan"));
    assert_eq!(verdicts(&first), ["ready", "ready"]);

    let second = night(Night::Faulty, Some(first), &[]).await;
    assert_eq!([became(&second, 0), became(&second, 1)], [said("new", "fail"), said("new", "fail")]);
    assert_eq!(verdicts(&second), ["not_ready", "not_ready"]);
    let seen = webhook(&second, 1).unwrap();

    let third = night(Night::Blind, Some(second), all).await;
    assert_eq!(became(&third, 0), said("fixed", "not_applicable"), "the number is gone");
    assert_eq!(became(&third, 1), said("lost_sight", "not_assessed"));
    // Whether the first clinic shares webhooks with one that cannot be seen, nobody can say either.
    assert_eq!(verdicts(&third), ["cannot_say", "cannot_say"]);
    let lost = webhook(&third, 1).unwrap();
    for same in ["finding_id", "first_seen", "last_seen"] {
        assert_eq!(lost[same], seen[same], "{same}");
    }
    assert!(lost["reason"].contains("Lost sight of"), "{}", lost["reason"]);
    // Only the audit itself is known not to sign in there any more.
    let rows = third.rows("findings.csv").into_iter().filter(|row| row["account_sid"] == clinic(1));
    let fixed: Vec<String> =
        rows.filter(|row| row["change"] == "fixed").map(|row| row["check_id"].clone()).collect();
    assert_eq!(fixed, ["audit-credential-overprivileged"]);

    let fourth = night(Night::Blind, Some(third), all).await;
    assert_eq!(became(&fourth, 0), None, "told once");
    assert_eq!(became(&fourth, 1), said("open", "not_assessed"), "still out of sight");
    assert_eq!(webhook(&fourth, 1).unwrap()["reason"], lost["reason"]);

    let fifth = night(Night::Quiet, Some(fourth), all).await;
    assert_eq!(became(&fifth, 1), said("fixed", "not_applicable"), "seen to be gone");
    let trend = &fifth.json()["trend"];
    let counts = |field: &str| -> Vec<u64> {
        trend.as_array().unwrap().iter().map(|point| point[field].as_u64().unwrap()).collect()
    };
    let faults: Vec<bool> = counts("critical").iter().map(|faults| *faults > 0).collect();
    assert_eq!(faults, [false, true, false, false, false], "{trend}");
    assert_eq!(counts("ready"), [2, 0, 0, 0, 2], "{trend}");
    assert_eq!(counts("not_ready"), [0, 2, 0, 0, 0], "{trend}");
    assert_eq!(counts("cannot_say"), [0, 0, 2, 2, 0], "{trend}");
    assert!(counts("lost_sight")[2] > 1 && counts("lost_sight")[3] == 0, "{trend}");
}
