//! Lies to all who ask besides the reader of lists: who signs in, who asks for an access token, who makes a change, who
//! posts a message. Nobody is believed, nothing goes elsewhere, and each comes to an end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/liar.rs"]
mod liar;
#[path = "support/lies.rs"]
mod lies;

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use audit::{Audit, Ended, credential, simulator};
use liar::{Elsewhere, Liar, answer, bytes, json as reply, made};
use lies::{Case, OTHER, OWN, Target, Told};
use serde_json::{Value, json};
use twilio_audit::credentials::{Credential, Secret, Source};
use twilio_audit::fix::{Sent, Writer};
use twilio_audit::intent::Intent;
use twilio_audit::model::{Method, News, Region, WriteCall};
use twilio_audit::notify::{Addressee, Pace, Word, tell};
use twilio_audit::simulator::sid;

const APP: &str = "OQ0001";
const TOKEN: &str = "/oauth.twilio.com/v2/token";
/// Runs side by side: most of their time is spent waiting for the next try.
const AT_ONCE: usize = 8;

fn estate() -> Value {
    let apps = json!([{"sid": APP, "secret": "app-secret-that-must-not-show", "allow": ["/*"]}]);
    json!({"accounts": [{"sid": OWN, "name": "Clinic", "oauth_apps": apps}]})
}

/// The lies that are an answer to anything, not to a list alone.
fn to_anybody(elsewhere: &str) -> Vec<Case> {
    let mut cases = lies::all(elsewhere);
    cases.retain(|case| matches!(case.told, Told::Failed(_)) && !case.name.starts_with("rows: a number"));
    cases
}

/// Runs `scan` once for each of these lies, told at these addresses, some side by side.
fn scan_with(
    behind: &str,
    lies: Vec<(String, bool, liar::Lie)>,
    addresses: &[&str],
    audit: impl Fn(&Liar) -> Audit + Sync,
    judge: impl Fn(&str, &Ended) + Sync,
) {
    let waiting = Mutex::new(VecDeque::from(lies));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let next = waiting.lock().unwrap().pop_front();
                    let Some((name, resets, lie)) = next else { return };
                    let liar = Liar::before(behind);
                    for address in addresses {
                        if resets {
                            liar.tell_and_reset(address, lie.clone());
                        } else {
                            liar.tell(address, lie.clone());
                        }
                    }
                    let ended = audit(&liar).run();
                    assert!(liar.lies() > 0, "{name}");
                    judge(&name, &ended);
                    ended.kept_secrets_of(&estate());
                }
            });
        }
    });
}

fn told(cases: Vec<Case>, target: Target) -> Vec<(String, bool, liar::Lie)> {
    cases.into_iter().map(|case| (case.name.clone(), case.resets, (case.lie)(target))).collect()
}

/// Nobody could sign in: the code says so, and there is no report.
fn is_out(name: &str, ended: &Ended) {
    assert_eq!(ended.code, 4, "{name}: {}{}", ended.stdout, ended.stderr);
    assert!(ended.wrote_nothing(), "{name}");
}

/// Whoever signs in with an Auth Token asks for this, and for its account where it is not shown there.
const LIST: &str = "/api.twilio.com/2010-04-01/Accounts.json";

async fn lies_to_who_signs_in(step: usize) {
    let elsewhere = Elsewhere::start();
    let simulator = simulator(&estate()).await;
    let own = format!("/api.twilio.com/2010-04-01/Accounts/{}.json", sid(OWN));
    let mut lies = told(to_anybody(&elsewhere.authority()), Target::named("messaging_service"));
    lies = lies.into_iter().step_by(step).collect();
    let account =
        |about: &str| reply(json!({"sid": sid(about), "owner_account_sid": sid(about)}).to_string());
    lies.push(("another account".to_owned(), false, bytes(account(OTHER))));
    let others = json!({"accounts": [{"sid": sid(OTHER), "owner_account_sid": sid(OTHER)}]}).to_string();
    lies.push(("a list of another account".to_owned(), false, bytes(reply(others))));
    lies.push(("a list of rows".to_owned(), false, bytes(reply(r#"[{"sid":"AC1"}]"#))));
    let count = lies.len();
    let behind = simulator.endpoint();
    let asks = |liar: &Liar| {
        let audit = Audit::new(&["scan"]).env("TWILIO_AUDIT_ENDPOINT", &liar.endpoint());
        audit.sign_in(&credential(&estate(), OWN))
    };
    tokio::task::block_in_place(|| scan_with(&behind, lies, &[LIST, &own], asks, is_out));
    elsewhere.saw_nothing();
    eprintln!("{count} lies to who signs in, none believed");
}

async fn lies_to_who_asks_for_a_token(step: usize) {
    let elsewhere = Elsewhere::start();
    let simulator = simulator(&estate()).await;
    let mut lies = told(to_anybody(&elsewhere.authority()), Target::named("messaging_service"));
    lies = lies.into_iter().step_by(step).collect();
    for (name, granted) in [
        ("no number of seconds", r#"{"access_token":"t","expires_in":"soon"}"#.to_owned()),
        ("a negative life", r#"{"access_token":"t","expires_in":-1}"#.to_owned()),
        ("an endless life", r#"{"access_token":"t","expires_in":1e999}"#.to_owned()),
        ("a life of ages", r#"{"access_token":"t","expires_in":18446744073709551615}"#.to_owned()),
        ("no life at all", r#"{"access_token":"t","expires_in":0}"#.to_owned()),
        ("two tokens", r#"{"access_token":"t","access_token":"u","expires_in":60}"#.to_owned()),
        ("a header in the token", r#"{"access_token":"t\r\nHost: evil","expires_in":60}"#.to_owned()),
        ("an empty token", r#"{"access_token":"","expires_in":60}"#.to_owned()),
        ("a token of 1 MiB", format!(r#"{{"access_token":"{}","expires_in":60}}"#, "t".repeat(1 << 20))),
    ] {
        lies.push((name.to_owned(), false, bytes(reply(granted))));
    }
    // What it was told, as the token, and as the reason for a refusal.
    let echo = |asked: &liar::Asked| String::from_utf8_lossy(&asked.body).into_owned();
    lies.push((
        "an echo for a token".to_owned(),
        false,
        made(move |asked| reply(json!({"access_token": echo(asked), "expires_in": 60}).to_string())),
    ));
    lies.push((
        "an echo for a reason".to_owned(),
        false,
        made(move |asked| answer("400 No", "", json!({"code": 1, "message": echo(asked)}).to_string())),
    ));
    let count = lies.len();
    let behind = simulator.endpoint();
    let asks = |liar: &Liar| {
        let audit = Audit::new(&["scan"]).env("TWILIO_AUDIT_ENDPOINT", &liar.endpoint());
        audit.credentials(&[&credential(&estate(), APP)])
    };
    tokio::task::block_in_place(|| scan_with(&behind, lies, &[TOKEN], asks, is_out));
    elsewhere.saw_nothing();
    eprintln!("{count} lies to who asks for a token, none believed");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_signs_in_by_a_lie() {
    lies_to_who_signs_in(5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_access_token_comes_of_a_lie() {
    lies_to_who_asks_for_a_token(5).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "every lie instead of each fifth, minutes: make hostile"]
async fn nobody_signs_in_by_any_lie_and_none_is_a_token() {
    lies_to_who_signs_in(1).await;
    lies_to_who_asks_for_a_token(1).await;
}

fn own_token() -> Credential {
    let account = sid(OWN);
    let secret = Secret::new("0123456789abcdef0123456789abcdef".to_owned());
    Credential::new(&account, &account, secret, Source::Environment).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_not_called_refused_or_done_by_an_answer_that_broke() {
    let elsewhere = Elsewhere::start();
    let credential = own_token();
    let call = WriteCall {
        method: Method::Post,
        url: "https://trunking.twilio.com/v1/Trunks/TK1".to_owned(),
        form: vec![("Secure".to_owned(), "true".to_owned())],
    };
    let mut count = 0;
    for case in to_anybody(&elsewhere.authority()) {
        // It is put off for up to half a minute three times, as it should be.
        if case.name.starts_with("429") {
            continue;
        }
        let liar = Liar::before("http://127.0.0.1:1");
        let lie = (case.lie)(Target::named("messaging_service"));
        let address = "/trunking.twilio.com/v1/Trunks/TK1";
        if case.resets {
            liar.tell_and_reset(address, lie)
        } else {
            liar.tell(address, lie)
        }
        let writer = Writer::new(liar.endpoint().parse().unwrap()).unwrap();
        let sent = writer.send(&call, credential.caller()).await;
        let Told::Failed(words) = case.told else { unreachable!() };
        let is_broken = words.contains("broke off") || words.contains("larger than");
        if is_broken {
            assert!(matches!(sent, Sent::Unknown(_)), "{}: {sent:?}", case.name);
        }
        if words == "redirected" {
            assert!(matches!(sent, Sent::Unknown(_)), "{}: {sent:?}", case.name);
        }
        assert_eq!(liar.lies(), 1, "{}: what may have been done is not asked for again", case.name);
        count += 1;
    }
    elsewhere.saw_nothing();
    eprintln!("{count} lies to who makes a change");
}

/// What is called refused is forgotten by `undo`, so only a refusal of Twilio's is: every status that there is.
#[tokio::test(flavor = "multi_thread")]
async fn only_a_refusal_is_called_one() {
    let credential = own_token();
    let path = "/2010-04-01/Accounts/AC1/Keys/SK1.json";
    let call =
        WriteCall { method: Method::Delete, url: format!("https://api.twilio.com{path}"), form: Vec::new() };
    // Statuses below are no last answers, and 429 is asked again.
    for status in (200..=599).filter(|status| *status != 429) {
        let answer = format!("HTTP/1.1 {status} Said\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let liar = Liar::before("http://127.0.0.1:1");
        liar.tell(&format!("/api.twilio.com{path}"), bytes(answer.into_bytes()));
        let writer = Writer::new(liar.endpoint().parse().unwrap()).unwrap();
        let sent = writer.send(&call, credential.caller()).await;
        let is_right = match status {
            200..=204 => matches!(sent, Sent::Accepted { .. }),
            400..=407 | 409..=499 => matches!(sent, Sent::Refused(_)),
            _ => matches!(sent, Sent::Unknown(_)),
        };
        assert!(is_right, "{status}: {sent:?}");
        assert_eq!(liar.lies(), 1, "{status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_goes_to_its_receiver_alone_and_waits_for_no_lie() {
    let elsewhere = Elsewhere::start();
    let news = News::no_scan(
        4,
        "Nobody could sign in.",
        "2026-11-24T04:15:00Z".parse().unwrap(),
        Region::Us1,
        "audits",
    );
    let pace =
        Pace { pauses: vec![Duration::ZERO; 3], one_request: Duration::from_secs(5), ..Pace::default() };
    let mut cases = to_anybody(&elsewhere.authority());
    cases.extend(lies::heavy());
    let mut count = 0;
    for case in cases {
        let liar = Liar::before("http://127.0.0.1:1");
        let lie = (case.lie)(Target::named("messaging_service"));
        if case.resets {
            liar.tell_and_reset("/audit", lie)
        } else {
            liar.tell("/audit", lie)
        }
        let declared = format!(
            "[[notify]]\nname = \"ops\"\nkind = \"webhook\"\non = [\"failure\"]\nurl = \"{}/audit\"\nsecret = \"ops-key\"\n",
            liar.endpoint()
        );
        let intent = Intent::parse(&declared, "audit.toml").unwrap_or_else(|error| panic!("{error}"));
        let secret = Ok(Some(Secret::new("hook-secret-that-must-not-show".to_owned())));
        let addressees = [Addressee { target: &intent.notify[0], secret }];
        let began = std::time::Instant::now();
        let said = tell(&addressees, Word::Of(&news), &pace).await.remove(0).said;
        // Four tries of five seconds, and room for a slow machine.
        assert!(began.elapsed() < Duration::from_secs(60), "{}", case.name);
        let words = said.clone().unwrap_or_else(|why| why);
        assert!(!words.contains("must-not-show"), "{}: {words}", case.name);
        if matches!(case.told, Told::Failed("redirected")) {
            assert!(said.is_err_and(|why| why.contains("redirects are not followed")), "{}", case.name);
        }
        count += 1;
    }
    elsewhere.saw_nothing();
    eprintln!("{count} lies to who posts a message");
}
