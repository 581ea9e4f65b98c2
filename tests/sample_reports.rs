//! `sample-reports/` shows what a demo scan writes, and is kept current here.
//!
//! `make sample-reports` writes them anew; look at them before they are committed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/concerns.rs"]
mod concerns;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use audit::{Audit, Row};
use concerns::concerns;
use twilio_audit::report::Format;
use twilio_audit::simulator::demo;

/// The moment of the samples.
const TIME: &str = "2026-11-23T04:15:00Z";

#[test]
fn the_samples_are_what_a_demo_scan_writes() {
    let ended = Audit::new(&["scan", "--demo"]).env("TWILIO_AUDIT_DEMO_TIME", TIME).run();
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-reports");
    let files = Format::OF_A_SCAN.map(|format| (format.file_name(), ended.text(format.file_name())));
    let summary = ended.stdout.clone();
    let coloured =
        Audit::new(&["report", "audits/20261123T041500Z"]).env("CLICOLOR_FORCE", "1").inside(ended).run();
    let picture = anstyle_svg::Term::new().min_width_px(640).render_svg(&coloured.stdout);
    let mut outdated = Vec::new();
    let moment: jiff::Timestamp = TIME.parse().unwrap();
    let declared = demo::intent(moment.into());
    let all = Audit::new(&["scan", "--demo", "--all-outcomes"]).env("TWILIO_AUDIT_DEMO_TIME", TIME).run();
    let planted = what_became_of_the_planted(&all.rows("findings.csv"));
    let others = [
        ("summary.txt", summary),
        ("summary.svg", picture),
        ("audit.toml", declared),
        ("planted.md", planted),
    ];
    for (name, content) in files.into_iter().chain(others) {
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

/// Every planted fault and innocent look-alike of the demo, with what the scan says of it.
fn what_became_of_the_planted(rows: &[Row]) -> String {
    let mut table = "# What the demo scan says of what is planted in it\n\n\
                     `fail`, `manual` and `lower` were planted as faults, `pass` as innocent look-alikes that must not fail.\n\n\
                     | planted | check | account | resource | why | the scan says |\n|---|---|---|---|---|---|\n"
        .to_owned();
    for planted in demo::planted() {
        let said: BTreeSet<String> = rows
            .iter()
            .filter(|row| concerns(&planted, row))
            .map(|row| match row["outcome"].as_str() {
                "fail" => format!("fail, {}", row["severity"]),
                outcome => outcome.to_owned(),
            })
            .collect();
        let said = if said.is_empty() { "nothing".to_owned() } else { Vec::from_iter(said).join("; ") };
        let name = |text: &Option<String>| text.clone().unwrap_or_default();
        let (account, resource) = (name(&planted.account), name(&planted.resource));
        let _ = writeln!(
            table,
            "| {} | {} | {account} | {resource} | {} | {said} |",
            planted.expect, planted.check, planted.why
        );
    }
    table
}
