//! Every check brings its proof along, and the proof holds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use twilio_audit::audit::{CHECK_FILES, Collected, Rehearsal, built_in, compile, judge, lacking_proof};
use twilio_audit::catalogue::{KINDS, kind};
use twilio_audit::evidence::{Batch, Row, Store, Value};
use twilio_audit::intent::Intent;
use twilio_audit::model::{AccountSid, Coverage, CoverageStatus, Outcome};

#[test]
fn every_example_comes_out_as_it_should() {
    let mut rehearsal = Rehearsal::new().unwrap();
    let mismatches: Vec<String> = compile(built_in().unwrap())
        .unwrap()
        .iter()
        .flat_map(|compiled| rehearsal.run(compiled))
        .map(|mismatch| mismatch.to_string())
        .collect();
    assert!(mismatches.is_empty(), "\n{}", mismatches.join("\n"));
}

#[test]
fn the_examples_of_every_check_are_whole() {
    let lacking: Vec<String> = compile(built_in().unwrap())
        .unwrap()
        .iter()
        .flat_map(|compiled| {
            let id = &compiled.check.id;
            lacking_proof(compiled).into_iter().map(move |lack| format!("{id}: {lack}"))
        })
        .collect();
    assert!(lacking.is_empty(), "\n{}", lacking.join("\n"));
}

#[test]
fn an_attestation_settles_what_a_check_says_it_settles() {
    let mut rehearsal = Rehearsal::new().unwrap();
    let checks = compile(built_in().unwrap()).unwrap();
    let settled = checks.iter().filter(|compiled| !compiled.check.settled_by.is_empty()).count();
    assert_eq!(settled, 20);
    let unproven: Vec<String> = checks
        .iter()
        .flat_map(|compiled| {
            let unproven = rehearsal.unproven_settlements(compiled).into_iter();
            unproven.map(|lack| format!("{}: {lack}", compiled.check.id))
        })
        .collect();
    assert!(unproven.is_empty(), "\n{}", unproven.join("\n"));
}

#[test]
fn a_check_stands_in_the_file_of_its_name() {
    for ((path, _), check) in CHECK_FILES.iter().zip(built_in().unwrap()) {
        assert_eq!(*path, format!("checks/{}/{}.toml", check.family.as_str(), check.id));
    }
}

/// Of what is older than recordings may be, one page is read: where the day of the limit alone fills it, older ones may
/// lie behind.
#[test]
fn a_full_page_of_young_recordings_decides_nothing() {
    let outcome = |recordings: usize| {
        let account: AccountSid = format!("AC{:032}", 1).parse().unwrap();
        let moment = "2026-11-23T12:00:00Z";
        let mut store = Store::in_memory().unwrap();
        store.write_intent(&Intent::default(), false).unwrap();
        store
            .write(&Batch::Account {
                account: account.clone(),
                name: None,
                status: Some("active".to_owned()),
                is_parent: true,
                is_root: true,
                has_subaccounts: false,
                credential_kind: "main_key",
            })
            .unwrap();
        for kind in KINDS.iter().copied() {
            let read = Coverage::new(account.clone(), kind.name, CoverageStatus::Complete, moment.to_owned());
            store.write(&Batch::Coverage(read)).unwrap();
        }
        let kind = kind("recording_past_retention").unwrap();
        let row = |number: usize| Row {
            account: account.clone(),
            parent: String::new(),
            sid: format!("RE{number:032}"),
            link: None,
            values: kind
                .columns
                .iter()
                .map(|column| match column.name {
                    "date_created" => Value::Text("2026-10-24T12:00:01Z".to_owned()),
                    _ => Value::Null,
                })
                .collect(),
        };
        store.write(&Batch::Rows(kind, (0..recordings).map(row).collect())).unwrap();
        let checks = built_in().unwrap().into_iter().filter(|c| c.id == "recording-retention-exceeded");
        let checks = compile(checks.collect()).unwrap();
        let mut collected = Collected::default();
        judge(&mut store, &checks, moment.parse().unwrap(), &mut collected).unwrap();
        let findings = collected.into_findings();
        findings.iter().find(|finding| finding.field == "recordings").unwrap().outcome
    };
    assert_eq!((outcome(99), outcome(100)), (Outcome::Pass, Outcome::NotAssessed));
}
