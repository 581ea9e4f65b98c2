//! Short names that people give to things of this program: of a target, of a secret.

/// The longest there may be.
const LONGEST: usize = 32;

/// Whether a text is such a name: lower-case letters, digits and hyphens, a letter first. It can stand in a file name, in
/// a header and in a log as it is.
pub fn is_slug(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    text.len() <= LONGEST
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_harmless_wherever_it_stands() {
        for good in ["ops", "on-call-2", "a"] {
            assert!(is_slug(good), "{good}");
        }
        let long = "x".repeat(33);
        for bad in ["", "Ops", "2nd", "-a", "a-", "a b", "a/b", "..", "a\n", "ä", &long] {
            assert!(!is_slug(bad), "{bad:?}");
        }
    }
}
