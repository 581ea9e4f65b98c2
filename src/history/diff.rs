//! What became of the findings and the accounts between two scans, however far apart.

use std::collections::{HashMap, HashSet};
use std::io;

use super::fate::{is_occurrence, says_only_what_is_missing};
use crate::model::{
    AccountChange, Became, Before, Change, Diff, Finding, FindingChange, Findings, Outcome, Scan,
    ScannedAccount, Side, THERE, Verdict, in_seconds,
};

/// A scan and its findings.
#[derive(Clone, Copy)]
pub struct Scanned<'a> {
    /// The scan.
    pub scan: &'a Scan,
    /// Its findings.
    pub findings: &'a dyn Findings,
}

/// What is different between two scans, but for their resources. `all`: what is open as before is listed too.
///
/// # Errors
///
/// When findings cannot be read.
pub fn diff(older: Scanned<'_>, newer: Scanned<'_>, all: bool) -> io::Result<Diff> {
    let mut diff = Diff { older: side(older.scan), newer: side(newer.scan), ..Diff::default() };
    let mut open = open_in(older)?;
    let mut unread: HashSet<(String, String)> = HashSet::new();
    let (mut fixed, mut told_once) = (HashSet::new(), HashSet::new());
    let before = Ran::of(older.scan);
    newer.findings.each(&mut |finding| {
        if finding.outcome == Outcome::NotAssessed
            || finding.outcome.needs_action() && says_only_what_is_missing(finding)
        {
            unread.insert((finding.check_id.clone(), finding.account_sid.clone()));
        }
        if !finding.outcome.needs_action() {
            let which = if finding.change == Change::LostSight { &mut told_once } else { &mut fixed };
            which.insert(finding.finding_id.clone());
            return Ok(());
        }
        let was = open.remove(&finding.finding_id);
        let (became, note) = became(finding, was.as_ref(), &before);
        if became == Became::Open {
            diff.still_open += 1;
        }
        if all || became != Became::Open {
            let before = was.map(|was| Before { outcome: was.outcome, severity: was.severity });
            diff.findings.push(FindingChange { became, finding: finding.clone(), before, note });
        }
        Ok(())
    })?;
    let now = Ran::of(newer.scan);
    let left = open.into_values().filter_map(|was| left(was, &now, newer.scan, &fixed, &told_once, &unread));
    diff.findings.extend(left);
    diff.findings.sort_by(|a, b| key(a).cmp(&key(b)));
    diff.accounts = accounts(older.scan, newer.scan, &mut diff.not_comparable);
    Ok(diff)
}

fn side(scan: &Scan) -> Side {
    Side {
        scan_id: scan.id.to_string(),
        started_at: in_seconds(scan.started_at),
        complete: scan.is_complete(),
    }
}

fn key(change: &FindingChange) -> impl Ord + use<'_> {
    let finding = &change.finding;
    (
        (change.became, !finding.blocks_go_live, finding.severity),
        (
            &finding.account_sid,
            &finding.check_id,
            &finding.resource_sid,
            &finding.resource_type,
            &finding.field,
        ),
    )
}

fn open_in(scanned: Scanned<'_>) -> io::Result<HashMap<String, Finding>> {
    let mut open = HashMap::new();
    scanned.findings.each(&mut |finding| {
        if finding.outcome.needs_action() {
            open.insert(finding.finding_id.clone(), finding.clone());
        }
        Ok(())
    })?;
    Ok(open)
}

/// What a scan looked at.
struct Ran<'a> {
    checks: HashSet<&'a str>,
    accounts: HashMap<&'a str, bool>,
}

impl<'a> Ran<'a> {
    fn of(scan: &'a Scan) -> Self {
        Self {
            checks: scan.rules.iter().map(|rule| rule.id.as_str()).collect(),
            accounts: scan
                .accounts
                .iter()
                .map(|account| (account.account_sid.as_str(), account.phi))
                .collect(),
        }
    }

    /// Whether an account carries PHI; as before, where it is not known any more.
    fn phi_of(&self, account_sid: &str, before: bool) -> bool {
        self.accounts.get(account_sid).copied().unwrap_or(before)
    }

    fn looked_at(&self, finding: &Finding) -> bool {
        self.checks.contains(finding.check_id.as_str())
            && self.accounts.contains_key(finding.account_sid.as_str())
    }
}

/// What a finding that is open now became.
fn became(now: &Finding, was: Option<&Finding>, before: &Ran<'_>) -> (Became, String) {
    let said = |became: Became, note: &str| (became, note.to_owned());
    match was {
        Some(was) if now.outcome == Outcome::NotAssessed && was.outcome != Outcome::NotAssessed => {
            said(Became::LostSight, "")
        }
        Some(was) if (was.outcome, was.severity) != (now.outcome, now.severity) => said(Became::Changed, ""),
        Some(_) => said(Became::Open, ""),
        // It was new in a scan between the two, and then lost.
        None if now.change == Change::LostSight => said(Became::LostSight, ""),
        None if says_only_what_is_missing(now)
            && now.outcome == Outcome::NotAssessed
            && before.looked_at(now) =>
        {
            said(Became::LostSight, "")
        }
        None if !before.checks.contains(now.check_id.as_str()) => {
            said(Became::New, "the older scan did not run this check")
        }
        None => said(Became::New, ""),
    }
}

/// What became of a finding that was open and has no open one of its id now.
fn left(
    was: Finding,
    now: &Ran<'_>,
    newer: &Scan,
    fixed: &HashSet<String>,
    told_once: &HashSet<String>,
    unread: &HashSet<(String, String)>,
) -> Option<FindingChange> {
    let place = (was.check_id.clone(), was.account_sid.clone());
    let (became, note) = if fixed.contains(&was.finding_id) {
        (Became::Fixed, "")
    } else if told_once.contains(&was.finding_id) {
        (Became::LostSight, "it is not judged any more, or happened too long ago to be seen")
    } else if is_occurrence(&was) {
        (Became::LostSight, "it happened too long ago to be seen any more")
    } else if now.phi_of(&was.account_sid, was.phi) != was.phi {
        (Became::LostSight, "the account is declared otherwise now, so that it may not be judged any more")
    } else if !now.checks.contains(was.check_id.as_str()) {
        (Became::LostSight, "the newer scan did not run this check")
    } else if !now.accounts.contains_key(was.account_sid.as_str()) {
        match newer.tree_is_known {
            true => (Became::Fixed, "the account is not in the tree any more"),
            false => (Became::LostSight, "not all accounts of the tree are known"),
        }
    } else if unread.contains(&place) {
        (Became::LostSight, "not everything could be read")
    } else {
        (Became::Fixed, "what it was about is not there any more, or is well")
    };
    // A gap that was closed is no fault that was mended, and what was out of sight cannot get out of it.
    let was_unseen = was.outcome == Outcome::NotAssessed;
    if was_unseen && (became == Became::LostSight || says_only_what_is_missing(&was)) {
        return None;
    }
    let before = Some(Before { outcome: was.outcome, severity: was.severity });
    Some(FindingChange { became, finding: was, before, note: note.to_owned() })
}

fn accounts(older: &Scan, newer: &Scan, not_comparable: &mut usize) -> Vec<AccountChange> {
    let by_sid = |scan: &'_ Scan| -> HashMap<String, ScannedAccount> {
        scan.accounts.iter().map(|account| (account.account_sid.clone(), account.clone())).collect()
    };
    let (before, after) = (by_sid(older), by_sid(newer));
    let mut changes = Vec::new();
    for account in &newer.accounts {
        match before.get(&account.account_sid) {
            Some(was) => changes.extend(changes_of(was, account)),
            None if older.tree_is_known => changes.push(change(account, "account", "", THERE)),
            None => *not_comparable += 1,
        }
    }
    for account in older.accounts.iter().filter(|account| !after.contains_key(&account.account_sid)) {
        match newer.tree_is_known {
            true => changes.push(change(account, "account", THERE, "")),
            false => *not_comparable += 1,
        }
    }
    changes
}

fn changes_of(was: &ScannedAccount, is: &ScannedAccount) -> Vec<AccountChange> {
    let verdict = |account: &ScannedAccount| account.verdict.map_or("", Verdict::as_str);
    let phi = |account: &ScannedAccount| if account.phi { "yes" } else { "no" };
    [
        change(is, "verdict", verdict(was), verdict(is)),
        change(is, "status", &was.status, &is.status),
        change(is, "phi", phi(was), phi(is)),
    ]
    .into_iter()
    .filter(|change| change.before != change.after)
    .collect()
}

fn change(account: &ScannedAccount, what: &'static str, before: &str, after: &str) -> AccountChange {
    AccountChange {
        account_sid: account.account_sid.clone(),
        account_name: account.account_name.clone(),
        what,
        before: before.to_owned(),
        after: after.to_owned(),
    }
}
