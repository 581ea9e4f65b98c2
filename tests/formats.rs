//! Every format says the same of a scan, and the programs that it is made for accept it: whatever names an account holds.
//!
//! `UPDATE_DOCS=1 cargo test --test formats` writes the schema of `findings.json` anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/formats/mod.rs"]
mod formats;
#[path = "support/formats/many.rs"]
mod many;
#[path = "support/python.rs"]
mod python;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use audit::{Audit, Ended, Row, credential, simulator};
use formats::Judged;
use many::Many;
use serde_json::{Value, json};
use twilio_audit::report::{CsvLayout, Format, Options, findings_schema, fix_plan_schema, gate_schema};

/// What a scan left, and what the command writes of it on demand.
struct Reports {
    rows: Vec<Row>,
    json: Value,
    sarif: String,
    /// The same without passes: the judge takes its time.
    sarif_to_act_on: String,
    ocsf: String,
    markdown: String,
    junit: String,
}

impl Reports {
    /// Reads the files of a scan with --all-outcomes.
    fn of(ended: Ended) -> Self {
        let (rows, json) = (ended.rows("findings.csv"), ended.json());
        let [sarif, ocsf, markdown] =
            ["findings.sarif", "findings.ocsf.jsonl", "report.md"].map(|name| ended.text(name));
        let junit = Audit::new(&["report", "--format", "junit", "--all-outcomes"]).inside(ended).run();
        assert_eq!(junit.code, 0, "{}", junit.stderr);
        let junit_text = junit.stdout.clone();
        let to_act_on = Audit::new(&["report", "--format", "sarif"]).inside(junit).run();
        let (junit, sarif_to_act_on) = (junit_text, to_act_on.stdout);
        Self { rows, json, sarif, sarif_to_act_on, ocsf, markdown, junit }
    }

    /// The findings of the CSV file with one of these outcomes.
    fn ids(&self, outcomes: &[&str]) -> BTreeSet<String> {
        let chosen = self.rows.iter().filter(|row| outcomes.contains(&row["outcome"].as_str()));
        chosen.map(|row| row["finding_id"].clone()).collect()
    }

    fn by_id(&self) -> BTreeMap<&str, &Row> {
        self.rows.iter().map(|row| (row["finding_id"].as_str(), row)).collect()
    }
}

const ALL: [&str; 5] = ["fail", "manual", "not_assessed", "pass", "not_applicable"];

#[test]
fn the_demo_is_accepted_everywhere() {
    let reports = Reports::of(Audit::new(&["scan", "--demo", "--all-outcomes"]).run());
    assert!(reports.rows.iter().any(|row| row["waived"] == "true"), "a waiver is shown");
    accepted_everywhere(&reports);
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_names_are_accepted_everywhere() {
    let estate = hostile_estate();
    let simulator = simulator(&estate).await;
    let ended =
        Audit::scan(&simulator).args(&["--all-outcomes"]).sign_in(&credential(&estate, "AC0001")).run();
    let reports = Reports::of(ended);
    assert!(reports.rows.len() > HOSTILE.len());
    for text in [&reports.sarif, &reports.ocsf, &reports.markdown, &reports.junit] {
        let steers = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{2066}');
        assert_eq!(text.find(steers).map(|at| text[at..].chars().take(80).collect::<String>()), None);
        for escaped in ["\\u001b", "\\u0000", "&#27;", "&#0;", "&#x1b;"] {
            assert!(!text.contains(escaped), "{escaped}");
        }
    }
    accepted_everywhere(&reports);
}

fn accepted_everywhere(reports: &Reports) {
    formats::findings_json(&reports.json).unwrap();
    let ids = strings(&reports.json["findings"], "finding_id");
    assert_eq!(BTreeSet::from_iter(ids), reports.ids(&ALL), "findings.json");
    sarif_says_the_same(reports);
    ocsf_says_the_same(reports);
    junit_says_the_same(reports);
    markdown_says_the_same(reports);
}

fn sarif_says_the_same(reports: &Reports) {
    if let Some(judged) = formats::sarif(&reports.sarif_to_act_on) {
        judged.unwrap();
        formats::sarif_schema(&reports.sarif).unwrap().unwrap();
    }
    let document: Value = serde_json::from_str(&reports.sarif).unwrap();
    let run = &document["runs"][0];
    let results = run["results"].as_array().unwrap();
    let ids = results.iter().map(|one| text(&one["partialFingerprints"]["twilioAuditFinding/v1"]));
    assert_eq!(BTreeSet::from_iter(ids), reports.ids(&["fail", "manual", "pass", "not_applicable"]));
    let rows = reports.by_id();
    for result in results {
        let row = rows[result["partialFingerprints"]["twilioAuditFinding/v1"].as_str().unwrap()];
        let kind = match row["outcome"].as_str() {
            "manual" => "review",
            "not_applicable" => "notApplicable",
            outcome => outcome,
        };
        let level = match (kind, row["severity"].as_str()) {
            ("fail", "critical" | "high") => "error",
            ("fail", "medium") => "warning",
            ("fail", _) => "note",
            _ => "none",
        };
        assert_eq!((text(&result["kind"]), text(&result["level"])), (kind.to_owned(), level.to_owned()));
        assert_eq!(result["suppressions"].is_array(), row["waived"] == "true");
        assert!(row["waived"] == "false" || !text(&result["suppressions"][0]["justification"]).is_empty());
        let rule = result["ruleIndex"].as_u64().and_then(|at| usize::try_from(at).ok()).unwrap();
        assert_eq!(run["tool"]["driver"]["rules"][rule]["id"], row["check_id"].as_str());
    }
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let ids: BTreeSet<String> = notifications
        .iter()
        .filter_map(|one| Some(one["properties"]["finding_id"].as_str()?.to_owned()))
        .collect();
    let not_assessed = reports.ids(&["not_assessed"]);
    assert_eq!(ids, not_assessed, "what was not assessed is said");
    assert_eq!(run["invocations"][0]["executionSuccessful"], not_assessed.is_empty());
}

fn ocsf_says_the_same(reports: &Reports) {
    let Some(events) = formats::ocsf(&reports.ocsf).map(Judged::unwrap) else { return };
    let rows = reports.by_id();
    let mut ids = BTreeSet::new();
    for event in events.as_array().unwrap() {
        let row = rows[event[0].as_str().unwrap()];
        let answer = match row["outcome"].as_str() {
            "fail" => "Fail",
            "manual" => "Warning",
            "not_assessed" => "Unknown",
            "pass" => "Pass",
            _ => "Other",
        };
        assert_eq!(event[1], answer, "{row:?}");
        assert_eq!(event[2] == "Suppressed", row["waived"] == "true");
        ids.insert(text(&event[0]));
    }
    assert_eq!(ids, reports.ids(&ALL), "findings.ocsf.jsonl");
}

fn junit_says_the_same(reports: &Reports) {
    let Some(cases) = formats::junit(&reports.junit).map(Judged::unwrap) else { return };
    let rows = reports.by_id();
    let mut ids = BTreeSet::new();
    for case in cases.as_array().unwrap() {
        let (class, name) = (text(&case[0]), text(&case[1]));
        let id = name.rsplit_once('[').unwrap().1.trim_end_matches(']').to_owned();
        let row = rows[id.as_str()];
        let result = match row["outcome"].as_str() {
            "fail" | "manual" if row["waived"] == "true" => "skipped",
            "fail" => "failure",
            "manual" | "not_assessed" => "error",
            "pass" => "passed",
            _ => "skipped",
        };
        assert_eq!((class, text(&case[2])), (row["check_id"].clone(), result.to_owned()), "{name}");
        ids.insert(id);
    }
    assert_eq!(ids, reports.ids(&ALL), "findings.junit.xml");
}

fn markdown_says_the_same(reports: &Reports) {
    assert!(reports.markdown.chars().count() <= 60_000);
    let Some(page) = formats::markdown(&reports.markdown).map(Judged::unwrap) else { return };
    let own = |html: &Value| {
        let html = html.as_str().unwrap();
        let fold = regex::Regex::new(
            r"^(<details>\n?<summary>([a-z0-9-]+: \d+|\d+ things [A-Za-z ]+)</summary>|</details>)\n$",
        )
        .unwrap();
        assert!(fold.is_match(html), "{html}");
    };
    page["html"].as_array().unwrap().iter().for_each(own);
    assert_eq!((&page["links"], &page["images"]), (&json!([]), &json!([])));
    let calls = regex::Regex::new(r"@\w|#\d|(?i:gh-)\d").unwrap();
    for text in page["text"].as_array().unwrap() {
        assert!(!calls.is_match(text.as_str().unwrap()), "{text}");
    }
    let to_act_on = |row: &&Row| {
        ["fail", "manual", "not_assessed"].contains(&row["outcome"].as_str()) && row["waived"] == "false"
    };
    let to_act_on: Vec<&Row> = reports.rows.iter().filter(to_act_on).collect();
    let tables: Vec<Vec<u64>> = serde_json::from_value(page["tables"].clone()).unwrap();
    for table in &tables {
        assert!(
            table.iter().all(|cells| *cells == table[0]),
            "a row has more cells than its head: {table:?}"
        );
    }
    // The tables: accounts, totals, checks, and one for each check that there is room for.
    let verdicts =
        reports.json["accounts"].as_array().unwrap().iter().filter(|one| !one["verdict"].is_null());
    let checks: BTreeSet<&str> = to_act_on.iter().map(|row| row["check_id"].as_str()).collect();
    let rows: Vec<usize> = tables.iter().map(|table| table.len() - 1).collect();
    assert_eq!(rows[..3], [verdicts.count(), 4, checks.len()]);
    let shown: usize = rows[3..].iter().sum();
    let left_out = regex::Regex::new(r"(\d+) more findings are in `findings.csv`").unwrap();
    let left_out = left_out.captures(&reports.markdown).map_or(0, |found| found[1].parse().unwrap());
    assert_eq!(shown + left_out, to_act_on.len());
}

/// Names that would do something in one format or another.
const HOSTILE: [&str; 21] = [
    "\u{1b}]0;title\u{7}\u{1b}[31mred",
    "=cmd|'/c calc'!A1",
    "<script>alert(1)</script>",
    "]]></failure><testcase name=\"x\"/>",
    "</details><img src=x onerror=alert(1)>",
    "a | b | c",
    "back`tick ``` and \\` and \\| pipe \\",
    "ping @octocat and @github/everyone",
    "see #1, GH-1 and octocat/hello#2",
    "[click](https://evil.example) ![img](https://evil.example/x.png)",
    "<https://evil.example> www.evil.example http://evil.example someone@evil.example",
    "{0} {{1}} {x}",
    "line\r\nbreak\n\n# heading\n\n---\n\n- list",
    "right\u{202e}to left\u{2066}",
    "nul\u{0}byte and \u{fffe}\u{ffff}",
    "<!-- comment",
    "&lt;b&gt; &#64;octocat &amp;",
    "**bold** _it_ ~~gone~~ $x^2$ :smile:",
    "1. one",
    "\"quote\" 'single' \\x1b \\n",
    "   ",
];

fn hostile_estate() -> Value {
    let long = "x".repeat(64 << 10);
    let names: Vec<&str> = HOSTILE.into_iter().chain([long.as_str()]).collect();
    let number = |(place, name): (usize, &&str)| {
        json!({
            "phone_number": format!("+120255501{place:02}"), "friendly_name": name,
            "voice_url": format!("http://hooks.clinic.example/{name}?n={name}"),
        })
    };
    let numbers: Vec<Value> = names.iter().enumerate().map(number).collect();
    // Only the parent is signed in for: the others are named where the reports say what was not read.
    let account = |(place, name): (usize, &&str)| json!({"sid": format!("AC{:04}", place + 2), "owner": "AC0001", "name": name});
    let parent = json!({
        "sid": "AC0001", "owner": "AC0001", "name": names[3], "resources": {"api/IncomingPhoneNumbers": numbers}
    });
    let accounts = names.iter().step_by(5).enumerate().map(account);
    let accounts: Vec<Value> = [parent].into_iter().chain(accounts).collect();
    json!({"accounts": accounts})
}

/// A judge that accepts everything would be none.
#[test]
fn every_judge_refuses_what_is_spoiled() {
    let sample = |name: &str| {
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("sample-reports").join(name)).unwrap()
    };
    let spoiled = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    fn refused<T: std::fmt::Debug>(judged: Option<Result<T, String>>, complaint: &str) {
        if let Some(judged) = judged {
            let said = judged.unwrap_err();
            assert!(said.contains(complaint), "{said}");
        }
    }
    let sarif = sample("findings.sarif");
    refused(formats::sarif(&spoiled(&sarif, "\"kind\": \"review\"", "\"kind\": \"guess\"")), "guess");
    refused(formats::sarif(&spoiled(&sarif, "\"ruleIndex\": ", "\"ruleIndex\": 999")), "ruleIndex");
    let ocsf = sample("findings.ocsf.jsonl");
    refused(formats::ocsf(&spoiled(&ocsf, "\"class_uid\":2003", "\"class_uid\":2004")), "class_uid");
    refused(formats::ocsf(&spoiled(&ocsf, "\"unmapped\":", "\"waived\":true,\"unmapped\":")), "waived");
    let mut json: Value = serde_json::from_str(&sample("findings.json")).unwrap();
    json["findings"][0]["outcome"] = "fine".into();
    assert!(formats::findings_json(&json).unwrap_err().contains("/findings/0/outcome"));
    let mut json: Value = serde_json::from_str(&sample("findings.json")).unwrap();
    json["rules"][0].as_object_mut().unwrap().remove("risk");
    assert!(formats::findings_json(&json).unwrap_err().contains("risk"));
    let junit = written(Format::Junit, Many { fail: 3, not_assessed: 2, pass: 1 });
    refused(formats::junit(&junit.replace("failures=\"3\"", "failures=\"0\"")), "failures");
    refused(formats::junit(&spoiled(&junit, "clear text", "clear \u{1b} text")), "no XML");
    let page = "[x](https://evil.example) <b> ![y](z) @octocat www.evil.example\n";
    if let Some(page) = formats::markdown(page).map(Judged::unwrap) {
        assert_eq!(page["links"], json!(["https://evil.example", "http://www.evil.example"]));
        assert_eq!((&page["html"], &page["images"]), (&json!(["<b>"]), &json!(["z"])));
        assert!(page["text"].to_string().contains("@octocat"));
    }
}

/// GitHub refuses more than 25,000 results, and more than 10 MB of compressed SARIF.
#[test]
fn sarif_keeps_to_the_limits_and_says_what_it_leaves_out() {
    let left_out = regex::Regex::new(r"\d+ \w+ are left out").unwrap();
    let results = |many: Many| -> (usize, usize, Vec<String>) {
        let text = written(Format::Sarif, many);
        let count = |what: &str| text.matches(what).count();
        let said = left_out.find_iter(&text).map(|found| found.as_str().to_owned());
        (count("\"ruleIndex\""), count("\"kind\": \"pass\""), said.collect())
    };
    let (all, passes, said) = results(Many { fail: 10, not_assessed: 5, pass: 7 });
    assert_eq!((all, passes, said), (17, 7, vec![]));
    let (all, passes, said) = results(Many { fail: 24_000, not_assessed: 5_003, pass: 1_500 });
    assert_eq!((all, passes), (25_000, 1_000));
    assert_eq!(said, ["500 results are left out", "3 notifications are left out"]);
}

#[test]
fn markdown_fits_a_comment_and_counts_what_it_leaves_out() {
    let page = written(Format::Markdown, Many { fail: 30_000, not_assessed: 20_000, pass: 10 });
    assert!(page.chars().count() <= 60_000);
    assert!(page.contains("49975 more findings are in `findings.csv`."), "{page}");
    assert!(page.contains("| high | 30000 | 0 | 20000 |"), "{page}");
    let nothing = written(Format::Markdown, Many { fail: 0, not_assessed: 0, pass: 10 });
    assert!(nothing.contains("Nothing is to be acted on."), "{nothing}");
}

/// What is written of a scan that was never made.
fn written(format: Format, many: Many) -> String {
    let options = Options { all_outcomes: true, fail_on: None, csv: CsvLayout::default() };
    let mut to = Vec::new();
    format.write(&many.scan(), &many, options, &mut to).unwrap();
    String::from_utf8(to).unwrap()
}

#[test]
fn the_published_schema_is_the_one_of_this_build() {
    for (name, current, command) in [
        ("findings", findings_schema() + "\n", &["report"][..]),
        ("gate", gate_schema() + "\n", &["gate"]),
        ("plan", fix_plan_schema() + "\n", &["fix", "plan"]),
    ] {
        let path = format!("{}/docs/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        if std::env::var_os("UPDATE_DOCS").is_some() {
            fs::write(&path, &current).unwrap();
        }
        assert!(fs::read_to_string(&path).unwrap() == current, "UPDATE_DOCS=1 cargo test --test formats");
        assert_eq!(Audit::new(command).args(&["--schema"]).run().stdout, current);
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

fn strings(list: &Value, field: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|one| text(&one[field])).collect()
}
