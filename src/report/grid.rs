//! A small table of marks on the terminal: things down the side, accounts along the top.

use std::io::{self, Write};

use anstyle::AnsiColor;

use super::cell::{at_most, printable};
use super::paragraph::DIM;

/// Accounts side by side: what 80 columns hold beside the names of the things.
pub(super) const ACCOUNTS: usize = 12;
/// Characters of a thing's name.
const NAME: usize = 30;

/// What one cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    Whole,
    Partly,
    Nothing,
    NotAsked,
}

/// Writes the rows under the numbers of the accounts.
pub(super) fn write(
    rows: &[(String, Vec<Mark>)],
    numbers: impl Iterator<Item = usize>,
    to: &mut impl Write,
) -> io::Result<()> {
    write!(to, "  {:1$}", "", NAME - 1)?;
    for number in numbers {
        write!(to, " {DIM}{number:>3}{DIM:#}")?;
    }
    writeln!(to)?;
    for (name, marks) in rows {
        write!(to, "  {:1$}", at_most(name, NAME - 1), NAME - 1)?;
        for mark in marks {
            let (style, sign) = match mark {
                Mark::Whole => (AnsiColor::Green.on_default(), "●"),
                Mark::Partly => (AnsiColor::Yellow.on_default(), "◐"),
                Mark::Nothing => (AnsiColor::Red.on_default(), "○"),
                Mark::NotAsked => (DIM, "·"),
            };
            write!(to, "   {style}{sign}{style:#}")?;
        }
        writeln!(to)?;
    }
    Ok(())
}

/// Says what the marks mean and, two in a line, which number is which account. `more` accounts are not shown.
pub(super) fn legend(accounts: &[&str], more: usize, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "  {DIM}● read  ◐ partly  ○ not read  · not asked{DIM:#}")?;
    for (row, pair) in accounts.chunks(2).enumerate() {
        let name = |(column, account): (usize, &&str)| {
            format!("{:>2} {:<34}", row * 2 + column + 1, at_most(&printable(account), 34))
        };
        let line = pair.iter().enumerate().map(name).collect::<Vec<_>>().join("  ");
        writeln!(to, "  {DIM}{}{DIM:#}", line.trim_end())?;
    }
    if more > 0 {
        writeln!(to, "  {DIM}and {more} more accounts{DIM:#}")?;
    }
    Ok(())
}
