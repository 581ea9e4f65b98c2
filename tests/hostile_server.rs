//! A Twilio that lies: whatever it answers, no credential goes elsewhere, nothing of it is called read, no check passes
//! because of it, and the scan ends as documented.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/liar.rs"]
mod liar;
#[path = "support/lies.rs"]
mod lies;

use std::collections::{BTreeMap, BTreeSet};

use audit::{Audit, Ended, credential, simulator};
use liar::{Elsewhere, Liar};
use lies::{Case, OWN, Target, Told};
use serde_json::{Value, json};
use twilio_audit::audit::{built_in, compile};
use twilio_audit::simulator::sid;

fn estate() -> Value {
    json!({"accounts": [{"sid": OWN, "name": "Clinic"}]})
}

/// Each lie with a list that it is told of, in as few scans as there are lists for.
fn dealt_out(mut cases: Vec<Case>) -> Vec<Vec<(Target, Case)>> {
    let mut scans = Vec::new();
    while !cases.is_empty() {
        let (mut free, mut later, mut dealt) = (Target::all(), Vec::new(), Vec::new());
        // Those that not every list will do for come first.
        cases.sort_by_key(|case| free.iter().filter(|target| target.has(case.needs)).count());
        for case in cases {
            match free.iter().position(|target| target.has(case.needs)) {
                Some(place) => dealt.push((free.remove(place), case)),
                None => later.push(case),
            }
        }
        assert!(!dealt.is_empty());
        scans.push(dealt);
        cases = later;
    }
    scans
}

/// What is wrong with what was said of a lie, in sentences.
fn complaints(ended: &Ended, (target, case): &(Target, Case)) -> Vec<String> {
    let kind = target.kind.name;
    let (status, reason) = &ended.coverage(kind)[&sid(OWN)];
    let is_as_told = match case.told {
        Told::Failed(words) => status == "failed" && reason.contains(words),
        Told::Complete => status == "complete",
    };
    let said = format!("{}, of {kind}: {status}: {reason}", case.name);
    if is_as_told { Vec::new() } else { vec![said] }
}

/// The checks that called something fine although they read one of these lists.
fn fine(ended: &Ended, unread: &BTreeSet<&str>) -> Vec<String> {
    let checks = compile(built_in().unwrap()).unwrap();
    let needs: BTreeMap<&str, Vec<&str>> = checks
        .iter()
        .map(|check| (check.check.id.as_str(), check.needs().map(|kind| kind.name).collect()))
        .collect();
    let is_fine = |row: &audit::Row| matches!(row["outcome"].as_str(), "pass" | "not_applicable");
    let rows = ended.rows("findings.csv").into_iter().filter(is_fine);
    rows.filter(|row| needs[row["check_id"].as_str()].iter().any(|kind| unread.contains(kind)))
        .map(|row| format!("{} is {} of {}", row["check_id"], row["outcome"], row["resource_sid"]))
        .collect()
}

/// Insists that the evidence can be read, and that the report does not call itself complete.
fn is_sound(ended: &Ended) {
    let database = rusqlite::Connection::open(ended.scan().join("evidence.db")).unwrap();
    let check: String = database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(check, "ok");
    assert_eq!(ended.json()["scan"]["complete"], json!(false), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_a_hostile_twilio_answers_is_never_fine_and_nothing_goes_elsewhere() {
    let elsewhere = Elsewhere::start();
    let estate = estate();
    let (mut told, mut wrong) = (0, Vec::new());
    let mut runs = tokio::task::JoinSet::new();
    for dealt in dealt_out(lies::all(&elsewhere.authority())) {
        let estate = estate.clone();
        runs.spawn(async move {
            let simulator = simulator(&estate).await;
            let liar = Liar::before(&simulator.endpoint());
            for (target, case) in &dealt {
                let lie = (case.lie)(*target);
                if case.resets {
                    liar.tell_and_reset(&target.address(), lie)
                } else {
                    liar.tell(&target.address(), lie)
                }
            }
            let audit =
                Audit::new(&["scan", "--all-outcomes"]).env("TWILIO_AUDIT_ENDPOINT", &liar.endpoint());
            let audit = audit.sign_in(&credential(&estate, OWN));
            let ended = tokio::task::spawn_blocking(|| audit.run()).await.unwrap();
            assert_eq!(liar.untold(), Vec::<String>::new());
            (ended, dealt)
        });
    }
    while let Some(run) = runs.join_next().await {
        let (ended, dealt) = run.unwrap();
        assert_eq!(ended.code, 3, "{}", ended.stderr);
        is_sound(&ended);
        ended.kept_secrets_of(&estate);
        wrong.extend(dealt.iter().flat_map(|lie| complaints(&ended, lie)));
        let unread = dealt.iter().filter(|(_, case)| case.told != Told::Complete);
        wrong.extend(fine(&ended, &unread.map(|(target, _)| target.kind.name).collect()));
        told += dealt.len();
    }
    elsewhere.saw_nothing();
    assert!(wrong.is_empty(), "{} of {told} lies:\n{}", wrong.len(), wrong.join("\n"));
    eprintln!("{told} lies, none believed");
}
