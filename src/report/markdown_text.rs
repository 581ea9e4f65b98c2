//! Text from a stranger in Markdown: it must form nothing, call nobody, and refer to nothing.
//!
//! GitHub looks for `@names`, `#numbers` and addresses in what Markdown leaves as text, so escaping is not enough. Only
//! in code it does not look.

use crate::report::cell::{at_most, printable};

/// Stands between a sign and the word that it would call: nothing is seen of it.
const GAP: char = '\u{200b}';

/// A name or an id, as code: nothing in it means anything. A backtick would end it, and a pipe the cell that it stands
/// in, so both become the next best sign.
pub(super) fn code(text: &str, characters: usize) -> String {
    let text = at_most(printable(text).trim(), characters).replace('`', "'").replace('|', "¦");
    if text.is_empty() { String::new() } else { format!("`{text}`") }
}

/// A sentence, which may hold a name somewhere.
pub(super) fn prose(text: &str, characters: usize) -> String {
    let text = at_most(printable(text).trim(), characters);
    let mut escaped = String::with_capacity(text.len() + 8);
    let mut before = ['\n'; 2];
    let mut is_number = true;
    for sign in text.chars() {
        // At the beginning, `1.` and `1)` make a list.
        let makes_a_list = is_number && matches!(sign, '.' | ')');
        if makes_a_list || is_meant(sign, before) {
            escaped.push('\\');
        }
        escaped.push(sign);
        if matches!(sign, '@' | '#') {
            escaped.push(GAP);
        }
        // `GH-1` is an issue too.
        if sign == '-' && before.map(|sign| sign.to_ascii_lowercase()) == ['g', 'h'] {
            escaped.push(GAP);
        }
        before = [before[1], sign];
        is_number &= sign.is_ascii_digit();
    }
    escaped
}

/// Whether a sign means something to Markdown, after these two.
const fn is_meant(sign: char, before: [char; 2]) -> bool {
    match sign {
        '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&' | '@' | '$' => true,
        // At the beginning they would make a list or a heading.
        '-' | '+' | '=' => matches!(before[1], '\n'),
        // `http:`, `https:` and `ftp:` begin an address.
        ':' => matches!(before[1], 'p' | 'P' | 's' | 'S'),
        // `www.` begins one too.
        '.' => matches!(before[1], 'w' | 'W'),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_code_that_nothing_ends() {
        assert_eq!(code("a`b|c\nd", 20), "`a'b¦c d`");
        assert_eq!(code(" \u{1b} ", 20), "");
        assert_eq!(code("@all #1 <b>", 20), "`@all #1 <b>`");
        assert_eq!(code("abcdef", 4), "`abc…`");
    }

    #[test]
    fn sentences_call_nobody() {
        assert_eq!(
            prose("ask @all, see #12 and GH-7", 80),
            "ask \\@\u{200b}all, see \\#\u{200b}12 and GH-\u{200b}7"
        );
        assert_eq!(
            prose("[x](http://a.example) ![y](z) <b>", 80),
            "\\[x\\](http\\://a.example) !\\[y\\](z) \\<b\\>"
        );
        assert_eq!(prose("1. one\n- two | www.a.example", 80), "1\\. one - two \\| www\\.a.example");
        assert_eq!(prose("- one", 80), "\\- one");
        assert_eq!(prose("of 127.0.0.1", 80), "of 127.0.0.1");
    }
}
