//! From finding to fixed: what is planned, made, seen to be made, and taken back; and that nothing else changes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/fixing.rs"]
mod fixing;

use std::fs;

use audit::{Audit, Ended, credential, entry, simulator, simulator_with};
use fixing::{
    SPARE, anew, estate, fix, in_short, journal, journal_path, of_risk, place, plan_of, planned,
    replace_plan, scanned, with_spare_trunks,
};
use serde_json::json;
use twilio_audit::fix::{Entry, Event};
use twilio_audit::model::{FixPlan, Risk, WayBack};
use twilio_audit::report::fix_plan_schema;
use twilio_audit::simulator::{Fault, Options, Simulator, Trouble, changes, sid};

const TRUNKS: &str = "/trunking.twilio.com/v1/Trunks";
const ALL: [&str; 4] = ["--check", "trunk-not-secure", "--check", "sync-acl-disabled"];

#[tokio::test(flavor = "multi_thread")]
async fn what_is_planned_is_made_seen_and_taken_back_and_nothing_else_changes() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let before = simulator.snapshot();
    let ended = planned(&simulator, &estate, &ALL);
    assert!(simulator.writes().is_empty(), "a plan changes nothing");
    let plan = plan_of(&ended);
    assert_eq!((of_risk(&plan, Risk::Safe), of_risk(&plan, Risk::Disruptive)), (vec![1, 2], vec![3, 4]));
    let schema = jsonschema::validator_for(&serde_json::from_str(&fix_plan_schema()).unwrap()).unwrap();
    assert!(schema.is_valid(&serde_json::to_value(&plan).unwrap()));

    let ended = fix(ended, &simulator, &["apply", "--yes"]).at_terminal("disruptive\n");
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    let secured = |short| format!("{}: secure: false -> true", place("trunking/v1/Trunks", short));
    let mut expected = vec![format!("{}: acl_enabled: false -> true", place("sync/v1/Services", "IS0b01"))];
    expected.extend(["TK0b01", "TK0b02", "TK0b03"].map(secured));
    expected.sort();
    assert_eq!(changes(&before, &simulator.snapshot()), expected);
    assert_eq!(ended.stdout.matches("  gone  ").count(), 4, "{}", ended.stdout);
    assert_eq!(in_short(&journal(&ended)).len(), 2 + 4 * 3);
    // What is typed before it is asked for stands in no line of its own.
    let mut lines = ended.stdout.lines().filter(|line| !line.contains("Type `"));
    assert!(lines.all(|line| line.chars().count() <= 80), "{}", ended.stdout);

    let ended = fix(ended, &simulator, &["undo"]).at_terminal("undo\n");
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert_eq!(changes(&before, &simulator.snapshot()), Vec::<String>::new());
    let back: Vec<String> =
        in_short(&journal(&ended)).into_iter().filter(|line| line.starts_with("back done")).collect();
    assert_eq!(back, ["back done 4", "back done 3", "back done 2", "back done 1"], "newest first");
    let ended = fix(ended, &simulator, &["undo"]).run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("nothing to undo"), "{}", ended.stderr);
    no_secret_in(&ended, &estate);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_at_a_terminal_confirms_only_what_is_safe() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &ALL);
    let ended = fix(ended, &simulator, &["apply"]).run();
    assert_eq!((ended.code, simulator.writes().len()), (3, 0), "{}", ended.stderr);
    assert!(!journal_path(&ended).exists());
    let ended = fix(ended, &simulator, &["apply"]).at_terminal("yes\nno\n");
    assert_eq!((ended.code, simulator.writes().len()), (3, 0), "{}", ended.stdout);
    let ended = fix(ended, &simulator, &["apply", "--yes"]).run();
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("2 disruptive changes: nobody is at a terminal"), "{}", ended.stderr);
    let mut changed: Vec<String> = simulator.writes().into_iter().map(|write| write.path).collect();
    changed.sort();
    assert_eq!(changed, SPARE.map(|short| format!("{TRUNKS}/{}", sid(short))));
    // The rest is made later, and what was made is not made again.
    let ended = fix(ended, &simulator, &["apply", "--resume"]).at_terminal("disruptive\n");
    assert_eq!((ended.code, simulator.writes().len()), (0, 4), "{}", ended.stdout);
}

fn claim_safe(plan: &mut FixPlan, check: &str) {
    plan.steps.iter_mut().filter(|step| step.about.check_id == check).for_each(|step| step.risk = Risk::Safe);
}

/// Runs `fix apply` with a plan or credentials that must not be used: one sentence, and nothing is sent.
fn refused(ended: Ended, simulator: &Simulator, arguments: &[&str], says: &str) -> Ended {
    let before = simulator.writes().len();
    let ended = fix(ended, simulator, &["apply", "--yes"]).args(arguments).run();
    assert_eq!(ended.code, 2, "{says}: {}{}", ended.stdout, ended.stderr);
    assert!(ended.stderr.contains(says), "{says}: {}", ended.stderr);
    assert_eq!(ended.stderr.trim().lines().count(), 1, "{}", ended.stderr);
    assert_eq!(simulator.writes().len(), before, "{says}");
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_that_is_not_as_it_was_made_is_refused() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &ALL);
    let plan = plan_of(&ended);
    let with = |change: &dyn Fn(&mut FixPlan)| {
        let mut plan = plan.clone();
        change(&mut plan);
        plan
    };
    // By hand, with the seal of the old one.
    let text = fs::read_to_string(fixing::plan_path(&ended)).unwrap();
    fs::write(fixing::plan_path(&ended), text.replacen("\"true\"", "\"false\"", 1)).unwrap();
    let mut ended = refused(ended, &simulator, &[], "it was changed after it was made");
    // Sealed anew: what is done to a resource its check alone says.
    let by_its_check = "is not what the check";
    let made = |hours: i64| {
        let moment = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(hours);
        moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    };
    let elsewhere = "https://sync.twilio.com/v1/Services/IS00000000000000000000000000000001".to_owned();
    let altered: [(FixPlan, &str); 7] = [
        (with(&|plan| plan.made_at = made(25)), "25 hours ago"),
        (with(&|plan| plan.made_at = made(-2)), "not in the past"),
        (with(&|plan| plan.steps[0].call.form[0].1 = "false".into()), by_its_check),
        (with(&|plan| plan.steps[0].call.url = elsewhere.clone()), by_its_check),
        (with(&|plan| plan.steps[0].read_url = elsewhere.clone()), by_its_check),
        (with(&|plan| claim_safe(plan, "sync-acl-disabled")), "is not what the check `sync-acl-disabled`"),
        (with(&|plan| plan.steps[0].fields.clear()), by_its_check),
    ];
    for (plan, says) in altered {
        replace_plan(&ended, plan);
        ended = refused(ended, &simulator, &[], says);
    }
    let mut newer = serde_json::to_value(&plan).unwrap();
    newer["format"] = json!(2);
    fs::write(fixing::plan_path(&ended), newer.to_string()).unwrap();
    let ended = refused(ended, &simulator, &[], "of form 2");
    fs::write(fixing::plan_path(&ended), "{}").unwrap();
    refused(ended, &simulator, &[], "it is no plan of this program");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_the_plan_calls_safe_is_not_made_unattended() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &["--check", "trunk-not-secure"]);
    let honest = plan_of(&ended);
    assert_eq!((of_risk(&honest, Risk::Safe).len(), honest.steps.len()), (2, 3));
    // Nothing that is sent by a plan as it is given is sent by anybody but who types it.
    let unattended = |ended: Ended, plan: FixPlan, arguments: &[&str], made: usize, says: &str| {
        let before = simulator.writes().len();
        replace_plan(&ended, plan);
        let ended = fix(ended, &simulator, &["apply", "--yes", "--no-recheck"]).args(arguments).run();
        assert_eq!(ended.code, 3, "{says}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stderr.contains(says), "{says}: {}", ended.stderr);
        assert_eq!(simulator.writes().len() - before, made, "{says}: {}", ended.stdout);
        ended
    };
    let with = |change: &dyn Fn(&mut FixPlan)| {
        let mut plan = honest.clone();
        claim_safe(&mut plan, "trunk-not-secure");
        change(&mut plan);
        plan
    };
    let not_at_hand =
        "not at hand to be asked (--scan names its folder): counted as disruptive (step 1, 2, 3)";
    let scan = ended.folder.path().join("audits").join(&honest.scan_id);
    let moved = ended.folder.path().join("moved");
    // The scan is gone; it is another; it is of another tree; it is none.
    fs::rename(&scan, &moved).unwrap();
    let ended = unattended(ended, with(&|_| {}), &[], 0, not_at_hand);
    let another = with(&|plan| plan.scan_id = "20260101T000000Z".into());
    let ended = unattended(ended, another, &["--scan", "moved"], 0, not_at_hand);
    let tree = with(&|plan| plan.root_account_sid = sid("AC0009"));
    let ended = unattended(ended, tree, &["--scan", "moved"], 0, not_at_hand);
    let none = with(&|plan| plan.scan_id = "../moved".into());
    let ended = unattended(ended, none, &[], 0, "it names no scan: counted as disruptive");
    // It was made too long ago: its name says when, and what it concluded and keeps says the same.
    let day = jiff::Timestamp::now() - jiff::SignedDuration::from_hours(25);
    let (id, old) = (day.strftime("%Y%m%dT%H%M%SZ").to_string(), ended.folder.path().join("old"));
    fs::create_dir(&old).unwrap();
    fs::copy(moved.join("evidence.db"), old.join("evidence.db")).unwrap();
    let store = rusqlite::Connection::open(old.join("evidence.db")).unwrap();
    let began = day.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let conclude = "update conclusion set scan = json_set(scan, '$.id', ?1, '$.started_at', ?2)";
    assert_eq!(store.execute(conclude, [&id, &began]).unwrap(), 1);
    drop(store);
    let aged = with(&|plan| plan.scan_id.clone_from(&id));
    let ended =
        unattended(ended, aged, &["--scan", "old"], 0, "is more than a day old: counted as disruptive");
    // The scan says which of the three nothing uses, and so it is for the honest plan.
    let says = "the plan calls 1 change safe, and its scan does not say so: counted as disruptive (step 3)";
    let ended = unattended(ended, with(&|_| {}), &["--scan", "moved"], 2, says);
    assert!(ended.stderr.contains("1 disruptive change: nobody is at a terminal"), "{}", ended.stderr);
    let ended = fix(ended, &simulator, &["apply", "--yes", "--no-recheck", "--resume", "--scan", "moved"]);
    let ended = ended.at_terminal("disruptive\n");
    assert_eq!((ended.code, simulator.writes().len()), (0, 3), "{}", ended.stdout);
    // At which risk it was made then is no reason not to take it back.
    let ended = fix(ended, &simulator, &["undo", "--no-recheck"]).at_terminal("undo\n");
    assert_eq!((ended.code, simulator.writes().len()), (0, 6), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_need_a_credential_of_their_own_and_of_the_right_account() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &ALL);
    let ended =
        refused(ended, &simulator, &["--max-changes", "3"], "4 changes are more than --max-changes 3");
    let ended = refused(ended, &simulator, &["--credentials", "audit-credentials.toml"], "audits too");
    // The parent's key would change the parent's own resources at this address.
    let parent_only = entry(&credential(&estate, "SK0a01"));
    let write = |ended: &Ended, name: &str, text: &str| {
        use std::os::unix::fs::PermissionsExt as _;
        let path = ended.folder.path().join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    };
    write(&ended, "parent.toml", &parent_only);
    let ended = refused(ended, &simulator, &["--credentials", "parent.toml"], "no credential for AC");
    // A key that says that it is of another account than it is.
    write(&ended, "false.toml", &parent_only.replace(&sid("AC0001"), &sid("AC0002")));
    let ended = fix(ended, &simulator, &["apply", "--credentials", "false.toml"]).run();
    assert_eq!((ended.code, simulator.writes().len()), (4, 0), "{}", ended.stderr);
    // A plan of another estate.
    let other =
        serde_json::from_str(&estate.to_string().replace("AC0001", "AC0011").replace("AC0002", "AC0012"));
    let other: serde_json::Value = other.unwrap();
    let elsewhere = audit::simulator(&other).await;
    write(
        &ended,
        "other.toml",
        &(entry(&credential(&other, "SK0a01")) + &entry(&credential(&other, "SK0b01"))),
    );
    let ended =
        refused(ended, &elsewhere, &["--credentials", "other.toml"], "the plan is of another account");
    let app = "[[credential]]\naccount = \"AC\"\nuser = \"OQ\"\nsecret = \"not-so-secret-1\"\n";
    let app = app.replace("AC", &sid("AC0002")).replace("OQ", &sid("OQ0001"));
    write(&ended, "app.toml", &app);
    let ended = refused(ended, &simulator, &["--credentials", "app.toml"], "an OAuth app makes no changes");
    let ended = refused(ended, &simulator, &["--credentials", "nothing.toml"], "nothing.toml");
    // With leave, the audit's own credential does.
    let arguments = ["apply", "--yes", "--allow-audit-credential", "--credentials", "audit-credentials.toml"];
    let ended = fix(ended, &simulator, &arguments).run();
    assert_eq!((ended.code, simulator.writes().len()), (3, 2), "{}", ended.stderr);
    refused(ended, &simulator, &[], "is there already");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_no_way_back_is_refused_until_it_is_named_and_nobody_saws_off_the_branch() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let old = sid("SK0b02");
    let ended = planned(&simulator, &estate, &["--check", "key-main-unaccounted"]);
    let plan = plan_of(&ended);
    assert!(plan.steps.is_empty() && plan.refused.len() >= 2, "{plan:#?}");
    let page = std::fs::read_to_string(ended.folder.path().join("plan.md")).unwrap();
    for text in [&ended.stdout, &page] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let wanted =
            ["deletes something at Twilio", "`fix undo` could not bring it back", "`fix apply` alone sends"];
        assert!(wanted.iter().all(|wanted| text.contains(wanted)), "{text}");
    }
    assert!(ended.stdout.contains("      --irreversible SK"), "{}", ended.stdout);
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
    let ended = refused(ended, &simulator, &[], "there is nothing to change");
    // The key that makes the changes.
    let own = sid("SK0b01");
    let ended =
        fix(ended, &simulator, &["plan", "--check", "key-main-unaccounted", "--irreversible", &own]).run();
    assert_eq!(plan_of(&ended).steps.len(), 1);
    let ended = refused(ended, &simulator, &[], "which this program signs in with");
    let ended = fix(ended, &simulator, &["plan", "--retire", &old, "--account", &sid("AC0002")]).run();
    assert_eq!(plan_of(&ended).refused.len(), 1, "{}", ended.stdout);
    let retire = ["plan", "--retire", &old, "--account", &sid("AC0002"), "--irreversible", &old];
    let ended = fix(ended, &simulator, &retire).run();
    assert_eq!(plan_of(&ended).steps[0].way_back, WayBack::None);
    let before = simulator.snapshot();
    let ended = fix(ended, &simulator, &["apply"]).at_terminal("irreversible\n");
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    let gone = changes(&before, &simulator.snapshot());
    assert!(
        !gone.is_empty() && gone.iter().all(|line| line.contains(&old) && line.ends_with(": gone")),
        "{gone:?}"
    );
    let ended = fix(ended, &simulator, &["undo"]).at_terminal("undo\n");
    assert_eq!(ended.code, 3);
    assert!(ended.stdout.contains("nothing in it can be taken back"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_changed_meanwhile_is_left_alone() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &["--check", "trunk-not-secure"]);
    // One was mended by somebody else; one is not there any more.
    let trunk = |short: &str| format!("{TRUNKS}/{}", sid(short));
    let meanwhile = Trouble::Meanwhile { field: "secure".into(), value: json!(true) };
    simulator.fail(Fault::times(trunk("TK0b01"), meanwhile, 1));
    let gone = Trouble::Error { status: 404, code: 20404, message: "gone".into() };
    simulator.fail(Fault::always(trunk("TK0b02"), gone));
    let ended = fix(ended, &simulator, &["apply", "--yes"]).at_terminal("disruptive\n");
    assert_eq!((ended.code, simulator.writes().len()), (3, 1), "{}", ended.stdout);
    assert!(ended.stdout.contains("somebody else made the change"), "{}", ended.stdout);
    assert!(ended.stdout.contains("it is not there any more"), "{}", ended.stdout);
    // And an undo leaves alone what was changed since.
    simulator.recover();
    let other = Trouble::Meanwhile { field: "secure".into(), value: json!("odd") };
    simulator.fail(Fault::times(trunk("TK0b03"), other, 1));
    let ended = fix(ended, &simulator, &["undo"]).at_terminal("undo\n");
    assert_eq!((ended.code, simulator.writes().len()), (3, 1), "{}", ended.stdout);
    assert!(ended.stdout.contains("`secure` is not what it was"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_unexpected_answer_ends_it_and_the_journal_says_where() {
    let error = |status, code| Trouble::Error { status, code, message: "no".into() };
    let after = |trouble| Trouble::Afterwards(Box::new(trouble));
    let stops = ["opened", "about_to 1", "answered 1 200", "done 1", "about_to 2"];
    // The trouble with the second change; what the journal says of it, and what people are told.
    let cases = [
        (error(403, 20003), vec!["answered 2 403", "stopped 2"], "access is forbidden (HTTP 403"),
        (error(409, 45002), vec!["answered 2 409", "stopped 2"], "it conflicts with something else"),
        (error(400, 20001), vec!["answered 2 400", "stopped 2"], "not understood"),
        (
            error(500, 20500),
            vec!["answered 2 500", "stopped 2"],
            "nothing of the change is to be seen so far",
        ),
        (
            Trouble::Disconnect,
            vec!["answered 2 0", "stopped 2"],
            "nothing of the change is to be seen so far",
        ),
        (
            after(error(500, 20500)),
            vec!["answered 2 500", "done 2", "closed"],
            "although Twilio had an error",
        ),
        (
            after(Trouble::Disconnect),
            vec!["answered 2 0", "done 2", "closed"],
            "although the exchange broke off",
        ),
        (Trouble::TooManyRequests { retry_after: Some(0) }, vec!["answered 2 200", "done 2", "closed"], ""),
    ];
    let estate = with_spare_trunks(3);
    let planned = planned(&simulator(&estate).await, &estate, &["--check", "trunk-not-secure"]);
    let second = format!("{TRUNKS}/{}", plan_of(&planned).steps[1].about.resource_sid);
    for (trouble, then, says) in cases {
        let simulator = simulator(&estate).await;
        let before = simulator.snapshot();
        let ended = anew(&planned);
        simulator.fail(Fault::times(second.clone(), trouble.clone(), 2).of_method("POST"));
        let ended = fix(ended, &simulator, &["apply", "--yes", "--no-recheck"]).run();
        let lines = in_short(&journal(&ended));
        let mut expected: Vec<&str> = stops.into_iter().chain(then.iter().copied()).collect();
        if let Some(place) = expected.iter().position(|line| *line == "closed") {
            expected.splice(place..place, ["about_to 3", "answered 3 200", "done 3"]);
        }
        assert_eq!(lines, expected, "{trouble:?}: {}{}", ended.stdout, ended.stderr);
        assert!(ended.stdout.contains(says), "{says}: {}", ended.stdout);
        assert_eq!(ended.code, if expected.contains(&"stopped 2") { 3 } else { 0 }, "{trouble:?}");
        // When the trouble is over, it goes on, and makes nothing twice.
        simulator.recover();
        let ended = fix(ended, &simulator, &["apply", "--yes", "--resume", "--no-recheck"]).run();
        if expected.contains(&"stopped 2") {
            assert_eq!(ended.code, 0, "{trouble:?}: {}", ended.stderr);
        }
        assert_eq!(changes(&before, &simulator.snapshot()).len(), 3, "{trouble:?}");
        let made = simulator.writes().into_iter().filter(|write| (200..300).contains(&write.status));
        assert_eq!(made.count(), 3, "{trouble:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_the_journal_and_the_account_agree_once_it_went_on() {
    let estate = with_spare_trunks(4);
    let lines_of_all = 2 + 4 * 3;
    let planned = planned(&simulator(&estate).await, &estate, &["--check", "trunk-not-secure"]);
    for lines in 1..lines_of_all {
        let options = Options { latency: std::time::Duration::from_millis(15), ..Options::default() };
        let simulator = simulator_with(&estate, options).await;
        let before = simulator.snapshot();
        let mut running = fix(anew(&planned), &simulator, &["apply", "--yes", "--no-recheck"]).start();
        let path = running.path().join("plan.journal.jsonl");
        let written = || fs::read_to_string(&path).unwrap_or_default().lines().count();
        while written() < lines && running.is_running() {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        running.signal("KILL");
        let ended = running.wait();
        // A line that broke off says that nothing was sent after it.
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text + "{\"at\":\"2026").unwrap();
        let done = |events: &[Event]| -> Vec<u32> {
            let numbers = events.iter().filter_map(|event| match event {
                Event::Done { number, .. } => Some(*number),
                _ => None,
            });
            numbers.collect()
        };
        let known = fs::read_to_string(&path).unwrap();
        let known: Vec<Event> =
            known.lines().filter_map(|line| Some(serde_json::from_str::<Entry>(line).ok()?.event)).collect();
        for number in done(&known) {
            let changed = changes(&before, &simulator.snapshot());
            assert!(changed.len() >= usize::try_from(number).unwrap(), "{lines}: {changed:?}");
        }
        let ended = fix(ended, &simulator, &["apply", "--yes", "--resume", "--no-recheck"]).run();
        let everything_was_done = done(&known).len() == 4;
        assert!(ended.code == 0 || everything_was_done, "{lines}: {}{}", ended.stdout, ended.stderr);
        assert_eq!(done(&journal(&ended)), [1, 2, 3, 4], "{lines}");
        assert_eq!(changes(&before, &simulator.snapshot()).len(), 4, "{lines}");
        assert_eq!(simulator.writes().len(), 4, "{lines}: what was made is seen, and not made again");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_was_touched_or_is_of_another_plan_is_not_gone_on_with() {
    let estate = with_spare_trunks(2);
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &["--check", "trunk-not-secure"]);
    let ended = fix(ended, &simulator, &["apply", "--yes", "--no-recheck"]).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let text = fs::read_to_string(journal_path(&ended)).unwrap();
    fs::write(journal_path(&ended), text.replacen("spare 1", "spare 7", 1)).unwrap();
    let ended = refused(ended, &simulator, &["--resume"], "it was changed after it was written");
    fs::write(journal_path(&ended), &text).unwrap();
    // A plan beside a journal is not replaced.
    let ended = fix(ended, &simulator, &["plan"]).run();
    let says = "is the journal of the plan that is there: choose another --output\n";
    assert!(ended.code == 2 && ended.stderr.ends_with(says), "{}", ended.stderr);
    let plan = plan_of(&ended);
    replace_plan(&ended, FixPlan { made_by: "somebody else".into(), ..plan });
    refused(ended, &simulator, &["--resume"], "is the journal of another plan");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_wrote_into_a_plan_is_never_replaced() {
    let estate = with_spare_trunks(1);
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &["--check", "trunk-not-secure"]);
    // As it was written, a plan gives way to a newer one.
    let mut ended = fix(ended, &simulator, &["plan"]).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let files = ["plan.json", "plan.md"].map(|name| ended.folder.path().join(name));
    let [plan, page] = [0, 1].map(|place: usize| fs::read_to_string(&files[place]).unwrap());
    let approved =
        page.replace("|---|---|---|---|\n| | | | |", "|---|---|---|---|\n| CHG-7 | Sunday | Kim | |");
    let edited = plan.replacen("\"safe\"", "\"disruptive\"", 1);
    assert!(approved != page && edited != plan, "{page}");
    for (plan, page, says) in [
        (Some(&plan), &approved, "plan.md was changed after it was made"),
        (None, &page, "plan.md is there without its plan"),
        (Some(&edited), &page, "plan.json was changed after it was made"),
    ] {
        match plan {
            Some(plan) => fs::write(&files[0], plan).unwrap(),
            None => fs::remove_file(&files[0]).unwrap(),
        }
        fs::write(&files[1], page).unwrap();
        ended = fix(ended, &simulator, &["plan"]).run();
        assert_eq!(ended.code, 2, "{says}: {}", ended.stdout);
        assert!(ended.stderr.contains(says), "{says}: {}", ended.stderr);
        assert!(ended.stderr.contains("choose another --output, or move it away"), "{}", ended.stderr);
        assert_eq!(fs::read_to_string(&files[0]).ok().as_ref(), plan, "{says}");
        assert_eq!(fs::read_to_string(&files[1]).ok().as_ref(), Some(page), "{says}");
    }
    let ended = fix(ended, &simulator, &["plan", "--output", "again.json"]).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_names_findings_blockers_and_what_people_must_do() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let ended = scanned(&simulator, &estate);
    let ended = fix(ended, &simulator, &["plan", "--blockers"]).run();
    let plan = plan_of(&ended);
    assert!(plan.steps.iter().all(|step| step.about.blocks_go_live));
    assert!(plan.by_hand.iter().all(|by_hand| by_hand.about.blocks_go_live && by_hand.steps.len() >= 3));
    assert!(plan.by_hand.len() > 3);
    let page = fs::read_to_string(ended.folder.path().join("plan.md")).unwrap();
    assert!(page.contains("1. Sign in at https") && page.contains("## By hand"), "{page}");
    let id = plan.by_hand[0].about.finding_ids[0].clone();
    let ended = fix(ended, &simulator, &["plan", &id]).run();
    assert_eq!(plan_of(&ended).by_hand.len(), 1, "{}", ended.stderr);
    let ended = fix(ended, &simulator, &["plan", "twa-0000"]).run();
    assert!(ended.code == 2 && ended.stderr.contains("there is no finding twa-0000"), "{}", ended.stderr);
    let before = fs::read(ended.folder.path().join("plan.json")).unwrap();
    let ended = fix(ended, &simulator, &["plan", "--account", "AC0002"]).run();
    assert!(ended.code == 2 && ended.stderr.contains("knows no account AC0002"), "{}", ended.stderr);
    let ended = fix(ended, &simulator, &["plan", "--account", &sid("AC9999")]).run();
    assert!(ended.code == 2 && ended.stderr.contains("knows no account"), "{}", ended.stderr);
    assert_eq!(
        fs::read(ended.folder.path().join("plan.json")).unwrap(),
        before,
        "no empty plan took its place"
    );
    let ended = fix(ended, &simulator, &["plan", "--check", "trunk-not-secured"]).run();
    assert!(ended.code == 2 && ended.stderr.contains("trunk-not-secure"), "{}", ended.stderr);
    let ended = fix(ended, &simulator, &["plan", "--output", "fix-credentials.toml"]).run();
    assert!(ended.code == 2 && ended.stderr.contains("is no plan"), "{}", ended.stderr);
    assert!(fs::read_to_string(ended.folder.path().join("fix-credentials.toml")).unwrap().contains("SK"));
    let ended = Audit::new(&["fix", "plan", "--schema"]).run();
    assert_eq!(ended.stdout.trim_end(), fix_plan_schema());
}

/// Nothing that was written or said holds a secret; but for the files of credentials themselves.
fn no_secret_in(ended: &Ended, estate: &serde_json::Value) {
    for name in ["audit-credentials.toml", "fix-credentials.toml"] {
        fs::remove_file(ended.folder.path().join(name)).unwrap();
    }
    ended.kept_secrets_of(estate);
}

/// A line of a journal, put in place of the line with this number, and the lines after it chained anew.
fn rechained(text: &str, change: &dyn Fn(&mut Entry)) -> String {
    use sha2::{Digest as _, Sha256};
    let mut previous = String::new();
    let mut lines = String::new();
    for line in text.lines() {
        let mut entry: Entry = serde_json::from_str(line).unwrap();
        change(&mut entry);
        entry.previous = previous;
        let line = entry.seal().unwrap();
        previous = format!("{:x}", Sha256::digest(&line));
        lines += &format!("{line}\n");
    }
    lines
}

#[tokio::test(flavor = "multi_thread")]
async fn a_doctored_journal_sends_nothing_that_no_check_asks_for() {
    let estate = with_spare_trunks(2);
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &["--check", "trunk-not-secure"]);
    let ended = fix(ended, &simulator, &["apply", "--yes", "--no-recheck"]).run();
    let writes = simulator.writes().len();
    let text = fs::read_to_string(journal_path(&ended)).unwrap();
    let elsewhere = text.clone();
    let doctored = rechained(&elsewhere, &|entry| {
        if let Event::AboutTo { step, .. } = &mut entry.event {
            let mut call = step.call.clone();
            call.form = vec![("DisasterRecoveryUrl".into(), "https://evil.example".into())];
            step.way_back = WayBack::MakeAgain { call };
        }
    });
    fs::write(journal_path(&ended), doctored).unwrap();
    let ended = fix(ended, &simulator, &["undo"]).at_terminal("undo\n");
    assert_eq!((ended.code, simulator.writes().len()), (2, writes), "{}", ended.stdout);
    assert!(ended.stdout.contains("is not what the check"), "{}", ended.stdout);
    // What it shows before it asks is what it will do.
    fs::write(journal_path(&ended), &text).unwrap();
    let ended = fix(ended, &simulator, &["undo"]).at_terminal("no\n");
    assert!(ended.stdout.contains("secure: true → false"), "{}", ended.stdout);
    assert_eq!((ended.code, simulator.writes().len()), (3, writes));
    // A line that broke off inside a letter is no end of everything.
    let mut torn = text.into_bytes();
    torn.extend(b"{\"at\":\"K\xc3");
    fs::write(journal_path(&ended), torn).unwrap();
    let ended = fix(ended, &simulator, &["undo"]).at_terminal("undo\n");
    assert_eq!((ended.code, simulator.writes().len()), (0, writes + 2), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undo_sends_back_only_what_its_plan_says_stood_there() {
    let mut estate = with_spare_trunks(1);
    let demo = "https://demo.twilio.com/welcome/voice/";
    estate["accounts"][1]["resources"]["api/IncomingPhoneNumbers"] =
        json!([{"sid": "PN0b01", "phone_number": "+12025550100", "voice_url": demo}]);
    let simulator = simulator(&estate).await;
    let before = simulator.snapshot();
    let ended = planned(&simulator, &estate, &["--check", "webhook-demo-or-twimlet"]);
    let honest = plan_of(&ended);
    assert_eq!(honest.steps.len(), 1);
    let ended = fix(ended, &simulator, &["apply", "--no-recheck"]).at_terminal("disruptive\n");
    assert_eq!((ended.code, simulator.writes().len()), (0, 1), "{}", ended.stdout);
    let text = fs::read_to_string(journal_path(&ended)).unwrap();
    let refused = |ended: Ended, arguments: &[&str], says: &str| {
        let ended = fix(ended, &simulator, &["undo", "--no-recheck"]).args(arguments).at_terminal("undo\n");
        assert_eq!((ended.code, simulator.writes().len()), (2, 1), "{says}: {}", ended.stdout);
        assert!(ended.stdout.contains(says), "{says}: {}", ended.stdout);
        ended
    };
    // Another value from before; the same change of another field.
    let evil = |text: &str| {
        rechained(text, &|entry| {
            if let Event::AboutTo { step, .. } = &mut entry.event {
                step.fields.iter_mut().for_each(|field| field.before = json!("https://evil.example/steal"));
            }
        })
    };
    let elsewhere = text.replace("voice_url", "voice_fallback_url").replace("VoiceUrl", "VoiceFallbackUrl");
    let elsewhere = rechained(&elsewhere.replace(demo, "https://evil.example/steal"), &|_| {});
    let mut ended = ended;
    for doctored in [evil(&text), elsewhere] {
        fs::write(journal_path(&ended), doctored).unwrap();
        ended = refused(ended, &[], "step 1 of the journal is not in it as it stands there");
    }
    // Another plan that says so too is not that of the journal, and without a plan nothing is known.
    let mut doctored = honest.clone();
    doctored.steps[0].fields[0].before = json!("https://evil.example/steal");
    fs::write(journal_path(&ended), evil(&text)).unwrap();
    replace_plan(&ended, doctored);
    let ended = refused(ended, &[], "plan.json: it is not the plan of this journal");
    replace_plan(&ended, honest);
    fs::write(journal_path(&ended), &text).unwrap();
    let moved = ended.folder.path().join("moved.json");
    fs::rename(fixing::plan_path(&ended), &moved).unwrap();
    let ended = refused(ended, &[], "plan.json: there is no such file");
    let changed = fs::read_to_string(&moved).unwrap().replace("welcome", "goodbye");
    fs::write(ended.folder.path().join("changed.json"), changed).unwrap();
    let ended = refused(ended, &["--plan", "changed.json"], "it was changed after it was made");
    // As it was made, it takes back what was there.
    let undo = ["undo", "--no-recheck", "--plan", "moved.json"];
    let ended = fix(ended, &simulator, &undo).at_terminal("undo\n");
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert_eq!(changes(&before, &simulator.snapshot()), Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_twilio_refused_is_nobody_s_change_to_take_back() {
    let estate = with_spare_trunks(1);
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &["--check", "trunk-not-secure"]);
    let forbidden = Trouble::Error { status: 403, code: 20003, message: "no".into() };
    simulator.fail(Fault::times(format!("{TRUNKS}/"), forbidden, 1).of_method("POST"));
    let ended = fix(ended, &simulator, &["apply", "--yes", "--no-recheck"]).run();
    assert_eq!(ended.code, 3);
    // Somebody else makes the change.
    let meanwhile = Trouble::Meanwhile { field: "secure".into(), value: json!(true) };
    simulator.fail(Fault::times(format!("{TRUNKS}/"), meanwhile, 1));
    let ended = fix(ended, &simulator, &["apply", "--yes", "--resume", "--no-recheck"]).run();
    assert!(ended.stdout.contains("somebody else made the change"), "{}", ended.stdout);
    let ended = fix(ended, &simulator, &["undo"]).run();
    assert!(ended.stderr.contains("nothing to undo"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_environment_wants_of_scans_does_not_reach_the_second_look() {
    let estate = with_spare_trunks(1);
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &["--check", "trunk-not-secure"]);
    let ended = fix(ended, &simulator, &["apply", "--yes"])
        .env("TWILIO_AUDIT_FAMILY", "attestation")
        .env("TWILIO_AUDIT_DEMO", "true")
        .env("TWILIO_AUDIT_SHARD", "1/2")
        .run();
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    assert!(ended.stdout.contains("  gone  "), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn named_credentials_of_the_audit_must_be_there_to_be_compared() {
    let estate = with_spare_trunks(1);
    let simulator = simulator(&estate).await;
    let ended = planned(&simulator, &estate, &["--check", "trunk-not-secure"]);
    let ended = refused(ended, &simulator, &["--audit-credentials", "nowhere.toml"], "nowhere.toml");
    let ended = refused(ended, &simulator, &["--config", "nowhere.toml"], "nowhere.toml");
    // Blank: a run was interrupted before it could write a word.
    fs::write(journal_path(&ended), "").unwrap();
    let ended = fix(ended, &simulator, &["apply", "--yes", "--no-recheck"]).run();
    assert_eq!((ended.code, simulator.writes().len()), (0, 1), "{}", ended.stderr);
    // Everything is done: there is nothing to confirm, and the findings are looked at.
    let ended = fix(ended, &simulator, &["apply", "--resume"]).run();
    assert_eq!((ended.code, simulator.writes().len()), (0, 1), "{}", ended.stderr);
    assert!(ended.stdout.contains("  gone  "), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_again_is_not_said_to_be_gone() {
    let mut estate = estate();
    estate["accounts"].as_array_mut().unwrap().push(json!({
        "sid": "AC0003", "name": "Pilot", "owner": "AC0001", "days_ago": 300, "status": "suspended",
        "inactive": "readable",
        "keys": [{"sid": "SK0c01", "name": "old-prod-ops", "kind": "main", "days_ago": 299}]}));
    // Of a suspended account a person is asked to look, of an active one nobody: neither was read.
    for (account, key, check) in
        [("AC0003", "SK0c01", "key-in-inactive-account"), ("AC0002", "SK0b02", "key-main-unaccounted")]
    {
        let simulator = simulator(&estate).await;
        let choice = ["--check", check, "--account", &sid(account), "--irreversible", &sid(key)];
        let ended = planned(&simulator, &estate, &choice);
        assert_eq!(plan_of(&ended).steps.len(), 1, "{account}: {}", ended.stdout);
        let of_2010 = format!("/api.twilio.com/2010-04-01/Accounts/{}/Keys.json", sid(account));
        for list in ["/iam.twilio.com/v1/Keys?", &of_2010] {
            let forbidden = Trouble::Error { status: 403, code: 20003, message: "no".into() };
            simulator.fail(Fault::always(list, forbidden));
        }
        let arguments = ["apply", "--allow-audit-credential", "--credentials", "audit-credentials.toml"];
        let ended = fix(ended, &simulator, &arguments).at_terminal("irreversible\n");
        assert!(ended.stdout.contains("1  done"), "{account}: {}", ended.stdout);
        assert!(ended.stdout.contains("  cannot say  "), "{account}: {}", ended.stdout);
        assert_eq!(ended.code, 3, "{account}: {}", ended.stdout);
    }
}
