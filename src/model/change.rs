//! What became of a finding, and of all of them, since the scan before.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Severity;

/// What became of a finding since the previous scan.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Nothing was open and nothing is, or nothing was compared.
    #[default]
    #[serde(rename = "")]
    None,
    /// There was no scan before.
    FirstScan,
    /// It was not open before.
    New,
    /// It was open and is.
    Open,
    /// It was open, and what was read says that it is no more.
    Fixed,
    /// It was assessed before, and cannot be now. That is never counted as fixed.
    LostSight,
}

impl Change {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::None, Self::FirstScan, Self::New, Self::Open, Self::Fixed, Self::LostSight];

    /// The word used in files and in queries; empty for [`Change::None`].
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "",
            Self::FirstScan => "first_scan",
            Self::New => "new",
            Self::Open => "open",
            Self::Fixed => "fixed",
            Self::LostSight => "lost_sight",
        }
    }

    /// The change of the given word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|change| change.as_str() == word)
    }

    /// Whether nobody knew of it before.
    pub const fn is_new(self) -> bool {
        matches!(self, Self::New | Self::FirstScan)
    }
}

/// How many findings changed in which way since the previous scan.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// Not open before; in a first scan all that is open.
    pub new: usize,
    /// Open before and now.
    pub open: usize,
    /// Open before, and read to be well or gone.
    pub fixed: usize,
    /// Assessed before, and not any more.
    pub lost_sight: usize,
    /// Faults that nobody knew of, unwaived, by severity: those that are new, that became faults or that became worse.
    pub new_faults: Vec<(Severity, usize)>,
}

impl Changes {
    /// Takes note of so many findings.
    pub const fn add(&mut self, change: Change, findings: usize) {
        match change {
            Change::None => {}
            Change::FirstScan | Change::New => self.new += findings,
            Change::Open => self.open += findings,
            Change::Fixed => self.fixed += findings,
            Change::LostSight => self.lost_sight += findings,
        }
    }

    /// How many faults at or above a severity are new.
    pub fn new_faults_at_or_above(&self, least: Severity) -> usize {
        self.new_faults.iter().filter(|(severity, _)| *severity <= least).map(|(_, faults)| faults).sum()
    }
}
