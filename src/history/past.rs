//! What a scan knows of the one before it, and what became of each finding since.

use std::collections::{HashMap, HashSet};
use std::io;

use jiff::Timestamp;

use crate::model::{Change, Finding, Findings, Outcome, Scan, Severity, in_seconds};

/// What is known from before.
#[derive(Debug, Clone)]
pub enum Past {
    /// The scan is about a part only and is compared with none.
    NotCompared,
    /// There was no scan before: everything is `first_scan`.
    FirstScan,
    /// What the previous scan said.
    Known(Box<Known>),
}

/// What the previous scan said.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// What was open, by identity.
    open: HashMap<String, Open>,
    /// The checks and accounts that it is of.
    places: HashSet<(String, String)>,
    /// The checks that were run.
    checks: HashSet<String>,
    /// The accounts that were known.
    accounts: HashSet<String>,
}

/// A finding that was open.
#[derive(Debug, Clone)]
struct Open {
    first_seen: String,
    outcome: Outcome,
    severity: Severity,
    /// Whether something was known to be wrong, or to be answered; not so where only evidence was missing.
    was_a_fault: bool,
}

impl Past {
    /// What the previous scan leaves to compare with.
    ///
    /// # Errors
    ///
    /// When its findings cannot be read.
    pub fn of(scan: &Scan, findings: &dyn Findings) -> io::Result<Self> {
        let mut known = Known {
            checks: scan.rules.iter().map(|rule| rule.id.clone()).collect(),
            accounts: scan.accounts.iter().map(|account| account.account_sid.clone()).collect(),
            ..Known::default()
        };
        findings.each(&mut |finding| {
            if finding.outcome.needs_action() {
                let open = Open {
                    first_seen: finding.first_seen.clone(),
                    outcome: finding.outcome,
                    severity: finding.severity,
                    was_a_fault: is_a_fault(finding, scan.started_at),
                };
                known.open.insert(finding.finding_id.clone(), open);
                known.places.insert((finding.check_id.clone(), finding.account_sid.clone()));
            }
            Ok(())
        })?;
        Ok(Self::Known(Box::new(known)))
    }

    /// Whether anything of this check was open in this account, so that what passes there may be fixed.
    pub fn may_be_fixed(&self, check_id: &str, account_sid: &str) -> bool {
        match self {
            Self::Known(known) if !known.places.is_empty() => {
                known.places.contains(&(check_id.to_owned(), account_sid.to_owned()))
            }
            _ => false,
        }
    }

    /// Whether a finding of the previous scan said that something is wrong, or that somebody must answer.
    pub fn was_a_fault(&self, finding_id: &str) -> bool {
        match self {
            Self::Known(known) => known.open.get(finding_id).is_some_and(|open| open.was_a_fault),
            Self::NotCompared | Self::FirstScan => false,
        }
    }

    /// Writes into a finding what changed since the previous scan, and since when it is known. `is_gap`: it says that
    /// the check could not be assessed in the account as a whole. Answers whether it is a fault that nobody knew of.
    pub fn compare(&self, finding: &mut Finding, is_gap: bool) -> bool {
        let before = match self {
            Self::NotCompared => return false,
            Self::FirstScan => None,
            Self::Known(known) => known.open.get(&finding.finding_id),
        };
        finding.change = match (self, before) {
            (Self::FirstScan | Self::NotCompared, _) => Change::FirstScan,
            (Self::Known(_), Some(before)) => before.change(finding.outcome),
            (Self::Known(known), None) => known.change_of_unknown(finding, is_gap),
        };
        if let Some(before) = before
            && before.first_seen < finding.first_seen
        {
            // Were the clock set back, the earlier scan would be the later one.
            finding.first_seen.clone_from(&before.first_seen);
        }
        finding.outcome == Outcome::Fail
            && !finding.waived
            && before.is_none_or(|before| before.is_milder(finding))
    }
}

/// Whether an open finding says that something is wrong, or that somebody must answer; those say nothing of the kind that
/// say only that evidence is missing. What was lost sight of is a fault still: it was seen before its scan.
fn is_a_fault(finding: &Finding, scanned_at: Timestamp) -> bool {
    match finding.outcome {
        Outcome::Fail | Outcome::Manual => true,
        Outcome::NotAssessed => finding.last_seen < in_seconds(scanned_at),
        Outcome::Pass | Outcome::NotApplicable => false,
    }
}

impl Open {
    /// What became of it, as it is assessed now.
    const fn change(&self, now: Outcome) -> Change {
        match (now, self.outcome) {
            (Outcome::NotAssessed, Outcome::Fail | Outcome::Manual) => Change::LostSight,
            (Outcome::Fail | Outcome::Manual | Outcome::NotAssessed, _) => Change::Open,
            (Outcome::Pass | Outcome::NotApplicable, _) if self.was_a_fault => Change::Fixed,
            (Outcome::Pass | Outcome::NotApplicable, _) => Change::None,
        }
    }

    /// Whether it was no fault, or a milder one.
    fn is_milder(&self, fault: &Finding) -> bool {
        self.outcome != Outcome::Fail || fault.severity < self.severity
    }
}

impl Known {
    /// The change of what was not open before.
    fn change_of_unknown(&self, finding: &Finding, is_gap: bool) -> Change {
        if !finding.outcome.needs_action() {
            Change::None
        } else if is_gap
            && self.checks.contains(&finding.check_id)
            && self.accounts.contains(&finding.account_sid)
        {
            Change::LostSight
        } else {
            Change::New
        }
    }
}
