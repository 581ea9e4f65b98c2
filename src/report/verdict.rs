//! The verdicts, and the sentence behind each.

use crate::model::{Scan, ScannedAccount, Verdict};

/// The accounts that have a verdict, in the order of the scan.
pub(super) fn judged(scan: &Scan) -> Vec<(&ScannedAccount, Verdict)> {
    scan.accounts.iter().filter_map(|account| Some((account, account.verdict?))).collect()
}

/// The same, those that say no first.
pub(super) fn worst_first(scan: &Scan) -> Vec<(&ScannedAccount, Verdict)> {
    let mut judged = judged(scan);
    judged.sort_by_key(|(_, verdict)| verdict.rank());
    judged
}

/// Why the account has this verdict. What somebody accepted is told, for it is not met.
pub(super) fn why(account: &ScannedAccount, verdict: Verdict) -> String {
    let (failed, undecided) = (account.blockers_failed, account.blockers_undecided);
    match (verdict, account.blockers_accepted) {
        (Verdict::Ready, 0) => "every blocking check is met".to_owned(),
        (Verdict::Ready, accepted) => format!("every blocking check is met but {accepted} accepted"),
        (Verdict::CannotSay, _) if undecided == 0 => "not every blocking check was run".to_owned(),
        (_, 0) => format!("blocking checks: {failed} failed, {undecided} undecided"),
        (_, accepted) => {
            format!("blocking: {failed} failed, {undecided} undecided, {accepted} accepted")
        }
    }
}
