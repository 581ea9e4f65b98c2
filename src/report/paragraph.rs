//! What texts for the terminal share: two weights of type, the colours of severities and verdicts, and lines of 80 columns.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use crate::model::{Severity, Verdict};

pub(super) const BOLD: Style = Style::new().bold();
pub(super) const DIM: Style = Style::new().dimmed();

/// The colour of a severity.
pub(super) const fn colour(severity: Severity) -> Style {
    match severity {
        Severity::Critical => AnsiColor::Red.on_default().bold(),
        Severity::High => AnsiColor::Red.on_default(),
        Severity::Medium => AnsiColor::Yellow.on_default(),
        Severity::Low => AnsiColor::Cyan.on_default(),
    }
}

/// The colour of a verdict.
pub(super) const fn colour_of_verdict(verdict: Verdict) -> Style {
    match verdict {
        Verdict::Ready => AnsiColor::Green.on_default().bold(),
        Verdict::NotReady => AnsiColor::Red.on_default().bold(),
        Verdict::CannotSay => AnsiColor::Yellow.on_default().bold(),
    }
}

/// A text over as many lines of 80 columns as it needs, each behind the indent.
pub(super) fn paragraph(indent: &str, text: &str, to: &mut impl Write) -> io::Result<()> {
    let below = " ".repeat(indent.chars().count());
    filled(indent, &below, text.split_whitespace(), 80).iter().try_for_each(|line| writeln!(to, "{line}"))
}

/// Words in lines of so many columns at most, the first behind its lead and the others behind an indent. A word that is
/// longer has a line of its own.
pub fn filled<'a>(
    lead: &str,
    indent: &str,
    words: impl IntoIterator<Item = &'a str>,
    columns: usize,
) -> Vec<String> {
    let (mut lines, mut line, mut is_empty) = (Vec::new(), lead.to_owned(), true);
    for word in words {
        if !is_empty && width(&line) + 1 + width(word) > columns {
            lines.push(std::mem::replace(&mut line, indent.to_owned()));
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    lines.push(line);
    lines
}

/// The columns that a text takes, without what only colours it.
pub fn width(text: &str) -> usize {
    anstream::adapter::strip_str(text).map(|part| part.chars().count()).sum()
}
