//! What is stated: worked out once, for every form of it.
//!
//! READY is said only where nothing speaks against it: no blocking check that fails or is undecided, no evidence that is
//! too old, and no word of a person that has run out since.

use std::collections::BTreeSet;
use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::blockers::{Blockers, Doubts, NotMet};
use super::ground::Ground;
use super::{AsOf, Seal};
use crate::model::{
    Accepted, Attested, DatedList, Declaration, DeclaredBaa, Kept, Outcome, Scan, ScannedAccount, Severity,
    Verdict, counted, in_seconds,
};
use crate::report::blind_spots::BLIND_SPOTS;
use crate::report::not_read::{causes, line};
use crate::report::verdict;

/// Raised when a field changes its meaning or goes; new fields do not raise it.
const SCHEMA_VERSION: u32 = 1;

/// The go-live statement. Fields are only ever added: read past what you do not know.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Statement<'a> {
    /// Raised when a field changes its meaning or goes; new fields do not raise it.
    schema_version: u32,
    /// Over all accounts: the worst of theirs.
    pub(super) verdict: Verdict,
    /// Why, in a sentence.
    pub(super) why: String,
    /// As of when this is stated, RFC 3339 UTC.
    pub(super) stated_at: String,
    /// The last day on which all that it rests on still holds; empty where nothing has an end.
    pub(super) holds_until: String,
    /// What ends then, in words; empty where nothing has an end.
    pub(super) ends_first: String,
    /// Whether the scan is as it was sealed; null where that was not looked at, as in what a scan itself writes.
    pub(super) seal: Option<&'a Seal>,
    /// What the reader must know first, one sentence each.
    pub(super) notices: &'a [String],
    /// The parent of the tree.
    pub(super) parent: Option<NotJudged<'a>>,
    /// The scan that it rests on.
    pub(super) scan: Basis<'a>,
    /// The active accounts that carry PHI, those that say no first.
    pub(super) accounts: Vec<Judged<'a>>,
    /// The other accounts: declared free of PHI, or not active. This says nothing of them.
    pub(super) not_judged: Vec<NotJudged<'a>>,
    /// What is declared of the business associate agreement; null where nothing is.
    pub(super) baa: Option<&'a DeclaredBaa>,
    /// What people vouched for and this relies on.
    pub(super) relied_on: Vec<&'a Attested>,
    /// What people vouched for and this does not rely on: it is out of date, a finding speaks against it, or what it should
    /// settle stands all the same.
    pub(super) not_relied_on: Vec<NotReliedOn<'a>>,
    /// The findings that somebody accepted, as the waivers tell, of those that block or would be named in `open`.
    pub(super) accepted: Vec<AcceptedFault<'a>>,
    /// How many other findings somebody accepted.
    pub(super) accepted_besides: usize,
    /// What else is declared, seen by nobody, and rested on: vendors, overrides, exceptions, hosts.
    pub(super) declarations: &'a [Declaration],
    /// What could not be read, with how many lists that is true of.
    pub(super) not_read: Vec<String>,
    /// What no audit by API can see.
    pub(super) blind_spots: &'a [&'a str],
}

/// The scan that a statement rests on.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Basis<'a> {
    /// Its name.
    pub(super) scan_id: &'a str,
    /// When it started, RFC 3339 UTC.
    pub(super) started_at: String,
    /// Whether everything that was required could be assessed.
    pub(super) complete: bool,
    /// Findings that could not be assessed, those that a person must look up because nothing was read among them.
    pub(super) not_assessed: usize,
    /// Other findings that are left for a person to decide, and that nobody has decided.
    pub(super) for_a_person: usize,
    /// Whether all subaccounts of the parent are known.
    pub(super) all_accounts_known: bool,
    /// Whether an audit.toml was read.
    pub(super) intent_declared: bool,
    /// The version of twilio-audit.
    pub(super) tool_version: &'a str,
    /// The date of the newest rule in its catalogue.
    pub(super) catalogue_version: &'a str,
    /// How many checks were run.
    pub(super) checks: usize,
    /// The Region.
    pub(super) region: String,
    /// The lists of facts that age, with their dates.
    pub(super) lists: &'a [DatedList],
}

/// What somebody vouched for and nobody should rely on.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct NotReliedOn<'a> {
    /// What it is.
    #[serde(flatten)]
    pub(super) attested: &'a Attested,
    /// Why not, in words.
    pub(super) why: String,
}

/// What somebody accepted, and what that was.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct AcceptedFault<'a> {
    /// The decision.
    #[serde(flatten)]
    pub(super) decision: &'a Accepted,
    /// The good state that is not reached.
    pub(super) title: String,
    /// How bad that is; the worst of the findings.
    pub(super) severity: Severity,
    /// How many findings there are.
    pub(super) findings: usize,
    /// The names of what they are about, the first ten; empty where that is the account itself.
    pub(super) things: Vec<String>,
}

impl<'a> AcceptedFault<'a> {
    fn of((decision, found): (&'a Accepted, &NotMet)) -> Self {
        let NotMet { title, severity, findings, things, .. } = found.clone();
        Self { decision, title, severity, findings, things }
    }
}

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

/// An account of which nothing is stated.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct NotJudged<'a> {
    /// Its SID.
    pub(super) account_sid: &'a str,
    /// Its name.
    pub(super) account_name: &'a str,
    /// `active`, `suspended` or `closed`.
    pub(super) status: &'a str,
    /// Whether it carries PHI, or must be taken to.
    pub(super) phi: bool,
    /// Where it is declared free of PHI: the open finding that sees signs of PHI in it; else empty.
    pub(super) doubted_by: String,
    /// Where it is declared free of PHI: the finding that could not look for such signs; else empty.
    pub(super) not_looked_at: String,
    /// The finding that sees what is left in it, where it is not active any more; else empty.
    pub(super) still_holds: String,
}

impl<'a> NotJudged<'a> {
    fn of(account: &'a ScannedAccount, found: &Blockers) -> Self {
        let ScannedAccount { account_sid, account_name, status, phi, .. } = account;
        let Doubts { signs, signs_unseen, remains } = found.doubts(account_sid);
        let unless_phi = |finding| if *phi { String::new() } else { finding };
        Self {
            account_sid,
            account_name,
            status,
            phi: *phi,
            doubted_by: unless_phi(signs),
            not_looked_at: unless_phi(signs_unseen),
            still_holds: remains,
        }
    }
}

impl<'a> Statement<'a> {
    /// The statement of a scan as of a moment.
    pub(super) fn of(scan: &'a Scan, kept: &dyn Kept, as_of: AsOf<'a>) -> io::Result<Self> {
        let blockers = Blockers::of(scan, kept)?;
        let (relied_on, not_relied_on) = sorted_out(scan);
        let accepted: Vec<AcceptedFault<'_>> =
            blockers.accepted(scan).into_iter().map(AcceptedFault::of).collect();
        let not_judged = scan.accounts.iter().filter(|one| one.verdict.is_none());
        let mut statement = Self {
            schema_version: SCHEMA_VERSION,
            verdict: Verdict::CannotSay,
            why: String::new(),
            stated_at: in_seconds(as_of.moment),
            holds_until: String::new(),
            ends_first: String::new(),
            seal: as_of.seal,
            notices: &scan.notices,
            parent: scan.accounts.first().map(|one| NotJudged::of(one, &blockers)),
            scan: basis(scan, &blockers),
            accounts: Vec::new(),
            not_judged: not_judged.map(|one| NotJudged::of(one, &blockers)).collect(),
            baa: scan.baa.as_ref(),
            relied_on,
            not_relied_on,
            accepted,
            accepted_besides: blockers.accepted_besides(),
            declarations: &scan.declarations,
            not_read: causes(scan, kept)?.iter().map(|(cause, lists)| line(cause, *lists)).collect(),
            blind_spots: BLIND_SPOTS,
        };
        let decisions: Vec<&Accepted> = statement.accepted.iter().map(|one| one.decision).collect();
        let ground = Ground {
            started_at: scan.started_at,
            baa: statement.baa,
            relied_on: &statement.relied_on,
            accepted: &decisions,
            declarations: &scan.declarations,
        };
        let gone = ground.gone(as_of);
        if let Some(first) = ground.first_end(as_of) {
            (statement.holds_until, statement.ends_first) = (first.day, first.what);
        }
        let judged = verdict::worst_first(scan).into_iter();
        statement.accounts =
            judged.map(|(account, said)| judged_account(account, said, &blockers, gone.as_deref())).collect();
        if as_of.seal.is_some_and(|seal| !seal.intact) {
            statement.doubt_all();
            return Ok(statement);
        }
        (statement.verdict, statement.why) = over_all(&statement, gone.as_deref());
        Ok(statement)
    }

    /// Of a scan that is not as it was sealed nobody can say anything.
    fn doubt_all(&mut self) {
        "the scan is not as it was sealed: see twilio-audit verify".clone_into(&mut self.why);
        for account in &mut self.accounts {
            account.verdict = Verdict::CannotSay;
            account.why.clone_from(&self.why);
        }
    }
}

fn basis<'a>(scan: &'a Scan, found: &Blockers) -> Basis<'a> {
    Basis {
        scan_id: scan.id.as_str(),
        started_at: in_seconds(scan.started_at),
        complete: scan.is_complete(),
        not_assessed: scan.total(Outcome::NotAssessed) + found.unread(),
        for_a_person: scan.unwaived(Outcome::Manual).saturating_sub(found.unread()),
        all_accounts_known: scan.tree_is_known,
        intent_declared: scan.intent_declared,
        tool_version: &scan.tool_version,
        catalogue_version: &scan.catalogue_version,
        checks: scan.rules.len(),
        region: scan.region.to_string(),
        lists: &scan.lists,
    }
}

/// What people vouched for, relied on and not.
fn sorted_out(scan: &Scan) -> (Vec<&Attested>, Vec<NotReliedOn<'_>>) {
    let (mut relied_on, mut others) = (Vec::new(), Vec::new());
    for attested in &scan.attestations {
        match attested.not_relied_on() {
            why if why.is_empty() => relied_on.push(attested),
            why => others.push(NotReliedOn { attested, why }),
        }
    }
    (relied_on, others)
}

/// An account with what stands against it. What is said of it is doubted here once more: nothing is ready that a blocking
/// finding stands against.
fn judged_account<'a>(
    account: &'a ScannedAccount,
    said: Verdict,
    found: &Blockers,
    stale: Option<&str>,
) -> Judged<'a> {
    let blockers = found.against(&account.account_sid);
    let open = blockers.iter().any(|one| !one.accepted);
    let points = found.open(&account.account_sid);
    let (verdict, why) = match (said, open, stale) {
        (Verdict::Ready, true, _) => (Verdict::CannotSay, "a blocking finding stands against it".to_owned()),
        (Verdict::Ready, false, Some(stale)) => (Verdict::CannotSay, stale.to_owned()),
        (Verdict::Ready, false, None) => {
            let why = verdict::why(account, said);
            (said, format!("{why}{}", but_open(points.iter())))
        }
        _ => (said, verdict::why(account, said)),
    };
    Judged {
        account_sid: &account.account_sid,
        account_name: &account.account_name,
        environment: &account.environment,
        declared: account.declared,
        verdict,
        why,
        blockers,
        open: points,
        besides: found.besides(&account.account_sid),
    }
}

/// The worst verdict of all, and the sentence behind it.
fn over_all(statement: &Statement<'_>, stale: Option<&str>) -> (Verdict, String) {
    let count = |wanted| statement.accounts.iter().filter(|account| account.verdict == wanted).count();
    let (not_ready, cannot_say) = (count(Verdict::NotReady), count(Verdict::CannotSay));
    let all = counted(statement.accounts.len(), "PHI account");
    match (not_ready, cannot_say, stale) {
        (1.., _, None) => (Verdict::NotReady, format!("{not_ready} of {all} not ready")),
        (1.., _, Some(gone)) => {
            (Verdict::NotReady, format!("{not_ready} of {all} not ready; besides, {gone}"))
        }
        (0, _, Some(stale)) => (Verdict::CannotSay, stale.to_owned()),
        (0, 1.., None) => (Verdict::CannotSay, format!("nobody can say of {cannot_say} of {all}")),
        (0, 0, None) if !statement.scan.all_accounts_known => {
            (Verdict::CannotSay, "not all accounts of the tree are known".to_owned())
        }
        (0, 0, None) if statement.accounts.is_empty() => {
            (Verdict::CannotSay, "no active account carries PHI, so there is nothing to judge".to_owned())
        }
        (0, 0, None) => {
            let points = statement.accounts.iter().flat_map(|account| &account.open);
            let (accepted, open) = (but_accepted(statement), but_open(points));
            (Verdict::Ready, format!("{all}, and every blocking check is met{accepted}{open}"))
        }
    }
}

/// How many blocking checks are met only in so far as somebody accepted what was found.
fn but_accepted(statement: &Statement<'_>) -> String {
    let blockers = statement.accounts.iter().flat_map(|account| &account.blockers);
    match blockers.filter(|one| one.accepted).count() {
        0 => String::new(),
        accepted => format!(" but {accepted}, which somebody waived"),
    }
}

/// How many points are open that do not block; what stands in the parent is one, whomever it concerns.
fn but_open<'p>(points: impl Iterator<Item = &'p NotMet>) -> String {
    match points.map(|one| one.finding_id.as_str()).collect::<BTreeSet<_>>().len() {
        0 => String::new(),
        1 => "; and 1 open point below does not block".to_owned(),
        open => format!("; and {open} open points below do not block"),
    }
}
