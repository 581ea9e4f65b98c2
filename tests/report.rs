//! `report` and `show`: a finished scan, reported again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use audit::{Audit, Ended, credential, simulator};
use serde_json::{Value, json};
use twilio_audit::report::FINDING_COLUMNS;

fn demo() -> Ended {
    let ended = Audit::new(&["scan", "--demo"]).run();
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    ended
}

/// Runs a command in the folder of a scan and insists on its exit code.
fn after(before: Ended, arguments: &[&str], code: i32) -> Ended {
    let ended = Audit::new(arguments).inside(before).run();
    assert_eq!(ended.code, code, "{arguments:?}: {}", ended.stderr);
    ended
}

#[test]
fn a_stored_scan_gives_the_same_files_and_the_same_summary() {
    let scanned = demo();
    let summary = scanned.stdout.replace(&scanned.scan().file_name().unwrap().to_string_lossy()[..], "ID");
    let ended = after(scanned, &["report", "--format", "csv,coverage,json", "--to", "again"], 0);
    assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""));
    for file in ["findings.csv", "coverage.csv", "findings.json"] {
        let again = ended.folder.path().join("again").join(file);
        assert_eq!(fs::read_to_string(&again).unwrap(), ended.text(file), "{file}");
        assert_eq!(fs::metadata(&again).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let csv = ended.text("findings.csv");
    let ended = after(ended, &["report", "--format", "csv"], 0);
    assert_eq!(ended.stdout, csv);
    let ended = after(ended, &["report"], 0);
    let id = ended.scan().file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(ended.stdout.replace("audits/latest", "audits/ID").replace(&id[..], "ID"), summary);
}

#[test]
fn what_is_there_is_not_replaced_and_what_is_not_finished_is_not_reported() {
    let ended = after(demo(), &["report", "--format", "csv", "--to", "again"], 0);
    let ended = after(ended, &["report", "--format", "json,csv", "--to", "again"], 2);
    assert!(ended.stderr.contains("again/findings.csv is there already"), "{}", ended.stderr);
    assert!(!ended.folder.path().join("again/findings.json").exists(), "half of it is of no use");
    let ended = after(ended, &["report", "--format", "csv,json"], 2);
    assert!(ended.stderr.contains("name it with --to"), "{}", ended.stderr);
    let ended = after(ended, &["report", "--to", "again"], 2);
    assert!(ended.stderr.contains("--format or --inventory"), "{}", ended.stderr);
    let ended = after(ended, &["report", "nowhere"], 2);
    assert!(ended.stderr.contains("there is no nowhere/evidence.db"), "{}", ended.stderr);
    let evidence = ended.scan().join("evidence.db");
    fs::create_dir(ended.folder.path().join("half")).unwrap();
    let half = ended.folder.path().join("half/evidence.db");
    fs::copy(evidence, &half).unwrap();
    rusqlite::Connection::open(&half).unwrap().execute("delete from conclusion", []).unwrap();
    let ended = after(ended, &["report", "half"], 2);
    assert!(
        ended.stderr.contains("not finished: the command that began it goes on with it"),
        "{}",
        ended.stderr
    );
}

#[test]
fn csv_is_laid_out_for_the_spreadsheet_at_hand() {
    let ended = after(
        demo(),
        &["report", "--format", "csv", "--csv-bom", "--csv-delimiter", "semicolon", "--all-outcomes"],
        0,
    );
    let text = ended.stdout.strip_prefix('\u{feff}').expect("a byte order mark");
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap().len(), FINDING_COLUMNS.len());
    let plain = ended.rows("findings.csv");
    let rows: Vec<audit::Row> = reader.deserialize().map(Result::unwrap).collect();
    assert_eq!(rows, plain, "this scan kept no passes");
    assert!(!ended.text("findings.csv").starts_with('\u{feff}'));
}

#[test]
fn a_scan_prints_what_it_is_asked_to() {
    let printed = |format: &str| Audit::new(&["scan", "--demo", "--format", format]).run();
    let json = printed("json");
    assert_eq!(json.stdout, json.text("findings.json"));
    let csv = printed("csv");
    assert_eq!(csv.stdout, csv.text("findings.csv"));
    let none = printed("none");
    assert_eq!((none.stdout.as_str(), none.code), ("", 3));
}

#[test]
fn a_finding_is_shown_whole_by_the_beginning_of_its_id() {
    let scanned = demo();
    let row = scanned.rows("findings.csv").into_iter().find(|row| row["check_id"] == "webhook-http").unwrap();
    let id = row["finding_id"].clone();
    let ended = after(scanned, &["show", &id[..12]], 0);
    for column in ["finding_id", "check_id", "title", "account_sid", "resource_sid", "field", "owner"] {
        assert!(ended.stdout.contains(&row[column]), "{column}: {}", ended.stdout);
    }
    let words = ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for column in ["reason", "remediation", "evidence", "citations"] {
        assert!(words.contains(&row[column]), "{column}: {}", ended.stdout);
    }
    assert!(words.contains("Risk"), "what can happen is told too: {words}");
    let is_address = |line: &str| line.contains("://") || line.contains("/v1/");
    let widest = ended.stdout.lines().filter(|line| !is_address(line)).map(|line| line.chars().count()).max();
    assert!(widest.unwrap() <= 80, "{}", ended.stdout);
    let ended = after(ended, &["show", "twa-"], 2);
    assert!(ended.stderr.contains("give more of the id"), "{}", ended.stderr);
    let ended = after(ended, &["show", "twa-0123456789abcdef"], 2);
    assert!(ended.stderr.contains("there is no finding twa-0123456789abcdef"), "{}", ended.stderr);
}

#[test]
fn an_inventory_lists_every_resource_and_says_where_it_says_too_little() {
    let ended = after(demo(), &["report", "--inventory", "sync_service"], 0);
    let rows: Vec<audit::Row> =
        csv::Reader::from_reader(ended.stdout.as_bytes()).deserialize().map(Result::unwrap).collect();
    let read: usize = ended
        .rows("coverage.csv")
        .iter()
        .filter(|row| row["resource_type"] == "sync_service")
        .map(|row| row["rows"].parse::<usize>().unwrap())
        .sum();
    assert!(rows.len() == read && read > 1, "{read}");
    assert!(rows.iter().all(|row| row["sid"].starts_with("IS") && !row["account_name"].is_empty()));
    assert!(ended.stderr.contains("the list of sync_service is not whole"), "{}", ended.stderr);

    let ended = after(ended, &["report", "--inventory", "all", "--to", "lists"], 0);
    let lists = fs::read_dir(ended.folder.path().join("lists")).unwrap().count();
    let asked = ended.rows("coverage.csv").into_iter().map(|row| row["resource_type"].clone());
    assert_eq!(lists, asked.collect::<std::collections::BTreeSet<_>>().len());
    let ended = after(ended, &["report", "--inventory", "phone_numbers"], 2);
    assert!(ended.stderr.contains("did you mean `phone_number`?"), "{}", ended.stderr);
}

fn one_account() -> Value {
    json!({"accounts": [{"sid": "AC0001", "name": "=Clinic", "resources": {
        "api/IncomingPhoneNumbers": [{"phone_number": "+12025550100", "friendly_name": "+1 202 555"}]
    }}]})
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inventory_starts_no_formula_and_names_no_kind_that_was_not_asked_for() {
    let simulator = simulator(&one_account()).await;
    let scanned = Audit::scan(&simulator)
        .args(&["--check", "webhook-http"])
        .sign_in(&credential(&one_account(), "AC0001"))
        .run();
    let folder = scanned.scan().display().to_string();
    let ended = after(scanned, &["report", &folder, "--inventory", "phone_number"], 0);
    let rows: Vec<audit::Row> =
        csv::Reader::from_reader(ended.stdout.as_bytes()).deserialize().map(Result::unwrap).collect();
    assert_eq!(rows[0]["account_name"], "'=Clinic");
    assert!(rows[0].values().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{rows:?}");
    let ended = after(ended, &["report", &folder, "--inventory", "api_key"], 2);
    assert!(ended.stderr.contains("did not ask for any api_key"), "{}", ended.stderr);
}

#[test]
fn a_scan_is_named_alike_in_every_command_that_reads_one() {
    let mut ended = demo();
    let id = ended.rows("findings.csv")[0]["finding_id"].clone();
    let older = ended.scan().file_name().unwrap().to_string_lossy().into_owned();
    fs::rename(ended.folder.path().join("audits"), ended.folder.path().join("kept")).unwrap();
    let folder = format!("kept/{older}");
    let reading: [(&[&str], i32); 9] = [
        (&["report", "--format", "csv"], 0),
        (&["gate"], 1),
        (&["history"], 0),
        (&["show", &id], 0),
        (&["query", "select count(*) from finding"], 0),
        (&["query", "--tables"], 0),
        (&["review", "export"], 0),
        (&["fix", "plan", &id, "--output", "named.json"], 0),
        (&["verify"], 0),
    ];
    for (command, code) in reading {
        ended = after(ended, command, 2);
        ended = after(ended, &[command, &["--scan", &folder]].concat(), code);
        let named = ended.stdout.clone();
        if ["report", "gate", "history", "review", "verify"].contains(&command[0]) {
            ended = after(ended, &[command, &[folder.as_str()]].concat(), code);
            let timeless = |text: &str| {
                text.lines().filter(|line| !line.contains("as of")).map(str::to_owned).collect::<Vec<_>>()
            };
            assert_eq!(timeless(&ended.stdout), timeless(&named), "{command:?}");
        }
    }
    for command in [&["report"][..], &["gate"], &["history"], &["review", "export"]] {
        ended = after(ended, &[command, &[folder.as_str(), "--scan", &folder]].concat(), 2);
        assert!(ended.stderr.contains("the scan is named twice"), "{command:?}: {}", ended.stderr);
        let bare = [command, &[folder.as_str()]].concat();
        let set = Audit::new(&bare).env("TWILIO_AUDIT_SCAN", "nowhere").inside(ended).run();
        assert!([0, 1].contains(&set.code), "what is named beats the environment: {}", set.stderr);
        let set = Audit::new(command).env("TWILIO_AUDIT_SCAN", &folder).inside(set).run();
        assert!([0, 1].contains(&set.code), "{command:?}: {}", set.stderr);
        ended = set;
    }
    let ended = after(ended, &["diff", &folder, "--scan", &folder], 0);
    let ended = after(ended, &["diff", "--scan", &folder], 2);
    assert!(ended.stderr.contains("that one was compared with none"), "{}", ended.stderr);
    let ended = after(ended, &["verify", "--scan", "kept"], 2);
    assert!(ended.stderr.contains("is not the folder of a scan"), "{}", ended.stderr);
}

#[test]
fn what_was_read_has_the_same_name_and_number_wherever_a_reader_meets_it() {
    let ended = demo();
    let scan = ended.json();
    let required = &scan["coverage_matrix"]["required"];
    let active: Vec<&str> = scan["accounts"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|account| account["active"] == true)
        .map(|account| account["account_sid"].as_str().unwrap())
        .collect();
    let rows = ended.rows("coverage.csv");
    let (lists, others): (Vec<_>, Vec<_>) =
        rows.iter().partition(|row| active.contains(&row["account_sid"].as_str()));
    let read = lists.iter().filter(|row| ["complete", "absent"].contains(&row["status"].as_str())).count();
    assert!(read < lists.len() && !others.is_empty(), "the demo has gaps, and an account that is suspended");
    let kinds = format!("{} of {} required kinds of resource were read, ", required["read"], required["of"]);
    let of_lists = format!("{read} of {} lists of active accounts were read, ", lists.len());
    let of_others = format!("Another {} rows are of accounts that are not active.", others.len());
    for (name, text) in [
        ("the terminal", &ended.stdout),
        ("report.md", &ended.text("report.md")),
        ("report.html", &ended.text("report.html")),
    ] {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for wanted in [&kinds, &of_lists, &of_others] {
            assert!(text.contains(wanted.as_str()), "{name} does not say: {wanted}");
        }
        for other in ["cells", "listings"] {
            assert!(!text.contains(&format!(" {other} ")), "{name} calls them {other} too");
        }
    }
    assert!(
        ended
            .stdout
            .contains(&format!("coverage.csv         what was and was not read ({} rows)", rows.len()))
    );
    let wide: Vec<&str> = ended.stdout.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:?}");
}

/// What a stranger may make of the tables of a store, and what is said of it.
const ALTERED: &[(&str, &str)] = &[
    ("create view x as select 1", "it has a view"),
    ("create trigger x after insert on finding begin select 1; end", "it has a trigger"),
    (
        "drop table scan; create table scan (layout, written_by generated always as (hex(zeroblob(480000000))))",
        "its table `scan` is worked out",
    ),
    (
        "drop table scan; create virtual table scan using fts5(layout, written_by)",
        "its table `scan` is worked out",
    ),
    (
        "drop table finding; create table finding (finding_id text, reason text generated always as \
         (hex(zeroblob(480000000))) virtual)",
        "its table `finding` is not one that this version makes",
    ),
    (
        "drop table tally; create table tally (check_id text, findings integer generated always as (1) stored)",
        "its table `tally` is not",
    ),
    ("alter table finding add column x text as (1)", "its table `finding` is not"),
    ("alter table notice add column x text default 'x'", "its table `notice` is not"),
    ("drop table notice; create virtual table notice using fts5(place, sentence)", "its table `notice"),
    ("create table x (y)", "its table `x` is not"),
    ("create index x on finding (hex(reason))", "its index `x` is not"),
    ("create table \"\u{1b}[31m\" (y)", "its table `\\u{1b}[31m` is not"),
];

/// A copy of a scan whose evidence somebody altered.
fn altered(scanned: &Ended, alteration: &str) {
    let (scan, foreign) = (scanned.scan(), scanned.folder.path().join("foreign"));
    let _ = fs::remove_dir_all(&foreign);
    fs::create_dir(&foreign).unwrap();
    for file in fs::read_dir(scan).unwrap().map(|entry| entry.unwrap().path()) {
        fs::copy(&file, foreign.join(file.file_name().unwrap())).unwrap();
    }
    let store = rusqlite::Connection::open(foreign.join("evidence.db")).unwrap();
    store.execute_batch(alteration).unwrap_or_else(|error| panic!("{alteration}: {error}"));
}

#[test]
fn of_a_store_whose_tables_are_not_ours_nothing_is_read() {
    let mut ended = demo();
    let refused = |ended: &Ended, says: &str| {
        assert_eq!(ended.code, 2, "{says}: {}{}", ended.stdout, ended.stderr);
        let file = "foreign/evidence.db is not as this program wrote it: ";
        assert!(ended.stderr.contains(&format!("{file}{says}")), "{says}: {}", ended.stderr);
    };
    for (alteration, says) in ALTERED {
        altered(&ended, alteration);
        let (asked, mib, _) = Audit::new(&["gate", "foreign"]).inside(ended).measured();
        refused(&asked, says);
        assert!(mib < 200.0, "{alteration}: {mib} MiB");
        ended = asked;
    }
    let commands: &[&[&str]] = &[
        &["report", "foreign"],
        &["show", "twa-0", "--scan", "foreign"],
        &["query", "select 1", "--scan", "foreign"],
        &["diff", "foreign", "latest"],
        &["diff", "latest", "foreign"],
        &["history", "foreign"],
        &["review", "export", "--scan", "foreign"],
        &["fix", "plan", "--scan", "foreign"],
        &["merge", "foreign", "latest"],
    ];
    altered(&ended, ALTERED[4].0);
    for command in commands {
        ended = Audit::new(command).inside(ended).run();
        refused(&ended, ALTERED[4].1);
    }
}
