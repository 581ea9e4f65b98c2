//! Checks of one's own: listed, shown, tested, begun, and run with a scan like the built-in ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, Ended, credential, simulator};
use serde_json::json;

const CHECK: &str = r#"
id = "own-queue-names"
title = "Queues say which floor they are on"
family = "phi-handling"
severity = "medium"
scope = "phi"
subject = "queue"
query = '''
select account_sid, sid as resource_sid, friendly_name as resource_name, 'friendly_name' as field,
       verdict(friendly_name like 'Floor %') as outcome, 'Nobody finds it' as reason
from queue'''
risk = "Callers wait where nobody listens."
remediation = "Rename the queue."
citations = ["164.308(a)(1)(ii)(A)"]
sources = ["https://www.twilio.com/docs/voice/api/queue-resource"]
verified_on = 2026-11-23

[[example]]
name = "floors"
given.queue = [{ sid = "QU1", friendly_name = "Floor 2" }, { sid = "QU2", friendly_name = "Main" }, { sid = "QU3" }]
expect = { QU1 = "pass", QU2 = "fail:medium", QU3 = "not_assessed" }
"#;

fn checks(arguments: &[&str], content: &str) -> Ended {
    let audit = Audit::new(&[]);
    std::fs::create_dir(audit.folder.path().join("own")).unwrap();
    audit.file("own/queues.toml", content).args(&["checks"]).args(arguments).run()
}

#[test]
fn the_built_in_checks_are_listed_by_family_within_80_columns() {
    let ended = Audit::new(&["checks", "list"]).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stdout.contains("webhook-http") && ended.stdout.contains("least-privilege"));
    for line in ended.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let narrowed = Audit::new(&["checks", "list", "--family", "audit-logging"]).run();
    assert!(narrowed.stdout.contains("audit-sink-unhealthy") && !narrowed.stdout.contains("webhook-http"));
}

#[test]
fn one_check_is_shown_whole() {
    let ended = Audit::new(&["checks", "show", "webhook-http", "--file"]).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for part in ["blocks going live", "Risk", "Remedy", "164.312(e)(1)", "verified_on", "[[example]]"] {
        assert!(ended.stdout.contains(part), "{part}");
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/checks/phi-handling/webhook-http.toml");
    assert!(ended.stdout.ends_with(&std::fs::read_to_string(file).unwrap()), "{}", ended.stdout);
    let ended = Audit::new(&["checks", "show", "webhook-htp"]).run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("did you mean `webhook-http`?"), "{}", ended.stderr);
}

#[test]
fn a_check_is_a_page_of_markdown_that_may_stand_anywhere() {
    let show = ["show", "own-queue-names", "--checks-dir", "own", "--format", "markdown"];
    let ended = checks(&show, &CHECK.replace("where nobody", "where <b>nobody</b>"));
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let page = ended.stdout;
    assert!(page.starts_with("# own-queue-names\n\nQueues say which floor they are on.\n"), "{page}");
    for part in
        ["\\<b>nobody\\</b>", "| `queue` | ", "- floors\n", "164.308(a)(1)(ii)(A): Know", "```sql\nselect"]
    {
        assert!(page.contains(part), "{part}: {page}");
    }
    // Nothing is said of a fix, and nothing links to a file that is not there.
    assert!(!page.contains("## The fix") && !page.contains("]("), "{page}");
}

#[test]
fn a_check_of_ones_own_is_tested_like_a_built_in_one() {
    let ended = checks(&["test", "own"], CHECK);
    assert_eq!((ended.code, ended.stdout.contains("1 check, 1 example: all")), (0, true), "{}", ended.stdout);

    let wrong = CHECK.replace("QU1 = \"pass\"", "QU1 = \"fail\"");
    let ended = checks(&["test", "own"], &wrong);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("own/queues.toml:19: example \"floors\""), "{}", ended.stdout);

    let unproven = CHECK.replace(", { sid = \"QU3\" }", "").replace(", QU3 = \"not_assessed\"", "");
    let ended = checks(&["test", "own"], &unproven);
    assert_eq!(ended.code, 1);
    assert!(ended.stdout.contains("no example of `not_assessed`"), "{}", ended.stdout);
}

#[test]
fn errors_point_into_the_file() {
    for (text, replacement, expected) in [
        ("like 'Floor %'", "likes 'Floor %'", "queues.toml:10:"),
        ("friendly_name as resource_name", "frendly_name as resource_name", "no such column: frendly_name"),
        ("from queue", "from queues", "no such table: queues"),
        ("severity = \"medium\"", "severity = \"mild\"", "queues.toml:5:"),
        ("title =", "tilte =", "queues.toml:3:"),
        ("as outcome", "as otcome", "the query answers no column `outcome`"),
        ("select account_sid", "delete from queue; select account_sid", "queues.toml:8:"),
    ] {
        assert!(CHECK.contains(text), "{text}");
        let ended = checks(&["test", "own"], &CHECK.replace(text, replacement));
        assert_eq!(ended.code, 2, "{replacement}: {}", ended.stdout);
        assert!(ended.stderr.contains(expected), "{expected}: {}", ended.stderr);
        assert!(ended.stderr.contains('^'), "no caret: {}", ended.stderr);
    }
}

#[test]
fn a_new_check_passes_its_tests_and_is_never_written_over_another() {
    let ended = Audit::new(&["checks", "new", "my-first", "--checks-dir", "own"]).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let ended = Audit::new(&["checks", "test", "own"]).inside(ended).run();
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    let ended = Audit::new(&["checks", "new", "my-first", "--checks-dir", "own"]).inside(ended).run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("own/my-first.toml"), "{}", ended.stderr);
    let ended = Audit::new(&["checks", "new", "webhook-http"]).run();
    assert_eq!((ended.code, ended.stderr.contains("choose another id")), (2, true), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_judges_by_ones_own_checks_too() {
    let estate = json!({"accounts": [{
        "sid": "AC0001", "owner": "AC0001", "name": "Clinic",
        "resources": {"api/Queues": [
            {"sid": "QU0001", "friendly_name": "Floor 2"}, {"sid": "QU0002", "friendly_name": "Main"},
        ]},
    }]});
    let simulator = simulator(&estate).await;
    let scan = |content: &str, arguments: &[&str]| {
        let audit = Audit::scan(&simulator).sign_in(&credential(&estate, "AC0001"));
        std::fs::create_dir(audit.folder.path().join("own")).unwrap();
        audit.file("own/queues.toml", content).args(&["--checks-dir", "own"]).args(arguments).run()
    };
    let ended = scan(CHECK, &["--check", "own-queue-names", "--all-outcomes"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let outcomes: Vec<String> = ended.outcomes("own-queue-names").into_iter().map(|found| found.0).collect();
    assert_eq!(outcomes, ["pass", "fail"]);

    let ended = scan(&CHECK.replace("own-queue-names", "webhook-http"), &[]);
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("there is a check `webhook-http` already"), "{}", ended.stderr);
}

#[test]
fn a_check_is_shown_as_people_read_it_first() {
    let ended = Audit::new(&["checks", "show", "webhook-http"]).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    for part in [
        "Webhooks use HTTPS",
        "critical",
        "Risk ",
        "Remedy ",
        "45 CFR ",
        "Sources ",
        "Reads ",
        "--file shows",
    ] {
        assert!(ended.stdout.contains(part), "{part}: {}", ended.stdout);
    }
    assert!(!ended.stdout.contains("select ") && !ended.stdout.contains("[[example]]"), "{}", ended.stdout);
    assert!(ended.stdout.lines().count() < 50, "{}", ended.stdout);
}

/// Who asks the program to end while it judges is told what it does; who asks again ends it, and nothing is lost.
#[cfg(unix)]
#[test]
fn judging_is_ended_by_who_asks_twice() {
    let endless = "with recursive n (i) as (select 1 union all select i + 1 from n) select i from n";
    let query = format!("from queue where sid <> (select 'x' || count(*) from ({endless}))");
    let slow = CHECK.replace("from queue", &query);
    let options = ["scan", "--demo", "--checks-dir", "own", "--check", "own-queue-names"];
    let audit = Audit::new(&options).args(&["--check-seconds", "60"]);
    std::fs::create_dir(audit.folder.path().join("own")).unwrap();
    let mut running = audit.file("own/queues.toml", &slow).start();
    let audits = running.path().join("audits");
    let unfinished = || {
        let inside = std::fs::read_dir(&audits).into_iter().flatten().flatten().map(|entry| entry.path());
        inside.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "unfinished"))
    };
    // What is found is written beside what was read: only then is there a second connection.
    let is_judging = || unfinished().is_some_and(|folder| folder.join("evidence.db-shm").exists());
    while running.is_running() && !is_judging() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    running.signal("INT");
    std::thread::sleep(std::time::Duration::from_millis(500));
    assert!(running.is_running(), "it is asked once");
    running.signal("INT");
    let ended = running.wait();
    assert_eq!(ended.code, 130, "{}", ended.stderr);
    for words in ["is being judged", "whoever asks again ends it", "--resume"] {
        assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
    }
    let ended = Audit::new(&options).args(&["--check-seconds", "1", "--resume"]).inside(ended).run();
    assert_eq!(ended.code, 3, "the check takes too long still: {}", ended.stderr);
    assert!(ended.scan().join("report.html").is_file());
}
