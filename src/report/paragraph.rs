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
    let mut line = String::new();
    let mut lead = indent.to_owned();
    for word in text.split_whitespace() {
        if !line.is_empty() && lead.chars().count() + line.chars().count() + 1 + word.chars().count() > 80 {
            writeln!(to, "{lead}{line}")?;
            lead = " ".repeat(indent.chars().count());
            line.clear();
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    writeln!(to, "{lead}{line}")
}
