//! One look at every finding: those that the page holds, and what is counted over all of them.

use std::collections::BTreeMap;
use std::io;

use super::data::Data;
use crate::model::{Blockers, Finding, Kept, Outcome, Scan};
use crate::report::options::Options;

/// The outcomes that are counted, as in the charts.
pub(super) const OUTCOMES: [Outcome; 3] = [Outcome::Fail, Outcome::Manual, Outcome::NotAssessed];

/// What the findings come to.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// The findings that the page holds.
    pub(super) data: Data,
    /// How many there are, held or not.
    pub(super) shown: usize,
    /// By family, how many fail, are for a person to answer, or could not be assessed. Waived ones do not count.
    pub(super) families: BTreeMap<String, [usize; 3]>,
    /// The blocking checks of the parent that stand against the whole tree.
    pub(super) of_tree: Blockers,
    /// By account.
    blockers: BTreeMap<String, Blockers>,
    nothing: Blockers,
}

impl Survey {
    pub(super) fn of(scan: &Scan, kept: &dyn Kept, options: Options) -> io::Result<Self> {
        let mut survey = Self::default();
        kept.each(&mut |finding| {
            survey.count(scan, finding);
            if options.all_outcomes || finding.outcome.needs_action() {
                survey.shown += 1;
                survey.data.hold(finding, scan.rule(&finding.check_id));
            }
            Ok(())
        })?;
        Ok(survey)
    }

    /// The blocking checks that stand against an account by what was found there.
    pub(super) fn blockers(&self, account_sid: &str) -> &Blockers {
        self.blockers.get(account_sid).unwrap_or(&self.nothing)
    }

    fn count(&mut self, scan: &Scan, finding: &Finding) {
        if finding.is_blocker() {
            self.blockers.entry(finding.account_sid.clone()).or_default().add(finding);
            if scan.rule(&finding.check_id).is_some_and(|rule| rule.speaks_for_the_tree)
                && scan.accounts.first().is_some_and(|parent| parent.account_sid == finding.account_sid)
            {
                self.of_tree.add(finding);
            }
        }
        if finding.waived {
            return;
        }
        let place = OUTCOMES.iter().position(|outcome| *outcome == finding.outcome);
        let counts = self.families.entry(finding.family.clone()).or_default();
        if let Some(count) = place.and_then(|place| counts.get_mut(place)) {
            *count += 1;
        }
    }
}
