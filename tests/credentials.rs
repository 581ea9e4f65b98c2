//! What each way of signing in reads, and what a scan says of credentials that are of no use.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::collections::BTreeSet;
use std::time::Duration;

use audit::{Audit, Ended, Row, credential, credential_in, simulator, simulator_with};
use serde_json::{Value, json};
use twilio_audit::simulator::{Credential, Fault, Options, Simulator, Trouble, sid};

/// A parent with a subaccount, somebody else's parent with another, and credentials of every kind in each.
fn estate() -> Value {
    let account = |number: u8, owner: &str, name: &str| {
        json!({
            "sid": format!("AC000{number}"), "owner": owner, "name": name, "days_ago": 500,
            "keys": [
                {"sid": format!("SK0{number}01"), "kind": "main"},
                {"sid": format!("SK0{number}02"), "kind": "standard"},
                {"sid": format!("SK0{number}03"), "kind": "restricted", "allow": ["/twilio/*"]},
            ],
            "oauth_apps": [
                {"sid": format!("OQ0{number}01"), "secret": format!("canary-lasting-{number}"), "allow": ["/twilio/*"]},
                {"sid": format!("OQ0{number}02"), "secret": format!("canary-brief-{number}"), "ttl": 2,
                 "allow": ["/twilio/*"]},
                {"sid": format!("OQ0{number}03"), "secret": format!("canary-revoked-{number}"), "ttl": 2,
                 "revoked_after": 1, "allow": ["/twilio/*"]},
            ],
            "resources": {
                "api/IncomingPhoneNumbers": [{"phone_number": "+12025550100"}],
                "messaging/v1/Services": [{"friendly_name": name}],
            },
            "regions": {"ie1": {"keys": [{"sid": format!("SK0{number}0e"), "kind": "main"}]}},
        })
    };
    json!({"accounts": [
        account(1, "AC0001", "Parent"), account(2, "AC0001", "Child"),
        account(8, "AC0008", "Another parent"), account(9, "AC0008", "Another's child"),
    ]})
}

fn scan(simulator: &Simulator, credentials: &[Credential]) -> Ended {
    Audit::scan(simulator).credentials(&credentials.iter().collect::<Vec<_>>()).run()
}

fn all(users: &[&str]) -> Vec<Credential> {
    users.iter().map(|user| credential(&estate(), user)).collect()
}

/// How a kind of an account was read, and as whom.
fn reading(ended: &Ended, account: &str, kind: &str) -> (String, String) {
    let is_it = |row: &Row| row["account_sid"] == sid(account) && row["resource_type"] == kind;
    let row =
        ended.rows("coverage.csv").into_iter().find(is_it).unwrap_or_else(|| panic!("{account} {kind}"));
    (row["status"].clone(), row["credential_kind"].clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn each_strategy_reads_what_its_credentials_reach() {
    let simulator = simulator(&estate()).await;
    for (users, derive, word, numbers, services, keys) in [
        (&["SK0103", "SK0203"][..], false, "restricted_key", "complete", "complete", "complete"),
        (&["SK0102", "SK0202"], false, "standard_key", "complete", "complete", "denied"),
        (&["SK0101", "SK0201"], false, "main_key", "complete", "complete", "complete"),
        (&["AC0001", "AC0002"], false, "auth_token", "complete", "complete", "complete"),
        (&["OQ0101", "OQ0201"], false, "oauth_app", "complete", "complete", "complete"),
        (&["AC0001"], true, "derived_token", "complete", "complete", "complete"),
        (&["AC0001"], false, "auth_token", "complete", "no_credential", "complete"),
        (&["SK0101"], false, "", "no_credential", "no_credential", "no_credential"),
    ] {
        let credentials = all(users);
        let mut audit = Audit::scan(&simulator).credentials(&credentials.iter().collect::<Vec<_>>());
        if derive {
            audit = audit.args(&["--derive-subaccount-tokens"]);
        }
        let ended = audit.run();
        assert!([1, 3].contains(&ended.code), "{users:?}: {}", ended.stderr);
        assert_eq!(ended.unusable(), Vec::<String>::new(), "{users:?}");
        let read = |kind| reading(&ended, "AC0002", kind);
        assert_eq!(read("phone_number"), (numbers.to_owned(), word.to_owned()), "{users:?}");
        assert_eq!(read("messaging_service").0, services, "{users:?}");
        assert_eq!(read("api_key").0, keys, "{users:?}");
        assert_eq!(reading(&ended, "AC0001", "messaging_service").0, "complete", "{users:?}");
        let tree = if users == ["SK0102", "SK0202"] { "no_credential" } else { "complete" };
        assert_eq!(reading(&ended, "AC0001", "account_tree").0, tree, "{users:?}");
        ended.kept_secrets_of(&estate());
    }
}

/// What was asked for to sign in, in its order: the account list, or an account by its SID.
fn signing_in(simulator: &Simulator) -> Vec<String> {
    let asked = simulator.requests().into_iter().map(|request| request.path);
    let names = asked.filter_map(|path| {
        let path = path.strip_prefix("/api.twilio.com/2010-04-01/")?;
        let name = path.split('?').next()?.strip_suffix(".json")?;
        Some(name.trim_start_matches("Accounts/").to_owned()).filter(|name| !name.contains('/'))
    });
    names.collect()
}

/// Twilio was seen to show the account that asks among those that it lists, and says so nowhere.
#[tokio::test(flavor = "multi_thread")]
async fn one_request_signs_in_and_lists_and_whoever_is_not_shown_is_asked_for() {
    let list = "/api.twilio.com/2010-04-01/Accounts.json";
    let child = json!({
        "sid": sid("AC0002"), "owner_account_sid": sid("AC0001"), "friendly_name": "Child", "status": "active",
        "type": "Full", "date_created": "Mon, 02 Jun 2025 10:00:00 +0000",
        "date_updated": "Mon, 02 Jun 2025 10:00:00 +0000",
    });
    let without_own = Trouble::Answer {
        status: 200,
        content_type: "application/json",
        body: json!({"accounts": [child], "next_page_uri": null}).to_string(),
    };
    let cut_off = Trouble::Error { status: 401, code: 20003, message: "no".to_owned() };
    let parent = sid("AC0001");
    for (user, trouble, asked, tree) in [
        ("AC0001", None, vec!["Accounts"], "complete"),
        ("SK0101", None, vec![&parent, "Accounts"], "complete"),
        ("OQ0101", None, vec![&parent, "Accounts"], "complete"),
        ("AC0001", Some(without_own), vec!["Accounts", &parent], "complete"),
        ("AC0001", Some(Trouble::Html { status: 403 }), vec!["Accounts", &parent], "denied"),
        ("SK0101", Some(cut_off.clone()), vec![&parent, "Accounts"], "denied"),
        ("AC0001", Some(Trouble::CutJson), vec!["Accounts", &parent], "failed"),
    ] {
        let simulator = simulator(&estate()).await;
        trouble.iter().for_each(|trouble| simulator.fail(Fault::always(list, trouble.clone())));
        let ended = scan(&simulator, &all(&[user]));
        assert_eq!(signing_in(&simulator), asked, "{user}, {trouble:?}");
        assert_eq!(reading(&ended, "AC0001", "account_tree").0, tree, "{user}, {trouble:?}");
        assert_eq!(reading(&ended, "AC0001", "twilio_account").0, "complete", "{user}, {trouble:?}");
        let first = &ended.json()["accounts"][0];
        assert_eq!((&first["account_name"], &first["account_sid"]), (&json!("Parent"), &json!(parent)));
        ended.kept_secrets_of(&estate());
    }
    // Whoever may see an account need not be of it.
    for user in ["SK0101", "OQ0101"] {
        let simulator = simulator(&estate()).await;
        let misplaced = Credential { account: sid("AC0002"), ..credential(&estate(), user) };
        let ended = scan(&simulator, &[misplaced]);
        assert!(ended.code == 4 && ended.wrote_nothing(), "{user}: {}{}", ended.stdout, ended.stderr);
    }
    // A token that is refused there is refused everywhere.
    let simulator = simulator(&estate()).await;
    simulator.fail(Fault::always(list, cut_off));
    assert_eq!(scan(&simulator, &all(&["AC0001"])).code, 4);
    assert_eq!(signing_in(&simulator), ["Accounts"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_asks_for_its_token_once_and_nothing_else_is_posted() {
    let simulator = simulator(&estate()).await;
    scan(&simulator, &all(&["OQ0101", "OQ0201"]));
    let requests = simulator.requests();
    assert!(requests.len() > 150, "{}", requests.len());
    let posts: Vec<_> = requests.into_iter().filter(|request| request.method != "GET").collect();
    assert!(posts.iter().all(|post| post.path == "/oauth.twilio.com/v2/token"), "{posts:?}");
    let users: BTreeSet<_> = posts.iter().map(|post| post.user.clone()).collect();
    assert_eq!((posts.len(), users), (2, [sid("OQ0101"), sid("OQ0201")].into()));
}

async fn slow_simulator() -> Simulator {
    simulator_with(&estate(), Options { latency: Duration::from_millis(150), ..Options::default() }).await
}

/// How every listing of an account ended.
fn statuses(ended: &Ended, account: &str) -> Vec<(String, String, String)> {
    let of_account = |row: &Row| row["account_sid"] == sid(account);
    let rows = ended.rows("coverage.csv").into_iter().filter(of_account);
    rows.map(|row| (row["resource_type"].clone(), row["parent_sid"].clone(), row["status"].clone())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scan_outlives_the_tokens_of_its_apps() {
    let simulator = slow_simulator().await;
    let brief = scan(&simulator, &all(&["OQ0102", "OQ0202"]));
    let posts = simulator.requests().iter().filter(|request| request.method == "POST").count();
    assert!(posts >= 4, "{posts} tokens were enough: the scan was too quick to prove anything");
    assert_eq!(brief.unusable(), Vec::<String>::new());
    let lasting = scan(&simulator, &all(&["OQ0101", "OQ0201"]));
    for account in ["AC0001", "AC0002"] {
        assert_eq!(statuses(&brief, account), statuses(&lasting, account));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_is_revoked_in_mid_scan_interrupts_it_and_without_a_new_one_only_its_account_suffers() {
    let simulator = slow_simulator().await;
    let interrupted = scan(&simulator, &all(&["OQ0101", "OQ0203"]));
    assert_eq!(interrupted.code, 3);
    for words in ["credentials.toml:6: ", "does not accept", "--resume"] {
        assert!(interrupted.stderr.contains(words), "{}", interrupted.stderr);
    }
    assert!(!interrupted.folder.path().join("audits/latest").exists());
    let ended = Audit::scan(&simulator)
        .inside(interrupted)
        .args(&["--resume", "--credentials", "credentials.toml"])
        .run();
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    let [sentence] = &ended.unusable()[..] else { panic!("{:?}", ended.unusable()) };
    assert!(
        sentence.starts_with("credentials.toml:6: ") && sentence.contains("does not accept"),
        "{sentence}"
    );
    assert!(ended.stdout.contains("credentials.toml:6"), "{}", ended.stdout);
    let of_app = |request: &&twilio_audit::simulator::Request| {
        request.method == "POST" && request.user == sid("OQ0203")
    };
    let posts = simulator.requests().iter().filter(of_app).count();
    assert_eq!(posts, 3, "one token, and one refusal in each scan");
    let words =
        |account| statuses(&ended, account).into_iter().map(|(.., status)| status).collect::<BTreeSet<_>>();
    assert!(
        words("AC0002").contains("complete") && words("AC0002").contains("no_credential"),
        "{:?}",
        words("AC0002")
    );
    let unharmed = scan(&simulator, &all(&["OQ0101", "OQ0201"]));
    assert_eq!(statuses(&ended, "AC0001"), statuses(&unharmed, "AC0001"));
    ended.kept_secrets_of(&estate());
}

/// The second entry of a file is of no use: its credential, and what is said of it.
fn useless() -> Vec<(&'static str, Credential, &'static str)> {
    let own = |user| credential(&estate(), user);
    let refused = "does not accept the credential";
    vec![
        (
            "an account that does not exist",
            Credential { account: sid("AC00ff"), user: sid("AC00ff"), ..own("AC0002") },
            refused,
        ),
        ("another parent", own("AC0008"), "is a parent account of its own"),
        ("another parent's child", own("AC0009"), "is not in the tree"),
        ("another's child by a key that may not read it", own("SK0902"), "is not in the tree"),
        ("a second one of the same account", own("SK0101"), "a second credential of"),
        ("a key of another account", Credential { account: sid("AC0002"), ..own("SK0101") }, refused),
        (
            "a wrong secret",
            Credential { secret: "canary-of-a-wrong-secret".into(), ..own("SK0201") },
            refused,
        ),
        ("a wrong token", Credential { secret: "canary-of-a-wrong-token".into(), ..own("AC0002") }, refused),
        ("a wrong app", Credential { secret: "canary-of-a-wrong-app".into(), ..own("OQ0201") }, refused),
        (
            "a key of Ireland, not marked as such",
            Credential { region: "us1", ..credential_in(&estate(), "ie1", "SK020e") },
            "Region us1",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_useless_credential_is_one_sentence_and_the_scan_goes_on_without_it() {
    let simulator = simulator(&estate()).await;
    for (what, credential, why) in useless() {
        let ended = scan(&simulator, &[all(&["AC0001"]), vec![credential.clone()]].concat());
        assert_eq!(ended.code, 3, "{what}");
        let [sentence] = &ended.unusable()[..] else { panic!("{what}: {:?}", ended.unusable()) };
        assert!(sentence.starts_with("credentials.toml:6: "), "{what}: {sentence}");
        assert!(sentence.contains(why) && sentence.ends_with('.'), "{what}: {sentence}");
        assert!(ended.stdout.contains("credentials.toml:6: "), "{what}: {}", ended.stdout);
        assert_eq!(reading(&ended, "AC0001", "messaging_service").0, "complete", "{what}");
        assert_eq!(
            reading(&ended, "AC0002", "phone_number").0,
            "complete",
            "{what}: the parent's token reads it"
        );
        assert!(!ended.everything().contains(&credential.secret), "{what}");
        ended.kept_secrets_of(&estate());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_several_parents_the_first_counts() {
    let simulator = simulator(&estate()).await;
    let ended = scan(&simulator, &all(&["AC0008", "AC0001"]));
    assert_eq!(ended.json()["accounts"][0]["account_sid"], sid("AC0008"));
    let [sentence] = &ended.unusable()[..] else { panic!("{:?}", ended.unusable()) };
    assert!(sentence.contains(&sid("AC0001")), "{sentence}");
    assert_eq!(reading(&ended, "AC0009", "phone_number").0, "complete");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_sign_in_every_entry_is_named_and_nothing_is_written() {
    let simulator = simulator(&estate()).await;
    let wrong = |user| Credential { secret: format!("canary-for-{user}"), ..credential(&estate(), user) };
    let ended = scan(&simulator, &[wrong("AC0001"), wrong("SK0201"), wrong("OQ0901")]);
    assert_eq!(ended.code, 4);
    for line in [2, 6, 10] {
        assert!(ended.stderr.contains(&format!("credentials.toml:{line}: ")), "{}", ended.stderr);
    }
    assert_eq!(ended.stderr.trim().lines().count(), 3, "{}", ended.stderr);
    assert!(!ended.stderr.contains("canary") && ended.wrote_nothing(), "{}", ended.stderr);
}

/// Who is not there is named with what to look at, once for all credentials, and without a proxy's password.
#[test]
fn a_host_that_nobody_answers_for_is_named_with_what_to_check() {
    let file =
        audit::entry(&credential(&estate(), "SK0101")) + &audit::entry(&credential(&estate(), "SK0201"));
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let closing = silent.local_addr().unwrap().to_string();
    std::thread::spawn(move || silent.incoming().for_each(drop));
    let proxied = format!("http://user:c4nary@{free}");
    for (set, wanted) in [
        (("TWILIO_AUDIT_ENDPOINT", format!("http://{free}")), format!("no connection to {free}")),
        (
            ("TWILIO_AUDIT_ENDPOINT", format!("http://{closing}")),
            format!("the exchange broke off: {closing}"),
        ),
        (("HTTPS_PROXY", proxied), "no connection to api.twilio.com".to_owned()),
    ] {
        for command in [&["scan"][..], &["doctor"]] {
            let ended = Audit::new(command)
                .args(&["--credentials", "credentials.toml"])
                .env(set.0, &set.1)
                .file("credentials.toml", &file)
                .run();
            assert_eq!(ended.code, 4, "{}", ended.stderr);
            assert_eq!(ended.stderr.matches(&wanted).count(), 2, "{wanted}: {}", ended.stderr);
            assert_eq!(ended.stderr.matches("HTTPS_PROXY").count(), 1, "{}", ended.stderr);
            assert!(
                ended.stderr.contains("firewall") && !ended.stderr.contains("c4nary"),
                "{}",
                ended.stderr
            );
            ended.kept_secrets_of(&estate());
        }
    }
}

#[test]
fn a_malformed_entry_is_a_line_of_the_file_and_nobody_is_asked() {
    let good = audit::entry(&credential(&estate(), "SK0101"));
    for (file, line) in [
        (good.replace("account = \"AC", "account = \"ac"), 2),
        (good.replace("user = \"SK", "user = \"XX"), 3),
        (format!("{good}region = \"mars\"\n"), 5),
        (format!("{good}{good}password = \"x\"\n"), 9),
        (audit::entry(&credential(&estate(), "OQ0101")) + "region = \"ie1\"\n", 5),
    ] {
        let ended =
            Audit::new(&["scan", "--endpoint", "http://127.0.0.1:9", "--credentials", "credentials.toml"])
                .file("credentials.toml", &file)
                .run();
        assert_eq!(ended.code, 2, "{file}: {}", ended.stderr);
        assert!(ended.stderr.contains(&format!("credentials.toml:{line}: ")), "{file}: {}", ended.stderr);
        ended.kept_secrets_of(&estate());
    }
}
