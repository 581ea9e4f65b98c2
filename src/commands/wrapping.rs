//! Sentences on standard error, in lines as long as the terminal there is wide. Where that is no terminal they stay whole,
//! for a program reads them line by line.

use std::io::{self, IsTerminal as _, Write};

use terminal_size::{Width, terminal_size_of};

use crate::report::{filled, width};

/// Where a terminal does not tell.
const USUAL: usize = 80;

/// Longer lines are hard to read, however wide the terminal is. The help has the same.
const WIDEST: usize = 100;

/// The columns that lines on standard error may have; nothing where it is no terminal.
pub(super) fn columns() -> Option<usize> {
    let stderr = io::stderr();
    if !stderr.is_terminal() {
        return None;
    }
    let told = terminal_size_of(stderr).map(|(Width(columns), _)| usize::from(columns));
    Some(told.map_or(USUAL, |columns| columns.clamp(20, WIDEST)))
}

/// A text in lines of so many columns at most, where its words allow that: between backticks nothing is broken apart, nor
/// is an excerpt of a file. Lines that go on are indented.
pub(super) fn wrapped(text: &str, columns: usize) -> String {
    let lines: Vec<String> = text.split('\n').map(|line| wrapped_line(line, columns)).collect();
    lines.join("\n")
}

fn wrapped_line(line: &str, columns: usize) -> String {
    if width(line) <= columns || is_excerpt(line) {
        return line.to_owned();
    }
    let blanks = line.len() - line.trim_start().len();
    let lead = line.get(..blanks).unwrap_or_default();
    filled(lead, &" ".repeat(blanks + 2), words(line.trim_start()), columns).join("\n")
}

/// The parts of a line that belong together: words, and what stands between two backticks, as a command does.
fn words(line: &str) -> Vec<&str> {
    let (mut words, mut begin, mut is_quoted) = (Vec::new(), 0, false);
    for (at, letter) in line.char_indices() {
        match letter {
            '`' => is_quoted = !is_quoted,
            ' ' if !is_quoted => {
                words.extend(line.get(begin..at).filter(|word| !word.is_empty()));
                begin = at + 1;
            }
            _ => {}
        }
    }
    words.extend(line.get(begin..).filter(|word| !word.is_empty()));
    // One backtick too many would make one word of all the rest.
    if is_quoted { line.split(' ').filter(|word| !word.is_empty()).collect() } else { words }
}

/// Whether a line shows a file, with a number before it or a mark below it.
fn is_excerpt(line: &str) -> bool {
    line.trim_start().trim_start_matches(|letter: char| letter.is_ascii_digit()).trim_start().starts_with('|')
}

/// Standard error, with each text that is written to it at once wrapped as the terminal asks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stderr {
    columns: Option<usize>,
}

impl Stderr {
    /// Wrapped where it is for people, and as wide as the terminal is now.
    pub(super) fn of(is_for_people: bool) -> Self {
        Self { columns: if is_for_people { columns() } else { None } }
    }
}

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match (self.columns, std::str::from_utf8(bytes)) {
            (Some(columns), Ok(text)) => io::stderr().write_all(wrapped(text, columns).as_bytes())?,
            _ => io::stderr().write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SID: &str = "AC00000000000000000000000000000001";

    #[test]
    fn lines_are_as_long_as_the_terminal_and_nothing_is_lost() {
        let text = format!(
            "twilio-audit: credentials.toml:2: Twilio could not be asked about {SID}: no connection to 127.0.0.1:9.\n\
             Run `twilio-audit doctor --credentials credentials.toml` and see /etc/twilio-audit/audit.toml"
        );
        for columns in [20, 40, 60, 80, 100] {
            let lines = wrapped(&text, columns);
            let bare = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(bare(&lines), bare(&text));
            let longest = |line: &&str| width(line) > columns && words(line.trim_start()).len() > 1;
            assert!(!lines.lines().any(|line| longest(&line)), "{columns}:\n{lines}");
            for whole in
                [SID, "`twilio-audit doctor --credentials credentials.toml`", "/etc/twilio-audit/audit.toml"]
            {
                assert!(lines.contains(whole), "{columns}: {whole}\n{lines}");
            }
        }
        assert_eq!(wrapped("one two three four", 9), "one two\n  three\n  four");
    }

    #[test]
    fn excerpts_colours_and_lonely_backticks_are_left_as_they_are() {
        let excerpt =
            "12 | covered_products = [\"a very long list\"]\n   |   ^^^^^^ and a long mark below it";
        assert_eq!(wrapped(excerpt, 20), excerpt);
        let coloured = "\u{1b}[33m WARN\u{1b}[0m one two three";
        assert_eq!(wrapped(coloured, 19), coloured);
        assert_eq!(wrapped("a ` lonely one in a line", 12), "a ` lonely\n  one in a\n  line");
    }
}
