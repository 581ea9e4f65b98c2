//! Every check brings its proof along, and the proof holds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use twilio_audit::audit::{CHECK_FILES, Scope, built_in, compile, run_examples};
use twilio_audit::model::Outcome;

#[test]
fn every_example_comes_out_as_it_should() {
    let mismatches: Vec<String> = compile(built_in().unwrap())
        .unwrap()
        .iter()
        .flat_map(run_examples)
        .map(|mismatch| mismatch.to_string())
        .collect();
    assert!(mismatches.is_empty(), "\n{}", mismatches.join("\n"));
}

#[test]
fn every_check_shows_a_pass_a_fault_and_missing_evidence() {
    let compiled = compile(built_in().unwrap()).unwrap();
    let mut lacking = Vec::new();
    for compiled in &compiled {
        let expects =
            |word: &str| {
                compiled.check.examples.iter().any(|example| {
                    example.expect.values().any(|outcome| outcome.split(':').next() == Some(word))
                })
            };
        let mut needed = vec![Outcome::Pass];
        // A check that reads only what was declared cannot lack evidence; what a suspended account does
        // not show, a person must look up.
        let unread =
            if compiled.check.scope == Scope::Inactive { Outcome::Manual } else { Outcome::NotAssessed };
        needed.extend((compiled.needs().next().is_some()).then_some(unread));
        for outcome in needed {
            if !expects(outcome.as_str()) {
                lacking.push(format!("{}: no example of `{}`", compiled.check.id, outcome.as_str()));
            }
        }
        if !expects("fail") && !expects("manual") {
            lacking.push(format!("{}: no example of a fault", compiled.check.id));
        }
    }
    assert!(lacking.is_empty(), "\n{}", lacking.join("\n"));
}

#[test]
fn a_check_stands_in_the_file_of_its_name() {
    for ((path, _), check) in CHECK_FILES.iter().zip(built_in().unwrap()) {
        assert_eq!(*path, format!("checks/{}/{}.toml", check.family.as_str(), check.id));
    }
}
