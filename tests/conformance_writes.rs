//! What the simulator lets be written is what Twilio's own OpenAPI files say.
//!
//! `UPDATE_WRITES=1 cargo test --test conformance_writes` makes the simulator's table anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/openapi/mod.rs"]
mod openapi;

use std::fs;
use std::path::PathBuf;

use openapi::writes::{self, Line};
use serde_json::Value;

fn simulator(file: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/simulator").join(file)
}

#[test]
fn the_table_of_writes_agrees_with_the_files() {
    let Some(specs) = openapi::specs() else { return };
    let served: Vec<Value> = serde_json::from_slice(&fs::read(simulator("endpoints.json")).unwrap()).unwrap();
    let table = writes::table(specs, &served);
    if std::env::var_os("UPDATE_WRITES").is_some() {
        fs::write(simulator("writes.json"), writes::text(&table)).unwrap();
    }
    let committed: Vec<Line> = serde_json::from_slice(&fs::read(simulator("writes.json")).unwrap()).unwrap();
    let missing: Vec<&Line> = table.iter().filter(|line| !committed.contains(line)).collect();
    let surplus: Vec<&Line> = committed.iter().filter(|line| !table.contains(line)).collect();
    let advice = "after a wanted change: UPDATE_WRITES=1 cargo test --test conformance_writes";
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "missing {missing:#?}, too many {surplus:#?}\n{advice}"
    );
    assert!(table.len() > 250, "{} operations", table.len());
}
