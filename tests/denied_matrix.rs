//! What was not read is never reported as fine: every kind is refused in every way, and each time everything that
//! needs it says so, nothing calls it fine, and nothing else changes. Generated from the catalogue and the checks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/estate_scan.rs"]
mod estate_scan;
#[path = "support/planted.rs"]
mod planted;
#[path = "support/refusal.rs"]
mod refusal;

use std::collections::{BTreeMap, BTreeSet};

use estate_scan::{CHECKS, PARENT, Scanned, account, furnished, key, scan};
use refusal::{Cell, How, MISSING_PERMISSION, addresses, dealt_out, is_of_account, unread};
use tokio::task::JoinSet;
use twilio_audit::audit::{Compiled, Scope};
use twilio_audit::catalogue::{KINDS, Kind, Per, kind};
use twilio_audit::evidence::Batch;
use twilio_audit::model::{Coverage, CoverageStatus, Finding, Outcome};
use twilio_audit::simulator::{Request, is_at};

/// Scans side by side: what hangs in one holds up none of the others.
const SCANS: usize = 6;

/// What is wrong, in sentences; nothing if nothing is.
type Complaints = Vec<String>;

/// The outcomes of a subaccount by check and resource, without what tells one subaccount from another.
type Outcomes = BTreeMap<(String, String, String, String), Outcome>;

fn outcomes<'a>(findings: impl IntoIterator<Item = &'a Finding>, number: usize) -> Outcomes {
    let plain = |sid: &str| sid.replace(&account(number), "AC").replace(&key(number), "SK");
    let identity = |one: &Finding| {
        (one.check_id.clone(), one.resource_type.clone(), plain(&one.resource_sid), one.field.clone())
    };
    findings.into_iter().map(|one| (identity(one), one.outcome)).collect()
}

fn of_account<'a>(findings: &'a [Finding], account: &str) -> Vec<&'a Finding> {
    findings.iter().filter(|finding| finding.account_sid == account).collect()
}

/// (a) Coverage: what was refused is unread, with the answer that there was, and so is all below it.
fn complaints_of_coverage(coverage: &[Coverage], account: &str, cell: Cell) -> Complaints {
    let rows = |kind: &Kind| -> Vec<&Coverage> {
        coverage
            .iter()
            .filter(|row| row.account_sid.as_str() == account && row.resource_type == kind.name)
            .collect()
    };
    let Cell { kind, how } = cell;
    let mut complaints = Vec::new();
    let mut complain = |about: &Kind, what: String| {
        complaints.push(format!("{} refused by {how:?}: {}: {what}", kind.name, about.name));
    };
    let own = rows(kind);
    if own.is_empty() {
        complain(kind, "has no coverage".to_owned());
    }
    let is_below = matches!(kind.endpoint().map(|endpoint| endpoint.per), Some(Per::Each { .. }));
    if is_below && own.iter().all(|row| row.parent_sid.is_empty()) {
        complain(kind, "does not show at its parents".to_owned());
    }
    for row in own {
        let missing = (how == How::Unauthorized).then_some(MISSING_PERMISSION);
        let is_right = match cell.is_answer() {
            true => row.status == CoverageStatus::Absent,
            false => !row.status.is_conclusive() && !row.reason.is_empty(),
        };
        let named = (row.http_status, row.twilio_code);
        if !is_right || named != how.answer() || row.missing_permission.as_deref() != missing {
            complain(kind, format!("{row:?}"));
        }
    }
    for below in cell.unread() {
        let rows = rows(below);
        if rows.is_empty() || rows.iter().any(|row| row.status.is_conclusive() || row.reason.is_empty()) {
            complain(below, format!("{rows:?}"));
        }
    }
    complaints
}

/// Whether an active subaccount is judged by a check, if nobody declared it free of PHI.
const fn judges_subaccounts(scope: Scope) -> bool {
    matches!(scope, Scope::Phi | Scope::PhiAndParent | Scope::PhiSubaccounts | Scope::All | Scope::Every)
}

/// Whether the parent is judged by a check that compares accounts, if nobody declared it free of PHI.
const fn judges_the_parent(scope: Scope) -> bool {
    !matches!(scope, Scope::PhiSubaccounts | Scope::WithoutPhi | Scope::Inactive)
}

fn needed<'a>(check: &'a Compiled, unread: &'a BTreeSet<&'static str>) -> Vec<&'static str> {
    check.needs().map(|kind| kind.name).filter(|name| unread.contains(name)).collect()
}

/// Whether a reason speaks of a kind: by name, or as one of those for which there was no room.
fn speaks_of(reason: &str, kind: &str) -> bool {
    let mut words = reason.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.any(|word| word == kind || word == "more")
}

/// (b) What a check that lacks these kinds may say of an account: that it lacks them, and nothing is fine.
fn complaints_of_gap(check: &Compiled, lacks: &[&'static str], said: &[&Finding]) -> Complaints {
    let id = check.check.id.as_str();
    let said: Vec<_> = said.iter().filter(|finding| finding.check_id == id).collect();
    let mut complaints: Complaints = said
        .iter()
        .filter(|finding| matches!(finding.outcome, Outcome::Pass | Outcome::NotApplicable))
        .map(|finding| {
            format!("{id} lacks {lacks:?} and says {:?} of {}", finding.outcome, finding.resource_sid)
        })
        .collect();
    let open = said.iter().filter(|finding| finding.outcome == Outcome::NotAssessed);
    let reasons: String = open.map(|finding| finding.reason.as_str()).collect::<Vec<_>>().join("\n");
    for kind in lacks {
        if !speaks_of(&reasons, kind) {
            complaints.push(format!("{id} does not say that it lacks {kind}: `{reasons}`"));
        }
    }
    complaints
}

/// (c) What a check that lacks nothing says of an account is what it says when nothing goes wrong.
fn complaints_of_change(check: &Compiled, before: &Outcomes, after: &Outcomes) -> Complaints {
    let of_check = |outcomes: &Outcomes| -> Outcomes {
        let of_check = outcomes.iter().filter(|(identity, _)| identity.0 == check.check.id);
        of_check.map(|(identity, outcome)| (identity.clone(), *outcome)).collect()
    };
    let (before, after) = (of_check(before), of_check(after));
    let identities: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    identities
        .into_iter()
        .filter(|identity| before.get(*identity) != after.get(*identity))
        .map(|identity| format!("{identity:?}: {:?} became {:?}", before.get(identity), after.get(identity)))
        .collect()
}

/// One scan of several accounts, in each of which other cells are refused, and one in which nothing is.
struct Refused {
    cells: Vec<Vec<Cell>>,
    coverage: Vec<Coverage>,
    findings: Vec<Finding>,
}

impl Refused {
    /// Scans an account for each of these sets of cells, and one more.
    async fn scan(mut cells: Vec<Vec<Cell>>) -> (Vec<Vec<Cell>>, Scanned) {
        cells.push(Vec::new());
        let numbered = || cells.iter().enumerate();
        let faults = numbered()
            .flat_map(|(number, cells)| cells.iter().flat_map(move |cell| cell.faults(&account(number))));
        let scanned = scan(numbered().map(|(number, _)| furnished(number)).collect(), faults.collect()).await;
        (cells, scanned)
    }

    fn judge((cells, mut scanned): (Vec<Vec<Cell>>, Scanned)) -> Self {
        Self { cells, findings: scanned.judge(), coverage: scanned.coverage }
    }

    fn complaints(&self, undisturbed: &[Finding]) -> Complaints {
        let unread_anywhere = unread(&self.cells.concat());
        let mut complaints = Vec::new();
        for (number, cells) in self.cells.iter().enumerate() {
            for cell in cells {
                complaints.extend(complaints_of_coverage(&self.coverage, &account(number), *cell));
            }
            let said = of_account(&self.findings, &account(number));
            let before = outcomes(of_account(undisturbed, &account(0)), 0);
            let after = outcomes(said.iter().copied(), number);
            let unread = unread(cells);
            let mut of_this = Vec::new();
            // "Never configured" is an answer, and whoever asks for it may answer differently.
            let answered: BTreeSet<&str> =
                cells.iter().filter(|cell| cell.is_answer()).map(|cell| cell.kind.name).collect();
            let is_answered = |check: &Compiled| check.reads.iter().any(|kind| answered.contains(kind.name));
            for check in CHECKS.iter() {
                let lacks = match check.check.compares_accounts {
                    true => needed(check, &unread_anywhere),
                    false => needed(check, &unread),
                };
                if lacks.is_empty() && is_answered(check) {
                    continue;
                }
                if lacks.is_empty() || !judges_subaccounts(check.check.scope) {
                    of_this.extend(complaints_of_change(check, &before, &after));
                } else {
                    of_this.extend(complaints_of_gap(check, &lacks, &said));
                }
            }
            let refused = cells.iter().map(|cell| format!("{} by {:?}", cell.kind.name, cell.how));
            let refused = refused.collect::<Vec<_>>().join(", ");
            complaints.extend(
                of_this.into_iter().map(|complaint| format!("{complaint}, while refused: {refused}")),
            );
        }
        complaints.extend(self.complaints_of_parent(undisturbed, &unread_anywhere));
        complaints
    }

    /// The parent was refused nothing.
    fn complaints_of_parent(
        &self,
        undisturbed: &[Finding],
        unread_anywhere: &BTreeSet<&'static str>,
    ) -> Complaints {
        // Some findings are about a subaccount, and the undisturbed estate has fewer of them.
        let is_of_both = |finding: &&Finding| {
            [PARENT, &account(0)].contains(&finding.resource_sid.as_str())
                || !finding.resource_sid.starts_with("AC")
        };
        let by_id = |findings: &[Finding]| -> Outcomes {
            outcomes(of_account(findings, PARENT).into_iter().filter(is_of_both), 0)
        };
        let (before, after) = (by_id(undisturbed), by_id(&self.findings));
        let said = of_account(&self.findings, PARENT);
        let judged = CHECKS.iter().flat_map(|check| {
            let lacks = needed(check, unread_anywhere);
            match check.check.compares_accounts && !lacks.is_empty() && judges_the_parent(check.check.scope) {
                true => complaints_of_gap(check, &lacks, &said),
                false => complaints_of_change(check, &before, &after),
            }
        });
        judged.map(|complaint| format!("parent: {complaint}")).collect()
    }
}

/// An estate in which nothing goes wrong. Everything in it was read, so that every refusal takes something away.
async fn undisturbed() -> Vec<Finding> {
    let mut scanned = scan(vec![furnished(0), furnished(1)], Vec::new()).await;
    let lacking = |kind: &&&'static Kind| {
        let of_kind =
            |row: &&Coverage| row.account_sid.as_str() == account(0) && row.resource_type == kind.name;
        let mut rows = scanned.coverage.iter().filter(of_kind).peekable();
        rows.peek().is_none() || rows.any(|row| row.status != CoverageStatus::Complete)
    };
    let lacking: Vec<_> =
        KINDS.iter().filter(|kind| is_of_account(kind)).filter(lacking).map(|kind| kind.name).collect();
    assert_eq!(lacking, [""; 0]);
    each_request_is_for_one_kind(&scanned.requests);
    scanned.judge()
}

/// So that what refuses one kind refuses no other.
fn each_request_is_for_one_kind(requests: &[Request]) {
    let kinds: Vec<_> = KINDS.iter().copied().filter(|kind| is_of_account(kind)).collect();
    let of = |kind: &&&'static Kind, path: &str| {
        addresses(kind, &account(0)).iter().any(|address| is_at(path, address))
    };
    let (sign_in, own) = (format!("/Accounts/{}.json", account(0)), account(0));
    for request in requests.iter().filter(|request| request.user == own && !request.path.ends_with(&sign_in))
    {
        let of: Vec<_> = kinds.iter().filter(|kind| of(kind, &request.path)).map(|kind| kind.name).collect();
        assert_eq!(of.len(), 1, "{}: {of:?}", request.path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_refused_is_nowhere_fine_and_nothing_else_changes() {
    let undisturbed = undisturbed().await;
    let cells = dealt_out();
    eprintln!("{} cells in {} accounts", cells.iter().map(Vec::len).sum::<usize>(), cells.len());
    let scans = cells.chunks(cells.len().div_ceil(SCANS)).map(|some| Refused::scan(some.to_vec()));
    // Judging keeps the machine so busy that an answer could come too late: it waits until all is read.
    let scanned = scans.collect::<JoinSet<_>>().join_all().await;
    let judging: JoinSet<_> =
        scanned.into_iter().map(|one| move || Refused::judge(one)).fold(JoinSet::new(), |mut set, one| {
            set.spawn_blocking(one);
            set
        });
    let mut complaints = BTreeSet::new();
    for refused in judging.join_all().await {
        complaints.extend(refused.complaints(&undisturbed));
    }
    assert!(complaints.is_empty(), "{}", complaints.into_iter().collect::<Vec<_>>().join("\n"));
}

/// The complaints about one account to which one kind is refused, if its coverage and its findings were these.
async fn one_refused() -> (Vec<Finding>, Scanned, Vec<Vec<Cell>>) {
    let undisturbed = undisturbed().await;
    let cell = Cell { kind: kind("sync_service").unwrap(), how: How::Forbidden };
    let (cells, scanned) = Refused::scan(vec![vec![cell]]).await;
    (undisturbed, scanned, cells)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_program_that_passes_over_what_it_could_not_read_is_noticed() {
    let (undisturbed, mut scanned, cells) = one_refused().await;
    let findings = scanned.judge();
    let coverage = scanned.coverage.clone();
    let complaints = |coverage: &[Coverage], findings: &[Finding]| -> Complaints {
        let (cells, coverage, findings) = (cells.clone(), coverage.to_vec(), findings.to_vec());
        Refused { cells, coverage, findings }.complaints(&undisturbed)
    };
    assert_eq!(complaints(&coverage, &findings), [""; 0]);

    // (a) A collection that takes a refusal for an empty list.
    let read = |row: &Coverage| Coverage { status: CoverageStatus::Complete, ..row.clone() };
    let all_read: Vec<_> = coverage.iter().map(read).collect();
    assert!(!complaints(&all_read, &findings).is_empty());

    // (b) A judge to whom all is read. A store is judged once: this is another of the same scan.
    let (_, mut scanned, _) = one_refused().await;
    for row in &all_read {
        scanned.store.write(&Batch::Coverage(row.clone())).unwrap();
    }
    let credulous = complaints(&coverage, &scanned.judge());
    let needed_by = CHECKS.iter().filter(|check| check.needs().any(|kind| kind.name == "sync_service"));
    for check in needed_by.filter(|check| judges_subaccounts(check.check.scope)) {
        assert!(
            credulous.iter().any(|complaint| complaint.starts_with(&check.check.id)),
            "{}",
            check.check.id
        );
    }

    // (c) A judge who lets a gap void what has nothing to do with it.
    let mut timid = findings.clone();
    let passed = timid.iter_mut().find(|one| one.account_sid == account(0) && one.outcome == Outcome::Pass);
    passed.unwrap().outcome = Outcome::NotAssessed;
    assert_eq!(complaints(&coverage, &timid).len(), 1);
}
