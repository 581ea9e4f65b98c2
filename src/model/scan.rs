//! One run and what it says.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{
    Accepted, Attested, Changes, DatedList, Declaration, DeclaredBaa, Finding, Findings, Matrix, Outcome,
    Readings, Region, Rule, Said, Severity, Tally, TrendPoint,
};

/// The name of a scan: its start in UTC, as `20261123T041500Z`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ScanId(String);

impl ScanId {
    /// The name of a scan that starts now.
    pub fn starting_at(start: Timestamp) -> Self {
        Self(start.strftime("%Y%m%dT%H%M%SZ").to_string())
    }

    /// The scan of this name; nothing where no scan is called so.
    pub fn from_name(name: &str) -> Option<Self> {
        let id = Self(name.to_owned());
        (Self::starting_at(id.start()?) == id).then_some(id)
    }

    /// The second in which it started; nothing where its name is none.
    pub fn start(&self) -> Option<Timestamp> {
        let start = DateTime::strptime("%Y%m%dT%H%M%SZ", &self.0).ok()?;
        start.to_zoned(TimeZone::UTC).ok().map(|start| start.timestamp())
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Verdict {
    /// The word shown to people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "READY",
            Self::NotReady => "NOT READY",
            Self::CannotSay => "CANNOT SAY",
        }
    }

    /// Its place among others: what says no comes first.
    pub const fn rank(self) -> u8 {
        match self {
            Self::NotReady => 0,
            Self::CannotSay => 1,
            Self::Ready => 2,
        }
    }
}

impl fmt::Display for ScanId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// May PHI go live on an account?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every blocking check was assessed, and is met, does not apply, or was accepted.
    Ready,
    /// A blocking check fails.
    NotReady,
    /// No blocking check fails, but some could not be decided.
    CannotSay,
}

/// An account of the scan, as the reports show it.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct ScannedAccount {
    /// Its SID.
    pub account_sid: String,
    /// Its name, or its SID where no name could be read.
    pub account_name: String,
    /// Whether it carries PHI, or must be taken to because nobody declared otherwise.
    pub phi: bool,
    /// Whether `audit.toml` names it.
    pub declared: bool,
    /// The declared environment.
    pub environment: String,
    /// `active`, `suspended`, `closed`, or empty where it could not be read.
    pub status: String,
    /// Whether it works: anything but suspended and closed.
    pub active: bool,
    /// Whether it is the parent of the tree.
    pub is_parent: bool,
    /// For PHI accounts that are active: may PHI go live?
    pub verdict: Option<Verdict>,
    /// Blocking checks that stand against it, here or in the parent for the whole tree: those that fail.
    pub blockers_failed: usize,
    /// The same: those that do not fail, and could not be decided.
    pub blockers_undecided: usize,
    /// The same: those that are met but for what somebody accepted.
    pub blockers_accepted: usize,
}

/// What a scan keeps that may be more than memory holds.
pub trait Kept: Findings + Readings {}

impl<T: Findings + Readings> Kept for T {}

/// A finished scan: all that a report needs but what is [`Kept`]. It is stored as it is, so that a report can be written
/// again; what the store counts for itself is left out of that.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Scan {
    /// Its name.
    pub id: ScanId,
    /// When it started.
    pub started_at: Timestamp,
    /// The version of this program.
    pub tool_version: String,
    /// The date of the newest rule in the catalogue of checks.
    pub catalogue_version: String,
    /// Whether an `audit.toml` was read.
    pub intent_declared: bool,
    /// Whether subaccount tokens were derived from the parent's (announced in the report).
    pub derived_tokens: bool,
    /// The accounts, parent first, then by SID.
    pub accounts: Vec<ScannedAccount>,
    /// How much was read of each product in each account.
    #[serde(skip)]
    pub matrix: Matrix,
    /// How many readings there are, see [`Readings`].
    #[serde(skip)]
    pub readings: usize,
    /// Whether all subaccounts of the parent are known.
    pub tree_is_known: bool,
    /// How many findings say what, passes included.
    #[serde(skip)]
    pub tally: Tally,
    /// Sentences that the reader must see first.
    pub notices: Vec<String>,
    /// For each resource kind, its product.
    pub product_of: BTreeMap<String, String>,
    /// One sentence for each credential that could not be used: what it was to read may be missing.
    pub unusable_credentials: Vec<String>,
    /// The Region that was audited.
    pub region: Region,
    /// For each resource kind, the checks that can call nothing fine without it.
    pub needed_by: BTreeMap<String, Vec<String>>,
    /// The checks that were run, by their names.
    pub rules: Vec<Rule>,
    /// What people vouched for, in the order of the declaration.
    pub attestations: Vec<Attested>,
    /// What they accepted, in the order of the declaration.
    pub waivers: Vec<Accepted>,
    /// What is declared of the BAA; none where nothing is.
    pub baa: Option<DeclaredBaa>,
    /// What else is declared that findings rest on (the BAAs of vendors, exceptions, overrides, hosts of their own).
    #[serde(default)]
    pub declarations: Vec<Declaration>,
    /// The lists of facts that age, as they are in this version of the program.
    pub lists: Vec<DatedList>,
    /// The scan that it was compared with; none where there was none before, and in scans of a part.
    pub compared_with: Option<ScanId>,
    /// How many findings changed in which way since.
    pub changes: Changes,
    /// The scans before it and itself, the oldest first.
    #[serde(skip)]
    pub trend: Vec<TrendPoint>,
}

impl Scan {
    /// What accepts a waived finding, where that is known.
    pub fn waiver(&self, finding: &Finding) -> Option<&Accepted> {
        self.waivers.iter().filter(|_| finding.waived).find(|waiver| waiver.covers(finding))
    }

    /// The check of this name, where it was run.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules
            .binary_search_by(|rule| rule.id.as_str().cmp(id))
            .ok()
            .and_then(|place| self.rules.get(place))
    }

    /// Whether all accounts are known, every credential could be used, and everything that was required could
    /// be assessed.
    pub fn is_complete(&self) -> bool {
        let credentials_worked = self.unusable_credentials.is_empty();
        self.tree_is_known && credentials_worked && self.total(Outcome::NotAssessed) == 0
    }

    /// Whether a fault at or above the given severity stands unwaived.
    pub fn has_fault_at_or_above(&self, least: Severity) -> bool {
        let counts =
            |(outcome, severity, waived): Said| outcome == Outcome::Fail && !waived && severity <= least;
        self.tally.count(counts) > 0
    }

    /// How many findings have this outcome, waived or not.
    pub fn total(&self, wanted: Outcome) -> usize {
        self.tally.count(|(outcome, ..)| outcome == wanted)
    }

    /// How many findings have this outcome and are not waived.
    pub fn unwaived(&self, wanted: Outcome) -> usize {
        self.tally.count(|(outcome, _, waived)| outcome == wanted && !waived)
    }

    /// How many findings are waived.
    pub fn waived(&self) -> usize {
        self.tally.count(|(.., waived)| waived)
    }

    /// How many findings have this outcome and severity; waived ones do not count.
    pub fn count(&self, outcome: Outcome, severity: Severity) -> usize {
        self.tally.count(|said| said == (outcome, severity, false))
    }
}

/// Where the time comes from: the machine, or a fixed moment for the built-in demonstration.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Always the same moment.
    Fixed(Timestamp),
}

impl Clock {
    /// The present moment.
    pub fn now(self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Fixed(moment) => moment,
        }
    }
}

/// The day of a moment, in UTC.
pub fn day_of(moment: Timestamp) -> Date {
    moment.to_zoned(TimeZone::UTC).date()
}

/// A moment as every file writes it: RFC 3339 UTC, in whole seconds.
pub fn in_seconds(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
