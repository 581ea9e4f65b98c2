//! What `audit.toml` may say, what it may not, and how it is told so.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use rusqlite::fallible_iterator::FallibleIterator;
use twilio_audit::intent::{ATTESTATIONS, AttestationScope, Intent, NEVER_WAIVED, Names, Role, Value};
use twilio_audit::model::Rule;

const EVERYTHING: &str = include_str!("intent/everything.toml");

fn read(text: &str) -> Intent {
    Intent::parse(text, "audit.toml").unwrap_or_else(|error| panic!("{error}"))
}

fn refused(text: &str) -> String {
    Intent::parse(text, "audit.toml").expect_err(text).to_string()
}

fn day(text: &str) -> jiff::civil::Date {
    text.parse().unwrap()
}

#[test]
fn a_full_file_is_understood() {
    let intent = read(EVERYTHING);
    assert_eq!(intent.credential_command[0], "op");
    assert_eq!(intent.account[0].role, Some(Role::Management));
    assert_eq!(intent.account[0].was_phi, None);
    assert_eq!(intent.baa.as_ref().unwrap().executed_on.unwrap().to_string(), "2026-08-14");
    let values: Vec<&Value> = intent.attestation.iter().map(|entry| &entry.value).collect();
    assert_eq!(values[0], &Value::Text("on".into()));
    assert_eq!(values[2], &Value::Number(30));
    assert!(matches!(values[3], Value::Day(day) if day.to_string() == "2026-10-01"));
    intent.validate(day("2026-11-23")).unwrap();
}

#[test]
fn the_json_has_the_shape_of_the_file() {
    let json = read(EVERYTHING).to_json().unwrap();
    assert_eq!(json["baa"]["executed_on"], "2026-08-14");
    assert_eq!(json["audit"]["siem_pull"]["interval_hours"], 6);
    assert_eq!(json["catalogue"]["override"][0]["status"], "eligible");
    assert_eq!(json["account"][0]["lookups"], serde_json::json!([]), "an absent list is an empty one");
    assert!(json["account"][0].get("was_phi").is_none(), "an absent value stays absent");

    // Key for key: nothing that the file says is lost or renamed on the way.
    let file: serde_json::Value =
        serde_json::to_value(toml::from_str::<toml::Table>(EVERYTHING).unwrap()).unwrap();
    contained(&file, &json, "");

    let again: Intent = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(again.to_json().unwrap(), json);
}

fn contained(file: &serde_json::Value, json: &serde_json::Value, path: &str) {
    match file {
        serde_json::Value::Object(object) if !object.contains_key("$__toml_private_datetime") => {
            for (key, value) in object {
                contained(value, &json[key], &format!("{path}.{key}"));
            }
        }
        serde_json::Value::Object(date) => assert_eq!(&date["$__toml_private_datetime"], json, "{path}"),
        serde_json::Value::Array(items) => {
            assert_eq!(items.len(), json.as_array().map_or(0, Vec::len), "{path}");
            for (index, item) in items.iter().enumerate() {
                contained(item, &json[index], &format!("{path}[{index}]"));
            }
        }
        scalar => assert_eq!(scalar, json, "{path}"),
    }
}

/// Runs every statement of the evidence store's intent tables over the JSON.
fn tables(intent: &Intent) -> rusqlite::Connection {
    let db = rusqlite::Connection::open_in_memory().unwrap();
    let json = intent.to_json().unwrap().to_string();
    let statements = include_str!("../src/evidence/intent.sql");
    rusqlite::Batch::new(&db, statements)
        .for_each(|mut statement| match statement.parameter_count() {
            0 => statement.execute([]).map(drop),
            _ => statement.execute([&json]).map(drop),
        })
        .unwrap();
    db
}

fn rows(db: &rusqlite::Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

#[test]
fn the_intent_tables_read_the_json() {
    let db = tables(&read(EVERYTHING));
    let names =
        rows(&db, "select name from sqlite_schema where type = 'table' and name <> 'intent_declared'");
    assert!(names.len() > 25, "{names:?}");
    for name in names {
        let empty: bool =
            db.query_row(&format!("select not exists (select 1 from {name})"), [], |row| row.get(0)).unwrap();
        assert!(!empty, "{name} stayed empty although the file fills it");
        let mut hollow = db.prepare(&format!("select * from {name}")).unwrap();
        for column in 0..hollow.column_count() {
            let full = hollow
                .query_map([], |row| row.get::<_, rusqlite::types::Value>(column))
                .unwrap()
                .any(|value| value.unwrap() != rusqlite::types::Value::Null);
            assert!(full, "{name}.{} is null in every row", hollow.column_name(column).unwrap());
        }
    }
    assert_eq!(
        rows(&db, "select attested_on || ' ' || value from intent_attestation order by id"),
        [
            "2026-11-02 30",
            "2026-11-02 on",
            "2026-11-02 2026-10-01",
            r#"2026-11-02 ["SK00000000000000000000000000000001"]"#,
            "2026-11-02 tested"
        ]
    );
    assert_eq!(rows(&db, "select cast(phi as text) from intent_account order by account_sid"), ["0", "1"]);
}

#[test]
fn nothing_declared_allows_nothing_but_the_documented_defaults() {
    let db = tables(&Intent::default());
    assert_eq!(rows(&db, "select iso_code from intent_allowed_country"), ["US"]);
    assert_eq!(rows(&db, "select cast(key_max_age_days_phi as text) from intent_policy"), ["90"]);
    for table in ["intent_account", "intent_main_key", "intent_waiver", "intent_baa", "intent_organization"] {
        assert_eq!(rows(&db, &format!("select cast(count(*) as text) from {table}")), ["0"], "{table}");
    }
    let none = tables(&read("[telephony]\nallowed_countries = []"));
    assert_eq!(rows(&none, "select iso_code from intent_allowed_country"), [""; 0], "empty is not absent");
}

#[test]
fn an_unknown_key_is_shown_with_the_one_that_was_meant() {
    insta::assert_snapshot!(refused("[baa]\nexpires_on = 2028-08-13\nexecuted = 2026-08-14\n"), @r"
    error: unknown key `executed`
     --> audit.toml:3:1
      |
    3 | executed = 2026-08-14
      | ^^^^^^^^
      |
      = help: did you mean `executed_on`?
    ");
}

#[test]
fn what_is_expected_is_said_in_words_of_the_file() {
    for (text, wanted) in [
        ("baa = 3\n", "invalid type: integer `3`, expected a table"),
        ("[policy]\nkey_max_age_days = -4\n", "integer `-4`, expected a whole number, 0 or more"),
        ("[[account]]\nname = \"x\"\n", "missing key `sid`"),
    ] {
        let said = refused(text);
        assert!(said.contains(wanted) && said.contains("audit.toml:"), "{wanted}: {said}");
    }
}

#[test]
fn a_wrong_type_is_shown_in_place() {
    insta::assert_snapshot!(refused("[[account]]\nsid = \"AC00000000000000000000000000000001\"\nphi = \"yes\"\n"), @r#"
    error: invalid type: string "yes", expected a boolean
     --> audit.toml:3:7
      |
    3 | phi = "yes"
      |       ^^^^^
    "#);
}

#[test]
fn all_misshapen_values_are_reported_together() {
    let text = r#"
main_keys = ["AC00000000000000000000000000000001"]
[audit]
allowed_cidrs = ["203.0.113.0/33", "203.0.113.1"]
change_windows = ["Tuesday evening"]
[baa]
document_sha256 = "abc"
[telephony]
allowed_countries = ["USA"]
[[webhook_host]]
pattern = "https://hooks.clinic.example/"
[[webhook_host]]
pattern = "*.example"
[[webhook_host]]
pattern = "hooks.*.example"
[[account]]
sid = "AC1"
serverless = { public_ok = ["token"] }
"#;
    let error = Intent::parse(text, "audit.toml").unwrap_err();
    let lines: Vec<usize> = error
        .problems()
        .iter()
        .map(|problem| text[..problem.span.as_ref().unwrap().start].matches('\n').count())
        .collect();
    assert_eq!(lines, [1, 3, 3, 4, 6, 8, 10, 12, 14, 16, 17], "{error}");
}

#[test]
fn every_sid_is_checked_by_its_own_prefix() {
    // Turning each SID of the full file into one of a kind that no field takes must be noticed.
    let sid = regex::Regex::new(r"\b[A-Z]{2}0{20}[0-9]{12}\b").unwrap();
    let mut tried = 0;
    for hit in sid.find_iter(EVERYTHING) {
        let line = EVERYTHING[..hit.start()].rsplit('\n').next().unwrap();
        if line.starts_with("resource") || line.starts_with("value") {
            continue; // names any resource there is
        }
        let mut text = EVERYTHING.to_owned();
        text.replace_range(hit.start()..hit.start() + 2, "ZZ");
        assert!(refused(&text).contains("expected "), "{line}");
        tried += 1;
    }
    assert!(tried > 20, "{tried}");
}

#[test]
fn dates_are_bare_days() {
    for wrong in ["\"2026-08-14\"", "2026-08-14T10:00:00Z", "20260814", "2026-02-30"] {
        let text = refused(&format!("[baa]\nexecuted_on = {wrong}\n"));
        assert!(text.contains("audit.toml:2:"), "{text}");
    }
}

#[test]
fn secrets_are_noticed_and_not_repeated() {
    let hex = "5f4dcc3b5aa765d61d8327deb882cf99";
    let base62 = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF";
    let account = "AC00000000000000000000000000000001";
    let cases = [
        (format!("main_keys = [\"{hex}\"]"), hex),
        (format!("# auth_token = \"{hex}\""), hex),
        (format!("auth_token = \"{base62}\""), base62),
        (format!("main_keys = [\"{base62}\"]"), base62),
        (format!("[[vendor]]\nname = \"secret: {base62}\""), base62),
        (format!("[[vendor]]\nname = \"{account}:hunter2hunter2\""), "hunter2hunter2"),
        ("[[vendor]]\nname = \"AKIAABCDEFGHIJKLMNOP\"".to_owned(), "AKIAABCDEFGHIJKLMNOP"),
        ("[[vendor]]\nname = \"xoxb-123456789012-abcdef\"".to_owned(), "123456789012"),
        (format!("[[vendor]]\nname = \"Bearer {base62}\""), base62),
        ("[[vendor]]\nname = \"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl\"".to_owned(), "eyJzdWIi"),
        ("[[vendor]]\nname = '''-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n'''".to_owned(), "BEGIN RSA"),
        (
            "[[notify]]\nurl = \"https://hooks.slack.com/services/T0000/B0000/abcdefgh\"".to_owned(),
            "services/T0000/B0000/abcdefgh",
        ),
        ("[[notify]]\nsecret = \"Hunter 2\"".to_owned(), "Hunter 2"),
        ("# password = 'Hunter-2!'".to_owned(), "Hunter-2!"),
        ("[[stream]]\ntarget = \"wss://user:hunter2@a.example/\"".to_owned(), "hunter2"),
    ];
    for (text, secret) in cases {
        let error = Intent::parse(&text, "audit.toml").expect_err(&text);
        for shown in [error.to_string(), error.styled(), format!("{error:?}")] {
            assert!(!shown.contains(secret), "{shown}");
        }
        assert!(error.to_string().contains("looks like"), "{error}");
        assert!(error.to_string().contains("audit.toml:"), "{error}");
    }
}

#[test]
fn a_secret_stays_hidden_even_behind_a_syntax_error() {
    let hex = "5f4dcc3b5aa765d61d8327deb882cf99";
    let text = refused(&format!("auth_token = {hex}\n"));
    assert!(!text.contains(hex), "{text}");
}

#[test]
fn what_is_no_secret_is_left_alone() {
    read(
        r#"
[baa]
document_sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
reference = "see https://clinic.example/contracts/2026/0815"
[[key]]
sid = "SK5f4dcc3b5aa765d61d8327deb882cf99"
account = "AC5f4dcc3b5aa765d61d8327deb882cf99"
purpose = "the bearer of bad news, access-token-signing"
[[stream]]
target = "wss://audio.clinic.example:8443/stream"
"#,
    );
}

#[test]
fn declaring_a_thing_twice_is_an_error_at_the_second() {
    let account = "[[account]]\nsid = \"AC00000000000000000000000000000001\"\n";
    let key = "[[key]]\nsid = \"SK00000000000000000000000000000001\"\naccount = \"AC00000000000000000000000000000001\"\n";
    let attestation =
        "[[attestation]]\nid = \"edition\"\nvalue = \"Security\"\nby = \"p\"\non = 2026-11-01\n";
    let person = "[[person]]\nid = \"p\"\n";
    for entry in [account, key, attestation, person] {
        read(entry);
        let error = Intent::parse(&entry.repeat(2), "audit.toml").unwrap_err();
        let [problem] = error.problems() else { panic!("{error}") };
        assert!(problem.span.as_ref().unwrap().start > entry.len(), "{error}");
        assert!(problem.message.contains("twice"), "{error}");
    }
}

#[test]
fn of_the_one_parent_and_the_one_organization_nothing_is_attested_twice() {
    let attested = |id: &str, value: &str, rest: &str| {
        format!("[[attestation]]\nid = \"{id}\"\nvalue = \"{value}\"\nby = \"p\"\non = 2026-11-01\n{rest}")
    };
    let named = "account = \"AC00000000000000000000000000000001\"\n";
    for rule in ATTESTATIONS {
        let accounts: &[(&str, &str)] = match rule.scope {
            AttestationScope::Organization => &[("", "")],
            AttestationScope::Parent => &[("", ""), (named, ""), ("", named), (named, named)],
            AttestationScope::Account | AttestationScope::WebhookHost => continue,
        };
        for (first, second) in accounts {
            let first = attested(rule.id, "sealed", first);
            let text = format!("{first}{}", attested(rule.id, "exposed", second));
            let told = refused(&text);
            let lines = first.lines().count();
            assert!(told.contains("this attestation is declared twice, first in line 2"), "{told}");
            assert!(told.contains(&format!("audit.toml:{}:", lines + 2)), "{told}");
        }
    }
}

fn waiver(check: &str, rest: &str) -> String {
    format!("[[waiver]]\ncheck = \"{check}\"\n{rest}\nexpires_on = 2027-01-31\n")
}

const REASONED: &str = "resource = \"PN1\"\nreason = \"r\"\napproved_by = \"p\"";

#[test]
fn a_waiver_is_complete_or_refused() {
    read(&waiver("webhook-http", REASONED));
    for key in ["resource", "reason", "approved_by"] {
        let without: Vec<&str> = REASONED.lines().filter(|line| !line.starts_with(key)).collect();
        let text = refused(&waiver("webhook-http", &without.join("\n")));
        assert!(text.contains(key), "{text}");
    }
    assert!(refused(&waiver("webhook-http", &REASONED.replace("\"r\"", "\" \""))).contains("reason"));
    let without = waiver("webhook-http", REASONED).replace("expires_on = 2027-01-31\n", "");
    assert!(refused(&without).contains("expires_on"));
}

#[test]
fn some_checks_cannot_be_waived() {
    for check in NEVER_WAIVED {
        assert!(refused(&waiver(check, REASONED)).contains("cannot be waived"), "{check}");
    }
}

#[test]
fn a_waiver_reaches_180_days_and_no_further() {
    let intent = read(&waiver("webhook-http", REASONED)); // ends 2027-01-31
    intent.validate(day("2026-08-04")).unwrap();
    let error = intent.validate(day("2026-08-03")).unwrap_err().to_string();
    assert!(error.contains("181 days") && error.contains("audit.toml:6:"), "{error}");
    intent.validate(day("2027-06-01")).expect("an ended waiver waives nothing, and that is no error");
}

#[test]
fn attestations_are_known_and_name_what_they_are_about() {
    for rule in ATTESTATIONS {
        let named = match rule.scope {
            AttestationScope::Organization | AttestationScope::Parent => "",
            AttestationScope::Account => "account = \"AC00000000000000000000000000000001\"\n",
            AttestationScope::WebhookHost => "host = \"hooks.clinic.example\"\n",
        };
        let entry = |rest: &str| {
            format!(
                "[[attestation]]\nid = \"{}\"\nvalue = \"on\"\nby = \"p\"\non = 2026-11-01\n{rest}",
                rule.id
            )
        };
        read(&entry(named));
        if !named.is_empty() {
            assert!(refused(&entry("")).contains("name it in"), "{}", rule.id);
        }
    }
    let unknown = "[[attestation]]\nid = \"hippa-flag\"\nvalue = \"on\"\nby = \"p\"\non = 2026-11-01\n";
    assert!(refused(unknown).contains("did you mean `hipaa-flag`?"));
}

/// A target with these lines beside its name.
fn target(lines: &str) -> String {
    format!("[[notify]]\nname = \"ops\"\n{lines}\n")
}

const WEBHOOK: &str = "kind = \"webhook\"\nurl = \"https://hooks.clinic.example/a\"\nsecret = \"ops-key\"";
const EMAIL: &str = "kind = \"email\"\nserver = \"smtp.clinic.example\"\nfrom = \"a@clinic.example\"\nto = [\"b@clinic.example\"]";

#[test]
fn a_target_has_what_its_kind_takes_and_nothing_else() {
    for good in [
        WEBHOOK.to_owned(),
        WEBHOOK.replace("https://hooks.clinic.example", "http://127.0.0.1:8080"),
        "kind = \"slack\"\nsecret = \"channel\"".to_owned(),
        EMAIL.to_owned(),
        format!("{EMAIL}\nuser = \"u\"\nsecret = \"mail\""),
        EMAIL.replace("smtp.clinic.example", "localhost") + "\ntls = \"none\"\nport = 25",
    ] {
        assert_eq!(read(&target(&good)).notify.len(), 1);
    }
    for (bad, complaint) in [
        (WEBHOOK.replace("secret", "# secret"), "`webhook` needs `secret`"),
        (WEBHOOK.replace("url", "# url"), "`webhook` needs `url`"),
        ("kind = \"slack\"".to_owned(), "`slack` needs `secret`"),
        ("kind = \"pager\"".to_owned(), "unknown value `pager`"),
        (WEBHOOK.replace("webhook", "slack"), "`url` is not for `slack`"),
        (EMAIL.replace("to =", "# to ="), "`email` needs `to`"),
        (format!("{EMAIL}\nurl = \"https://a.example/\""), "`url` is not for `email`"),
        (format!("{EMAIL}\nuser = \"u\""), "`user` and `secret` belong together"),
        (format!("{EMAIL}\ntls = \"none\""), "`none` is for a loopback address alone"),
        (format!("{EMAIL}\nport = 0"), "there is no port 0"),
        (format!("{EMAIL}\nuser = \"u\\nv\"\nsecret = \"mail\""), "`notify.user`: expected one line"),
        (EMAIL.replace("smtp.clinic.example", "smtp.twilio.com"), "never writes to Twilio"),
        (EMAIL.replace("a@", "A <a>@"), "`notify.from`: expected a plain mail address"),
        (
            EMAIL.replace("b@clinic.example", "b@clinic.example\\r\\nBcc: c@d.example"),
            "`notify.to`: expected",
        ),
        (format!("{WEBHOOK}\non = []"), "`on` names nothing"),
        (format!("{WEBHOOK}\non = [\"never\"]"), "unknown value `never`"),
        (WEBHOOK.replace("https", "http"), "plain http is for a loopback address alone"),
        (WEBHOOK.replace("hooks.clinic.example", "api.twilio.com"), "never writes to Twilio"),
        (WEBHOOK.replace("hooks.clinic.example", "hooks-1.twil.io"), "never writes to Twilio"),
        (WEBHOOK.replace("hooks.clinic.example", "me@hooks.clinic.example"), "without a user name"),
        (WEBHOOK.replace("/a\"", "/a?key=1\""), "without `?` and `#`"),
        (WEBHOOK.replace("ops-key", "../key"), "password where its name belongs"),
        (WEBHOOK.replace("ops-key", "-key"), "`notify.secret`: expected a short name"),
    ] {
        let text = refused(&target(&bad));
        assert!(text.contains(complaint) && text.contains("audit.toml:"), "{complaint}: {text}");
    }
    assert!(
        refused(&target(WEBHOOK).replace("ops\"", "Ops\"")).contains("`notify.name`: expected a short name")
    );
    assert!(refused(&target(WEBHOOK).repeat(2)).contains("declared twice"));
}

#[test]
fn another_format_version_is_refused() {
    read("schema_version = 1");
    assert!(refused("schema_version = 2").contains("reads schema_version 1, not 2"));
}

#[test]
fn an_absent_file_can_be_told_from_a_bad_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("audit.toml");
    assert!(Intent::read(&path).unwrap_err().is_not_found());
    std::fs::write(&path, "nonsense").unwrap();
    assert!(!Intent::read(&path).unwrap_err().is_not_found());
    std::fs::write(&path, [0xff, 0xfe]).unwrap();
    assert!(Intent::read(&path).unwrap_err().to_string().contains("not UTF-8"));
}

#[test]
fn line_ends_of_windows_are_fine() {
    read(&EVERYTHING.replace('\n', "\r\n"));
}

#[test]
fn all_problems_are_told_at_once() {
    let text = r#"
main_keys = ["5f4dcc3b5aa765d61d8327deb882cf99"]
[[waiver]]
check = "baa-not-executed"
reason = "later"
approved_by = "p-3"
expires_on = 2027-02-28
"#;
    insta::assert_snapshot!(refused(text), @r#"
    error: this looks like an Auth Token; the file must hold no secrets
     --> audit.toml:2:15
      |
    2 | main_keys = ["********************************"]
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: remove it, replace that secret with a new one at its issuer, and see `twilio-audit login --help` for where credentials belong

    error: `baa-not-executed` cannot be waived
     --> audit.toml:4:9
      |
    4 | check = "baa-not-executed"
      |         ^^^^^^^^^^^^^^^^^^
      |
      = help: mend what the check found: no accepted risk replaces a BAA, or what Twilio makes a condition of PHI

    error: a waiver names a `finding`, a `resource` or an `account`
     --> audit.toml:4:9
      |
    4 | check = "baa-not-executed"
      |         ^^^^^^^^^^^^^^^^^^
    "#);
}

#[test]
fn a_missing_key_and_a_misspelt_table_are_named() {
    insta::assert_snapshot!(refused("[[person]]\nemail = \"a@clinic.example\"\n"), @"
    error: missing key `id`
     --> audit.toml:1:1
      |
    1 | [[person]]
      | ^^^^^^^^^^
    ");
    assert!(refused("[[waivers]]\ncheck = \"x\"\n").contains("did you mean `waiver`?"));
}

proptest::proptest! {
    /// Whatever a half-finished edit leaves behind is read or refused with a text, never a crash.
    #[test]
    fn damaged_files_are_refused_in_words(at in 0..EVERYTHING.len(), length in 0usize..80, instead in "(\\PC|[\\[\\]{}=\"'\\n\\r\\t #é]){0,12}") {
        let mut text = EVERYTHING.to_owned();
        text.replace_range(at..(at + length).min(EVERYTHING.len()), &instead);
        match Intent::parse(&text, "audit.toml") {
            Ok(intent) => drop(intent.to_json().unwrap()),
            Err(error) => assert!(!error.to_string().is_empty() && !error.styled().is_empty()),
        }
    }
}

const FIRST: &str = "twa-0123456789abcdef";

fn reviewed(decision: &str) -> String {
    waiver("webhook-http", REASONED) + &format!("finding = \"{FIRST}\"\ndecision = \"{decision}\"\n")
}

fn fixed() -> String {
    format!(
        "[[fixed]]\nfinding = \"{FIRST}\"\ncheck = \"webhook-http\"\nby = \"p\"\non = 2026-11-02\nreason = \"r\"\n"
    )
}

#[test]
fn the_reviews_hold_their_tables_alone_and_keep_the_rules() {
    let reviews = |text: &str| Intent::parse_reviews(text, "reviews.toml");
    assert_eq!(reviews(&reviewed("accept")).unwrap().waiver.len(), 1);
    assert_eq!(reviews(&fixed()).unwrap().fixed.len(), 1);
    for (text, complaint) in [
        ("main_keys = []\n".to_owned(), "unknown key `main_keys`"),
        (reviewed("agree"), "unknown value `agree`"),
        (reviewed("accept").replace("twa-", "tw-"), "expected the id of a finding"),
        (reviewed("accept").repeat(2), "decided already"),
        (reviewed("accept") + &fixed(), "decided already"),
        (fixed().replace("reason = \"r\"", "reason = \" \""), "`reason` must say something"),
    ] {
        let error = reviews(&text).expect_err(&text).to_string();
        assert!(error.contains(complaint) && error.contains("reviews.toml:"), "{error}");
    }
}

#[test]
fn reviews_join_what_is_declared_unless_they_contradict_it() {
    let join = |declared: &str, reviews: &str| {
        read(declared).join(Intent::parse_reviews(reviews, "reviews.toml").unwrap())
    };
    let attested = |value: &str, on: &str| {
        format!("[[attestation]]\nid = \"console-sso-mfa\"\nvalue = \"{value}\"\nby = \"p\"\non = {on}\n")
    };
    let (older, younger) = (attested("enforced", "2026-01-01"), attested("enforced", "2026-11-02"));
    for (declared, reviews) in [(&older, &younger), (&younger, &older)] {
        let joined = join(declared, reviews).unwrap();
        let on: Vec<String> = joined.attestation.iter().map(|one| one.on.to_string()).collect();
        assert_eq!(on, ["2026-11-02"], "the younger of two counts");
    }
    assert_eq!(join(&reviewed("accept"), &reviewed("accept")).unwrap().waiver.len(), 1);
    assert_eq!(join(&waiver("webhook-http", REASONED), &reviewed("accept")).unwrap().waiver.len(), 2);
    for (declared, reviews, complaint) in [
        (older, attested("optional", "2026-11-02"), "another value of `console-sso-mfa`"),
        (reviewed("accept"), reviewed("false_positive"), "`false_positive` is decided here, and `accept`"),
        (reviewed("accept"), fixed(), "`fixed` is decided here, and `accept`"),
    ] {
        let error = join(&declared, &reviews).unwrap_err().to_string();
        assert!(error.contains(complaint) && error.contains("reviews.toml:"), "{error}");
    }
}

fn rule(id: &str, addressable: bool) -> Rule {
    serde_json::from_value(serde_json::json!({
        "id": id, "title": "t", "family": "f", "severity": "high", "blocks_go_live": false, "speaks_for_the_tree": false,
        "waivable": true, "addressable": addressable, "risk": "", "remediation": "", "citations": [], "sources": [],
        "verified_on": "2026-11-23", "settled_by": [],
    }))
    .unwrap()
}

#[test]
fn a_name_that_there_is_not_is_shown_where_it_stands_with_what_is_near() {
    let rules = [rule("webhook-http", true), rule("key-age", false)];
    let names = Names { rules: &rules, products: &["voice", "sms"], product_titles: &["Programmable SMS"] };
    let text = concat!(
        "[baa]\ncovered_products = [\"VOICE\", \"programmable sms\",\n  \"voise\"]\n",
        "[[catalogue.override]]\nproduct = \"smms\"\nstatus = \"eligible\"\nreason = \"r\"\n",
        "[[account]]\nsid = \"AC00000000000000000000000000000001\"\n",
        "no_phi_products = [{ product = \"sms\", reason = \"r\", expires_on = 2026-12-01 },\n",
        "{ product = \"qqq\", reason = \"r\", expires_on = 2026-12-01 }]\n",
        "[[waiver]]\ncheck = \"key-age\"\naccount = \"AC00000000000000000000000000000001\"\nreason = \"r\"\n",
        "approved_by = \"p\"\nexpires_on = 2026-12-01\nequivalent_measure = \"m\"\n",
        "[[waiver]]\ncheck = \"key-age\"\nresource = \"public\"\nreason = \"r\"\n",
        "approved_by = \"p\"\nexpires_on = 2026-12-01\nequivalent_measure = \"m\"\n",
        "[[waiver]]\ncheck = \"webhok-http\"\nresource = \"public\"\nreason = \"r\"\n",
        "approved_by = \"p\"\nexpires_on = 2026-12-01\n",
        "[[waiver]]\ncheck = \"webhook-http\"\naccount = \"AC00000000000000000000000000000001\"\nreason = \"r\"\n",
        "approved_by = \"p\"\nexpires_on = 2026-12-01\n",
    );
    let reviews = concat!(
        "[[fixed]]\nfinding = \"twa-0000000000000001\"\ncheck = \"key-agee\"\n",
        "account = \"AC00000000000000000000000000000001\"\nreason = \"r\"\nby = \"p\"\non = 2026-11-01\n",
    );
    let declared = Intent::parse(text, "a.toml").unwrap_or_else(|error| panic!("{error}"));
    let said = declared.check_names(&names).unwrap_err().to_string();
    let wanted = [
        ("a.toml:3:3", "`baa.covered_products`: there is no product `voise`", "did you mean `voice`?"),
        ("a.toml:5:11", "`catalogue.override.product`: there is no product `smms`", "did you mean `sms`?"),
        ("a.toml:11:13", "`account.no_phi_products.product`: there is no product `qqq`", "Product names"),
        ("a.toml:21:12", "`public` is no SID", "name the `account` too"),
        ("a.toml:27:9", "`waiver.check`: there is no check `webhok-http`", "did you mean `webhook-http`?"),
        ("a.toml:33:9", "`webhook-http` has no `equivalent_measure`", "164.306(d)(3)"),
    ];
    for (place, what, help) in wanted {
        assert!(said.contains(place) && said.contains(what) && said.contains(help), "{place} {what}\n{said}");
    }
    assert_eq!(said.matches("error: ").count(), wanted.len(), "{said}");

    let reviews = Intent::parse_reviews(reviews, "reviews.toml").unwrap_or_else(|error| panic!("{error}"));
    let joined = Intent::parse("", "a.toml").unwrap().join(reviews).unwrap();
    let said = joined.check_names(&names).unwrap_err().to_string();
    assert!(said.contains("reviews.toml:3:9") && said.contains("did you mean `key-age`?"), "{said}");
}
