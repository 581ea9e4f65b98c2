//! What is stated: worked out once, for every form of it.
//!
//! READY is said only where nothing speaks against it: no blocking check that fails or is undecided, no evidence that is
//! too old, and no word of a person that has run out since.

use std::io;

use schemars::JsonSchema;
use serde::Serialize;

use super::accounts::{Accounts, Footing, Judged};
use super::blockers::{Doubts, NotMet, Survey};
use super::ground::Ground;
use super::{AsOf, Seal};
use crate::model::{
    Accepted, Attested, DatedList, Declaration, DeclaredBaa, Kept, Outcome, Scan, ScannedAccount, Severity,
    Verdict, in_seconds,
};
use crate::report::blind_spots::BLIND_SPOTS;
use crate::report::not_read::{causes, line};

/// Raised when a field changes its meaning or goes; new fields do not raise it.
const SCHEMA_VERSION: u32 = 1;

/// The go-live statement. Fields are only ever added: read past what you do not know.
#[derive(Serialize, JsonSchema)]
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
    #[schemars(with = "Vec<Judged<'a>>")]
    pub(super) accounts: Accounts<'a>,
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
    /// What this audit does not see.
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
    /// Findings that could not be assessed.
    pub(super) not_assessed: usize,
    /// Findings that are left for a person to decide, and that nobody has decided.
    pub(super) for_a_person: usize,
    /// Of them, those that a person must look up because nothing was read.
    pub(super) for_a_person_unread: usize,
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
    fn of(account: &'a ScannedAccount, found: &Survey) -> Self {
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
    pub(super) fn of(scan: &'a Scan, kept: &'a dyn Kept, as_of: AsOf<'a>) -> io::Result<Self> {
        let survey = Survey::of(scan, kept)?;
        let (relied_on, not_relied_on) = sorted_out(scan);
        let accepted: Vec<AcceptedFault<'_>> =
            survey.accepted(scan).into_iter().map(AcceptedFault::of).collect();
        let decisions: Vec<&Accepted> = accepted.iter().map(|one| one.decision).collect();
        let ground = Ground {
            started_at: scan.started_at,
            baa: scan.baa.as_ref(),
            relied_on: &relied_on,
            accepted: &decisions,
            declarations: &scan.declarations,
        };
        let (gone, first_end) = (ground.gone(as_of), ground.first_end(as_of));
        let (holds_until, ends_first) = first_end.map_or_else(Default::default, |end| (end.day, end.what));
        let not_judged = scan.accounts.iter().filter(|one| one.verdict.is_none());
        let not_judged = not_judged.map(|one| NotJudged::of(one, &survey)).collect();
        let parent = scan.accounts.first().map(|one| NotJudged::of(one, &survey));
        let (basis, accepted_besides) = (basis(scan, &survey), survey.accepted_besides);
        let footing = match gone {
            _ if as_of.seal.is_some_and(|seal| !seal.intact) => Footing::Altered,
            Some(why) => Footing::Gone(why),
            None => Footing::Firm,
        };
        let accounts = Accounts::of(scan, kept, survey, footing);
        let (verdict, why) = accounts.together();
        Ok(Self {
            schema_version: SCHEMA_VERSION,
            verdict,
            why,
            stated_at: in_seconds(as_of.moment),
            holds_until,
            ends_first,
            seal: as_of.seal,
            notices: &scan.notices,
            parent,
            scan: basis,
            accounts,
            not_judged,
            baa: scan.baa.as_ref(),
            relied_on,
            not_relied_on,
            accepted,
            accepted_besides,
            declarations: &scan.declarations,
            not_read: causes(scan, kept)?.iter().map(|(cause, lists)| line(cause, *lists)).collect(),
            blind_spots: BLIND_SPOTS,
        })
    }
}

fn basis<'a>(scan: &'a Scan, found: &Survey) -> Basis<'a> {
    Basis {
        scan_id: scan.id.as_str(),
        started_at: in_seconds(scan.started_at),
        complete: scan.is_complete(),
        not_assessed: scan.total(Outcome::NotAssessed),
        for_a_person: scan.unwaived(Outcome::Manual),
        for_a_person_unread: found.unread,
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
