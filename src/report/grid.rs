//! A small table of marks on the terminal: things down the side, accounts along the top.

use std::io::{self, Write};

use anstyle::AnsiColor;

use super::cell::{at_most, printable};
use super::paragraph::DIM;
use crate::model::Share;

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

impl Mark {
    /// What is said of a share; nothing where nothing was asked.
    pub(super) const fn of(share: Option<Share>) -> Self {
        match share {
            None => Self::NotAsked,
            Some(share) if share.is_whole() => Self::Whole,
            Some(Share { read: 0, .. }) => Self::Nothing,
            Some(_) => Self::Partly,
        }
    }

    /// Its sign, which tells it without a colour.
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Whole => "●",
            Self::Partly => "◐",
            Self::Nothing => "○",
            Self::NotAsked => "·",
        }
    }
}

/// Writes the rows under the numbers of the accounts. Rows of the same marks share a line.
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
    for (name, marks) in folded(rows) {
        write!(to, "  {:1$}", at_most(&name, NAME - 1), NAME - 1)?;
        for mark in marks {
            let style = match mark {
                Mark::Whole => AnsiColor::Green.on_default(),
                Mark::Partly => AnsiColor::Yellow.on_default(),
                Mark::Nothing => AnsiColor::Red.on_default(),
                Mark::NotAsked => DIM,
            };
            write!(to, "   {style}{}{style:#}", mark.sign())?;
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

/// The rows, those of the same marks as one: by the first of their names, and how many more there are.
fn folded(rows: &[(String, Vec<Mark>)]) -> Vec<(String, &Vec<Mark>)> {
    let mut folded: Vec<(Vec<&str>, &Vec<Mark>)> = Vec::new();
    for (name, marks) in rows {
        match folded.iter_mut().find(|(_, other)| *other == marks) {
            Some((names, _)) => names.push(name),
            None => folded.push((vec![name], marks)),
        }
    }
    let title = |names: Vec<&str>| match names.as_slice() {
        [one] => (*one).to_owned(),
        [first, others @ ..] => format!("{} and {} more", at_most(first, NAME - 14), others.len()),
        [] => String::new(),
    };
    folded.into_iter().map(|(names, marks)| (title(names), marks)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_same_marks_share_a_line() {
        use Mark::{Nothing, Partly, Whole};
        let row = |name: &str, marks: [Mark; 2]| (name.to_owned(), marks.to_vec());
        let rows =
            [row("chat", [Whole, Nothing]), row("flex", [Partly, Nothing]), row("sync", [Whole, Nothing])];
        let mut text = anstream::StripStream::new(Vec::new());
        write(&rows, 1..=2, &mut text).unwrap();
        legend(&["Clinic", "Trial"], 3, &mut text).unwrap();
        let text = String::from_utf8(text.into_inner()).unwrap();
        assert!(text.contains("  chat and 1 more                 ●   ○\n"), "{text}");
        assert!(text.contains("  flex                            ◐   ○\n"), "{text}");
        assert!(
            text.contains("1 Clinic") && text.contains("2 Trial") && text.contains("and 3 more accounts"),
            "{text}"
        );
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}
