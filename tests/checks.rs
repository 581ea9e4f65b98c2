//! Every check brings its proof along, and the proof holds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use twilio_audit::audit::{CHECK_FILES, Rehearsal, built_in, compile, lacking_proof};

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
fn a_check_stands_in_the_file_of_its_name() {
    for ((path, _), check) in CHECK_FILES.iter().zip(built_in().unwrap()) {
        assert_eq!(*path, format!("checks/{}/{}.toml", check.family.as_str(), check.id));
    }
}
