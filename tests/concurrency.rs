//! How much is asked at once: as much as the account allows, and no more than others leave.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use twilio_audit::credentials::{Caller, Secret};
use twilio_audit::simulator::{Credential, Estate, Options, Simulator};
use twilio_audit::twilio::{Client, Limits, Patience, Request};

const LATENCY: Duration = Duration::from_millis(20);
/// What Twilio lets be in flight in one account.
const CAP: usize = 10;

struct Stage {
    simulator: Simulator,
    credentials: Vec<Credential>,
}

async fn stage(accounts: usize) -> Stage {
    let account =
        |number: usize| json!({"sid": format!("AC{number:04}"), "owner": "AC0001", "name": "an account"});
    let estate = json!({"accounts": (1..=accounts).map(account).collect::<Vec<_>>()});
    let estate = Estate::from_json(&estate.to_string()).unwrap();
    let credentials = estate.credentials().into_iter().filter(|one| one.kind == "auth_token").collect();
    let options = Options { latency: LATENCY, concurrency_limit: CAP, ..Options::default() };
    Stage { simulator: Simulator::start(estate, options).await.unwrap(), credentials }
}

impl Stage {
    fn client(&self, limits: Limits) -> Client {
        Client::with(self.simulator.endpoint().parse().unwrap(), limits, Patience::default()).unwrap()
    }

    /// Asks so many times for the numbers of an account, all at once.
    async fn ask(&self, client: &Client, account: usize, times: usize) {
        let one = &self.credentials[account];
        let secret = Secret::new(one.secret.clone());
        let url =
            format!("https://api.twilio.com/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json", one.account);
        let url = url.parse().unwrap();
        let caller = Caller { user: &one.user, secret: &secret, counted_for: &one.account };
        let requests = (0..times).map(|_| client.get(Request { url: &url, caller }));
        for reply in join_all(requests).await {
            reply.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_to_use_what_the_account_allows_without_being_refused() {
    let stage = stage(1).await;
    let client = stage.client(Limits::default());
    stage.ask(&client, 0, 400).await;
    assert_eq!((stage.simulator.peak(), stage.simulator.refused()), (CAP, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_learns_what_an_account_does_not_allow() {
    let stage = stage(1).await;
    let client = stage.client(Limits { per_account: 30, ..Limits::default() });
    stage.ask(&client, 0, 600).await;
    // Each refusal halves, so they are as rare as the climb back is long.
    let refused = stage.simulator.refused();
    assert!((1..=30).contains(&refused), "{refused} of 600 were refused");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_accounts_together_stay_below_the_ceiling() {
    let stage = stage(4).await;
    let client = stage.client(Limits { overall: 5, ..Limits::default() });
    let all = (0..4).map(|account| stage.ask(&client, account, 30));
    join_all(all).await;
    assert!(stage.simulator.peak_overall() <= 5, "{}", stage.simulator.peak_overall());
}

/// Live traffic that keeps eight of ten places busy is hardly ever refused because of a scan.
#[tokio::test(flavor = "multi_thread")]
async fn live_traffic_is_made_room_for() {
    let stage = Arc::new(stage(1).await);
    let is_over = Arc::new(AtomicBool::new(false));
    let (sent, refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let live: Vec<_> = (0..8)
        .map(|_| {
            let (stage, is_over) = (Arc::clone(&stage), Arc::clone(&is_over));
            let (sent, refused) = (Arc::clone(&sent), Arc::clone(&refused));
            tokio::spawn(async move {
                let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
                let one = &stage.credentials[0];
                let url = format!(
                    "{}/api.twilio.com/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json",
                    stage.simulator.endpoint(),
                    one.account
                );
                while !is_over.load(Ordering::Relaxed) {
                    let answer =
                        http.get(&url).basic_auth(&one.user, Some(&one.secret)).send().await.unwrap();
                    sent.fetch_add(1, Ordering::Relaxed);
                    refused.fetch_add(u64::from(answer.status() == 429), Ordering::Relaxed);
                }
            })
        })
        .collect();
    let client = stage.client(Limits::default());
    stage.ask(&client, 0, 300).await;
    is_over.store(true, Ordering::Relaxed);
    for one in live {
        one.await.unwrap();
    }
    let (sent, refused) = (sent.load(Ordering::Relaxed), refused.load(Ordering::Relaxed));
    assert!(sent > 500, "the live traffic was {sent} requests");
    assert!(refused * 100 < sent, "{refused} of {sent} live requests were refused");
}
