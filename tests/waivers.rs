//! What a waiver covers, and what it does not.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use audit::{Audit, Ended, credential, simulator};
use serde_json::json;
use twilio_audit::simulator::sid;

/// Two accounts send data to the same host, whose signature check nobody attested; one waiver is declared.
async fn scan(waiver: &str) -> Ended {
    let number = |sid: &str| json!({"sid": sid, "voice_url": "https://hooks.clinic.example/voice"});
    let account = |account: &str, number_sid: &str| {
        json!({
            "sid": account, "owner": "AC0001", "name": account,
            "resources": {"api/IncomingPhoneNumbers": [number(number_sid)]},
        })
    };
    let estate = json!({"accounts": [account("AC0001", "PN0001"), account("AC0002", "PN0002")]});
    let simulator = simulator(&estate).await;
    let host = "[[webhook_host]]\npattern = \"hooks.clinic.example\"\naccounts = [\"AC0001\", \"AC0002\"]\noperated_by = \"self\"\n";
    let why = "reason = \"in migration\"\nequivalent_measure = \"VPN\"\napproved_by = \"p-003\"\n";
    let intent = format!("[[waiver]]\n{waiver}\n{why}\n{host}");
    let (parent, child) = (credential(&estate, "AC0001"), credential(&estate, "AC0002"));
    Audit::scan(&simulator).credentials(&[&parent, &child]).declared(&intent).run()
}

/// The accounts whose finding of the check is waived, and those whose is not.
fn split(ended: &Ended, check: &str) -> (Vec<String>, Vec<String>) {
    let rows = ended.rows("findings.csv");
    let rows = rows.into_iter().filter(|row| row["check_id"] == check && row["outcome"] == "fail");
    let (waived, open): (Vec<_>, Vec<_>) = rows.partition(|row| row["waived"] == "true");
    let accounts = |rows: Vec<audit::Row>| rows.into_iter().map(|row| row["account_sid"].clone()).collect();
    (accounts(waived), accounts(open))
}

fn in_days(days: i64) -> String {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    today.checked_add(jiff::Span::new().days(days)).unwrap().to_string()
}

const CHECK: &str = "att-webhook-signature";

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_for_one_account_is_for_that_account_alone() {
    let waiver = format!(
        "check = \"{CHECK}\"\nresource = \"hooks.clinic.example\"\naccount = \"AC0001\"\nexpires_on = {}",
        in_days(30)
    );
    let (waived, open) = split(&scan(&waiver).await, CHECK);
    assert_eq!((waived, open), (vec![sid("AC0001")], vec![sid("AC0002")]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_without_an_account_is_refused() {
    let waiver =
        format!("check = \"{CHECK}\"\nresource = \"hooks.clinic.example\"\nexpires_on = {}", in_days(30));
    let ended = scan(&waiver).await;
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("name the `account` too"), "{}", ended.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_that_ended_waives_nothing() {
    let waiver = format!("check = \"{CHECK}\"\naccount = \"AC0001\"\nexpires_on = {}", in_days(-1));
    let (waived, open) = split(&scan(&waiver).await, CHECK);
    assert_eq!((waived.len(), open.len()), (0, 2));
}

/// One number with two webhooks that are not encrypted: two findings.
async fn scan_of_two(intent: &str) -> Ended {
    let number = json!({
        "sid": "PN0001", "voice_url": "http://hooks.clinic.example/voice", "sms_url": "http://hooks.clinic.example/sms",
    });
    let resources = json!({"api/IncomingPhoneNumbers": [number]});
    let estate = json!({"accounts": [{"sid": "AC0001", "name": "Clinic", "resources": resources}]});
    let simulator = simulator(&estate).await;
    Audit::scan(&simulator).sign_in(&credential(&estate, "AC0001")).file("reviews.toml", intent).run()
}

/// The finding of a webhook of it.
fn finding(field: &str) -> String {
    let (account, number) = (sid("AC0001"), sid("PN0001"));
    twilio_audit::model::finding_id("webhook-http", &account, "phone_number", &number, field)
}

fn of_finding(field: &str, more: &str, days: i64) -> String {
    let (finding, account, end) = (finding(field), sid("AC0001"), in_days(days));
    format!(
        "[[waiver]]\ncheck = \"webhook-http\"\nfinding = \"{finding}\"\naccount = \"{account}\"\n{more}\nreason = \"r\"\n\
         equivalent_measure = \"m\"\napproved_by = \"p-003\"\nexpires_on = {end}\n"
    )
}

/// What a webhook looks like, as `show` prints it for whoever waives it: `as_seen = "…"`.
async fn as_seen(field: &str) -> String {
    let shown = Audit::new(&["show", &finding(field)]).inside(scan_of_two("").await).run().stdout;
    let (_, seen) = shown.split_once(", as_seen = ").unwrap_or_else(|| panic!("{shown}"));
    format!("as_seen = {}", seen.lines().next().unwrap())
}

/// What is said of each webhook, and the notices.
fn said(ended: &Ended) -> (Vec<(String, String)>, String) {
    let rows = ended.rows("findings.csv").into_iter().filter(|row| row["check_id"] == "webhook-http");
    let mut fields: Vec<_> = rows.map(|row| (row["field"].clone(), row["waived"].clone())).collect();
    fields.sort();
    (fields, ended.json()["notices"].to_string())
}

fn fields(sms: bool, voice: bool) -> Vec<(String, String)> {
    vec![("sms_url".to_owned(), sms.to_string()), ("voice_url".to_owned(), voice.to_string())]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_of_a_finding_is_for_that_finding_alone() {
    let seen = as_seen("sms_url").await;
    let (waived, notices) = said(&scan_of_two(&of_finding("sms_url", &seen, 30)).await);
    assert_eq!(waived, fields(true, false));
    assert!(!notices.contains("The waiver"), "{notices}");
    let (waived, notices) = said(&scan_of_two(&of_finding("sms_url", &seen, -1)).await);
    assert_eq!(waived, fields(false, false));
    assert!(notices.contains("what it waived counts again"), "{notices}");
    // What it names besides must be true too.
    let elsewhere = format!("{seen}\nresource = \"PN0002\"");
    let (waived, notices) = said(&scan_of_two(&of_finding("sms_url", &elsewhere, 30)).await);
    assert_eq!(waived, fields(false, false));
    assert!(notices.contains("waives nothing: remove it from reviews.toml or audit.toml"), "{notices}");
    let changed = "as_seen = \"0123456789abcdef\"";
    let (waived, notices) = said(&scan_of_two(&of_finding("sms_url", changed, 30)).await);
    assert_eq!(waived, fields(false, false));
    assert!(notices.contains("what was seen has changed, so decide again"), "{notices}");
    let (waived, notices) = said(&scan_of_two(&of_finding("status_callback", changed, 30)).await);
    assert_eq!(waived, fields(false, false));
    assert!(
        notices.contains(&format!("The waiver of webhook-http for {}", finding("status_callback"))),
        "{notices}"
    );
}

/// A waiver of a whole account would accept faults that nobody had seen when it was decided, and call the account ready.
#[tokio::test(flavor = "multi_thread")]
async fn what_blocks_going_live_is_waived_as_it_was_seen_or_not_at_all() {
    let account = sid("AC0001");
    let of_account = format!(
        "[[waiver]]\ncheck = \"webhook-http\"\naccount = \"{account}\"\nreason = \"r\"\nequivalent_measure = \"VPN\"\n\
         approved_by = \"p-003\"\nexpires_on = {}\n",
        in_days(30)
    );
    for unseen in [of_account, of_finding("sms_url", "", 30)] {
        let refused = scan_of_two(&unseen).await;
        assert!(refused.code == 2 && refused.wrote_nothing(), "{}", refused.stderr);
        assert!(refused.stderr.contains("name `finding` and `as_seen`"), "{}", refused.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_to_be_fixed_waives_nothing_and_is_told_while_it_stands() {
    let fixed = |field: &str| {
        let finding = finding(field);
        format!(
            "[[fixed]]\nfinding = \"{finding}\"\ncheck = \"webhook-http\"\nby = \"p-004\"\non = 2026-11-02\nreason = \"r\"\n"
        )
    };
    let (waived, notices) = said(&scan_of_two(&(fixed("sms_url") + &fixed("status_callback"))).await);
    assert_eq!(waived, fields(false, false));
    let sentence = format!(
        "webhook-http ({}) was reported fixed on 2026-11-02 by p-004 and still stands.",
        finding("sms_url")
    );
    assert!(notices.contains(&sentence), "{notices}");
    assert!(!notices.contains(&finding("status_callback")), "what is gone is not mentioned: {notices}");
}

/// HIPAA lets an addressable specification alone be replaced, so whoever accepts a fault of anything else says no less.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_accepts_says_what_is_done_instead_or_meanwhile_and_a_false_positive_needs_no_measure() {
    let waiver = |check: &str, more: &str| {
        format!(
            "[[waiver]]\ncheck = \"{check}\"\naccount = \"{}\"\nreason = \"r\"\n{more}\napproved_by = \"p-003\"\nexpires_on = {}\n",
            sid("AC0001"),
            in_days(30)
        )
    };
    // The first cites an addressable specification, the second a standard alone.
    for (check, complaint) in [("trunk-not-secure", "164.306(d)(3)"), ("non-us-number", "164.306(d)(2)")] {
        for nothing in ["", "equivalent_measure = \"none.\"", "equivalent_measure = \" N/A \""] {
            let refused = scan_of_two(&waiver(check, nothing)).await;
            assert_eq!(refused.code, 2, "{check}, {nothing}");
            assert!(refused.stderr.contains(complaint), "{}", refused.stderr);
        }
        for more in ["equivalent_measure = \"VPN\"", "decision = \"false_positive\""] {
            assert_ne!(scan_of_two(&waiver(check, more)).await.code, 2, "{check}, {more}");
        }
    }
    // Where the fault is that nobody vouched for something, whoever knows better vouches for it.
    let refused = scan_of_two(&waiver("att-access-review", "decision = \"false_positive\"")).await;
    assert!(refused.code == 2 && refused.stderr.contains("attest `access-review`"), "{}", refused.stderr);
}

/// Some answers of a check block and others do not: what is waived for the account covers the others alone.
#[tokio::test(flavor = "multi_thread")]
async fn a_waiver_of_an_account_covers_no_answer_that_blocks() {
    let widget = json!({
        "name": "ask", "type": "make-http-request", "transitions": [],
        "properties": {"url": "https://elsewhere.example/x", "send_twilio_credentials": true},
    });
    let definition = json!({"states": [widget], "initial_state": "ask"});
    let flow = json!({"sid": "FW0001", "status": "published", "definition": definition});
    let estate =
        json!({"accounts": [{"sid": "AC0001", "name": "Clinic", "resources": {"studio/v2/Flows": [flow]}}]});
    let simulator = simulator(&estate).await;
    let waiver = format!(
        "[[waiver]]\ncheck = \"studio-external-host\"\naccount = \"{}\"\nreason = \"a music host\"\n\
         equivalent_measure = \"looked at each night\"\napproved_by = \"p-003\"\nexpires_on = {}\n",
        sid("AC0001"),
        in_days(30)
    );
    let ended =
        Audit::scan(&simulator).sign_in(&credential(&estate, "AC0001")).file("reviews.toml", &waiver).run();
    let rows = ended.rows("findings.csv").into_iter().filter(|row| row["check_id"] == "studio-external-host");
    let mut seen: Vec<_> = rows.map(|row| (row["blocks_go_live"].clone(), row["waived"].clone())).collect();
    seen.sort();
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    assert_eq!(seen, [pair("false", "true"), pair("true", "false")], "{}", ended.stdout);
    assert!(ended.json()["notices"].to_string().contains("waives nothing that blocks going live"));
}

/// A check of one's own that says two things of one queue: that a critical fault is there, and what `other` says.
fn saying_two_things(other: &str, worse_first: bool) -> String {
    let row = |what: &str| format!("select account_sid, sid as resource_sid, {what} from queue");
    let mut rows = [row("'fail' as outcome, 'critical' as severity, 'high' as \"How\""), row(other)];
    if !worse_first {
        rows.reverse();
    }
    let query = rows.join(" union all ");
    format!(
        "id = \"own-queue\"\ntitle = \"Queues are fine\"\nfamily = \"phi-handling\"\nseverity = \"high\"\n\
         scope = \"all\"\nsubject = \"queue\"\nquery = '''{query}'''\nrisk = \"r\"\nremediation = \"r\"\n\
         citations = [\"164.308(a)(1)(ii)(A)\"]\nsources = [\"https://www.twilio.com/docs/voice/api/queue-resource\"]\n\
         verified_on = 2026-11-23\n[[example]]\nname = \"a queue\"\ngiven.queue = [{{ sid = \"QU1\" }}]\n\
         expect = {{ QU1 = \"fail:critical\" }}\n"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_accepted_hides_nothing_that_nobody_accepted() {
    let queues = json!({"api/Queues": [{"sid": "QU0001", "friendly_name": "Main"}]});
    let estate = json!({"accounts": [{"sid": "AC0001", "name": "Clinic", "resources": queues}]});
    let simulator = simulator(&estate).await;
    let (account, queue, end) = (sid("AC0001"), sid("QU0001"), in_days(60));
    let finding = twilio_audit::model::finding_id("own-queue", &account, "queue", &queue, "");
    let how = [("How".to_owned(), "high".to_owned())];
    let (fail, critical) = (twilio_audit::model::Outcome::Fail, twilio_audit::model::Severity::Critical);
    let seen = twilio_audit::model::as_seen(fail, critical, &how);
    // What is said besides, and what of it is left to act on.
    let cases = [
        ("'fail', 'low', 'low'", ("fail", "low", "false")),
        ("'manual', 'low', 'low'", ("manual", "low", "false")),
        ("null, 'low', 'low'", ("not_assessed", "low", "false")),
        ("'pass', 'low', 'low'", ("fail", "critical", "true")),
    ];
    let reason = "reason = \"r\"\nequivalent_measure = \"m\"\napproved_by = \"p-003\"";
    let waiver = format!(
        "[[waiver]]\ncheck = \"own-queue\"\nfinding = \"{finding}\"\nas_seen = \"{seen}\"\n{reason}\nexpires_on = {end}\n"
    );
    for (other, expected) in cases {
        let other = other.split(", ").zip(["outcome", "severity", "\"How\""]);
        let other: Vec<String> = other.map(|(value, name)| format!("{value} as {name}")).collect();
        for worse_first in [true, false] {
            let audit = Audit::scan(&simulator).sign_in(&credential(&estate, "AC0001"));
            std::fs::create_dir(audit.folder.path().join("own")).unwrap();
            let check = saying_two_things(&other.join(", "), worse_first);
            let audit = audit.file("own/queue.toml", &check).file("reviews.toml", &waiver);
            let ended = audit.args(&["--checks-dir", "own", "--check", "own-queue"]).run();
            let rows = ended.rows("findings.csv");
            let said: Vec<_> =
                rows.iter().map(|row| (&*row["outcome"], &*row["severity"], &*row["waived"])).collect();
            assert_eq!(said, [expected], "{other:?}, {worse_first}: {}", ended.stderr);
        }
    }
}
