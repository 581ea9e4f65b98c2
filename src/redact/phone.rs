//! Phone numbers: the last digits, and the country.

use jiff::civil::{Date, date};

use super::calling_codes::{CALLING_CODES, NORTH_AMERICA};

/// When the area and country codes were last looked up.
pub const DATED: Date = date(2026, 11, 23);

/// The last four characters of a number, an address or a user name: `…0123`. Of a text of fewer than
/// eight characters nothing is shown, for four would be most of it.
pub fn masked(text: &str) -> String {
    let text = text.trim();
    let length = text.chars().count();
    if text.starts_with('…') && length <= 5 {
        return text.to_owned();
    }
    let shown = if length >= 8 { 4 } else { 0 };
    "…".chars().chain(text.chars().skip(length - shown)).collect()
}

/// The ISO 3166 code of the country of an E.164 number, which may carry a channel prefix such as
/// `whatsapp:`. None where the number is no E.164 number, belongs to no country, or its range is
/// shared and does not tell.
pub fn country(number: &str) -> Option<&'static str> {
    let number = number.trim();
    let digits = number.rsplit_once(':').map_or(number, |(_, rest)| rest).strip_prefix('+')?;
    if !(7..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    match digits.strip_prefix('1') {
        Some(national) => north_american(national),
        None => longest_prefix(digits),
    }
}

fn north_american(national: &str) -> Option<&'static str> {
    let area = national.get(..3).filter(|_| national.len() == 10)?;
    if area.starts_with(['0', '1']) {
        return None;
    }
    let listed = NORTH_AMERICA.iter().find(|(_, areas)| areas.split(' ').any(|a| a == area));
    Some(listed.map_or("US", |(country, _)| country))
}

/// Codes are listed with the sub-ranges that belong to another country, so the longest match decides.
fn longest_prefix(digits: &str) -> Option<&'static str> {
    (1..=7.min(digits.len()))
        .rev()
        .find_map(|length| {
            let prefix = digits.get(..length)?;
            CALLING_CODES.iter().find(|(_, codes)| codes.split(' ').any(|code| code == prefix))
        })
        .and_then(|(country, _)| (!country.is_empty()).then_some(*country))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_the_last_four_of_long_texts_only() {
        for (text, expected) in
            [("+15551230123", "…0123"), ("nurse-anna", "…anna"), ("anna", "…"), ("1234567", "…"), ("", "…")]
        {
            assert_eq!(masked(text), expected, "{text}");
            assert_eq!(masked(expected), expected);
        }
    }

    #[test]
    fn countries() {
        for (number, expected) in [
            ("+12125550123", Some("US")),
            ("+18005550123", Some("US")),
            ("+18885550123", Some("US")),
            ("+14165550123", Some("CA")),
            ("+17875550123", Some("PR")),
            ("+13405550123", Some("VI")),
            ("+16715550123", Some("GU")),
            ("+16845550123", Some("AS")),
            ("+16705550123", Some("MP")),
            ("+18765550123", Some("JM")),
            ("+18095550123", Some("DO")),
            ("+442079460123", Some("GB")),
            ("+441481960123", Some("GG")),
            ("+441624960123", Some("IM")),
            ("+447700900123", None),
            ("+74955550123", Some("RU")),
            ("+77015550123", Some("KZ")),
            ("+491701234567", Some("DE")),
            ("+3912345678", Some("IT")),
            ("+3906698123", Some("VA")),
            ("+35818123456", Some("AX")),
            ("+972501234567", Some("IL")),
            ("whatsapp:+5511987654321", Some("BR")),
            ("+870773123456", None),
            ("+80012345678", None),
            ("+1555", None),
            ("+10125550123", None),
            ("12125550123", None),
            ("anna", None),
            ("", None),
        ] {
            assert_eq!(country(number), expected, "{number}");
        }
    }

    #[test]
    fn no_code_is_listed_twice() {
        for table in [NORTH_AMERICA, CALLING_CODES] {
            let mut seen = std::collections::BTreeSet::new();
            for code in table.iter().flat_map(|(_, codes)| codes.split(' ')) {
                assert!(code.bytes().all(|b| b.is_ascii_digit()) && seen.insert(code), "{code}");
            }
        }
    }
}
