//! Making a text from a stranger harmless where it is shown.

use std::borrow::Cow;

/// A text that a spreadsheet takes for text: what would start a formula gets an apostrophe in front,
/// control characters become spaces.
pub(super) fn for_spreadsheet(text: &str) -> Cow<'_, str> {
    let mut text = printable(text);
    // Where a semicolon separates cells, what follows one starts a cell too.
    if text.contains(';') {
        for sign in ['=', '+', '-', '@'] {
            text = text.replace(&format!(";{sign}"), &format!("; {sign}")).into();
        }
    }
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}").into() } else { text }
}

/// A text that steers no terminal: control characters and marks of writing direction become spaces.
pub fn printable(text: &str) -> Cow<'_, str> {
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
