//! The keyring of a desktop, for real: GNOME's on a bus of its own. What it holds is used; where it is locked, absent,
//! closed to us or mute, that is one sentence and no other credential is taken.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/private_bus.rs"]
mod private_bus;

use std::os::unix::net::UnixListener;
use std::time::{Duration, Instant};

use audit::{Audit, Ended, credential};
use private_bus::Bus;
use serde_json::{Value, json};
use twilio_audit::simulator::{Credential, Simulator, sid};

/// The patience for a keyring is 5 seconds for each of its entries. This is what a slow machine may add.
const PATIENCE: Duration = Duration::from_secs(5);
const SLACK: Duration = Duration::from_secs(30);

fn estate() -> Value {
    json!({"accounts": [{"sid": "AC0001", "name": "Clinic", "auth_token": "k3yring0canary00000000000000auth",
        "keys": [{"sid": "SK0101", "kind": "main", "secret": "k3yring0canary000000000000000key"}]}]})
}

/// In the session of a bus.
fn on(bus: &Bus, audit: Audit) -> Audit {
    bus.environment().iter().fold(audit, |audit, (name, value)| audit.env(name, value))
}

/// Types a credential at a terminal.
fn log_in(bus: &Bus, one: &Credential) -> Ended {
    let user = if one.user == one.account { "" } else { &one.user };
    on(bus, Audit::new(&["login"])).at_terminal(&format!("{}\n{user}\n{}\n", one.account, one.secret))
}

fn scan(bus: &Bus, simulator: &Simulator) -> Ended {
    on(bus, Audit::scan(simulator)).args(&["--format", "none"]).run()
}

/// One sentence that says what happened and what to do; nothing asked of Twilio, nothing written, no secret said.
fn refused(what: &str, ended: &Ended, words: &[&str]) {
    assert_eq!(ended.code, 2, "{what}: {}", ended.stderr);
    for word in words.iter().chain(&["--credentials FILE", "TWILIO_ACCOUNT_SID"]) {
        assert!(ended.stderr.contains(word), "{what}: {word}: {}", ended.stderr);
    }
    assert_eq!(ended.stderr.trim().lines().count(), 1, "{what}: {}", ended.stderr);
    assert!(ended.wrote_nothing(), "{what}: something was written");
    assert!(!ended.everything().contains("canary"), "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_used_and_gone_once_it_is_removed() {
    if !private_bus::is_there() {
        return;
    }
    let (bus, simulator) = (Bus::with_keyring(), audit::simulator(&estate()).await);
    for user in ["AC0001", "SK0101"] {
        let one = credential(&estate(), user);
        let ended = log_in(&bus, &one);
        assert!(ended.code == 0 && ended.stdout.contains("Stored the credential of"), "{}", ended.stdout);
        let found = bus.found(&sid("AC0001")).expect("another program finds it");
        assert!(found.contains(&one.secret) && found.contains(&one.user), "{found}");

        let before = simulator.requests().len();
        let ended = scan(&bus, &simulator);
        assert!([0, 1, 3].contains(&ended.code), "{}", ended.stderr);
        ended.kept_secrets_of(&estate());
        let asked = simulator.requests().split_off(before);
        assert!(asked.iter().all(|request| request.user == one.user) && !asked.is_empty(), "{user}");
    }
    for file in bus.kept() {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains("canary"), "{} is not encrypted", file.display());
    }
    let ended = on(&bus, Audit::new(&["logout"])).run();
    assert!(ended.code == 0 && ended.stderr.contains("Removed the credential"), "{}", ended.stderr);
    assert_eq!((bus.found(&sid("AC0001")), bus.found("accounts")), (None, None), "nothing is left behind");
    refused("empty", &scan(&bus, &simulator), &["twilio-audit login"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_keyring_says_so_and_holds_nobody_up() {
    if !private_bus::is_there() {
        return;
    }
    let (bus, simulator) = (Bus::with_keyring(), audit::simulator(&estate()).await);
    assert_eq!(log_in(&bus, &credential(&estate(), "AC0001")).code, 0);
    bus.lock();
    let began = Instant::now();
    let ended = scan(&bus, &simulator);
    refused("locked", &ended, &["the keyring is locked", "unlock it"]);
    assert!(simulator.requests().is_empty(), "nobody is asked without the credential");
    for arguments in [&["logout"][..], &["keygen", "--keyring"]] {
        let ended = on(&bus, Audit::new(arguments)).run();
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("locked"), "{arguments:?}: {}", ended.stderr);
    }
    assert!(began.elapsed() < 4 * PATIENCE + SLACK, "{:?}", began.elapsed());
    // Nothing was lost of what it holds, and nobody else's credential is taken for it: a variable is its own source.
    let ended = on(&bus, Audit::scan(&simulator)).env("TWILIO_ACCOUNT_SID", &sid("AC0001")).run();
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("the secret is missing") && simulator.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_bus_or_a_keyring_on_it_the_other_ways_are_named() {
    if !private_bus::is_there() {
        return;
    }
    let (bus, simulator) = (Bus::start(), audit::simulator(&estate()).await);
    refused("nobody on the bus", &scan(&bus, &simulator), &["no keyring that can be used"]);
    let nowhere = format!("unix:path={}/no-bus", bus.folder.path().display());
    let ended = on(&bus, Audit::scan(&simulator)).env("DBUS_SESSION_BUS_ADDRESS", &nowhere).run();
    refused("no bus", &ended, &["no keyring that can be used"]);
    // Nobody types a secret into a machine that cannot keep it: no question is asked.
    let ended = log_in(&bus, &credential(&estate(), "AC0001"));
    assert_eq!(ended.code, 2, "{}", ended.stdout);
    assert!(
        ended.stdout.contains("nothing was stored") && !ended.stdout.contains("Account SID (AC"),
        "{}",
        ended.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bus_that_lets_nobody_ask_is_said() {
    if !private_bus::is_there() {
        return;
    }
    let simulator = audit::simulator(&estate()).await;
    let bus = Bus::with_rule(r#"<deny send_destination="org.freedesktop.secrets"/>"#);
    refused("closed by a rule", &scan(&bus, &simulator), &["keyring"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mute_keyring_and_a_mute_bus_are_waited_for_five_seconds() {
    if !private_bus::is_there() {
        return;
    }
    let (bus, simulator) = (Bus::with_keyring(), audit::simulator(&estate()).await);
    assert_eq!(log_in(&bus, &credential(&estate(), "AC0001")).code, 0);
    bus.signal_keyring("STOP");
    let began = Instant::now();
    let ended = scan(&bus, &simulator);
    bus.signal_keyring("CONT");
    refused("a mute keyring", &ended, &["did not answer within 5 seconds"]);
    assert!((PATIENCE..PATIENCE + SLACK).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert!([0, 1, 3].contains(&scan(&bus, &simulator).code), "it answers again");
    let asked = simulator.requests().len();

    let path = bus.folder.path().join("mute");
    let _mute = UnixListener::bind(&path).unwrap();
    let began = Instant::now();
    let address = format!("unix:path={}", path.display());
    let ended = on(&bus, Audit::scan(&simulator)).env("DBUS_SESSION_BUS_ADDRESS", &address).run();
    refused("a mute bus", &ended, &["did not answer within 5 seconds"]);
    assert!((PATIENCE..PATIENCE + SLACK).contains(&began.elapsed()), "{:?}", began.elapsed());
    assert_eq!(simulator.requests().len(), asked, "nobody is asked without the credential");
}
