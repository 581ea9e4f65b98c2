//! Whether a cell is still what was written into it. What spreadsheets do to a cell by themselves is no edit:
//! found out with LibreOffice Calc, and allowed for Excel where its makers describe it.

use jiff::civil::Date;

use super::dates::{month_of, readings};

/// How a cell differs from what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// Not at all, or as spreadsheets do it.
    None,
    /// Its letters were read in the wrong code page.
    Garbled,
    /// Somebody edited it.
    Edited,
}

/// The most characters that a cell of a workbook holds; what is longer is cut.
const LONGEST_CELL: usize = 32_767;

/// Holds what was found in a cell against what was written.
pub fn compare(written: &str, found: &str) -> Difference {
    let (written, found) = (bare(written), bare(found));
    if written == found
        || is_same_word(written, found)
        || is_same_day(written, found)
        || is_same_value(written, found)
        || is_cut(written, found)
    {
        return Difference::None;
    }
    if is_garbled(written, found) { Difference::Garbled } else { Difference::Edited }
}

/// Without blanks around it, and without the apostrophe that keeps it from being a formula: some spreadsheets take that
/// for their own.
fn bare(text: &str) -> &str {
    let text = text.trim();
    text.strip_prefix('\'').unwrap_or(text).trim()
}

fn is_same_word(written: &str, found: &str) -> bool {
    ["true", "false"].iter().any(|word| written.eq_ignore_ascii_case(word))
        && written.eq_ignore_ascii_case(found)
}

/// `2026-11-23` and `11/23/26`. What was written is known, so every order of day and month may be meant.
fn is_same_day(written: &str, found: &str) -> bool {
    let Ok(day) = Date::strptime("%Y-%m-%d", written) else { return false };
    readings(found).iter().any(|(_, reading)| *reading == day)
}

/// `007` and `7`, `3/4` and `03/04/2026`: a name without words is a number, a day or a time for a spreadsheet, and comes
/// back in one of a hundred ways. Which one it was is not told apart from an edit. A whole day is, see above.
fn is_same_value(written: &str, found: &str) -> bool {
    Date::strptime("%Y-%m-%d", written).is_err() && is_value(written) && is_value(found)
}

/// Whether a spreadsheet may take a text for a value: it has a digit, and no words but those of numbers and times.
fn is_value(text: &str) -> bool {
    let is_harmless = |word: &str| {
        let word = word.to_lowercase();
        ["", "e", "am", "pm"].contains(&&*word) || month_of(&word).is_some()
    };
    text.bytes().any(|b| b.is_ascii_digit()) && text.split(|c: char| !c.is_alphabetic()).all(is_harmless)
}

fn is_cut(written: &str, found: &str) -> bool {
    found.encode_utf16().count() + 1 >= LONGEST_CELL && written.starts_with(found)
}

/// Whether the two are the same but for letters outside of ASCII, of which a code page makes others or `?`.
fn is_garbled(written: &str, found: &str) -> bool {
    let plain = |text: &str| {
        text.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '?' | '_')).collect::<String>()
    };
    !written.is_ascii() && plain(written) == plain(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_do_by_themselves_is_no_edit() {
        for (written, found) in [
            ("false", "FALSE"),
            ("2026-11-23", "11/23/26"),
            ("2026-11-23", "23.11.2026"),
            ("2026-11-23", "2026-11-23 00:00:00"),
            ("'=cmd|'/c calc'!A1", "=cmd|'/c calc'!A1"),
            ("Ward 3 ", "Ward 3"),
            ("007", "7"),
            ("3/4", "03/04/2026"),
            ("MAR1", "2026-03-01"),
            ("11:30", "11:30:00 AM"),
            ("50%", "0.5"),
            ("1e5", "100000"),
            ("12345678901234567890", "1.23456789012346E+19"),
            ("", " "),
        ] {
            assert_eq!(compare(written, found), Difference::None, "{written} / {found}");
        }
        let long = "x".repeat(40_000);
        assert_eq!(compare(&long, &long[..LONGEST_CELL]), Difference::None);
    }

    #[test]
    fn everything_else_is() {
        for (written, found) in [
            ("false", "TRUE"),
            ("false", "no"),
            ("critical", "low"),
            ("2026-11-23", "11/24/26"),
            ("Ward 3", "Ward 4"),
            ("Ward 3", ""),
            ("", "x"),
            ("007", "James"),
            ("Ward 7", "7"),
            ("PN0001", "PN0001 "),
        ] {
            let expected = if written == found.trim() { Difference::None } else { Difference::Edited };
            assert_eq!(compare(written, found), expected, "{written} / {found}");
        }
        let long = "x".repeat(40_000);
        assert_eq!(compare(&long, &long[..1_000]), Difference::Edited);
    }

    #[test]
    fn letters_in_the_wrong_code_page_are_told_from_edits() {
        for (written, found) in
            [("…0160", "â€¦0160"), ("Müller", "MÃ¼ller"), ("Müller", "M?ller"), ("患者 7", "?? 7")]
        {
            assert_eq!(compare(written, found), Difference::Garbled, "{written} / {found}");
        }
        assert_eq!(compare("Müller", "Miller"), Difference::Edited);
    }
}
