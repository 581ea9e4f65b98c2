//! Keeps the findings of a scan as they arise, compared with those of the scan before.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;

use anyhow::Context as _;

use super::stored_scan::StoredScan;
use crate::audit::{Compiled, Judgement, Sink};
use crate::evidence::{EvidenceError, FindingWriter};
use crate::history::{self, Past, Sight};
use crate::model::{Change, Finding, Findings as _, Severity, Tally};

/// Compares each finding with the past and writes it into the store.
#[derive(Debug)]
pub(super) struct Keeper<'s> {
    writer: FindingWriter<'s>,
    past: Past,
    /// Whether passes are kept too, and not only those of what was open.
    all_outcomes: bool,
    /// What was seen where something was open before, by check and account.
    seen: HashMap<(String, String), Sight>,
    /// The faults that nobody knew of, by check.
    new_faults: BTreeMap<String, Tally>,
}

impl<'s> Keeper<'s> {
    pub(super) fn new(writer: FindingWriter<'s>, past: Past, all_outcomes: bool) -> Self {
        Self { writer, past, all_outcomes, seen: HashMap::new(), new_faults: BTreeMap::new() }
    }

    fn keep(&mut self, mut finding: Finding, is_gap: bool) -> Result<(), EvidenceError> {
        if self.past.compare(&mut finding, is_gap) {
            let of_check = self.new_faults.entry(finding.check_id.clone()).or_default();
            of_check.add((finding.outcome, finding.severity, finding.waived));
        }
        let is_kept = self.all_outcomes || finding.outcome.needs_action() || finding.change == Change::Fixed;
        if is_kept { self.writer.write(&finding) } else { Ok(()) }
    }

    /// Remembers what was seen of a check in an account, where something was open.
    fn note(&mut self, check_id: &str, account_sid: &str, sight: Sight) {
        if self.past.may_be_fixed(check_id, account_sid) {
            self.seen.insert((check_id.to_owned(), account_sid.to_owned()), sight);
        }
    }

    /// Takes over what was open before and has no finding now: nothing that was wrong is silently forgotten.
    pub(super) fn carry(
        &self,
        previous: &StoredScan,
        judgement: &mut Judgement,
        checks: &[Compiled],
        tree_is_known: bool,
    ) -> anyhow::Result<()> {
        let Judgement { accounts, tallies, .. } = judgement;
        let checks: HashSet<&str> = checks.iter().map(|compiled| compiled.check.id.as_str()).collect();
        let accounts: HashSet<&str> = accounts.iter().map(|account| account.account_sid.as_str()).collect();
        let sight = |finding: &Finding| {
            let place = (finding.check_id.clone(), finding.account_sid.clone());
            match (
                checks.contains(finding.check_id.as_str()),
                accounts.contains(finding.account_sid.as_str()),
            ) {
                (false, _) => Sight::NotRun,
                (true, false) if tree_is_known => Sight::AccountGone,
                (true, false) => Sight::Missed,
                (true, true) => self.seen.get(&place).copied().unwrap_or(Sight::OutOfScope),
            }
        };
        let mut carry = |before: &Finding| -> Result<(), EvidenceError> {
            if !before.outcome.needs_action() || self.writer.holds(&before.finding_id)? {
                return Ok(());
            }
            let was_a_fault = self.past.was_a_fault(&before.finding_id);
            let Some(finding) = history::carried(before, was_a_fault, sight(before)) else { return Ok(()) };
            let tally = tallies.entry(finding.check_id.clone()).or_default();
            tally.add((finding.outcome, finding.severity, finding.waived));
            self.writer.write(&finding)
        };
        let carried = previous.store.each(&mut |before| carry(before).map_err(io::Error::other));
        carried.context("cannot take over the findings of the previous scan")
    }

    /// Ends, with the faults that nobody knew of, the worst first.
    pub(super) fn finish(self, judgement: &Judgement) -> Result<Vec<(Severity, usize)>, EvidenceError> {
        self.writer.finish(&judgement.tallies)?;
        let of = |wanted: Severity| {
            self.new_faults.values().map(|tally| tally.count(|(_, severity, _)| severity == wanted)).sum()
        };
        Ok(Severity::ALL
            .map(|severity| (severity, of(severity)))
            .into_iter()
            .filter(|(_, faults)| *faults > 0)
            .collect())
    }
}

impl Sink for Keeper<'_> {
    fn wants_passes(&self, check_id: &str, account_sid: &str) -> bool {
        self.all_outcomes || self.past.may_be_fixed(check_id, account_sid)
    }

    fn take(&mut self, finding: Finding) -> Result<(), EvidenceError> {
        self.keep(finding, false)
    }

    fn take_gap(&mut self, finding: Finding) -> Result<(), EvidenceError> {
        self.note(&finding.check_id, &finding.account_sid, Sight::Missed);
        self.keep(finding, true)
    }

    fn judged(&mut self, check_id: &str, account_sid: &str) {
        self.note(check_id, account_sid, Sight::Clear);
    }

    fn forget(&mut self, check_id: &str) -> Result<(), EvidenceError> {
        self.new_faults.remove(check_id);
        self.writer.forget(check_id)
    }
}
