//! The metrics say what the report says, grow old where scans fail, and never stand in the way of a scan.
//!
//! Needs Python with the package `prometheus_client`: `TESTS_PYTHON`, or `.venv/bin/python` in the checkout.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/python.rs"]
mod python;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use audit::{Audit, Ended, all_credentials, credential, simulator};
use serde_json::{Value, json};
use twilio_audit::simulator::Credential;

/// Samples by their name and labels, the labels in alphabetical order: `name{a="x"}`.
type Samples = BTreeMap<String, f64>;

const NIGHT: &str = "2026-11-23T04:15:00Z";
const NEXT_NIGHT: &str = "2026-11-24T04:15:00Z";

fn demo(time: &str) -> Audit {
    Audit::new(&["scan", "--demo", "--all-outcomes", "--metrics-file", "audit.prom"])
        .env("TWILIO_AUDIT_DEMO_TIME", time)
}

fn written(ended: &Ended) -> String {
    fs::read_to_string(ended.folder.path().join("audit.prom")).unwrap()
}

/// The metrics as Prometheus' own parser reads them, without what all names begin with. Nothing where there is none.
fn samples(text: &str) -> Option<Samples> {
    let python = python::with("prometheus_client")?;
    let samples = python::run(&python, "metrics/parse.py", &[], text).unwrap();
    let samples: Vec<(String, BTreeMap<String, String>, f64)> = serde_json::from_str(&samples).unwrap();
    let named = samples.into_iter().map(|(name, labels, value)| {
        let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        (format!("{}{labels}", name.strip_prefix("twilio_audit_").unwrap()), value)
    });
    Some(named.collect())
}

/// The samples of one metric.
fn of<'a>(samples: &'a Samples, name: &'a str) -> impl Iterator<Item = (&'a str, f64)> {
    let of = move |sample: &str| sample.split('{').next() == Some(name);
    samples.iter().filter(move |(sample, _)| of(sample)).map(|(sample, value)| (sample.as_str(), *value))
}

/// How many of a list of the report there are, by some of its words.
fn counted(list: &Value, sample: impl Fn(&Value) -> Option<String>) -> Samples {
    let mut counts = Samples::new();
    for name in list.as_array().unwrap().iter().filter_map(sample) {
        *counts.entry(name).or_default() += 1.0;
    }
    counts
}

/// Insists that the samples of a metric are those, and 0 otherwise.
fn assert_same(samples: &Samples, name: &str, expected: &Samples) {
    let found: Samples = of(samples, name)
        .filter(|(_, value)| *value != 0.0)
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    assert!(!expected.is_empty());
    assert_eq!(&found, expected, "{name}");
}

/// Insists that new faults are those of the report, and 0 where it names none.
fn assert_new_faults(samples: &Samples, report: &Value) {
    for severity in ["critical", "high", "medium", "low"] {
        let told = report["changes"]["new_faults"].as_array().unwrap().iter().find(|one| one[0] == severity);
        let count = told.map_or(0.0, |one| one[1].as_f64().unwrap());
        assert_eq!(samples[&format!("new_faults{{severity={severity:?}}}")], count, "{severity}");
    }
}

#[test]
fn they_say_what_the_report_says() {
    let ended = demo(NEXT_NIGHT).inside(demo(NIGHT).run()).run();
    let text = written(&ended);
    let Some(samples) = samples(&text) else { return };
    let report = ended.json();
    let word = |of: &Value, name: &str| of[name].as_str().unwrap().to_owned();
    let findings = counted(&report["findings"], |one| {
        let (outcome, severity) = (word(one, "outcome"), word(one, "severity"));
        Some(format!("findings{{outcome={outcome:?},severity={severity:?},waived=\"{}\"}}", one["waived"]))
    });
    // Passes of things are counted one by one too, and kept one by one with --all-outcomes.
    assert_same(&samples, "findings", &findings);
    assert_eq!(of(&samples, "findings").count(), 5 * 4 * 2, "a series may not be missing where it is 0");
    for change in ["new", "open", "fixed", "lost_sight"] {
        let count = report["changes"][change].as_f64().unwrap();
        assert_eq!(samples[&format!("findings_by_change{{change={change:?}}}")], count, "{change}");
    }
    let open = counted(&report["findings"], |one| (word(one, "change") == "open").then(String::new));
    assert_eq!(samples["findings_by_change{change=\"open\"}"], open[""], "what stood on both nights");
    assert_new_faults(&samples, &report);
    let readings =
        counted(&report["coverage"], |one| Some(format!("readings{{status={:?}}}", word(one, "status"))));
    assert_same(&samples, "readings", &readings);
    let gate = counted(&report["accounts"], |one| {
        let (sid, verdict) = (word(one, "account_sid"), one["verdict"].as_str()?);
        Some(format!("gate{{account_sid={sid:?},verdict={verdict:?}}}"))
    });
    assert_same(&samples, "gate", &gate);
    assert_eq!(of(&samples, "gate").count(), 3 * gate.len(), "all three verdicts of each account");
}

#[test]
fn they_tell_when_how_long_and_how_it_ended_and_no_names() {
    let ended = demo(NIGHT).run();
    let text = written(&ended);
    let Some(samples) = samples(&text) else { return };
    let night: jiff::Timestamp = NIGHT.parse().unwrap();
    assert_eq!(samples["scan_timestamp_seconds"], night.as_second() as f64);
    assert_eq!(samples["last_run_exit_code"], f64::from(ended.code));
    let report = ended.json();
    assert_eq!(samples["scan_complete"], f64::from(u8::from(report["scan"]["complete"] == true)));
    assert_eq!(samples["scan_accounts"], report["accounts"].as_array().unwrap().len() as f64);
    assert_eq!(samples["unusable_credentials"], 0.0);
    assert!(of(&samples, "new_faults").any(|(_, faults)| faults > 0.0), "in a first scan all are new");
    assert_new_faults(&samples, &report);
    let newest: jiff::civil::Date = report["scan"]["catalogue_version"].as_str().unwrap().parse().unwrap();
    let newest = newest.to_zoned(jiff::tz::TimeZone::UTC).unwrap().timestamp();
    assert_eq!(samples["catalogue_timestamp_seconds"], newest.as_second() as f64);
    let age = jiff::Timestamp::now().as_second() as f64 - samples["last_run_timestamp_seconds"];
    assert!((0.0..600.0).contains(&age) && samples["last_run_duration_seconds"] > 0.0, "{age}");
    for account in report["accounts"].as_array().unwrap() {
        assert!(!text.contains(account["account_name"].as_str().unwrap()), "{account}");
    }
    let name = regex::Regex::new("twilio_audit_[a-z_]+").unwrap();
    let names = |text: &str| -> BTreeSet<String> {
        name.find_iter(text).map(|found| found.as_str().to_owned()).collect()
    };
    assert_eq!(names(include_str!("../docs/scheduling.md")), names(&text), "what is documented is written");
    let path = ended.folder.path().join("audit.prom");
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o644, "others read it");
    let left: Vec<_> =
        fs::read_dir(ended.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the scans and the metrics: {left:?}");
}

/// An estate of one account, and a credential that it does not accept.
fn clinic() -> (Value, Credential) {
    let estate = json!({"accounts": [{"sid": "AC0001", "name": "Clinic"}]});
    let wrong =
        Credential { secret: "0123456789abcdef0123456789abcdef".into(), ..credential(&estate, "AC0001") };
    (estate, wrong)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_fails_leaves_the_scan_as_old_as_it_is() {
    let (estate, wrong) = clinic();
    let simulator = simulator(&estate).await;
    let scan = || Audit::scan(&simulator).args(&["--metrics-file", "audit.prom"]);
    let failed = scan().sign_in(&wrong).run();
    assert_eq!(failed.code, 4, "{}", failed.stderr);
    let Some(first) = samples(&written(&failed)) else { return };
    let names: Vec<&str> = first.keys().map(String::as_str).collect();
    assert_eq!(
        names,
        [
            "last_run_duration_seconds",
            "last_run_exit_code",
            "last_run_not_told",
            "last_run_timestamp_seconds"
        ]
    );

    let good = scan().sign_in(&credential(&estate, "AC0001")).inside(failed).run();
    let second = samples(&written(&good)).unwrap();
    let failed = scan().sign_in(&wrong).inside(good).run();
    assert_eq!(failed.code, 4);
    let third = samples(&written(&failed)).unwrap();
    assert_eq!(third["last_run_exit_code"], 4.0);
    let of_scans = |samples: &Samples| -> Samples {
        samples.clone().into_iter().filter(|(name, _)| !name.starts_with("last_run")).collect()
    };
    assert_eq!(of_scans(&third), of_scans(&second), "all of it is that of the scan before");
    assert!(second.contains_key("scan_timestamp_seconds"));

    let before = written(&failed);
    let looked = scan().args(&["--dry-run"]).sign_in(&wrong).inside(failed).run();
    assert_eq!((looked.code, written(&looked)), (4, before), "looking ahead is no run");
    looked.kept_secrets_of(&estate);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_or_read_changes_nothing() {
    let (estate, _) = clinic();
    let simulator = simulator(&estate).await;
    let scan = || Audit::scan(&simulator).sign_in(&credential(&estate, "AC0001"));
    let usual = scan().run();
    // A folder is named after the second in which its scan began.
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    let ended = scan().env("TWILIO_AUDIT_METRICS_FILE", "nowhere/audit.prom").inside(usual).run();
    assert!([1, 3].contains(&ended.code), "{}", ended.stderr);
    assert!(ended.stderr.contains("the metrics are not all written"), "{}", ended.stderr);
    assert!(ended.scan().join("report.html").exists());

    // The newest scan is broken, and nobody can sign in: the run is told of all the same.
    let evidence = ended.scan().join("evidence.db");
    fs::write(evidence, "no database").unwrap();
    let (_, wrong) = clinic();
    let ended =
        Audit::scan(&simulator).sign_in(&wrong).args(&["--metrics-file", "audit.prom"]).inside(ended).run();
    assert_eq!(ended.code, 4);
    assert!(ended.stderr.contains("those of the newest scan are missing"), "{}", ended.stderr);
    let Some(samples) = samples(&written(&ended)) else { return };
    assert_eq!(samples.len(), 4, "{samples:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_are_told_of_once_they_are_merged() {
    let estate = json!({"accounts": [
        {"sid": "AC0001", "name": "Parent"}, {"sid": "AC0002", "owner": "AC0001", "name": "Clinic"}
    ]});
    let simulator = simulator(&estate).await;
    let all = all_credentials(&estate);
    let tokens: Vec<&Credential> = all.iter().filter(|one| one.kind == "auth_token").collect();
    let collect = |shard: &str| {
        Audit::scan(&simulator).credentials(&tokens).args(&["--shard", shard, "--metrics-file", "audit.prom"])
    };
    let collected = collect("2/2").inside(collect("1/2").run()).run();
    assert_eq!(collected.code, 0, "{}", collected.stderr);
    let Some(before) = samples(&written(&collected)) else { return };
    assert!(!before.contains_key("scan_timestamp_seconds"));
    let merged = Audit::new(&["merge", "--metrics-file", "audit.prom"]).inside(collected).run();
    let after = samples(&written(&merged)).unwrap();
    assert_eq!(after["last_run_exit_code"], f64::from(merged.code));
    assert_eq!(after["scan_accounts"], 2.0);
}
