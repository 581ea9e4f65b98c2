//! Running checks over a store and keeping them honest.
//!
//! A query says what it sees. This file says what it may claim: a pass or "nothing to judge" stands
//! only where everything that the query reads was read; a fault stands wherever it was seen.

use std::collections::BTreeMap;

use jiff::Timestamp;
use rusqlite::Connection;

use super::compile::{Compiled, prepare, work_out_views};
use super::gaps::{Gap, Gaps};
use super::row::{Judged, read_row};
use super::sandbox;
use super::scope::AccountFacts;
use super::waivers::Waivers;
use crate::evidence::{EvidenceError, Store};
use crate::model::{Finding, Outcome, ScannedAccount, day_of, finding_id, in_seconds};

/// What the checks say of a store.
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The accounts, parent first, then by SID; without verdicts.
    pub accounts: Vec<ScannedAccount>,
    /// Every outcome, passes included: blockers first, then by severity, account, check and resource.
    pub findings: Vec<Finding>,
    /// What the reader must know of waivers, in sentences.
    pub notices: Vec<String>,
}

/// Runs checks over a store, as of a moment.
///
/// # Errors
///
/// When the store cannot be read. A check that fails to run stops no other: it becomes `not_assessed`.
pub fn judge(store: &mut Store, checks: &[Compiled], now: Timestamp) -> Result<Judgement, EvidenceError> {
    prepare(store.connection(), now)
        .and_then(|()| work_out_views(store.connection(), checks))
        .map_err(|source| EvidenceError::Sql { doing: "judge", source })?;
    judge_prepared(store, checks, now)
}

/// The same on a store that was [prepared](prepare) as of this moment.
pub(super) fn judge_prepared(
    store: &mut Store,
    checks: &[Compiled],
    now: Timestamp,
) -> Result<Judgement, EvidenceError> {
    let coverage = store.coverage()?;
    let run = |connection: &mut Connection| -> rusqlite::Result<Judgement> {
        let accounts = accounts(connection)?;
        let waivers = Waivers::read(connection, day_of(now))?;
        let gaps = Gaps::of(&coverage, &accounts);
        sandbox::confine(connection)?;
        let mut findings = Vec::new();
        for check in checks {
            sandbox::limit_time(connection)?;
            findings.extend(judge_one(connection, check, &accounts, &gaps, &waivers, now));
        }
        sandbox::release(connection)?;
        findings.sort_by(report_order);
        let notices = waivers.notices(checks, &findings);
        Ok(Judgement { accounts: accounts.iter().map(AccountFacts::to_scanned).collect(), findings, notices })
    };
    run(store.connection_mut()).map_err(|source| EvidenceError::Sql { doing: "judge", source })
}

fn judge_one(
    connection: &Connection,
    compiled: &Compiled,
    accounts: &[AccountFacts],
    gaps: &Gaps<'_>,
    waivers: &Waivers,
    now: Timestamp,
) -> Vec<Finding> {
    let any_phi = accounts.iter().any(|account| account.active && account.phi);
    let judged_accounts: Vec<&AccountFacts> =
        accounts.iter().filter(|account| compiled.check.scope.holds(account, any_phi)).collect();
    let (mut rows, broken) = match rows_by_account(connection, compiled) {
        Ok(rows) => (rows, None),
        Err(error) => {
            let reason = format!("The check could not run: {error}");
            (BTreeMap::new(), Some(Gap { reason, is_of_organization_alone: false }))
        }
    };
    let mut findings = Vec::new();
    let mut compared = None;
    if compiled.check.scope.needs_the_parent() && !accounts.iter().any(|account| account.is_parent) {
        let reason = "The parent account was not seen: supply a credential of it".to_owned();
        findings.extend(accounts.iter().find(|account| account.is_root).map(|root| {
            let row = Judged::of_account(compiled, root, Outcome::NotAssessed, reason);
            finding(compiled, root, row, waivers, now)
        }));
    }
    for account in judged_accounts {
        let gap = broken.clone().or_else(|| gaps.explain(compiled, &account.account_sid, &mut compared));
        let mut judged = rows.remove(&account.account_sid).unwrap_or_default();
        if gap.is_some() {
            judged.retain(|row| {
                !matches!(row.outcome, Outcome::Pass | Outcome::NotApplicable | Outcome::NotAssessed)
            });
        }
        match gap {
            Some(gap) => {
                // What a suspended account refuses to show, a person must look up, and so with the Organization.
                let is_for_a_person = !account.active || gap.is_of_organization_alone;
                let outcome = if is_for_a_person { Outcome::Manual } else { Outcome::NotAssessed };
                judged.push(Judged::of_account(compiled, account, outcome, gap.reason));
            }
            None if judged.is_empty() => judged.push(Judged::of_account(
                compiled,
                account,
                Outcome::NotApplicable,
                "There is nothing of this kind in the account".to_owned(),
            )),
            None => {}
        }
        findings.extend(
            worst_per_identity(judged).into_iter().map(|row| finding(compiled, account, row, waivers, now)),
        );
    }
    findings
}

fn rows_by_account(
    connection: &Connection,
    compiled: &Compiled,
) -> rusqlite::Result<BTreeMap<String, Vec<Judged>>> {
    let mut statement = connection.prepare(&compiled.check.query)?;
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = statement.query([])?;
    let mut by_account: BTreeMap<String, Vec<Judged>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let (account, judged) = read_row(row, &columns, compiled)?;
        by_account.entry(account).or_default().push(judged);
    }
    Ok(by_account)
}

/// One finding per (check, account, resource, field): should a query answer twice, the worse counts.
fn worst_per_identity(judged: Vec<Judged>) -> Vec<Judged> {
    let mut kept: BTreeMap<(String, String, String), Judged> = BTreeMap::new();
    for row in judged {
        let identity = (row.resource_type.clone(), row.resource_sid.clone(), row.field.clone());
        match kept.get(&identity) {
            Some(other) if (other.outcome, other.severity) <= (row.outcome, row.severity) => {}
            _ => {
                kept.insert(identity, row);
            }
        }
    }
    kept.into_values().collect()
}

fn finding(
    compiled: &Compiled,
    account: &AccountFacts,
    row: Judged,
    waivers: &Waivers,
    now: Timestamp,
) -> Finding {
    let check = &compiled.check;
    let milder = !account.phi && check.scope.includes_accounts_without_phi() && !row.severity_is_given;
    let severity = if milder { row.severity.milder() } else { row.severity };
    let waived =
        waivers.cover(&check.id, &account.account_sid, &row.resource_sid, row.outcome) && check.waivable;
    // What is wrong in an account without PHI keeps nobody from going live, unless it is the parent.
    let matters = (account.phi && account.active) || (account.is_root && check.scope.speaks_for_the_tree());
    let name = if row.resource_name.is_empty() && matches!(row.resource_type.as_str(), "" | "account") {
        account.name.clone()
    } else {
        row.resource_name
    };
    Finding {
        finding_id: finding_id(
            &check.id,
            &account.account_sid,
            &row.resource_type,
            &row.resource_sid,
            &row.field,
        ),
        change: String::new(),
        outcome: row.outcome,
        waived,
        severity,
        blocks_go_live: matters && row.blocks_go_live.unwrap_or(check.blocks_go_live && !row.is_warning),
        check_id: check.id.clone(),
        title: check.title.clone(),
        family: check.family.as_str().to_owned(),
        account_sid: account.account_sid.clone(),
        account_name: account.name.clone(),
        phi: account.phi,
        environment: account.environment.clone(),
        product: row.product,
        fix_command: match (&check.fix, row.outcome) {
            // A mere hint is no ground for a call that changes something.
            (Some(fix), Outcome::Fail) if !row.is_warning => {
                fix.command(&account.account_sid, &row.resource_sid, &row.field)
            }
            _ => String::new(),
        },
        resource_type: row.resource_type,
        resource_sid: row.resource_sid,
        resource_name: name,
        field: row.field,
        reason: row.reason,
        evidence: row.evidence,
        remediation: match row.outcome {
            // Nobody saw a fault: what to mend comes after what to supply.
            Outcome::NotAssessed => {
                format!(
                    "First supply what is missing (see the reason) and scan again. If a fault is seen then: {}",
                    check.remediation.trim()
                )
            }
            _ => check.remediation.trim().to_owned(),
        },
        console_url: String::new(),
        citations: check.citations.clone(),
        sources: check.sources.clone(),
        first_seen: in_seconds(now),
        last_seen: in_seconds(now),
        owner: account.owner.clone(),
    }
}

fn report_order(a: &Finding, b: &Finding) -> std::cmp::Ordering {
    let key = |f: &Finding| (!f.blocks_go_live, f.severity);
    key(a).cmp(&key(b)).then_with(|| {
        (&a.account_sid, &a.check_id, &a.resource_sid, &a.resource_type, &a.field).cmp(&(
            &b.account_sid,
            &b.check_id,
            &b.resource_sid,
            &b.resource_type,
            &b.field,
        ))
    })
}

fn accounts(connection: &Connection) -> rusqlite::Result<Vec<AccountFacts>> {
    connection
        .prepare(
            "select account_sid, name, phi, declared, active, is_parent, is_root, environment, owner, \
             status from account order by is_root desc, account_sid",
        )?
        .query_map([], |row| {
            Ok(AccountFacts {
                account_sid: row.get(0)?,
                name: row.get(1)?,
                phi: row.get(2)?,
                declared: row.get(3)?,
                active: row.get(4)?,
                is_parent: row.get(5)?,
                is_root: row.get(6)?,
                environment: row.get(7)?,
                owner: row.get(8)?,
                status: row.get(9)?,
            })
        })?
        .collect()
}

impl Judged {
    fn of_account(compiled: &Compiled, account: &AccountFacts, outcome: Outcome, reason: String) -> Self {
        Self {
            outcome,
            severity: compiled.check.severity,
            severity_is_given: false,
            is_warning: false,
            blocks_go_live: None,
            resource_type: String::new(),
            resource_sid: account.account_sid.clone(),
            resource_name: account.name.clone(),
            field: String::new(),
            product: compiled.check.product.clone(),
            reason,
            evidence: Vec::new(),
        }
    }
}
