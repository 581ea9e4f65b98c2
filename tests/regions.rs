//! One scan reads one Region: its hosts, its credentials, its own folder and its own past.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::fs;

use audit::{Audit, Ended, all_credentials, credential, credential_in, simulator};
use serde_json::{Value, json};
use twilio_audit::simulator::{Simulator, sid};

fn estate() -> Value {
    let account = |number: u8, name: &str| {
        json!({
            "sid": format!("AC000{number}"), "owner": "AC0001", "name": name, "days_ago": 300,
            "resources": {"messaging/v1/Services": [
                {"sid": format!("MG0{number}01"), "inbound_request_url": "http://us.clinic.example/"}
            ]},
            "regions": {"ie1": {
                "keys": [{"sid": format!("SK0{number}0e"), "kind": "main"}],
                "resources": {"messaging/v1/Services": [
                    {"sid": format!("MG0{number}0e"), "inbound_request_url": "http://ie.clinic.example/"}
                ]},
            }},
        })
    };
    json!({
        "accounts": [account(1, "Parent"), account(2, "Child")],
        "organization": {
            "sid": "OR0001", "oauth_apps": [{"sid": "OQ0001", "secret": "canary-of-the-organization"}],
            "users": [{"sid": "US0001"}],
        },
    })
}

/// Scans a Region with all credentials of the estate.
fn scan(simulator: &Simulator, region: &str) -> Audit {
    let all = all_credentials(&estate());
    let mut known = std::collections::BTreeSet::new();
    let first: Vec<_> = all.iter().filter(|one| known.insert((&one.account, one.region))).collect();
    Audit::scan(simulator).credentials(&first).args(&["--region", region])
}

fn failing(ended: &Ended) -> Vec<String> {
    ended
        .outcomes("webhook-http")
        .into_iter()
        .filter(|(outcome, _)| outcome == "fail")
        .map(|(_, sid)| sid)
        .collect()
}

/// The hosts that were asked since so many requests.
fn hosts(simulator: &Simulator, since: usize) -> Vec<String> {
    let requests = simulator.requests();
    requests[since..].iter().map(|request| request.path.split('/').nth(1).unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_of_ireland_reads_ireland_alone() {
    let simulator = simulator(&estate()).await;
    let ended = scan(&simulator, "ie1").run();
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    for host in hosts(&simulator, 0) {
        let of_organization = ["preview-iam.twilio.com", "iam.twilio.com", "oauth.twilio.com"];
        assert!(
            host.ends_with(".dublin.ie1.twilio.com") || of_organization.contains(&host.as_str()),
            "{host}"
        );
    }
    let [folder] = &fs::read_dir(ended.folder.path().join("audits")).unwrap().collect::<Vec<_>>()[..] else {
        panic!("audits/ holds more than the Region's folder")
    };
    let folder = folder.as_ref().unwrap().path();
    assert!(folder.ends_with("audits/ie1"));
    let latest = fs::canonicalize(folder.join("latest")).unwrap();
    let document: Value = serde_json::from_slice(&fs::read(latest.join("findings.json")).unwrap()).unwrap();
    assert_eq!(document["scan"]["region"], "ie1");
    assert_eq!(document["unusable_credentials"], json!([]));
    assert!(ended.stdout.contains("This is Region ie1 alone"), "{}", ended.stdout);
    let notices = document["notices"].as_array().unwrap();
    assert!(
        notices.iter().any(|notice| notice.as_str().unwrap().contains("us1 is another scan")),
        "{notices:?}"
    );
    let findings = fs::read_to_string(latest.join("findings.csv")).unwrap();
    assert!(findings.contains(&sid("MG010e")) && findings.contains(&sid("MG020e")));
    assert!(!findings.contains(&sid("MG0101")) && !findings.contains(&sid("MG0201")));
    let coverage = fs::read_to_string(latest.join("coverage.csv")).unwrap();
    let users = coverage.lines().find(|line| line.contains(",organization_user,")).unwrap();
    assert!(users.contains(",complete,"), "the Organization is the same everywhere: {users}");
    ended.kept_secrets_of(&estate());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_without_a_region_uses_no_regional_credential() {
    let simulator = simulator(&estate()).await;
    let ended = scan(&simulator, "us1").run();
    assert!(hosts(&simulator, 0).iter().all(|host| !host.contains("dublin")));
    let users: Vec<_> = simulator.requests().into_iter().map(|request| request.user).collect();
    assert!(!users.contains(&sid("SK010e")) && !users.contains(&sid("SK020e")));
    assert_eq!(ended.json()["scan"]["region"], "us1");
    assert_eq!(ended.unusable(), Vec::<String>::new());
    assert!(!ended.stdout.contains("This is Region"), "{}", ended.stdout);
    let mut expected = [sid("MG0101"), sid("MG0201")];
    let mut found = failing(&ended);
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_region_has_a_past_of_its_own() {
    let simulator = simulator(&estate()).await;
    let home = scan(&simulator, "us1").run();
    let abroad = scan(&simulator, "ie1").inside(home).run();
    let change = |folder: &str| {
        let path = abroad.folder.path().join(folder).join("latest/findings.csv");
        let mut rows = csv::Reader::from_path(path).unwrap();
        let rows = rows.deserialize().map(Result::unwrap);
        rows.map(|row: audit::Row| row["change"].clone()).collect::<std::collections::BTreeSet<_>>()
    };
    assert_eq!(change("audits/ie1"), ["first_scan".to_owned()].into(), "what us1 has is no past of ie1");
    assert_eq!(change("audits"), ["first_scan".to_owned()].into());
    std::thread::sleep(std::time::Duration::from_millis(1100)); // scans are named by the second
    let again = scan(&simulator, "ie1").inside(abroad).run();
    let path = again.folder.path().join("audits/ie1/latest/findings.csv");
    assert!(fs::read_to_string(path).unwrap().contains(",open,"));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_credential_of_the_region_it_says_what_to_write() {
    let simulator = simulator(&estate()).await;
    let token = credential(&estate(), "AC0001");
    let ended = Audit::scan(&simulator).credentials(&[&token]).args(&["--region", "au1"]).run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("region = \"au1\""), "{}", ended.stderr);

    let irish = credential_in(&estate(), "ie1", "SK010e");
    let ended = Audit::scan(&simulator).credentials(&[&irish]).run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("--region"), "{}", ended.stderr);

    let app = credential(&estate(), "OQ0001");
    let ended = Audit::scan(&simulator).credentials(&[&app]).run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("the Organization's app reads no account"), "{}", ended.stderr);
    assert_eq!(simulator.requests(), [], "nobody was asked");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_environment_names_its_region_too() {
    let simulator = simulator(&estate()).await;
    let irish = credential_in(&estate(), "ie1", "SK010e");
    let as_irish = || Audit::scan(&simulator).sign_in(&irish).env("TWILIO_REGION", "ie1");
    assert_eq!(as_irish().args(&["--region", "ie1"]).run().code, 3);
    let ended = as_irish().run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("TWILIO_REGION") && ended.stderr.contains("--region"), "{}", ended.stderr);
    let ended = as_irish().env("TWILIO_REGION", "mars").args(&["--region", "ie1"]).run();
    assert!(ended.code == 2 && ended.stderr.contains("TWILIO_REGION must be"), "{}", ended.stderr);
}
