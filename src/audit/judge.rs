//! Running checks over a store and keeping them honest.
//!
//! A query says what it sees. This file says what it may claim: a pass or "nothing to judge" stands
//! only where everything that the query reads was read; a fault stands wherever it was seen.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, RandomState};

use jiff::Timestamp;
use rusqlite::Connection;

use super::compile::{Compiled, prepare, work_out_views};
use super::finding::{finding, severity};
use super::gaps::{Gap, Gaps};
use super::row::{Columns, Glance, Judged, Subject};
use super::sandbox::{Allowance, Sandbox};
use super::scope::AccountFacts;
use super::sink::Sink;
use super::waivers::{Seen, Waivers};
use crate::evidence::{EvidenceError, Store};
use crate::model::{Outcome, Said, ScannedAccount, Severity, Tally, as_seen, day_of, finding_id};

/// What the checks say of a store, but for the findings, which went into a [`Sink`].
#[derive(Debug, Clone)]
pub struct Judgement {
    /// The accounts, parent first, then by SID; without verdicts.
    pub accounts: Vec<ScannedAccount>,
    /// By check, how many findings say what, passes included.
    pub tallies: BTreeMap<String, Tally>,
    /// What the reader must know of waivers, in sentences.
    pub notices: Vec<String>,
}

impl Judgement {
    /// The findings of all checks together.
    pub fn tally(&self) -> Tally {
        let mut all = Tally::default();
        self.tallies.values().for_each(|tally| all.add_all(tally));
        all
    }
}

/// Runs checks over a store, as of a moment.
///
/// # Errors
///
/// When the store cannot be read, or a finding cannot be kept. A check that fails to run stops no other: it becomes
/// `not_assessed`.
pub fn judge(
    store: &mut Store,
    checks: &[Compiled],
    now: Timestamp,
    sink: &mut dyn Sink,
) -> Result<Judgement, EvidenceError> {
    judge_within(store, checks, now, Allowance::default(), sink)
}

/// The same, and what each query may take.
///
/// # Errors
///
/// As [`judge`].
pub fn judge_within(
    store: &mut Store,
    checks: &[Compiled],
    now: Timestamp,
    allowance: Allowance,
    sink: &mut dyn Sink,
) -> Result<Judgement, EvidenceError> {
    prepare(store.connection(), now)
        .and_then(|()| work_out_views(store.connection(), checks))
        .map_err(unreadable)?;
    judge_prepared(store, checks, now, allowance, sink)
}

/// The same on a store that was [prepared](prepare) as of this moment.
pub(super) fn judge_prepared(
    store: &mut Store,
    checks: &[Compiled],
    now: Timestamp,
    allowance: Allowance,
    sink: &mut dyn Sink,
) -> Result<Judgement, EvidenceError> {
    let connection = store.connection_mut();
    let accounts = accounts(connection).map_err(unreadable)?;
    let gaps = Gaps::read(connection, &accounts).map_err(unreadable)?;
    let waivers = Waivers::read(connection, day_of(now)).map_err(unreadable)?;
    let sandbox = Sandbox::around(connection).map_err(unreadable)?;
    let mut tallies = BTreeMap::new();
    for compiled in checks {
        sandbox.grant(connection, allowance).map_err(unreadable)?;
        let mut sitting = Sitting::new(compiled, &accounts, &gaps, &waivers, now, sink);
        sitting.hear(connection, &sandbox)?;
        tallies.insert(compiled.check.id.clone(), sitting.tally);
    }
    Sandbox::open(connection).map_err(unreadable)?;
    Ok(Judgement {
        accounts: accounts.iter().map(AccountFacts::to_scanned).collect(),
        tallies,
        notices: waivers.notices(checks, &accounts),
    })
}

const fn unreadable(source: rusqlite::Error) -> EvidenceError {
    EvidenceError::Sql { doing: "judge", source }
}

/// Rows that one check may answer with, and text in bytes that is kept of them: a query that makes up rows without end
/// would fill memory and disk. An estate of a million resources takes a tenth of that.
const MOST_ROWS: usize = 5_000_000;
const MOST_TEXT: usize = 1 << 30;

/// An account while a check judges it.
struct Place<'a> {
    account: &'a AccountFacts,
    /// Why nothing may be called fine in it.
    gap: Option<Gap>,
    wants_passes: bool,
    was_judged: bool,
}

/// What tells a subject from millions of others: 96 bits of two hashes. Twelve bytes, for that many are held.
type Identity = [u8; 12];

/// One check at work, over all accounts that it judges.
struct Sitting<'a> {
    compiled: &'a Compiled,
    accounts: &'a [AccountFacts],
    waivers: &'a Waivers,
    now: Timestamp,
    sink: &'a mut dyn Sink,
    /// In the order of the accounts.
    places: Vec<Place<'a>>,
    by_sid: HashMap<&'a str, usize>,
    /// What was said of each subject. One finding per (check, account, resource, field): should a query answer
    /// twice, the worse counts (see [`rank`]).
    said: HashMap<Identity, Said>,
    hashers: [RandomState; 2],
    tally: Tally,
}

/// Why a check came to no end.
enum Halt {
    /// The query failed: that is the check's own matter.
    Query(rusqlite::Error),
    /// It says more than anybody reads: in a clause.
    TooMuch(String),
    /// A finding could not be kept: that ends everything.
    Sink(EvidenceError),
}

impl From<rusqlite::Error> for Halt {
    fn from(error: rusqlite::Error) -> Self {
        Self::Query(error)
    }
}

impl From<EvidenceError> for Halt {
    fn from(error: EvidenceError) -> Self {
        Self::Sink(error)
    }
}

impl<'a> Sitting<'a> {
    fn new(
        compiled: &'a Compiled,
        accounts: &'a [AccountFacts],
        gaps: &Gaps<'a>,
        waivers: &'a Waivers,
        now: Timestamp,
        sink: &'a mut dyn Sink,
    ) -> Self {
        let any_phi = accounts.iter().any(|account| account.active && account.phi);
        let mut compared = None;
        let places: Vec<Place<'_>> = accounts
            .iter()
            .filter(|account| compiled.check.scope.holds(account, any_phi))
            .map(|account| Place {
                account,
                gap: gaps.explain(compiled, &account.account_sid, &mut compared),
                wants_passes: sink.wants_passes(&compiled.check.id, &account.account_sid),
                was_judged: false,
            })
            .collect();
        let by_sid = places.iter().enumerate().map(|(at, place)| (&*place.account.account_sid, at)).collect();
        Self {
            compiled,
            accounts,
            waivers,
            now,
            sink,
            places,
            by_sid,
            said: HashMap::new(),
            hashers: [RandomState::new(), RandomState::new()],
            tally: Tally::default(),
        }
    }

    /// Hears what the query has to say, then says what is left to say of each account.
    fn hear(&mut self, connection: &Connection, sandbox: &Sandbox) -> Result<(), EvidenceError> {
        match self.hear_rows(connection, sandbox) {
            Ok(()) => {}
            Err(Halt::Sink(error)) => return Err(error),
            Err(Halt::Query(error)) => self.start_over(&sandbox.why(&error))?,
            Err(Halt::TooMuch(why)) => self.start_over(&why)?,
        }
        if self.compiled.check.scope.needs_the_parent() && !self.accounts.iter().any(|a| a.is_parent) {
            self.miss_the_parent()?;
        }
        for at in 0..self.places.len() {
            self.conclude(at)?;
        }
        Ok(())
    }

    fn hear_rows(&mut self, connection: &Connection, sandbox: &Sandbox) -> Result<(), Halt> {
        let mut statement = sandbox.prepare(connection, &self.compiled.check.query)?;
        let columns = Columns::of(&statement)?;
        let mut rows = statement.query([])?;
        let (mut heard, mut kept) = (0, 0);
        while let Some(row) = rows.next()? {
            heard += 1;
            if heard > MOST_ROWS {
                return Err(Halt::TooMuch(format!("it answers with more than {MOST_ROWS} rows")));
            }
            let Some(at) = self.by_sid.get(&*columns.account(row)?).copied() else { continue };
            let Some(place) = self.places.get_mut(at) else { continue };
            let glance = columns.glance(row)?;
            if place.gap.is_some() && glance.outcome.needs_complete_evidence() {
                continue;
            }
            place.was_judged = true;
            let is_wanted = place.wants_passes || glance.outcome.needs_action();
            let (account, compiled) = (place.account, self.compiled);
            let subject = columns.subject(row, compiled)?;
            let evidence = || columns.evidence(row).unwrap_or_default();
            let Some((.., waived)) = self.admit(at, account, glance, &subject, &evidence) else { continue };
            if is_wanted {
                let judged = columns.judged(row, compiled, glance, subject)?;
                kept += judged.length();
                if kept > MOST_TEXT {
                    return Err(Halt::TooMuch(format!("it answers with more than {} MiB", MOST_TEXT >> 20)));
                }
                self.sink.take(finding(compiled, account, judged, waived, self.now))?;
            }
        }
        Ok(())
    }

    fn identity(&self, at: usize, subject: &Subject<'_>) -> Identity {
        let [one, other] = self.hashers.each_ref().map(|hasher| hasher.hash_one((at, subject)).to_ne_bytes());
        let mut identity = Identity::default();
        identity.iter_mut().zip(one.into_iter().chain(other)).for_each(|(place, byte)| *place = byte);
        identity
    }

    /// Counts what is said of a subject; nothing where something worse was said of it.
    fn admit(
        &mut self,
        at: usize,
        account: &AccountFacts,
        glance: Glance,
        subject: &Subject<'_>,
        evidence: &dyn Fn() -> Vec<(String, String)>,
    ) -> Option<Said> {
        let check = &self.compiled.check;
        let severity = severity(self.compiled, account, glance);
        // Of passes, which are many, none needs a waiver.
        let waived = glance.outcome.needs_action()
            && !self.waivers.is_empty()
            && self.is_covered(account, glance, severity, subject, evidence)
            && check.waivable;
        let said = (glance.outcome, severity, waived);
        let identity = self.identity(at, subject);
        if let Some(before) = self.said.insert(identity, said) {
            if rank(before) <= rank(said) {
                self.said.insert(identity, before);
                return None;
            }
            self.tally.take_back(before);
        }
        self.tally.add(said);
        Some(said)
    }

    fn is_covered(
        &self,
        account: &AccountFacts,
        glance: Glance,
        severity: Severity,
        subject: &Subject<'_>,
        evidence: &dyn Fn() -> Vec<(String, String)>,
    ) -> bool {
        let (check, account) = (&self.compiled.check.id, &account.account_sid);
        let (outcome, blocks_go_live) = (glance.outcome, glance.blocks_go_live(&self.compiled.check));
        let Subject { resource_type, resource_sid: resource, field } = subject;
        let finding = finding_id(check, account, resource_type, resource, field);
        let as_seen = || as_seen(outcome, severity, &evidence());
        let finding = &finding;
        let as_seen = &as_seen;
        self.waivers.cover(&Seen { check, account, resource, finding, outcome, blocks_go_live, as_seen })
    }

    /// A query that failed has said nothing, in no account.
    fn start_over(&mut self, why: &str) -> Result<(), EvidenceError> {
        self.sink.forget(&self.compiled.check.id)?;
        self.said.clear();
        self.tally = Tally::default();
        let reason = format!("The check could not run: {why}");
        for place in &mut self.places {
            place.gap = Some(Gap { reason: reason.clone(), is_of_organization_alone: false });
        }
        Ok(())
    }

    fn miss_the_parent(&mut self) -> Result<(), EvidenceError> {
        let Some(root) = self.accounts.iter().find(|account| account.is_root) else { return Ok(()) };
        let reason = "The parent account was not seen: supply a credential of it".to_owned();
        let at = self.places.len();
        self.say(at, root, Outcome::NotAssessed, reason, true)
    }

    /// Says of an account what its rows left open: what was not read, or that there is nothing to judge.
    fn conclude(&mut self, at: usize) -> Result<(), EvidenceError> {
        let Some(place) = self.places.get_mut(at) else { return Ok(()) };
        let (account, wants_passes) = (place.account, place.wants_passes);
        if place.gap.is_none() {
            self.sink.judged(&self.compiled.check.id, &account.account_sid);
        }
        match place.gap.take() {
            Some(gap) => {
                // What a suspended account refuses to show, a person must look up, and so with the Organization.
                let is_for_a_person = !account.active || gap.is_of_organization_alone;
                let outcome = if is_for_a_person { Outcome::Manual } else { Outcome::NotAssessed };
                self.say(at, account, outcome, gap.reason, true)
            }
            None if !place.was_judged => {
                let reason = "There is nothing of this kind in the account".to_owned();
                self.say(at, account, Outcome::NotApplicable, reason, wants_passes)
            }
            None => Ok(()),
        }
    }

    /// Says something of an account as a whole.
    fn say(
        &mut self,
        at: usize,
        account: &AccountFacts,
        outcome: Outcome,
        reason: String,
        is_wanted: bool,
    ) -> Result<(), EvidenceError> {
        let glance = Glance { outcome, is_warning: false, severity: None, blocks_go_live: None };
        let subject = Subject {
            resource_type: Cow::Borrowed(""),
            resource_sid: Cow::Borrowed(&account.account_sid),
            field: Cow::Borrowed(""),
        };
        let waived = match self.admit(at, account, glance, &subject, &Vec::new) {
            Some((.., waived)) if is_wanted => waived,
            _ => return Ok(()),
        };
        let judged = Judged {
            glance,
            subject,
            resource_name: account.name.clone(),
            product: self.compiled.check.product.clone(),
            reason,
            evidence: Vec::new(),
            is_of_a_gap: outcome.needs_action(),
        };
        let is_of_a_gap = judged.is_of_a_gap;
        let finding = finding(self.compiled, account, judged, waived, self.now);
        if is_of_a_gap { self.sink.take_gap(finding) } else { self.sink.take(finding) }
    }
}

/// Of two things that are said of one subject, the lower counts. A pass hides nothing that needs action, and what
/// somebody accepted hides nothing that nobody did: a waiver is of what it waives alone.
fn rank((outcome, severity, waived): Said) -> (bool, bool, Outcome, Severity) {
    (!outcome.needs_action(), waived, outcome, severity)
}

fn accounts(connection: &Connection) -> rusqlite::Result<Vec<AccountFacts>> {
    connection
        .prepare(
            "select account_sid, name, phi, declared, active, is_parent, is_root, environment, owner, \
             status from account order by is_root desc, account_sid",
        )?
        .query_map([], |row| {
            Ok(AccountFacts {
                account_sid: row.get(0)?,
                name: row.get(1)?,
                phi: row.get(2)?,
                declared: row.get(3)?,
                active: row.get(4)?,
                is_parent: row.get(5)?,
                is_root: row.get(6)?,
                environment: row.get(7)?,
                owner: row.get(8)?,
                status: row.get(9)?,
            })
        })?
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_accepted_counts_first_then_the_worse_and_a_pass_last() {
        let waivable =
            |outcome: Outcome| if outcome.needs_action() { vec![false, true] } else { vec![false] };
        let mut all: Vec<Said> = Vec::new();
        for outcome in Outcome::ALL {
            for severity in Severity::ALL {
                all.extend(waivable(outcome).into_iter().map(|waived| (outcome, severity, waived)));
            }
        }
        for &one in &all {
            for &other in &all {
                let counts = if rank(one) <= rank(other) { one } else { other };
                let acts = |said: Said| said.0.needs_action();
                let open = |said: Said| acts(said) && !said.2;
                assert_eq!(open(counts), open(one) || open(other), "{one:?} {other:?}");
                assert_eq!(acts(counts), acts(one) || acts(other), "{one:?} {other:?}");
                if one.2 == other.2 {
                    assert_eq!(counts, one.min(other));
                }
            }
        }
    }
}
