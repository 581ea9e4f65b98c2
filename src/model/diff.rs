//! What is different between two scans, as the reports tell of it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::{Finding, Outcome, Severity};

/// What is different between two scans.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Diff {
    /// The older scan.
    pub older: Side,
    /// The newer scan.
    pub newer: Side,
    /// The findings that changed, the ones to act on first; those that are open as before only where they were asked for.
    pub findings: Vec<FindingChange>,
    /// How many are open as before.
    pub still_open: usize,
    /// The accounts that changed.
    pub accounts: Vec<AccountChange>,
    /// The resources that came, went, or are set otherwise now.
    pub resources: Vec<Drift>,
    /// Accounts and resources that only one of the scans has, while the other one could not read everything there:
    /// whether they came or went, nobody can say.
    pub not_comparable: usize,
}

/// One of the two scans.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct Side {
    /// Its name.
    pub scan_id: String,
    /// When it started, RFC 3339 UTC.
    pub started_at: String,
    /// Whether everything that was required could be assessed.
    pub complete: bool,
}

/// What a finding became.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Became {
    /// It was not open.
    New,
    /// It was assessed, and cannot be now.
    LostSight,
    /// It is open, and of another severity or outcome.
    Changed,
    /// It was open, and is well or gone.
    Fixed,
    /// It is open as before.
    Open,
}

impl Became {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 5] = [Self::New, Self::LostSight, Self::Changed, Self::Fixed, Self::Open];

    /// The word used in files.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::LostSight => "lost_sight",
            Self::Changed => "changed",
            Self::Fixed => "fixed",
            Self::Open => "open",
        }
    }
}

/// A finding that changed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FindingChange {
    /// What it became.
    pub became: Became,
    /// How it stands in the newer scan; where that has none of its id, as the older scan knew it.
    pub finding: Finding,
    /// What it was in the older scan; null where it was not open.
    pub before: Option<Before>,
    /// Why it counts as that, where that needs a word; mostly empty.
    pub note: String,
}

/// What a finding was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Before {
    /// Its outcome.
    pub outcome: Outcome,
    /// Its severity.
    pub severity: Severity,
}

impl FindingChange {
    /// Whether things are worse for it: it is new, out of sight, or a fault that was none or a milder one.
    pub fn is_worse(&self) -> bool {
        let fault = |outcome: Outcome| outcome == Outcome::Fail;
        match (self.became, self.before) {
            (Became::New | Became::LostSight, _) => true,
            (Became::Changed, Some(before)) => {
                self.finding.severity < before.severity
                    || fault(self.finding.outcome) && !fault(before.outcome)
            }
            _ => false,
        }
    }
}

/// An account that changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct AccountChange {
    /// Its SID.
    pub account_sid: String,
    /// Its name.
    pub account_name: String,
    /// What changed: `account` itself, `verdict`, `status` or `phi`.
    pub what: &'static str,
    /// What it was; empty where it was not there.
    pub before: String,
    /// What it is; empty where it is gone.
    pub after: String,
}

/// A resource that came, went, or is set otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Drift {
    /// The account.
    pub account_sid: String,
    /// The kind.
    pub resource_type: String,
    /// The resource that it belongs to; mostly empty.
    pub parent_sid: String,
    /// Its SID.
    pub resource_sid: String,
    /// Its name, where it has one.
    pub resource_name: String,
    /// The column that is set otherwise; empty where the whole resource came or went.
    pub column: String,
    /// What it was, as it was kept; of a resource that went `there`, of one that came empty.
    pub before: String,
    /// What it is.
    pub after: String,
}

impl Drift {
    /// Whether it is a moment that moved by so many seconds. In the demonstration, which is made anew for each scan, it is
    /// then as long before the scan as it was, and nothing changed.
    pub fn is_moved_by(&self, seconds: i64) -> bool {
        let moments = (self.before.parse::<Timestamp>(), self.after.parse::<Timestamp>());
        matches!(moments, (Ok(before), Ok(after)) if after.as_second() - before.as_second() == seconds)
    }

    /// What the resource is called: its name, or its SID where it has none.
    pub fn resource(&self) -> &str {
        if self.resource_name.is_empty() { &self.resource_sid } else { &self.resource_name }
    }
}

impl AccountChange {
    /// Whether the account itself came or went, in a few words; nothing where something of it changed.
    pub fn came_or_went(&self) -> Option<&'static str> {
        let is_there = self.after == THERE;
        (self.what == "account").then_some(if is_there { "is new" } else { "is gone" })
    }
}

/// What a resource, or an account, is that is there, in [`Drift`] and [`AccountChange`].
pub const THERE: &str = "there";
