//! The keyring of a desktop, for real: what it is given comes back, and one that is locked, absent, closed or mute is said
//! in a sentence and keeps nobody waiting.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/desktop.rs"]
mod desktop;

use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use audit::{Audit, Ended};
use desktop::Desktop;
use serde_json::{Value, json};
use twilio_audit::simulator::{Simulator, sid};

const NO_ANSWER: &str = "the keyring did not answer within 5 seconds";
const NO_KEYRING: &str = "this machine has no keyring that can be used";

fn estate() -> Value {
    json!({"accounts": [
        {"sid": "AC0001", "name": "Parent", "auth_token": "5eed0000000000000000000000000001"},
        {"sid": "AC0002", "owner": "AC0001", "name": "Child", "keys": [
            {"sid": "SK0002", "secret": "5eed000000000000000000000000002f", "kind": "main", "name": "audit"},
        ]},
    ]})
}

/// A program that knows the session.
fn in_session(audit: Audit, environment: &[(&'static str, String)]) -> Audit {
    environment.iter().fold(audit, |audit, (name, value)| audit.env(name, value))
}

/// `login` at a terminal, with these answers.
fn log_in(environment: &[(&'static str, String)], account: &str, user: &str, secret: &str) -> Ended {
    let typed = format!("{account}\n{user}\n{secret}\n");
    in_session(Audit::new(&["login"]), environment).at_terminal(&typed)
}

fn run(arguments: &[&str], environment: &[(&'static str, String)]) -> Ended {
    in_session(Audit::new(arguments), environment).run()
}

/// A scan with what the keyring holds.
fn scan(simulator: &Simulator, environment: &[(&'static str, String)]) -> Ended {
    in_session(Audit::scan(simulator), environment).run()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_login_stores_a_scan_signs_in_with_until_logout_removes_it() {
    if !desktop::is_there() {
        return;
    }
    let simulator = audit::simulator(&estate()).await;
    let desktop = Desktop::with_keyring("");
    let session = desktop.environment();
    let (parent, child) = (sid("AC0001"), sid("AC0002"));
    for (account, user) in [(&parent, "AC0001"), (&child, "SK0002")] {
        let one = audit::credential(&estate(), user);
        let user = if one.user == *account { "" } else { &one.user };
        let ended = log_in(&session, account, user, &one.secret);
        assert_eq!(ended.code, 0, "{}", ended.stdout);
        assert!(ended.stdout.contains(&format!("Stored the credential of {account} in the keyring")));
        assert!(desktop.entry(account).unwrap().contains(&one.secret), "another program finds it there");
    }
    let written = String::from_utf8_lossy(&desktop.written()).into_owned();
    assert!(!written.is_empty() && !written.contains("5eed"), "on the disk it is encrypted");

    let ended = scan(&simulator, &session);
    assert!([1, 3].contains(&ended.code), "{}", ended.stderr);
    let used: std::collections::BTreeSet<_> =
        simulator.requests().into_iter().map(|request| request.user).collect();
    assert_eq!(used, [parent.clone(), sid("SK0002")].into(), "both signed in");
    ended.kept_secrets_of(&estate());

    let ended = run(&["logout", &child], &session);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(desktop.entry(&child), None);
    assert!(desktop.entry(&parent).is_some(), "the other one stays");
    assert_eq!(run(&["logout"], &session).code, 0);
    assert_eq!((desktop.entry(&parent), desktop.entry("accounts")), (None, None), "nothing is left behind");
    assert_eq!(scan(&simulator, &session).code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_for_signing_and_the_secret_of_a_target_are_kept_there_too() {
    if !desktop::is_there() {
        return;
    }
    let desktop = Desktop::with_keyring("");
    let session = desktop.environment();
    let made = run(&["keygen", "--keyring"], &session);
    assert_eq!(made.code, 0, "{}", made.stderr);
    let signed = run(&["scan", "--demo", "--sign"], &session);
    assert_eq!(signed.code, 3, "{}", signed.stderr);
    assert!(signed.scan().join("manifest.json.minisig").exists());
    let again = run(&["keygen", "--keyring"], &session);
    assert_ne!(again.code, 0, "a key that is there is not replaced: {}", again.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_is_named_and_nothing_else_is_tried() {
    if !desktop::is_there() {
        return;
    }
    let simulator = audit::simulator(&estate()).await;
    let desktop = Desktop::with_keyring("");
    let session = desktop.environment();
    let one = audit::credential(&estate(), "AC0001");
    assert_eq!(log_in(&session, &one.account, "", &one.secret).code, 0);
    desktop.lock();

    let ended = scan(&simulator, &session);
    assert_eq!(ended.code, 2);
    assert!(
        ended.stderr.contains("the keyring is locked") && ended.stderr.contains("unlock it"),
        "{}",
        ended.stderr
    );
    assert!(ended.wrote_nothing() && simulator.requests().is_empty());
    for arguments in [&["logout"][..], &["keygen", "--keyring"], &["scan", "--demo", "--sign"]] {
        let ended = run(arguments, &session);
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("the keyring is locked"), "{arguments:?}: {}", ended.stderr);
    }
    let ended = in_session(Audit::new(&["login", "--secret", "ops-key"]), &session).at_terminal("5eed\n");
    assert!(ended.code == 2 && ended.stdout.contains("the keyring is locked"), "{}", ended.stdout);
    // Nobody types a secret into a machine that cannot keep it.
    let ended = log_in(&session, &one.account, "", &one.secret);
    assert_eq!(ended.code, 2);
    assert!(!ended.stdout.contains("Account SID"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_that_somebody_removed_stops_the_scan_instead_of_narrowing_it() {
    if !desktop::is_there() {
        return;
    }
    let simulator = audit::simulator(&estate()).await;
    let desktop = Desktop::with_keyring("");
    let session = desktop.environment();
    for user in ["AC0001", "SK0002"] {
        let one = audit::credential(&estate(), user);
        let key = if one.user == one.account { "" } else { &one.user };
        assert_eq!(log_in(&session, &one.account, key, &one.secret).code, 0);
    }
    desktop.forget(&sid("AC0002"));
    let ended = scan(&simulator, &session);
    assert_eq!(ended.code, 2);
    assert!(
        ended.stderr.contains(&format!("the keyring entry of {} was not found", sid("AC0002"))),
        "{}",
        ended.stderr
    );
    assert!(simulator.requests().is_empty(), "the parent's credential is not used alone");
}

/// What every command says of a session whose keyring is of no use.
fn is_said(environment: &[(&'static str, String)], sentence: &str) {
    let began = Instant::now();
    let ended = run(&["scan"], environment);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(
        ended.stderr.contains(sentence) && ended.stderr.contains("--credentials FILE"),
        "{}",
        ended.stderr
    );
    assert!(ended.wrote_nothing());
    let ended = run(&["login", "--secret", "ops-key"], environment);
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(
        ended.stderr.contains(sentence) && ended.stderr.contains("--credentials file"),
        "{}",
        ended.stderr
    );
    assert!(began.elapsed() < Duration::from_secs(60), "nobody waits for it");
}

#[test]
fn without_a_bus_or_a_keyring_on_it_the_sentence_says_what_to_do_instead() {
    if !desktop::is_there() {
        return;
    }
    let absent = |environment: &[(&'static str, String)]| is_said(environment, NO_KEYRING);
    absent(&[("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus".to_owned())]);
    absent(&Desktop::new("").environment());
}

#[test]
fn a_keyring_that_may_not_be_asked_is_not_taken_for_an_empty_one() {
    if !desktop::is_there() {
        return;
    }
    let desktop = Desktop::with_keyring("<deny send_destination='org.freedesktop.secrets'/>");
    is_said(&desktop.environment(), NO_KEYRING);
}

#[test]
fn a_bus_or_a_keyring_that_never_answers_is_given_up_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("bus");
    let _listens_and_says_nothing = UnixListener::bind(&path).unwrap();
    let address = format!("unix:path={}", path.display());
    is_said(&[("DBUS_SESSION_BUS_ADDRESS", address)], NO_ANSWER);
    if !desktop::is_there() {
        return;
    }
    let desktop = Desktop::with_keyring("");
    desktop.silence();
    is_said(&desktop.environment(), NO_ANSWER);
}
