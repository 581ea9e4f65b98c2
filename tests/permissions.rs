//! `permissions`, driven as a user would: the three forms of the lists, and what it says when something is wrong.
//! That the lists are neither too long nor too short is the business of `permissions_suffice`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/audit.rs"]
mod audit;

use std::collections::{BTreeMap, BTreeSet};

use audit::{Audit, Ended};
use serde_json::Value;
use twilio_audit::audit::MOST_PERMISSIONS_PER_KEY;

const PARENT: &str = "AC00000000000000000000000000000001";
const CHILD: &str = "AC00000000000000000000000000000002";
const OTHER: &str = "AC00000000000000000000000000000003";

const DECLARED: &str = r#"
[[account]]
sid = "AC00000000000000000000000000000001"
name = "Example Clinic"
role = "management"
phi = false

[[account]]
sid = "AC00000000000000000000000000000002"
name = "phi-prod"
role = "workload"
"#;

fn permissions(arguments: &[&str]) -> Audit {
    Audit::new(&["permissions"]).args(arguments)
}

fn json(audit: Audit) -> Value {
    let ended = audit.args(&["--format", "json"]).run();
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    serde_json::from_str(&ended.stdout).unwrap()
}

fn lists(document: &Value) -> BTreeMap<&str, &Value> {
    document["lists"].as_array().unwrap().iter().map(|list| (list["place"].as_str().unwrap(), list)).collect()
}

fn texts(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

fn fields(list: &Value, name: &str) -> Vec<String> {
    list.as_array().unwrap().iter().map(|entry| entry[name].as_str().unwrap().to_owned()).collect()
}

/// How many requests a list names, and how many of them it allows.
fn all_requests(list: &Value) -> (usize, usize) {
    let allowed = list["allow"].as_array().unwrap().iter();
    let read = allowed.map(|allow| allow["kinds"].as_array().unwrap().len()).sum();
    (read + list["uncovered"].as_array().unwrap().len(), read)
}

/// The bodies that it prints, as (name, value).
fn bodies(ended: &Ended) -> Vec<Vec<(String, String)>> {
    let parse = |line: &str| url::form_urlencoded::parse(line.as_bytes()).into_owned().collect();
    ended.stdout.lines().map(parse).collect()
}

#[test]
fn for_one_check_it_is_a_page_to_read() {
    let ended = permissions(&["--check", "event-sink-insecure"]).run();
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let text = ended.stdout.replace(env!("CARGO_PKG_VERSION"), "VERSION");
    insta::assert_snapshot!(text, @r"
    twilio-audit VERSION · permissions for the check event-sink-insecure

    Each subaccount
      A Restricted key with these 4 permissions reads 4 of 6 requests and leaves 2
      unread.

        /twilio/event-streams/sink/list
        /twilio/event-streams/subscription.subscribed-event/list
        /twilio/event-streams/subscription/list
        /twilio/iam/accounts/read

    The parent
      The same and 1 more, 5 permissions in all. Such a key reads 5 of 7 requests
      and leaves 2 unread.

        /twilio/iam/accounts/list

    Beyond a Restricted key: takes a Standard key
      No permission is known for these requests. A Standard key of the account reads
      them, as do a Main key and its Auth Token.

      serverless_service
        serverless.twilio.com/v1/Services
        only corroborates, for event-sink-insecure
      serverless_environment
        serverless.twilio.com/v1/Services/{parent}/Environments
        only corroborates, for event-sink-insecure

    Good to know
      - Restricted keys exist in Region US1 only. These can only read: the audit
        needs no permission that writes.
      - Twilio's pages disagree on whether a Restricted key may read accounts and
        keys. If it is refused, coverage.csv says so; a Main key or the Auth Token
        reads them.
      - --format json names every check, and what each permission reads.
      - --format request prints, for --parent and --account, what creates the keys.
    ");
}

#[test]
fn everything_fits_80_columns_without_colours_in_a_pipe() {
    for arguments in [&[][..], &["--parent", PARENT, "--account", CHILD], &["--family", "phi-handling"]] {
        let ended = permissions(arguments).run();
        let widest = ended.stdout.lines().max_by_key(|line| line.chars().count()).unwrap();
        assert!(widest.chars().count() <= 80, "{widest}");
        assert!(!ended.stdout.contains('\u{1b}'));
        assert!(ended.wrote_nothing());
    }
}

#[test]
fn for_programs_it_is_complete_sorted_and_only_reads() {
    let document = json(permissions(&[]));
    let lists = lists(&document);
    let of = |place: &str| fields(&lists[place]["allow"], "permission");
    for (place, list) in &lists {
        let all = of(place);
        assert!(all.is_sorted_by(|a, b| a < b), "{all:?}");
        assert!(all.iter().all(|one| one.starts_with("/twilio/")), "{all:?}");
        assert!(all.iter().all(|one| one.ends_with("/list") || one.ends_with("/read")), "{all:?}");
        let requests = all_requests(list);
        assert_eq!((&list["requests"], &list["requests_read"]), (&requests.0.into(), &requests.1.into()));
        let held: BTreeSet<&str> = list["keys"].as_array().unwrap().iter().flat_map(texts).collect();
        assert_eq!(held, all.iter().map(String::as_str).collect());
        for key in list["keys"].as_array().unwrap() {
            assert!(texts(key).len() <= MOST_PERMISSIONS_PER_KEY);
        }
        for unread in list["uncovered"].as_array().unwrap() {
            let reader = unread["reader"].as_str().unwrap();
            assert!(["standard_key", "main_key", "organization_app"].contains(&reader), "{unread}");
            let is_classic = unread["host"] == "api.twilio.com";
            assert_eq!(unread["parent_token_reaches"], is_classic && *place == "subaccount", "{unread}");
        }
    }
    let (parent, subaccount) = (of("parent"), of("subaccount"));
    assert!(subaccount.iter().all(|permission| parent.contains(permission)));
    assert!(parent.contains(&"/twilio/iam/accounts/list".to_owned()));
    assert!(!subaccount.contains(&"/twilio/iam/accounts/list".to_owned()));
}

#[test]
fn a_request_is_what_twilio_s_file_says_creates_a_restricted_key() {
    let arguments = ["--parent", PARENT, "--account", CHILD, "--check", "event-sink-insecure"];
    let ended = permissions(&arguments).args(&["--format", "request"]).run();
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""));
    let document = json(permissions(&arguments));
    let bodies = bodies(&ended);
    assert_eq!(bodies.len(), 2);
    for (body, (place, account)) in bodies.iter().zip([("subaccount", CHILD), ("parent", PARENT)]) {
        let names: Vec<&str> = body.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["AccountSid", "FriendlyName", "KeyType", "Policy"]);
        assert_eq!((body[0].1.as_str(), body[2].1.as_str()), (account, "restricted"));
        assert!((1..=64).contains(&body[1].1.len()));
        let policy: Value = serde_json::from_str(&body[3].1).unwrap();
        assert_eq!(policy.as_object().unwrap().len(), 1);
        assert_eq!(policy["allow"], lists(&document)[place]["keys"][0]);
    }
}

#[test]
fn the_fields_of_the_request_are_in_twilio_s_file() {
    let Some(folder) = std::env::var_os("TWILIO_OAI_DIR") else {
        eprintln!("skipped: TWILIO_OAI_DIR names no folder with Twilio's OpenAPI files");
        return;
    };
    let file = std::path::Path::new(&folder).join("twilio_iam_v1.json");
    let document: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let schema = &document["paths"]["/v1/Keys"]["post"]["requestBody"]["content"]["application/x-www-form-urlencoded"]
        ["schema"];
    let ended = permissions(&["--parent", PARENT, "--format", "request"]).run();
    let sent: Vec<String> = bodies(&ended).remove(0).into_iter().map(|(name, _)| name).collect();
    assert!(sent.iter().all(|name| schema["properties"].get(name).is_some()), "{sent:?}");
    assert!(texts(&schema["required"]).iter().all(|name| sent.iter().any(|sent| sent == name)));
    assert_eq!(document["components"]["schemas"]["new_key_enum_keytype"]["enum"][0], "restricted");
}

#[test]
fn audit_toml_says_which_account_is_the_parent_and_what_accounts_are_called() {
    let named = ["--account", PARENT, "--account", CHILD, "--account", OTHER];
    let document = json(permissions(&named).file("audit.toml", DECLARED));
    let lists = lists(&document);
    assert_eq!(fields(&lists["parent"]["accounts"], "account_sid"), [PARENT]);
    assert_eq!(lists["parent"]["accounts"][0]["account_name"], "Example Clinic");
    assert_eq!(fields(&lists["subaccount"]["accounts"], "account_sid"), [CHILD, OTHER]);
    assert_eq!(lists["subaccount"]["accounts"][1]["account_name"], Value::Null);

    let document = json(permissions(&["--account", CHILD]).file("audit.toml", DECLARED));
    assert_eq!(document["lists"].as_array().unwrap().len(), 1, "the parent was not asked about");

    let document = json(permissions(&named).args(&["--parent", OTHER]).file("audit.toml", DECLARED));
    assert_eq!(self::lists(&document)["parent"]["accounts"][0]["account_sid"], OTHER, "said here and now");
}

#[test]
fn an_account_that_may_be_either_gets_both_lists_and_no_request() {
    let ended = permissions(&["--account", CHILD]).run();
    for doubt in ["if it is the parent", "if it is a subaccount"] {
        assert!(ended.stdout.contains(&format!("{CHILD}, {doubt}")), "{}", ended.stdout);
    }
    let ended = permissions(&["--account", CHILD, "--format", "request"]).run();
    assert_eq!((ended.code, ended.stdout.as_str()), (2, ""));
    assert!(ended.stderr.contains("--parent") && ended.stderr.contains("management"), "{}", ended.stderr);
}

#[test]
fn mistakes_are_one_sentence_that_says_what_to_do() {
    for (arguments, said) in [
        (&["--check", "event-sink-unsecure"][..], "did you mean `event-sink-insecure`?"),
        (&["--format", "request"], "--account AC…"),
        (&["--config", "nowhere.toml"], "nowhere.toml"),
    ] {
        let ended = permissions(arguments).run();
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{}", ended.stderr);
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
        assert_eq!(ended.stderr.trim().lines().count(), 1, "{}", ended.stderr);
    }
    let scan = Audit::new(&["scan", "--check", "event-sink-unsecure"]).run();
    assert_eq!(scan.stderr, permissions(&["--check", "event-sink-unsecure"]).run().stderr);
    for arguments in [&["--account", "AC1"][..], &["--family", "no-such-family"]] {
        assert_eq!(permissions(arguments).run().code, 2);
    }
}

#[test]
fn every_flag_has_a_variable() {
    let by_flags = permissions(&["--check", "webhook-http", "--parent", PARENT, "--format", "json"]).run();
    let by_variables = permissions(&[])
        .env("TWILIO_AUDIT_CHECK", "webhook-http")
        .env("TWILIO_AUDIT_PARENT", PARENT)
        .env("TWILIO_AUDIT_FORMAT", "json")
        .run();
    assert_eq!(by_flags.stdout, by_variables.stdout);
    assert!(by_flags.stdout.contains("webhook-http"));
}

/// As the page of the first audit has it, but for the address, and for the token that nobody is here to type.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_documented_request_makes_a_key_whose_secret_goes_straight_into_a_private_file() {
    use std::os::unix::fs::PermissionsExt as _;
    use std::process::Command;

    let has = |program: &str| Command::new(program).arg("--version").output().is_ok();
    if !has("curl") || !has("jq") {
        assert!(std::env::var_os("CI").is_none(), "CI has curl and jq");
        eprintln!("skipped: no curl, or no jq");
        return;
    }
    let page = std::fs::read_to_string("docs/first-audit.md").unwrap();
    let block = page.split("```sh\n").find(|block| block.contains("iam.twilio.com/v1/Keys")).unwrap();
    let block = block.split("```").next().unwrap();
    assert!(!block.contains("--user \"$account:"), "the token is typed, and never written on a line");
    let estate = serde_json::json!({"accounts": [{"sid": "AC0001", "name": "Clinic"}]});
    let simulator = audit::simulator(&estate).await;
    let owner = audit::credential(&estate, "AC0001");
    let folder = tempfile::tempdir().unwrap();
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_twilio-audit")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let make = |token: &str| {
        let script = block
            .replace("account=AC…", &format!("account={}", owner.account))
            .replace("--user \"$account\"", &format!("--user \"$account:{token}\""))
            .replace("https://iam.twilio.com", &format!("{}/iam.twilio.com", simulator.endpoint()));
        let mut sh = Command::new("sh");
        sh.args(["-c", &script]).current_dir(folder.path()).env_clear().env("PATH", &path);
        sh.env("HOME", folder.path()).output().unwrap()
    };
    let file = folder.path().join("credentials.toml");
    let refused = make("wrong");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("401"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "");
    let made = make(&owner.secret);
    assert!(made.status.success() && made.stdout.is_empty() && made.stderr.is_empty(), "{made:?}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let written = std::fs::read_to_string(&file).unwrap();
    let ended = Audit::doctor(&simulator)
        .args(&["--credentials", "credentials.toml"])
        .file("credentials.toml", &written)
        .run();
    assert!(ended.stdout.contains("Restricted key"), "{}{}", ended.stdout, ended.stderr);
}
