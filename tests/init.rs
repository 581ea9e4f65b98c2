//! A first `audit.toml`: from what is there, approving nothing, never over another.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, credential, simulator};
use serde_json::json;
use twilio_audit::intent::{Intent, schema};
use twilio_audit::simulator::sid;

#[tokio::test(flavor = "multi_thread")]
async fn it_declares_the_accounts_and_shows_keys_and_hosts() {
    let estate = json!({"accounts": [
        {"sid": "AC0001", "owner": "AC0001", "name": "Main \"line\"", "keys": [{"sid": "SK0001", "kind": "standard"}]},
        {"sid": "AC0002", "owner": "AC0001", "name": "Ward", "resources": {"api/IncomingPhoneNumbers": [
            {"sid": "PN0001", "voice_url": "https://hooks.clinic.example/v", "sms_url": "https://webhook.site/x"},
        ]}},
    ]});
    let simulator = simulator(&estate).await;
    let (parent, child) = (credential(&estate, "AC0001"), credential(&estate, "AC0002"));
    let init = || Audit::new(&["init"]).env("TWILIO_AUDIT_ENDPOINT", &simulator.endpoint());
    let ended = init().credentials(&[&parent, &child]).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.contains("audit.toml: 2 accounts, 1 keys, 1 hosts."), "{}", ended.stdout);
    let text = std::fs::read_to_string(ended.folder.path().join("audit.toml")).unwrap();
    let intent = Intent::parse(&text, "audit.toml").unwrap();
    let declared: Vec<_> =
        intent.account.iter().map(|account| (account.sid.to_string(), account.phi)).collect();
    assert_eq!(declared, [(sid("AC0001"), Some(true)), (sid("AC0002"), Some(true))]);
    assert!(intent.key.is_empty() && intent.webhook_host.is_empty(), "seen is not approved");
    assert!(text.contains(&format!("# sid = \"{}\"", sid("SK0001"))), "{text}");
    assert!(text.contains("# pattern = \"hooks.clinic.example\""), "{text}");
    assert!(!text.contains("webhook.site"), "what no declaration can make right");
    // What is a comment is right when it stops being one.
    let approved = text.replace("# [[webhook_host]]", "[[webhook_host]]").replace("# pattern", "pattern");
    let approved = approved.replace("# accounts", "accounts").replace("# operated_by", "operated_by");
    assert_eq!(Intent::parse(&approved, "audit.toml").unwrap().webhook_host.len(), 1);

    // It is a declaration that a scan accepts.
    let scan = Audit::scan(&simulator).inside(ended).args(&["--credentials", "credentials.toml"]).run();
    assert!([1, 3].contains(&scan.code), "{}", scan.stderr);
    let again = init().inside(scan).args(&["--credentials", "credentials.toml"]).run();
    assert_eq!((again.code, again.stderr.contains("is there already")), (2, true), "{}", again.stderr);
    assert_eq!(std::fs::read_to_string(again.folder.path().join("audit.toml")).unwrap(), text);
    again.kept_secrets_of(&estate);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_of_whom_it_could_not_read_everything() {
    let estate = json!({"accounts": [
        {"sid": "AC0001", "owner": "AC0001", "name": "Main"},
        {"sid": "AC0002", "owner": "AC0001", "name": "Ward"},
    ]});
    let simulator = simulator(&estate).await;
    let parent = credential(&estate, "AC0001");
    let init = Audit::new(&["init"]).env("TWILIO_AUDIT_ENDPOINT", &simulator.endpoint());
    let ended = init.credentials(&[&parent]).run();
    assert!(ended.stdout.contains("Not everything could be read"), "{}", ended.stdout);
    let text = std::fs::read_to_string(ended.folder.path().join("audit.toml")).unwrap();
    assert!(text.contains(" lists of \"Ward\"."), "{text}");
    assert!(!text.contains("lists of \"Main\""), "{text}");
}

/// `UPDATE_DOCS=1 cargo test --test init` writes it anew.
#[test]
fn the_published_schema_is_the_one_of_this_build() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/audit.schema.json");
    let current = schema() + "\n";
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, &current).unwrap();
    }
    assert!(std::fs::read_to_string(path).unwrap() == current, "UPDATE_DOCS=1 cargo test --test init");
    let printed = Audit::new(&["init", "--schema"]).run();
    assert_eq!(printed.stdout, current);
}

/// The schema accepts what the program accepts, and refuses a misspelt key as the program does.
#[test]
fn the_schema_says_what_the_program_says() {
    let schema: serde_json::Value = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let everything: toml::Value = toml::from_str(include_str!("intent/everything.toml")).unwrap();
    let document = as_json(everything);
    let errors: Vec<String> = validator.iter_errors(&document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{errors:?}");
    let mut misspelt = document.clone();
    misspelt["policy"]["key_max_age"] = 1.into();
    assert!(!validator.is_valid(&misspelt));
    let mut no_sid = document;
    no_sid["account"][0]["sid"] = "AC1".into();
    assert!(!validator.is_valid(&no_sid));
}

/// Dates as editors see them: texts.
fn as_json(value: toml::Value) -> serde_json::Value {
    match value {
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(as_json).collect(),
        toml::Value::Table(table) => table.into_iter().map(|(name, value)| (name, as_json(value))).collect(),
        other => serde_json::to_value(other).unwrap(),
    }
}
