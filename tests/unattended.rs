//! What a scan that nobody watches must be able to do: not overlap, stop in time, look for room.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::fs;
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
    slow_by(120).await
}

async fn slow_by(milliseconds: u64) -> Simulator {
    let latency = Duration::from_millis(milliseconds);
    simulator_with(&estate(), Options { latency, ..Options::default() }).await
}

fn scan(simulator: &Simulator) -> Audit {
    Audit::scan(simulator).sign_in(&credential(&estate(), "AC0001"))
}

/// Waits until a scan has locked its folder and collects.
fn under_way(running: &mut Running) {
    let is_unfinished = |name: &String| name.ends_with("unfinished");
    while !audit::audits_in(running.path()).iter().any(is_unfinished) {
        assert!(running.is_running(), "it ended before it was seen");
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

/// Killed in the midst of the first commit, a store is there with a journal that would take it back to nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_was_killed_while_its_store_was_made_is_in_nobodys_way() {
    let simulator = simulator_with(&estate(), Options::default()).await;
    let budget = scan(&simulator).args(&["--budget", "60"]).run();
    let [unfinished] = budget.audits().try_into().unwrap();
    let made = tempfile::tempdir().unwrap();
    let connection = rusqlite::Connection::open(made.path().join("evidence.db")).unwrap();
    // So little room that half of it is in the file before it is committed.
    connection.execute_batch("pragma cache_size = 1; begin; create table half (bytes)").unwrap();
    connection.execute_batch("insert into half values (zeroblob(1000000))").unwrap();
    let folder = budget.folder.path().join("audits").join(unfinished);
    for file in fs::read_dir(&folder).unwrap().map(|file| file.unwrap().path()) {
        let is_store = file.file_name().unwrap().to_str().unwrap().starts_with("evidence.db");
        is_store.then(|| fs::remove_file(&file).unwrap());
    }
    for name in ["evidence.db", "evidence.db-journal"] {
        fs::copy(made.path().join(name), folder.join(name)).unwrap();
    }
    let again = scan(&simulator).args(&["--resume"]).inside(budget).run();
    assert_eq!(again.code, 3, "{}", again.stderr);
    assert!(again.scan().join("findings.csv").exists());
    assert!(!again.audits().iter().any(|name| name.ends_with("unfinished")), "{:?}", again.audits());
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

/// More requests than it takes to sign in, and than are under way at once.
const MANY: usize = 80;

#[tokio::test(flavor = "multi_thread")]
async fn when_the_time_is_over_what_was_read_is_kept() {
    let simulator = slow_by(400).await;
    // How long signing in takes depends on the machine, and so does how much is read afterwards.
    let mut tries = [1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 17, 20, 24, 29].into_iter().map(|seconds| {
        let before = simulator.requests().len();
        let stopped = scan(&simulator).args(&["--deadline", &format!("{seconds}s")]).run();
        (simulator.requests().len() - before, stopped)
    });
    let is_over = |stopped: &Ended| stopped.stderr.contains("--deadline allows is over");
    let (asked, stopped) = tries.find(|(asked, stopped)| *asked > MANY && is_over(stopped)).unwrap();
    assert_eq!(stopped.code, 3, "{}", stopped.stderr);
    assert!(stopped.stderr.contains("--resume goes on"), "{}", stopped.stderr);
    let so_far = simulator.requests().len();
    let whole = scan(&simulator).args(&["--resume"]).inside(stopped).run();
    assert_eq!(whole.code, 3, "{}", whole.stderr);
    let asked_again = simulator.requests().len() - so_far;
    let alone = slow().await;
    scan(&alone).run();
    let asked_at_once = alone.requests().len();
    // What was under way when the time was over is asked again, and so is who signs in.
    assert!(asked_again < asked_at_once, "{asked} + {asked_again} for {asked_at_once}");
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

/// A scan that lay about while another was finished is older than that, whenever it is gone on with.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_scan_never_takes_the_place_of_a_newer_one() {
    let simulator = simulator_with(&estate(), Options::default()).await;
    let stopped = scan(&simulator).args(&["--budget", "150"]).run();
    assert_eq!(stopped.code, 3, "{}", stopped.stderr);
    std::thread::sleep(Duration::from_millis(1100)); // scans are named by the second
    let newer = scan(&simulator).inside(stopped).run();
    let newest = newer.scan();
    let older = scan(&simulator).args(&["--resume"]).inside(newer).run();
    assert!(older.stderr.contains("was finished in the meantime"), "{}", older.stderr);
    assert_eq!(older.scan(), newest, "`latest` is the newer one");
    assert_eq!(older.audits().len(), 3, "{:?}", older.audits());
    let verified = Audit::new(&["verify"]).inside(older).run();
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}

/// What is in the place of a lock and is none is not touched.
#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_no_way_to_another_file() {
    let simulator = simulator_with(&estate(), Options::default()).await;
    let first = scan(&simulator).run();
    let (lock, victim) = (first.folder.path().join("audits/.scan-lock"), first.folder.path().join("victim"));
    std::fs::write(&victim, "precious").unwrap();
    std::fs::remove_file(&lock).unwrap();
    std::os::unix::fs::symlink(&victim, &lock).unwrap();
    let refused = scan(&simulator).inside(first).run();
    assert_eq!(refused.code, 5, "{}", refused.stderr);
    assert_eq!(std::fs::read_to_string(refused.folder.path().join("victim")).unwrap(), "precious");
    // Nor is a folder an interrupted scan that only ends like one.
    std::fs::remove_file(refused.folder.path().join("audits/.scan-lock")).unwrap();
    let foreign = refused.folder.path().join("audits/thesis.unfinished");
    std::fs::create_dir(&foreign).unwrap();
    std::fs::write(foreign.join("chapter"), "one").unwrap();
    let resumed = scan(&simulator).args(&["--resume"]).inside(refused).run();
    assert!(resumed.folder.path().join("audits/thesis.unfinished/chapter").exists(), "{}", resumed.stderr);
}
