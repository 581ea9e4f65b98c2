//! Every call that a `[[fix]]` can make is one that Twilio's OpenAPI files describe, and what it changes is kept.
//!
//! The facts are committed, so that `cargo test` needs no files; with the files, the facts themselves are checked.
//! `UPDATE_DIGEST=1 cargo test --test fix_requests` writes them anew. Whether a call mends its fault is not seen here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/fixes.rs"]
mod fixes;
#[path = "support/openapi/mod.rs"]
mod openapi;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;
use std::sync::Once;

use fixes::{Case, cases, checks};
use openapi::calls::{Call, Parameter};
use openapi::schema::Field;
use openapi::{ACCOUNT, Specs};
use twilio_audit::catalogue::Keep;
use twilio_audit::model::{Method, Risk};

/// What the files say of each call, by its method and address as the check has them.
type Facts = BTreeMap<String, Call>;

fn path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/fix-digest.json")
}

fn committed() -> Facts {
    static UPDATED: Once = Once::new();
    if std::env::var_os("UPDATE_DIGEST").is_some() {
        UPDATED.call_once(|| {
            let specs = openapi::specs().expect("new facts need Twilio's OpenAPI files");
            fs::write(
                path(),
                openapi::digest::lay_out(&serde_json::to_value(facts(specs)).unwrap(), 0) + "\n",
            )
            .unwrap();
        });
    }
    serde_json::from_str(&fs::read_to_string(path()).unwrap()).unwrap()
}

/// What is asked of Twilio: (method, address, parameters) and what is read afterwards.
fn asked() -> BTreeMap<(String, String), BTreeSet<String>> {
    let mut asked: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for case in cases() {
        let call = case.call(ACCOUNT);
        let names = call.form.into_iter().map(|(name, _)| name);
        asked.entry((call.method.to_string(), case.fix.url.clone())).or_default().extend(names);
        asked.entry(("GET".to_owned(), case.read_url().to_owned())).or_default().extend(case.paths(ACCOUNT));
        if let Some(undo) = &case.fix.undo {
            let names = undo.form.keys().cloned();
            asked.entry((undo.method.to_string(), undo.url.clone())).or_default().extend(names);
        }
    }
    asked
}

fn facts(specs: &Specs) -> Facts {
    let of = |((method, address), names): ((String, String), BTreeSet<String>)| {
        let names: Vec<String> = names.into_iter().collect();
        let call = match method.as_str() {
            "GET" => specs.reading(&address, &names),
            _ => specs.call(&method, &address, &names.iter().map(String::as_str).collect::<Vec<_>>()),
        };
        (format!("{method} {address}"), call)
    };
    asked().into_iter().map(of).collect()
}

/// What is wrong with a block, by these facts.
fn faults(case: &Case, facts: &Facts) -> Vec<String> {
    let nothing = Call::default();
    let of = |method: &str, address: &str| facts.get(&format!("{method} {address}")).unwrap_or(&nothing);
    let call = case.call(ACCOUNT);
    let mut faults = of(&call.method.to_string(), &case.fix.url).faults_of(&call.form);
    if let Some(undo) = &case.fix.undo {
        let undone = undo.fill(&case.with(ACCOUNT)).unwrap();
        faults.extend(of(&undone.method.to_string(), &undo.url).faults_of(&undone.form));
    }
    let read = of("GET", case.read_url());
    if read.file.is_empty() {
        faults.push(format!("nothing shows {}", case.read_url()));
    }
    for path in case.paths(ACCOUNT) {
        match read.fields.get(&path) {
            // What the files leave open is reviewed where the catalogue is held against them.
            Some(Field::Described(_) | Field::FreeForm(_)) => {}
            _ => faults.push(format!("the resource has no field `{path}`")),
        }
        let is_exact = |keep| matches!(keep, Keep::Text | Keep::Bool | Keep::Int | Keep::Url | Keep::Json);
        if !case.column(&path).is_some_and(|column| is_exact(column.keep)) {
            faults.push(format!("`{path}` is not kept as it is, so it can be neither shown nor restored"));
        }
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", case.name())).collect()
}

#[test]
fn the_committed_facts_are_those_of_the_files() {
    let committed = committed();
    let Some(specs) = openapi::specs() else { return };
    assert_eq!(committed, facts(specs), "UPDATE_DIGEST=1 cargo test --test fix_requests");
}

#[test]
fn every_call_is_one_that_twilio_describes() {
    let facts = committed();
    let known: BTreeSet<_> = facts.keys().cloned().collect();
    let asked: BTreeSet<_> = asked().into_keys().map(|(method, url)| format!("{method} {url}")).collect();
    assert_eq!(known, asked, "UPDATE_DIGEST=1 cargo test --test fix_requests");
    let faults: Vec<String> = cases().iter().flat_map(|case| faults(case, &facts)).collect();
    assert_eq!(faults, Vec::<String>::new());
}

/// Facts by which everything is right would make the test above pass.
#[test]
fn what_twilio_does_not_know_is_a_fault() {
    let case = cases().into_iter().find(|case| case.check.id == "trunk-transfer-open").unwrap();
    let (write, read) = (format!("POST {}", case.fix.url), format!("GET {}", case.read_url()));
    let spoiled = |spoil: &dyn Fn(&mut Facts)| {
        let mut facts = committed();
        spoil(&mut facts);
        faults(&case, &facts).join("\n")
    };
    let form = |facts: &mut Facts, spoil: &dyn Fn(&mut BTreeMap<String, Parameter>)| {
        spoil(&mut facts.get_mut(&write).unwrap().form);
    };
    assert_eq!(spoiled(&|_| {}), "");
    for (spoil, said) in [
        (&(|facts: &mut Facts| drop(facts.remove(&write))) as &dyn Fn(&mut Facts), "no file has the call"),
        (&|facts| form(facts, &BTreeMap::clear), "there is no parameter `TransferMode`"),
        (
            &|facts| {
                form(facts, &|form| form.get_mut("TransferMode").unwrap().facts.values = vec!["odd".into()])
            },
            "`TransferMode=disable-all` is not of",
        ),
        (
            &|facts| {
                form(facts, &|form| {
                    let parameter = Parameter { required: true, ..form["TransferMode"].clone() };
                    form.insert("Another".to_owned(), parameter);
                });
            },
            "`Another` is required",
        ),
        (&|facts| drop(facts.remove(&read)), "nothing shows"),
        (&|facts| facts.get_mut(&read).unwrap().fields.clear(), "the resource has no field `transfer_mode`"),
    ] {
        assert!(spoiled(spoil).contains(said), "{said}: {}", spoiled(spoil));
    }
}

#[test]
fn a_check_has_a_call_that_mends_it_or_says_why_not() {
    let undecided: Vec<&str> = checks()
        .iter()
        .filter(|check| check.fixes.is_empty() == check.no_fix.trim().is_empty())
        .map(|check| check.id.as_str())
        .collect();
    assert_eq!(undecided, Vec::<&str>::new(), "exactly one of [[fix]] and no_fix");
}

#[test]
fn a_block_is_reached_and_speaks_to_people() {
    for check in checks() {
        for (number, fix) in check.fixes.iter().enumerate() {
            let before = &check.fixes[..number];
            let selected = (fix.resource_type.as_deref(), fix.field.as_deref());
            let covers = |(kind, field): (Option<&str>, Option<&str>)| {
                kind.is_none_or(|kind| Some(kind) == selected.0)
                    && field.is_none_or(|field| Some(field) == selected.1)
            };
            let is_hidden =
                before.iter().any(|other| covers((other.resource_type.as_deref(), other.field.as_deref())));
            assert!(!is_hidden, "{}: block {} never comes to its turn", check.id, number + 1);
            assert!(fix.effect.trim().ends_with('.'), "{}: {}", check.id, fix.effect);
            assert!(fix.safe_when.is_none() || fix.risk != Risk::Safe, "{}", check.id);
            assert!(fix.method == Method::Post || fix.form.is_empty(), "{}", check.id);
        }
    }
}
