//! One name of a URL, a path segment or the name of a parameter: does it tell too much?

use super::super::{Pattern, label, regex, secret};
use super::liquid;

static SID: Pattern = Pattern::new(|| regex(r"^[A-Z]{2}[0-9a-f]{32}$"));
static VERSION_DATE: Pattern = Pattern::new(|| regex(r"^20[1-3][0-9]-[01][0-9]-[0-3][0-9](?:\.json)?$"));
static MANY_DIGITS: Pattern = Pattern::new(|| regex(r"[0-9](?:[ ().+-]{0,2}[0-9]){6,}"));

/// A path segment as it may be kept: itself, or its shape.
pub(super) fn path(text: &str) -> String {
    liquid::around(text, shortened)
}

/// The name of a parameter as it may be kept. Names are held to the rules of path segments.
pub(super) fn name(text: &str) -> String {
    liquid::around(text, shortened)
}

fn shortened(text: &str) -> String {
    if secret::is_written_shape(text) || !is_telling(&decoded(text)) {
        return text.to_owned();
    }
    format!("[{}]", secret::shape(&decoded(text)))
}

/// Whether a decoded name looks like a secret, a phone number, an e-mail address or free text rather
/// than like words, versions, short ids and SIDs.
pub(super) fn is_telling(text: &str) -> bool {
    if SID.is_match(text) || VERSION_DATE.is_match(text) {
        return false;
    }
    let is_free_text = !text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.~!$*'()[]:=+%".contains(c));
    let is_about_a_person =
        label::pattern(text).is_some_and(|class| label::strength(class) == label::Strength::Strong);
    is_about_a_person || is_free_text || MANY_DIGITS.is_match(text) || (text.len() > SHORT && !is_wordy(text))
}

/// Up to this length an unreadable name is an id: too short for a secret worth stealing.
const SHORT: usize = 12;

/// Whether a name is made of words, with few and short numbers.
fn is_wordy(text: &str) -> bool {
    let mut mixed = 0;
    text.split(|c: char| !c.is_ascii_alphanumeric()).all(|piece| {
        let digits = piece.bytes().filter(u8::is_ascii_digit).count();
        if digits == 0 {
            return is_word(piece);
        }
        mixed += usize::from(digits < piece.len());
        piece.len() <= 8 && mixed <= 2
    })
}

/// Letters that could be words: not too many in a row without a vowel, and case that changes as in
/// `camelCase` rather than at random.
fn is_word(piece: &str) -> bool {
    let is_vowel = |byte: u8| b"aeiouyAEIOUY".contains(&byte);
    let longest_run = piece.as_bytes().split(|byte| is_vowel(*byte)).map(<[u8]>::len).max().unwrap_or(0);
    let pairs = piece.as_bytes().windows(2);
    let humps = pairs.filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase()).count();
    piece.len() <= 32 && longest_run <= 5 && humps * 5 <= piece.len()
}

/// Percent-encoding undone; what is no UTF-8 afterwards shows as replacement characters.
pub(super) fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let code = bytes.get(at + 1..at + 3).and_then(|hex| std::str::from_utf8(hex).ok());
        match code.filter(|_| *byte == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                plain.push(decoded);
                at += 3;
            }
            None => {
                plain.push(*byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&plain).into_owned()
}
