//! Findings that somebody accepted for a while, acceptances that accept nothing, and findings that are said to be
//! mended and are not.

use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};

use jiff::civil::Date;
use rusqlite::{Connection, Row};

use super::compile::Compiled;
use super::scope::AccountFacts;
use crate::model::{Named, Outcome};

/// A waiver, and whether anything that it may be about was seen.
struct Waiver {
    check: String,
    account: Option<String>,
    resource: Option<String>,
    /// The one finding that it is about, where it is about one.
    finding: Option<String>,
    /// What that looked like when it was decided.
    as_seen: Option<String>,
    expires_on: String,
    is_over: bool,
    was_met: Cell<bool>,
    has_changed: Cell<bool>,
    is_too_wide: Cell<bool>,
}

/// That a finding is mended, as somebody says. It waives nothing.
struct Claim {
    check: String,
    account: String,
    by: String,
    on: String,
    still_stands: Cell<bool>,
}

/// The decisions of a declaration. There may be thousands that are bound to one finding each, so these are not gone
/// through for every finding.
pub(super) struct Waivers {
    /// In the order of the declaration.
    all: Vec<Waiver>,
    /// The places of those that are bound to a finding, by its id.
    of_finding: HashMap<String, Vec<usize>>,
    /// The places of the others, by check.
    of_check: HashMap<String, Vec<usize>>,
    /// In the order of the declaration, with the finding's id.
    claims: Vec<(String, Claim)>,
    claim_of: HashMap<String, usize>,
}

/// What was seen, as far as decisions are about it.
pub(super) struct Seen<'a> {
    pub(super) check: &'a str,
    pub(super) account: &'a str,
    pub(super) resource: &'a str,
    pub(super) finding: &'a str,
    pub(super) outcome: Outcome,
    /// Whether it blocks going live.
    pub(super) blocks_go_live: bool,
    /// What the finding looks like; worked out only where a waiver asks for it.
    pub(super) as_seen: &'a dyn Fn() -> String,
}

/// Sentences of one kind that are said one by one; of more there is a number.
const MOST_SENTENCES: usize = 5;

impl Waivers {
    /// Reads what was declared, as of a day: on the day of its end a waiver is over.
    pub(super) fn read(connection: &Connection, today: Date) -> rusqlite::Result<Self> {
        let all = connection
            .prepare(
                "select check_id, account_sid, resource, finding_id, as_seen, expires_on,
                        expires_on <= ?1
                 from intent_waiver",
            )?
            .query_map([today.to_string()], Waiver::of)?
            .collect::<rusqlite::Result<Vec<_>>>()?;
        let claims = connection
            .prepare("select finding_id, check_id, coalesce(account_sid, ''), fixed_by, fixed_on from intent_fixed")?
            .query_map([], |row| Ok((row.get(0)?, Claim::of(row)?)))?
            .collect::<rusqlite::Result<Vec<(String, Claim)>>>()?;
        let (mut of_finding, mut of_check) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for (place, waiver) in all.iter().enumerate() {
            match &waiver.finding {
                Some(finding) => of_finding.entry(finding.clone()).or_default().push(place),
                None => of_check.entry(waiver.check.clone()).or_default().push(place),
            }
        }
        let claim_of =
            claims.iter().enumerate().map(|(place, (finding, _))| (finding.clone(), place)).collect();
        Ok(Self { all, of_finding, of_check, claims, claim_of })
    }

    /// Whether nothing was decided that could be about any finding.
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty() && self.claims.is_empty()
    }

    /// Whether a waiver covers what was seen. Takes note of the waivers and claims that are about it.
    pub(super) fn cover(&self, seen: &Seen<'_>) -> bool {
        let is_seen = matches!(seen.outcome, Outcome::Fail | Outcome::Manual);
        if !is_seen {
            self.note_what_may_be_covered(seen);
            return false;
        }
        if let Some((_, claim)) = self.claim_of.get(seen.finding).and_then(|place| self.claims.get(*place)) {
            claim.still_stands.set(true);
        }
        let places = [self.of_finding.get(seen.finding), self.of_check.get(seen.check)];
        let mut is_covered = false;
        for waiver in places.into_iter().flatten().flatten().filter_map(|place| self.all.get(*place)) {
            if !waiver.is_about(seen) {
                continue;
            }
            waiver.was_met.set(true);
            // What blocks is accepted as it was seen: a wider waiver would cover what nobody has seen.
            if seen.blocks_go_live && (waiver.finding.is_none() || waiver.as_seen.is_none()) {
                waiver.is_too_wide.set(true);
            } else if waiver.as_seen.as_ref().is_some_and(|before| *before != (seen.as_seen)()) {
                waiver.has_changed.set(true);
            } else {
                is_covered |= !waiver.is_over;
            }
        }
        is_covered
    }

    /// Of what was not assessed nobody can say that it needs no waiver any more.
    fn note_what_may_be_covered(&self, seen: &Seen<'_>) {
        let may_cover = |waiver: &&Waiver| {
            waiver.check == seen.check && waiver.account.as_deref().is_none_or(|named| named == seen.account)
        };
        if seen.outcome == Outcome::NotAssessed {
            self.all.iter().filter(may_cover).for_each(|waiver| waiver.was_met.set(true));
        }
    }

    /// What the reader must know: which waiver is over while its finding stands, which waives nothing, and which
    /// finding is said to be mended and stands. Waivers of checks that were not run, and of accounts that were not
    /// audited, are left alone.
    pub(super) fn notices(&self, checks: &[Compiled], accounts: &[AccountFacts]) -> Vec<String> {
        let accounts: BTreeSet<&str> = accounts.iter().map(|account| account.account_sid.as_str()).collect();
        let was_run = |waiver: &&Waiver| {
            checks.iter().any(|compiled| compiled.check.id == waiver.check)
                && waiver.account.as_deref().is_none_or(|account| accounts.contains(account))
        };
        let (of_findings, others): (Vec<_>, Vec<_>) =
            self.all.iter().filter(was_run).partition(|waiver| waiver.finding.is_some());
        let mut notices: Vec<String> = others.into_iter().filter_map(Waiver::notice).collect();
        let more = |number| format!("Of {number} more findings the waiver is over, or waives nothing.");
        notices.extend(shortened(of_findings.into_iter().filter_map(Waiver::notice).collect(), more));
        let standing = self.claims.iter().filter(|(_, claim)| claim.still_stands.get());
        let more = |number| format!("{number} more findings were reported fixed and still stand.");
        notices.extend(shortened(standing.map(|(id, claim)| claim.notice(id)).collect(), more));
        notices
    }
}

/// The first sentences, and how many more there are.
fn shortened(mut sentences: Vec<String>, more: impl Fn(usize) -> String) -> Vec<String> {
    let left_out = sentences.len().saturating_sub(MOST_SENTENCES);
    // One more sentence takes no more room than its number would.
    if left_out > 1 {
        sentences.truncate(MOST_SENTENCES);
        sentences.push(more(left_out));
    }
    sentences
}

impl Waiver {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            check: row.get(0)?,
            account: row.get(1)?,
            resource: row.get(2)?,
            finding: row.get(3)?,
            as_seen: row.get(4)?,
            expires_on: row.get(5)?,
            is_over: row.get(6)?,
            was_met: Cell::new(false),
            has_changed: Cell::new(false),
            is_too_wide: Cell::new(false),
        })
    }

    /// Whether everything that it names is this.
    fn is_about(&self, seen: &Seen<'_>) -> bool {
        let named = Named {
            account: self.account.as_deref(),
            resource: self.resource.as_deref(),
            finding: self.finding.as_deref(),
        };
        self.check == seen.check && named.is(seen.account, seen.resource, seen.finding)
    }

    fn notice(&self) -> Option<String> {
        let about = self.resource.as_deref().or(self.account.as_deref()).unwrap_or_default();
        let (check, day) = (&self.check, &self.expires_on);
        let (whose, file) = match &self.finding {
            Some(finding) => (format!("{check} for {finding}, {about},"), "reviews.toml or audit.toml"),
            None => (format!("{check} for {about}"), "audit.toml"),
        };
        if self.has_changed.get() {
            return Some(format!(
                "The waiver of {whose} waives nothing: what was seen has changed, so decide again."
            ));
        }
        if self.is_too_wide.get() {
            return Some(format!(
                "The waiver of {whose} waives nothing that blocks going live: name `finding` and `as_seen` of each, as \
                 `twilio-audit show` prints them."
            ));
        }
        match (self.is_over, self.was_met.get()) {
            (true, true) => {
                Some(format!("The waiver of {whose} ended on {day}: what it waived counts again."))
            }
            (false, false) => Some(format!("The waiver of {whose} waives nothing: remove it from {file}.")),
            (true, false) | (false, true) => None,
        }
    }
}

impl Claim {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            check: row.get(1)?,
            account: row.get(2)?,
            by: row.get(3)?,
            on: row.get(4)?,
            still_stands: Cell::new(false),
        })
    }

    fn notice(&self, finding: &str) -> String {
        let Self { check, account, by, on, .. } = self;
        let account = if account.is_empty() { String::new() } else { format!(" in {account}") };
        format!("{check}{account} ({finding}) was reported fixed on {on} by {by} and still stands.")
    }
}
