//! What a reviewer decided, on the terminal.

use std::io::{self, Write};

use super::cell::{at_most, printable};
use super::paragraph::{BOLD, DIM};

/// A decision, as a line shows it.
#[derive(Debug, Clone, Copy)]
pub struct DecisionLine<'a> {
    /// The finding.
    pub finding: &'a str,
    /// Its check.
    pub check: &'a str,
    /// Whether it blocks going live as long as it is not decided.
    pub blocks_go_live: bool,
    /// The word.
    pub decision: &'a str,
    /// The day on which it ends; empty where it does not.
    pub until: &'a str,
    /// Who decided.
    pub by: &'a str,
    /// The word that stood there before; empty where none did.
    pub before: &'a str,
}

/// Writes them as a table of 80 columns.
///
/// # Errors
///
/// When something cannot be written.
pub fn decisions<'a>(lines: impl Iterator<Item = DecisionLine<'a>>, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "{BOLD}{:<20}  {:<14}  {:<10}  by{BOLD:#}", "finding", "decision", "until")?;
    for DecisionLine { finding, check, blocks_go_live, decision, until, by, before } in lines {
        let by = at_most(&printable(by), 28);
        writeln!(to, "{finding:<20}  {decision:<14}  {until:<10}  {by}")?;
        let blocks = if blocks_go_live { ", blocks going live" } else { "" };
        let before = if before.is_empty() { String::new() } else { format!(", in place of {before}") };
        writeln!(to, "  {DIM}{}{blocks}{before}{DIM:#}", at_most(&printable(check), 34))?;
    }
    Ok(())
}

/// A text from a stranger on one line, harmless and not long.
pub fn in_short(text: &str, characters: usize) -> String {
    at_most(&printable(text), characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_80_columns_and_steers_nothing() {
        let line = DecisionLine {
            finding: "twa-0123456789abcdef",
            check: "a-check-of-ones-own-whose-name-is-long",
            blocks_go_live: true,
            decision: "false_positive",
            until: "2027-03-01",
            by: "somebody\u{1b}[2J with a name that is rather long",
            before: "accept",
        };
        let mut text = anstream::StripStream::new(Vec::new());
        decisions([line].into_iter(), &mut text).unwrap();
        let text = String::from_utf8(text.into_inner()).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("in place of accept") && !text.contains('\u{1b}'), "{text}");
    }
}
