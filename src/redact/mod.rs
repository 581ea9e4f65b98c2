//! What may be kept of a text: URLs, names, phone numbers and secrets are reduced here, in memory,
//! before anything is stored.
//!
//! Pure functions over text. They know no Twilio resource, no database and no rule; when in doubt
//! they take away too much rather than too little.

use std::sync::LazyLock;

use regex::Regex;

mod calling_codes;
pub mod label;
pub mod phone;
pub mod secret;
pub mod url;
pub mod words;

/// A pattern that is compiled once, at its first use.
type Pattern = LazyLock<Regex>;

#[expect(clippy::expect_used, reason = "every pattern is a constant, and each is used by a test")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a constant pattern")
}
