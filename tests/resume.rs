//! A scan that is interrupted loses nothing: it goes on where it was, and comes to what it would have come to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::print_stdout, reason = "the seed of a test that fails")]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/in_order.rs"]
mod in_order;
#[path = "support/same.rs"]
mod same;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

use audit::{Audit, Ended, Running, credential, simulator_with};
use serde_json::{Value, json};
use twilio_audit::simulator::{Fault, Options, Request, Simulator, Trouble, sid};

/// Checks that read lists of several pages, lists under lists, rows whose address is no SID, and what is taken out of
/// other rows.
const CHECKS: &[&str] = &["--check", "number-without-handler", "--check", "studio-ineligible-widget"];

/// Rows on a page.
const PAGE: usize = 2;

fn options() -> Options {
    Options { page_size_cap: Some(PAGE), latency: Duration::from_millis(1), ..Options::default() }
}

/// A parent and so many subaccounts, each with a few numbers, applications and flows.
fn estate(subaccounts: usize) -> Value {
    let numbers: Vec<Value> =
        (0..5).map(|n| json!({"voice_url": format!("https://clinic.example/{n}")})).collect();
    let resources = json!({
        "api/IncomingPhoneNumbers": numbers,
        "api/Applications": [{"voice_url": "https://clinic.example/app"}, {}, {}],
        "studio/v2/Flows": [{}, {}, {}],
    });
    let account = |number: usize| json!({"sid": format!("AC{number:04x}"), "owner": "AC0001", "name": format!("Clinic {number}"), "resources": resources});
    let parent = json!({"sid": "AC0001", "name": "Parent"});
    let accounts: Vec<Value> = std::iter::once(parent).chain((2..subaccounts + 2).map(account)).collect();
    json!({"accounts": accounts})
}

fn scan(simulator: &Simulator, estate: &Value, arguments: &[&str]) -> Audit {
    let audit = Audit::scan(simulator).sign_in(&credential(estate, "AC0001"));
    audit.args(&["--derive-subaccount-tokens"]).args(arguments)
}

fn go_on(simulator: &Simulator, estate: &Value, before: Ended, arguments: &[&str]) -> Audit {
    scan(simulator, estate, arguments).args(&["--resume"]).inside(before)
}

/// The requests that belong to a listing: those of signing in are made anew each time.
fn listings(requests: &[Request]) -> Vec<(String, String)> {
    let signs_in = |path: &str| {
        let path = path.split('?').next().unwrap();
        path.ends_with("/2010-04-01/Accounts.json")
            || path.contains("/v1/Keys/")
            || (path.starts_with("/api.twilio.com/2010-04-01/Accounts/AC") && path.matches('/').count() == 4)
    };
    let of_listing = requests.iter().filter(|request| request.method == "GET" && !signs_in(&request.path));
    of_listing.map(|request| (request.user.clone(), request.path.clone())).collect()
}

/// The listing that a page belongs to: its path, without what tells its pages apart.
fn listing_of((user, path): &(String, String)) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let tells_pages_apart =
        |part: &&str| ["Page=", "PageToken=", "pageToken="].iter().any(|name| part.starts_with(name));
    let query: Vec<&str> = query.split('&').filter(|part| !tells_pages_apart(part)).collect();
    format!("{user} {path}?{}", query.join("&"))
}

/// Insists that a run asked again for no more than one page of each listing.
///
/// Pages are told apart and not counted: what the killed process sent last may be taken down only while the next one
/// runs, which then begins with that very page.
fn repeats_at_most_a_page(before: &BTreeSet<(String, String)>, run: &[(String, String)]) {
    let mut repeated: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for page in run.iter().filter(|page| before.contains(page)) {
        repeated.entry(listing_of(page)).or_default().insert(&page.1);
    }
    let worst = repeated.iter().max_by_key(|(_, pages)| pages.len());
    assert!(worst.is_none_or(|(_, pages)| pages.len() <= 1), "{worst:?}");
}

async fn until(running: &mut Running, is_so: impl Fn() -> bool) -> bool {
    loop {
        if is_so() {
            return true;
        }
        if !running.is_running() {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// SIGKILL at twenty moments of one scan of 300 accounts, three of them after its last request.
#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_is_killed_twenty_times_comes_to_the_same() {
    let estate = estate(300);
    let undisturbed = simulator_with(&estate, options()).await;
    let expected = scan(&undisturbed, &estate, CHECKS).run();
    let all = listings(&undisturbed.requests()).len();
    let expected_result = same::Result::of(&expected.scan());
    assert!(expected_result.rows() > 300 * 20, "{} rows are no proof", expected_result.rows());

    let seed = fastrand::u64(..);
    let mut dice = fastrand::Rng::with_seed(seed);
    println!("seed {seed}");
    let mut moments: Vec<usize> = (0..17).map(|_| dice.usize(1..all)).collect();
    moments.sort_unstable();
    moments.extend([all; 3]);

    let simulator = simulator_with(&estate, options()).await;
    let mut seen = BTreeSet::new();
    let mut asked = 0;
    let mut kills = 0;
    let mut ended: Option<Ended> = None;
    for moment in moments {
        let audit = match ended.take() {
            Some(before) => go_on(&simulator, &estate, before, CHECKS),
            None => scan(&simulator, &estate, CHECKS),
        };
        let mut running = audit.start();
        let is_time = || listings(&simulator.requests()).len() >= moment.max(asked + 1);
        let came = until(&mut running, is_time).await;
        if came && moment == all {
            tokio::time::sleep(Duration::from_millis(dice.u64(0..400))).await;
        }
        // One that ended before its moment came is gone, and cannot be sent anything.
        let is_running = running.is_running();
        if is_running {
            running.signal("KILL");
        }
        kills += usize::from(is_running || came);
        ended = Some(running.wait());
        let requests = listings(&simulator.requests());
        repeats_at_most_a_page(&seen, &requests[asked..]);
        seen.extend(requests[asked..].iter().cloned());
        asked = requests.len();
    }
    let ended = go_on(&simulator, &estate, ended.unwrap(), CHECKS).run();
    repeats_at_most_a_page(&seen, &listings(&simulator.requests())[asked..]);
    assert_eq!(ended.code, expected.code, "{}", ended.stderr);
    assert!(kills >= 17, "{kills}");
    same::Result::of(&ended.scan()).must_be(&expected_result);
    assert_eq!(ended.audits().len(), 1, "nothing lies about");
}

/// What is left of an interrupted scan holds what a finished one does not; afterwards it is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_budget_ends_a_scan_that_goes_on_until_nothing_is_left_to_ask() {
    let estate = estate(3);
    let undisturbed = simulator_with(&estate, options()).await;
    let expected = scan(&undisturbed, &estate, CHECKS).run();
    let needed = undisturbed.requests().len();

    let simulator = simulator_with(&estate, options()).await;
    let mut ended = scan(&simulator, &estate, CHECKS).args(&["--budget", "14"]).run();
    let mut runs = 1;
    while ended.stderr.contains("--budget") {
        assert_eq!(ended.code, 3, "{}", ended.stderr);
        assert!(ended.stderr.contains("--resume"), "{}", ended.stderr);
        assert_eq!(simulator.requests().len() % 14, 0, "not one more than it may");
        ended = go_on(&simulator, &estate, ended, CHECKS).args(&["--budget", "14"]).run();
        runs += 1;
        assert!(runs < 20, "it gets nowhere");
    }
    assert!(runs > 3, "{runs} runs are no proof");
    assert!(simulator.requests().len() < 3 * needed, "{} of {needed}", simulator.requests().len());
    assert_eq!(ended.code, expected.code, "{}", ended.stderr);
    same::Result::of(&ended.scan()).must_be(&same::Result::of(&expected.scan()));
    let text = fs::read(ended.scan().join("evidence.db")).unwrap();
    let text = String::from_utf8_lossy(&text);
    assert!(!text.contains("PageToken") && !text.contains("hash_salt"), "what only going on needs is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_budget_that_is_too_small_to_sign_in_leaves_nothing_behind() {
    // The account list has more pages than one, whichever of them the parent stands on.
    let estate = estate(5);
    let simulator = simulator_with(&estate, options()).await;
    let ended = scan(&simulator, &estate, CHECKS).args(&["--budget", "1"]).run();
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("--budget") && ended.wrote_nothing(), "{}", ended.stderr);
}

/// The network goes, for good: nobody waits for all lists to fail one after the other.
#[tokio::test(flavor = "multi_thread")]
async fn a_lost_network_interrupts_a_scan() {
    let estate = estate(20);
    let expected = {
        let undisturbed = simulator_with(&estate, options()).await;
        scan(&undisturbed, &estate, CHECKS).run()
    };
    let simulator = simulator_with(&estate, Options { latency: Duration::from_millis(5), ..options() }).await;
    let mut running = scan(&simulator, &estate, CHECKS).start();
    until(&mut running, || simulator.requests().len() > 60).await;
    simulator.fail(Fault::always("/", Trouble::Disconnect));
    let ended = running.wait();
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("network") && ended.stderr.contains("--resume"), "{}", ended.stderr);
    simulator.recover();
    let ended = go_on(&simulator, &estate, ended, CHECKS).run();
    assert_eq!(ended.code, expected.code, "{}", ended.stderr);
    same::Result::of(&ended.scan()).must_be(&same::Result::of(&expected.scan()));
}

/// Whoever goes on asking with what is not accepted any more takes the places of others for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_not_accepted_any_more_are_soon_left_alone() {
    let accounts = 41;
    let estate = estate(accounts - 1);
    let simulator = simulator_with(&estate, options()).await;
    let expected = scan(&simulator, &estate, &[]).run();
    let needed = simulator.requests().len();

    let mut running = scan(&simulator, &estate, &[]).start();
    until(&mut running, || simulator.requests().len() > needed + 200).await;
    let refused = Trouble::Error { status: 401, code: 20003, message: "Authenticate".to_owned() };
    simulator.fail(Fault::always("/", refused));
    let before = simulator.requests().len();
    let interrupted = running.wait();
    let in_vain = simulator.requests().len() - before;
    assert_eq!(interrupted.code, 3, "{}", interrupted.stderr);
    // Each account has a token and a hundred lists. Ten refusals in a row, what was under way meanwhile, and trying anew.
    assert!(in_vain < accounts * 25, "{in_vain} requests were sent in vain");
    assert!(interrupted.stderr.contains("and so it is with "), "{}", interrupted.stderr);
    assert!(interrupted.stderr.contains("--resume"), "{}", interrupted.stderr);
    assert!(interrupted.stderr.lines().count() < 20, "{}", interrupted.stderr);

    simulator.recover();
    let ended = go_on(&simulator, &estate, interrupted, &[]).run();
    assert_eq!(ended.code, expected.code, "{}", ended.stderr);
    same::Result::of(&ended.scan()).must_be(&same::Result::of(&expected.scan()));
}

/// Two runs do not write into one scan.
#[tokio::test(flavor = "multi_thread")]
async fn a_scan_that_is_under_way_is_not_gone_on_with() {
    let estate = estate(2);
    let simulator = simulator_with(&estate, options()).await;
    let numbers = format!("/api.twilio.com/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json", sid("AC0002"));
    simulator.fail(Fault { times: Some(1), ..Fault::always(&numbers, Trouble::Hang) });
    let mut first = scan(&simulator, &estate, CHECKS).start();
    until(&mut first, || simulator.requests().iter().any(|request| request.path.starts_with(&numbers))).await;
    tokio::time::sleep(Duration::from_millis(1100)).await; // scans are named by the second
    let output = first.path().join("audits");
    let second =
        scan(&simulator, &estate, CHECKS).args(&["--resume", "--output", output.to_str().unwrap()]).run();
    assert_eq!(second.code, 2);
    assert!(second.stderr.contains("another scan is writing"), "{}", second.stderr);
    first.signal("KILL");
    assert_eq!(audit::audits_in(first.path()).len(), 1);
    first.wait();
}

/// Whoever asks after a scan that never ended is told so, whatever they call it.
#[tokio::test(flavor = "multi_thread")]
async fn where_only_half_a_scan_lies_commands_say_so_and_how_it_goes_on() {
    let estate = estate(1);
    let simulator = simulator_with(&estate, options()).await;
    let mut ended = scan(&simulator, &estate, CHECKS).args(&["--budget", "9"]).run();
    let [name] = &ended.audits()[..] else { panic!("{:?}", ended.audits()) };
    let id = name.strip_suffix(".unfinished").unwrap().to_owned();
    let folder = format!("audits/{id}");
    for arguments in
        [&["gate"][..], &["gate", "audits"], &["report", &id], &["diff", &folder, "audits/latest"]]
    {
        ended = Audit::new(arguments).inside(ended).run();
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stdout);
        for says in [format!("is not finished ({id}.unfinished)"), "again, with --resume".to_owned()] {
            assert!(ended.stderr.contains(&says), "{arguments:?}: {}", ended.stderr);
        }
    }
    ended = go_on(&simulator, &estate, ended, CHECKS).run();
    // Once it is finished its name alone is enough, for every command that reads a scan.
    for arguments in
        [&["gate", &id][..], &["report", &id], &["query", "select 1", "--scan", &id], &["verify", &id]]
    {
        ended = Audit::new(arguments).inside(ended).run();
        assert!(!ended.stderr.contains("there is no"), "{arguments:?}: {}", ended.stderr);
        assert!(ended.code != 2, "{arguments:?}: {}", ended.stderr);
    }
    ended = Audit::new(&["gate", "20010101T000000Z"]).inside(ended).run();
    assert_eq!(ended.code, 2);
    let other = format!("name the folder of a scan, such as audits/{id}");
    assert!(ended.stderr.contains(&other), "{}", ended.stderr);
}

/// A scan of a tree in order, whose parent signs in as this user.
fn in_order_as(user: &str, simulator: &Simulator, estate: &Value) -> Audit {
    let credentials = [user, "AC0002"].map(|user| credential(estate, user));
    Audit::scan(simulator)
        .credentials(&credentials.iter().collect::<Vec<_>>())
        .declared(&in_order::declared(1))
}

/// The same, killed when the list of accounts is on disk; going on with one of before, where there is one.
async fn killed_as(user: &str, simulator: &Simulator, estate: &Value, before: Option<Ended>) -> Ended {
    const SINKS: &str = "/events.twilio.com/v1/Sinks";
    let asked = |simulator: &Simulator| {
        simulator.requests().iter().filter(|request| request.path.starts_with(SINKS)).count()
    };
    simulator.fail(Fault::always(SINKS, Trouble::Hang));
    let asked_before = asked(simulator);
    let mut audit = in_order_as(user, simulator, estate);
    if let Some(before) = before {
        // The file with the credentials is written anew into the folder of before.
        let content = fs::read_to_string(audit.folder.path().join("credentials.toml")).unwrap();
        audit = audit.args(&["--resume"]).inside(before).file("credentials.toml", &content);
    }
    let mut running = audit.start();
    assert!(until(&mut running, || asked(simulator) > asked_before).await, "it ended too early");
    written_down(running.path()).await;
    running.signal("KILL");
    let ended = running.wait();
    simulator.recover();
    ended
}

/// Waits until what a scan that waits for an answer knows is on disk: until nothing of its folder grows for a second.
async fn written_down(folder: &Path) {
    let sizes = || -> Vec<u64> {
        let begun = fs::read_dir(folder.join("audits")).unwrap().map(|entry| entry.unwrap().path());
        let files =
            begun.filter(|path| path.is_dir()).flat_map(|path| fs::read_dir(path).into_iter().flatten());
        files.map(|file| file.unwrap().metadata().map_or(0, |file| file.len())).collect()
    };
    let (mut before, mut quiet) = (sizes(), 0);
    while quiet < 10 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = sizes();
        quiet = if now == before { quiet + 1 } else { 0 };
        before = now;
    }
}

/// What `killed_as` left, gone on with to its end.
fn ended_as(user: &str, simulator: &Simulator, estate: &Value, before: Ended) -> Ended {
    let audit = in_order_as(user, simulator, estate);
    let content = fs::read_to_string(audit.folder.path().join("credentials.toml")).unwrap();
    audit.args(&["--resume"]).inside(before).file("credentials.toml", &content).run()
}

fn verdict(ended: &Ended) -> String {
    let json = ended.json();
    let account =
        json["accounts"].as_array().unwrap().iter().find(|one| one["account_sid"] == sid("AC0002")).unwrap();
    account["verdict"].as_str().unwrap().to_owned()
}

/// What a check found, as (account, reason).
fn reasons(ended: &Ended, check: &str) -> Vec<(String, String)> {
    let rows = ended.rows("findings.csv").into_iter().filter(|row| row["check_id"] == check);
    rows.map(|row| (row["account_sid"].clone(), row["reason"].clone())).collect()
}

/// The parent's Auth Token is shown the tokens of all subaccounts. Whoever goes on with a key has seen them all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_shown_before_an_interruption_was_shown() {
    let estate = in_order::estate(&[json!({})]);
    let simulator = simulator_with(&estate, Options::default()).await;
    assert_eq!(verdict(&in_order_as("SK0001", &simulator, &estate).run()), "ready");
    let expected = in_order_as("AC0001", &simulator, &estate).run();
    assert_eq!(verdict(&expected), "not_ready");
    let (shown, read_with) = ("parent-credential-reaches-phi", "audit-credential-overprivileged");

    for users in [&["AC0001"][..], &["AC0001", "SK0001"], &["SK0001", "AC0001"]] {
        let mut ended = None;
        for user in users {
            ended = Some(killed_as(user, &simulator, &estate, ended).await);
        }
        let ended = ended_as("SK0001", &simulator, &estate, ended.unwrap());
        assert_eq!(verdict(&ended), "not_ready", "{users:?}: {}", ended.stderr);
        for check in [shown, read_with] {
            assert_eq!(reasons(&ended, check), reasons(&expected, check), "{check} after {users:?}");
        }
        let store = fs::read(ended.scan().join("evidence.db")).unwrap();
        assert!(
            !String::from_utf8_lossy(&store).contains("_tree_before"),
            "what only going on needs is gone"
        );
    }
    // The other way round it is so without more, and with a key alone nothing is made worse.
    let key = killed_as("SK0001", &simulator, &estate, None).await;
    assert_eq!(verdict(&ended_as("AC0001", &simulator, &estate, key)), "not_ready");
    let key = killed_as("SK0001", &simulator, &estate, None).await;
    assert_eq!(verdict(&ended_as("SK0001", &simulator, &estate, key)), "ready");

    // Who goes on may not even be shown the list.
    let token = killed_as("AC0001", &simulator, &estate, None).await;
    simulator.fail(Fault::always("/api.twilio.com/2010-04-01/Accounts.json", Trouble::Html { status: 403 }));
    let ended = ended_as("SK0001", &simulator, &estate, token);
    assert_eq!(verdict(&ended), "not_ready", "{}", ended.stderr);
    let fault = ("fail".to_owned(), sid("AC0001"));
    assert!(ended.outcomes(shown).contains(&fault), "{:?}", ended.outcomes(shown));
}
