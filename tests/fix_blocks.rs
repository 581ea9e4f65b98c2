//! Every `[[fix]]` mends what it is for, and nothing else.
//!
//! `tests/data/faults` is an estate with a fault for each block and for each field that it may be asked to mend. It is
//! scanned, planned for, mended and scanned again as a whole. What people are asked in between is tried elsewhere.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/fixes.rs"]
mod fixes;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use audit::{Audit, Ended, Row, all_credentials, simulator};
use fixes::{Case, cases};
use serde_json::Value;
use twilio_audit::credentials::{Credential, Credentials, Secret, Source};
use twilio_audit::fix::{self, Hands, Journal, StepEnd, Writer};
use twilio_audit::model::{FixPlan, FixStep, Method, Region, Risk, WayBack};
use twilio_audit::simulator::{Simulator, changes, sid};
use twilio_audit::twilio::Client;

fn estate() -> Value {
    serde_json::from_str(include_str!("data/faults/estate.json")).unwrap()
}

/// What signs in as each account.
fn tokens(estate: &Value) -> Vec<twilio_audit::simulator::Credential> {
    let mut all = all_credentials(estate);
    all.retain(|one| one.kind == "auth_token");
    all
}

fn scanned(simulator: &Simulator, estate: &Value) -> Ended {
    let tokens = tokens(estate);
    let declared = include_str!("data/faults/audit.toml");
    Audit::scan(simulator).credentials(&tokens.iter().collect::<Vec<_>>()).declared(declared).run()
}

/// Whether a finding is what a block is for.
fn is_for(case: &Case, row: &Row) -> bool {
    row["check_id"] == case.check.id
        && row["resource_type"] == case.kind.name
        && (case.field.is_empty() || row["field"] == case.field)
        && row["outcome"] == "fail"
        && !row["fix_command"].is_empty()
}

/// The plan for these findings, and the scan that it rests on.
fn planned(ended: Ended, findings: &[Row]) -> (Ended, FixPlan) {
    let ids: Vec<&str> = findings.iter().map(|row| row["finding_id"].as_str()).collect();
    let plan = Audit::new(&["fix", "plan", "--irreversible", &ids.join(",")]).args(&ids);
    let ended = plan.inside(ended).run();
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let plan = fs::read_to_string(ended.folder.path().join("plan.json")).unwrap();
    (ended, serde_json::from_str(&plan).unwrap())
}

/// Insists that the command finds nothing in the plan to refuse: all that it lacks is somebody who confirms it.
fn is_accepted(ended: Ended, simulator: &Simulator) -> Ended {
    let arguments = ["fix", "apply", "--max-changes", "1000", "--allow-audit-credential"];
    let ended = Audit::new(&arguments)
        .args(&["--credentials", "credentials.toml"])
        .env("TWILIO_AUDIT_ENDPOINT", &simulator.endpoint())
        .inside(ended)
        .run();
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(ended.stderr.contains("nothing was confirmed and nothing was changed"), "{}", ended.stderr);
    ended
}

/// What can happen by the steps of two checks whose calls do no harm where nothing uses a domain or a trunk.
fn risks(ended: Ended) -> (Ended, BTreeMap<String, Risk>) {
    let arguments =
        ["fix", "plan", "--check", "sip-domain-not-secure,trunk-not-secure", "--output", "secure.json"];
    let ended = Audit::new(&arguments).inside(ended).run();
    let plan = fs::read_to_string(ended.folder.path().join("secure.json")).unwrap();
    let plan: FixPlan = serde_json::from_str(&plan).unwrap();
    (ended, plan.steps.into_iter().map(|step| (step.about.resource_sid, step.risk)).collect())
}

/// What changes things at the simulator, as each account.
struct Changer {
    client: Client,
    writer: Writer,
    credentials: Credentials,
    journal: Journal,
}

impl Changer {
    fn new(simulator: &Simulator, estate: &Value, ended: &Ended, plan: &FixPlan) -> Self {
        let address = || simulator.endpoint().parse().unwrap();
        let own = tokens(estate).into_iter().map(|one| {
            Credential::new(&one.account, &one.user, Secret::new(one.secret), Source::Environment).unwrap()
        });
        let mut credentials: Credentials = own.collect();
        credentials.set_parent(plan.root_account_sid.parse().unwrap());
        let path = ended.folder.path().join("plan.journal");
        let root = &plan.root_account_sid;
        Self {
            client: Client::new(address()).unwrap(),
            writer: Writer::new(address()).unwrap(),
            credentials,
            journal: Journal::create(&path, "apply", &plan.digest, root, Region::Us1).unwrap(),
        }
    }

    /// Makes every change, and takes back what can be. What did not go as planned is returned.
    async fn go(&mut self, plan: &FixPlan, back: bool) -> Vec<String> {
        let hands = Hands { client: &self.client, writer: &self.writer, credentials: &self.credentials };
        let steps: Vec<&FixStep> = plan.steps.iter().collect();
        let ends = match back {
            false => fix::apply(&hands, &mut self.journal, &steps, 0, &mut |_, _| {}).await.unwrap(),
            true => fix::undo(&hands, &mut self.journal, &mut |_, _| {}).await.unwrap(),
        };
        let of = |number: u32| plan.steps.iter().find(|step| step.number == number).unwrap();
        let ends = ends.into_iter().map(|(number, end)| (of(number), end));
        let odd = ends.filter(|(step, end)| match step.way_back {
            _ if !back => *end != StepEnd::Done(String::new()),
            WayBack::None => !matches!(end, StepEnd::Skipped(_)),
            _ => !matches!(end, StepEnd::Done(_)),
        });
        odd.map(|(step, end)| format!("{} {}: {end:?}", step.about.check_id, step.call)).collect()
    }
}

/// Where the simulator keeps what an address shows.
fn place(address: &str, account: &str) -> String {
    let (host, path) = address.trim_start_matches("https://").split_once('/').unwrap();
    let label = host.trim_end_matches(".twilio.com");
    let path = path.trim_start_matches(&format!("2010-04-01/Accounts/{account}/")).trim_end_matches(".json");
    format!("us1/{account}/{label}/{path}")
}

/// Whether a difference is one that a step makes.
fn is_made_by(step: &FixStep, difference: &str) -> bool {
    let (at, what) = difference.split_once(": ").unwrap();
    let account = &step.about.account_sid;
    match step.call.method {
        // A key is in three lists.
        Method::Delete if step.about.resource_type == "api_key" => {
            what == "gone"
                && at.starts_with(&format!("us1/{account}/"))
                && at.ends_with(&step.about.resource_sid)
        }
        Method::Delete => what == "gone" && at == place(&step.call.url, account),
        Method::Post => {
            let places = [place(&step.call.url, account), place(&step.read_url, account)];
            let paths = step.fields.iter().map(|field| field.path.as_str());
            let mut names = paths.flat_map(|path| [path, path.rsplit('.').next().unwrap()]);
            places.iter().any(|place| place == at)
                && names.any(|name| what.split_once(": ").is_some_and(|(field, _)| field == name))
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_block_mends_what_it_is_for_and_nothing_else() {
    let estate = estate();
    let simulator = simulator(&estate).await;
    let ended = scanned(&simulator, &estate);
    let all = ended.rows("findings.csv");
    let mut findings: Vec<Row> = Vec::new();
    for case in cases() {
        let row = all.iter().find(|row| is_for(&case, row));
        let row = row.unwrap_or_else(|| panic!("{} has no fault in the estate", case.name()));
        if !findings.contains(row) {
            findings.push(row.clone());
        }
    }
    let (ended, risks) = risks(ended);
    let unused = ["SD2003", "TK2003"].map(|unused| (sid(unused), Risk::Safe));
    let used = ["SD2005", "TK2008"].map(|used| (sid(used), Risk::Disruptive));
    assert_eq!(risks, unused.into_iter().chain(used).collect());

    let (ended, plan) = planned(ended, &findings);
    let planned: BTreeSet<&str> =
        plan.steps.iter().flat_map(|step| &step.about.finding_ids).map(String::as_str).collect();
    let unplanned = findings.iter().filter(|row| !planned.contains(row["finding_id"].as_str()));
    let unplanned: Vec<String> =
        unplanned.map(|row| format!("{} {}", row["check_id"], row["fix_command"])).collect();
    assert_eq!(unplanned, Vec::<String>::new(), "not planned");
    let ended = is_accepted(ended, &simulator);

    let before = simulator.snapshot();
    let mut changer = Changer::new(&simulator, &estate, &ended, &plan);
    assert_eq!(changer.go(&plan, false).await, Vec::<String>::new());
    let differences = changes(&before, &simulator.snapshot());
    let unplanned = differences.iter().filter(|line| !plan.steps.iter().any(|step| is_made_by(step, line)));
    assert_eq!(unplanned.collect::<Vec<_>>(), Vec::<&String>::new(), "changed besides");
    let idle = plan.steps.iter().filter(|step| !differences.iter().any(|line| is_made_by(step, line)));
    assert_eq!(idle.map(|step| step.call.to_string()).collect::<Vec<_>>(), Vec::<String>::new(), "no change");

    let again = scanned(&simulator, &estate).rows("findings.csv");
    let left =
        again.iter().filter(|row| row["outcome"] != "pass" && planned.contains(row["finding_id"].as_str()));
    let left: Vec<String> =
        left.map(|row| format!("{} {}: {}", row["check_id"], row["field"], row["reason"])).collect();
    assert_eq!(left, Vec::<String>::new(), "still there");

    assert_eq!(changer.go(&plan, true).await, Vec::<String>::new());
    let restored: Vec<&FixStep> =
        plan.steps.iter().filter(|step| step.way_back == WayBack::Restore).collect();
    let differences = changes(&before, &simulator.snapshot());
    let left = differences.iter().filter(|line| restored.iter().any(|step| is_made_by(step, line)));
    assert_eq!(left.collect::<Vec<_>>(), Vec::<&String>::new(), "not restored");
}
