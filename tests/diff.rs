//! What changed between two nights, in every form, and the trend over all of them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/in_order.rs"]
mod in_order;
#[path = "support/nights.rs"]
mod nights;

use audit::{Audit, Ended, Row};
use nights::{Night, clinic, night, number};
use serde_json::Value;

fn run(command: &str, before: Ended, options: &[&str]) -> Ended {
    Audit::new(&[command]).args(options).inside(before).run()
}

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.stdout).unwrap()
}

/// What the webhook of a clinic's number became.
fn became(diff: &Value, place: usize) -> Option<String> {
    let findings = diff["findings"].as_array().unwrap().iter();
    let mut of_webhook = findings.filter(|change| {
        change["finding"]["check_id"] == "webhook-http" && change["finding"]["resource_sid"] == number(place)
    });
    Some(of_webhook.next()?["became"].as_str().unwrap().to_owned())
}

/// What the resources became: kind, SID, column.
fn resources(diff: &Value) -> Vec<(String, String, String)> {
    let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    let resources = diff["resources"].as_array().unwrap().iter();
    resources
        .map(|one| (text(one, "resource_type"), text(one, "resource_sid"), text(one, "column")))
        .collect()
}

/// A part and a whole have no more in common than the part: whoever compares them is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_part_beside_a_whole_is_told() {
    let whole = night(Night::Quiet, None, &[]).await;
    let older = whole.scan();
    let part = night(Night::Quiet, Some(whole), &["--check", "webhook-http"]).await;
    // It is beside the others, and not the latest of them.
    let beside = std::fs::read_dir(older.parent().unwrap()).unwrap();
    let scans = beside.map(|entry| entry.unwrap().path()).filter(|path| path.join("manifest.json").is_file());
    let newer = scans.filter(|path| !path.ends_with("latest")).max().unwrap();
    let paths = [older.to_str().unwrap(), newer.to_str().unwrap()];
    let alone = run("diff", part, &["--scan", paths[1]]);
    assert_eq!(alone.code, 2);
    assert!(alone.stderr.contains("is of a part, and is compared with none by itself"), "{}", alone.stderr);
    let both = run("diff", alone, &paths);
    assert!(both.stderr.contains("are not of the same part of the estate"), "{}", both.stderr);
    assert!(!both.stderr.contains("is older than"), "{}", both.stderr);
    let backwards = run("diff", both, &[paths[1], paths[0]]);
    assert!(backwards.stderr.contains("is older than"), "{}", backwards.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn new_fixed_and_lost_sight_of() {
    let first = night(Night::Quiet, None, &[]).await;
    let (older, none) = (first.scan(), run("diff", first, &[]));
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("that one was compared with none"), "{}", none.stderr);

    let second = night(Night::Faulty, Some(none), &[]).await;
    let asked = run("diff", second, &["--format", "json"]);
    let diff = json(&asked);
    assert_eq!(asked.code, 1, "something is new");
    assert_eq!([became(&diff, 0), became(&diff, 1)], [Some("new".to_owned()), Some("new".to_owned())]);
    let came = resources(&diff);
    assert!(came.contains(&("phone_number".to_owned(), number(0), String::new())), "{came:?}");
    let verdicts: Vec<&Value> =
        diff["accounts"].as_array().unwrap().iter().filter(|one| one["what"] == "verdict").collect();
    assert_eq!((&verdicts[0]["before"], &verdicts[0]["after"]), (&"READY".into(), &"NOT READY".into()));

    // The second clinic is lost sight of: neither its fault nor its number counts as gone.
    let third = night(Night::Blind, Some(asked), &[]).await;
    let newer = third.scan();
    let asked = run("diff", third, &["--format", "json"]);
    let diff = json(&asked);
    assert_eq!(
        [became(&diff, 0), became(&diff, 1)],
        [Some("fixed".to_owned()), Some("lost_sight".to_owned())]
    );
    let went = resources(&diff);
    assert!(went.contains(&("phone_number".to_owned(), number(0), String::new())), "{went:?}");
    assert!(went.iter().all(|(_, sid, _)| *sid != number(1)), "{went:?}");
    assert!(diff["not_comparable"].as_u64().unwrap() > 0, "{diff:#}");

    // Two nights apart: what came and went in between leaves no trace, what was never seen again is no news of today.
    let asked = run("diff", asked, &[older.to_str().unwrap(), newer.to_str().unwrap(), "--format", "json"]);
    let diff = json(&asked);
    assert_eq!([became(&diff, 0), became(&diff, 1)], [None, Some("lost_sight".to_owned())]);
    // The other way round nothing new is found, and nothing was fixed that could not be seen.
    let asked = run("diff", asked, &[newer.to_str().unwrap(), older.to_str().unwrap(), "--format", "json"]);
    assert_eq!(
        became(&json(&asked), 1),
        Some("fixed".to_owned()),
        "the older one saw that there is no such number"
    );

    let table = run("diff", asked, &[]);
    assert!(table.stdout.contains("Lost sight of") && table.stdout.contains("Fixed"), "{}", table.stdout);
    assert!(table.stdout.lines().all(|line| line.chars().count() <= 80), "{}", table.stdout);
    let markdown = run("diff", table, &["--format", "markdown"]);
    assert!(markdown.stdout.contains("### Lost sight of ("), "{}", markdown.stdout);
    let csv = run("diff", markdown, &["--format", "csv"]);
    let rows: Vec<Row> =
        csv::Reader::from_reader(csv.stdout.as_bytes()).deserialize().map(Result::unwrap).collect();
    assert!(rows.iter().any(|row| row["about"] == "resource" && row["change"] == "vanished"));
    assert!(rows.iter().any(|row| row["about"] == "account" && row["account_sid"] == clinic(1)));

    let history = run("history", csv, &[]);
    assert!(history.stdout.starts_with("3 scans from "), "{}", history.stdout);
    assert!(history.stdout.contains("critical           0  ▁█▁"), "{}", history.stdout);
    assert!(history.stdout.lines().all(|line| line.chars().count() <= 80), "{}", history.stdout);
    let page = run("history", history, &["--format", "html"]);
    assert_eq!(page.stdout.matches("<polyline").count(), 12, "six lines and their keys");
    let points = json(&run("history", page, &["--format", "json"]));
    assert_eq!(points.as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_changed_is_told_with_both_values() {
    use serde_json::json;
    use twilio_audit::simulator::sid;
    let estate = |url: &str| {
        let number = json!({"sid": "PN0001", "phone_number": "+12025550100", "voice_url": url});
        in_order::estate(&[json!({"api/IncomingPhoneNumbers": [number]})])
    };
    let mut before = None;
    for url in ["https://one.clinic.example/v", "https://two.clinic.example/v"] {
        let estate = estate(url);
        let simulator = audit::simulator(&estate).await;
        let credentials = ["SK0001", "AC0002"].map(|user| audit::credential(&estate, user));
        let mut scan = Audit::scan(&simulator);
        if let Some(before) = before.take() {
            std::thread::sleep(std::time::Duration::from_millis(1100));
            scan = scan.inside(before);
        }
        let scan = scan.credentials(&credentials.iter().collect::<Vec<_>>()).declared(&in_order::declared(1));
        before = Some(scan.run());
    }
    let asked = run("diff", before.unwrap(), &["--format", "json"]);
    let diff = json(&asked);
    // The simulator makes its accounts and keys anew, so their dates differ.
    let is_no_date = |one: &&Value| !one["column"].as_str().unwrap().starts_with("date_");
    let drift: Vec<&Value> = diff["resources"].as_array().unwrap().iter().filter(is_no_date).collect();
    assert_eq!(drift.len(), 1, "{drift:#?}");
    assert_eq!(drift[0]["resource_sid"], sid("PN0001").as_str());
    assert_eq!(
        (&drift[0]["column"], &drift[0]["before"], &drift[0]["after"]),
        (&"voice_url".into(), &"https://one.clinic.example/v".into(), &"https://two.clinic.example/v".into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn fail_on_new_counts_what_nobody_knew() {
    let first = night(Night::Faulty, None, &["--fail-on-new", "--fail-on", "critical"]).await;
    assert_eq!(first.code, 1, "in a first scan all is new");
    let second = night(Night::Faulty, Some(first), &["--fail-on", "critical"]).await;
    assert_eq!(second.code, 1);
    let third = night(Night::Faulty, Some(second), &["--fail-on-new", "--fail-on", "critical"]).await;
    assert_eq!(third.code, 0, "{}", third.stderr);
    let fourth = night(Night::Quiet, Some(third), &["--fail-on-new", "--fail-on", "critical"]).await;
    let fifth = night(Night::Faulty, Some(fourth), &["--fail-on-new", "--fail-on", "critical"]).await;
    assert_eq!(fifth.code, 1, "what was mended and is back is new");
}

/// The demonstration as of a moment, in the folder of the one before.
fn demo(moment: &str, before: Option<Ended>) -> Ended {
    let audit = Audit::new(&["scan", "--demo", "--format", "none"]).env("TWILIO_AUDIT_DEMO_TIME", moment);
    match before {
        None => audit.run(),
        Some(before) => audit.inside(before).run(),
    }
}

#[test]
fn the_demonstration_does_not_differ_from_itself_by_the_time_that_went_by() {
    let before = demo("2028-02-28T23:59:59Z", None);
    for moment in ["2028-02-29T00:00:02Z", "2028-03-01T12:00:00Z"] {
        let after = demo(moment, Some(demo("2028-02-28T23:59:59Z", None)));
        let asked = run("diff", after, &["--format", "json"]);
        assert_eq!(resources(&json(&asked)), Vec::new(), "{moment}: {}", asked.stderr);
    }
    // One that became older, and by another time than the scans, is told.
    let after = demo("2028-02-29T00:00:02Z", Some(before));
    let evidence = rusqlite::Connection::open(after.scan().join("evidence.db")).unwrap();
    let change =
        "update api_key set date_created = '2028-02-01T00:00:00Z' where sid = (select min(sid) from api_key)";
    assert_eq!(evidence.execute(change, []).unwrap(), 1);
    drop(evidence);
    let asked = run("diff", after, &["--format", "json"]);
    let [(kind, _, column)] = &resources(&json(&asked))[..] else { panic!("{}", asked.stdout) };
    assert_eq!((kind.as_str(), column.as_str()), ("api_key", "date_created"));
}

#[test]
fn one_scan_alone_is_compared_with_another_and_one_named_twice_is_said_to_be() {
    let first = demo("2028-02-28T10:00:00Z", None);
    let ended = demo("2028-02-29T10:00:00Z", Some(first));
    let heading = "20280228T100000Z → 20280229T100000Z";
    let mut ended = ended;
    // The newest, by any of its names; the older one, by its folder or by its name alone.
    for arguments in [
        &["audits/latest"][..],
        &["latest"],
        &["20280229T100000Z"],
        &["20280228T100000Z"],
        &["audits/20280228T100000Z"],
        &["20280228T100000Z", "20280229T100000Z"],
        &["--scan", "20280229T100000Z"],
        &[],
    ] {
        ended = run("diff", ended, arguments);
        assert!(ended.stdout.starts_with(heading), "{arguments:?}: {}{}", ended.stdout, ended.stderr);
    }
    ended = run("diff", ended, &["latest", "audits/20280229T100000Z"]);
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert!(ended.stderr.contains("20280229T100000Z is compared with itself"), "{}", ended.stderr);
}

#[test]
fn the_numbers_of_a_row_of_the_history_fit_each_other() {
    let scan = demo("2028-02-28T10:00:00Z", None);
    let point = scan.json()["trend"][0].clone();
    let count = |name: &str| point[name].as_u64().unwrap();
    let open: u64 = ["critical", "high", "medium", "low", "manual", "not_assessed"].map(count).iter().sum();
    let waived = scan.rows("findings.csv").iter().filter(|row| row["waived"] == "true").count() as u64;
    assert!(waived > 0);
    assert_eq!(count("new"), open + waived, "all are new in a first scan");
    let history = run("history", scan, &[]);
    let row = history.stdout.lines().find(|line| line.starts_with("2028-02-28T10:00:00Z")).unwrap();
    let numbers: Vec<u64> =
        row.split_whitespace().skip(1).take(4).map(|word| word.parse().unwrap()).collect();
    assert_eq!(numbers, [open, open + waived, 0, 0]);
    for word in ["open: ", "new, fixed and lost", "waived", "first scan"] {
        assert!(history.stdout.contains(word), "{word}: {}", history.stdout);
    }
}
