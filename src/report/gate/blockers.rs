//! What stands against going live, by account.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Accepted, Finding, Kept, Outcome, Scan, Severity};

/// A blocking check that is not met.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct Blocker {
    /// The check.
    pub(super) check_id: String,
    /// The good state.
    pub(super) title: String,
    /// `fail`, or else `manual`, or else `not_assessed`: the worst of its findings.
    pub(super) outcome: Outcome,
    /// How bad that is, or would be.
    pub(super) severity: Severity,
    /// Whether somebody accepted all of its findings.
    pub(super) accepted: bool,
    /// Whether they are in the parent and stand against the whole tree.
    pub(super) of_parent: bool,
    /// How many there are.
    pub(super) findings: usize,
    /// One of them, for `twilio-audit show`.
    pub(super) finding_id: String,
    /// Why that one is what it is.
    pub(super) reason: String,
    /// What to do about it.
    pub(super) what_to_do: String,
}

/// The blocking checks that are not met, by account.
#[derive(Debug, Default)]
pub(super) struct Blockers {
    by_account: BTreeMap<String, BTreeMap<String, Blocker>>,
    /// Those of the parent that speak for the whole tree.
    of_tree: BTreeMap<String, Blocker>,
    /// Open findings that do not block, by account and severity.
    besides: BTreeMap<(String, Severity), usize>,
    root: String,
    /// The waivers behind findings that somebody accepted, by their places in the scan.
    in_use: BTreeSet<usize>,
}

impl Blockers {
    /// Those of a scan.
    pub(super) fn of(scan: &Scan, kept: &dyn Kept) -> io::Result<Self> {
        let root = scan.accounts.first().map(|account| account.account_sid.clone()).unwrap_or_default();
        let mut blockers = Self { root, ..Self::default() };
        kept.each(&mut |finding| {
            if finding.outcome.needs_action() && !finding.blocks_go_live && !finding.waived {
                *blockers.besides.entry((finding.account_sid.clone(), finding.severity)).or_default() += 1;
            }
            if finding.is_blocker() {
                let speaks = scan.rule(&finding.check_id).is_some_and(|rule| rule.speaks_for_the_tree);
                if finding.waived {
                    let behind = scan.waivers.iter().enumerate().filter(|(_, waiver)| waiver.covers(finding));
                    blockers.in_use.extend(behind.map(|(place, _)| place));
                }
                blockers.add(finding, speaks);
            }
            Ok(())
        })?;
        Ok(blockers)
    }

    fn add(&mut self, finding: &Finding, speaks_for_the_tree: bool) {
        let own = self.by_account.entry(finding.account_sid.clone()).or_default();
        own.entry(finding.check_id.clone())
            .and_modify(|one| one.add(finding))
            .or_insert_with(|| Blocker::of(finding));
        if finding.account_sid == self.root && speaks_for_the_tree {
            let of_tree = self.of_tree.entry(finding.check_id.clone());
            of_tree.and_modify(|one| one.add(finding)).or_insert_with(|| Blocker::of(finding));
        }
    }

    /// The waivers behind findings that somebody accepted.
    pub(super) fn waivers<'a>(&self, scan: &'a Scan) -> Vec<&'a Accepted> {
        self.in_use.iter().filter_map(|place| scan.waivers.get(*place)).collect()
    }

    /// How many open findings of an account do not block, by severity.
    pub(super) fn besides(&self, account_sid: &str) -> Vec<(Severity, usize)> {
        let of = |severity| Some((severity, *self.besides.get(&(account_sid.to_owned(), severity))?));
        Severity::ALL.into_iter().filter_map(of).collect()
    }

    /// What stands against an account, the worst first.
    pub(super) fn against(&self, account_sid: &str) -> Vec<Blocker> {
        let own = self.by_account.get(account_sid).into_iter().flatten();
        let mut blockers: Vec<Blocker> = own.map(|(_, one)| one.clone()).collect();
        if account_sid != self.root {
            blockers.extend(self.of_tree.values().map(|one| Blocker { of_parent: true, ..one.clone() }));
        }
        blockers.sort_by_key(|one| (one.accepted, one.outcome, one.severity, one.of_parent));
        blockers
    }
}

impl Blocker {
    fn of(finding: &Finding) -> Self {
        Self {
            check_id: finding.check_id.clone(),
            title: finding.title.clone(),
            outcome: finding.outcome,
            severity: finding.severity,
            accepted: finding.waived,
            of_parent: false,
            findings: 1,
            finding_id: finding.finding_id.clone(),
            reason: finding.reason_or_title().to_owned(),
            what_to_do: finding.remediation.clone(),
        }
    }

    /// Takes note of another finding of the check; the worse one is shown.
    fn add(&mut self, finding: &Finding) {
        let findings = self.findings + 1;
        let shown = (self.accepted, self.outcome, self.severity);
        if (finding.waived, finding.outcome, finding.severity) < shown {
            *self = Self::of(finding);
        }
        self.findings = findings;
    }
}
