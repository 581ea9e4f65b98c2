//! The proof that a check brings along: small rows, and the outcome each should get.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::check::Example;
use super::compile::{Compiled, prepare};
use super::judge::judge_prepared;
use super::sandbox::Allowance;
use super::sink::Collected;
use crate::catalogue::{self, KINDS, Kind, Per};
use crate::evidence::{Batch, EvidenceError, Row, Store, Value};
use crate::intent::Intent;
use crate::model::{AccountSid, Coverage, CoverageStatus, Finding, Outcome, Settlement};

/// The moment at which examples are judged, so that their dates never age.
pub const EXAMPLE_TIME: &str = "2026-11-23T12:00:00Z";

/// The account that a row belongs to when it names none.
const DEFAULT_ACCOUNT: &str = "AC1";

/// An example whose outcome is not the expected one.
#[derive(Debug, thiserror::Error)]
#[error("{file}:{line}: example \"{example}\": {problem}")]
pub struct Mismatch {
    file: String,
    line: usize,
    example: String,
    problem: String,
}

/// Where examples are judged: one store, put back after each.
#[derive(Debug)]
pub struct Rehearsal {
    store: Store,
    now: Timestamp,
    allowance: Allowance,
}

impl Rehearsal {
    /// An empty store, ready for examples.
    ///
    /// # Errors
    ///
    /// When SQLite cannot make it.
    pub fn new() -> Result<Self, EvidenceError> {
        let now = EXAMPLE_TIME.parse().map_err(|_| EvidenceError::Intent)?;
        let store = Store::in_memory()?;
        prepare(store.connection(), now).map_err(|source| EvidenceError::Sql { doing: "prepare", source })?;
        Ok(Self { store, now, allowance: Allowance::default() })
    }

    /// The same, and what each query may take.
    #[must_use]
    pub fn within(self, allowance: Allowance) -> Self {
        Self { allowance, ..self }
    }

    /// Judges every example of a check, and returns those that do not come out as they should.
    pub fn run(&mut self, compiled: &Compiled) -> Vec<Mismatch> {
        let file = &compiled.check.file;
        let mut mismatches = Vec::new();
        for example in &compiled.check.examples {
            let (now, allowance) = (self.now, self.allowance);
            let ran = self.store.on_trial(|store| run_example(store, compiled, example, now, allowance));
            if let Err(problem) = ran.unwrap_or_else(|error| Err(error.to_string())) {
                mismatches.push(Mismatch {
                    file: file.name.clone(),
                    line: file.line_of(&example.name),
                    example: example.name.clone(),
                    problem,
                });
            }
        }
        mismatches
    }

    /// The attestations that a check says settle its findings and that no example proves to: with the attestation a
    /// row passes, and without it, it does not and would be settled. Those without a fixed value prove nothing here.
    pub fn unproven_settlements(&mut self, compiled: &Compiled) -> Vec<String> {
        let with_value = compiled.check.settled_by.iter().filter(|by| by.value.is_some());
        let unproven =
            with_value.filter(|by| !compiled.check.examples.iter().any(|e| self.settles(compiled, e, by)));
        unproven.map(|by| format!("no example shows that `{}` settles a finding", by.attestation)).collect()
    }

    /// Whether an example shows that an attestation settles a finding.
    fn settles(&mut self, compiled: &Compiled, example: &Example, by: &Settlement) -> bool {
        let Some(without) = without_attestation(example, by) else { return false };
        let (now, allowance) = (self.now, self.allowance);
        let mut judged = |example: &Example| {
            let ran = self.store.on_trial(|store| judge_example(store, compiled, example, now, allowance));
            ran.map_err(|error| error.to_string()).flatten().unwrap_or_default()
        };
        let (with, without) = (judged(example), judged(&without));
        let passes = |finding: &&Finding| {
            let is_it =
                |other: &Finding| other.finding_id == finding.finding_id && other.outcome == Outcome::Pass;
            with.iter().any(is_it)
        };
        without
            .iter()
            .filter(|finding| finding.outcome.needs_action() && by.settles(finding))
            .any(|f| passes(&f))
    }
}

/// An example without an attestation, where it gives it with the very value that settles.
fn without_attestation(example: &Example, by: &Settlement) -> Option<Example> {
    let is_it = |entry: &toml::Value, value: &Option<String>| {
        let text = |key: &str| entry.get(key).and_then(toml::Value::as_str);
        text("id") == Some(&by.attestation) && (value.is_none() || text("value") == value.as_deref())
    };
    let mut less = example.clone();
    let given = less.given.get_mut("intent")?.get_mut("attestation")?.as_array_mut()?;
    let had = given.iter().any(|entry| is_it(entry, &by.value));
    given.retain(|entry| !is_it(entry, &None));
    had.then_some(less)
}

fn judge_example(
    store: &mut Store,
    compiled: &Compiled,
    example: &Example,
    now: Timestamp,
    allowance: Allowance,
) -> Result<Vec<Finding>, String> {
    fill(store, compiled, example)?;
    let mut collected = Collected::default();
    judge_prepared(store, std::slice::from_ref(compiled), now, allowance, &mut collected)
        .map_err(|error| error.to_string())?;
    Ok(collected.into_findings())
}

fn run_example(
    store: &mut Store,
    compiled: &Compiled,
    example: &Example,
    now: Timestamp,
    allowance: Allowance,
) -> Result<(), String> {
    let findings = judge_example(store, compiled, example, now, allowance)?;
    let expected: BTreeMap<String, &str> =
        example.expect.iter().map(|(thing, outcome)| (full_path(thing), outcome.as_str())).collect();
    let mut seen = BTreeSet::new();
    for finding in &findings {
        let exact = format!("{}/{}", finding.resource_sid, finding.field);
        let thing = if expected.contains_key(&exact) { exact } else { finding.resource_sid.clone() };
        let Some(wanted) = expected.get(&thing) else {
            return Err(format!(
                "{thing} is `{}` and nothing was expected: {}",
                finding.outcome.as_str(),
                finding.reason
            ));
        };
        let (outcome, severity) = wanted.split_once(':').unwrap_or((wanted, finding.severity.as_str()));
        if (outcome, severity) != (finding.outcome.as_str(), finding.severity.as_str()) {
            let got = format!("{}:{}", finding.outcome.as_str(), finding.severity);
            return Err(format!("{thing} should be `{wanted}` and is `{got}`: {}", finding.reason));
        }
        if !seen.insert(thing.clone()) {
            return Err(format!("{thing} is judged twice: name the field, as `{thing}/{}`", finding.field));
        }
    }
    match expected.keys().find(|thing| !seen.contains(*thing)) {
        Some(thing) => Err(format!("{thing} was not judged")),
        None => Ok(()),
    }
}

fn fill(store: &mut Store, compiled: &Compiled, example: &Example) -> Result<(), String> {
    let given = expand(toml::Value::Table(example.given.clone()));
    let toml::Value::Table(given) = given else { return Err("`given` is no table".to_owned()) };
    let intent: Option<Intent> = given
        .get("intent")
        .map(|document| document.clone().try_into())
        .transpose()
        .map_err(|error| format!("`given.intent`: {error}"))?;
    let declared = intent.is_some();
    store.write_intent(&intent.unwrap_or_default(), declared).map_err(|error| error.to_string())?;
    let mut accounts = BTreeSet::new();
    for (table, rows) in given.iter().filter(|(table, _)| *table != "intent" && *table != "scan_account") {
        let kind = catalogue::kind(table).ok_or_else(|| format!("`{table}` is no resource kind"))?;
        let rows = rows_of(kind, rows)?;
        accounts.extend(rows.iter().map(|row| row.account.clone()));
        store.write(&Batch::Rows(kind, rows)).map_err(|error| error.to_string())?;
    }
    write_accounts(store, given.get("scan_account"), accounts)?;
    write_coverage(store, compiled, &example.missing)
}

/// Accounts named in `scan_account`, and every account that a row belongs to. The first is the parent.
fn write_accounts(
    store: &mut Store,
    given: Option<&toml::Value>,
    mut accounts: BTreeSet<AccountSid>,
) -> Result<(), String> {
    let listed: Vec<toml::Table> = match given {
        Some(value) => {
            value.clone().try_into().map_err(|_| "`scan_account` must be a list of tables".to_owned())?
        }
        None => vec![],
    };
    let mut facts = BTreeMap::new();
    for table in listed {
        let sid = account_of(&table, "sid")?;
        facts.insert(sid.clone(), table);
        accounts.insert(sid);
    }
    if accounts.is_empty() {
        accounts.insert(full_sid(DEFAULT_ACCOUNT).parse().map_err(|_| "bad default".to_owned())?);
    }
    let has_children = accounts.len() > 1;
    for (place, account) in accounts.into_iter().enumerate() {
        let table = facts.remove(&account).unwrap_or_default();
        let text = |name: &str| table.get(name).and_then(toml::Value::as_str).map(str::to_owned);
        let is_parent = table.get("is_parent").and_then(toml::Value::as_bool).unwrap_or(place == 0);
        store
            .write(&Batch::Account {
                account,
                name: text("name"),
                status: text("status").or_else(|| Some("active".to_owned())),
                is_parent,
                is_root: place == 0,
                has_subaccounts: is_parent && has_children,
                credential_kind: credential_kind(&table),
            })
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// The credential that an account is read with: its Auth Token, where the example names none of these.
fn credential_kind(table: &toml::Table) -> &'static str {
    let named = table.get("credential_kind").and_then(toml::Value::as_str).unwrap_or_default();
    let known = ["restricted_key", "standard_key", "main_key", "oauth_app", "api_key", "derived_token", ""];
    known
        .into_iter()
        .find(|word| *word == named && table.contains_key("credential_kind"))
        .unwrap_or("auth_token")
}

/// Everything that the check reads counts as read, but for what the example says is missing.
fn write_coverage(store: &mut Store, compiled: &Compiled, missing: &[String]) -> Result<(), String> {
    if let Some(unknown) = missing.iter().find(|table| !compiled.reads.iter().any(|kind| kind.name == *table))
    {
        return Err(format!("`missing` names `{unknown}`, which the check does not read"));
    }
    let accounts: Vec<String> = store
        .connection()
        .prepare("select account_sid from scan_account")
        .and_then(|mut statement| statement.query_map([], |row| row.get(0))?.collect())
        .map_err(|error| error.to_string())?;
    for account in accounts {
        for kind in KINDS.iter().copied() {
            let status = if missing.iter().any(|table| table == kind.name) {
                CoverageStatus::Denied
            } else {
                CoverageStatus::Complete
            };
            let account = account.parse().map_err(|_| "bad account".to_owned())?;
            let coverage =
                Coverage { pages: 1, ..Coverage::new(account, kind.name, status, EXAMPLE_TIME.to_owned()) };
            store.write(&Batch::Coverage(coverage)).map_err(|error| error.to_string())?;
        }
    }
    Ok(())
}

fn rows_of(kind: &'static Kind, rows: &toml::Value) -> Result<Vec<Row>, String> {
    let tables: Vec<toml::Table> =
        rows.clone().try_into().map_err(|_| format!("`{}` must be a list of tables", kind.name))?;
    tables.iter().map(|table| row_of(kind, table)).collect()
}

fn row_of(kind: &'static Kind, table: &toml::Table) -> Result<Row, String> {
    let known = |name: &str| {
        ["account_sid", "parent_sid", "sid"].contains(&name) || kind.columns.iter().any(|c| c.name == name)
    };
    if let Some(unknown) = table.keys().find(|name| !known(name)) {
        return Err(format!("`{}` keeps no column `{unknown}`", kind.name));
    }
    let text = |name: &str| table.get(name).and_then(toml::Value::as_str).unwrap_or_default().to_owned();
    let account = account_of(table, "account_sid")?;
    let mut sid = text("sid");
    if sid.is_empty() && kind.name == catalogue::TWILIO_ACCOUNT.name {
        sid = account.to_string();
    }
    let per_account = kind.endpoint().is_some_and(|endpoint| endpoint.per == Per::Account);
    if !per_account && sid.is_empty() {
        sid = text("parent_sid");
    }
    Ok(Row {
        account,
        parent: text("parent_sid"),
        link: None,
        sid,
        values: kind.columns.iter().map(|column| value_of(table.get(column.name))).collect(),
    })
}

fn account_of(table: &toml::Table, field: &str) -> Result<AccountSid, String> {
    let written = table.get(field).and_then(toml::Value::as_str).unwrap_or_default();
    let sid = if written.is_empty() { full_sid(DEFAULT_ACCOUNT) } else { written.to_owned() };
    sid.parse().map_err(|_| format!("`{sid}` is no account"))
}

fn value_of(value: Option<&toml::Value>) -> Value {
    match value {
        None => Value::Null,
        Some(toml::Value::String(text)) => Value::Text(text.clone()),
        Some(toml::Value::Integer(number)) => Value::Integer(*number),
        Some(toml::Value::Float(number)) => Value::Real(*number),
        Some(toml::Value::Boolean(yes)) => Value::Integer(i64::from(*yes)),
        Some(toml::Value::Datetime(time)) => Value::Text(time.to_string()),
        Some(other) => Value::Text(serde_json::to_string(other).unwrap_or_default()),
    }
}

/// `PN1` is `PN` and 32 digits that end in 1; everything else stays.
fn full_sid(text: &str) -> String {
    let is_short = text.len() > 2
        && text.len() <= 6
        && text.get(..2).is_some_and(|prefix| prefix.bytes().all(|b| b.is_ascii_uppercase()))
        && text.get(2..).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit()));
    if is_short { format!("{}{:0>32}", &text[..2], &text[2..]) } else { text.to_owned() }
}

/// The same for `PN1/voice_url`, and for the widgets of a flow, `FW1.2`.
fn full_path(text: &str) -> String {
    let (sid, rest) = text.find('/').map_or((text, ""), |at| text.split_at(at));
    full_sid(sid) + rest
}

fn expand(value: toml::Value) -> toml::Value {
    match value {
        toml::Value::String(text) => toml::Value::String(full_sid(&text)),
        toml::Value::Array(items) => toml::Value::Array(items.into_iter().map(expand).collect()),
        toml::Value::Table(table) => {
            toml::Value::Table(table.into_iter().map(|(name, value)| (name, expand(value))).collect())
        }
        other => other,
    }
}
