//! The review loop: findings go out to a spreadsheet, decisions come back, and what breaks a rule does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/desk.rs"]
mod desk;

use std::fs;

use audit::Audit;
use desk::{Desk, in_days};
use twilio_audit::intent::Intent;

/// A hash of evidence.
fn hash() -> String {
    format!("sha256:{}", "0a".repeat(32))
}

#[test]
fn the_export_is_what_findings_csv_holds() {
    let desk = Desk::new();
    let latest = fs::read_to_string(desk.path().join("audits/latest/findings.csv")).unwrap();
    let exported = desk.run(&["review", "export"]);
    assert_eq!((exported.code, exported.stdout.as_str()), (0, latest.as_str()));
    let ended =
        desk.run(&["review", "export", "--to", "out.csv", "--csv-bom", "--csv-delimiter", "semicolon"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let written = fs::read(desk.path().join("out.csv")).unwrap();
    assert!(written.starts_with("\u{feff}finding_id;scan_id;".as_bytes()));
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(fs::metadata(desk.path().join("out.csv")).unwrap().permissions().mode() & 0o777, 0o600);
    let again = desk.run(&["review", "export", "--to", "out.csv"]);
    assert!(again.code == 2 && again.stderr.contains("out.csv"), "{}", again.stderr);
}

/// Each decision becomes what it should, and the next scan shows it.
#[test]
fn decisions_become_entries_that_the_next_scan_reads() {
    let mut desk = Desk::new();
    let waived = desk.row(|row| row["outcome"] == "fail" && row.is_plain());
    let addressable = desk.row(|row| row["outcome"] == "fail" && row.is_addressable());
    let wrong = desk.other(&[waived, addressable], |row| row["outcome"] == "manual" && row.is_plain());
    let fixed = desk.other(&[waived, addressable], |row| row["outcome"] == "fail" && row.is_plain());
    let attested = desk.row(|row| row["check_id"] == "att-console-sso-mfa");
    let of_host = desk.row(|row| {
        row["check_id"] == "att-webhook-signature"
            && row["resource_type"] == "webhook_host"
            && row["outcome"] == "fail"
    });
    let ids = [waived, addressable, wrong, fixed, attested, of_host].map(|row| desk.get(row, "finding_id"));
    desk.decide(waived, "Accept ", "in migration, instead: VPN", "p-003", &in_days(90));
    desk.decide(addressable, "accept", "legacy, instead: VPN between sites", "p-003", &in_days(180));
    desk.decide(wrong, "FALSE_POSITIVE", "looked at it", "p-003", &in_days(30));
    desk.decide(fixed, "fixed", "made it right", "p-004", "");
    desk.decide(attested, "attest", &format!("export of the policy, {}", hash()), "p-014", &in_days(180));
    desk.decide(of_host, "attest", &format!("record of the test, {}", hash()), "p-014", &in_days(60));
    let said = desk.import(&[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("Written into reviews.toml"), "{}", said.stdout);
    assert!(said.stdout.lines().all(|line| line.chars().count() <= 80), "{}", said.stdout);
    ids.iter().for_each(|id| assert!(said.stdout.contains(id), "{id}: {}", said.stdout));

    let reviews = desk.reviews();
    assert_eq!((reviews.waiver.len(), reviews.fixed.len(), reviews.attestation.len()), (3, 1, 2));
    let of_legacy = reviews.waiver.iter().find(|one| one.finding.as_ref() == Some(&ids[1])).unwrap();
    assert_eq!(of_legacy.equivalent_measure.as_deref(), Some("VPN between sites"));
    assert_eq!(of_legacy.reason, "legacy");
    assert_eq!(reviews.attestation[0].evidence.as_deref(), Some("export of the policy"));
    assert_eq!(reviews.attestation[0].account, None);
    assert_eq!(reviews.attestation[1].host.as_deref(), Some(desk.get(of_host, "resource_sid").as_str()));

    let before = desk.by_id();
    let after = desk.scan_again();
    for (id, was) in &before {
        let is = after.get(id);
        let place = ids.iter().position(|decided| decided == id);
        match place {
            Some(0..=2) => assert_eq!(is.unwrap()["waived"], "true", "{id}"),
            // att-webhook-signature passes where the host is declared to validate.
            Some(4 | 5) => assert!(is.is_none(), "{id} is settled"),
            _ => assert_eq!(&is.unwrap()["waived"], &was["waived"], "{id}"),
        }
    }
    let notices = fs::read_to_string(desk.path().join("audits/latest/findings.json")).unwrap();
    assert!(notices.contains(&format!("({}) was reported fixed on", ids[3])), "a claim is no evidence");
    assert!(notices.contains("by p-004 and still stands"));
}

#[test]
fn the_second_import_writes_nothing_and_another_decision_replaces_the_first() {
    let mut desk = Desk::new();
    let row = desk.row(|row| row["outcome"] == "fail" && row.is_plain());
    let settled = desk.row(|row| row["check_id"] == "att-console-sso-mfa");
    desk.decide(row, "accept", "in migration, instead: VPN", "p-003", &in_days(90));
    desk.decide(settled, "attest", &format!("the policy {}", hash()), "p-003", &in_days(90));
    desk.import(&[]);
    let path = desk.path().join("reviews.toml");
    let edited = fs::read_to_string(&path).unwrap() + "\n# my own remark\n";
    let edited = edited.replace("[[waiver]]", "# about the migration\n[[waiver]]");
    fs::write(&path, &edited).unwrap();
    let again = desk.import(&[]);
    assert!(again.code == 0 && again.stdout.contains("Nothing to write"), "{}{}", again.stdout, again.stderr);
    assert_eq!(fs::read_to_string(&path).unwrap(), edited, "not a byte changed");

    desk.decide(row, "false_positive", "it is meant so", "p-003", &in_days(80));
    let replaced = desk.import(&["--dry-run"]);
    assert!(replaced.stdout.contains("in place of accept"), "{}", replaced.stdout);
    assert_eq!(fs::read_to_string(&path).unwrap(), edited, "a dry run writes nothing");
    desk.import(&[]);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("# about the migration\n[[waiver]]") && text.contains("# my own remark"), "{text}");
    assert_eq!(desk.reviews().waiver[0].reason, "it is meant so");

    desk.decide(row, "fixed", "mended", "p-003", "");
    desk.decide(settled, "accept", "instead: guards at the door. no", "p-003", &in_days(9));
    desk.decide(settled, "accept", "soon, instead: guards at the door", "p-003", &in_days(9));
    let said = desk.import(&[]);
    assert!(said.stdout.contains("in place of false_positive"), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("in place of attest"), "{}", said.stdout);
    let reviews = desk.reviews();
    assert_eq!((reviews.waiver.len(), reviews.fixed.len(), reviews.attestation.len()), (1, 1, 0));
    assert!(fs::read_to_string(&path).unwrap().starts_with("# What reviewers decided"), "the head stays");
}

#[test]
fn every_broken_rule_is_told_at_once_by_row_and_column() {
    let mut desk = Desk::new();
    let plain: Vec<usize> = desk.rows(|row| row["outcome"] == "fail" && row.is_plain());
    let (good, end) = ("in migration, instead: VPN", in_days(90));
    let mut expected = Vec::new();
    let mut broken = |desk: &mut Desk, row: usize, cells: [&str; 4], column: &str, what: &str| {
        desk.decide(row, cells[0], cells[1], cells[2], cells[3]);
        expected.push(format!("table.csv row {}, column {column}: {what}", row + 2));
    };
    let (days_181, yesterday) = (in_days(181), in_days(-1));
    for (row, (cells, column, what)) in plain.iter().zip([
        (["accept", " ", "p", &end], "decision_reason", "it is empty"),
        (["accept", good, "", &end], "decision_by", "it is empty"),
        (["accept", good, "p", ""], "decision_expires", "it is empty"),
        (["accept", good, "p", "soon"], "decision_expires", "this is no day"),
        (["accept", good, "p", "3/4/2029"], "decision_expires", "2029-03-04 or 2029-04-03?"),
        (["accept", good, "p", &yesterday], "decision_expires", &format!("{yesterday} is not to come")),
        (["accept", good, "p", &in_days(0)], "decision_expires", &format!("{} is not to come", in_days(0))),
        (["accept", good, "p", &days_181], "decision_expires", &format!("{days_181} is too far ahead")),
        (["accepted", good, "p", &end], "decision", "write accept, false_positive, fixed or attest"),
        (["attest", good, "p", &end], "decision", "no attestation settles this finding"),
        (["fixed", "", "p", ""], "decision_reason", "it is empty"),
        (["accept", "0123456789abcdef0123456789abcdef", "p", &end], "decision_reason", "this looks like"),
    ]) {
        broken(&mut desk, *row, cells, column, what);
    }
    let row = desk.row(|row| row["outcome"] == "fail" && !row.rule.waivable);
    broken(&mut desk, row, ["accept", good, "p", &end], "decision", "`");
    // A standard, which nothing replaces, demands no less of who accepts than what may be replaced.
    let unnamed = ["accept", "in migration", "p", &end];
    let row = desk.row(|row| row["outcome"] == "fail" && row.is_addressable());
    broken(&mut desk, row, unnamed, "decision_reason", "it cites an addressable specification");
    let row = desk.other(&plain, |row| row["outcome"] == "manual" && row.is_plain());
    broken(&mut desk, row, unnamed, "decision_reason", "it cites what nothing may replace");
    let row = desk.row(|row| row["outcome"] == "not_assessed");
    broken(&mut desk, row, ["false_positive", good, "p", &end], "decision", "what was not read");
    let row = desk.row(|row| row["check_id"] == "att-ssl-certificate-validation" && row["waived"] == "false");
    let what = "whether it is so, somebody must vouch for: attest `ssl-validation`";
    broken(&mut desk, row, ["false_positive", "it is on", "p", &end], "decision", what);
    let row = desk.row(|row| row["check_id"] == "att-console-sso-mfa");
    broken(
        &mut desk,
        row,
        ["attest", "policy", "p", &end],
        "decision_reason",
        "an attestation needs the hash",
    );
    let row = desk.row(|row| row["check_id"] == "att-access-review");
    let with_hash = format!("the list, {}", hash());
    broken(&mut desk, row, ["attest", &with_hash, "p", &in_days(93)], "decision_expires", &in_days(93));
    let row = desk.row(|row| row["check_id"] == "att-incident-and-breach-runbook");
    let what = "the attestation `incident-runbook` says more than one word: declare it in audit.toml";
    broken(&mut desk, row, ["attest", &with_hash, "p", &end], "decision", what);

    let said = desk.import(&[]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    for line in &expected {
        assert!(said.stderr.contains(line), "{line}\n\n{}", said.stderr);
    }
    assert_eq!(said.stderr.lines().count(), expected.len() + 1, "{}", said.stderr);
    assert!(!desk.path().join("reviews.toml").exists());
    assert!(!said.stderr.contains("0123456789abcdef0123"), "a secret is not repeated");
}

#[test]
fn a_finding_is_known_and_decided_once() {
    let mut desk = Desk::new();
    let row = desk.row(|row| row["outcome"] == "fail" && row.is_plain());
    desk.decide(row, "accept", "in migration, instead: VPN", "p", &in_days(90));
    let twice = desk.copy(row);
    let said = desk.import(&["--dry-run"]);
    assert_eq!(said.code, 0, "the same row twice decides one thing: {}", said.stderr);
    desk.decide(twice, "fixed", "mended", "p", "");
    let said = desk.import(&[]);
    let what = format!("row {}, column decision: row {} decides the same finding", twice + 2, row + 2);
    assert!(said.code == 2 && said.stderr.contains(&what), "{}", said.stderr);
    desk.set(twice, "finding_id", "twa-0000000000000000");
    let said = desk.import(&[]);
    assert!(said.stderr.contains("column finding_id: the scan"), "{}", said.stderr);
}

/// Two checks ask for the same attestation: it is said once, and settles both.
#[test]
fn one_attestation_settles_the_findings_of_two_checks() {
    let mut desk = Desk::new();
    let open = |check: &str| desk.rows(|row| row["check_id"] == check && row["outcome"] != "not_assessed");
    let (ones, others) = (open("att-voice-media-http-auth"), open("recording-media-public"));
    let account = |row: &usize| desk.get(*row, "account_sid");
    let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| (*one, *other)));
    let (one, other) = pairs.into_iter().find(|(one, other)| account(one) == account(other)).unwrap();
    desk.decide(one, "attest", &format!("the setting, {}", hash()), "p", &in_days(60));
    desk.decide(other, "attest", &format!("a screenshot, {}", hash()), "p", &in_days(60));
    let said = desk.import(&[]);
    assert!(said.code == 2 && said.stderr.contains("attests `voice-media-http-auth` too"), "{}", said.stderr);
    desk.decide(other, "attest", &format!("the setting, {}", hash()), "p", &in_days(60));
    let said = desk.import(&[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    for row in [one, other] {
        assert!(said.stdout.contains(&desk.get(row, "finding_id")), "{}", said.stdout);
    }
    assert_eq!(desk.reviews().attestation.len(), 1);
}

#[test]
fn rows_without_a_decision_are_left_alone() {
    let mut desk = Desk::new();
    desk.set(0, "decision_reason", "to be discussed");
    let said = desk.import(&[]);
    assert!(said.code == 0 && said.stdout.contains("left alone: 2."), "{}{}", said.stdout, said.stderr);
    assert!(said.stdout.contains("Nothing to write") && !desk.path().join("reviews.toml").exists());
}

#[test]
fn an_edited_cell_is_refused_with_what_it_was() {
    let mut desk = Desk::new();
    let severity = desk.get(3, "severity");
    desk.set(3, "severity", "low");
    desk.set(5, "account_name", "\u{1b}[2Jmine");
    desk.set(6, "scan_id", "20200101T000000Z");
    let said = desk.import(&[]);
    assert_eq!(said.code, 2);
    let line = format!("table.csv row 5, column severity: it was `{severity}` and is `low`");
    assert!(said.stderr.contains(&line), "{}", said.stderr);
    assert!(said.stderr.contains("row 7, column account_name: it was `"), "{}", said.stderr);
    assert!(said.stderr.contains("row 8, column scan_id: it was `"), "{}", said.stderr);
    assert!(!said.stderr.contains('\u{1b}'), "a cell steers no terminal");
}

/// One cause is one error, for whichever row, and says what happened to it.
#[test]
fn a_row_whose_cells_have_moved_is_one_error_with_its_line() {
    let whole = Desk::new();
    let text = String::from_utf8(whole.bytes(b',', "\n")).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    // Some row whose cells are all in quotation marks or have none, so that it can be taken apart here.
    let at = (3..lines.len()).find(|at| !lines[*at].contains('"')).unwrap();
    let cells: Vec<&str> = lines[at].split(',').collect();
    let width = cells.len();
    let without = |gone: usize| [&cells[..gone], &cells[gone + 1..]].concat().join(",");
    let with = |place: usize| [&cells[..place], &["x"], &cells[place..]].concat().join(",");
    let rotated = |from: usize| [&cells[..from], &cells[from + 1..], &cells[from..=from]].concat().join(",");
    let one = at + 1;
    let (shorter, longer) = (width - 1, width + 1);
    for (broken, wanted) in [
        (
            without(5),
            format!(
                "row {one}, column waived: the row has {shorter} cells and the header {width}: a cell is gone"
            ),
        ),
        (without(0), format!("row {one}, column finding_id: the row has {shorter} cells")),
        (
            with(5),
            format!(
                "row {one}, column waived: the row has {longer} cells and the header {width}: a text lost"
            ),
        ),
        (rotated(5), format!("row {one}, column waived: from here on ")),
        (lines[at].replace(',', ";"), format!("row {one}, column finding_id: the row has 1 cells")),
    ] {
        let mut lines = lines.clone();
        lines[at] = &broken;
        fs::write(whole.path().join("table.csv"), lines.join("\n")).unwrap();
        let said = whole.run(&["review", "import", "table.csv"]);
        assert_eq!(said.code, 2, "{broken}");
        assert!(said.stderr.contains(&wanted), "{wanted}: {}", said.stderr);
        assert_eq!(said.stderr.matches("table.csv row").count(), 1, "{}", said.stderr);
        assert!(said.stderr.contains("new `twilio-audit review export`"), "{}", said.stderr);
    }
    // The first row is no other.
    let mut lines = lines.clone();
    let first = lines[1].split_once(',').unwrap().1.to_owned();
    lines[1] = &first;
    fs::write(whole.path().join("table.csv"), lines.join("\n")).unwrap();
    let said = whole.run(&["review", "import", "table.csv"]);
    assert!(said.code == 2 && said.stderr.matches("table.csv row 2").count() == 1, "{}", said.stderr);

    // Rows and lines are counted apart where a text has a line break.
    let mut desk = Desk::new();
    desk.set(0, "decision_reason", "one\ntwo");
    let text = String::from_utf8(desk.bytes(b',', "\n")).unwrap();
    let broken = text.replacen(&lines[at][..40], "", 1);
    assert_ne!(broken, text);
    fs::write(desk.path().join("table.csv"), broken).unwrap();
    let said = desk.run(&["review", "import", "table.csv"]);
    assert!(said.stderr.contains(&format!("(line {} of the file)", at + 2)), "{}", said.stderr);
}

/// What spreadsheets do by themselves is no edit.
#[test]
fn a_table_is_read_however_a_spreadsheet_saved_it() {
    let mut desk = Desk::new();
    let row = desk.row(|row| row["outcome"] == "fail" && row.is_plain());
    desk.decide(row, "accept", "in migration, instead: VPN", "p", &in_days(90));
    let plain = desk.bytes(b',', "\r\n");
    let semicolon = desk.bytes(b';', "\n");
    let tab = desk.bytes(b'\t', "\r");
    let with_mark = [b"\xef\xbb\xbf".as_slice(), &semicolon].concat();
    let mut other = desk.clone_table();
    other.map(|column, cell| match (column, cell) {
        (_, "true" | "false") => cell.to_uppercase(),
        ("catalogue_version", day) => {
            let parts: Vec<&str> = day.split('-').collect();
            format!(
                "{}/{}/{}",
                parts[1].trim_start_matches('0'),
                parts[2].trim_start_matches('0'),
                &parts[0][2..]
            )
        }
        (_, cell) => format!("{cell} "),
    });
    let reformatted = other.bytes(b',', "\r\n");
    for (name, bytes) in [
        ("plain", plain),
        ("semicolon", semicolon),
        ("tab", tab),
        ("with a byte order mark", with_mark),
        ("reformatted", reformatted),
    ] {
        fs::write(desk.path().join("table.csv"), bytes).unwrap();
        let said = desk.run(&["review", "import", "table.csv", "--dry-run"]);
        assert_eq!(said.code, 0, "{name}: {}", said.stderr);
        assert!(said.stdout.contains(&desk.get(row, "finding_id")), "{name}: {}", said.stdout);
    }
}

#[test]
fn columns_may_be_moved_added_and_left_out_but_not_the_needed_ones() {
    let mut desk = Desk::new();
    let row = desk.row(|row| row["outcome"] == "fail" && row.is_plain());
    desk.decide(row, "accept", "in migration, instead: VPN", "p", &in_days(90));
    desk.keep_rows(&[row]);
    desk.reverse_columns();
    desk.add_column("ticket");
    desk.drop_column("remediation");
    let said = desk.import(&["--dry-run"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("Columns that are ignored: ticket."), "{}", said.stdout);
    assert!(said.stdout.contains("were not compared: remediation."), "{}", said.stdout);
    desk.drop_column("decision_by");
    desk.drop_column("scan_id");
    let said = desk.import(&[]);
    assert!(
        said.code == 2 && said.stderr.contains("columns are missing: scan_id, decision_by"),
        "{}",
        said.stderr
    );
}

/// A US spreadsheet shows days with the month first. The days that it was given tell.
#[test]
fn the_days_of_the_table_tell_the_order_of_day_and_month() {
    let mut desk = Desk::new();
    let row = desk.row(|row| row["outcome"] == "fail" && row.is_plain());
    // A day of the next months whose number could be a month.
    let day = (1..150).map(in_days).find(|day| {
        let (month, number) = (&day[5..7], &day[8..]);
        month != number && number <= "12"
    });
    let day = day.unwrap();
    let slashed = format!("{}/{}/{}", &day[5..7], &day[8..], &day[..4]);
    desk.decide(row, "accept", "in migration, instead: VPN", "p", &slashed);
    let said = desk.import(&["--dry-run"]);
    assert!(said.code == 2 && said.stderr.contains(" or "), "{}", said.stderr);
    let version = desk.get(row, "catalogue_version");
    assert!(&version[8..] > "12", "this catalogue's day tells no order");
    let shown = format!("{}/{}/{}", &version[5..7], &version[8..], &version[..4]);
    for at in 0..desk.len() {
        desk.set(at, "catalogue_version", &shown);
    }
    let said = desk.import(&["--dry-run"]);
    assert!(said.code == 0 && said.stdout.contains(&day), "{}{}", said.stdout, said.stderr);
}

#[test]
fn another_encoding_or_another_file_is_told_apart() {
    let desk = Desk::new();
    let text = String::from_utf8(desk.bytes(b',', "\r\n")).unwrap();
    let utf16: Vec<u8> =
        std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let cp1252: Vec<u8> = text.chars().map(|c| if c.is_ascii() { c as u8 } else { 0x85 }).collect();
    let garbled = text.replace('…', "â€¦");
    assert_ne!(garbled, text);
    for (bytes, complaint) in [
        (utf16, "UTF-16 text: save it as CSV UTF-8"),
        (cp1252, "is not UTF-8 text: save it as CSV UTF-8"),
        (garbled.into_bytes(), "its letters are garbled: open the file as UTF-8"),
        (
            "ï»¿finding_id,decision\n".to_owned().into_bytes(),
            "its letters are garbled: open the file as UTF-8",
        ),
        (b"PK\x03\x04rest".to_vec(), "it is a workbook: save it as CSV UTF-8"),
        (b"a,b,c\n1,2,3\n".to_vec(), "its first row is not the header of findings.csv"),
        (Vec::new(), "its first row is not the header of findings.csv"),
        (b"finding_id,decision,decision\n".to_vec(), "the column decision is there twice"),
    ] {
        fs::write(desk.path().join("table.csv"), bytes).unwrap();
        let said = desk.run(&["review", "import", "table.csv"]);
        assert!(said.code == 2 && said.stderr.contains(complaint), "{complaint}: {}", said.stderr);
    }
}

#[test]
fn a_table_of_another_scan_finds_its_own() {
    let mut desk = Desk::new();
    let row = desk.row(|row| row["outcome"] == "fail" && row.is_plain());
    desk.decide(row, "accept", "in migration, instead: VPN", "p", &in_days(90));
    desk.scan_again();
    let said = desk.import(&["--dry-run"]);
    assert!(said.code == 0 && said.stdout.contains(&desk.get(row, "finding_id")), "{}", said.stderr);
    for at in 0..desk.len() {
        desk.set(at, "scan_id", "../../../etc");
    }
    let said = desk.import(&[]);
    assert!(said.code == 2 && said.stderr.contains("name the folder of its scan"), "{}", said.stderr);
}

#[test]
fn reviews_are_held_against_audit_toml_and_by_its_rules() {
    let mut desk = Desk::new();
    let row = desk.row(|row| row["outcome"] == "fail" && row.is_plain());
    let settled = desk.row(|row| row["check_id"] == "att-console-sso-mfa");
    desk.decide(settled, "attest", &format!("the policy {}", hash()), "p-003", &in_days(90));
    let other =
        "[[attestation]]\nid = \"console-sso-mfa\"\nvalue = \"optional\"\nby = \"p\"\non = 2026-01-01\n";
    fs::write(desk.path().join("audit.toml"), other).unwrap();
    let said = desk.import(&[]);
    assert!(said.code == 2 && said.stderr.contains("another value of `console-sso-mfa`"), "{}", said.stderr);
    assert!(!desk.path().join("reviews.toml").exists());
    fs::remove_file(desk.path().join("audit.toml")).unwrap();
    desk.decide(row, "accept", "in migration, instead: VPN", "p", &in_days(90));
    desk.import(&["--reviews", "mine.toml"]);
    let reviews = Intent::read_reviews(&desk.path().join("mine.toml")).unwrap();
    assert_eq!((reviews.waiver.len(), reviews.attestation.len()), (1, 1));

    // A scan refuses what it does not understand.
    fs::write(desk.path().join("reviews.toml"), "main_keys = []\n").unwrap();
    let said = desk.run(&["scan", "--demo"]);
    assert!(said.code == 2 && said.stderr.contains("reviews.toml:1:1"), "{}", said.stderr);
    let said = desk.run(&["review", "import", "table.csv"]);
    assert!(said.code == 2 && said.stderr.contains("reviews.toml:1:1"), "{}", said.stderr);
    fs::remove_file(desk.path().join("reviews.toml")).unwrap();
    let said = desk.run(&["scan", "--demo", "--reviews", "none.toml"]);
    assert!(said.code == 2 && said.stderr.contains("none.toml"), "a file that is named must be there");
}

#[test]
fn a_scan_does_not_go_on_with_other_reviews() {
    let desk = Desk::new();
    let ended = desk.run(&["scan", "--demo", "--budget", "40", "--output", "half"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    fs::write(desk.path().join("reviews.toml"), "[[fixed]]\nfinding = \"twa-0123456789abcdef\"\ncheck = \"webhook-http\"\nby = \"p\"\non = 2026-11-02\nreason = \"r\"\n").unwrap();
    let ended = desk.run(&["scan", "--demo", "--resume", "--output", "half"]);
    assert!(
        ended.code == 2 && ended.stderr.contains("another audit.toml or reviews.toml"),
        "{}",
        ended.stderr
    );
}

#[test]
fn nothing_is_taken_from_a_scan_that_is_not_there() {
    let ended = Audit::new(&["review", "export"]).run();
    assert!(ended.code == 2 && ended.stderr.contains("evidence.db"), "{}", ended.stderr);
}
