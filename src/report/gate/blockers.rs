//! What stands against going live, and what else is open and must be known: of one account, and of all together.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Accepted, Finding, Kept, Outcome, PHI_REMAINS, PHI_SIGNS, Scan, Severity, counted};

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
    /// Whether all of them are what it is, for that reason; otherwise it is one example of several.
    pub(super) alike: bool,
    /// What to do about it.
    pub(super) what_to_do: String,
    /// Where it does not block: what Twilio or the BAA makes a condition of PHI here; empty where it is none.
    pub(super) condition: String,
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

/// What is not met in one account; or in the parent, and stands against the whole tree.
#[derive(Debug, Default)]
pub(super) struct Against {
    blocking: BTreeMap<String, NotMet>,
    /// What does not block, is open, and is critical, a condition, or of a check that blocks where it is graver.
    open: BTreeMap<String, NotMet>,
    /// Open findings that do not block and are not named.
    besides: BTreeMap<Severity, usize>,
    /// What doubts what is declared of it.
    doubts: Doubts,
}

/// How much stands against one account, the parent's for the whole tree included.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    /// Blocking checks that are not met.
    pub(super) blockers: usize,
    /// Of them, those that somebody accepted.
    pub(super) accepted: usize,
    /// Open points that do not block.
    pub(super) open: usize,
    /// Of them, those of the account itself.
    pub(super) own_open: usize,
}

impl Standing {
    /// Whether something blocks it that nobody accepted.
    pub(super) const fn is_blocked(self) -> bool {
        self.blockers > self.accepted
    }
}

/// What is not met, of all accounts together. How much that is does not depend on how many there are, but for what doubts
/// one of which nothing is stated: a scan may be of more accounts than memory holds findings of.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// What stands in the parent against the whole tree.
    of_tree: Against,
    root: String,
    /// By the places of the accounts in the scan.
    pub(super) standings: Vec<Standing>,
    /// What doubts what is declared of an account of which nothing is stated, by the account.
    doubts: BTreeMap<String, Doubts>,
    /// What was accepted, by the place of the waiver in the scan.
    accepted: BTreeMap<usize, NotMet>,
    /// Waived findings that neither block nor would be named.
    pub(super) accepted_besides: usize,
    /// Unwaived findings that say of an account that something was not read, and leave it to a person.
    pub(super) unread: usize,
}

/// What a check makes of its findings.
#[derive(Clone, Copy)]
struct Weight<'a> {
    /// Whether it stands in the parent against the whole tree.
    of_tree: bool,
    /// Whether it is named where it does not block.
    is_named: bool,
    /// What Twilio or the BAA makes a condition of PHI; empty where it is none.
    condition: &'a str,
}

impl<'a> Weight<'a> {
    fn of(finding: &Finding, scan: &'a Scan, root: &str) -> Self {
        let rule = scan.rule(&finding.check_id);
        let condition = rule.map_or("", |rule| rule.condition.as_str());
        // What is milder than that which blocks, such as a product that is excepted, is about no less a condition.
        let is_condition = !condition.is_empty() || rule.is_some_and(|rule| rule.blocks_go_live);
        Self {
            of_tree: finding.account_sid == root && rule.is_some_and(|rule| rule.speaks_for_the_tree),
            is_named: finding.severity == Severity::Critical || is_condition,
            condition,
        }
    }
}

impl Against {
    fn add(&mut self, finding: &Finding, weight: Weight<'_>) {
        let check = || finding.check_id.clone();
        if finding.is_blocker() {
            note(self.blocking.entry(check()), finding, "");
        } else if finding.outcome.needs_action() && !finding.waived {
            if weight.is_named {
                note(self.open.entry(check()), finding, weight.condition);
            } else {
                *self.besides.entry(finding.severity).or_default() += 1;
            }
        }
        self.note_what_doubts(finding);
    }

    /// Takes note of what speaks against saying nothing of the account.
    fn note_what_doubts(&mut self, finding: &Finding) {
        let place = match (finding.check_id.as_str(), finding.outcome) {
            (PHI_SIGNS, Outcome::NotAssessed) => &mut self.doubts.signs_unseen,
            (PHI_SIGNS, outcome) if outcome.needs_action() && !finding.waived => &mut self.doubts.signs,
            (PHI_REMAINS, Outcome::Fail | Outcome::Manual) => &mut self.doubts.remains,
            _ => return,
        };
        place.clone_from(&finding.finding_id);
    }

    /// What is not met in an account, as its findings say.
    fn read(scan: &Scan, kept: &dyn Kept, account_sid: &str, root: &str) -> io::Result<Self> {
        let mut against = Self::default();
        kept.each_of(account_sid, &mut |finding| {
            against.add(finding, Weight::of(finding, scan, root));
            Ok(())
        })?;
        Ok(against)
    }
}

/// What stands against one account, that of the parent included.
pub(super) struct AllAgainst {
    /// What blocks, the worst first.
    pub(super) blockers: Vec<NotMet>,
    /// What does not block, is open, and must be named; the worst first.
    pub(super) open: Vec<NotMet>,
    /// How many other open findings there are, by severity.
    pub(super) besides: Vec<(Severity, usize)>,
}

impl Survey {
    /// That of a scan.
    pub(super) fn of(scan: &Scan, kept: &dyn Kept) -> io::Result<Self> {
        let root = scan.accounts.first().map(|account| account.account_sid.clone()).unwrap_or_default();
        let mut survey = Self { root, ..Self::default() };
        // The parent comes first, so that what it has against the others is known by then.
        for account in &scan.accounts {
            let mut own = Against::default();
            kept.each_of(&account.account_sid, &mut |finding| {
                let weight = Weight::of(finding, scan, &survey.root);
                own.add(finding, weight);
                if weight.of_tree {
                    survey.of_tree.add(finding, weight);
                }
                survey.note(finding, weight, scan);
                Ok(())
            })?;
            let is_root = account.account_sid == survey.root;
            let standing = survey.standing(is_root, &own);
            survey.standings.push(standing);
            if is_root || account.verdict.is_none() {
                survey.doubts.insert(account.account_sid.clone(), own.doubts);
            }
        }
        Ok(survey)
    }

    /// Takes note of what is not said of one account alone.
    fn note(&mut self, finding: &Finding, weight: Weight<'_>, scan: &Scan) {
        if finding.waived && (finding.is_blocker() || weight.is_named) {
            let behind = scan.waivers.iter().enumerate().filter(|(_, waiver)| waiver.covers(finding));
            for (place, _) in behind {
                note(self.accepted.entry(place), finding, "");
            }
        } else {
            self.accepted_besides += usize::from(finding.waived);
        }
        let is_of_a_gap = finding.outcome == Outcome::Manual && finding.resource_type.is_empty();
        self.unread += usize::from(is_of_a_gap && !finding.waived);
    }

    fn standing(&self, is_root: bool, own: &Against) -> Standing {
        let of_tree = (!is_root).then_some(&self.of_tree);
        let blocking =
            || own.blocking.values().chain(of_tree.into_iter().flat_map(|tree| tree.blocking.values()));
        Standing {
            blockers: blocking().count(),
            accepted: blocking().filter(|one| one.accepted).count(),
            open: own.open.len() + of_tree.map_or(0, |tree| tree.open.len()),
            own_open: own.open.len(),
        }
    }

    /// How many open points do not block any of the judged accounts; what stands in the parent is one, whomever it
    /// concerns.
    pub(super) fn open_points(&self, scan: &Scan) -> usize {
        let judged =
            || scan.accounts.iter().zip(&self.standings).filter(|(account, _)| account.verdict.is_some());
        let parent_is_judged = scan.accounts.first().is_some_and(|parent| parent.verdict.is_some());
        let of_tree = if parent_is_judged || judged().next().is_none() { 0 } else { self.of_tree.open.len() };
        judged().map(|(_, standing)| standing.own_open).sum::<usize>() + of_tree
    }

    /// What somebody accepted of what blocks or would be named, with the waiver behind it.
    pub(super) fn accepted<'a>(&self, scan: &'a Scan) -> Vec<(&'a Accepted, &NotMet)> {
        self.accepted.iter().filter_map(|(place, found)| Some((scan.waivers.get(*place)?, found))).collect()
    }

    /// What doubts what is declared of an account of which nothing is stated.
    pub(super) fn doubts(&self, account_sid: &str) -> Doubts {
        self.doubts.get(account_sid).cloned().unwrap_or_default()
    }

    /// What stands against an account: its findings are read for that.
    pub(super) fn against(&self, scan: &Scan, kept: &dyn Kept, account_sid: &str) -> io::Result<AllAgainst> {
        let own = Against::read(scan, kept, account_sid, &self.root)?;
        let of_tree = (account_sid != self.root).then_some(&self.of_tree);
        let count = |severity| {
            let of = |against: &Against| against.besides.get(&severity).copied().unwrap_or_default();
            of(&own) + of_tree.map_or(0, of)
        };
        let counts = Severity::ALL.into_iter().map(|severity| (severity, count(severity)));
        let besides = counts.filter(|(_, findings)| *findings > 0).collect();
        Ok(AllAgainst {
            besides,
            blockers: worst_first(own.blocking, of_tree.map(|tree| &tree.blocking)),
            open: worst_first(own.open, of_tree.map(|tree| &tree.open)),
        })
    }
}

/// What is not met in an account and in the parent, the worst first.
fn worst_first(own: BTreeMap<String, NotMet>, of_tree: Option<&BTreeMap<String, NotMet>>) -> Vec<NotMet> {
    let of_parent = |one: &NotMet| NotMet { of_parent: true, ..one.clone() };
    let of_tree = of_tree.into_iter().flat_map(|tree| tree.values().map(of_parent));
    let mut all: Vec<NotMet> = own.into_values().chain(of_tree).collect();
    all.sort_by_key(|one| (one.accepted, one.outcome, one.severity, one.of_parent));
    all
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
            alike: true,
            what_to_do: finding.remediation.clone(),
            condition: condition.to_owned(),
        }
    }

    /// How many findings there are, and that the one that is quoted does not stand for all, if it does not.
    pub(super) fn how_many(&self) -> String {
        if self.alike {
            counted(self.findings, "finding")
        } else {
            format!("one of {} findings", self.findings)
        }
    }

    /// Takes note of another finding of the check; the worse one is shown.
    fn add(&mut self, finding: &Finding) {
        let (findings, mut things) = (self.findings + 1, std::mem::take(&mut self.things));
        let name = name_of(finding).filter(|name| things.len() < THINGS && !things.contains(name));
        things.extend(name);
        let is_alike = self.outcome == finding.outcome && self.reason == finding.reason_or_title();
        let alike = self.alike && is_alike;
        let shown = (self.accepted, self.outcome, self.severity);
        if (finding.waived, finding.outcome, finding.severity) < shown {
            *self = Self::of(finding, &std::mem::take(&mut self.condition));
        }
        (self.findings, self.things, self.alike) = (findings, things, alike);
    }
}
