//! The checks that stand between an account and PHI.

use std::collections::BTreeSet;

use super::{Finding, Outcome};

/// The blocking checks that are not met somewhere, by their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blockers {
    failed: BTreeSet<String>,
    undecided: BTreeSet<String>,
    accepted: BTreeSet<String>,
}

/// How a blocking check stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It fails.
    Failed,
    /// It does not fail, and could not be decided everywhere.
    Undecided,
    /// It neither fails nor is undecided but for what somebody accepted.
    Accepted,
}

impl Blockers {
    /// Takes note of a finding. What does not block, or is well, counts for nothing.
    pub fn add(&mut self, finding: &Finding) {
        if !finding.is_blocker() {
            return;
        }
        let which = match (finding.waived, finding.outcome) {
            (true, _) => &mut self.accepted,
            (false, Outcome::Fail) => &mut self.failed,
            (false, _) => &mut self.undecided,
        };
        if !which.contains(&finding.check_id) {
            which.insert(finding.check_id.clone());
        }
    }

    /// Those that stand like this for an account of which these are its own, and `of_tree` those of the parent that
    /// speak for the whole tree. Each check stands in one way: the worst.
    pub fn standing<'a>(&'a self, of_tree: &'a Self, standing: Standing) -> BTreeSet<&'a str> {
        let of = |which: fn(&Self) -> &BTreeSet<String>| -> BTreeSet<&'a str> {
            which(self).union(which(of_tree)).map(String::as_str).collect()
        };
        let failed = of(|blockers| &blockers.failed);
        let undecided = &of(|blockers| &blockers.undecided) - &failed;
        match standing {
            Standing::Failed => failed,
            Standing::Undecided => undecided,
            Standing::Accepted => &(&of(|blockers| &blockers.accepted) - &failed) - &undecided,
        }
    }

    /// Whether a check stands against the account itself, in whatever way.
    pub fn holds(&self, check_id: &str) -> bool {
        [&self.failed, &self.undecided, &self.accepted].into_iter().any(|which| which.contains(check_id))
    }
}
