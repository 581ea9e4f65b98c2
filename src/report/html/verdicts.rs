//! May PHI go live? One verdict per account, and the checks that stand against it.

use std::collections::BTreeSet;

use super::survey::{Blockers, Survey};
use super::{filtered, name};
use crate::model::{Scan, ScannedAccount, Verdict};
use crate::report::verdict::why;

/// Accounts that are listed at most; the others are counted.
const ACCOUNTS: usize = 100;

/// The verdicts, those that say no first.
#[derive(Debug)]
pub(super) struct Verdicts {
    /// All of them in one sentence.
    pub(super) headline: String,
    pub(super) accounts: Vec<Judged>,
    /// How many more there are.
    pub(super) more: usize,
}

/// The verdict over an account.
#[derive(Debug)]
pub(super) struct Judged {
    pub(super) name: String,
    pub(super) sid: String,
    pub(super) environment: String,
    pub(super) word: &'static str,
    pub(super) class: &'static str,
    pub(super) mark: &'static str,
    pub(super) why: String,
    pub(super) failed: Vec<Standing>,
    pub(super) undecided: Vec<Standing>,
}

/// A check that stands against an account.
#[derive(Debug)]
pub(super) struct Standing {
    pub(super) check: String,
    /// Its findings.
    pub(super) link: String,
    /// Whether it is the parent that it stands against, and so the whole tree.
    pub(super) in_parent: bool,
}

impl Verdicts {
    pub(super) fn of(scan: &Scan, survey: &Survey) -> Self {
        let mut judged: Vec<(&ScannedAccount, Verdict)> =
            scan.accounts.iter().filter_map(|account| Some((account, account.verdict?))).collect();
        judged.sort_by_key(|(_, verdict)| rank(*verdict));
        let everywhere = of_the_tree(scan, survey);
        let shown = judged.iter().take(ACCOUNTS);
        Self {
            headline: headline(scan, &judged),
            accounts: shown
                .map(|(account, verdict)| Judged::of(account, *verdict, survey, &everywhere))
                .collect(),
            more: judged.len().saturating_sub(ACCOUNTS),
        }
    }
}

impl Judged {
    fn of(account: &ScannedAccount, verdict: Verdict, survey: &Survey, everywhere: &OfTheTree<'_>) -> Self {
        let own = survey.blockers(&account.account_sid);
        let standing = |which: fn(&Blockers) -> &BTreeSet<String>| {
            let of_parent = which(&everywhere.blockers).difference(which(own));
            let own = which(own).iter().map(|check| Standing::of(check, &account.account_sid, false));
            own.chain(of_parent.map(|check| Standing::of(check, everywhere.parent, true))).collect()
        };
        let (class, mark) = match verdict {
            Verdict::Ready => ("ready", "✓"),
            Verdict::NotReady => ("not-ready", "✕"),
            Verdict::CannotSay => ("cannot-say", "?"),
        };
        Self {
            name: name(&account.account_name),
            sid: account.account_sid.clone(),
            environment: name(&account.environment),
            word: verdict.as_str(),
            class,
            mark,
            why: why(account, verdict),
            failed: standing(|blockers| &blockers.failed),
            undecided: standing(|blockers| &blockers.undecided),
        }
    }
}

impl Standing {
    fn of(check: &str, account_sid: &str, in_parent: bool) -> Self {
        let link = filtered(&[("check", check), ("account", account_sid), ("blocking", "yes")]);
        Self { check: name(check), link, in_parent }
    }
}

/// What stands against the parent and so against every account.
struct OfTheTree<'a> {
    parent: &'a str,
    blockers: Blockers,
}

fn of_the_tree<'a>(scan: &'a Scan, survey: &Survey) -> OfTheTree<'a> {
    let parent = scan.accounts.first().map_or("", |account| account.account_sid.as_str());
    let speaks = |check: &&String| scan.rule(check).is_some_and(|rule| rule.speaks_for_the_tree);
    let own = survey.blockers(parent);
    let blockers = Blockers {
        failed: own.failed.iter().filter(speaks).cloned().collect(),
        undecided: own.undecided.iter().filter(speaks).cloned().collect(),
    };
    OfTheTree { parent, blockers }
}

const fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotReady => 0,
        Verdict::CannotSay => 1,
        Verdict::Ready => 2,
    }
}

fn headline(scan: &Scan, judged: &[(&ScannedAccount, Verdict)]) -> String {
    let of = |wanted| judged.iter().filter(|(_, verdict)| *verdict == wanted).count();
    let all = judged.len();
    let (not, unknown) = (of(Verdict::NotReady), of(Verdict::CannotSay));
    let answer = match (all, not, unknown) {
        (0, ..) => "No active account carries PHI.".to_owned(),
        (_, 0, 0) => format!("Yes: {all} of {all} accounts with PHI {} ready.", are(all)),
        (_, 0, _) => format!("Cannot say for {unknown} of {all} accounts with PHI."),
        (_, _, 0) => format!("No: {not} of {all} accounts with PHI {} not ready.", are(not)),
        _ => {
            format!("No: {not} of {all} accounts with PHI {} not ready. Cannot say for {unknown}.", are(not))
        }
    };
    if scan.tree_is_known { answer } else { format!("{answer} Not all accounts are known.") }
}

const fn are(count: usize) -> &'static str {
    if count == 1 { "is" } else { "are" }
}
