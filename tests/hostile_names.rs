//! Names come from strangers: whatever they hold reaches CSV, JSON and terminal as harmless text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, credential, simulator};
use serde_json::{Value, json};
use twilio_audit::report::Format;

fn estate(names: &[String]) -> Value {
    let numbers: Vec<Value> = names
        .iter()
        .enumerate()
        .map(|(place, name)| {
            json!({
                "phone_number": format!("+120255501{place:02}"), "friendly_name": name,
                "voice_url": format!("http://hooks.clinic.example/{name}?n={name}"),
            })
        })
        .collect();
    json!({"accounts": [{
        "sid": "AC0001", "name": names[0], "resources": {"api/IncomingPhoneNumbers": numbers}
    }]})
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_are_harmless_everywhere() {
    let names: Vec<String> = [
        "\u{1b}]0;title\u{7}\u{1b}[31mred",
        "=cmd|'/c calc'!A1",
        "+SUM(1,1)",
        "-2+3",
        "@SUM(A1)",
        "\t=1+1",
        "comma, \"quote\" and\r\nline break",
        "<script>alert(1)</script>",
        "right\u{202e}to left",
        "nul\u{0}byte",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain(["x".repeat(64 << 10)])
    .collect();
    let estate = estate(&names);
    let simulator = simulator(&estate).await;
    let ended =
        Audit::scan(&simulator).args(&["--all-outcomes"]).sign_in(&credential(&estate, "AC0001")).run();

    let harmless = |text: &str| !text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}');
    assert!(harmless(&ended.stdout), "{:?}", ended.stdout);
    assert!(ended.stdout.lines().all(|line| line.chars().count() <= 80), "{}", ended.stdout);
    let rows = ended.rows("findings.csv");
    let judged = |outcome: &str| {
        rows.iter()
            .filter(|row| {
                row["check_id"] == "webhook-http" && row["outcome"] == outcome && !row["field"].is_empty()
            })
            .count()
    };
    // An address of 64 KiB is none that anybody configured: it cannot be judged, and is not called fine.
    assert_eq!((judged("fail"), judged("not_assessed")), (names.len() - 1, 1));
    for row in rows.iter().chain(&ended.rows("coverage.csv")) {
        for (column, cell) in row {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{column}: {cell}");
            assert!(cell.chars().all(|c| !c.is_control()), "{column}: {cell:?}");
            assert!(cell.len() < 8192, "{column} has {} bytes", cell.len());
        }
    }
    assert!(ended.json()["findings"].as_array().unwrap().len() >= names.len());
    // In JSON a name is data, and whoever shows it makes it harmless; everything else is shown as it is.
    for format in Format::OF_A_SCAN.into_iter().filter(|format| *format != Format::Json) {
        let text = ended.text(format.file_name()).replace("\r\n", "\n");
        let steers = text.chars().find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(steers, None, "{}", format.file_name());
        // In Markdown it stands as code; `tests/formats.rs` sees what becomes of it.
        assert!(format != Format::Html || !text.contains("<script>alert"), "{}", format.file_name());
        // Neither what was read nor the statement names every resource.
        let names_none = matches!(format, Format::Coverage | Format::Gate | Format::GateJson);
        let names_it = names_none || text.contains("alert(1)");
        assert!(names_it, "{} leaves the name out", format.file_name());
    }
}
