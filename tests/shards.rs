//! A scan in shards comes to what one scan of all accounts comes to.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/in_order.rs"]
mod in_order;
#[path = "support/planted.rs"]
mod planted;
#[path = "support/same.rs"]
mod same;

use std::fs;
use std::path::PathBuf;

use audit::{Audit, Ended, all_credentials, credential, simulator};
use rusqlite::Connection;
use serde_json::{Value, json};
use twilio_audit::simulator::{Credential, Fault, Simulator, Trouble, sid};

/// A parent, subaccounts with one of everything, one that is suspended, and one without a credential of its own.
fn estate() -> Value {
    let furnished = |number: usize| {
        let account = sid(&format!("AC{number:04x}"));
        json!({"sid": account, "owner": "AC0001", "name": format!("Clinic {number}"), "resources": planted::resources(&account)})
    };
    let mut accounts =
        vec![json!({"sid": "AC0001", "name": "Parent", "resources": planted::resources(&sid("AC0001"))})];
    accounts.extend((2..8).map(furnished));
    accounts.push(json!({"sid": "AC0008", "owner": "AC0001", "name": "Closed", "status": "suspended"}));
    accounts.push(json!({"sid": "AC0009", "owner": "AC0001", "name": "Without a key"}));
    json!({"accounts": accounts})
}

/// Auth Tokens of all accounts but the last two, and one that nobody accepts.
fn credentials(estate: &Value) -> Vec<Credential> {
    let mut all: Vec<Credential> = all_credentials(estate)
        .into_iter()
        .filter(|one| one.kind == "auth_token" && ![sid("AC0008"), sid("AC0009")].contains(&one.account))
        .collect();
    all.push(Credential {
        secret: "0123456789abcdef0123456789abcdef".into(),
        ..credential(estate, "AC0009")
    });
    all
}

const INTENT: &str = r#"
[[account]]
sid = "AC0002"
role = "workload"
phi = true
environment = "production"
[[account]]
sid = "AC0003"
role = "workload"
phi = false
environment = "production"
"#;

fn scan(simulator: &Simulator, estate: &Value) -> Audit {
    let credentials = credentials(estate);
    Audit::scan(simulator).credentials(&credentials.iter().collect::<Vec<_>>()).declared(INTENT)
}

/// Collects all shards into one folder.
fn collect(simulator: &Simulator, estate: &Value, of: u16) -> Ended {
    let mut last: Option<Ended> = None;
    for number in 1..=of {
        let mut audit = scan(simulator, estate).args(&["--shard", &format!("{number}/{of}")]);
        if let Some(before) = last.take() {
            audit = audit.inside(before);
        }
        let ended = audit.run();
        assert_eq!(ended.code, 0, "{number}/{of}: {}", ended.stderr);
        assert!(ended.stdout.contains("twilio-audit merge"), "{}", ended.stdout);
        last = Some(ended);
    }
    last.unwrap()
}

fn merge(before: Ended, arguments: &[&str]) -> Ended {
    Audit::new(&["merge"]).args(arguments).inside(before).run()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_three_and_seven_shards_come_to_what_one_scan_does() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let whole = scan(&simulator, &estate).run();
    assert_eq!(whole.code, 3, "{}", whole.stderr);
    let expected = same::Result::of(&whole.scan());
    assert!(expected.rows() > 3000, "{} rows are no proof", expected.rows());
    let asked = simulator.requests().len();
    for of in [1, 3, 7] {
        let before = simulator.requests().len();
        let merged = merge(collect(&simulator, &estate, of), &[]);
        assert_eq!(merged.code, whole.code, "{of} shards: {}", merged.stderr);
        same::Result::of(&merged.scan()).must_be(&expected);
        assert_eq!(merged.audits().len(), 2, "the scan and `latest`, and no shard: {:?}", merged.audits());
        let more = simulator.requests().len() - before;
        assert!(more < asked + 10 * usize::from(of), "{of} shards: {more} requests instead of {asked}");
        merged.kept_secrets_of(&estate);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn shards_that_do_not_fit_together_are_refused() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let collected = collect(&simulator, &estate, 2);
    let shards: Vec<String> = collected.audits().into_iter().map(|name| format!("audits/{name}")).collect();
    assert_eq!(shards.len(), 2, "{shards:?}");

    let one = merge(collected, &[&shards[0]]);
    assert_eq!(one.code, 2);
    assert!(one.stderr.contains("2 shards are needed"), "{}", one.stderr);

    // One that another night left there is told from one that is not there.
    let store = Connection::open(one.folder.path().join(&shards[0]).join("evidence.db")).unwrap();
    let started: String = store.query_row("select started_at from scan", [], |row| row.get(0)).unwrap();
    let set = |moment: &str| store.execute("update scan set started_at = ?", [moment]).unwrap();
    set("2026-01-01T00:00:00Z");
    let old = merge(one, &[]);
    set(&started);
    assert_eq!(old.code, 3);
    assert!(
        old.stderr.contains("missing 1/2 (") && old.stderr.contains("of another night"),
        "{}",
        old.stderr
    );

    let more = merge(old, &["--shards", "3"]);
    assert_eq!(more.code, 3);
    assert!(more.stderr.contains("missing 1/3, 2/3, 3/3"), "{}", more.stderr);
    let other = merge(more, &["--check", "webhook-http"]);
    assert_eq!(other.code, 2);
    assert!(other.stderr.contains("for other checks"), "{}", other.stderr);
    let twice = scan(&simulator, &estate).args(&["--shard", "2/2", "--resume"]).inside(other).run();
    assert_eq!(twice.code, 0);
    assert!(twice.stdout.contains("collected already"), "{}", twice.stdout);
    assert_eq!(twice.stderr, "");
    let otherwise = ["--shard", "2/2", "--resume", "--family", "attestation"];
    let twice = scan(&simulator, &estate).args(&otherwise).inside(twice).run();
    assert_eq!(twice.code, 2);
    assert!(twice.stderr.contains("was started with another"), "{}", twice.stderr);

    // Another declaration, for one of them.
    let second = twice.audits().into_iter().find(|name| name.ends_with("shard-2-of-2")).unwrap();
    fs::remove_dir_all(twice.folder.path().join("audits").join(second)).unwrap();
    let intent = INTENT.replace("phi = false", "phi = true");
    let changed = scan(&simulator, &estate).declared(&intent).args(&["--shard", "2/2"]).inside(twice);
    let changed = changed.declared(&intent).run();
    assert_eq!(changed.code, 0, "{}", changed.stderr);
    let refused = merge(changed, &[]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("another audit.toml"), "{}", refused.stderr);
    assert_eq!(refused.audits().len(), 2, "the shards are as they were");
    let none = merge(Audit::new(&["checks", "list"]).run(), &[]);
    assert_eq!(none.code, 2);
    assert!(none.stderr.contains("there is no shard in audits"), "{}", none.stderr);
}

/// If one shard could not list the tree, the accounts of the tree are not all known.
#[tokio::test(flavor = "multi_thread")]
async fn what_one_shard_did_not_see_of_the_tree_was_not_seen() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let first = scan(&simulator, &estate).args(&["--shard", "1/2"]).run();
    assert_eq!(first.code, 0, "{}", first.stderr);
    simulator.fail(Fault::always("/api.twilio.com/2010-04-01/Accounts.json", Trouble::Html { status: 403 }));
    let second = scan(&simulator, &estate).args(&["--shard", "2/2"]).inside(first).run();
    assert_eq!(second.code, 0, "{}", second.stderr);
    let merged = merge(second, &[]);
    assert_eq!(merged.code, 3, "{}", merged.stderr);
    let tree =
        merged.rows("coverage.csv").into_iter().find(|row| row["resource_type"] == "account_tree").unwrap();
    assert_eq!(tree["status"], "denied", "{tree:?}");
}

/// A pod of an Indexed Job is told its number by Kubernetes, from 0 on.
#[tokio::test(flavor = "multi_thread")]
async fn a_pod_of_an_indexed_job_knows_its_shard_without_flags() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let of_pod = |index: &str| {
        scan(&simulator, &estate).env("TWILIO_AUDIT_SHARDS", "3").env("JOB_COMPLETION_INDEX", index)
    };
    let ended = of_pod("2").run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.audits()[0].ends_with(".shard-3-of-3"), "{:?}", ended.audits());
    let ended = of_pod("3").run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("one of 0 to 2"), "{}", ended.stderr);
    let ended = scan(&simulator, &estate).args(&["--shards", "3"]).run();
    assert_eq!(ended.code, 2);
    assert!(ended.stderr.contains("--shard 1/3"), "{}", ended.stderr);
    for wrong in ["0/3", "4/3", "three"] {
        let ended = scan(&simulator, &estate).args(&["--shard", wrong]).run();
        assert_eq!(ended.code, 2, "{wrong}");
        assert!(ended.stderr.contains("1/3, 2/3 or 3/3"), "{}", ended.stderr);
    }
}

/// Two finished shards of a tree in order but for one clinic, whose number is answered in the clear.
struct Pair {
    ended: Option<Ended>,
    /// The shard that read that clinic, and the other one: its number, its file, and its file as it was.
    honest: (u16, PathBuf),
    other: (u16, PathBuf, Vec<u8>),
}

impl Pair {
    async fn collect() -> Self {
        let number = json!({"phone_number": "+12025550100", "voice_url": "http://hooks.clinic.example/v"});
        let estate = in_order::estate(&[json!({"api/IncomingPhoneNumbers": [number]}), json!({}), json!({})]);
        let simulator = simulator(&estate).await;
        let mut credentials = vec![credential(&estate, "SK0001")];
        credentials.extend((0..3).map(|place| credential(&estate, &in_order::clinic(place))));
        let mut last: Option<Ended> = None;
        for shard in ["1/2", "2/2"] {
            let mut audit = Audit::scan(&simulator)
                .args(&["--shard", shard])
                .credentials(&credentials.iter().collect::<Vec<_>>())
                .declared(&in_order::declared(3));
            if let Some(before) = last.take() {
                audit = audit.inside(before);
            }
            let ended = audit.run();
            assert_eq!(ended.code, 0, "{}", ended.stderr);
            last = Some(ended);
        }
        let ended = last.unwrap();
        let shards = (1..=2).map(|number| {
            let name = ended.audits().into_iter().find(|name| name.contains(&format!("shard-{number}-")));
            (number, ended.folder.path().join("audits").join(name.unwrap()).join("evidence.db"))
        });
        let (honest, other): (Vec<_>, Vec<_>) = shards.partition(|(_, path)| {
            let count = "select count(*) from scan_account where account_sid = ?";
            Connection::open(path).unwrap().query_row(count, [sid("AC0002")], |row| row.get(0)).unwrap()
        });
        let (number, path) = other.into_iter().next().unwrap();
        let as_it_was = fs::read(&path).unwrap();
        Self {
            ended: Some(ended),
            honest: honest.into_iter().next().unwrap(),
            other: (number, path, as_it_was),
        }
    }

    /// Merges the two when this was done to the shard that did not read the clinic; `honest` is the one that did. Where
    /// that is refused, the shard is put back as it was.
    fn merge_after(&mut self, forgery: &str) -> (i32, String) {
        let store = Connection::open(&self.other.1).unwrap();
        store.execute("attach ? as honest", [self.honest.1.to_str().unwrap()]).unwrap();
        store.execute_batch(&forgery.replace("CLINIC", &format!("'{}'", sid("AC0002")))).unwrap();
        drop(store);
        let ended = merge(self.ended.take().unwrap(), &[]);
        let said = (ended.code, ended.stderr.clone());
        if ended.code == 2 {
            assert_eq!(ended.audits().len(), 2, "the shards are as they were: {:?}", ended.audits());
            fs::write(&self.other.1, &self.other.2).unwrap();
        }
        self.ended = Some(ended);
        said
    }

    fn verdict(&self, account: &str) -> String {
        let json = self.ended.as_ref().unwrap().json();
        let accounts = json["accounts"].as_array().unwrap();
        let account = accounts.iter().find(|one| one["account_sid"] == sid(account)).unwrap();
        account["verdict"].as_str().unwrap().to_owned()
    }
}

/// What one shard says of an account that another read would hide what that one saw.
#[tokio::test(flavor = "multi_thread")]
async fn a_shard_speaks_only_for_the_accounts_that_it_read() {
    let mut pair = Pair::collect().await;
    let number = "insert into phone_number select * from honest.phone_number where account_sid = CLINIC;
                  update phone_number set voice_url = 'https://hooks.clinic.example/v' where account_sid = CLINIC;";
    let coverage = "insert into coverage select * from honest.coverage
                    where account_sid = CLINIC and resource_type = 'phone_number';";
    let account = "insert into scan_account select * from honest.scan_account where account_sid = CLINIC;";
    for (forgery, table) in [
        (number, "phone_number"),
        (coverage, "coverage"),
        (account, "scan_account"),
        (&format!("{account}{coverage}{number}"), "scan_account"),
    ] {
        let (code, said) = pair.merge_after(forgery);
        let sentence = format!("shard {}/2 speaks for {} in {table}", pair.other.0, sid("AC0002"));
        assert!(code == 2 && said.contains(&sentence), "{code}, not `{sentence}`: {said}");
    }
    let (code, said) = pair.merge_after("");
    assert!(code != 2, "{said}");
    assert_eq!(pair.verdict("AC0002"), "not_ready");
    assert_eq!(pair.verdict("AC0003"), "ready");
}

/// The hash of what was declared is the shard's own word, so what was declared is compared itself.
#[tokio::test(flavor = "multi_thread")]
async fn shards_that_declare_otherwise_are_refused_whatever_their_hashes_say() {
    let mut pair = Pair::collect().await;
    for (forgery, table) in [
        (
            "insert into intent_waiver (check_id, account_sid, decision, reason, approved_by, expires_on)
             values ('webhook-http', CLINIC, 'accept', 'none', 'nobody', '2999-01-01');",
            "intent_waiver",
        ),
        ("update intent_account set phi = 0 where account_sid = CLINIC;", "intent_account"),
        (
            "insert into intent_webhook_host select * from honest.intent_webhook_host;
          insert into intent_webhook_host (pattern, account_sid) values ('*', CLINIC);",
            "intent_webhook_host",
        ),
        ("update attestation_rule set max_age_days = 99999;", "attestation_rule"),
        ("update scan set intent_declared = not intent_declared;", "scan"),
    ] {
        let (code, said) = pair.merge_after(forgery);
        let sentence = format!("has another {table} than the shards before it");
        assert!(code == 2 && said.contains(&sentence), "{code}, not `{sentence}`: {said}");
    }
    let (code, said) = pair.merge_after("delete from choice where name = '--endpoint';");
    assert!(code == 2 && said.contains("another --endpoint"), "{code}: {said}");
    let (code, said) =
        pair.merge_after("alter table phone_number rename column voice_url to somewhere_else;");
    let sentence = "its table `phone_number` is not one that this version makes";
    assert!(code == 2 && said.contains(sentence), "{code}: {said}");
}

/// Shards list the accounts each at its own moment. Which of two lists is right, nobody can say.
#[tokio::test(flavor = "multi_thread")]
async fn an_account_that_two_shards_list_otherwise_makes_the_list_unread() {
    let mut pair = Pair::collect().await;
    let (code, said) =
        pair.merge_after("update account_tree set owner_account_sid = CLINIC where sid = CLINIC;");
    assert_eq!(code, 3, "{said}");
    let coverage = pair.ended.as_ref().unwrap().coverage("account_tree");
    let (status, reason) = &coverage[&sid("AC0001")];
    let sentence = format!("shows {} otherwise than that of a shard before it", sid("AC0002"));
    assert!(status == "failed" && reason.contains(&sentence), "{coverage:?}");
    assert_eq!(pair.verdict("AC0003"), "cannot_say");
}

/// One shard may sign in with the parent's Auth Token, another with a key of it.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_one_shard_was_shown_was_shown() {
    for exposing in [1, 2] {
        let mut pair = Pair::collect().await;
        let expose = "update account_tree set auth_token_exposed = 1;";
        let forgery = if pair.other.0 == exposing {
            expose.to_owned()
        } else {
            expose.replace("account_tree", "honest.account_tree")
        };
        let (code, said) = pair.merge_after(&forgery);
        assert!(code != 2, "{said}");
        assert_eq!(pair.verdict("AC0003"), "not_ready", "shown to shard {exposing}");
        let coverage = pair.ended.as_ref().unwrap().coverage("account_tree");
        assert_eq!(coverage[&sid("AC0001")].0, "complete");
    }
}

/// Shards that are named by their paths may lie anywhere.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_shard_that_anybody_could_have_exchanged_is_not_merged() {
    use std::os::unix::fs::PermissionsExt as _;
    let pair = Pair::collect().await;
    let ended = pair.ended.unwrap();
    let shards: Vec<String> = ended.audits().into_iter().map(|name| format!("audits/{name}")).collect();
    let open = |mode| {
        let folder = pair.other.1.parent().unwrap();
        fs::set_permissions(folder, fs::Permissions::from_mode(mode)).unwrap();
    };
    open(0o777);
    let refused = merge(ended, &[&shards[0], &shards[1]]);
    assert_eq!(refused.code, 2, "{}", refused.stdout);
    assert!(refused.stderr.contains("anybody on this machine may write"), "{}", refused.stderr);
    open(0o700);
    let merged = merge(refused, &[&shards[0], &shards[1]]);
    assert!(![2, 5].contains(&merged.code), "{}", merged.stderr);
}
