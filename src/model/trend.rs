//! How the scans of an estate went, one after the other.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Outcome, Scan, Severity, Verdict, in_seconds};

/// Scans that a trend goes back at most: a year of nights, and some more.
pub const LONGEST_TREND: usize = 400;

/// One scan of a trend. What is open is counted without what was waived, what became of it since the scan before with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TrendPoint {
    /// The scan.
    pub scan_id: String,
    /// When it started, RFC 3339 UTC.
    pub started_at: String,
    /// Whether everything that was required could be assessed.
    pub complete: bool,
    /// Critical faults.
    pub critical: usize,
    /// High faults.
    pub high: usize,
    /// Medium faults.
    pub medium: usize,
    /// Low faults.
    pub low: usize,
    /// What a person must answer.
    pub manual: usize,
    /// What could not be assessed.
    pub not_assessed: usize,
    /// What was new since the scan before, waived or not; in a first scan all that is open.
    pub new: usize,
    /// What was fixed since then.
    pub fixed: usize,
    /// What was lost sight of since then.
    pub lost_sight: usize,
    /// PHI accounts that are ready.
    pub ready: usize,
    /// PHI accounts that are not ready.
    pub not_ready: usize,
    /// PHI accounts of which nobody can say.
    pub cannot_say: usize,
}

impl TrendPoint {
    /// What a scan adds to the trend.
    pub fn of(scan: &Scan) -> Self {
        let verdicts =
            |wanted: Verdict| scan.accounts.iter().filter(|account| account.verdict == Some(wanted)).count();
        let faults = |severity| scan.count(Outcome::Fail, severity);
        Self {
            scan_id: scan.id.to_string(),
            started_at: in_seconds(scan.started_at),
            complete: scan.is_complete(),
            critical: faults(Severity::Critical),
            high: faults(Severity::High),
            medium: faults(Severity::Medium),
            low: faults(Severity::Low),
            manual: scan.unwaived(Outcome::Manual),
            not_assessed: scan.unwaived(Outcome::NotAssessed),
            new: scan.changes.new,
            fixed: scan.changes.fixed,
            lost_sight: scan.changes.lost_sight,
            ready: verdicts(Verdict::Ready),
            not_ready: verdicts(Verdict::NotReady),
            cannot_say: verdicts(Verdict::CannotSay),
        }
    }

    /// All that is open: faults, what a person must answer, and what could not be assessed.
    pub fn open(&self) -> usize {
        let all = [self.critical, self.high, self.medium, self.low, self.manual, self.not_assessed];
        all.into_iter().fold(0, usize::saturating_add)
    }
}
