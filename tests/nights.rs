//! Three nights: all is well; a new critical fault; that one is mended, and a subaccount cannot be read any more. Then a
//! fourth, in which it can be read again.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/in_order.rs"]
mod in_order;
#[path = "support/mail_server.rs"]
mod mail_server;
#[path = "support/nights.rs"]
mod nights;
#[path = "support/python.rs"]
mod python;
#[path = "support/receiver.rs"]
mod receiver;

use std::path::Path;

use audit::{Audit, Ended, Row};
use mail_server::MailServer;
use nights::{Night, clinic, night, number, prepared};
use receiver::Receiver;
use serde_json::Value;

/// What became of the webhook of a clinic's number: change, outcome.
fn became(ended: &Ended, place: usize) -> Option<(String, String)> {
    let row = webhook(ended, place)?;
    Some((row["change"].clone(), row["outcome"].clone()))
}

fn webhook(ended: &Ended, place: usize) -> Option<Row> {
    let mut rows = ended.rows("findings.csv").into_iter();
    rows.find(|row| row["check_id"] == "webhook-http" && row["resource_sid"] == number(place))
}

fn said(change: &str, outcome: &str) -> Option<(String, String)> {
    Some((change.to_owned(), outcome.to_owned()))
}

fn verdicts(ended: &Ended) -> Vec<String> {
    let json = ended.json();
    let accounts = json["accounts"].as_array().unwrap().iter();
    accounts.filter_map(|account| Some(account["verdict"].as_str()?.to_owned())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_night_says_what_became_of_the_one_before() {
    let all = &["--all-outcomes"];
    let first = night(Night::Quiet, None, &[]).await;
    let rows = first.rows("findings.csv");
    assert!(rows.iter().all(|row| row["change"] == "first_scan"));
    assert_eq!(verdicts(&first), ["ready", "ready"]);

    let second = night(Night::Faulty, Some(first), &[]).await;
    assert_eq!([became(&second, 0), became(&second, 1)], [said("new", "fail"), said("new", "fail")]);
    assert_eq!(verdicts(&second), ["not_ready", "not_ready"]);
    let seen = webhook(&second, 1).unwrap();

    let third = night(Night::Blind, Some(second), all).await;
    assert_eq!(became(&third, 0), said("fixed", "not_applicable"), "the number is gone");
    assert_eq!(became(&third, 1), said("lost_sight", "not_assessed"));
    // Whether the first clinic shares webhooks with one that cannot be seen, nobody can say either.
    assert_eq!(verdicts(&third), ["cannot_say", "cannot_say"]);
    let lost = webhook(&third, 1).unwrap();
    for same in ["finding_id", "first_seen", "last_seen"] {
        assert_eq!(lost[same], seen[same], "{same}");
    }
    assert!(lost["reason"].contains("Lost sight of"), "{}", lost["reason"]);
    // Only the audit itself is known not to sign in there any more.
    let rows = third.rows("findings.csv").into_iter().filter(|row| row["account_sid"] == clinic(1));
    let fixed: Vec<String> =
        rows.filter(|row| row["change"] == "fixed").map(|row| row["check_id"].clone()).collect();
    assert_eq!(fixed, ["audit-credential-overprivileged"]);

    let fourth = night(Night::Blind, Some(third), all).await;
    assert_eq!(became(&fourth, 0), None, "told once");
    assert_eq!(became(&fourth, 1), said("open", "not_assessed"), "still out of sight");
    assert_eq!(webhook(&fourth, 1).unwrap()["reason"], lost["reason"]);

    let fifth = night(Night::Quiet, Some(fourth), all).await;
    assert_eq!(became(&fifth, 1), said("fixed", "not_applicable"), "seen to be gone");
    let trend = &fifth.json()["trend"];
    let counts = |field: &str| -> Vec<u64> {
        trend.as_array().unwrap().iter().map(|point| point[field].as_u64().unwrap()).collect()
    };
    let faults: Vec<bool> = counts("critical").iter().map(|faults| *faults > 0).collect();
    assert_eq!(faults, [false, true, false, false, false], "{trend}");
    assert_eq!(counts("ready"), [2, 0, 0, 0, 2], "{trend}");
    assert_eq!(counts("not_ready"), [0, 2, 0, 0, 0], "{trend}");
    assert_eq!(counts("cannot_say"), [0, 0, 2, 2, 0], "{trend}");
    assert!(counts("lost_sight")[2] > 1 && counts("lost_sight")[3] == 0, "{trend}");
}

/// What nobody judges any more was mended by nobody.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_is_declared_free_of_phi_has_nothing_fixed_by_that() {
    let first = night(Night::Faulty, None, &["--all-outcomes"]).await;
    let (audit, _simulator) = prepared(Night::Faulty, Some(first), &["--all-outcomes"], "").await;
    let declared = in_order::declared(nights::CLINICS).replace("phi = true", "phi = false");
    let second = audit.declared(&declared).run();
    assert_eq!(second.json()["changes"]["fixed"], 0);
    let rows = second.rows("findings.csv").into_iter();
    let left: Vec<Row> = rows.filter(|row| row["change"] == "lost_sight").collect();
    assert!(!left.is_empty());
    for row in left {
        assert_eq!(row["outcome"], "not_applicable", "{row:?}");
        assert!(
            row["reason"].starts_with("The check does not hold for the account as it is now"),
            "{}",
            row["reason"]
        );
    }
}

/// The scans of one tree are no past of another's.
#[tokio::test(flavor = "multi_thread")]
async fn another_tree_in_the_same_folder_starts_a_history_of_its_own() {
    let first = night(Night::Quiet, None, &[]).await;
    let refused = Audit::new(&["scan", "--demo"]).inside(first).run();
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("scans of a real estate"), "{}", refused.stderr);
    let other = serde_json::json!({"accounts": [{"sid": "AC0099", "name": "Other"}]});
    let simulator = audit::simulator(&other).await;
    std::thread::sleep(std::time::Duration::from_millis(1100)); // scans are named by the second
    let second = Audit::scan(&simulator).inside(refused).sign_in(&audit::credential(&other, "AC0099")).run();
    assert!(second.stderr.contains("another account tree"), "{}", second.stderr);
    assert!(second.rows("findings.csv").iter().all(|row| row["change"] == "first_scan"));
    assert_eq!(second.json()["trend"].as_array().unwrap().len(), 1);
}

/// The same nights as a schedule runs them: told by webhook and by mail, measured, sealed, and pruned.
#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_tells_measures_seals_and_prunes() {
    let Some(python) = python::with("aiosmtpd") else { return };
    let mut schedule = Schedule::start(&python);
    let first = schedule.run(Night::Quiet, None).await;
    let told = schedule.told();
    assert_eq!((&told["first_scan"], &told["verdicts"]["ready"]), (&true.into(), &2.into()), "{told:#}");
    assert_eq!(gate(&first).0, 0);

    let again = schedule.run(Night::Quiet, Some(first)).await;
    assert_eq!(schedule.arrived(), 1, "no news: {}", again.stderr);

    let second = schedule.run(Night::Faulty, Some(again)).await;
    let told = schedule.told();
    assert!(told["changes"]["new_blockers"].as_u64() >= Some(2), "{told:#}");
    let changed = told["verdicts"]["changed"].as_array().unwrap();
    assert_eq!(
        (changed.len(), &changed[0]["before"], &changed[0]["verdict"]),
        (2, &"ready".into(), &"not_ready".into())
    );
    assert_eq!(gate(&second).0, 1);
    assert!(metrics(&second, r#"twilio_audit_new_faults{severity="critical"}"#) >= 2.0);

    let third = schedule.run(Night::Blind, Some(second)).await;
    let told = schedule.told();
    assert_eq!(
        (&told["exit_code"], &told["is_failure"], &told["complete"]),
        (&3.into(), &true.into(), &false.into())
    );
    assert!(told["changes"]["fixed"].as_u64() > Some(0) && told["changes"]["lost_sight"].as_u64() > Some(0));
    assert_eq!(gate(&third), (3, "cannot_say".to_owned()));
    assert_eq!(metrics(&third, "twilio_audit_last_run_exit_code"), 3.0);
    assert_eq!(metrics(&third, "twilio_audit_last_run_not_told"), 0.0);
    let gate_of =
        |verdict: &str| format!(r#"twilio_audit_gate{{account_sid="{}",verdict="{verdict}"}}"#, clinic(1));
    assert_eq!((metrics(&third, &gate_of("cannot_say")), metrics(&third, &gate_of("ready"))), (1.0, 0.0));

    // What was told outside of the folder is what holds the chain to its end.
    let anchor = told["manifest_sha256"].as_str().unwrap().to_owned();
    let verified = command(third, &["verify", "--manifest-sha256", &anchor]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    let pruned = command(verified, &["prune", "--keep-last", "2"]);
    assert_eq!(pruned.code, 0, "{}", pruned.stderr);
    assert_eq!(pruned.audits().iter().filter(|name| name.ends_with('Z')).count(), 2, "{:?}", pruned.audits());
    let verified = command(pruned, &["verify", "--manifest-sha256", &anchor]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    let trend: Value =
        serde_json::from_str(&command(verified, &["history", "--format", "json"]).stdout).unwrap();
    assert_eq!(trend.as_array().unwrap().len(), 4, "the trend outlives the scans");

    let mails: Vec<String> = schedule.mails();
    assert_eq!(mails.len(), 3, "{mails:#?}");
    for (mail, words) in mails.iter().zip(["first scan", "NOT READY", "CANNOT SAY"]) {
        assert!(mail.contains(words), "{words}: {mail}");
        assert!(
            !mail.contains("clinic.example/v") && !mail.contains("Production"),
            "no evidence, no names: {mail}"
        );
    }
}

/// Who is told, and where the certificate of the mail server lies.
struct Schedule {
    receiver: Receiver,
    server: MailServer,
    folder: tempfile::TempDir,
}

impl Schedule {
    fn start(python: &Path) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = MailServer::start(python, folder.path(), "starttls", "localhost");
        Self { receiver: Receiver::answering(&[204]), server, folder }
    }

    /// A night, as a service manager runs it.
    async fn run(&mut self, which: Night, before: Option<Ended>) -> Ended {
        let declared = format!(
            "[[notify]]\nname = \"ops\"\nkind = \"webhook\"\nurl = \"{}\"\nsecret = \"ops-key\"\n\
             [[notify]]\nname = \"officer\"\nkind = \"email\"\nserver = \"localhost\"\nport = {}\ntls = \"starttls\"\n\
             from = \"audit@clinic.example\"\nto = [\"officer@clinic.example\"]\nuser = \"audit\"\nsecret = \"mail\"\n",
            self.receiver.address("/audit"),
            self.server.port
        );
        let options = ["--config", "audit.toml", "--metrics-file", "audit.prom", "--fail-on", "critical"];
        let (audit, _simulator) = prepared(which, before, &options, &declared).await;
        let secrets = audit.folder.path().display().to_string();
        audit
            .env("CREDENTIALS_DIRECTORY", &secrets)
            .env("SSL_CERT_FILE", &self.folder.path().join("ca.pem").display().to_string())
            .file("twilio-audit-ops-key", "make-believe key")
            .file("twilio-audit-mail", "right-password")
            .run()
    }

    fn arrived(&self) -> usize {
        self.receiver.arrived().len()
    }

    /// The news that arrived last.
    fn told(&self) -> Value {
        let body: Value = serde_json::from_str(&self.receiver.arrived().last().unwrap().body).unwrap();
        body["news"].clone()
    }

    fn mails(self) -> Vec<String> {
        let saw = self.server.saw().into_iter();
        saw.filter_map(|what| Some(what["mail"].as_str()?.to_owned())).collect()
    }
}

fn command(before: Ended, arguments: &[&str]) -> Ended {
    Audit::new(arguments).inside(before).run()
}

/// The exit code and the verdict of the gate, over what a scan wrote.
fn gate(ended: &Ended) -> (i32, String) {
    let scan = ended.scan();
    let asked = Audit::new(&["gate", scan.to_str().unwrap(), "--format", "json"]).run();
    let statement: Value = serde_json::from_str(&asked.stdout).unwrap();
    (asked.code, statement["verdict"].as_str().unwrap().to_owned())
}

/// The value of a metric.
fn metrics(ended: &Ended, name: &str) -> f64 {
    let text = std::fs::read_to_string(ended.folder.path().join("audit.prom")).unwrap();
    let line =
        text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_else(|| panic!("no {name}:\n{text}"));
    line.trim().parse().unwrap()
}
