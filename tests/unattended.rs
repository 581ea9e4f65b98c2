//! What a scan that nobody watches must be able to do: not overlap, stop in time, look for room.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::time::Duration;

use audit::{Audit, Ended, Running, credential, simulator_with};
use serde_json::{Value, json};
use twilio_audit::simulator::{Options, Simulator};

fn estate() -> Value {
    let account =
        |number: usize| json!({"sid": format!("AC{number:04x}"), "owner": "AC0001", "name": "Clinic"});
    json!({"accounts": std::iter::once(json!({"sid": "AC0001", "name": "Parent"})).chain((2..6).map(account)).collect::<Vec<_>>()})
}

/// A Twilio that takes its time.
async fn slow() -> Simulator {
    simulator_with(&estate(), Options { latency: Duration::from_millis(120), ..Options::default() }).await
}

fn scan(simulator: &Simulator) -> Audit {
    Audit::scan(simulator).sign_in(&credential(&estate(), "AC0001"))
}

/// Waits until a scan has locked its folder and collects.
fn under_way(running: &mut Running) {
    let unfinished =
        || audit::audits_in(running.path()).iter().filter(|name| name.ends_with("unfinished")).count();
    while unfinished() == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(running.is_running());
}

fn beside(running: &Running, audit: Audit) -> Ended {
    audit.env("TWILIO_AUDIT_OUTPUT", running.path().join("audits").to_str().unwrap()).run()
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_scans_one_runs_and_the_other_says_so() {
    let simulator = slow().await;
    let mut first = scan(&simulator).start();
    under_way(&mut first);
    let second = beside(&first, scan(&simulator));
    assert_eq!(second.code, 2, "{}", second.stderr);
    assert!(second.stderr.contains("another scan is writing to"), "{}", second.stderr);
    assert!(second.stderr.contains("(process "), "{}", second.stderr);
    let resumed = beside(&first, scan(&simulator).args(&["--resume"]));
    assert_eq!(resumed.code, 2, "{}", resumed.stderr);
    let plan = beside(&first, scan(&simulator).args(&["--dry-run"]));
    assert_eq!(plan.code, 0, "a plan writes nothing: {}", plan.stderr);
    let first = first.wait();
    assert_eq!(first.code, 3, "{}", first.stderr);
    assert!(first.scan().join("findings.csv").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_lock_of_a_scan_that_was_killed_is_in_nobodys_way() {
    let simulator = slow().await;
    let mut first = scan(&simulator).start();
    under_way(&mut first);
    first.signal("KILL");
    let killed = first.wait();
    let again = scan(&simulator).args(&["--resume"]).inside(killed).run();
    assert_eq!(again.code, 3, "{}", again.stderr);
    assert!(again.scan().join("findings.csv").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_first_scans_do_not_both_run() {
    let simulator = slow().await;
    let first = scan(&simulator).start();
    let second = beside(&first, scan(&simulator));
    let first = first.wait();
    let mut codes = [first.code, second.code];
    codes.sort_unstable();
    assert_eq!(codes, [2, 3], "{}\n{}", first.stderr, second.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn when_the_time_is_over_what_was_read_is_kept() {
    let simulator = slow().await;
    // How long signing in takes depends on the machine.
    let mut tries = [3, 6, 12, 24]
        .into_iter()
        .map(|seconds| scan(&simulator).args(&["--deadline", &format!("{seconds}s")]).run());
    let stopped = tries.find(|stopped| !stopped.stderr.contains("nobody was signed in")).unwrap();
    assert_eq!(stopped.code, 3, "{}", stopped.stderr);
    assert!(stopped.stderr.contains("--deadline allows is over"), "{}", stopped.stderr);
    assert!(stopped.stderr.contains("--resume goes on"), "{}", stopped.stderr);
    let so_far = simulator.requests().len();
    let whole = scan(&simulator).args(&["--resume"]).inside(stopped).run();
    assert_eq!(whole.code, 3, "{}", whole.stderr);
    let asked_again = simulator.requests().len() - so_far;
    let alone = slow().await;
    scan(&alone).run();
    let asked_at_once = alone.requests().len();
    assert!(so_far > 10 && asked_again < asked_at_once, "{so_far} + {asked_again} for {asked_at_once}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_room_nothing_is_begun() {
    let simulator = slow().await;
    let refused = scan(&simulator).args(&["--min-free", "1000000000000"]).run();
    assert_eq!(refused.code, 5);
    assert!(refused.stderr.contains("MiB of free space"), "{}", refused.stderr);
    assert!(refused.wrote_nothing());
    assert_eq!(simulator.requests().len(), 0);
}
