//! What stands against going live, and what else is open and must be known, by account.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Accepted, Finding, Kept, Outcome, PHI_REMAINS, PHI_SIGNS, Scan, Severity};

/// Names of things that are kept of each check.
const THINGS: usize = 10;

/// A check that is not met.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(super) struct NotMet {
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
    /// The names of what they are about, the first ten; empty where that is the account itself.
    pub(super) things: Vec<String>,
    /// One of them, for `twilio-audit show`.
    pub(super) finding_id: String,
    /// Why that one is what it is.
    pub(super) reason: String,
    /// What to do about it.
    pub(super) what_to_do: String,
    /// Where it does not block: what Twilio or the BAA makes a condition of PHI here; empty where it is none.
    pub(super) condition: String,
}

/// Checks that are not met, by account.
#[derive(Debug, Default)]
struct ByAccount {
    by_account: BTreeMap<String, BTreeMap<String, NotMet>>,
    /// Those of the parent that speak for the whole tree.
    of_tree: BTreeMap<String, NotMet>,
}

/// Findings that doubt what is declared of an account; each is empty where there is none.
#[derive(Debug, Clone, Default)]
pub(super) struct Doubts {
    /// Signs of PHI are seen.
    pub(super) signs: String,
    /// Nobody could look for them.
    pub(super) signs_unseen: String,
    /// Something is left in it, though it is not active any more.
    pub(super) remains: String,
}

/// What is not met, by account.
#[derive(Debug, Default)]
pub(super) struct Blockers {
    blocking: ByAccount,
    /// What does not block, is open, and is critical, a condition, or of a check that blocks where it is graver.
    open: ByAccount,
    /// What doubts what is declared of an account, by the account.
    doubts: BTreeMap<String, Doubts>,
    /// Open findings that do not block and are not named, by account and severity.
    besides: BTreeMap<(String, Severity), usize>,
    /// Those of the parent that speak for the whole tree.
    besides_of_tree: BTreeMap<Severity, usize>,
    root: String,
    /// What was accepted, by the place of the waiver in the scan.
    accepted: BTreeMap<usize, NotMet>,
    /// Waived findings that neither block nor would be named.
    accepted_besides: usize,
    /// Findings that say of an account that something was not read, and leave it to a person.
    unread: usize,
}

impl Blockers {
    /// Those of a scan.
    pub(super) fn of(scan: &Scan, kept: &dyn Kept) -> io::Result<Self> {
        let root = scan.accounts.first().map(|account| account.account_sid.clone()).unwrap_or_default();
        let mut blockers = Self { root, ..Self::default() };
        kept.each(&mut |finding| {
            blockers.add(finding, scan);
            Ok(())
        })?;
        Ok(blockers)
    }

    fn add(&mut self, finding: &Finding, scan: &Scan) {
        let rule = scan.rule(&finding.check_id);
        let of_tree = finding.account_sid == self.root && rule.is_some_and(|rule| rule.speaks_for_the_tree);
        let condition = rule.map_or("", |rule| rule.condition.as_str());
        // What is milder than that which blocks, such as a product that is excepted, is about no less a condition.
        let is_condition = !condition.is_empty() || rule.is_some_and(|rule| rule.blocks_go_live);
        let is_named = finding.severity == Severity::Critical || is_condition;
        if finding.is_blocker() {
            self.blocking.add(finding, "", of_tree);
        } else if finding.outcome.needs_action() && !finding.waived {
            if is_named {
                self.open.add(finding, condition, of_tree);
            } else {
                *self.besides.entry((finding.account_sid.clone(), finding.severity)).or_default() += 1;
                *self.besides_of_tree.entry(finding.severity).or_default() += usize::from(of_tree);
            }
        }
        if finding.waived && (finding.is_blocker() || is_named) {
            let behind = scan.waivers.iter().enumerate().filter(|(_, waiver)| waiver.covers(finding));
            for (place, _) in behind {
                note(self.accepted.entry(place), finding, "");
            }
        } else {
            self.accepted_besides += usize::from(finding.waived);
        }
        self.unread += usize::from(finding.outcome == Outcome::Manual && finding.resource_type.is_empty());
        self.note_what_doubts(finding);
    }

    /// Takes note of what speaks against saying nothing of an account.
    fn note_what_doubts(&mut self, finding: &Finding) {
        let place: fn(&mut Doubts) -> &mut String = match (finding.check_id.as_str(), finding.outcome) {
            (PHI_SIGNS, Outcome::NotAssessed) => |doubts| &mut doubts.signs_unseen,
            (PHI_SIGNS, outcome) if outcome.needs_action() && !finding.waived => |doubts| &mut doubts.signs,
            (PHI_REMAINS, Outcome::Fail | Outcome::Manual) => |doubts| &mut doubts.remains,
            _ => return,
        };
        let doubts = self.doubts.entry(finding.account_sid.clone()).or_default();
        place(doubts).clone_from(&finding.finding_id);
    }

    /// What somebody accepted of what blocks or would be named, with the waiver behind it.
    pub(super) fn accepted<'a>(&self, scan: &'a Scan) -> Vec<(&'a Accepted, &NotMet)> {
        self.accepted.iter().filter_map(|(place, found)| Some((scan.waivers.get(*place)?, found))).collect()
    }

    /// How many waived findings neither block nor would be named.
    pub(super) const fn accepted_besides(&self) -> usize {
        self.accepted_besides
    }

    /// How many findings leave something that was not read to a person.
    pub(super) const fn unread(&self) -> usize {
        self.unread
    }

    /// How many open findings of an account, and of the parent where it speaks for all, neither block nor are named, by
    /// severity.
    pub(super) fn besides(&self, account_sid: &str) -> Vec<(Severity, usize)> {
        let of_tree = if account_sid == self.root { None } else { Some(&self.besides_of_tree) };
        let count = |severity| {
            let own = self.besides.get(&(account_sid.to_owned(), severity)).copied().unwrap_or_default();
            own + of_tree.and_then(|of_tree| of_tree.get(&severity)).copied().unwrap_or_default()
        };
        let counts = Severity::ALL.into_iter().map(|severity| (severity, count(severity)));
        counts.filter(|(_, findings)| *findings > 0).collect()
    }

    /// What stands against an account, the worst first.
    pub(super) fn against(&self, account_sid: &str) -> Vec<NotMet> {
        self.blocking.of(account_sid, &self.root)
    }

    /// What does not block an account, is open, and must be named; the worst first.
    pub(super) fn open(&self, account_sid: &str) -> Vec<NotMet> {
        self.open.of(account_sid, &self.root)
    }

    /// What doubts what is declared of an account.
    pub(super) fn doubts(&self, account_sid: &str) -> Doubts {
        self.doubts.get(account_sid).cloned().unwrap_or_default()
    }
}

impl ByAccount {
    fn add(&mut self, finding: &Finding, condition: &str, of_tree: bool) {
        let own = self.by_account.entry(finding.account_sid.clone()).or_default();
        for place in [Some(own), of_tree.then_some(&mut self.of_tree)].into_iter().flatten() {
            note(place.entry(finding.check_id.clone()), finding, condition);
        }
    }

    fn of(&self, account_sid: &str, root: &str) -> Vec<NotMet> {
        let own = self.by_account.get(account_sid).into_iter().flatten();
        let mut all: Vec<NotMet> = own.map(|(_, one)| one.clone()).collect();
        if account_sid != root {
            all.extend(self.of_tree.values().map(|one| NotMet { of_parent: true, ..one.clone() }));
        }
        all.sort_by_key(|one| (one.accepted, one.outcome, one.severity, one.of_parent));
        all
    }
}

fn note<K: Ord>(place: Entry<'_, K, NotMet>, finding: &Finding, condition: &str) {
    place.and_modify(|one| one.add(finding)).or_insert_with(|| NotMet::of(finding, condition));
}

/// What a finding is about, where that is not its account.
fn name_of(finding: &Finding) -> Option<String> {
    if matches!(finding.resource_type.as_str(), "" | "account") {
        return None;
    }
    let names = [&finding.resource_name, &finding.resource_sid];
    names.into_iter().find(|name| !name.is_empty()).cloned()
}

impl NotMet {
    fn of(finding: &Finding, condition: &str) -> Self {
        Self {
            check_id: finding.check_id.clone(),
            title: finding.title.clone(),
            outcome: finding.outcome,
            severity: finding.severity,
            accepted: finding.waived,
            of_parent: false,
            findings: 1,
            things: name_of(finding).into_iter().collect(),
            finding_id: finding.finding_id.clone(),
            reason: finding.reason_or_title().to_owned(),
            what_to_do: finding.remediation.clone(),
            condition: condition.to_owned(),
        }
    }

    /// Takes note of another finding of the check; the worse one is shown.
    fn add(&mut self, finding: &Finding) {
        let (findings, mut things) = (self.findings + 1, std::mem::take(&mut self.things));
        let name = name_of(finding).filter(|name| things.len() < THINGS && !things.contains(name));
        things.extend(name);
        let shown = (self.accepted, self.outcome, self.severity);
        if (finding.waived, finding.outcome, finding.severity) < shown {
            *self = Self::of(finding, &std::mem::take(&mut self.condition));
        }
        (self.findings, self.things) = (findings, things);
    }
}
