//! `gate.html`: one dated page to sign, to print and to keep. It runs no script and asks no network.

use std::io::{self, Write};

use askama::Template;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest as _, Sha256};

use super::statement::{Blocker, Judged, Statement};
use crate::model::{Verdict, counted};
use crate::report::cell::{at_most, printable};

/// Accounts, blockers of an account, and words of people that the page shows: it is one page, and `gate.json` has all.
const SHOWN: usize = 40;
const STYLE: &str = include_str!("gate.css");

/// The page.
#[derive(Debug, Template)]
#[template(path = "gate/gate.html")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    statement: &'a Statement<'a>,
    accounts: &'a [Judged<'a>],
    more_accounts: usize,
}

/// Writes the page.
pub(super) fn write(statement: &Statement<'_>, mut to: &mut dyn Write) -> io::Result<()> {
    let accounts = statement.accounts.get(..SHOWN).unwrap_or(&statement.accounts);
    let hash = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let page = Page {
        policy: format!("default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"),
        style: STYLE,
        statement,
        accounts,
        more_accounts: statement.accounts.len() - accounts.len(),
    };
    page.write_into(&mut to)?;
    to.write_all(b"\n")
}

/// A text from a stranger, no longer than anybody reads.
fn text(text: &str) -> String {
    at_most(&printable(text), 600)
}

const fn class(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Ready => "ready",
        Verdict::NotReady => "not-ready",
        Verdict::CannotSay => "cannot-say",
    }
}

/// The blockers of an account that are shown, and how many more there are.
fn open<'a>(account: &'a Judged<'a>) -> (Vec<&'a Blocker>, usize) {
    let mut open: Vec<&Blocker> = account.blockers.iter().filter(|one| !one.accepted).collect();
    let more = open.len().saturating_sub(SHOWN);
    open.truncate(SHOWN);
    (open, more)
}

fn outcome(blocker: &Blocker) -> String {
    blocker.outcome.as_str().replace('_', " ")
}

fn findings(blocker: &Blocker) -> String {
    let place = if blocker.of_parent { ", in the parent" } else { "" };
    format!("{}{place}", counted(blocker.findings, "finding"))
}
