//! What people must do, one step after the other.

use crate::model::{About, ByHand, Finding, capitalised};

/// Where everything begins.
const CONSOLE: &str = "https://console.twilio.com";

/// What mends a finding where no program does.
pub fn steps_by_hand(finding: &Finding, why: String) -> ByHand {
    let first = format!("Sign in at {CONSOLE} and choose the account.");
    let last = "Scan again: the finding is gone, or says what is left.".to_owned();
    let steps = std::iter::once(first).chain(sentences(&finding.remediation)).chain([last]).collect();
    let link = if finding.console_url.is_empty() { CONSOLE } else { &finding.console_url };
    ByHand { about: About::of(finding), why, steps, link: link.to_owned() }
}

/// A text, cut after each full stop or semicolon that ends something.
fn sentences(text: &str) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut sentence = String::new();
    let mut open = 0_usize;
    for word in text.split_whitespace() {
        if !sentence.is_empty() {
            sentence.push(' ');
        }
        sentence.push_str(word);
        open += word.matches('(').count();
        open = open.saturating_sub(word.matches(')').count());
        // What is in brackets belongs to what it stands in.
        if open == 0 && word.ends_with(['.', ';']) {
            sentences.push(of_its_own(&sentence));
            sentence.clear();
        }
    }
    if !sentence.is_empty() {
        sentences.push(of_its_own(&sentence));
    }
    sentences
}

/// A sentence of its own: with a capital, and a full stop.
fn of_its_own(sentence: &str) -> String {
    capitalised(sentence.trim_end_matches([';', '.'])) + "."
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remedy_is_cut_where_something_ends() {
        let text = "Write the procedure (no names; no numbers), train everybody; attest it. Set x = true\nin audit.toml.";
        assert_eq!(
            sentences(text),
            [
                "Write the procedure (no names; no numbers), train everybody.",
                "Attest it.",
                "Set x = true in audit.toml."
            ]
        );
    }
}
