//! The sentence behind a verdict.

use crate::model::{ScannedAccount, Verdict};

/// Why the account has this verdict.
pub(super) fn why(account: &ScannedAccount, verdict: Verdict) -> String {
    let (failed, undecided) = (account.blockers_failed, account.blockers_undecided);
    match verdict {
        Verdict::Ready => "every blocking check is met".to_owned(),
        Verdict::CannotSay if undecided == 0 => "not every blocking check was run".to_owned(),
        Verdict::NotReady | Verdict::CannotSay => {
            format!("blocking checks: {failed} failed, {undecided} undecided")
        }
    }
}
