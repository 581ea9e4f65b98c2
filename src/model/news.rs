//! What is told of a scan to people who do not look at its report: counts and verdicts.
//!
//! It may end up in anybody's mailbox, so it holds no evidence, no reason, and no name of an account or of a resource.

use std::io;

use jiff::Timestamp;
use serde::Serialize;

use super::{Change, Finding, Findings, Outcome, Region, Scan, Severity, Verdict};

/// Checks that are named at most.
const MOST_CHECKS: usize = 50;

/// What became of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct News {
    /// Its name; nothing where there is no scan.
    pub scan_id: Option<String>,
    /// When it ended.
    pub at: Timestamp,
    /// The exit code of the program.
    pub exit_code: u8,
    /// Why there is no scan, in one sentence that quotes nothing.
    pub failure: Option<String>,
    /// Whether everything that was required could be assessed.
    pub complete: bool,
    /// Whether there was no scan to compare it with.
    pub first_scan: bool,
    /// The Region that was audited.
    pub region: Region,
    /// The parent of the tree, where it is known.
    pub parent_sid: Option<String>,
    /// What differs from the scan before.
    pub changes: ToldChanges,
    /// What is open.
    pub open: OpenCounts,
    /// The checks that new blockers are of, worst first; those beyond the first few are left out.
    pub blockers: Vec<ToldCheck>,
    /// Whether PHI may go live, by account.
    pub verdicts: Vec<ToldVerdict>,
    /// Where the report is.
    pub report_folder: String,
    /// SHA-256 of the manifest of what was written, where there is one.
    pub manifest_sha256: Option<String>,
}

/// How many findings differ from the scan before.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct ToldChanges {
    /// Open now, and not before.
    pub new: usize,
    /// Open before, and seen to be well now.
    pub fixed: usize,
    /// Open before, and not to be seen any more.
    pub lost_sight: usize,
    /// Open before, and a fault, or a worse one, only now.
    pub worse: usize,
    /// Those of the new ones that stand against going live.
    pub new_blockers: usize,
}

/// How many findings are open; waived ones do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct OpenCounts {
    /// Critical faults.
    pub critical: usize,
    /// High ones.
    pub high: usize,
    /// Medium ones.
    pub medium: usize,
    /// Low ones.
    pub low: usize,
    /// What a person must answer.
    pub manual: usize,
    /// What could not be assessed.
    pub not_assessed: usize,
}

/// A check, by its name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldCheck {
    /// Its id.
    pub check_id: String,
    /// The good state, as the check has it.
    pub title: String,
}

/// Whether PHI may go live on an account, now and before. Nothing where the account had or has no verdict: it did not
/// exist, is not active, or carries no PHI.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ToldVerdict {
    /// The account.
    pub account_sid: String,
    /// What holds now.
    pub verdict: Option<Verdict>,
    /// What held in the scan before.
    pub before: Option<Verdict>,
}

impl ToldVerdict {
    /// Whether it is another than before.
    pub fn is_change(&self) -> bool {
        self.verdict != self.before
    }
}

impl News {
    /// What there is to tell of a finished scan. `previous` has the verdicts of the scan before; nothing where there was
    /// none.
    ///
    /// # Errors
    ///
    /// When the findings cannot be read.
    pub fn of(
        scan: &Scan,
        findings: &dyn Findings,
        exit_code: u8,
        at: Timestamp,
        previous: Option<&[(String, Verdict)]>,
        report_folder: &str,
    ) -> io::Result<Self> {
        let (changes, blockers) = changes(scan, findings)?;
        Ok(Self {
            scan_id: Some(scan.id.to_string()),
            at,
            exit_code,
            failure: None,
            complete: scan.is_complete(),
            first_scan: previous.is_none(),
            region: scan.region,
            parent_sid: scan.accounts.iter().find(|one| one.is_parent).map(|one| one.account_sid.clone()),
            changes,
            open: OpenCounts::of(scan),
            blockers,
            verdicts: verdicts(scan, previous.unwrap_or_default()),
            report_folder: report_folder.to_owned(),
            manifest_sha256: None,
        })
    }

    /// That there is no scan, and why.
    pub fn no_scan(exit_code: u8, failure: &str, at: Timestamp, region: Region, report_folder: &str) -> Self {
        Self {
            scan_id: None,
            at,
            exit_code,
            failure: Some(failure.to_owned()),
            complete: false,
            first_scan: false,
            region,
            parent_sid: None,
            changes: ToldChanges::default(),
            open: OpenCounts::default(),
            blockers: Vec::new(),
            verdicts: Vec::new(),
            report_folder: report_folder.to_owned(),
            manifest_sha256: None,
        }
    }

    /// Whether something is otherwise than before: a finding, or a verdict. A first scan is news as a whole.
    pub fn is_change(&self) -> bool {
        let ToldChanges { new, fixed, lost_sight, worse, .. } = self.changes;
        let counts = new + fixed + lost_sight + worse > 0;
        let is_scan = self.scan_id.is_some();
        is_scan && (counts || self.first_scan || self.verdicts.iter().any(ToldVerdict::is_change))
    }

    /// Whether something was not done: there is no scan, or it could not assess everything. Who asked for the end
    /// (exit code 130) knows.
    pub const fn is_failure(&self) -> bool {
        matches!(self.exit_code, 2..=5)
    }
}

impl OpenCounts {
    fn of(scan: &Scan) -> Self {
        let fail = |severity| scan.count(Outcome::Fail, severity);
        Self {
            critical: fail(Severity::Critical),
            high: fail(Severity::High),
            medium: fail(Severity::Medium),
            low: fail(Severity::Low),
            manual: scan.unwaived(Outcome::Manual),
            not_assessed: scan.unwaived(Outcome::NotAssessed),
        }
    }
}

/// Counts what changed, and names the checks that new blockers are of. Of a first scan nothing counts as new.
fn changes(scan: &Scan, findings: &dyn Findings) -> io::Result<(ToldChanges, Vec<ToldCheck>)> {
    let mut changes = ToldChanges {
        lost_sight: scan.changes.lost_sight,
        fixed: scan.changes.fixed,
        ..ToldChanges::default()
    };
    let mut new_faults = 0;
    let mut blockers: Vec<ToldCheck> = Vec::new();
    findings.each(&mut |finding: &Finding| {
        let is_new = finding.change == Change::New && !finding.waived;
        changes.new += usize::from(is_new);
        new_faults += usize::from(is_new && finding.outcome == Outcome::Fail);
        if is_new && finding.is_open_blocker() {
            changes.new_blockers += 1;
            let is_named = blockers.iter().any(|check| check.check_id == finding.check_id);
            if !is_named && blockers.len() < MOST_CHECKS {
                let title = scan.rule(&finding.check_id).map(|rule| rule.title.clone());
                let title = title.unwrap_or_default();
                blockers.push(ToldCheck { check_id: finding.check_id.clone(), title });
            }
        }
        Ok(())
    })?;
    if scan.compared_with.is_some() {
        let all: usize = scan.changes.new_faults.iter().map(|(_, faults)| faults).sum();
        changes.worse = all.saturating_sub(new_faults);
    }
    Ok((changes, blockers))
}

/// The verdicts of this scan with those before, and then those that are no more: an account that drops out of sight must
/// not do so in silence.
fn verdicts(scan: &Scan, previous: &[(String, Verdict)]) -> Vec<ToldVerdict> {
    let mut left: std::collections::BTreeMap<&str, Verdict> =
        previous.iter().map(|(account, verdict)| (account.as_str(), *verdict)).collect();
    let mut told = Vec::new();
    for account in scan.accounts.iter().filter(|account| account.verdict.is_some()) {
        let before = left.remove(account.account_sid.as_str());
        told.push(ToldVerdict { account_sid: account.account_sid.clone(), verdict: account.verdict, before });
    }
    told.extend(left.into_iter().map(|(account, verdict)| ToldVerdict {
        account_sid: account.to_owned(),
        verdict: None,
        before: Some(verdict),
    }));
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(exit_code: u8) -> News {
        let at = Timestamp::UNIX_EPOCH;
        News { scan_id: Some("x".into()), failure: None, ..News::no_scan(exit_code, "", at, Region::Us1, "") }
    }

    fn verdict(now: Option<Verdict>, before: Option<Verdict>) -> News {
        let told = ToldVerdict { account_sid: "AC1".into(), verdict: now, before };
        News { verdicts: vec![told], ..quiet(0) }
    }

    #[test]
    fn whatever_differs_is_a_change() {
        let (ready, not) = (Some(Verdict::Ready), Some(Verdict::NotReady));
        let counted = |changes| News { changes, ..quiet(1) };
        for (news, expected) in [
            (quiet(1), false),
            (News { first_scan: true, ..quiet(0) }, true),
            (counted(ToldChanges { new: 1, ..ToldChanges::default() }), true),
            (counted(ToldChanges { fixed: 1, ..ToldChanges::default() }), true),
            (counted(ToldChanges { lost_sight: 1, ..ToldChanges::default() }), true),
            (verdict(ready, ready), false),
            (verdict(ready, not), true),
            (verdict(ready, None), true),
            (verdict(None, ready), true),
            (News { scan_id: None, first_scan: true, ..quiet(4) }, false),
        ] {
            assert_eq!(news.is_change(), expected, "{news:?}");
        }
    }

    #[test]
    fn what_was_not_read_is_a_failure_and_a_fault_is_none() {
        let failing: Vec<u8> = (0..=255).filter(|code| quiet(*code).is_failure()).collect();
        assert_eq!(failing, [2, 3, 4, 5]);
    }
}
