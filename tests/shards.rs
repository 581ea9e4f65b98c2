//! A scan in shards comes to what one scan of all accounts comes to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/planted.rs"]
mod planted;
#[path = "support/same.rs"]
mod same;

use std::fs;

use audit::{Audit, Ended, all_credentials, credential, simulator};
use serde_json::{Value, json};
use twilio_audit::simulator::{Credential, Fault, Simulator, Trouble, sid};

/// A parent, subaccounts with one of everything, one that is suspended, and one without a credential of its own.
fn estate() -> Value {
    let furnished = |number: usize| {
        let account = sid(&format!("AC{number:04x}"));
        json!({"sid": account, "owner": "AC0001", "name": format!("Clinic {number}"), "resources": planted::resources(&account)})
    };
    let mut accounts =
        vec![json!({"sid": "AC0001", "name": "Parent", "resources": planted::resources(&sid("AC0001"))})];
    accounts.extend((2..8).map(furnished));
    accounts.push(json!({"sid": "AC0008", "owner": "AC0001", "name": "Closed", "status": "suspended"}));
    accounts.push(json!({"sid": "AC0009", "owner": "AC0001", "name": "Without a key"}));
    json!({"accounts": accounts})
}

/// Auth Tokens of all accounts but the last two, and one that nobody accepts.
fn credentials(estate: &Value) -> Vec<Credential> {
    let mut all: Vec<Credential> = all_credentials(estate)
        .into_iter()
        .filter(|one| one.kind == "auth_token" && ![sid("AC0008"), sid("AC0009")].contains(&one.account))
        .collect();
    all.push(Credential {
        secret: "0123456789abcdef0123456789abcdef".into(),
        ..credential(estate, "AC0009")
    });
    all
}

const INTENT: &str = r#"
[[account]]
sid = "AC0002"
role = "workload"
phi = true
environment = "production"
[[account]]
sid = "AC0003"
role = "workload"
phi = false
environment = "production"
"#;

fn scan(simulator: &Simulator, estate: &Value) -> Audit {
    let credentials = credentials(estate);
    Audit::scan(simulator).credentials(&credentials.iter().collect::<Vec<_>>()).declared(INTENT)
}

/// Collects all shards into one folder.
fn collect(simulator: &Simulator, estate: &Value, of: u16) -> Ended {
    let mut last: Option<Ended> = None;
    for number in 1..=of {
        let mut audit = scan(simulator, estate).args(&["--shard", &format!("{number}/{of}")]);
        if let Some(before) = last.take() {
            audit = audit.inside(before);
        }
        let ended = audit.run();
        assert_eq!(ended.code, 0, "{number}/{of}: {}", ended.stderr);
        assert!(ended.stdout.contains("twilio-audit merge"), "{}", ended.stdout);
        last = Some(ended);
    }
    last.unwrap()
}

fn merge(before: Ended, arguments: &[&str]) -> Ended {
    Audit::new(&["merge"]).args(arguments).inside(before).run()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_three_and_seven_shards_come_to_what_one_scan_does() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let whole = scan(&simulator, &estate).run();
    assert_eq!(whole.code, 3, "{}", whole.stderr);
    let expected = same::Result::of(&whole.scan());
    assert!(expected.rows() > 3000, "{} rows are no proof", expected.rows());
    let asked = simulator.requests().len();
    for of in [1, 3, 7] {
        let before = simulator.requests().len();
        let merged = merge(collect(&simulator, &estate, of), &[]);
        assert_eq!(merged.code, whole.code, "{of} shards: {}", merged.stderr);
        same::Result::of(&merged.scan()).must_be(&expected);
        assert_eq!(merged.audits().len(), 2, "the scan and `latest`, and no shard: {:?}", merged.audits());
        let more = simulator.requests().len() - before;
        assert!(more < asked + 10 * usize::from(of), "{of} shards: {more} requests instead of {asked}");
        merged.kept_secrets_of(&estate);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_that_do_not_fit_together_are_refused() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let collected = collect(&simulator, &estate, 2);
    let shards: Vec<String> = collected.audits().into_iter().map(|name| format!("audits/{name}")).collect();
    assert_eq!(shards.len(), 2, "{shards:?}");

    let one = merge(collected, &[&shards[0]]);
    assert_eq!(one.code, 2);
    assert!(one.stderr.contains("2 shards are needed"), "{}", one.stderr);
    let more = merge(one, &["--shards", "3"]);
    assert_eq!(more.code, 3);
    assert!(more.stderr.contains("missing 1/3, 2/3, 3/3"), "{}", more.stderr);
    let other = merge(more, &["--check", "webhook-http"]);
    assert_eq!(other.code, 2);
    assert!(other.stderr.contains("for other checks"), "{}", other.stderr);
    let twice = scan(&simulator, &estate).args(&["--shard", "2/2", "--resume"]).inside(other).run();
    assert_eq!(twice.code, 0);
    assert!(twice.stdout.contains("collected already"), "{}", twice.stdout);

    // Another declaration, for one of them.
    let second = twice.audits().into_iter().find(|name| name.ends_with("shard-2-of-2")).unwrap();
    fs::remove_dir_all(twice.folder.path().join("audits").join(second)).unwrap();
    let intent = INTENT.replace("phi = false", "phi = true");
    let changed = scan(&simulator, &estate).declared(&intent).args(&["--shard", "2/2"]).inside(twice);
    let changed = changed.declared(&intent).run();
    assert_eq!(changed.code, 0, "{}", changed.stderr);
    let refused = merge(changed, &[]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("another audit.toml"), "{}", refused.stderr);
    assert_eq!(refused.audits().len(), 2, "the shards are as they were");
    let none = merge(Audit::new(&["checks", "list"]).run(), &[]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("there is no shard in audits"), "{}", none.stderr);
}

/// If one shard could not list the tree, the accounts of the tree are not all known.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_shard_did_not_see_of_the_tree_was_not_seen() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let first = scan(&simulator, &estate).args(&["--shard", "1/2"]).run();
    assert_eq!(first.code, 0, "{}", first.stderr);
    simulator.fail(Fault::always("/api.twilio.com/2010-04-01/Accounts.json", Trouble::Html { status: 403 }));
    let second = scan(&simulator, &estate).args(&["--shard", "2/2"]).inside(first).run();
    assert_eq!(second.code, 0, "{}", second.stderr);
    let merged = merge(second, &[]);
    assert_eq!(merged.code, 3, "{}", merged.stderr);
    let tree =
        merged.rows("coverage.csv").into_iter().find(|row| row["resource_type"] == "account_tree").unwrap();
    assert_eq!(tree["status"], "denied", "{tree:?}");
}

/// A pod of an Indexed Job is told its number by Kubernetes, from 0 on.
#[tokio::test(flavor = "multi_thread")]
async fn a_pod_of_an_indexed_job_knows_its_shard_without_flags() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let of_pod = |index: &str| {
        scan(&simulator, &estate).env("TWILIO_AUDIT_SHARDS", "3").env("JOB_COMPLETION_INDEX", index)
    };
    let ended = of_pod("2").run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.audits()[0].ends_with(".shard-3-of-3"), "{:?}", ended.audits());
    let ended = of_pod("3").run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("one of 0 to 2"), "{}", ended.stderr);
    let ended = scan(&simulator, &estate).args(&["--shards", "3"]).run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("--shard 1/3"), "{}", ended.stderr);
    for wrong in ["0/3", "4/3", "three"] {
        let ended = scan(&simulator, &estate).args(&["--shard", wrong]).run();
        assert_eq!(ended.code, 2, "{wrong}");
        assert!(ended.stderr.contains("1/3, 2/3 or 3/3"), "{}", ended.stderr);
    }
}
