//! A connection that breaks at any byte of an answer: what arrived of it is never taken for the whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/liar.rs"]
mod liar;
#[path = "support/lies.rs"]
mod lies;

use std::time::Duration;

use audit::{Audit, credential, simulator};
use liar::{Liar, bytes, json as reply};
use lies::{OWN, Target};
use serde_json::json;
use twilio_audit::credentials::{Credential, Secret, Source};
use twilio_audit::simulator::sid;
use twilio_audit::twilio::{Client, FailureKind, Limits, Patience, Request};
use url::Url;

const PATH: &str = "/api.twilio.com/2010-04-01/Accounts.json";

/// The same answer, its end told in each of the ways there are.
fn answers() -> Vec<(&'static str, Vec<u8>)> {
    let body = br#"{"accounts":[{"sid":"AC1"}],"next_page_uri":null}"#;
    let chunks: String = body
        .chunks(7)
        .map(|chunk| format!("{:x}\r\n{}\r\n", chunk.len(), std::str::from_utf8(chunk).unwrap()))
        .collect();
    let packed = liar::bomb(body, 0, 0);
    vec![
        ("by length", reply(body)),
        (
            "in chunks",
            format!("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}0\r\n\r\n").into_bytes(),
        ),
        ("packed", liar::answer("200 OK", "Content-Encoding: gzip\r\n", packed)),
    ]
}

/// A client that asks once.
fn client(endpoint: &str) -> Client {
    let once = Patience { tries: 1, one_try: Duration::from_secs(30), ..Patience::default() };
    Client::with(endpoint.parse().unwrap(), Limits { per_account: 10, ..Limits::default() }, once).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_breaks_at_any_byte_is_none() {
    let account = sid(OWN);
    let secret = Secret::new("0123456789abcdef0123456789abcdef".to_owned());
    let credential = Credential::new(&account, &account, secret, Source::Environment).unwrap();
    let url = Url::parse(&PATH.replacen('/', "https://", 1)).unwrap();
    let mut broken = 0;
    for (how, whole) in answers() {
        for resets in [false, true] {
            for length in 0..=whole.len() {
                let liar = Liar::before("http://127.0.0.1:1");
                let part = bytes(&whole[..length]);
                if resets {
                    liar.tell_and_reset(PATH, part)
                } else {
                    liar.tell(PATH, part)
                }
                let asked = client(&liar.endpoint());
                let answer = asked.get(Request { url: &url, caller: credential.caller() }).await;
                match answer {
                    Err(failure) => {
                        // Before the head of an answer nobody answered.
                        let kinds = [FailureKind::Broken, FailureKind::Unreachable];
                        assert!(kinds.contains(&failure.kind), "{how}, {length} bytes, reset: {resets}");
                        broken += 1;
                    }
                    // The last bytes of chunks and of gzip tell nothing that is not known by then.
                    Ok(reply) => {
                        let is_whole =
                            reply.body.ends_with(b"null}") && reply.body.starts_with(b"{\"accounts");
                        assert!(
                            is_whole && whole.len() - length <= 8,
                            "{how}, {length} bytes, reset: {resets}"
                        );
                    }
                }
            }
        }
    }
    eprintln!("{broken} answers broken off, none taken for whole");
    assert!(broken > 600);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a scan for every byte of an answer, minutes: make hostile"]
async fn a_scan_whose_answer_breaks_at_any_byte_says_so() {
    let estate = json!({"accounts": [{"sid": OWN, "name": "Clinic"}]});
    let simulator = simulator(&estate).await;
    // Each list of one scan breaks at another byte, so few scans see every one of them.
    let targets = Target::all();
    let whole = |target: Target| reply(target.page("", "null"));
    let longest = targets.iter().map(|target| whole(*target).len()).max().unwrap();
    let mut broken = 0;
    for first in (0..longest).step_by(targets.len()) {
        let liar = Liar::before(&simulator.endpoint());
        for (place, target) in targets.iter().enumerate() {
            let whole = whole(*target);
            // Alternately reset and closed.
            let part = bytes(&whole[..(first + place).min(whole.len() - 1)]);
            if place % 2 == 0 {
                liar.tell(&target.address(), part)
            } else {
                liar.tell_and_reset(&target.address(), part)
            }
        }
        let audit = Audit::new(&["scan", "--all-outcomes"]).env("TWILIO_AUDIT_ENDPOINT", &liar.endpoint());
        let audit = audit.sign_in(&credential(&estate, OWN));
        let ended = tokio::task::spawn_blocking(|| audit.run()).await.unwrap();
        assert_eq!(ended.code, 3, "{}", ended.stderr);
        for target in &targets {
            let (status, reason) = &ended.coverage(target.kind.name)[&sid(OWN)];
            assert_eq!(status, "failed", "{}: {reason}", target.kind.name);
            broken += 1;
        }
        ended.kept_secrets_of(&estate);
    }
    eprintln!("{broken} lists broken off in whole scans, each said to have failed");
}
