//! What is different, on the terminal, in 80 columns.

use std::io::{self, Write};

use super::{arrow, of, standing, title};
use crate::model::{Became, Diff, Drift, FindingChange, THERE};
use crate::report::cell::{at_most, printable};
use crate::report::paragraph::{BOLD, DIM, colour, paragraph};

/// Entries of a list before it says how many more there are.
const SHOWN: usize = 20;

/// Writes what is different.
pub(super) fn write(diff: &Diff, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "{BOLD}{} → {}{BOLD:#}", diff.older.scan_id, diff.newer.scan_id)?;
    let count = |became| diff.findings.iter().filter(|change| change.became == became).count();
    let counts = format!(
        "{} new, {} lost sight of, {} changed, {} fixed, {} open as before",
        count(Became::New),
        count(Became::LostSight),
        count(Became::Changed),
        count(Became::Fixed),
        diff.still_open
    );
    writeln!(to, "  {counts}")?;
    for became in Became::ALL {
        findings(diff, became, to)?;
    }
    accounts(diff, to)?;
    resources(diff, to)?;
    match diff.not_comparable {
        0 => Ok(()),
        many => {
            let things = if many == 1 { "account or resource" } else { "accounts or resources" };
            let sentence = format!(
                "{many} {things} cannot be compared: only one of the scans could read everything there."
            );
            paragraph("! ", &sentence, to)
        }
    }
}

fn findings(diff: &Diff, became: Became, to: &mut impl Write) -> io::Result<()> {
    let changes = of(diff, became);
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{BOLD}{}{BOLD:#} {DIM}({}){DIM:#}", title(became), changes.len())?;
    for change in changes.iter().take(SHOWN) {
        finding(change, to)?;
    }
    more(changes.len(), to)
}

fn finding(change: &FindingChange, to: &mut impl Write) -> io::Result<()> {
    let finding = &change.finding;
    let style = colour(finding.severity);
    let standing = standing(change);
    writeln!(to, "  {style}{standing}{style:#}  {}  {DIM}{}{DIM:#}", finding.check_id, finding.finding_id)?;
    let place = match finding.resource() {
        resource if resource == finding.account_name || resource == finding.account_sid => String::new(),
        resource => format!("{} in ", at_most(resource, 40)),
    };
    let why = if change.note.is_empty() { finding.reason_or_title() } else { &change.note };
    let what = format!("{place}{}: {}", at_most(&finding.account_name, 40), at_most(why, 200));
    paragraph("      ", &printable(&what), to)
}

fn accounts(diff: &Diff, to: &mut impl Write) -> io::Result<()> {
    if diff.accounts.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{BOLD}Accounts{BOLD:#}")?;
    for change in diff.accounts.iter().take(SHOWN) {
        let name = at_most(&change.account_name, 40);
        let what = change.came_or_went().map_or_else(
            || format!("{} {}", change.what, arrow(&change.before, &change.after)),
            str::to_owned,
        );
        paragraph("  ", &printable(&format!("{name}: {what}")), to)?;
    }
    more(diff.accounts.len(), to)
}

fn resources(diff: &Diff, to: &mut impl Write) -> io::Result<()> {
    if diff.resources.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{BOLD}Resources{BOLD:#} {DIM}({}){DIM:#}", diff.resources.len())?;
    for drift in diff.resources.iter().take(SHOWN) {
        paragraph("  ", &printable(&line(drift)), to)?;
    }
    more(diff.resources.len(), to)
}

fn line(drift: &Drift) -> String {
    let thing = format!("{} {} in {}", drift.resource_type, at_most(drift.resource(), 40), drift.account_sid);
    match (drift.column.as_str(), drift.after.as_str()) {
        ("", THERE) => format!("+ {thing}"),
        ("", _) => format!("- {thing}"),
        (column, _) => {
            let (before, after) = (at_most(&drift.before, 80), at_most(&drift.after, 80));
            format!("~ {thing}: {column} {}", arrow(&before, &after))
        }
    }
}

fn more(all: usize, to: &mut impl Write) -> io::Result<()> {
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(to, "  {DIM}and {more} more: --format csv has all{DIM:#}"),
    }
}
