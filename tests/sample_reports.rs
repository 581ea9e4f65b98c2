//! `sample-reports/` shows what a demo scan writes, and is kept current here.
//!
//! `make sample-reports` writes them anew; look at them before they are committed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::fs;
use std::path::Path;

use audit::Audit;
use twilio_audit::simulator::demo;

/// The moment of the samples.
const TIME: &str = "2026-11-23T04:15:00Z";

#[test]
fn the_samples_are_what_a_demo_scan_writes() {
    let ended = Audit::new(&["scan", "--demo"]).env("TWILIO_AUDIT_DEMO_TIME", TIME).run();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-reports");
    let files = ["findings.csv", "coverage.csv", "findings.json"].map(|name| (name, ended.text(name)));
    let mut outdated = Vec::new();
    let moment: jiff::Timestamp = TIME.parse().unwrap();
    let declared = demo::intent(moment.into());
    for (name, content) in files.into_iter().chain([("summary.txt", ended.stdout), ("audit.toml", declared)])
    {
        let path = samples.join(name);
        if std::env::var_os("UPDATE_SAMPLES").is_some() {
            fs::write(&path, &content).unwrap();
        } else if fs::read_to_string(&path).unwrap_or_default() != content {
            outdated.push(name);
        }
    }
    assert!(
        outdated.is_empty(),
        "not what a demo scan writes: {outdated:?}; `make sample-reports` writes them anew"
    );
}
