//! How long all checks take over a made-up estate, check by check: `make bench`.
//!
//! `judging RESOURCES ACCOUNTS` fills a store with so many resources, spread over the kinds as in a busy tree, judges
//! them, and prints the seconds and the largest resident memory. It knows no check: whatever a kind keeps is filled with
//! values of its shape, a fifth of them missing.

#![allow(clippy::print_stdout, reason = "what it measured is what it is for")]

#[path = "../tests/support/random_rows.rs"]
mod random_rows;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use random_rows::{Dice, row_of, value};
use twilio_audit::audit::{self, Compiled, Sink};
use twilio_audit::catalogue::{Column, KINDS, Keep};
use twilio_audit::evidence::{Batch, EvidenceError, FindingWriter, ScanFacts, Store, Value, Writer};
use twilio_audit::intent::Intent;
use twilio_audit::model::{AccountSid, Coverage, CoverageStatus, Finding, Outcome, ScanId, Tally};

/// Kinds of which a busy account has many, with their share in percent. The rest is spread over all others.
const MANY: &[(&str, usize)] = &[
    ("phone_number", 30),
    ("recording", 15),
    ("usage_record", 10),
    ("monitor_event", 10),
    ("studio_widget", 8),
    ("studio_url", 5),
    ("twiml_app", 4),
    ("api_key", 2),
    ("api_key_policy", 2),
    ("serverless_function", 2),
    ("queue", 2),
];

const MOMENT: &str = "2026-11-23T12:00:00Z";

fn main() -> Result<()> {
    let mut numbers = std::env::args().skip(1).map(|text| text.parse::<usize>());
    let resources = numbers.next().transpose()?.unwrap_or(100_000);
    let accounts = numbers.next().transpose()?.unwrap_or(2_000);
    let path = std::env::temp_dir().join(format!("judging-{}.db", std::process::id()));
    let accounts: Vec<AccountSid> =
        (0..accounts).map(|place| format!("AC{place:032x}").parse()).collect::<Result<_, _>>()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let store = runtime.block_on(fill(Store::create(&path)?, resources, &accounts))?;
    let checks = audit::compile(audit::built_in()?)?;
    std::fs::write("/proc/self/clear_refs", "5").context("cannot forget how much memory the filling took")?;
    let (took, tally) = judge(&path, &store, &checks)?;
    println!("{resources} resources, {} accounts, {} checks: {took:.2} s", accounts.len(), checks.len());
    println!("largest resident memory: {} MiB", resident_mib()?);
    for outcome in Outcome::ALL {
        println!("{:>9} {}", tally.count(|said| said.0 == outcome), outcome.as_str());
    }
    if std::env::var_os("EACH").is_some() {
        let mut each: Vec<(f64, usize, &str)> = Vec::new();
        for compiled in &checks {
            store.connection().execute_batch("delete from finding; delete from tally")?;
            let (took, tally) = judge(&path, &store, std::slice::from_ref(compiled))?;
            each.push((took, tally.count(|_| true), &compiled.check.id));
        }
        each.sort_by(|a, b| b.0.total_cmp(&a.0));
        for (seconds, rows, id) in each {
            println!("{seconds:8.3} s {rows:>9}  {id}");
        }
    }
    drop(store);
    std::fs::remove_file(&path).context("cannot remove the store")
}

/// Judges and keeps the findings, as a scan does.
fn judge(path: &Path, store: &Store, checks: &[Compiled]) -> Result<(f64, Tally)> {
    let begin = Instant::now();
    let mut kept = Kept(store.begin_findings()?);
    let judgement = audit::judge(&mut Store::open(path)?, checks, MOMENT.parse()?, &mut kept)?;
    kept.0.finish(&judgement.tallies)?;
    Ok((begin.elapsed().as_secs_f64(), judgement.tally()))
}

/// Keeps what needs action, as the first scan of a tree does.
struct Kept<'s>(FindingWriter<'s>);

impl Sink for Kept<'_> {
    fn wants_passes(&self, _: &str, _: &str) -> bool {
        false
    }

    fn take(&mut self, finding: Finding) -> Result<(), EvidenceError> {
        if finding.reason.starts_with("The check could not run") {
            println!("{}: {}", finding.check_id, finding.reason);
        }
        self.0.write(&finding)
    }

    fn forget(&mut self, check_id: &str) -> Result<(), EvidenceError> {
        self.0.forget(check_id)
    }
}

/// Fills a store through its writer, as a scan does.
async fn fill(store: Store, resources: usize, accounts: &[AccountSid]) -> Result<Store> {
    let mut dice = Dice(1);
    let facts = ScanFacts {
        id: ScanId::starting_at(MOMENT.parse()?),
        started_at: MOMENT.parse()?,
        written_by: "judging".to_owned(),
        catalogue_version: String::new(),
        intent_declared: true,
        derived_tokens: false,
    };
    store.write_scan(&facts, &Intent::parse(&intent(accounts), "audit.toml")?)?;
    let (writer, queue) = Writer::start(store);
    for (place, account) in accounts.iter().enumerate() {
        queue
            .send(Batch::Account {
                account: account.clone(),
                name: Some(format!("Account {place}")),
                status: Some("active".to_owned()),
                is_parent: place == 0,
                is_root: place == 0,
                has_subaccounts: place == 0,
                credential_kind: "main_key",
            })
            .await?;
        for kind in KINDS.iter().copied() {
            let coverage = Coverage {
                pages: 1,
                ..Coverage::new(account.clone(), kind.name, CoverageStatus::Complete, MOMENT.to_owned())
            };
            queue.send(Batch::Coverage(coverage)).await?;
        }
    }
    for kind in KINDS.iter().copied() {
        let share =
            MANY.iter().find(|(name, _)| *name == kind.name).map(|(_, percent)| resources * percent / 100);
        let count = share.unwrap_or(resources / 10 / KINDS.len());
        for start in (0..count).step_by(1000) {
            let rows = (start..count.min(start + 1000)).map(|place| {
                row_of(kind, place, accounts, |column| usual(column, place % accounts.len(), &mut dice))
            });
            queue.send(Batch::Rows(kind, rows.collect())).await?;
        }
    }
    drop(queue);
    Ok(writer.finish().await?)
}

/// One value in fifty is [any](value); the others are what a well-kept account holds.
fn usual(column: &Column, account: usize, dice: &mut Dice) -> Value {
    if dice.roll(50) == 0 {
        return value(column.keep, column.name, dice);
    }
    let is_rare = column.name.contains("fallback") || column.name.contains("callback");
    match (column.keep, column.name) {
        (Keep::Url, _) if is_rare && dice.roll(4) > 0 => Value::Null,
        (Keep::Url, _) => Value::Text(format!("https://a{account}.clinic.example/{}", column.name)),
        (Keep::Host, _) => Value::Text(format!("a{account}.clinic.example")),
        (Keep::Scheme, _) => Value::Text("https".to_owned()),
        (Keep::Country, _) => Value::Text("US".to_owned()),
        (Keep::Text, name) if name.ends_with("method") => Value::Text("POST".to_owned()),
        (keep, name) => value(keep, name, dice),
    }
}

/// Every second account carries PHI; the first is the parent.
fn intent(accounts: &[AccountSid]) -> String {
    let account = |(place, sid): (usize, &AccountSid)| {
        let role = if place == 0 { "management" } else { "workload" };
        let phi = place % 2 == 1;
        format!(
            "[[account]]\nsid = \"{sid}\"\nrole = \"{role}\"\nphi = {phi}\nenvironment = \"production\"\n"
        )
    };
    let host = |(place, sid): (usize, &AccountSid)| {
        let host = format!("a{place}.clinic.example");
        format!("[[webhook_host]]\npattern = \"{host}\"\naccounts = [\"{sid}\"]\noperated_by = \"self\"\n")
    };
    accounts.iter().enumerate().flat_map(|each| [account(each), host(each)]).collect()
}

/// The largest resident memory of this process, in MiB. Linux only.
fn resident_mib() -> Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).context("no VmHWM")?;
    let kib: u64 = line.split_whitespace().nth(1).context("no number")?.parse()?;
    Ok(kib / 1024)
}
