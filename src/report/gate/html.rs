//! `gate.html`: one dated page to sign, to print and to keep. It runs no script and asks no network.

use std::io::{self, Write};

use askama::Template;

use super::accounts::Judged;
use super::blockers::NotMet;
use super::statement::{Basis, Statement};
use crate::model::{Outcome, Verdict, counted};
use crate::report::cell::{at_most, printable};
use crate::report::page_policy;

/// Accounts, blockers of an account, and words of people that the page shows: it is one page, and `gate.json` has all.
const SHOWN: usize = 40;
const STYLE: &str = include_str!("gate.css");

/// The page.
#[derive(Template)]
#[template(path = "gate/gate.html")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    statement: &'a Statement<'a>,
    accounts: &'a [Judged<'a>],
    more_accounts: usize,
    tasks: Vec<Task<'a>>,
    open: Vec<Task<'a>>,
}

/// Writes the page.
pub(super) fn write(statement: &Statement<'_>, mut to: &mut dyn Write) -> io::Result<()> {
    let accounts = statement.accounts.first(SHOWN)?;
    let page = Page {
        policy: page_policy::of_still_page(STYLE),
        style: STYLE,
        statement,
        accounts: &accounts,
        tasks: tasks(&accounts, |account| &account.blockers),
        open: tasks(&accounts, |account| &account.open),
        more_accounts: statement.accounts.len() - accounts.len(),
    };
    page.write_into(&mut to)?;
    to.write_all(b"\n")
}

/// A text from a stranger, no longer than anybody reads.
fn text(text: &str) -> String {
    at_most(&printable(text), 600)
}

/// A name from a stranger, where the page only needs to tell things apart.
fn name(name: &str) -> String {
    at_most(&printable(name), 120)
}

const fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "ready",
        Verdict::NotReady => "not-ready",
        Verdict::CannotSay => "cannot-say",
    }
}

/// A check that is not met, with where that is so.
#[derive(Debug)]
struct Task<'a> {
    worst: &'a NotMet,
    places: Vec<(&'a str, &'a NotMet)>,
}

/// What is to be done, each check once, the worst first.
fn tasks<'a>(accounts: &'a [Judged<'a>], of: fn(&'a Judged<'a>) -> &'a [NotMet]) -> Vec<Task<'a>> {
    let mut tasks: Vec<Task<'a>> = Vec::new();
    for account in accounts {
        for one in of(account).iter().filter(|one| !one.accepted) {
            // What stands in the parent stands there once, whomever it concerns.
            let place = if one.of_parent { "The parent, for all accounts" } else { account.account_name };
            match tasks.iter_mut().find(|task| task.worst.check_id == one.check_id) {
                Some(task) if task.places.iter().any(|(_, other)| other.finding_id == one.finding_id) => {}
                Some(task) => task.places.push((place, one)),
                None => tasks.push(Task { worst: one, places: vec![(place, one)] }),
            }
        }
    }
    for task in &mut tasks {
        let worst = task.places.iter().map(|(_, one)| *one).min_by_key(|one| (one.outcome, one.severity));
        task.worst = worst.unwrap_or(task.worst);
    }
    tasks.sort_by_key(|task| (task.worst.outcome, task.worst.severity));
    tasks
}

/// Open findings that do not block, in a few words.
fn besides(account: &Judged<'_>) -> String {
    let counts =
        account.besides.iter().map(|(severity, findings)| format!("{findings} {}", severity.as_str()));
    counts.collect::<Vec<_>>().join(", ")
}

/// The beginning of a hash, enough to find it by.
fn short(hash: &str) -> String {
    at_most(&printable(hash), 13)
}

/// What is so of the good state that a title names.
const fn so_far(blocker: &NotMet) -> &'static str {
    match blocker.outcome {
        Outcome::Manual => "For a person to decide",
        Outcome::NotAssessed => "Not assessed",
        _ => "Not met",
    }
}

/// What is so in this place, where it is not what the heading says.
fn unless_as_above(one: &NotMet, worst: &NotMet) -> String {
    if one.outcome == worst.outcome { String::new() } else { format!("{}: ", so_far(one)) }
}

/// How many findings, and what the one that is quoted is among them.
fn of_how_many(one: &NotMet) -> String {
    one.how_many() + if one.alike { "" } else { " that are not all alike" }
}

/// The names of what findings are about, and how many more there are.
fn things(things: &[String], findings: usize) -> String {
    let names: Vec<String> = things.iter().map(|thing| at_most(&printable(thing), 60)).collect();
    match (names.is_empty(), findings.saturating_sub(names.len())) {
        (true, _) => String::new(),
        (false, 0) => format!(": {}", names.join(", ")),
        (false, more) => format!(": {} and {more} more", names.join(", ")),
    }
}

fn findings(number: usize) -> String {
    counted(number, "finding")
}

/// How far the checks came, in a sentence.
fn reach(basis: &Basis<'_>) -> String {
    let left = if basis.for_a_person == 1 { "is" } else { "are" };
    let unread = match basis.for_a_person_unread {
        0 => String::new(),
        unread => format!(", {unread} of them because nothing could be read"),
    };
    let people = format!("{} {left} for a person to decide{unread}", findings(basis.for_a_person));
    match basis.not_assessed {
        0 if unread.is_empty() => format!("Nothing went unread; {people}."),
        unseen => format!("{} could not be assessed, and {people}.", findings(unseen)),
    }
}
