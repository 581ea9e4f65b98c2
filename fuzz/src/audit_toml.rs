//! `audit.toml` and `reviews.toml`: what is accepted is the same after a round through JSON, and what is refused is told
//! without a secret that stands in it.

use twilio_audit::intent::{Intent, IntentError};

/// What is put in the place of `@1`.
const TOKEN: &str = "5f4dcc3b5aa765d61d8327deb882cf99";

/// The text of a file.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // Behind a letter it would be a word, or a SID.
    let text = text.replace("@1", &format!("-{TOKEN}-"));
    for parse in [Intent::parse, Intent::parse_reviews] {
        match parse(&text, "audit.toml") {
            Ok(intent) => accepted(&intent, &text),
            Err(error) => refused(&error),
        }
    }
}

fn accepted(intent: &Intent, text: &str) {
    let json = intent.to_json().unwrap();
    let again: Intent = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(again.to_json().unwrap(), json, "{text}");
    assert!(!json.to_string().contains(TOKEN), "{text}");
    for day in ["2026-11-28", "1970-01-01", "9999-12-31"] {
        if let Err(error) = intent.validate(day.parse().unwrap()) {
            refused(&error);
        }
    }
    if let Err(error) = intent.clone().join(intent.clone()) {
        refused(&error);
    }
}

fn refused(error: &IntentError) {
    let shown = [error.to_string(), error.styled()];
    assert!(shown.iter().all(|text| !text.is_empty() && !text.contains(TOKEN)), "{error:?}");
    assert!(!error.problems().is_empty());
}
