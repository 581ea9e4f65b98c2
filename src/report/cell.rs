//! Making a text from a stranger harmless where it is shown.

use std::borrow::Cow;

/// A text that a spreadsheet takes for text: what would start a formula gets an apostrophe in front,
/// control characters become spaces.
pub(super) fn for_spreadsheet(text: &str) -> Cow<'_, str> {
    let text = parted(printable(text));
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text }
}

/// The same with a space behind each comma and semicolon that a formula would follow: where a spreadsheet takes that sign
/// for the end of a cell, another one begins there. Quotes in between are no obstacle to it.
fn parted(text: Cow<'_, str>) -> Cow<'_, str> {
    let begins_formula = |rest: &str| rest.trim_start_matches('"').starts_with(['=', '+', '-', '@']);
    let is_dangerous = |at: usize| text.get(at + 1..).is_some_and(begins_formula);
    let is_end = |(at, byte): (usize, u8)| (matches!(byte, b',' | b';') && is_dangerous(at)).then_some(at);
    let ends: Vec<usize> = text.bytes().enumerate().filter_map(is_end).collect();
    if ends.is_empty() {
        return text;
    }
    let mut parted = text.into_owned();
    ends.into_iter().rev().for_each(|at| parted.insert(at + 1, ' '));
    parted.into()
}

/// A text that steers no terminal: control characters and marks of writing direction become spaces.
pub fn printable(text: &str) -> Cow<'_, str> {
    // Nearly every text is plain ASCII, which is seen faster byte by byte.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Cow::Borrowed(text);
    }
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
            || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e007f}')
    };
    if text.contains(steers) { Cow::Owned(text.replace(steers, " ")) } else { Cow::Borrowed(text) }
}

/// At most so many characters, with an ellipsis where something was cut.
pub(super) fn at_most(text: &str, characters: usize) -> String {
    if text.chars().count() <= characters {
        return text.to_owned();
    }
    text.chars().take(characters.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_a_formula_or_steers_a_terminal() {
        let cases = [
            ("=cmd|'/c calc'!A1", "'=cmd|'/c calc'!A1"),
            ("+1 415 555 0100", "'+1 415 555 0100"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", " =1"),
            ("a\u{1b}[2Jb", "a [2Jb"),
            ("line\nbreak", "line break"),
            ("right\u{202e}left", "right left"),
            ("x;=1+2;@y", "x; =1+2; @y"),
            ("Intake;\"=cmd|'/C calc'!A0;x", "Intake; \"=cmd|'/C calc'!A0;x"),
            ("Intake,=1,\"\"-2,x", "Intake, =1, \"\"-2,x"),
            ("plain, \"quoted\"", "plain, \"quoted\""),
        ];
        for (text, expected) in cases {
            assert_eq!(for_spreadsheet(text), expected);
        }
    }

    #[test]
    fn cutting_counts_characters_not_bytes() {
        assert_eq!(at_most("ñandú", 5), "ñandú");
        assert_eq!(at_most("ñandúes", 5), "ñand…");
    }
}
