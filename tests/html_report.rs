//! `report.html`: one file that asks for nothing, tells what blocks PHI at once, and is used as its readers use it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/browser/mod.rs"]
mod browser;
#[path = "support/made_up.rs"]
mod made_up;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use audit::{Audit, Ended, Row};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use browser::Browser;
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use twilio_audit::model::{Finding, Outcome, Scan};
use twilio_audit::report::{BLIND_SPOTS, CsvLayout, Format, Options};

static DEMO: LazyLock<Ended> = LazyLock::new(|| {
    Audit::new(&["scan", "--demo"]).env("TWILIO_AUDIT_DEMO_TIME", "2026-11-23T04:15:00Z").run()
});

const OPTIONS: Options =
    Options { all_outcomes: false, fail_on: None, csv: CsvLayout { bom: false, delimiter: b',' } };

fn demo_page() -> PathBuf {
    DEMO.scan().join("report.html")
}

/// A finding of the demo that has a call which mends it.
fn mendable() -> Row {
    DEMO.rows("findings.csv").into_iter().find(|row| !row["fix_command"].is_empty()).unwrap()
}

/// How many findings of the demo are like that.
fn count(which: impl Fn(&Row) -> bool) -> usize {
    DEMO.rows("findings.csv").iter().filter(|row| which(row)).count()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|one| one.as_str().unwrap()).collect()
}

/// Insists that the page complained of nothing, asked for nothing and opened no dialog.
fn calm(seen: &Value) {
    for what in ["complaints", "dialogs", "requests"] {
        assert!(texts(&seen[what]).is_empty(), "{what}: {:?}", texts(&seen[what]));
    }
}

/// What stands between two marks, wherever they are.
fn between<'a>(text: &'a str, from: &'a str, to: &'a str) -> Vec<&'a str> {
    text.split(from).skip(1).filter_map(|rest| rest.split(to).next()).collect()
}

fn written(scan: &Scan, kept: &made_up::Kept) -> String {
    let mut page = Vec::new();
    Format::Html.write(scan, kept, OPTIONS, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}

/// A page in a folder of its own.
fn on_disk(page: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("report.html");
    fs::write(&file, page).unwrap();
    (folder, file)
}

#[test]
fn only_its_own_script_and_style_may_run() {
    let page = DEMO.text("report.html");
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text.as_bytes()));
    let [style] = between(&page, "<style>", "</style>")[..] else { panic!("one style sheet") };
    let [script] = between(&page, "<script>", "</script>")[..] else { panic!("one script") };
    let policy = format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'",
        hash(script),
        hash(style)
    );
    let [found] = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"")[..] else {
        panic!("one policy")
    };
    assert_eq!(found.replace("&#39;", "'"), policy);
    assert!(page.contains(r#"<meta name="referrer" content="no-referrer">"#));
    assert!(page.contains(r#"<html lang="en">"#));
    for way in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "fetch("] {
        assert!(!script.contains(way), "{way}");
    }
    for way in [" src=", "<link", "@import", "url(http", " style=", "onclick="] {
        assert!(!page.contains(way), "{way}");
    }
}

#[test]
fn what_must_be_known_stands_there_without_a_script() {
    let page = DEMO.text("report.html");
    let before_data = page.split("<script").next().unwrap();
    let has = |text: &str| assert!(before_data.contains(text), "{text}");
    let scan = DEMO.json();
    for account in scan["accounts"].as_array().unwrap().iter().filter(|one| !one["verdict"].is_null()) {
        has(account["account_name"].as_str().unwrap());
        let (failed, undecided) = (&account["blockers_failed"], &account["blockers_undecided"]);
        has(&format!("blocking checks: {failed} failed, {undecided} undecided"));
    }
    for text in
        ["NOT READY", "23 November 2026", "7 accounts", "3 with PHI", "Region us1", "20261123T041500Z"]
    {
        has(text);
    }
    has("scripts are off. They are all in findings.csv.");
    has("This is the built-in demonstration");
    for spot in BLIND_SPOTS {
        has(&spot.replace('\'', "&#39;"));
    }
    for title in ["Attestations", "Waivers", "What was not read", "What this audit does not see"] {
        has(title);
    }
    let required = &scan["coverage_matrix"]["required"];
    has(&format!("{} of {} required kinds", required["read"], required["of"]));
    assert!(between(before_data, "class=\"partly\"", "</td>").iter().any(|cell| cell.contains("4/6")));
}

#[test]
fn a_verdict_names_as_many_checks_as_it_counts() {
    let page = DEMO.text("report.html");
    let [_, verdicts @ ..] = &page.split("<p class=\"word").collect::<Vec<_>>()[..] else { panic!() };
    assert_eq!(verdicts.len(), 3);
    for verdict in verdicts {
        let [said, ..] = between(verdict, "blocking checks: ", " undecided")[..] else { panic!() };
        let (failed, undecided) = said.split_once(" failed, ").unwrap();
        let named = |label: &str| {
            let label = format!("<dt>{label}</dt>");
            between(verdict, &label, "</dd>")
                .first()
                .map_or(0, |list| list.matches("<a href=\"#check=").count())
                .to_string()
        };
        assert_eq!((named("failed"), named("undecided")), (failed.to_owned(), undecided.to_owned()));
    }
}

#[test]
fn the_same_scan_gives_the_same_page() {
    let again = tempfile::tempdir().unwrap();
    let scan = DEMO.scan();
    let to = again.path().to_str().unwrap();
    let folder = Audit::new(&["report", scan.to_str().unwrap(), "--format", "html", "--to", to]).run();
    assert_eq!(folder.code, 0, "{}", folder.stderr);
    let page = fs::read_to_string(again.path().join("report.html")).unwrap();
    assert!(page == DEMO.text("report.html"));
}

#[test]
fn readers_filter_sort_open_and_link_findings() {
    let Some(browser) = Browser::find() else { return };
    let finding = mendable();
    let seen = browser.play("reading", &demo_page(), &finding["finding_id"]);
    calm(&seen);
    let all = count(|_| true);
    assert_eq!(seen["shown"], format!("{all} findings"));
    filters_show_what_they_name(&seen["filters"], all);
    sorting_turns_the_list(&seen["sorting"]);
    the_keyboard_is_enough(&seen["keyboard"]);

    let linked = &seen["linked"];
    assert_eq!(texts(&linked["opened"]), [finding["finding_id"].as_str()]);
    assert_eq!(linked["focus"], finding["finding_id"]);
    assert_eq!(linked["inView"], true);
    let panel = linked["panel"].as_str().unwrap();
    for column in ["fix_command", "account_sid", "resource_sid", "first_seen", "citations", "family", "owner"]
    {
        assert!(panel.contains(finding[column].as_str()), "{column}: {panel}");
    }
    for heading in ["Why it matters", "What was seen", "What to do", "Sources", "Waived", "Change"] {
        assert!(panel.contains(heading), "{heading}: {panel}");
    }
    let links = texts(&linked["links"]);
    assert!(!links.is_empty() && links.iter().all(|rel| *rel == "noopener noreferrer"));
    assert_eq!(seen["copied"]["copied"], finding["fix_command"]);

    let addressed = &seen["addressed"];
    assert!(addressed["kept"].as_str().unwrap().starts_with("#outcome=fail&finding=twa-"));
    assert_eq!(addressed["again"]["opened"], addressed["opened"]);
    assert_eq!(addressed["again"]["shown"], addressed["shown"]);

    let checks: BTreeSet<&str> = texts(&seen["verdict"]["checks"]).into_iter().collect();
    assert_eq!(checks, BTreeSet::from([seen["verdict"]["check"].as_str().unwrap()]));
}

fn filters_show_what_they_name(seen: &Value, all: usize) {
    let like = |name: &str, expected: usize| {
        let findings = if expected == 1 { "finding" } else { "findings" };
        assert_eq!(seen[name]["shown"], format!("{expected} {findings} of {all}"), "{name}");
    };
    like("severity", count(|row| row["severity"] == "high"));
    like("outcome", count(|row| row["outcome"] == "not_assessed"));
    like("family", count(|row| row["family"] == "baa-coverage"));
    like("account", count(|row| row["account_name"] == "Care line"));
    like("check", count(|row| row["check_id"] == "webhook-http"));
    like("waived", count(|row| row["waived"] == "true"));
    like("blocking", count(|row| row["blocks_go_live"] == "true" && row["waived"] == "false"));
    assert!(texts(&seen["severity"]["severities"]).iter().all(|cell| cell.ends_with("high")));
    assert!(texts(&seen["outcome"]["outcomes"]).iter().all(|cell| cell.ends_with("not assessed")));
    assert_eq!(seen["severity"]["hash"], "#severity=high");
    assert_ne!(seen["search"]["shown"], format!("{all} findings"));
    assert_eq!(seen["nothing"]["shown"], "No finding is like that.");
}

fn sorting_turns_the_list(seen: &Value) {
    let accounts = |name: &str| {
        let cells = texts(&seen[name]["accounts"]).into_iter();
        cells.map(|cell| cell.to_lowercase()).collect::<Vec<_>>()
    };
    assert!(accounts("ascending").is_sorted());
    assert!(accounts("descending").is_sorted_by(|a, b| a >= b));
    assert_eq!(accounts("again"), accounts("before"));
    let aria =
        ["before", "ascending", "descending", "again"].map(|name| seen[name]["aria"].as_str().unwrap());
    assert_eq!(aria, ["none", "ascending", "descending", "none"]);
    assert_eq!(seen["descending"]["hash"], "#sort=-account");
}

fn the_keyboard_is_enough(seen: &Value) {
    let first = texts(&seen["first"]);
    assert_eq!(seen["skip"], "skip");
    // Tab to the skip link, j, j, down, up, k, then Escape from the open finding, and / to the search.
    let path = ["", first[0], first[1], first[2], first[1], first[0], first[0], "q"];
    assert_eq!(texts(&seen["focus"]), path);
    assert_eq!(texts(&seen["opened"]), [first[0]]);
    assert_eq!(seen["expanded"], "true");
    assert!(texts(&seen["closed"]).is_empty());
    assert_eq!(seen["typed"], "j");
    assert_eq!(seen["outline"], "solid");
}

#[test]
fn it_serves_in_light_and_dark_on_paper_on_a_phone_and_read_aloud() {
    let Some(browser) = Browser::find() else { return };
    let seen = browser.play("looks", &demo_page(), &mendable()["finding_id"]);
    calm(&seen);
    for (place, violations) in seen["axe"].as_object().unwrap() {
        assert!(texts(violations).is_empty(), "{place}: {:#?}", texts(violations));
    }
    assert_eq!(seen["light"]["before"], seen["dark"]["after"]);
    assert_eq!(seen["light"]["after"], seen["dark"]["before"]);
    assert_ne!(seen["light"]["before"], seen["dark"]["before"]);
    for phone in ["phone", "phoneOpen"] {
        assert_eq!(seen[phone]["page"], seen[phone]["screen"], "{phone} scrolls sideways");
    }
    let printed = &seen["printed"];
    assert_eq!(printed["buttons"], 0);
    assert_eq!(printed["ground"], "rgb(255, 255, 255)", "paper is white in the dark too");
    assert_eq!(
        (&printed["verdicts"], &printed["map"], &printed["pdf"]),
        (&3.into(), &1.into(), &"%PDF-".into())
    );
    let critical = |row: &Row| row["severity"] == "critical";
    assert_eq!(printed["findings"], count(critical));
    let text = squeezed(printed["text"].as_str().unwrap());
    for row in DEMO.rows("findings.csv").iter().filter(|row| critical(row)) {
        assert!(text.contains(&squeezed(&row["reason"])), "{}", row["reason"]);
        assert!(text.contains(&squeezed(&row["remediation"].replace('`', ""))), "{}", row["remediation"]);
    }
    let scriptless = &seen["scriptless"];
    assert_eq!(scriptless["explorer"], false);
    assert!(scriptless["text"].as_str().unwrap().contains("scripts are off. They are all in findings.csv."));
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn names_from_strangers_are_text() {
    let names = [
        "<script>alert(1)</script>".to_owned(),
        "\"><img src=x onerror=alert(2)>".to_owned(),
        "</script><script>alert(3)</script>".to_owned(),
        "<!--<script>".to_owned(),
        "' onfocus='alert(4)' {{ 7*7 }}".to_owned(),
        "right\u{202e}left \u{2066}mark".to_owned(),
        "\u{1b}]0;title\u{7}\u{1b}[31mred".to_owned(),
        "מרפאה".to_owned(),
        "x".repeat(64 << 10),
    ];
    let name = names[..8].join(" ");
    let mut kept = made_up::Kept { readings: vec![made_up::unread(0, &name)], ..Default::default() };
    let scan = made_up::scan(3, 2, &name, &kept);
    kept.findings = names.iter().enumerate().map(|(number, name)| hostile(&scan, number, name)).collect();
    let scan = made_up::scan(3, 2, &name, &kept);
    let page = written(&scan, &kept);
    assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{1b}', '\u{7}']));
    assert!(page.contains("מרפאה"), "text from right to left stays");
    assert!(!page.contains(&"x".repeat(2001)), "long texts are cut");
    let Some(browser) = Browser::find() else { return };
    let (_folder, file) = on_disk(&page);
    let seen = browser.play("hostile", &file, &kept.findings[2].finding_id);
    calm(&seen);
    assert_eq!(texts(&seen["page"]["opened"]), [kept.findings[2].finding_id.as_str()]);
    assert_eq!((&seen["page"]["scripts"], &seen["page"]["strange"]), (&2.into(), &0.into()));
    assert!(seen["page"]["panel"].as_str().unwrap().contains("</script><script>alert(3)</script>"));
    assert!(seen["page"]["body"].as_str().unwrap().contains("<img src=x onerror=alert(2)>"));
    // No link but to itself and the rule's own source: an address that is a script is none.
    assert!(
        texts(&seen["page"]["links"])
            .iter()
            .all(|link| link.starts_with('#') || link.starts_with("https://www.twilio.com/"))
    );
    assert_eq!(seen["phone"]["page"], seen["phone"]["screen"], "a long name scrolls sideways");
}

/// A finding in which every text that could be a stranger's is one.
fn hostile(scan: &Scan, number: usize, name: &str) -> Finding {
    let mut finding = made_up::finding(scan, number, name);
    for text in [&mut finding.field, &mut finding.environment, &mut finding.owner, &mut finding.fix_command] {
        *text = name.to_owned();
    }
    finding.evidence.push((name.to_owned(), name.to_owned()));
    finding.console_url = format!("javascript:alert('{name}')");
    finding.sources.push("javascript:alert(5)".to_owned());
    finding
}

#[test]
fn ten_thousand_findings_fit_and_what_is_left_out_is_said() {
    let mut kept = made_up::Kept::default();
    let scan = made_up::scan(200, 117, "Clinic", &kept);
    kept.findings = (0..12_000).map(|number| made_up::finding(&scan, number, "Clinic")).collect();
    let scan = made_up::scan(200, 117, "Clinic", &kept);
    let page = written(&scan, &kept);
    assert!(page.len() < 5 << 20, "{} bytes", page.len());
    assert!(
        page.contains("The page holds the worst 10000 of 12000 findings. 2000 more are in findings.csv.")
    );
    assert!(page.contains("100 more accounts: their verdicts are in findings.json."));
    assert!(page.contains("twa-000000000000270f") && !page.contains("twa-0000000000002710"));
    let Some(browser) = Browser::find() else { return };
    let (_folder, file) = on_disk(&page);
    let seen = browser.play("large", &file, "");
    calm(&seen);
    assert_eq!(seen["page"]["shown"], "10,000 findings");
    assert!(seen["page"]["rows"].as_u64().unwrap() <= 100);
    assert_ne!(seen["page"]["found"], "10,000 findings");
    println!("bytes {}, milliseconds {}", page.len(), seen["page"]);
}

#[test]
fn whatever_strangers_write_the_file_stays_small() {
    let name = "<".repeat(64 << 10);
    let mut kept = made_up::Kept::default();
    let scan = made_up::scan(60, 2, &name, &kept);
    kept.findings =
        (0..500).map(|number| made_up::finding(&scan, number, &format!("{number} {name}"))).collect();
    let scan = made_up::scan(60, 2, &name, &kept);
    let page = written(&scan, &kept);
    assert!(page.len() < 5 << 20, "{} bytes", page.len());
    assert!(page.contains("The page holds the worst"));
    assert!(page.contains("of 500 findings."));
}

#[test]
fn what_is_not_known_is_not_called_ready() {
    let kept = made_up::Kept::default();
    let mut scan = made_up::scan(2, 2, "Clinic", &kept);
    for account in &mut scan.accounts {
        account.verdict = Some(twilio_audit::model::Verdict::Ready);
        account.blockers_failed = 0;
    }
    let headline = |scan: &Scan| {
        let page = written(scan, &kept);
        between(&page, "<span>May PHI go live?</span> ", "</h2>")[0].to_owned()
    };
    assert_eq!(headline(&scan), "Yes: 2 of 2 accounts with PHI are ready.");
    scan.tree_is_known = false;
    assert!(headline(&scan).ends_with("Not all accounts are known."));
    scan.accounts[1].verdict = Some(twilio_audit::model::Verdict::CannotSay);
    assert!(headline(&scan).starts_with("Cannot say for 1 of 2 accounts with PHI."));
    scan.accounts[0].verdict = Some(twilio_audit::model::Verdict::NotReady);
    assert!(headline(&scan).starts_with("No: 1 of 2 accounts with PHI is not ready. Cannot say for 1."));
    scan.accounts.clear();
    assert!(headline(&scan).starts_with("No active account carries PHI."));
    assert!(written(&scan, &kept).contains("Not all subaccounts of the parent are known."));
    assert_eq!(scan.tally.count(|(outcome, ..)| outcome == Outcome::Pass), 0);
}

/// The folder of the samples holds what `make screenshots` made.
#[test]
fn the_pictures_are_small_enough_to_be_shown() {
    for name in ["report-light.png", "report-dark.png"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-reports").join(name);
        assert!((10_000..300_000).contains(&fs::metadata(file).unwrap().len()), "{name}");
    }
}
