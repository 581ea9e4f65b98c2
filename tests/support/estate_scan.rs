//! An estate in which every account but the parent has one of everything, scanned in this process.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};
use twilio_audit::audit::{Collected, Compiled, built_in, compile, judge};
use twilio_audit::catalogue::KINDS;
use twilio_audit::collect::{Collector, Reduction, collect};
use twilio_audit::credentials::{Credential, Secret, Source};
use twilio_audit::evidence::{StartedWith, Store, Writer};
use twilio_audit::intent::Intent;
use twilio_audit::model::{Clock, Coverage, Finding, Readings as _, Region};
use twilio_audit::simulator::{Estate, Fault, Options, Request, Simulator};
use twilio_audit::twilio::{Client, Limits, Patience};

use crate::planted;

/// The parent, which has nothing.
pub const PARENT: &str = "AC00000000000000000000000000000000";

/// The built-in checks.
pub static CHECKS: LazyLock<Vec<Compiled>> = LazyLock::new(|| compile(built_in().unwrap()).unwrap());

/// Two tries, and long enough for an answer of a busy machine: nothing but what hangs waits for so long.
const PATIENCE: Patience = Patience {
    tries: 2,
    one_try: Duration::from_secs(8),
    altogether: Duration::from_secs(8),
    first_step: Duration::from_millis(1),
};

/// What came of a scan.
pub struct Scanned {
    pub store: Store,
    pub coverage: Vec<Coverage>,
    pub requests: Vec<Request>,
}

impl Scanned {
    /// What the built-in checks say of it. It takes seconds: not for a thread on which others are waited for.
    pub fn judge(&mut self) -> Vec<Finding> {
        let mut collected = Collected::default();
        judge(&mut self.store, &CHECKS, Timestamp::now(), &mut collected).unwrap();
        collected.into_findings()
    }
}

/// The SID of the subaccount of this number.
pub fn account(number: usize) -> String {
    format!("AC{:032x}", number + 1)
}

/// The SID of its one key.
pub fn key(number: usize) -> String {
    format!("SK{:032x}", number + 1)
}

/// A subaccount of this number with one of everything.
pub fn furnished(number: usize) -> Value {
    let sid = account(number);
    let key = json!({"sid": key(number), "kind": "restricted", "allow": ["/twilio/studio/flows/list"]});
    json!({
        "sid": sid, "owner": PARENT, "name": "subaccount", "keys": [key], "resources": planted::resources(&sid)
    })
}

/// Scans a parent and these subaccounts, each with its own Auth Token, while these things go wrong.
pub async fn scan(subaccounts: Vec<Value>, faults: Vec<Fault>) -> Scanned {
    let parent = json!({"sid": PARENT, "name": "parent"});
    let accounts: Vec<Value> = std::iter::once(parent).chain(subaccounts).collect();
    collected(&json!({"accounts": accounts}), "auth_token", PATIENCE, faults).await
}

/// Scans an estate with its credentials of this kind, while these things go wrong.
pub async fn collected(estate: &Value, kind: &str, patience: Patience, faults: Vec<Fault>) -> Scanned {
    let estate = Estate::from_json(&estate.to_string()).unwrap();
    let used = estate.credentials().into_iter().filter(|one| one.kind == kind);
    let credential = |one: twilio_audit::simulator::Credential| {
        Credential::new(&one.account, &one.user, Secret::new(one.secret), Source::Environment).unwrap()
    };
    let credentials = used.map(credential).collect();
    let simulator = Simulator::start(estate, Options { faults, ..Options::default() }).await.unwrap();
    let mut collector = Collector {
        client: Client::with(simulator.endpoint().parse().unwrap(), Limits::default(), patience).unwrap(),
        credentials,
        kinds: KINDS.to_vec(),
        started_at: Timestamp::now(),
        region: Region::Us1,
        recording_retention_days: 30,
        clock: Clock::System,
        derive_tokens: false,
        only_accounts: Vec::new(),
        shard: None,
        done: Arc::default(),
        goes_on: false,
    };
    let reduction = Reduction::new(&[]).unwrap();
    let tree = collector.sign_in(&reduction).await.unwrap();
    let store = Store::in_memory().unwrap();
    store.write_intent(&Intent::default(), false).unwrap();
    store.begin_collecting(&StartedWith::new(), reduction.salt()).unwrap();
    let (writer, queue) = Writer::start(store);
    let interruption = collect(collector, tree, reduction, queue).await.unwrap();
    assert!(interruption.is_none(), "{interruption:?}");
    let store = writer.finish().await.unwrap();
    let mut coverage = Vec::new();
    let mut take = |reading: &Coverage| {
        coverage.push(reading.clone());
        Ok(())
    };
    store.each_reading(&mut take).unwrap();
    Scanned { store, coverage, requests: simulator.requests() }
}
