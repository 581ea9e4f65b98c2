//! Comparing a scan with the one before it.
//!
//! It knows the plain model alone: where the previous findings come from is not its business.

use std::collections::{HashMap, HashSet};
use std::io;

use crate::model::{Finding, Findings, Outcome};

/// What is known from before.
#[derive(Debug, Clone)]
pub enum Past {
    /// The scan is about a part only and is compared with none.
    NotCompared,
    /// There was no scan before: everything is `first_scan`.
    FirstScan,
    /// What was open in the previous scan.
    Known(Open),
}

/// The findings that were open.
#[derive(Debug, Clone, Default)]
pub struct Open {
    /// By identity: when each was first seen.
    first_seen: HashMap<String, String>,
    /// The checks and accounts that they are of.
    places: HashSet<(String, String)>,
}

impl Past {
    /// What the previous scan leaves to compare with.
    ///
    /// # Errors
    ///
    /// When its findings cannot be read.
    pub fn of(previous: &dyn Findings) -> io::Result<Self> {
        let mut open = Open::default();
        previous.each(&mut |known| {
            if known.outcome.needs_action() {
                open.first_seen.insert(known.finding_id.clone(), known.first_seen.clone());
                open.places.insert((known.check_id.clone(), known.account_sid.clone()));
            }
            Ok(())
        })?;
        Ok(Self::Known(open))
    }

    /// Whether anything of this check was open in this account, so that what passes there may be fixed.
    pub fn may_be_fixed(&self, check_id: &str, account_sid: &str) -> bool {
        match self {
            Self::Known(open) if !open.places.is_empty() => {
                open.places.contains(&(check_id.to_owned(), account_sid.to_owned()))
            }
            _ => false,
        }
    }

    /// Writes into a finding what changed since the previous scan, and since when it is known.
    pub fn compare(&self, finding: &mut Finding) {
        match self {
            Self::NotCompared => {}
            Self::FirstScan => "first_scan".clone_into(&mut finding.change),
            Self::Known(open) => {
                let known = open.first_seen.get(&finding.finding_id);
                finding.change = change(finding.outcome, known.is_some()).to_owned();
                if let Some(first_seen) = known {
                    finding.first_seen.clone_from(first_seen);
                }
            }
        }
    }
}

/// The word for a change; empty where nothing was open and nothing is.
const fn change(now: Outcome, was_open: bool) -> &'static str {
    match (now.needs_action(), was_open) {
        (true, true) => "open",
        (true, false) => "new",
        (false, true) => FIXED,
        (false, false) => "",
    }
}

/// The word for what was open and is well now.
pub const FIXED: &str = "fixed";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_that_was_read_counts_as_fixed() {
        assert_eq!(change(Outcome::Fail, true), "open");
        assert_eq!(change(Outcome::NotAssessed, true), "open", "not seen is not fixed");
        assert_eq!(change(Outcome::Manual, false), "new");
        assert_eq!(change(Outcome::Pass, true), "fixed");
        assert_eq!(change(Outcome::Pass, false), "");
    }
}
