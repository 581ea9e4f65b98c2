//! The accounts that carry PHI, and whether it may go live on each. What stands against one is read when that one is
//! written, for there may be more of it than memory holds.

use std::io;

use schemars::JsonSchema;
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use super::blockers::{AllAgainst, NotMet, Standing, Survey};
use crate::model::{Kept, Scan, ScannedAccount, Severity, Verdict, counted};
use crate::report::verdict;

/// An account and whether PHI may go live on it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Judged<'a> {
    /// Its SID.
    pub(super) account_sid: &'a str,
    /// Its name.
    pub(super) account_name: &'a str,
    /// The declared environment.
    pub(super) environment: &'a str,
    /// Whether it is declared; one that is not is taken to carry PHI.
    pub(super) declared: bool,
    /// May PHI go live on it?
    pub(super) verdict: Verdict,
    /// Why, in a sentence.
    pub(super) why: String,
    /// The blocking checks that are not met, the worst first.
    pub(super) blockers: Vec<NotMet>,
    /// What does not block and is open, of that which is critical, which Twilio or the BAA makes a condition of PHI, or which
    /// is of a check that blocks where it is graver: the worst first. The other open findings are only counted.
    pub(super) open: Vec<NotMet>,
    /// How many other open findings, of the account and of the parent where it speaks for all, are not named in `open`, the
    /// worst severity first; those with none are left out.
    pub(super) besides: Vec<(Severity, usize)>,
}

/// Whether a scan is something to call an account ready on.
pub(super) enum Footing {
    /// It is.
    Firm,
    /// It was, and is not any more: why.
    Gone(String),
    /// It is not as it was sealed, so that nobody can say anything.
    Altered,
}

const ALTERED: &str = "the scan is not as it was sealed: see twilio-audit verify";

/// The active accounts that carry PHI, those that say no first.
pub(super) struct Accounts<'a> {
    scan: &'a Scan,
    kept: &'a dyn Kept,
    survey: Survey,
    footing: Footing,
    judged: Vec<(&'a ScannedAccount, Verdict, Standing)>,
}

impl<'a> Accounts<'a> {
    pub(super) fn of(scan: &'a Scan, kept: &'a dyn Kept, survey: Survey, footing: Footing) -> Self {
        let all = scan.accounts.iter().zip(&survey.standings);
        let mut judged: Vec<_> =
            all.filter_map(|(account, standing)| Some((account, account.verdict?, *standing))).collect();
        judged.sort_by_key(|(_, verdict, _)| verdict.rank());
        Self { scan, kept, survey, footing, judged }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.judged.len()
    }

    /// Whether a blocking check is not met anywhere.
    pub(super) fn have_blockers(&self) -> bool {
        self.judged.iter().any(|(_, _, standing)| standing.blockers > 0)
    }

    /// The first so many.
    pub(super) fn first(&self, most: usize) -> io::Result<Vec<Judged<'a>>> {
        self.judged.iter().take(most).map(|one| self.judge(one)).collect()
    }

    fn judge(
        &self,
        (account, said, standing): &(&'a ScannedAccount, Verdict, Standing),
    ) -> io::Result<Judged<'a>> {
        let AllAgainst { blockers, open, besides } =
            self.survey.against(self.scan, self.kept, &account.account_sid)?;
        let verdict = self.footing.verdict(*said, *standing);
        let why = self.footing.why(account, *said, *standing);
        Ok(Judged {
            account_sid: &account.account_sid,
            account_name: &account.account_name,
            environment: &account.environment,
            declared: account.declared,
            verdict,
            why,
            blockers,
            open,
            besides,
        })
    }

    /// The worst verdict of all, and the sentence behind it.
    pub(super) fn together(&self) -> (Verdict, String) {
        let verdicts =
            || self.judged.iter().map(|(_, said, standing)| self.footing.verdict(*said, *standing));
        let count = |wanted| verdicts().filter(|verdict| *verdict == wanted).count();
        let (not_ready, cannot_say) = (count(Verdict::NotReady), count(Verdict::CannotSay));
        let all = counted(self.len(), "PHI account");
        match (not_ready, cannot_say, &self.footing) {
            (_, _, Footing::Altered) => (Verdict::CannotSay, ALTERED.to_owned()),
            (1.., _, Footing::Firm) => (Verdict::NotReady, format!("{not_ready} of {all} not ready")),
            (1.., _, Footing::Gone(why)) => {
                (Verdict::NotReady, format!("{not_ready} of {all} not ready; besides, {why}"))
            }
            (0, _, Footing::Gone(why)) => (Verdict::CannotSay, why.clone()),
            (0, 1.., Footing::Firm) => {
                (Verdict::CannotSay, format!("nobody can say of {cannot_say} of {all}"))
            }
            (0, 0, Footing::Firm) if !self.scan.tree_is_known => {
                (Verdict::CannotSay, "not all accounts of the tree are known".to_owned())
            }
            (0, 0, Footing::Firm) if self.judged.is_empty() => {
                (Verdict::CannotSay, "no active account carries PHI, so there is nothing to judge".to_owned())
            }
            (0, 0, Footing::Firm) => {
                let accepted = self.judged.iter().map(|(_, _, standing)| standing.accepted).sum();
                let open = self.survey.open_points(self.scan);
                let (accepted, open) = (but_accepted(accepted), but_open(open));
                (Verdict::Ready, format!("{all}, and every blocking check is met{accepted}{open}"))
            }
        }
    }
}

impl Serialize for Accounts<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut all = to.serialize_seq(Some(self.len()))?;
        for one in &self.judged {
            all.serialize_element(&self.judge(one).map_err(S::Error::custom)?)?;
        }
        all.end()
    }
}

impl Footing {
    /// The verdict on an account, doubted once more: nothing is ready that a blocking finding stands against.
    const fn verdict(&self, said: Verdict, standing: Standing) -> Verdict {
        match (self, said) {
            (Self::Altered, _) | (Self::Gone(_), Verdict::Ready) => Verdict::CannotSay,
            (Self::Firm, Verdict::Ready) if standing.is_blocked() => Verdict::CannotSay,
            (Self::Firm | Self::Gone(_), said) => said,
        }
    }

    /// Why it is that, in a sentence.
    fn why(&self, account: &ScannedAccount, said: Verdict, standing: Standing) -> String {
        match (self, said) {
            (Self::Altered, _) => ALTERED.to_owned(),
            (_, Verdict::Ready) if standing.is_blocked() => "a blocking finding stands against it".to_owned(),
            (Self::Gone(why), Verdict::Ready) => why.clone(),
            (Self::Firm, Verdict::Ready) => {
                format!("{}{}", verdict::why(account, said), but_open(standing.open))
            }
            (Self::Firm | Self::Gone(_), _) => verdict::why(account, said),
        }
    }
}

/// How many blocking checks are met only in so far as somebody accepted what was found.
fn but_accepted(accepted: usize) -> String {
    if accepted == 0 { String::new() } else { format!(" but {accepted}, which somebody waived") }
}

/// How many points are open that do not block.
fn but_open(points: usize) -> String {
    match points {
        0 => String::new(),
        1 => "; and 1 open point below does not block".to_owned(),
        open => format!("; and {open} open points below do not block"),
    }
}
