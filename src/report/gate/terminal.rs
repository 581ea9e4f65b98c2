//! The statement on the terminal, in 80 columns.

use std::io::{self, Write};

use super::accounts::Judged;
use super::blockers::NotMet;
use super::statement::{AcceptedFault, NotReliedOn, Statement};
use crate::model::counted;
use crate::report::cell::{at_most, printable};
use crate::report::paragraph::{BOLD, DIM, colour, colour_of_verdict, paragraph};

/// Accounts, and blockers of each, that are shown before it refers to `gate.json`.
const SHOWN: usize = 5;

/// Writes the statement.
pub(super) fn write(statement: &Statement<'_>, mut to: &mut dyn Write) -> io::Result<()> {
    let to = &mut to;
    let Statement { verdict, scan, .. } = statement;
    let style = colour_of_verdict(*verdict);
    writeln!(to, "{BOLD}May PHI go live?{BOLD:#}  {style}{}{style:#}", verdict.as_str())?;
    paragraph("  ", &printable(&statement.why), to)?;
    writeln!(
        to,
        "  {DIM}as of {}, by scan {}, Region {}{DIM:#}",
        statement.stated_at, scan.scan_id, scan.region
    )?;
    for notice in statement.notices {
        paragraph("! ", &printable(notice), to)?;
    }
    for problem in statement.seal.iter().flat_map(|seal| &seal.problems) {
        paragraph("! ", &printable(problem), to)?;
    }
    for account in &statement.accounts.first(SHOWN)? {
        write_account(account, to)?;
    }
    more(statement.accounts.len(), "account", to)?;
    if statement.accounts.have_blockers() {
        writeln!(to, "\n  {DIM}`twilio-audit show ID` tells what to do about each.{DIM:#}")?;
    }
    match statement.not_judged.len() {
        0 => {}
        others => writeln!(
            to,
            "\n  {DIM}Nothing is stated of {}: see gate.html.{DIM:#}",
            counted(others, "other account")
        )?,
    }
    for one in statement.not_judged.iter().filter(|one| !one.doubted_by.is_empty()).take(SHOWN) {
        let name = at_most(&printable(one.account_name), 40);
        let sentence = format!(
            "{name} is declared free of PHI, but signs of PHI stand against that: {}",
            one.doubted_by
        );
        paragraph("  ! ", &sentence, to)?;
    }
    relied_on(statement, to)
}

fn write_account(account: &Judged<'_>, to: &mut impl Write) -> io::Result<()> {
    let style = colour_of_verdict(account.verdict);
    let name = at_most(&printable(account.account_name), 40);
    let undeclared = if account.declared { "" } else { ", not declared" };
    writeln!(to, "\n  {style}{:<10}{style:#}  {BOLD}{name}{BOLD:#}{undeclared}", account.verdict.as_str())?;
    paragraph("              ", &printable(&account.why), to)?;
    for blocker in account.blockers.iter().filter(|one| !one.accepted).take(SHOWN) {
        write_blocker(blocker, to)?;
    }
    more(account.blockers.iter().filter(|one| !one.accepted).count(), "blocking check", to)?;
    if account.open.is_empty() {
        return Ok(());
    }
    writeln!(to, "    {BOLD}Does not block, and is open{BOLD:#}")?;
    for one in account.open.iter().take(SHOWN) {
        write_check(one, to)?;
    }
    more(account.open.len(), "open check", to)
}

fn write_check(one: &NotMet, to: &mut impl Write) -> io::Result<()> {
    let (style, outcome) = (colour(one.severity), one.outcome.as_str().replace('_', " "));
    writeln!(to, "    {style}{outcome:<12}{style:#}  {}  {DIM}{}{DIM:#}", one.check_id, one.finding_id)
}

fn write_blocker(blocker: &NotMet, to: &mut impl Write) -> io::Result<()> {
    let place = if blocker.of_parent { ", in the parent" } else { "" };
    let findings = blocker.how_many();
    write_check(blocker, to)?;
    let reason = format!("{} ({findings}{place})", at_most(&printable(&blocker.reason), 110));
    paragraph("                  ", &reason, to)
}

fn in_account(sid: &str) -> String {
    if sid.is_empty() { String::new() } else { format!(" in {sid}") }
}

/// Says that there are more.
fn more(all: usize, thing: &str, to: &mut impl Write) -> io::Result<()> {
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(to, "    {DIM}and {more} more {thing}s: see gate.json{DIM:#}"),
    }
}

fn relied_on(statement: &Statement<'_>, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "\n{BOLD}This rests on{BOLD:#}")?;
    let baa = statement.baa.map_or_else(
        || "no declared BAA".to_owned(),
        |baa| {
            format!(
                "the BAA with {}, executed on {}",
                or_nobody(&baa.counterparty),
                or_nobody(&baa.executed_on)
            )
        },
    );
    paragraph("  ", &printable(&baa), to)?;
    writeln!(
        to,
        "  {} attested, {} accepted",
        counted(statement.relied_on.len(), "thing"),
        statement.accepted.len()
    )?;
    for NotReliedOn { attested, why } in &statement.not_relied_on {
        let what = format!("`{}`{}: {why}", attested.id, in_account(&attested.account_sid));
        paragraph("  not on  ", &printable(&what), to)?;
    }
    for AcceptedFault { decision, severity, findings, .. } in statement.accepted.iter().take(SHOWN) {
        let place = in_account(&decision.account_sid);
        let what = format!(
            "`{}`{place}, {}, {}: {}",
            decision.check_id,
            severity.as_str(),
            counted(*findings, "finding"),
            decision.in_words()
        );
        paragraph("  accepted  ", &printable(&what), to)?;
    }
    more(statement.accepted.len(), "accepted fault", to)?;
    if !statement.holds_until.is_empty() {
        let until = format!("until {}: {}", statement.holds_until, statement.ends_first);
        paragraph("  ", &printable(&until), to)?;
    }
    let scan = &statement.scan;
    writeln!(
        to,
        "  {} of {}, twilio-audit {}",
        counted(scan.checks, "check"),
        scan.catalogue_version,
        scan.tool_version
    )?;
    writeln!(to, "\n{BOLD}It cannot know{BOLD:#}")?;
    for cause in statement.not_read.iter().take(3) {
        paragraph("  ", &printable(cause), to)?;
    }
    writeln!(
        to,
        "  {DIM}{} things that this audit does not see: see gate.html{DIM:#}",
        statement.blind_spots.len()
    )
}

fn or_nobody(text: &str) -> &str {
    if text.is_empty() { "(not declared)" } else { text }
}
