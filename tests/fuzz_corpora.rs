//! What fuzzing found worth keeping is tried again with every test, without a fuzzer: the corpora, and every input that once
//! broke something.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[allow(dead_code, unreachable_pub, reason = "it is a crate of its own too")]
#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};
use twilio_audit::catalogue::{Answer, Column, Derivation, KINDS, Keep, Kind, Origin};

/// A corpus is small enough to be kept with the source.
const MOST_BYTES: u64 = 400 << 10;

fn folder(of: &str, target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(of).join(target)
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn no_input_that_fuzzing_kept_breaks_a_promise() {
    for (target, run) in fuzz::TARGETS {
        let inputs: Vec<PathBuf> =
            ["corpus", "regressions"].iter().flat_map(|of| files(&folder(of, target))).collect();
        assert!(!inputs.is_empty(), "{target} has no corpus");
        for input in inputs {
            let bytes = fs::read(&input).unwrap();
            let ran = std::panic::catch_unwind(|| run(&bytes));
            assert!(ran.is_ok(), "{} breaks {target}", input.display());
        }
    }
}

#[test]
fn every_target_is_fuzzed_and_its_corpus_is_small() {
    let names: BTreeSet<String> = fuzz::TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let fuzzed = files(&folder("fuzz_targets", ""));
    let fuzzed = fuzzed.iter().map(|file| file.file_stem().unwrap().to_str().unwrap().to_owned());
    assert_eq!(fuzzed.collect::<BTreeSet<_>>(), names);
    for target in &names {
        let bytes: u64 =
            files(&folder("corpus", target)).iter().map(|file| fs::metadata(file).unwrap().len()).sum();
        assert!(bytes <= MOST_BYTES, "{target}: {bytes} bytes; `make fuzz-corpora` makes it small");
    }
}

/// `UPDATE_CORPORA=1` writes a row of every kind for the target `reduce`: a new kind is fuzzed from a row that it keeps.
#[test]
fn every_kind_has_a_row_to_begin_with() {
    for kind in KINDS.iter().copied().filter(|kind| kind.endpoint().is_some()) {
        let input = format!("{}\n{}", kind.name, answer(kind));
        if std::env::var_os("UPDATE_CORPORA").is_some() {
            let folder = folder("corpus", "reduce");
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("kind-{}", kind.name)), &input).unwrap();
        }
        fuzz::reduce::run(input.as_bytes());
        assert!(
            fuzz::reduce::is_kept(input.as_bytes()),
            "{}: nothing is kept of its row\n{input}",
            kind.name
        );
    }
}

fn answer(kind: &Kind) -> Value {
    let mut row = row(kind);
    for derived in KINDS.iter() {
        match derived.origin {
            Origin::Derived { from, by: Derivation::Each(path) } if from == kind.name => {
                put(&mut row, path, json!([self::row(derived)]));
            }
            Origin::Derived { from, .. } if from == kind.name => {
                row.insert("definition".to_owned(), definition());
            }
            _ => {}
        }
    }
    match kind.endpoint().unwrap().answer {
        Answer::Single => Value::Object(row),
        Answer::List { key, .. } => json!({if key.is_empty() { "items" } else { key }: [row]}),
    }
}

/// A flow of Studio that records and calls a webhook.
fn definition() -> Value {
    json!({"states": [
        {"name": "call @1", "type": "make-http-request", "properties": {"url": "https://u:@2@h.example/@2?a=@2"}},
        {"name": "record", "type": "record-voicemail", "properties": {"record": true, "say": "Jane Doe, @1"}},
    ]})
}

fn row(kind: &Kind) -> Map<String, Value> {
    let mut row = Map::new();
    for field in kind.identity {
        put(&mut row, field, json!("XX00000000000000000000000000000001"));
    }
    for column in kind.columns {
        put(&mut row, column.path, sample(column));
    }
    if kind.name == "account" || kind.name == "twilio_account" {
        row.insert("sid".to_owned(), json!(format!("AC{:032x}", 1)));
    } else {
        row.insert("account_sid".to_owned(), json!(format!("AC{:032x}", 1)));
    }
    row
}

fn put(row: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => drop(row.entry(path).or_insert(value)),
        Some((name, rest)) => {
            let inner = row.entry(name).or_insert_with(|| json!({}));
            // Of a thing it may matter both whether it is there and what is in it.
            if !inner.is_object() {
                *inner = json!({});
            }
            put(inner.as_object_mut().unwrap(), rest, value);
        }
    }
}

fn sample(column: &Column) -> Value {
    match column.keep {
        Keep::Bool => json!(true),
        Keep::Int | Keep::Real => json!(7),
        Keep::Time => json!("2026-11-23T12:00:00Z"),
        Keep::Url | Keep::Host | Keep::QueryNames => {
            json!("https://u:@2@clinic.example/a/@2?token=@2&b=1#c=@2")
        }
        Keep::Masked | Keep::Country | Keep::TollFree => json!("+12025550143"),
        Keep::Scheme => json!("whatsapp:+12025550143"),
        Keep::Json => json!(["b", "a"]),
        // Also where the same list is read as one of addresses.
        Keep::Count => json!(["@1", "ops@b.example"]),
        Keep::Names => json!({"a": "@1", "b": {}}),
        Keep::OfEach(field) => json!([{field: "sms"}, {}]),
        Keep::Variables => json!("Jane: ${MESSAGE} ${@1}"),
        Keep::MailDomain | Keep::SharedMailbox => json!("@1"),
        Keep::MailDomains => json!(["@1", "ops@b.example"]),
        Keep::PhiSigns => json!({"body": "biopsy of Jane Doe, @1"}),
        Keep::OneOf(words) => json!(words.first()),
        Keep::Label | Keep::LabelClass => json!("intake @1 @3"),
        Keep::Text => json!("in-use"),
        Keep::Hashed | Keep::Shape | Keep::Present => json!("@2"),
    }
}
