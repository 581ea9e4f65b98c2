//! What is stated: worked out once, for every form of it.
//!
//! READY is said only where nothing speaks against it: no blocking check that fails or is undecided, no evidence that is
//! too old, and no word of a person that has run out since.

use std::collections::BTreeMap;
use std::io;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::AsOf;
use crate::model::{
    Accepted, Attested, DatedList, DeclaredBaa, Finding, Kept, Outcome, Scan, ScannedAccount, Severity,
    Verdict, counted, day_of, in_seconds,
};
use crate::report::blind_spots::BLIND_SPOTS;
use crate::report::not_read::{causes, line};
use crate::report::verdict;

/// Raised when a field changes its meaning or goes; new fields do not raise it.
const SCHEMA_VERSION: u32 = 1;
/// A scan that claims to be of so much later than now is none to rely on.
const CLOCKS_DIFFER: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

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
    /// The scan that it rests on.
    pub(super) scan: Basis<'a>,
    /// The active accounts that carry PHI, those that say no first.
    pub(super) accounts: Vec<Judged<'a>>,
    /// Accounts that carry PHI and were not judged, for they are not active.
    pub(super) not_judged: Vec<NotJudged<'a>>,
    /// What is declared of the business associate agreement; null where nothing is.
    pub(super) baa: Option<&'a DeclaredBaa>,
    /// What people vouched for and this relies on.
    pub(super) relied_on: Vec<&'a Attested>,
    /// What people vouched for and this does not rely on: it is out of date, or a finding speaks against it.
    pub(super) not_relied_on: Vec<&'a Attested>,
    /// The blocking findings that somebody accepted, as the waivers tell.
    pub(super) accepted: Vec<&'a Accepted>,
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
    pub(super) blockers: Vec<Blocker>,
}

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

/// An account that was not judged.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct NotJudged<'a> {
    /// Its SID.
    pub(super) account_sid: &'a str,
    /// Its name.
    pub(super) account_name: &'a str,
    /// `suspended` or `closed`.
    pub(super) status: &'a str,
}

impl<'a> Statement<'a> {
    /// The statement of a scan as of a moment.
    pub(super) fn of(scan: &'a Scan, kept: &dyn Kept, as_of: AsOf) -> io::Result<Self> {
        let blockers = Blockers::of(scan, kept)?;
        let (relied_on, not_relied_on) =
            scan.attestations.iter().partition(|one| one.problem.is_empty() && one.doubted_by.is_empty());
        let accepted = scan.waivers.iter().filter(|waiver| blockers.are_accepted_by(waiver)).collect();
        let mut statement = Self {
            schema_version: SCHEMA_VERSION,
            verdict: Verdict::CannotSay,
            why: String::new(),
            stated_at: in_seconds(as_of.moment),
            scan: basis(scan),
            accounts: Vec::new(),
            not_judged: not_judged(scan),
            baa: scan.baa.as_ref(),
            relied_on,
            not_relied_on,
            accepted,
            not_read: causes(scan, kept)?.iter().map(|(cause, lists)| line(cause, *lists)).collect(),
            blind_spots: BLIND_SPOTS,
        };
        let stale = statement.stale(scan.started_at, as_of);
        let judged = verdict::worst_first(scan).into_iter();
        statement.accounts =
            judged.map(|(account, said)| blockers.judge(account, said, stale.as_deref())).collect();
        (statement.verdict, statement.why) = over_all(&statement, stale.as_deref());
        Ok(statement)
    }

    /// Why the scan is no ground for calling anything ready any more.
    fn stale(&self, started_at: Timestamp, as_of: AsOf) -> Option<String> {
        let age = as_of.moment.duration_since(started_at);
        if age < -CLOCKS_DIFFER {
            return Some(format!("the scan is dated later than {}: a clock was wrong", self.stated_at));
        }
        if let Some(most) = as_of.max_age.filter(|most| age > *most) {
            let (age, most) = (in_words(age), in_words(most));
            return Some(format!("the scan is {age} old, and may be {most}: scan again"));
        }
        let today = day_of(as_of.moment).to_string();
        let ended = |until: &str| !until.is_empty() && *until < *today;
        if let Some(one) = self.relied_on.iter().find(|one| ended(&one.counts_until)) {
            return Some(format!("the attestation `{}` counted until {}", one.id, one.counts_until));
        }
        if let Some(one) =
            self.accepted.iter().find(|one| *one.expires_on <= *today && !one.expires_on.is_empty())
        {
            return Some(format!("what was accepted of {} ended on {}", one.check_id, one.expires_on));
        }
        let baa = self.baa.filter(|baa| ended(&baa.expires_on))?;
        Some(format!("the BAA ended on {}", baa.expires_on))
    }
}

fn in_words(duration: jiff::SignedDuration) -> String {
    match usize::try_from(duration.as_hours()).unwrap_or_default() {
        hours if hours < 48 => counted(hours, "hour"),
        hours => counted(hours / 24, "day"),
    }
}

fn basis(scan: &Scan) -> Basis<'_> {
    Basis {
        scan_id: scan.id.as_str(),
        started_at: in_seconds(scan.started_at),
        complete: scan.is_complete(),
        all_accounts_known: scan.tree_is_known,
        intent_declared: scan.intent_declared,
        tool_version: &scan.tool_version,
        catalogue_version: &scan.catalogue_version,
        checks: scan.rules.len(),
        region: scan.region.to_string(),
        lists: &scan.lists,
    }
}

fn not_judged(scan: &Scan) -> Vec<NotJudged<'_>> {
    let carries_phi = |account: &&ScannedAccount| account.phi && account.verdict.is_none();
    scan.accounts
        .iter()
        .filter(carries_phi)
        .map(|account| NotJudged {
            account_sid: &account.account_sid,
            account_name: &account.account_name,
            status: &account.status,
        })
        .collect()
}

/// The worst verdict of all, and the sentence behind it.
fn over_all(statement: &Statement<'_>, stale: Option<&str>) -> (Verdict, String) {
    let count = |wanted| statement.accounts.iter().filter(|account| account.verdict == wanted).count();
    let (not_ready, cannot_say) = (count(Verdict::NotReady), count(Verdict::CannotSay));
    let all = counted(statement.accounts.len(), "PHI account");
    match (not_ready, cannot_say, stale) {
        (1.., _, _) => (Verdict::NotReady, format!("{not_ready} of {all} not ready")),
        (0, _, Some(stale)) => (Verdict::CannotSay, stale.to_owned()),
        (0, 1.., None) => (Verdict::CannotSay, format!("nobody can say of {cannot_say} of {all}")),
        (0, 0, None) if !statement.scan.all_accounts_known => {
            (Verdict::CannotSay, "not all accounts of the tree are known".to_owned())
        }
        (0, 0, None) if statement.accounts.is_empty() => {
            (Verdict::CannotSay, "no active account carries PHI, so there is nothing to judge".to_owned())
        }
        (0, 0, None) => (Verdict::Ready, format!("{all}, and every blocking check is met")),
    }
}

/// The blocking checks that are not met, by account.
#[derive(Debug, Default)]
struct Blockers {
    by_account: BTreeMap<String, BTreeMap<String, Blocker>>,
    /// Those of the parent that speak for the whole tree.
    of_tree: BTreeMap<String, Blocker>,
    root: String,
    /// Which waivers are in use: check, account, resource, finding.
    accepted: Vec<Finding>,
}

/// Accepted findings that are looked at, to name the waivers behind them.
const ACCEPTED_HELD: usize = 10_000;

impl Blockers {
    fn of(scan: &Scan, kept: &dyn Kept) -> io::Result<Self> {
        let root = scan.accounts.first().map(|account| account.account_sid.clone()).unwrap_or_default();
        let mut blockers = Self { root, ..Self::default() };
        kept.each(&mut |finding| {
            if finding.is_blocker() {
                let speaks = scan.rule(&finding.check_id).is_some_and(|rule| rule.speaks_for_the_tree);
                blockers.add(finding, speaks);
            }
            Ok(())
        })?;
        Ok(blockers)
    }

    fn add(&mut self, finding: &Finding, speaks_for_the_tree: bool) {
        if finding.waived && self.accepted.len() < ACCEPTED_HELD {
            self.accepted.push(finding.clone());
        }
        let own = self.by_account.entry(finding.account_sid.clone()).or_default();
        own.entry(finding.check_id.clone())
            .and_modify(|one| one.add(finding))
            .or_insert_with(|| Blocker::of(finding));
        if finding.account_sid == self.root && speaks_for_the_tree {
            let of_tree = self.of_tree.entry(finding.check_id.clone());
            of_tree.and_modify(|one| one.add(finding)).or_insert_with(|| Blocker::of(finding));
        }
    }

    fn are_accepted_by(&self, waiver: &Accepted) -> bool {
        self.accepted.iter().any(|finding| waiver.covers(finding))
    }

    /// An account with what stands against it. What is said of it is doubted here once more: nothing is ready that a
    /// blocking finding stands against.
    fn judge<'a>(&self, account: &'a ScannedAccount, said: Verdict, stale: Option<&str>) -> Judged<'a> {
        let own = self.by_account.get(&account.account_sid).into_iter().flatten();
        let mut blockers: Vec<Blocker> = own.map(|(_, one)| one.clone()).collect();
        if account.account_sid != self.root {
            blockers.extend(self.of_tree.values().map(|one| Blocker { of_parent: true, ..one.clone() }));
        }
        blockers.sort_by_key(|one| (one.accepted, one.outcome, one.severity, one.of_parent));
        let open = blockers.iter().any(|one| !one.accepted);
        let (verdict, why) = match (said, open, stale) {
            (Verdict::Ready, true, _) => {
                (Verdict::CannotSay, "a blocking finding stands against it".to_owned())
            }
            (Verdict::Ready, false, Some(stale)) => (Verdict::CannotSay, stale.to_owned()),
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
        }
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
