//! Finding words in names, as a person would: `patientIntake_v2` holds `patient`, `therapist` does
//! not hold `the`.

/// Words whose presence in a name points at health care. Short ones count only as whole words.
pub const HEALTH: &[&str] = &[
    "patient",
    "clinic",
    "hospital",
    "pharm",
    "rx",
    "appointment",
    "lab result",
    "telehealth",
    "nurse",
    "prescri",
    "dental",
    "therapy",
    "hipaa",
    "phi",
    "ehr",
    "emr",
    "claim",
];

/// Words that tell what somebody is treated for, or that something was found: in a text to a patient they are read
/// on a lock screen. Appointments and names of clinics are not among them.
#[rustfmt::skip]
pub const CLINICAL: &[&str] = &[
    "abortion", "addiction", "biopsy", "blood test", "cancer", "chemo", "colonoscopy", "date of birth", "dementia",
    "depression", "diabet", "diagnos", "dialysis", "dob", "dosage", "drug", "fertility", "hepatitis", "hiv", "infertility",
    "lab result", "mammogram", "medical record", "medication", "medicine", "mrn", "oncolog", "pregnan", "prescri", "prognosis",
    "psych", "rehab", "std", "substance abuse", "surgery", "symptom", "test result", "tumor",
];

/// The words of a text in lower case, cut at every other character and inside `camelCase`.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut token = String::new();
    let mut after_small = false;
    for character in text.chars() {
        let starts_new = !character.is_alphanumeric() || (character.is_uppercase() && after_small);
        if starts_new && !token.is_empty() {
            tokens.push(std::mem::take(&mut token));
        }
        if character.is_alphanumeric() {
            token.extend(character.to_lowercase());
        }
        after_small = character.is_lowercase() || character.is_numeric();
    }
    if !token.is_empty() {
        tokens.push(token);
    }
    tokens
}

/// From this length on a word also counts as the beginning of a longer one: `pharm` in `pharmacy`.
const STEM: usize = 5;

/// Whether a text has a word or phrase: whole words, without regard to case; a last word of five
/// letters or more also as the beginning of a longer one.
pub fn has(text: &str, word: &str) -> bool {
    if !may_have(text, word) {
        return false;
    }
    let (text, word) = (tokens(text), tokens(word));
    let Some((last, before)) = word.split_last() else { return false };
    text.windows(word.len()).any(|window| {
        window.split_last().is_some_and(|(end, start)| {
            start == before && (end == last || (last.len() >= STEM && end.starts_with(last.as_str())))
        })
    })
}

/// Whether it is worth cutting a text into words: most texts hold none of the letters in a row. Only for plain
/// lower-case words in plain texts, where nothing else can come out of cutting.
fn may_have(text: &str, word: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b' ';
    if !text.is_ascii() || !word.bytes().all(is_plain) {
        return true;
    }
    let Some(first) = word.split_ascii_whitespace().next() else { return false };
    text.as_bytes().windows(first.len()).any(|window| window.eq_ignore_ascii_case(first.as_bytes()))
}

/// The first word of the clinical list in a text.
pub fn clinical(text: &str) -> Option<&'static str> {
    CLINICAL.iter().copied().find(|word| has(text, word))
}

/// The first health word in a text.
pub fn health(text: &str) -> Option<&'static str> {
    HEALTH.iter().copied().find(|word| has(text, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_as_words() {
        for (text, word, expected) in [
            ("Patient intake", "patient", true),
            ("patientIntake_v2", "patient", true),
            ("inpatients", "patient", false),
            ("Pharmacy line", "pharm", true),
            ("RX refill", "rx", true),
            ("rxjs", "rx", false),
            ("Delphi team", "phi", false),
            ("delivery-phi-prod", "phi", true),
            ("Lab results ready", "lab result", true),
            ("label results", "lab result", false),
            ("anything", "", false),
            ("", "rx", false),
        ] {
            assert_eq!(has(text, word), expected, "{text} / {word}");
        }
    }

    #[test]
    fn the_health_word_is_named() {
        assert_eq!(health("Nightly nurse line"), Some("nurse"));
        assert_eq!(health("Marketing EU"), None);
    }
}
