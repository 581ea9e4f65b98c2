//! What is different, for a pull request or a chat.

use std::io::{self, Write};

use super::{arrow, of, standing, title};
use crate::model::{Became, Diff, FindingChange, THERE};
use crate::report::markdown_text::{code, prose};

/// Entries of a list before it says how many more there are: a comment has an end.
const SHOWN: usize = 50;

/// Writes what is different.
pub(super) fn write(diff: &Diff, mut to: impl Write) -> io::Result<()> {
    let to = &mut to;
    writeln!(to, "## What changed: {} → {}\n", diff.older.scan_id, diff.newer.scan_id)?;
    for became in [Became::New, Became::LostSight, Became::Changed, Became::Fixed] {
        findings(diff, became, to)?;
    }
    writeln!(to, "Open as before: {}.", diff.still_open)?;
    if !diff.accounts.is_empty() {
        writeln!(to, "\n### Accounts\n")?;
    }
    for change in diff.accounts.iter().take(SHOWN) {
        let what = change.came_or_went().map_or_else(
            || format!("{} {}", change.what, prose(&arrow(&change.before, &change.after), 200)),
            str::to_owned,
        );
        writeln!(to, "- {}: {what}", prose(&change.account_name, 80))?;
    }
    resources(diff, to)?;
    if diff.not_comparable > 0 {
        writeln!(
            to,
            "\n{} accounts or resources cannot be compared: only one of the scans could read everything there.",
            diff.not_comparable
        )?;
    }
    Ok(())
}

fn findings(diff: &Diff, became: Became, to: &mut impl Write) -> io::Result<()> {
    let changes = of(diff, became);
    if changes.is_empty() {
        return Ok(());
    }
    writeln!(to, "### {} ({})\n", title(became), changes.len())?;
    for change in changes.iter().take(SHOWN) {
        writeln!(to, "- {}", line(change))?;
    }
    more(changes.len(), to)?;
    writeln!(to)
}

fn line(change: &FindingChange) -> String {
    let finding = &change.finding;
    let why = if change.note.is_empty() { finding.reason_or_title() } else { &change.note };
    format!(
        "**{}** `{}` {}, {}: {} (`{}`)",
        standing(change),
        finding.check_id,
        prose(finding.resource(), 80),
        prose(&finding.account_name, 80),
        prose(why, 200),
        finding.finding_id
    )
}

fn resources(diff: &Diff, to: &mut impl Write) -> io::Result<()> {
    if diff.resources.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n### Resources ({})\n", diff.resources.len())?;
    for drift in diff.resources.iter().take(SHOWN) {
        let what = match (drift.column.as_str(), drift.after.as_str()) {
            ("", THERE) => "is new".to_owned(),
            ("", _) => "is gone".to_owned(),
            (column, _) => {
                let values = arrow(&drift.before, &drift.after);
                format!("{} {}", code(column, 60), prose(&values, 200))
            }
        };
        let (kind, account) = (&drift.resource_type, &drift.account_sid);
        writeln!(to, "- `{kind}` {} in `{account}`: {what}", prose(drift.resource(), 80))?;
    }
    more(diff.resources.len(), to)
}

fn more(all: usize, to: &mut impl Write) -> io::Result<()> {
    match all.saturating_sub(SHOWN) {
        0 => Ok(()),
        more => writeln!(to, "- and {more} more"),
    }
}
