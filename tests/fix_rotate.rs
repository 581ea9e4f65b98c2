//! `fix rotate`: the new key may do what was declared, its secret reaches one place, and the old key stays.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/fixing.rs"]
mod fixing;

use std::fs;

use audit::{Audit, Ended, credential, entry, simulator};
use fixing::{estate, in_short};
use serde_json::{Value, json};
use twilio_audit::fix::Entry;
use twilio_audit::simulator::{Fault, Simulator, Snapshot, Trouble, changes, sid};

const ALLOWED: &str = "/twilio/messaging/messages/create";
const KEYS: &str = "/iam.twilio.com/v1/Keys";
const TAKE: &str = r#"["sh", "-c", "cat > taken"]"#;

fn declared() -> String {
    format!(
        "[[key]]\nsid = \"{}\"\naccount = \"{}\"\nallowed_permissions = [\"{ALLOWED}\"]\n",
        sid("SK0b02"),
        sid("AC0002")
    )
}

/// `fix rotate` of the clinic's old key, with the credential for changes.
fn rotate(simulator: &Simulator, estate: &Value, arguments: &[&str]) -> Ended {
    let keys = entry(&credential(estate, "SK0a01")) + &entry(&credential(estate, "SK0b01"));
    let audit = Audit::new(&["fix", "rotate", &sid("SK0b02"), "--account", &sid("AC0002")]);
    let audit = audit.args(&["--journal", "journal.jsonl"]).args(arguments);
    audit
        .file("fix-credentials.toml", &keys)
        .file("audit.toml", &declared())
        .env("TWILIO_AUDIT_FIX_CREDENTIALS", "fix-credentials.toml")
        .env("TWILIO_AUDIT_ENDPOINT", &simulator.endpoint())
        .run()
}

/// What a rotation wrote into its journal, in short.
fn journal(ended: &Ended) -> Vec<String> {
    let text = fs::read_to_string(ended.folder.path().join("journal.jsonl")).unwrap();
    let events: Vec<_> =
        text.lines().map(|line| serde_json::from_str::<Entry>(line).unwrap().event).collect();
    in_short(&events)
}

/// Takes away the file that has the secret, and insists that nothing else says it.
fn is_nowhere_else(ended: &Ended, file: &str) {
    let path = ended.folder.path().join(file);
    let taken = fs::read_to_string(&path).unwrap();
    let secret = match taken.split_once("secret = \"") {
        Some((_, rest)) => rest.split('"').next().unwrap().to_owned(),
        None => taken,
    };
    assert!(secret.len() > 8, "{secret:?}");
    fs::remove_file(path).unwrap();
    assert!(!ended.everything().contains(&secret), "the secret shows");
}

/// What changed among the keys of the new interface.
fn keys_changed(before: &Snapshot, simulator: &Simulator) -> Vec<String> {
    let changed = changes(before, &simulator.snapshot());
    changed.into_iter().filter(|line| line.contains("iam/v1/Keys")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_gets_the_secret_of_a_key_that_may_do_what_was_declared() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let before = simulator.snapshot();
    let ended = rotate(&simulator, &estate, &["--to-command", TAKE]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let writes = simulator.writes();
    let write = writes.first().unwrap();
    assert_eq!((writes.len(), write.path.as_str(), write.status), (1, KEYS, 201));
    let policy = json!({ "allow": [ALLOWED] }).to_string();
    for (name, value) in [
        ("KeyType", "restricted"),
        ("Policy", &policy),
        ("AccountSid", &sid("AC0002")),
        ("FriendlyName", "old-prod-ops"),
    ] {
        assert!(write.form.contains(&(name.to_owned(), value.to_owned())), "{name}: {:?}", write.form);
    }
    let changed = keys_changed(&before, &simulator);
    assert!(changed.len() == 1 && changed[0].ends_with(": new"), "the old key stays: {changed:?}");
    assert!(ended.stdout.contains(&format!("--retire {}", sid("SK0b02"))), "{}", ended.stdout);
    assert_eq!(journal(&ended), ["opened", "key about_to_make", "key made", "key handed_over", "closed"]);
    is_nowhere_else(&ended, "taken");
    assert!(
        !ended.everything().contains("old-prod-ops"),
        "what a key is called was not reduced: it is not told"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_file_gets_it_and_none_is_replaced() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let ended = rotate(&simulator, &estate, &["--to-file", "new.toml"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    is_nowhere_else(&ended, "new.toml");
    let made = simulator.writes().len();
    let ended = rotate(&simulator, &estate, &["--to-file", "audit.toml"]);
    assert_eq!((ended.code, simulator.writes().len()), (2, made), "{}", ended.stderr);
    assert!(ended.stderr.contains("no file is replaced"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_secret_cannot_be_handed_over_the_new_key_is_gone_again() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let before = simulator.snapshot();
    let fails = r#"["sh", "-c", "cat > taken; cat taken >&2; exit 1"]"#;
    let ended = rotate(&simulator, &estate, &["--to-command", fails]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("was deleted again"), "{}", ended.stderr);
    assert_eq!(keys_changed(&before, &simulator), Vec::<String>::new());
    assert_eq!(journal(&ended)[2..], ["key made", "key about_to_remove", "key removed", "closed"]);
    is_nowhere_else(&ended, "taken");

    simulator.fail(Fault::always("/api.twilio.com/", error(500)).of_method("DELETE"));
    let ended = rotate(&simulator, &estate, &["--to-command", fails]);
    assert_eq!(ended.code, 5, "{}", ended.stderr);
    assert!(ended.stderr.contains("could not be deleted again"), "{}", ended.stderr);
    assert!(ended.stderr.contains("--request DELETE"), "{}", ended.stderr);
    is_nowhere_else(&ended, "taken");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_with_another_policy_is_given_to_nobody() {
    let estate = estate();
    for policy in [json!({"allow": [ALLOWED, "/twilio/iam/api-keys/create"]}), Value::Null] {
        let simulator = simulator(&estate).await;
        let body = json!({"sid": sid("SK0fff"), "policy": policy}).to_string();
        let answer = Trouble::Answer { status: 200, content_type: "application/json", body };
        // The old key is read first.
        simulator.fail(Fault { spared: 1, ..Fault::always(format!("{KEYS}/"), answer).of_method("GET") });
        let ended = rotate(&simulator, &estate, &["--to-command", TAKE]);
        assert_eq!(ended.code, 5, "{}", ended.stderr);
        assert!(
            ended.stderr.contains("polic") && ended.stderr.contains("--request DELETE"),
            "{}",
            ended.stderr
        );
        assert!(!ended.folder.path().join("taken").exists());
        assert_eq!(journal(&ended).last().unwrap(), "key made");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_twilio_refuses_or_leaves_unsaid_is_told_as_it_is() {
    let estate = estate();
    let unreadable = Trouble::Answer {
        status: 201,
        content_type: "application/json",
        body: json!({"sid": "SK", "secret": "c4naryc4nary"}).to_string(),
    };
    let cases = [
        (error(403), 3, "Twilio refused to make the key"),
        (Trouble::TooManyRequests { retry_after: Some(0) }, 3, "Twilio refused to make the key"),
        (error(500), 5, "nobody knows whether a key was made"),
        (unreadable, 5, "nobody knows whether a key was made"),
    ];
    for (trouble, code, sentence) in cases {
        let simulator = simulator(&estate).await;
        let before = simulator.snapshot();
        simulator.fail(Fault::always(KEYS, trouble).of_method("POST"));
        let ended = rotate(&simulator, &estate, &["--to-command", TAKE]);
        assert_eq!(ended.code, code, "{}", ended.stderr);
        assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
        assert!(!ended.everything().contains("c4nary"), "{}", ended.stderr);
        assert!(!ended.folder.path().join("taken").exists());
        assert_eq!(keys_changed(&before, &simulator), Vec::<String>::new(), "the old key is untouched");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_declared_makes_no_key() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let other = Audit::new(&["fix", "rotate", &sid("SK0b01"), "--account", &sid("AC0002"), "--to-keyring"])
        .file("audit.toml", &declared())
        .env("TWILIO_AUDIT_ENDPOINT", &simulator.endpoint())
        .run();
    assert_eq!(other.code, 2);
    assert!(other.stderr.contains("declares no permissions"), "{}", other.stderr);
    for (arguments, sentence) in [
        (&["--to-command", TAKE, "--permissions", "audit.toml"][..], "no policy of the form"),
        (&["--to-command", "cat > taken"], "is no JSON list"),
        (&["--to-command", TAKE, "--to-keyring"], "cannot be used with"),
        (&[], "required"),
    ] {
        let ended = rotate(&simulator, &estate, arguments);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        assert!(ended.stderr.contains(sentence), "{}", ended.stderr);
    }
    assert!(simulator.writes().is_empty());
}

fn error(status: u16) -> Trouble {
    Trouble::Error { status, code: 20_000, message: "no".to_owned() }
}
