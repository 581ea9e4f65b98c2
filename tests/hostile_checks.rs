//! A check that somebody else wrote can read the evidence and nothing else, and ends: whatever it tries is refused or stopped
//! with a sentence that names it and says what it may not do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::cell::RefCell;
use std::fs;
use std::time::{Duration, Instant};

use audit::{Audit, Ended};

/// What each query may take here, in seconds.
const SECONDS: &str = "2";
/// A query is stopped by then, whatever it does: SQLite looks at the clock between two steps, and the longest single step
/// that was found takes a few seconds.
const LATEST: Duration = Duration::from_secs(45);
/// What the process may hold in memory, in MiB: 512 for SQLite, and what else there is.
const MOST_MIB: f64 = 900.0;

/// Refused before anything runs.
const NEVER_RUN: &[(&str, &str)] = &[
    // It cannot write.
    ("insert into api_key (sid) values ('SK1')", "may only read"),
    ("select unhex('ab', 'b')", "unhex"),
    ("update api_key set sid = 'SK1'", "may only read"),
    ("delete from api_key", "may only read"),
    ("replace into api_key (sid) values ('SK1')", "may only read"),
    ("with a as (select 1) delete from coverage", "may only read"),
    ("insert into api_key (sid) values ('SK1') returning account_sid", "may only read"),
    ("create table x (y)", "may only read"),
    ("create temp table x (y)", "may only read"),
    ("create table x as select * from api_key", "may only read"),
    ("create view x as select 1", "may only read"),
    ("create index x on api_key (sid)", "may only read"),
    ("create temp trigger x after insert on api_key begin select raise(abort, 'x'); end", "may only read"),
    ("create virtual table x using fts5(y)", "may only read"),
    ("create virtual table x using dbstat", "may only read"),
    ("drop table api_key", "may only read"),
    ("alter table api_key rename to x", "may only read"),
    ("reindex", "may only read"),
    ("analyze", "may only read"),
    ("begin", "may only read"),
    ("savepoint x", "may only read"),
    ("vacuum", "may only read"),
    ("vacuum into 'stolen.db'", "may only read"),
    // It opens no other file.
    ("attach 'stolen.db' as x", "another database"),
    ("attach ':memory:' as x", "another database"),
    ("detach main", "another database"),
    // It changes no setting, and asks for none.
    ("pragma writable_schema = 1", "pragma `writable_schema`"),
    ("pragma hard_heap_limit = 0", "pragma `hard_heap_limit`"),
    ("pragma temp_store_directory = '.'", "pragma `temp_store_directory`"),
    ("pragma query_only", "pragma `query_only`"),
    ("pragma table_info(api_key)", "pragma `table_info`"),
    ("select * from pragma_table_info('api_key')", "pragma_table_info"),
    ("select count(*) from pragma_table_info('api_key')", "pragma_table_info"),
    ("select name from pragma_function_list", "pragma_function_list"),
    ("select file from pragma_database_list", "pragma_database_list"),
    // It reads no file.
    ("select readfile('/etc/passwd')", "readfile"),
    ("select writefile('x', 'y')", "writefile"),
    ("select edit('x')", "edit"),
    ("select load_extension('x')", "`load_extension`"),
    ("select LOAD_EXTENSION('x')", "`load_extension`"),
    ("select fts3_tokenizer('x')", "`fts3_tokenizer`"),
    ("select fts3_tokenizer('x', x'00')", "`fts3_tokenizer`"),
    ("select * from csv('/etc/passwd')", "no such table: csv"),
    ("select * from zipfile('x.zip')", "no such table: zipfile"),
    ("select * from fsdir('/')", "no such table: fsdir"),
    ("select * from api_key where sid match 'x'", "`match`"),
    ("select sid regexp 'x' from api_key", "regexp"),
    // It reads no schema.
    ("select sql from sqlite_schema", "`sqlite_master`"),
    ("select sql from sqlite_master", "`sqlite_master`"),
    ("select count(*) from sqlite_schema", "`sqlite_"),
    ("select 1 from main.sqlite_schema", "`sqlite_"),
    ("select sql from sqlite_temp_schema", "`sqlite_temp_master`"),
    ("select sql from temp.sqlite_schema", "`sqlite_temp_master`"),
    ("select * from sqlite_dbpage", "no such table"),
    ("select * from sqlite_stmt", "no such table"),
    ("select * from bytecode('select 1')", "no such table"),
    ("select * from dbstat", "`dbstat`"),
    ("select count(*) from dbstat", "`dbstat`"),
    ("select * from fts3tokenize", "`fts3tokenize`"),
    ("select sqlite_version()", "`sqlite_version`"),
    ("select sqlite_compileoption_get(1)", "`sqlite_compileoption_get`"),
    ("select last_insert_rowid()", "`last_insert_rowid`"),
    ("select total_changes()", "`total_changes`"),
    ("select raise(abort, 'x')", "RAISE()"),
    // It makes no bytes.
    ("select randomblob(1000000000)", "`randomblob`"),
    ("select json_patch('{\"a\":1}', '{\"b\":2}')", "`json_patch`"),
    ("select zeroblob(1000000000)", "`zeroblob`"),
    // It is one statement.
    ("select 1; select 2", "several"),
    ("select 1; delete from api_key", "may only read"),
    ("/* */ -- x", "it asks nothing"),
    (";", "it asks nothing"),
    ("", "it asks nothing"),
    ("explain delete from api_key", "may only read"),
];

/// Refused because of their size alone.
fn too_large() -> Vec<(String, &'static str)> {
    let nested = |count: usize| format!("select {}1{}", "(".repeat(count), ")".repeat(count));
    vec![
        (nested(50_000), "longer than"),
        (nested(20_000), "Recursion limit"),
        (format!("select {}1", "1+".repeat(20_000)), "maximum depth"),
        (vec!["select 1"; 5_000].join(" union all "), "too many terms"),
        (format!("select {}", vec!["1"; 3_000].join(",")), "too many columns"),
        (format!("select count(*) from {}", vec!["api_key"; 70].join(",")), "at most 64 tables"),
        (format!("select '{}'", "x".repeat(2_000_000)), "longer than"),
        (format!("select coalesce({})", vec!["1"; 3_000].join(",")), "too many arguments"),
    ]
}

const ENDLESS: &str = "with recursive n (i) as (select 1 union all select i + 1 from n) ";

/// Runs, and is stopped.
fn without_end() -> Vec<(String, &'static str)> {
    let endless = |rest: &str| format!("{ENDLESS}{rest}");
    let of_text = |rest: &str| format!("with t (x) as (select printf('%.*c', 4000000, 'a')) {rest}");
    let doubled: String =
        (1..40).map(|n| format!(", c{n} as (select a.i from c{} a, c{} b)", n - 1, n - 1)).collect();
    vec![
        (endless("select count(*) from n"), "it was stopped"),
        (endless("select max(i) from n where i < 0"), "it was stopped"),
        (
            "with recursive n (i) as (select 1 union all select i from n) select count(*) from n".to_owned(),
            "longer than",
        ),
        (
            endless(
                "select count(*) from (select i from n limit 100000) a, (select i from n limit 100000) b where a.i + b.i < 0",
            ),
            "longer than",
        ),
        (
            format!("with c0 as (select 1 as i union all select 2){doubled} select count(*) from c39"),
            "nested too deep",
        ),
        // It grows until something is full.
        (endless("select group_concat(i) from n"), "it was stopped"),
        (endless("select string_agg(i, 'xxxxxxxxxxxxxxxx') from n"), "it was stopped"),
        (endless("select json_group_array(i) from n"), "it was stopped"),
        (
            endless("select count(*) from (select distinct i || printf('%.*c', 1000, 'x') from n)"),
            "it was stopped",
        ),
        (endless("select i from n order by printf('%.*c', 100000, 'x') || i"), "it was stopped"),
        (
            endless("select count(*) from (select i, row_number() over (order by -i) from n)"),
            "it was stopped",
        ),
        (
            "with recursive t (x) as (select 'a' union all select x || x from t) select length(x) from t"
                .to_owned(),
            "it was stopped",
        ),
        ("select printf('%.*c', 1000000000, 'x')".to_owned(), "it was stopped"),
        (
            "select replace(printf('%.*c', 1000000, 'a'), 'a', printf('%.*c', 1000000, 'b'))".to_owned(),
            "replace()",
        ),
        (of_text("select hex(hex(hex(x))) from t"), "it was stopped"),
        // One step of it takes long.
        (
            of_text(
                "select count(*) from t, (with recursive n (i) as (select 1 union all select i + 1 from n) select i from n) where x || i like printf('%%%.*c', 150, 'a') || 'b'",
            ),
            "it was stopped",
        ),
        (
            of_text(
                "select count(*) from t, (with recursive n (i) as (select 1 union all select i + 1 from n) select i from n) where instr(x || i, substr(x, 2000000) || 'b')",
            ),
            "it was stopped",
        ),
        (
            of_text(
                "select count(*) from t, (with recursive n (i) as (select 1 union all select i + 1 from n) select i from n) where x || i glob '*[a]*[a]*[a]*[a]*b'",
            ),
            "it was stopped",
        ),
    ]
}

/// Costs what it costs, and ends by itself: `printf`, `like`, `instr`, `replace`, JSON, and our own functions with the longest
/// texts there may be.
fn with_an_end() -> Vec<String> {
    let of_text =
        |rest: &str| format!("with t (x) as (select printf('%.*c', 4000000, 'a')) select {rest} from t");
    let words = "'[' || rtrim(replace(printf('%.*c', 600000, 'x'), 'x', '\"a\",'), ',') || ']'";
    let mut queries: Vec<String> = [
        "x like '%' || printf('%.*c', 190, 'a') || 'b'",
        "x like printf('%.*c', 99, '%') || 'b'",
        "x glob replace(printf('%.*c', 60, '*'), '*', '*a?') || 'b'",
        "instr(x, substr(x, 2000000) || 'b')",
        "length(replace(x, substr(x, 2000000) || 'b', ''))",
        "length(replace(x, 'aa', 'b'))",
        "length(trim(x, 'a'))",
        "length(ltrim(replace(x, 'a', 'z'), substr(x, 1, 300000) || 'z'))",
        "length(rtrim(x, substr(x, 1, 300000) || 'z'))",
        "soundex(x)",
        "json_valid(replace(x, 'a', '['))",
        "json_valid(replace(x, 'a', '{\"a\":'))",
    ]
    .iter()
    .map(|rest| of_text(rest))
    .collect();
    queries.push("select json_extract(json_object('a', 1), printf('$%.*c', 100000, '.'))".to_owned());
    for one in [
        "url_scheme",
        "url_host",
        "url_path",
        "url_canonical",
        "url_has_userinfo",
        "url_secret",
        "url_fragment",
        "sip_uses_tls",
        "host_class",
        "period_days",
        "permission_risk",
        "permission_is_known_form",
        "label_pattern",
        "label_mask_class",
        "label_strength",
        "health_word",
        "clinical_word",
        "usage_product",
        "days_since",
        "days_until",
    ] {
        for text in ["x", "replace(x, 'aa', 'a ')"] {
            queries.push(of_text(&format!("length({one}({text}))")));
        }
    }
    for two in [
        "host_matches",
        "ip_in",
        "in_change_window",
        "permission_matches",
        "permission_covered",
        "has_word",
        "words_match",
    ] {
        for (first, second) in [
            ("x".to_owned(), "x".to_owned()),
            ("x".to_owned(), "'b'".to_owned()),
            ("replace(x, 'aa', 'a ')".to_owned(), words.to_owned()),
            (words.to_owned(), words.to_owned()),
            (
                "'1.2.3.4'".to_owned(),
                "'[' || replace(substr(x, 1, 200000), 'a', '\"1.2.3.0/24\",') || '\"::/0\"]'".to_owned(),
            ),
        ] {
            queries.push(of_text(&format!("length({two}({first}, {second}))")));
        }
    }
    queries
}

thread_local! {
    static SCANNED: RefCell<Option<Ended>> = RefCell::new(Some(Audit::new(&["scan", "--demo", "--quiet"]).run()));
}

/// The answer to a question over the demo, and the seconds that it took.
fn ask(question: &str) -> (i32, String, Duration) {
    SCANNED.with_borrow_mut(|scanned| {
        let begun = Instant::now();
        let asked = Audit::new(&["query", "--check-seconds", SECONDS, "--", question])
            .inside(scanned.take().unwrap());
        let ended = asked.run();
        let answer = (ended.code, ended.stderr.clone(), begun.elapsed());
        *scanned = Some(ended);
        answer
    })
}

/// A check with this query.
fn check(query: &str) -> String {
    format!(
        r#"
id = "own-hostile"
title = "Nothing bad happens"
family = "phi-handling"
severity = "low"
scope = "all"
subject = "queue"
query = {}
risk = "None."
remediation = "None."
citations = ["164.308(a)(1)(ii)(A)"]
sources = ["https://www.twilio.com/docs"]
verified_on = 2026-11-23

[[example]]
name = "one"
given.queue = [{{ sid = "QU1" }}]
expect = {{ QU1 = "pass" }}
"#,
        serde_json::Value::from(query)
    )
}

fn tested(query: &str) -> Ended {
    let audit = Audit::new(&["checks", "test", "own", "--check-seconds", SECONDS]);
    fs::create_dir(audit.folder.path().join("own")).unwrap();
    audit.file("own/hostile.toml", &check(query)).run()
}

/// A query that answers what a check must, once what it tries has come to an end.
fn as_check(tried: &str) -> String {
    format!(
        "select account_sid, sid as resource_sid, iif((select count(*) from ({tried})) >= 0, 'pass', 'fail') as outcome from queue"
    )
}

#[test]
fn what_a_question_may_not_do_is_refused_before_anything_runs() {
    let mut evidence = None;
    for (question, expected) in
        NEVER_RUN.iter().filter(|(question, _)| !question.contains('\0') && !question.is_empty())
    {
        let (code, said, _) = ask(question);
        assert_eq!((code, said.contains(expected)), (2, true), "{question}: {said}");
        let now = SCANNED.with_borrow(|scanned| {
            let folder = scanned.as_ref().unwrap().scan();
            assert!(
                !folder.join("stolen.db").exists() && !folder.join("../../stolen.db").exists(),
                "{question}"
            );
            fs::read(folder.join("evidence.db")).unwrap()
        });
        assert!(evidence.get_or_insert_with(|| now.clone()) == &now, "{question} changed the evidence");
    }
}

#[test]
fn what_a_check_may_not_do_is_refused_by_name() {
    for (query, expected) in NEVER_RUN {
        let ended = tested(query);
        assert_eq!(ended.code, 2, "{query}: {}", ended.stdout);
        for part in [*expected, "own-hostile", "own/hostile.toml"] {
            assert!(ended.stderr.contains(part), "{query}: {part}: {}", ended.stderr);
        }
    }
}

#[test]
fn what_is_too_large_to_be_understood_is_refused() {
    for (query, expected) in too_large() {
        let ended = tested(&query);
        let shown: String = query.chars().take(60).collect();
        assert_eq!(ended.code, 2, "{shown}: {}", ended.stdout);
        assert!(ended.stderr.contains(expected), "{shown}: {expected}: {:.900}", ended.stderr);
    }
}

#[test]
fn what_never_ends_or_grows_is_stopped_with_a_sentence() {
    for (query, expected) in without_end() {
        let (code, said, took) = ask(&query);
        assert_eq!((code, said.contains(expected)), (2, true), "{query}: {said}");
        assert!(took < LATEST, "{query}: {took:?}");
    }
}

#[test]
fn a_check_that_never_ends_fails_its_example_by_name() {
    let ended = tested(&as_check(&format!("{ENDLESS}select i from n")));
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(
        ended.stdout.contains("own/hostile.toml")
            && ended.stdout.contains("it was stopped: it took longer than 2 seconds"),
        "{}",
        ended.stdout
    );
}

#[test]
fn one_long_step_ends_soon_too() {
    for query in with_an_end() {
        let (code, said, took) = ask(&query);
        assert!([0, 2].contains(&code), "{query}: {code} {said}");
        assert!(took < LATEST, "{query}: {took:?}");
    }
}

/// A scan goes on without it: the other checks say what they say, and of this one that it was not assessed.
#[test]
fn a_scan_survives_a_hostile_check_and_says_that_it_could_not_run() {
    let audit = Audit::new(&["scan", "--demo", "--checks-dir", "own", "--check-seconds", SECONDS]);
    fs::create_dir(audit.folder.path().join("own")).unwrap();
    let ended = audit
        .file("own/hostile.toml", &check(&as_check(&format!("{ENDLESS}select i from n"))))
        .args(&["--check", "own-hostile", "--check", "sync-acl-disabled"])
        .run();
    assert!([1, 3].contains(&ended.code), "{} {}", ended.code, ended.stderr);
    let findings = fs::read_to_string(ended.scan().join("findings.csv")).unwrap();
    assert!(
        findings.contains("The check could not run: it was stopped: it took longer than 2 seconds"),
        "{findings}"
    );
    assert!(findings.contains("sync-acl-disabled"), "the other checks were not heard");
}

/// Rows of a check that are no rows of an account count for nothing, and those that do are counted.
#[test]
fn a_check_that_answers_without_end_is_stopped() {
    let endless =
        format!("{ENDLESS}select account_sid, 'fail' as outcome, 'QU' || i as resource_sid from n, queue");
    let ended = tested(&endless);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(
        ended.stdout.contains("it was stopped") || ended.stdout.contains("it answers with more than"),
        "{:.500}",
        ended.stdout
    );
}

#[test]
fn what_is_no_text_is_shown_as_one() {
    for (question, expected) in [
        ("select cast(x'ff00fe' as text) as x", "\u{fffd}"),
        ("select char(0, 27, 8238, 10) || 'end' as x", "end"),
        ("select 9223372036854775807 + 1 as x", "e"),
    ] {
        for format in ["table", "csv", "json"] {
            let ended = SCANNED.with_borrow_mut(|scanned| {
                let asked = Audit::new(&["query", "--format", format, "--", question])
                    .inside(scanned.take().unwrap())
                    .run();
                let answer = (asked.code, asked.stdout.clone(), asked.stderr.clone());
                *scanned = Some(asked);
                answer
            });
            assert_eq!(ended.0, 0, "{question}: {}", ended.2);
            assert!(ended.1.contains(expected), "{question} as {format}: {}", ended.1);
            assert!(
                !ended.1.contains('\u{1b}') && !ended.1.contains('\u{202e}') || format != "table",
                "{question}: {:?}",
                ended.1
            );
        }
    }
}

/// The most that any of the programs above held, which are the children of this process.
#[cfg(target_os = "linux")]
#[test]
fn memory_stays_below_a_ceiling() {
    let mut queries: Vec<String> = without_end().into_iter().map(|(query, _)| query).collect();
    // Numbers take room as texts do, and so does every address that is remembered.
    queries.push(format!("{ENDLESS}select {} from n", vec!["i"; 1500].join(", ")));
    queries.push(format!("{ENDLESS}select count(url_host(printf('https://%1000000d.example', i))) from n"));
    let scanned = SCANNED.with_borrow(|scanned| scanned.as_ref().unwrap().scan()).display().to_string();
    for query in queries.iter().filter(|query| !query.contains("limit 100000")) {
        let asked = Audit::new(&["query", "--check-seconds", "3", "--scan", &scanned, "--", query]);
        let (_, most, _) = asked.measured();
        assert!(most < MOST_MIB, "{query}: {most} MiB");
    }
}
