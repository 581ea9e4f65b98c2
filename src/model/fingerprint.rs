//! The stable identity of a finding.

use sha2::{Digest, Sha256};

use super::{Outcome, Severity};

/// Raised only if the rule below changes; every identity changes with it.
pub const FINGERPRINT_VERSION: &str = "1";

/// `twa-` and 16 hexadecimal digits of SHA-256 over the version, check, account, resource type,
/// resource SID and field, each ended by a zero byte. No name takes part, so a rename keeps it.
pub fn finding_id(check: &str, account: &str, kind: &str, sid: &str, field: &str) -> String {
    let mut hash = Sha256::new();
    for part in [FINGERPRINT_VERSION, check, account, kind, sid, field] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    format!("twa-{}", digits(hash))
}

/// What a finding looked like when somebody decided about it: 16 hexadecimal digits of SHA-256 over its outcome, its
/// severity and its evidence. Numbers and days in the evidence take no part, so that an age that grows by a day changes
/// nothing; digits of names, addresses and SIDs do.
pub fn as_seen(outcome: Outcome, severity: Severity, evidence: &[(String, String)]) -> String {
    let mut hash = Sha256::new();
    let values = evidence.iter().map(|(_, value)| value.as_str());
    for part in [outcome.as_str(), severity.as_str()].into_iter().chain(values) {
        for word in part.split_whitespace().filter(|word| !is_number_or_day(word)) {
            hash.update(word.as_bytes());
            hash.update([b' ']);
        }
        hash.update([0]);
    }
    digits(hash)
}

/// Whether a word is a number, as in `-3.5`, `12,` and `90%`, or a day, with its time or not.
fn is_number_or_day(word: &str) -> bool {
    let word = word.trim_matches(['(', ')', ',', ';', '.', ':', '%', '-', '+']);
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_number = word
        .split_once('.')
        .map_or_else(|| is_digits(word), |(whole, part)| is_digits(whole) && is_digits(part));
    let day = word.split_once('T').map_or(word, |(day, _)| day);
    is_number || day.parse::<jiff::civil::Date>().is_ok()
}

fn digits(hash: Sha256) -> String {
    hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identity_never_changes() {
        // Reviewers' decisions hang on these digits: if this fails, do not edit the expectation.
        assert_eq!(
            finding_id("webhook-http", "AC1", "phone_number", "PN1", "voice_url"),
            "twa-d199ad942f7af560",
        );
    }

    #[test]
    fn a_finding_that_ages_looks_the_same_and_one_that_grows_worse_does_not() {
        let seen = |severity, age: &str, host: &str| {
            let evidence = [("Age".to_owned(), age.to_owned()), ("Host".to_owned(), host.to_owned())];
            as_seen(Outcome::Fail, severity, &evidence)
        };
        let before = seen(Severity::Medium, "99 days", "partner.example");
        assert_eq!(seen(Severity::Medium, "100 days", "partner.example"), before);
        assert_ne!(seen(Severity::Critical, "99 days", "partner.example"), before);
        assert_ne!(seen(Severity::Medium, "99 days", "elsewhere.example"), before);
        assert_eq!(
            seen(Severity::Medium, "2026-11-28T04:15:00Z", "a"),
            seen(Severity::Medium, "2027-01-02", "a")
        );
        assert_eq!(seen(Severity::Medium, "(12, 3.5%)", "a"), seen(Severity::Medium, "(9, 4%)", "a"));
    }

    /// Two addresses or names that differ by a digit alone are two.
    #[test]
    fn digits_of_names_and_addresses_count() {
        for (one, other) in [
            ("https://203.0.113.7/v", "https://45.9.148.221/v"),
            ("203.0.113.7", "45.9.148.221"),
            ("https://api.example/t/482915", "https://api.example/t/777001"),
            ("PN00000000000000000000000000000001", "PN00000000000000000000000000000002"),
            ("pool-1", "pool-2"),
        ] {
            let seen = |value: &str| {
                as_seen(Outcome::Fail, Severity::High, &[("Seen".to_owned(), value.to_owned())])
            };
            assert_ne!(seen(one), seen(other), "{one}");
        }
    }

    #[test]
    fn parts_do_not_run_into_each_other() {
        assert_ne!(finding_id("a", "bc", "", "", ""), finding_id("ab", "c", "", "", ""));
    }
}
