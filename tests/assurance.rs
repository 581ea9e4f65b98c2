//! What `SECURITY.md` and `docs/assurance.md` name as proof is there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use regex::Regex;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The tests that a text names, as (file, test).
fn named(text: &str) -> Vec<(String, String)> {
    let test = Regex::new(r"`([a-z_]+)::([a-z_0-9]+)`").unwrap();
    test.captures_iter(text).map(|found| (found[1].to_owned(), found[2].to_owned())).collect()
}

#[test]
fn every_test_that_is_named_as_proof_exists() {
    for document in ["SECURITY.md", "docs/assurance.md"] {
        let text = fs::read_to_string(Path::new(ROOT).join(document)).unwrap();
        let tests = named(&text);
        assert!(tests.len() >= 10, "{document} names only {} tests", tests.len());
        for (file, test) in tests {
            let source = fs::read_to_string(Path::new(ROOT).join(format!("tests/{file}.rs")))
                .unwrap_or_else(|_| panic!("{document} names tests/{file}.rs, which is not there"));
            assert!(
                source.contains(&format!("fn {test}(")),
                "{document} names {file}::{test}, which is not there"
            );
        }
    }
}

/// What a file of tests is for: the first paragraph at its head.
fn promise(path: &Path) -> String {
    let text = fs::read_to_string(path).unwrap();
    let lines = text.lines().map_while(|line| line.strip_prefix("//!").map(str::trim));
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_promise_that_is_tested_is_listed_with_its_tests() {
    let document = fs::read_to_string(Path::new(ROOT).join("docs/assurance.md")).unwrap();
    let mut paths: Vec<_> = fs::read_dir(Path::new(ROOT).join("tests"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    paths.sort();
    let table: String = paths
        .iter()
        .map(|path| format!("| `{}` | {} |\n", path.file_stem().unwrap().display(), promise(path)))
        .collect();
    assert!(document.contains(&table), "docs/assurance.md should have this table:\n{table}");
}
