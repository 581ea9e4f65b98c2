//! What a scan would ask, said before it does; and how far it is, said while it does.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/planted.rs"]
mod planted;

use audit::{Audit, all_credentials, simulator};
use serde_json::{Value, json};
use twilio_audit::simulator::{Simulator, sid};

fn estate() -> Value {
    let account = |number: usize| {
        let account = sid(&format!("AC{number:04x}"));
        json!({"sid": account, "owner": "AC0001", "name": format!("Clinic {number}"), "resources": planted::resources(&account)})
    };
    let accounts: Vec<Value> =
        std::iter::once(json!({"sid": "AC0001", "name": "Parent"})).chain((2..4).map(account)).collect();
    json!({"accounts": accounts})
}

fn scan(simulator: &Simulator, estate: &Value) -> Audit {
    let all = all_credentials(estate);
    let tokens: Vec<_> = all.iter().filter(|one| one.kind == "auth_token").collect();
    Audit::scan(simulator).credentials(&tokens)
}

/// The only number of the line that begins so.
fn number(text: &str, begin: &str) -> usize {
    let line = text.lines().find(|line| line.trim_start().starts_with(begin)).unwrap();
    let [number] = line.split_whitespace().skip(1).collect::<Vec<_>>()[..] else { panic!("{line}") };
    number.parse().unwrap()
}

/// The two numbers of the line that begins so.
fn numbers(text: &str, begin: &str) -> (usize, usize) {
    let line = text.lines().find(|line| line.trim_start().starts_with(begin)).unwrap();
    let mut numbers = line.split_whitespace().rev().map(|word| word.parse().unwrap());
    let expected = numbers.next().unwrap();
    (numbers.next().unwrap(), expected)
}

/// What one credential is to read waits for the limit of one account, however much room there is for all.
#[tokio::test(flavor = "multi_thread")]
async fn a_plan_knows_whose_limit_holds_it_up() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let all = all_credentials(&estate);
    let parent = all.iter().find(|one| one.kind == "auth_token" && one.account == sid("AC0001")).unwrap();
    let plan = Audit::scan(&simulator).credentials(&[parent]).args(&["--dry-run"]).run();
    let sentence = plan.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let expected = format!("10 requests at once with the credential of {}", sid("AC0001"));
    assert!(sentence.contains(&expected), "{}", plan.stdout);
    let few = ["--dry-run", "--max-in-flight", "4"];
    let plan = Audit::scan(&simulator).credentials(&[parent]).args(&few).run();
    assert!(plan.stdout.contains("4 requests at once,"), "{}", plan.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_asks_nothing_but_who_there_is_and_says_what_a_scan_needs() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let plan = scan(&simulator, &estate).args(&["--dry-run"]).run();
    let signing_in = simulator.requests().len();
    assert_eq!(plan.code, 0, "{}", plan.stderr);
    assert!(plan.wrote_nothing());
    assert!(signing_in <= 5, "{signing_in} requests");
    let wide: Vec<&str> = plan.stdout.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(wide.is_empty(), "{wide:?}");
    assert!(plan.stdout.contains("ms an answer"), "{}", plan.stdout);
    let least = number(&plan.stdout, "Requests");
    assert!(!plan.stdout.contains("expected  ") && !plan.stdout.contains(" expected\n"), "{}", plan.stdout);
    assert!(
        plan.stdout.contains("before a first scan"),
        "nothing is known of further pages: {}",
        plan.stdout
    );

    let ended = scan(&simulator, &estate).inside(plan).run();
    let asked = simulator.requests().len() - 2 * signing_in;
    assert!(least < asked, "{least} of {asked}");
    let before = simulator.requests().len();
    let plan = scan(&simulator, &estate).inside(ended).args(&["--dry-run"]).run();
    assert_eq!(simulator.requests().len() - before, signing_in);
    assert_eq!(numbers(&plan.stdout, "Requests"), (least, asked), "{}", plan.stdout);

    let fewer = scan(&simulator, &estate).inside(plan).args(&["--dry-run", "--check", "webhook-http"]).run();
    let (of_one_check, _) = numbers(&fewer.stdout, "Requests");
    assert!(fewer.stdout.contains(" expected\n"), "{}", fewer.stdout);
    assert!(of_one_check < least, "{of_one_check} of {least}");
    let wrong = scan(&simulator, &estate).inside(fewer).args(&["--dry-run", "--resume"]).run();
    assert_eq!(wrong.code, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_reads_the_log_is_told_how_far_the_scan_is() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let ended = scan(&simulator, &estate).args(&["--log-format", "json"]).run();
    let lines: Vec<Value> = ended.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let last = lines.iter().rfind(|line| line["message"] == "collecting").unwrap();
    assert_eq!((&last["accounts_done"], &last["accounts"]), (&json!(3), &json!(3)), "{last}");
    assert!(last["requests"].as_u64().unwrap() > 100, "{last}");
    for field in ["requests_per_second", "in_flight", "throttled", "seconds_left"] {
        assert!(last[field].is_number(), "{field}: {last}");
    }
    assert_eq!(last["lists_done"], last["lists"], "{last}");
    let halted = scan(&simulator, &estate).args(&["--log-format", "json", "--budget", "30"]).run();
    let lines: Vec<Value> = halted.stderr.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let how_far = lines.iter().rfind(|line| line["message"] == "collecting").unwrap();
    let is_less =
        |part: &str, whole: &str| how_far[part].as_u64().unwrap() < how_far[whole].as_u64().unwrap();
    assert!(is_less("accounts_done", "accounts") && is_less("lists_done", "lists"), "{how_far}");
    let end = lines.last().unwrap();
    assert_eq!((&end["level"], &end["exit_code"]), (&json!("ERROR"), &json!(3)), "{end}");
    assert!(end["message"].as_str().unwrap().contains("--resume goes on from there"), "{end}");
    let too_few = scan(&simulator, &estate).args(&["--budget", "2"]).run();
    assert!(too_few.stderr.contains("of which there are 3"), "{}", too_few.stderr);
    let quiet = scan(&simulator, &estate).args(&["--log-format", "json", "--quiet"]).run();
    assert_eq!(quiet.stderr, "");
    let people = scan(&simulator, &estate).run();
    assert_eq!(people.stderr, "", "there is no terminal to draw on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_names_a_credential_that_a_scan_could_not_use() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let mut all = all_credentials(&estate);
    all.retain(|one| one.kind == "auth_token");
    all.last_mut().unwrap().secret = "0123456789abcdef0123456789abcdef".to_owned();
    let wrong = all.last().unwrap().account.clone();
    let plan =
        Audit::scan(&simulator).credentials(&all.iter().collect::<Vec<_>>()).args(&["--dry-run"]).run();
    assert_eq!(plan.code, 0, "{}", plan.stderr);
    let said = plan.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("! credentials.toml:") && said.contains(&wrong), "{}", plan.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_accounts_the_worst_are_shown_and_all_are_counted() {
    let accounts: Vec<Value> = (1..=30)
        .map(|number| json!({"sid": format!("AC{number:04x}"), "owner": "AC0001", "name": format!("Clinic {number}")}))
        .collect();
    let estate = json!({"accounts": accounts});
    let simulator = simulator(&estate).await;
    let ended = scan(&simulator, &estate).args(&["--check", "webhook-http"]).run();
    let lines = ended.stdout.lines().skip_while(|line| *line != "May PHI go live?").skip(1);
    let verdicts: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
    let closing = verdicts[20..].join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(closing, "and 10 more, in all 0 NOT READY, 30 CANNOT SAY, 0 READY: see gate.html");
}
