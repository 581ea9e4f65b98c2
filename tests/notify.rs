//! Who is told of a scan, by which way, and what never arrives there.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/mail_server.rs"]
mod mail_server;
#[path = "support/python.rs"]
mod python;
#[path = "support/receiver.rs"]
mod receiver;

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use audit::{Audit, Ended, credential, simulator};
use mail_server::MailServer;
use receiver::Receiver;
use serde_json::{Value, json};
use twilio_audit::credentials::Secret;
use twilio_audit::intent::Intent;
use twilio_audit::model::{News, Region};
use twilio_audit::notify::{Addressee, Answer, Pace, Word, tell};
use twilio_audit::simulator::{Estate, Options, Simulator, demo, sid};

const KEY: &str = "make-believe key";

/// An estate with a fault or two that block going live.
fn estate(name: &str, schemes: &[&str]) -> Value {
    let number = |(place, scheme): (usize, &&str)| {
        json!({
            "phone_number": format!("+120255501{place:02}"), "friendly_name": name,
            "voice_url": format!("{scheme}://hooks.clinic.example/voice"),
        })
    };
    let numbers: Vec<Value> = schemes.iter().enumerate().map(number).collect();
    json!({"accounts": [{"sid": "AC0001", "name": name, "resources": {"api/IncomingPhoneNumbers": numbers}}]})
}

/// The declaration of a webhook, and of what it is told.
fn webhook(receiver: &Receiver, on: &str) -> String {
    let url = receiver.address("/audit");
    format!(
        "[[notify]]\nname = \"ops\"\nkind = \"webhook\"\non = [{on}]\nurl = \"{url}\"\nsecret = \"ops-key\"\n"
    )
}

/// `twilio-audit ARGUMENTS`, with the declaration named on purpose and the secret where systemd puts it.
fn audit(arguments: &[&str], declared: &str) -> Audit {
    let audit = Audit::new(arguments).declared(declared);
    let folder = audit.folder.path().display().to_string();
    audit
        .env("TWILIO_AUDIT_CONFIG", "audit.toml")
        .env("CREDENTIALS_DIRECTORY", &folder)
        .file("twilio-audit-ops-key", KEY)
}

fn scan(simulator: &Simulator, estate: &Value, declared: &str) -> Audit {
    audit(&["scan"], declared)
        .env("TWILIO_AUDIT_ENDPOINT", &simulator.endpoint())
        .sign_in(&credential(estate, "AC0001"))
}

/// The same in the folder of a scan before.
fn again(simulator: &Simulator, estate: &Value, before: Ended) -> Ended {
    // Scans are named by the second in which they start.
    std::thread::sleep(Duration::from_millis(1100));
    let folder = before.folder.path().display().to_string();
    Audit::scan(simulator)
        .inside(before)
        .env("TWILIO_AUDIT_CONFIG", "audit.toml")
        .env("CREDENTIALS_DIRECTORY", &folder)
        .sign_in(&credential(estate, "AC0001"))
        .run()
}

fn body(receiver: &Receiver, place: usize) -> Value {
    serde_json::from_str(&receiver.arrived()[place].body).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_told_and_no_change_is_not() {
    let receiver = Receiver::answering(&[204]);
    let (one, two) = (estate("Clinic", &["http", "https"]), estate("Clinic", &["http", "http"]));
    let (first, second) = (simulator(&one).await, simulator(&two).await);
    let ended = scan(&first, &one, &webhook(&receiver, "\"change\"")).run();
    assert_eq!(receiver.arrived().len(), 1, "{}", ended.stderr);
    let told = body(&receiver, 0);
    assert_eq!(
        (&told["schema_version"], &told["test"], &told["target"]),
        (&json!(1), &json!(false), &json!("ops"))
    );
    let news = &told["news"];
    assert_eq!((&news["first_scan"], &news["is_change"]), (&json!(true), &json!(true)), "{told:#}");
    assert_eq!(news["exit_code"], ended.code);
    assert_eq!(news["parent_sid"], sid("AC0001"));
    assert_eq!(news["verdicts"]["not_ready"], 1);
    let folder = news["report_folder"].as_str().unwrap();
    assert!(ended.folder.path().join(folder).join("report.html").is_file(), "{folder}");

    let ended = again(&first, &one, ended);
    assert_eq!(receiver.arrived().len(), 1, "nothing changed: {}", ended.stderr);
    let ended = again(&second, &two, ended);
    assert_eq!(receiver.arrived().len(), 2, "{}", ended.stderr);
    let told = body(&receiver, 1);
    let changes = &told["news"]["changes"];
    assert!(changes["new"].as_u64() > Some(0) && changes["new_blockers"].as_u64() > Some(0), "{told:#}");
    assert!(told["news"]["new_blockers"].to_string().contains("webhook-http"), "{told:#}");
    let ended = again(&first, &one, ended);
    assert_eq!(receiver.arrived().len(), 3, "{}", ended.stderr);
    let fixed = body(&receiver, 2);
    assert!(fixed["news"]["changes"]["fixed"].as_u64() > Some(0), "{fixed:#}");
    assert_ne!(told["id"], fixed["id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_told_to_whom_they_matter_and_everything_to_whom_wants_it() {
    let estate = estate("Clinic", &["https"]);
    let simulator = simulator(&estate).await;
    let (change, failure, always) =
        (Receiver::answering(&[200]), Receiver::answering(&[200]), Receiver::answering(&[200]));
    let declared = [(&change, "change"), (&failure, "failure"), (&always, "always")].map(|(receiver, on)| {
        webhook(receiver, &format!("\"{on}\"")).replace("\"ops\"", &format!("\"{on}\""))
    });
    let mut wrong = credential(&estate, "AC0001");
    wrong.secret = "0123456789abcdef0123456789abcdef".into();
    let ended = scan(&simulator, &estate, &declared.concat()).sign_in(&wrong).run();
    assert_eq!(ended.code, 4, "{}", ended.stderr);
    assert!(ended.wrote_nothing());
    let arrived = [&change, &failure, &always].map(|receiver| receiver.arrived().len());
    assert_eq!(arrived, [0, 1, 1], "{}", ended.stderr);
    let told = body(&failure, 0);
    assert_eq!((&told["news"]["exit_code"], &told["news"]["scan_id"]), (&json!(4), &Value::Null));
    assert!(told["text"].as_str().unwrap().contains("Nobody could sign in."), "{told:#}");
    // An error may quote what was declared; a message does not.
    let ended = scan(&simulator, &estate, &(declared.concat() + "[[waiver]]\ncheck = \"no-such-marker\"\nresource = \"x\"\nreason = \"r\"\nequivalent_measure = \"m\"\napproved_by = \"p\"\nexpires_on = 2099-01-01\n")).run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("no-such-marker"), "{}", ended.stderr);
    let told = failure.arrived().pop().unwrap().body;
    assert_eq!(failure.arrived().len(), 2);
    assert!(!told.contains("marker"), "{told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_plans_and_files_that_nobody_named_tell_nobody() {
    let receiver = Receiver::answering(&[200]);
    let estate = estate("Clinic", &["http"]);
    let simulator = simulator(&estate).await;
    let declared = webhook(&receiver, "\"always\"");
    let account = sid("AC0001");
    for arguments in
        [&["--dry-run"][..], &["--check", "webhook-http"], &["--account", &account], &["--shard", "1/1"]]
    {
        let ended = scan(&simulator, &estate, &declared).args(arguments).run();
        assert!([0, 1, 3].contains(&ended.code), "{arguments:?}: {}", ended.stderr);
    }
    let unnamed = Audit::scan(&simulator).declared(&declared).sign_in(&credential(&estate, "AC0001")).run();
    assert!(unnamed.code < 4, "{}", unnamed.stderr);
    assert_eq!(receiver.arrived().len(), 0);
    let test = Audit::new(&["notify", "test"]).declared(&declared).run();
    assert_eq!(test.code, 2);
    for said in [&unnamed.stderr, &test.stderr] {
        assert!(said.contains("--config audit.toml"), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_tells_of_the_whole_and_of_what_is_missing() {
    let receiver = Receiver::answering(&[200]);
    let estate = estate("Clinic", &["http"]);
    let simulator = simulator(&estate).await;
    let declared = webhook(&receiver, "\"always\"");
    let ended = audit(&["merge"], &declared).run();
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert_eq!(body(&receiver, 0)["news"]["exit_code"], 2);
    let shard = scan(&simulator, &estate, &declared).args(&["--shard", "1/1"]).run();
    assert_eq!((shard.code, receiver.arrived().len()), (0, 1), "{}", shard.stderr);
    let folder = shard.folder.path().display().to_string();
    let merged = Audit::new(&["merge", "--config", "audit.toml"])
        .inside(shard)
        .env("CREDENTIALS_DIRECTORY", &folder)
        .run();
    assert_eq!(body(&receiver, 1)["news"]["exit_code"], merged.code, "{}", merged.stderr);
    assert_eq!(body(&receiver, 1)["news"]["parent_sid"], sid("AC0001"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signature_is_checked_as_the_document_says() {
    let Some(python) = python::with("hmac") else { return };
    let receiver = Receiver::answering(&[200]);
    let ended = audit(&["notify", "test"], &webhook(&receiver, "\"change\"")).run();
    assert_eq!((ended.code, ended.stdout.as_str()), (0, "ops (webhook): told: it took the message (200)\n"));
    let arrived = receiver.arrived().pop().unwrap();
    assert_eq!(arrived.line, "POST /audit");
    assert_eq!(arrived.headers["content-type"], "application/json");
    let told: Value = serde_json::from_str(&arrived.body).unwrap();
    assert_eq!((&told["test"], &told["news"]), (&json!(true), &Value::Null));
    assert!(told["subject"].as_str().unwrap().contains("TEST"), "{told}");
    assert_eq!(told["id"], arrived.headers["idempotency-key"]);
    let document = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/notifications.md");
    let (time, signature) =
        (&arrived.headers["x-twilio-audit-timestamp"], &arrived.headers["x-twilio-audit-signature"]);
    let judge = |key: &str, time: &str, body: &str| {
        python::run(&python, "notify/genuine.py", &[document, key, time, signature], body).unwrap()
    };
    assert_eq!(judge(KEY, time, &arrived.body), "True\n");
    assert_eq!(judge("another key", time, &arrived.body), "False\n");
    assert_eq!(judge(KEY, time, &arrived.body.replace("TEST", "READY")), "False\n");
    assert_eq!(judge(KEY, "1", &arrived.body), "False\n");
}

#[test]
fn the_example_of_the_document_is_understood() {
    let document = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/notifications.md")).unwrap();
    let example = document.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let intent = Intent::parse(example, "docs/notifications.md").unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(intent.notify.len(), 3);
    assert!(intent.notify.iter().all(|target| target.way().is_some()));
}

/// Every field that the document names is there, and no other.
#[test]
fn the_fields_of_the_webhook_are_documented() {
    let receiver = Receiver::answering(&[200]);
    told_by_library(&webhook(&receiver, "\"always\""), KEY);
    let told = body(&receiver, 0);
    let document = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/notifications.md")).unwrap();
    let cells = document.lines().filter(|line| line.starts_with("| `"));
    let mut documented: Vec<&str> = cells
        .flat_map(|line| line.split('|').nth(1).unwrap().split('`').skip(1).step_by(2))
        .filter(|word| {
            !word.starts_with("X-")
                && !["Idempotency-Key", "on", "change", "failure", "always"].contains(word)
        })
        .collect();
    let of_news = told["news"].as_object().unwrap().keys().map(|key| format!("news.{key}"));
    let mut expected: Vec<String> = told.as_object().unwrap().keys().cloned().chain(of_news).collect();
    expected.retain(|key| key != "news");
    documented.sort_unstable();
    expected.sort_unstable();
    assert_eq!(documented, expected);
}

/// Tells the one target of a declaration that there is no scan, without any pause between tries.
fn told_by_library(declared: &str, secret: &str) -> Answer {
    let intent = Intent::parse(declared, "audit.toml").unwrap_or_else(|error| panic!("{error}"));
    let news = News::no_scan(
        4,
        "Nobody could sign in.",
        "2026-11-24T04:15:00Z".parse().unwrap(),
        Region::Us1,
        "audits",
    );
    let secret = Ok(Some(Secret::new(secret.to_owned())));
    let addressees = [Addressee { target: &intent.notify[0], secret }];
    let pace = Pace { pauses: vec![Duration::ZERO; 3], ..Pace::default() };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(tell(&addressees, Word::Of(&news), &pace)).remove(0)
}

#[test]
fn what_may_pass_is_tried_again_and_nothing_else() {
    for (statuses, tries, arrives) in [
        (&[500, 500, 200][..], 3, true),
        (&[429, 204], 2, true),
        (&[503], 4, false),
        (&[400], 1, false),
        (&[401], 1, false),
        (&[410], 1, false),
        (&[301], 1, false),
        (&[307], 1, false),
    ] {
        let receiver = Receiver::answering(statuses);
        let answer = told_by_library(&webhook(&receiver, "\"always\""), KEY);
        let arrived = receiver.arrived();
        assert_eq!((arrived.len(), answer.said.is_ok()), (tries, arrives), "{answer:?}");
        let ids: Vec<&String> = arrived.iter().map(|one| &one.headers["idempotency-key"]).collect();
        assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "it is one message: {ids:?}");
        assert!(arrived.iter().all(|one| one.line == "POST /audit"), "redirects are not followed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_is_what_it_is_whoever_could_be_told() {
    let estate = estate("Clinic", &["http"]);
    let simulator = simulator(&estate).await;
    let nobody_there = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    let silent =
        "[[notify]]\nname = \"a-silent-one\"\nkind = \"webhook\"\non = [\"change\"]\nsecret = \"ops-key\"\n";
    let lost = format!("{silent}url = \"http://{nobody_there}/\"\n");
    let secretless = silent.replace("a-silent-one", "a-second").replace("ops-key", "no-such-secret")
        + "url = \"https://hooks.clinic.example/\"\n";
    // An address that nobody asks for: the kinds of the two are compared without whatever names a moment.
    let plain = scan(&simulator, &estate, "").run();
    let ended = scan(&simulator, &estate, &(lost + &secretless)).run();
    assert_eq!(ended.code, plain.code, "{}", ended.stderr);
    let names = |ended: &Ended| {
        let mut names: Vec<_> =
            fs::read_dir(ended.scan()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&ended), names(&plain));
    let found = |ended: &Ended| -> Vec<_> {
        let rows = ended.rows("findings.csv").into_iter();
        rows.map(|row| (row["finding_id"].clone(), row["outcome"].clone(), row["reason"].clone())).collect()
    };
    assert_eq!(found(&ended), found(&plain));
    let warned: Vec<&str> = ended.stderr.lines().filter(|line| line.contains("was not told")).collect();
    assert_eq!(warned.len(), 2, "{}", ended.stderr);
    assert!(
        warned[0].contains("a-silent-one (webhook)") && warned[0].contains("cannot be reached"),
        "{warned:?}"
    );
    assert!(
        warned[1].contains("a-second") && warned[1].contains("login --secret no-such-secret"),
        "{warned:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_address_of_a_slack_webhook_shows_nowhere() {
    let estate = estate("Clinic", &["http"]);
    let simulator = simulator(&estate).await;
    for status in [&[200][..], &[404]] {
        let receiver = Receiver::answering(status);
        let address = receiver.address("/services/T000/B000/canary-of-the-address");
        let secret = format!("[[secret]]\nname = \"channel\"\nvalue = \"{address}\"\n");
        let declared = "[[notify]]\nname = \"channel\"\nkind = \"slack\"\nsecret = \"channel\"\n";
        for more in [&["-vv"][..], &["-vv", "--log-format", "json"]] {
            let account = credential(&estate, "AC0001");
            let ended = scan(&simulator, &estate, declared)
                .file("credentials.toml", &(audit::entry(&account) + &secret))
                .args(&["--credentials", "credentials.toml"])
                .args(more)
                .run();
            let everything = ended.everything();
            assert!(everything.contains("channel (slack)"), "{}", ended.stderr);
            assert!(!everything.contains("canary-of-the-address"), "{}", ended.stderr);
        }
        let arrived = receiver.arrived();
        assert_eq!(
            (arrived.len(), arrived[0].line.as_str()),
            (2, "POST /services/T000/B000/canary-of-the-address")
        );
        let told: Value = serde_json::from_str(&arrived[0].body).unwrap();
        assert!(told["text"].as_str().unwrap().starts_with("twilio-audit: NOT READY, first scan"), "{told}");
        assert!(told["blocks"].as_array().unwrap().len() > 2, "{told}");
    }
}

/// The demo clinic is full of things that nobody must be told, and has findings of every sort.
#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_was_read_arrives_but_counts_verdicts_and_account_sids() {
    let simulator = Simulator::start(Estate::demo(), Options::default()).await.unwrap();
    let (hook, slack) = (Receiver::answering(&[200]), Receiver::answering(&[200]));
    let declared = webhook(&hook, "\"always\"")
        + "[[notify]]\nname = \"channel\"\nkind = \"slack\"\nsecret = \"channel\"\n";
    let credentials = demo::credentials();
    let secret = format!("[[secret]]\nname = \"channel\"\nvalue = \"{}\"\n", slack.address("/"));
    let file: String = credentials.iter().map(audit::entry).chain([secret]).collect();
    let ended = audit(&["scan", "--credentials", "credentials.toml"], &declared)
        .env("TWILIO_AUDIT_ENDPOINT", &simulator.endpoint())
        .file("credentials.toml", &file)
        .run();
    assert_eq!((hook.arrived().len(), slack.arrived().len()), (1, 1), "{}", ended.stderr);
    let told = hook.arrived()[0].body.clone() + &slack.arrived()[0].body;
    for canary in demo::canaries() {
        assert!(!told.contains(&canary), "{canary}");
    }
    let sids = regex::Regex::new(r"\b[A-Z]{2}[0-9a-f]{32}\b").unwrap();
    assert!(sids.find_iter(&told).all(|found| found.as_str().starts_with("AC")), "{told}");
    let rows = ended.rows("findings.csv");
    assert!(rows.len() > 100);
    // The titles of checks may arrive, and so may the SIDs of accounts.
    let titles: String = rows.iter().map(|row| row["title"].clone()).collect();
    for row in &rows {
        for column in ["account_name", "resource_name", "resource_sid", "reason", "evidence"] {
            let values =
                row[column].split("; ").map(|value| value.split_once(": ").map_or(value, |(_, value)| value));
            for value in
                values.filter(|value| value.len() > 6 && !value.starts_with("AC") && !titles.contains(value))
            {
                assert!(!told.contains(value), "{column}: {value}");
            }
        }
    }
}

/// The declaration of mail by way of a server on this machine.
fn mail(port: u64, tls: &str) -> String {
    format!(
        "[[notify]]\nname = \"mail\"\nkind = \"email\"\nserver = \"localhost\"\nport = {port}\ntls = \"{tls}\"\n\
         from = \"audit@clinic.example\"\nto = [\"one@clinic.example\", \"two@clinic.example\"]\n\
         user = \"audit\"\nsecret = \"mail\"\n"
    )
}

/// Tries a mail server of which `trusted` vouches for the certificate.
fn try_mail(declared: &str, password: &str, trusted: &Path) -> Ended {
    audit(&["notify", "test", "-vv"], declared)
        .env("SSL_CERT_FILE", &trusted.display().to_string())
        .file("twilio-audit-mail", password)
        .run()
}

#[test]
fn mail_goes_out_encrypted_or_not_at_all() {
    let Some(python) = python::with("aiosmtpd") else { return };
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    MailServer::start(&python, other.path(), "starttls", "localhost").saw();
    let (own, foreign) = (folder.path().join("ca.pem"), other.path().join("ca.pem"));
    for (mode, name, password, trusted, expected) in [
        ("starttls", "localhost", "right-password", &own, "took the message (250)"),
        ("implicit", "localhost", "right-password", &own, "took the message (250)"),
        ("starttls", "localhost", "wrong-password", &own, "535: it does not accept `user` and the password"),
        ("starttls", "other.example", "right-password", &own, "certificate"),
        ("implicit", "other.example", "right-password", &own, "certificate"),
        ("starttls", "localhost", "right-password", &foreign, "certificate"),
    ] {
        let server = MailServer::start(&python, folder.path(), mode, name);
        let ended = try_mail(&mail(server.port, mode), password, trusted);
        assert!(ended.stdout.contains(expected), "{mode} {name}: {}{}", ended.stdout, ended.stderr);
        assert!(!(ended.stdout + &ended.stderr).contains(password), "{mode} {name}");
        let saw = server.saw();
        let arrived = saw.iter().any(|what| what["mail"].is_string());
        assert_eq!(
            (arrived, ended.code),
            (expected.contains("250"), i32::from(!arrived)),
            "{mode} {name}: {saw:?}"
        );
        let asked_for_a_password = saw.iter().any(|what| what["signed_in"].is_boolean());
        assert_eq!(asked_for_a_password, expected != "certificate", "{mode} {name}: {saw:?}");
    }
}

/// A server that offers to take the password in clear, and would even take the mail.
#[test]
fn without_starttls_a_server_hears_nothing_but_a_greeting() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = u64::from(listener.local_addr().unwrap().port());
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = String::new();
        stream.write_all(b"220 localhost\r\n").unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        loop {
            let before = heard.len();
            if reader.read_line(&mut heard).unwrap_or(0) == 0 {
                return heard;
            }
            let answer: &[u8] = match &heard[before..] {
                line if line.starts_with("EHLO") => b"250-localhost\r\n250 AUTH PLAIN LOGIN\r\n",
                line if line.starts_with("QUIT") => b"221 bye\r\n",
                _ => b"250 OK\r\n",
            };
            stream.write_all(answer).unwrap();
        }
    });
    let ended =
        try_mail(&mail(port, "starttls"), "right-password", Path::new("/etc/ssl/certs/ca-certificates.crt"));
    assert_eq!(ended.code, 1);
    assert!(
        ended.stdout.contains("offers no STARTTLS, so nothing was sent"),
        "{}{}",
        ended.stdout,
        ended.stderr
    );
    let heard = server.join().unwrap();
    assert!(heard.starts_with("EHLO"), "{heard}");
    for word in ["AUTH", "MAIL", "RCPT", "DATA"] {
        assert!(!heard.contains(word), "{heard}");
    }
}

/// Account data is hostile, and the headers of a mail are no place for it.
#[tokio::test(flavor = "multi_thread")]
async fn a_scan_comes_as_a_plain_mail_whatever_the_accounts_are_called() {
    let Some(python) = python::with("aiosmtpd") else { return };
    let hostile = "Clinic\r\nBcc: marker@evil.example\r\n\r\n<b>marker\u{202e}";
    let estate = estate(hostile, &["http"]);
    let simulator = simulator(&estate).await;
    let folder = tempfile::tempdir().unwrap();
    let server = MailServer::start(&python, folder.path(), "starttls", "localhost");
    let ended = scan(&simulator, &estate, &mail(server.port, "starttls"))
        .env("SSL_CERT_FILE", &folder.path().join("ca.pem").display().to_string())
        .file("twilio-audit-mail", "right-password")
        .run();
    let saw = server.saw();
    let arrived: Vec<&Value> = saw.iter().filter(|what| what["mail"].is_string()).collect();
    let [what] = arrived.as_slice() else { panic!("{saw:?}\n{}", ended.stderr) };
    assert_eq!(what["recipients"], json!(["one@clinic.example", "two@clinic.example"]));
    assert_eq!((&what["sender"], &what["encrypted"]), (&json!("audit@clinic.example"), &json!(true)));
    let text = what["mail"].as_str().unwrap();
    assert!(!text.contains("marker"), "{text}");
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let names: Vec<&str> = head
        .lines()
        .filter(|line| !line.starts_with(' '))
        .map(|line| line.split_once(": ").unwrap().0)
        .collect();
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let expected = [
        "Auto-Submitted",
        "Content-Transfer-Encoding",
        "Content-Type",
        "Date",
        "From",
        "MIME-Version",
        "Message-ID",
        "Subject",
        "To",
    ];
    assert_eq!(sorted, expected, "{head}");
    assert!(head.contains("Subject: twilio-audit: NOT READY, first scan"), "{head}");
    let id = head.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap();
    let scan = ended.scan().file_name().unwrap().to_str().unwrap().to_owned();
    assert!(
        id.starts_with(&format!("<twilio-audit.{scan}.")) && id.ends_with(".mail@clinic.example>"),
        "{id}"
    );
    assert!(body.contains(&format!("Scan {scan} of {}.", sid("AC0001"))), "{body}");
}
