//! `scan`, driven as a user would: what it writes, and what it says when something is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use audit::{Audit, Ended, credential, simulator};
use serde_json::{Value, json};
use twilio_audit::catalogue::{KINDS, Kind, kind};
use twilio_audit::report::Format;
use twilio_audit::simulator::{Fault, Simulator, Trouble, sid};

/// A parent with one subaccount, a number and a messaging service each.
fn estate() -> Value {
    let account = |account: &str, name: &str| {
        json!({
            "sid": account, "owner": "AC0001", "name": name, "days_ago": 500,
            "keys": [
                {"sid": format!("SK{}1", &account[3..]), "name": "standard", "kind": "standard"},
                {"sid": format!("SK{}2", &account[3..]), "name": "reader", "kind": "restricted",
                 "allow": ["/twilio/messaging/services/list"]},
                {"sid": format!("SK{}3", &account[3..]), "name": "main", "kind": "main"},
            ],
            "resources": {
                "api/IncomingPhoneNumbers": [
                    {"phone_number": "+12025550100", "friendly_name": "Café", "voice_url": "http://hooks.clinic.example/voice"},
                    {"phone_number": "+12025550101", "voice_url": "https://hooks.clinic.example/voice"},
                ],
                "messaging/v1/Services": [
                    {"friendly_name": name, "inbound_request_url": "https://hooks.clinic.example/sms"}
                ],
            },
        })
    };
    json!({"accounts": [account("AC0001", "Parent"), account("AC0002", "Child")]})
}

/// Audits the estate as one of its users, after something went wrong with Twilio.
async fn scan_as(user: &str, faults: Vec<Fault>) -> (Ended, Simulator) {
    let simulator = simulator(&estate()).await;
    faults.into_iter().for_each(|fault| simulator.fail(fault));
    let ended = Audit::scan(&simulator).sign_in(&credential(&estate(), user)).run();
    (ended, simulator)
}

fn failing_webhooks(ended: &Ended) -> usize {
    ended.outcomes("webhook-http").iter().filter(|(outcome, _)| outcome == "fail").count()
}

#[test]
fn the_demo_needs_nothing_and_leaves_files_for_its_owner_alone() {
    let ended = Audit::new(&["scan", "--demo"]).run();
    assert_eq!(ended.stderr, "");
    assert!(ended.stdout.contains("NOT READY"), "{}", ended.stdout);
    for file in Format::OF_A_SCAN.map(Format::file_name).into_iter().chain(["evidence.db"]) {
        let mode = fs::metadata(ended.scan().join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    assert_eq!(fs::metadata(ended.scan()).unwrap().permissions().mode() & 0o777, 0o700);
    let widest = ended.stdout.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest <= 80, "a line of {widest} columns:\n{}", ended.stdout);
}

#[test]
fn the_same_estate_gives_the_same_files() {
    let scan = || Audit::new(&["scan", "--demo"]).env("TWILIO_AUDIT_DEMO_TIME", "2026-11-23T04:15:00Z").run();
    let (one, two) = (scan(), scan());
    for file in Format::OF_A_SCAN.map(Format::file_name) {
        assert_eq!(one.text(file), two.text(file), "{file}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_scan_says_what_is_new_open_and_fixed() {
    let before = simulator(&estate()).await;
    let first = Audit::scan(&before).sign_in(&credential(&estate(), "AC0001")).run();
    assert!(first.rows("findings.csv").iter().all(|row| row["change"] == "first_scan"));
    std::thread::sleep(std::time::Duration::from_millis(1100)); // scans are named by the second

    let mut mended = estate();
    let number = &mut mended["accounts"][0]["resources"]["api/IncomingPhoneNumbers"];
    number[0]["voice_url"] = json!("https://hooks.clinic.example/voice");
    number[1]["voice_url"] = json!("http://hooks.clinic.example/voice");
    let after = simulator(&mended).await;
    let second = Audit::scan(&after)
        .inside(first)
        .args(&["--all-outcomes"])
        .sign_in(&credential(&mended, "AC0001"))
        .run();
    let changes = |change: &str| {
        let rows = second.rows("findings.csv").into_iter();
        rows.filter(|row| row["check_id"] == "webhook-http" && row["change"] == change).count()
    };
    assert_eq!((changes("fixed"), changes("new"), changes("first_scan")), (1, 1, 0));
    assert!(changes("open") >= 1, "the other account's fault is still there");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_only_reads() {
    let (_, simulator) = scan_as("AC0001", vec![]).await;
    let requests = simulator.requests();
    assert!(requests.len() > 30, "{}", requests.len());
    assert!(requests.iter().all(|request| request.method == "GET"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_are_one_sentence_and_no_files() {
    let simulator = simulator(&estate()).await;
    let ended = Audit::scan(&simulator)
        .env("TWILIO_ACCOUNT_SID", &sid("AC0001"))
        .env("TWILIO_AUTH_TOKEN", "ffffffffffffffffffffffffffffffff")
        .run();
    assert_eq!(ended.code, 4);
    assert!(ended.stderr.contains("does not accept the credential"), "{}", ended.stderr);
    assert_eq!(ended.stderr.trim().lines().count(), 1, "{}", ended.stderr);
    assert!(ended.wrote_nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn test_credentials_and_client_validation_are_named_for_what_they_are() {
    for (code, named) in [(20008, "test credentials"), (70052, "public key client validation")] {
        let refusal = Trouble::Error { status: 403, code, message: "no".to_owned() };
        let (ended, _simulator) = scan_as("AC0001", vec![Fault::always("/", refusal)]).await;
        assert_eq!(ended.code, 4);
        assert!(ended.stderr.contains(named), "{}", ended.stderr);
        assert!(ended.wrote_nothing());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_credential_it_says_where_to_put_one() {
    let simulator = simulator(&estate()).await;
    let ended = Audit::scan(&simulator).run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("--credentials FILE"), "{}", ended.stderr);
    assert!(ended.wrote_nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subaccount_s_credential_audits_that_account_and_says_that_the_tree_is_incomplete() {
    let (ended, _simulator) = scan_as("AC0002", vec![]).await;
    assert_eq!(ended.code, 3, "{}", ended.stdout);
    assert!(ended.stdout.contains("account tree is incomplete"), "{}", ended.stdout);
    assert_eq!(failing_webhooks(&ended), 1);
    let accounts: Vec<Value> = ended.json()["accounts"].as_array().unwrap().clone();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0]["account_sid"], sid("AC0002"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_token_sees_the_2010_api_of_its_children_and_says_what_it_does_not_see() {
    let (ended, _simulator) = scan_as("AC0001", vec![]).await;
    assert_eq!(ended.code, 3);
    assert_eq!(failing_webhooks(&ended), 2, "a fault that was seen stays a fault");
    let services = ended.coverage("messaging_service");
    assert_eq!(services[&sid("AC0001")].0, "complete");
    assert_eq!(services[&sid("AC0002")].0, "no_credential");
    let findings = ended.rows("findings.csv");
    let unread = findings.iter().find(|row| {
        row["check_id"] == "webhook-http"
            && row["outcome"] == "not_assessed"
            && row["account_sid"] == sid("AC0002")
    });
    assert!(unread.unwrap()["reason"].contains("regulatory_bundle"), "names what is missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn derived_tokens_close_that_gap_and_are_announced() {
    let simulator = simulator(&estate()).await;
    let ended = Audit::scan(&simulator)
        .args(&["--derive-subaccount-tokens"])
        .sign_in(&credential(&estate(), "AC0001"))
        .run();
    assert!(ended.coverage("messaging_service").values().all(|(status, _)| status == "complete"));
    assert!(ended.stdout.contains("Auth Tokens that the parent"), "{}", ended.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_credential_per_account_from_a_file() {
    let simulator = simulator(&estate()).await;
    let (parent, child) = (credential(&estate(), "AC0001"), credential(&estate(), "AC0002"));
    let ended = Audit::scan(&simulator).credentials(&[&parent, &child]).run();
    assert!(ended.coverage("messaging_service").values().all(|(status, _)| status == "complete"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standard_key_is_told_from_a_wrong_secret_and_a_restricted_key_names_what_it_lacks() {
    let (standard, _simulator) = scan_as("SK0011", vec![]).await;
    assert_eq!(standard.code, 3);
    assert_eq!(standard.coverage("phone_number")[&sid("AC0001")].0, "complete");
    assert_eq!(standard.coverage("api_key")[&sid("AC0001")].0, "denied");

    let (restricted, _simulator) = scan_as("SK0012", vec![]).await;
    assert_eq!(restricted.code, 3);
    assert_eq!(restricted.coverage("messaging_service")[&sid("AC0001")].0, "complete");
    let denied =
        restricted.rows("coverage.csv").into_iter().find(|row| row["resource_type"] == "phone_number");
    let denied = denied.unwrap();
    assert_eq!(denied["status"], "denied");
    assert_eq!(denied["twilio_code"], "70051");
    assert_eq!(denied["missing_permission"], "/twilio/phone-numbers/active-numbers/list");
    assert!(denied["checks_affected"].contains("webhook-http"));

    // Only what Twilio names or the catalogue knows is told as a permission: no path is one.
    let known: BTreeSet<&str> =
        KINDS.iter().filter_map(|kind| kind.endpoint()?.permission).chain(["more"]).collect();
    let mut unknown = 0;
    for row in restricted.rows("coverage.csv") {
        let permission = row["missing_permission"].as_str();
        let has_none =
            kind(&row["resource_type"]).and_then(Kind::endpoint).is_some_and(|of| of.permission.is_none());
        unknown += usize::from(has_none && row["status"] == "denied");
        assert!(permission.is_empty() || known.contains(permission), "{row:#?}");
    }
    assert!(unknown > 10, "{unknown} lists without a permission are refused");
    let findings = restricted.rows("findings.csv");
    let granting = findings.iter().filter(|row| row["reason"].contains("; grant "));
    let named = granting.flat_map(|row| row["reason"].split([' ', ',']).filter(|word| word.starts_with("/")));
    let named: BTreeSet<&str> = named.collect();
    assert!(!named.is_empty() && named.is_subset(&known), "{named:?}");
    let honest = "no permission is known for it: a Standard or Main key, or the Auth Token, reads it";
    assert!(findings.iter().any(|row| row["reason"].contains(honest)), "nothing says so");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusable_answer_spoils_its_listing_and_nothing_else() {
    let html =
        Trouble::Answer { status: 200, content_type: "text/html", body: "<html>gateway</html>".to_owned() };
    let wrong_type = Trouble::Answer {
        status: 200,
        content_type: "application/json",
        body: r#"{"incoming_phone_numbers":{"not":"a list"}}"#.to_owned(),
    };
    let cases = [
        (html, "no JSON object"),
        (Trouble::CutJson, "no JSON object"),
        (Trouble::Latin1, "no JSON object"),
        (wrong_type, "no list"),
        (Trouble::WrongAccount { sid: sid("AC0009") }, "another account"),
    ];
    for (trouble, reason) in cases {
        let path = format!("/api.twilio.com/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json", sid("AC0001"));
        let (ended, _simulator) = scan_as("AC0001", vec![Fault::always(path, trouble)]).await;
        assert_eq!(ended.code, 3, "{reason}");
        let (status, said) = &ended.coverage("phone_number")[&sid("AC0001")];
        assert_eq!(status, "failed", "{reason}");
        assert!(said.contains(reason), "{said}");
        assert_eq!(ended.coverage("twiml_app")[&sid("AC0001")].0, "complete", "the rest goes on");
        assert_eq!(failing_webhooks(&ended), 1, "the other account's fault is still seen");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_page_with_a_next_link_is_not_the_end() {
    let path = format!("/api.twilio.com/2010-04-01/Accounts/{}/Queues.json", sid("AC0001"));
    let first = Trouble::Answer {
        status: 200,
        content_type: "application/json",
        body: json!({"queues": [], "next_page_uri": format!("/2010-04-01/Accounts/{}/Queues.json?PageSize=999", sid("AC0001"))})
            .to_string(),
    };
    let (ended, _simulator) = scan_as("AC0001", vec![Fault::times(path, first, 1)]).await;
    let row = ended
        .rows("coverage.csv")
        .into_iter()
        .find(|row| row["resource_type"] == "queue" && row["account_sid"] == sid("AC0001"));
    let row = row.unwrap();
    assert_eq!((row["status"].as_str(), row["pages"].as_str()), ("complete", "2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn links_that_lead_in_a_circle_or_to_another_host_end_a_listing_as_failed() {
    let path = format!("/2010-04-01/Accounts/{}/Queues.json", sid("AC0001"));
    for (link, reason) in
        [(format!("{path}?PageSize=1000"), "lead back"), ("https://evil.example/".into(), "elsewhere")]
    {
        let body = json!({"queues": [], "next_page_uri": link}).to_string();
        let trouble = Trouble::Answer { status: 200, content_type: "application/json", body };
        let (ended, simulator) =
            scan_as("AC0001", vec![Fault::always(format!("/api.twilio.com{path}"), trouble)]).await;
        let (status, said) = &ended.coverage("queue")[&sid("AC0001")];
        assert_eq!(status, "failed", "{said}");
        assert!(said.contains(reason), "{said}");
        let asked = simulator.requests().iter().filter(|request| request.path.contains(&path)).count();
        assert!(asked <= 2, "asked {asked} times");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_where_the_folder_should_be_is_a_mistake_of_the_command_line() {
    let simulator = simulator(&estate()).await;
    let ended = Audit::scan(&simulator)
        .sign_in(&credential(&estate(), "AC0001"))
        .file("occupied", "a file where the folder should be")
        .args(&["--output", "occupied"])
        .run();
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert!(ended.stderr.contains("occupied"), "{}", ended.stderr);
}

/// A disk that is full after 200 KiB: the shell limits the size of files, and the store is larger.
#[test]
fn a_full_disk_is_exit_5_and_leaves_the_previous_scan_alone() {
    let first = Audit::new(&["scan", "--demo"]).run();
    let before = fs::read_link(first.folder.path().join("audits/latest")).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1100)); // scans are named by the second
    let limited =
        format!("trap '' XFSZ; ulimit -f 200; exec {} scan --demo", env!("CARGO_BIN_EXE_twilio-audit"));
    let output = std::process::Command::new("bash")
        .args(["-c", &limited])
        .current_dir(first.folder.path())
        .env_clear()
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(5), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(fs::read_link(first.folder.path().join("audits/latest")).unwrap(), before);
    let scans = first.audits().len();
    assert_eq!(scans, 2, "the first scan and its link; nothing half-written");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_audit_toml_every_account_counts_as_phi_and_that_is_said() {
    let (ended, _simulator) = scan_as("AC0001", vec![]).await;
    assert!(ended.stdout.contains("No audit.toml was found"), "{}", ended.stdout);
    assert!(ended.json()["accounts"].as_array().unwrap().iter().all(|account| account["phi"] == true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_in_audit_toml_names_the_line_and_the_nearest_key() {
    let simulator = simulator(&estate()).await;
    let scan = |intent: &str| {
        Audit::scan(&simulator).sign_in(&credential(&estate(), "AC0001")).declared(intent).run()
    };
    let unknown = scan("[baa]\nexecuted_no = 2026-01-01\n");
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("audit.toml:2"), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("executed_on"), "{}", unknown.stderr);

    let malformed = scan("[[account]]\nsid = \"AC12\"\nphi = true\n");
    assert_eq!(malformed.code, 2);
    assert!(malformed.stderr.contains("audit.toml:2"), "{}", malformed.stderr);

    let product = scan("[baa]\ncovered_products = [\"voise\"]\n");
    assert_eq!(product.code, 2);
    let wanted = ["audit.toml:2:21", "`baa.covered_products`", "did you mean `voice`?"];
    assert!(wanted.iter().all(|wanted| product.stderr.contains(wanted)), "{}", product.stderr);

    let secret = scan("[[account]]\nsid = \"AC0002\"\nowner = \"5eedcafe41d7c9b26e08fa5317d2b09c\"\n");
    assert_eq!(secret.code, 2);
    assert!(!secret.stderr.contains("5eedcafe41d7c9b26e08fa5317d2b09c"), "{}", secret.stderr);
    assert!(secret.wrote_nothing());
}

#[tokio::test(flavor = "multi_thread")]
async fn chosen_checks_fetch_only_what_they_read() {
    let simulator = simulator(&estate()).await;
    let ended = Audit::scan(&simulator)
        .args(&["--check", "sync-acl-disabled"])
        .sign_in(&credential(&estate(), "AC0001"))
        .run();
    let hosts: Vec<String> = simulator
        .requests()
        .iter()
        .map(|request| request.path.split('/').nth(1).unwrap().to_owned())
        .collect();
    assert!(hosts.iter().all(|host| host == "api.twilio.com" || host == "sync.twilio.com"), "{hosts:?}");
    assert!(ended.stdout.contains("not every blocking check was run"), "{}", ended.stdout);

    let unknown = Audit::scan(&simulator).args(&["--check", "webhook-htpp"]).run();
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("did you mean `webhook-http`?"), "{}", unknown.stderr);
    let foreign = Audit::scan(&simulator).args(&["--check", "zzz"]).run();
    assert!(
        foreign.stderr.contains("there is no check `zzz`: `twilio-audit checks list`"),
        "{}",
        foreign.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_account_of_many_vouches_for_nothing_that_compares_accounts() {
    let simulator = simulator(&estate()).await;
    let (parent, child) = (credential(&estate(), "AC0001"), credential(&estate(), "AC0002"));
    let whole = Audit::scan(&simulator).credentials(&[&parent, &child]).args(&["--all-outcomes"]).run();
    assert!(whole.outcomes("shared-webhook-url").iter().all(|(outcome, _)| outcome != "not_assessed"));
    let narrowed = Audit::scan(&simulator)
        .credentials(&[&parent, &child])
        .args(&["--all-outcomes", "--account", &sid("AC0002")])
        .run();
    assert_eq!(narrowed.code, 3);
    assert!(narrowed.stdout.contains("only 1 of 2 accounts"), "{}", narrowed.stdout);
    assert!(narrowed.outcomes("shared-webhook-url").iter().any(|(outcome, _)| outcome == "not_assessed"));
    assert_eq!(narrowed.json()["scan"]["complete"], false);

    let unknown = format!("{},{}", sid("AC0002"), sid("AC0009"));
    let misspelt =
        Audit::scan(&simulator).credentials(&[&parent, &child]).args(&["--account", &unknown]).run();
    assert_eq!(misspelt.code, 2);
    assert!(misspelt.stderr.contains(&sid("AC0009")), "{}", misspelt.stderr);
}

#[test]
fn whoever_stops_listening_does_not_stop_the_scan() {
    let folder = tempfile::TempDir::new().unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_twilio-audit"))
        .args(["scan", "--demo", "-vv"])
        .current_dir(folder.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().unwrap().code(), Some(3));
    assert!(folder.path().join("audits/latest/findings.csv").exists());
}

/// Waits for the scan to be under way, interrupts it as Ctrl-C does, and looks at what is left.
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupted_scan_says_so_and_goes_on_later() {
    for signal in ["INT", "TERM"] {
        let simulator = simulator(&estate()).await;
        let queues = format!("/api.twilio.com/2010-04-01/Accounts/{}/Queues.json", sid("AC0001"));
        simulator.fail(Fault::always(&queues, Trouble::Hang));
        let mut running = Audit::scan(&simulator).sign_in(&credential(&estate(), "AC0001")).start();
        while !simulator.requests().iter().any(|request| request.path.starts_with(&queues)) {
            assert!(running.is_running(), "it ended by itself");
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        running.signal(signal);
        let ended = running.wait();
        assert_eq!(ended.code, 130, "{signal}: {}", ended.stderr);
        for words in ["interrupted", "--resume"] {
            assert!(ended.stderr.contains(words), "{}", ended.stderr);
        }
        let only = |ended: &Ended| {
            let names = ended.audits();
            assert_eq!(names.len(), 1, "{signal}");
            names[0].clone()
        };
        let unfinished = only(&ended);
        assert!(unfinished.ends_with(".unfinished"), "{unfinished}");
        simulator.recover();
        let ended = Audit::scan(&simulator)
            .inside(ended)
            .args(&["--resume", "--check", "webhook-http"])
            .sign_in(&credential(&estate(), "AC0001"))
            .run();
        assert_eq!(ended.code, 2);
        assert!(ended.stderr.contains("another choice of checks"), "{}", ended.stderr);
        assert_eq!(only(&ended), unfinished, "it stays as it was");
        let ended = Audit::scan(&simulator)
            .inside(ended)
            .args(&["--resume"])
            .sign_in(&credential(&estate(), "AC0001"))
            .run();
        assert!([1, 3].contains(&ended.code), "{}", ended.stderr);
        let latest = fs::read_link(ended.folder.path().join("audits/latest")).unwrap();
        assert_eq!(latest.to_str(), unfinished.strip_suffix(".unfinished"));
        assert_eq!(ended.coverage("queue").values().next().unwrap().0, "complete");
    }
}

#[test]
fn plain_http_to_another_machine_is_refused() {
    let ended = Audit::new(&["scan", "--endpoint", "http://192.0.2.1:8080"])
        .env("TWILIO_ACCOUNT_SID", &sid("AC0001"))
        .env("TWILIO_AUTH_TOKEN", "ffffffffffffffffffffffffffffffff")
        .run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("plain http"), "{}", ended.stderr);
}
