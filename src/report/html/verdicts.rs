//! May PHI go live? One verdict per account, and the checks that stand against it.

use super::survey::Survey;
use super::{filtered, name};
use crate::model::{Scan, ScannedAccount, Standing, Verdict};
use crate::report::verdict::{why, worst_first};

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
    pub(super) failed: Vec<Blocker>,
    pub(super) undecided: Vec<Blocker>,
    /// What is met but for what somebody accepted.
    pub(super) accepted: Vec<Blocker>,
}

/// A check that stands against an account.
#[derive(Debug)]
pub(super) struct Blocker {
    pub(super) check: String,
    /// Its findings.
    pub(super) link: String,
    /// Whether it is the parent that it stands against, and so the whole tree.
    pub(super) in_parent: bool,
}

impl Verdicts {
    pub(super) fn of(scan: &Scan, survey: &Survey) -> Self {
        let judged = worst_first(scan);
        let parent = scan.accounts.first().map_or("", |account| account.account_sid.as_str());
        let shown = judged.iter().take(ACCOUNTS);
        Self {
            headline: headline(scan, &judged),
            accounts: shown.map(|(account, verdict)| Judged::of(account, *verdict, survey, parent)).collect(),
            more: judged.len().saturating_sub(ACCOUNTS),
        }
    }
}

impl Judged {
    fn of(account: &ScannedAccount, verdict: Verdict, survey: &Survey, parent: &str) -> Self {
        let own = survey.blockers(&account.account_sid);
        let standing = |standing| -> Vec<Blocker> {
            let checks = own.standing(&survey.of_tree, standing).into_iter();
            let (own, of_parent): (Vec<&str>, Vec<&str>) = checks.partition(|check| own.holds(check));
            let is_accepted = standing == Standing::Accepted;
            let own =
                own.into_iter().map(|check| Blocker::of(check, &account.account_sid, false, is_accepted));
            own.chain(of_parent.into_iter().map(|check| Blocker::of(check, parent, true, is_accepted)))
                .collect()
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
            failed: standing(Standing::Failed),
            undecided: standing(Standing::Undecided),
            accepted: standing(Standing::Accepted),
        }
    }
}

impl Blocker {
    fn of(check: &str, account_sid: &str, in_parent: bool, is_accepted: bool) -> Self {
        let which = if is_accepted { ("waived", "yes") } else { ("blocking", "yes") };
        let link = filtered(&[("check", check), ("account", account_sid), which]);
        Self { check: name(check), link, in_parent }
    }
}

fn headline(scan: &Scan, judged: &[(&ScannedAccount, Verdict)]) -> String {
    let of = |wanted| judged.iter().filter(|(_, verdict)| *verdict == wanted).count();
    let all = judged.len();
    let (not, unknown) = (of(Verdict::NotReady), of(Verdict::CannotSay));
    let accepted: usize = judged.iter().map(|(account, _)| account.blockers_accepted).sum();
    let answer = match (all, not, unknown) {
        (0, ..) => "No active account carries PHI.".to_owned(),
        (_, 0, 0) if accepted > 0 => {
            format!("Yes, but for what was accepted: {all} of {all} accounts with PHI {} ready.", are(all))
        }
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
