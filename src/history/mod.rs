//! Comparing a scan with the one before it.
//!
//! It knows the plain model alone: where the previous findings come from is not its business.

use std::collections::BTreeMap;

use crate::model::{Finding, Outcome};

/// What is remembered of a finding of the previous scan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Its identity.
    pub finding_id: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// When it was first seen, RFC 3339 UTC.
    pub first_seen: String,
}

/// Writes into each finding what changed since the previous scan, and since when it is known.
/// Without a previous scan everything is `first_scan`.
pub fn compare(findings: &mut [Finding], previous: Option<&[Remembered]>) {
    let Some(previous) = previous else {
        findings.iter_mut().for_each(|finding| "first_scan".clone_into(&mut finding.change));
        return;
    };
    let remembered: BTreeMap<&str, &Remembered> =
        previous.iter().map(|known| (known.finding_id.as_str(), known)).collect();
    for finding in findings {
        let known = remembered.get(finding.finding_id.as_str());
        let was_open = known.is_some_and(|known| known.outcome.needs_action());
        finding.change = change(finding.outcome, was_open).to_owned();
        if let (true, Some(known)) = (was_open, known) {
            finding.first_seen.clone_from(&known.first_seen);
        }
    }
}

/// The word for a change; empty where nothing was open and nothing is.
const fn change(now: Outcome, was_open: bool) -> &'static str {
    match (now.needs_action(), was_open) {
        (true, true) => "open",
        (true, false) => "new",
        (false, true) => "fixed",
        (false, false) => "",
    }
}

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
