//! What a real spreadsheet makes of the findings, and what comes back of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/desk.rs"]
mod desk;
#[path = "support/office.rs"]
mod office;
#[path = "support/python.rs"]
mod python;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use audit::{Audit, Ended, credential, simulator};
use desk::{Desk, in_days};
use serde_json::{Value, json};

const WORKBOOK: &str = "spreadsheet/workbook.py";

/// Names that a spreadsheet would rather take for something else.
const NAMES: &[&str] = &[
    "=cmd|'/c calc'!A1",
    "+1 415 555 0100",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "x;=1+1",
    "007",
    "1e5",
    "12345678901234567890",
    "1-2",
    "3/4",
    "MAR1",
    "2026-11-23",
    "11:30",
    "50%",
    "$5",
    "TRUE",
    "'quoted'",
    "line\nbreak \"quoted\"",
    "Müller 患者 …0160",
    "right\u{202e}left",
    " blanks ",
    "1,5",
    "1 1/2",
    "(7)",
];

/// A tree whose accounts have such names, and the findings of a scan of it.
async fn scan_of_names() -> Ended {
    let child = |(number, name): (usize, &&str)| json!({"sid": format!("AC{:04}", number + 2), "owner": "AC0001", "name": name});
    let mut accounts = vec![json!({"sid": "AC0001", "owner": "AC0001", "name": "x".repeat(65_536)})];
    accounts.extend(NAMES.iter().enumerate().map(child));
    let estate = json!({"accounts": accounts});
    let simulator = simulator(&estate).await;
    Audit::scan(&simulator).sign_in(&credential(&estate, "AC0001")).run()
}

fn look(python: &Path, workbook: &Path) -> Value {
    let said = python::run(python, WORKBOOK, &["look", workbook.to_str().unwrap()], "").unwrap();
    serde_json::from_str(&said).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_spreadsheet_sees_no_formula_and_nothing_that_it_does_is_an_edit() {
    let (Some(python), true) = (python::with("openpyxl"), office::is_there()) else { return };
    let ended = scan_of_names().await;
    let rows = ended.rows("findings.csv");
    let ended = Audit::new(&["review", "export", "--to", "table.csv"]).inside(ended).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let folder = ended.folder.path().to_owned();
    let table = folder.join("table.csv");
    let book = office::convert(&table, Some(office::READ_AS_IN_THE_US), "xlsx", &folder);
    let seen = look(&python, &book);
    assert_eq!(seen["formulas"], json!([]));
    assert_eq!(seen["rows"], rows.len() + 1);
    assert_eq!(seen["columns"], rows[0].len());
    for column in
        ["finding_id", "scan_id", "account_sid", "resource_sid", "check_id", "evidence", "scanned_at"]
    {
        assert_eq!(seen["kinds"][column], json!(["s"]), "{column} is text");
    }
    let mut ended = ended;
    for (number, how) in
        [office::WRITE_AS_SHOWN, office::WRITE_QUOTED, office::WRITE_VALUES].into_iter().enumerate()
    {
        let into = folder.join(format!("saved{number}"));
        let saved = office::convert(&book, None, how, &into);
        let import = ["review", "import", saved.to_str().unwrap()];
        ended = Audit::new(&import).inside(ended).run();
        assert_eq!(ended.code, 0, "{how}: {}", ended.stderr);
        assert!(ended.stdout.contains("Nothing to write"), "{}", ended.stdout);
    }
}

/// Out into a workbook, decided there, and back: what was decided shows in the next scan, and nothing else changes.
#[test]
fn decisions_survive_a_workbook_and_show_in_the_next_scan() {
    let (Some(python), true) = (python::with("openpyxl"), office::is_there()) else { return };
    let desk = Desk::new();
    let exported = desk.run(&["review", "export", "--to", "table.csv", "--csv-bom"]);
    assert_eq!(exported.code, 0, "{}", exported.stderr);
    let waived = desk.row(|row| row["outcome"] == "fail" && row.is_plain());
    let wrong = desk.row(|row| row["outcome"] == "manual" && row.is_plain());
    let addressable = desk.row(|row| row["outcome"] == "fail" && row.is_addressable());
    let attested = desk.row(|row| row["check_id"] == "att-console-sso-mfa");
    let ids = [waived, wrong, addressable, attested].map(|row| desk.get(row, "finding_id"));
    let policy = format!("export of the policy, sha256:{}", "0b".repeat(32));
    let decisions = json!({
        ids[0].as_str(): ["accept", "in migration, instead: VPN", "p-003", in_days(90)],
        ids[1].as_str(): ["false_positive", "looked at it", "p-003", in_days(100)],
        ids[2].as_str(): ["Accept", "legacy, instead: a VPN", "p-003", in_days(110)],
        ids[3].as_str(): ["attest", policy, "p-014", in_days(120)],
    });
    let read = Some(office::READ_AS_IN_THE_US);
    let book = office::convert(&desk.file("table.csv"), read, "xlsx", desk.path());
    let file = book.to_str().unwrap();
    python::run(&python, WORKBOOK, &["decide", file], &decisions.to_string()).unwrap();
    let saved = office::convert(&book, None, office::WRITE_AS_SHOWN, &desk.file("saved"));
    assert_ne!(fs::read(&saved).unwrap(), fs::read(desk.file("table.csv")).unwrap());
    let imported = desk.run(&["review", "import", saved.to_str().unwrap()]);
    assert_eq!(imported.code, 0, "{}", imported.stderr);
    assert!(imported.stdout.contains("Written into reviews.toml"), "{}", imported.stdout);
    let again = desk.run(&["review", "import", saved.to_str().unwrap()]);
    assert!(again.stdout.contains("Nothing to write"), "{}", again.stdout);

    let (before, after) = (desk.by_id(), desk.scan_again());
    for id in &ids[..3] {
        assert_eq!(after[id]["waived"], "true", "{id}");
    }
    assert!(!after.contains_key(&ids[3]), "what is attested passes");
    let said = |all: &BTreeMap<String, BTreeMap<String, String>>| -> Vec<(String, String, String)> {
        let others = all.iter().filter(|(id, _)| !ids.contains(id));
        others.map(|(id, row)| (id.clone(), row["outcome"].clone(), row["waived"].clone())).collect()
    };
    // The new attestation is itself judged by attestation-contradicted and attestation-expired.
    let unchanged = said(&before);
    let now = said(&after);
    let gone: Vec<_> = unchanged.iter().filter(|one| !now.contains(one)).collect();
    let come: Vec<_> = now.iter().filter(|one| !unchanged.contains(one)).collect();
    assert!(gone.is_empty() && come.is_empty(), "gone {gone:?}\ncome {come:?}");
}
