//! What a secret looks like, so that one pasted into `audit.toml` is noticed and never repeated.
//!
//! Works on the raw text, comments included: a secret that is commented out has leaked all the same.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// What it is called, and its shape; a group named `secret` is the part to point at.
static SHAPES: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    [
        ("a private key or certificate in PEM form", r"-----BEGIN [A-Z0-9 ]+-----"),
        ("a signed token (JWT)", r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*"),
        ("an account or key SID with its secret", r"\b(?:AC|SK)[0-9a-fA-F]{32}:[^\s/\x22']{4,}"),
        ("an AWS access key", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
        ("a Slack token", r"\bxox[a-z]-[A-Za-z0-9-]{10,}"),
        ("the address of a Slack webhook", r"\bhooks\.slack(?:-gov)?\.com/(?P<secret>[A-Za-z]+/[A-Za-z0-9/_-]{8,})"),
        ("the address of a Discord webhook", r"\bdiscord(?:app)?\.com/api/(?P<secret>webhooks/[A-Za-z0-9/_-]{8,})"),
        ("a password where its name belongs", r"(?im)(?:^|[\s{,#])(?:secret|password)\s*=\s*[\x22'](?P<secret>[^\x22'\n]*[^a-z0-9\x22'\n-][^\x22'\n]*)"),
        ("a GitHub token", r"\bgh[a-z]_[A-Za-z0-9]{36,}"),
        ("a SendGrid key", r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}"),
        ("a bearer token", r"(?i)\bbearer\s+(?P<secret>[A-Za-z0-9._~+/=-]{16,})"),
        ("a password inside an address", r"://[^\s/:@\x22']+:(?P<secret>[^\s/@\x22']+)@"),
        ("an Auth Token", r"\b[0-9a-fA-F]{32}\b"),
        (
            "an API key secret",
            r"(?i)(?:key|secret|token|passw|credential|auth)[\w-]*[\x22']?\s*[:=]\s*\[?\s*[\x22']?(?P<secret>[a-z0-9]{32})\b",
        ),
    ]
    .into_iter()
    .filter_map(|(name, pattern)| Regex::new(pattern).ok().map(|regex| (name, regex)))
    .collect()
});

/// Any long run of letters and digits, for blanking: generous, since only the excerpt suffers.
static LONG_WORD: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/_=-]{24,}").ok());

/// Every place that looks like a secret, and what it looks like.
pub(super) fn find(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found: Vec<(Range<usize>, &'static str)> = Vec::new();
    for (name, regex) in SHAPES.iter() {
        for captures in regex.captures_iter(text) {
            let Some(hit) = captures.name("secret").or_else(|| captures.get(0)) else { continue };
            let hash = *name == "an Auth Token" && names_a_hash(text, hit.start());
            let known = found.iter().any(|(range, _)| range.start < hit.end() && hit.start() < range.end);
            if !hash && !known {
                found.push((hit.range(), *name));
            }
        }
    }
    found
}

/// Whether the value at `start` belongs to a `…_sha256` key, where the complaint is its length.
fn names_a_hash(text: &str, start: usize) -> bool {
    let line = text[..start].rsplit('\n').next().unwrap_or_default();
    line.trim_end_matches(['"', '\'', ' ', '=']).ends_with("_sha256")
}

/// `text` with everything that looks like a secret turned into as many `*`, so that byte positions
/// stay true.
pub(super) fn blank(text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    let hits = SHAPES.iter().flat_map(|(_, regex)| regex.captures_iter(text));
    let hits = hits.filter_map(|captures| captures.name("secret").or_else(|| captures.get(0)));
    let words = LONG_WORD.iter().flat_map(|regex| regex.find_iter(text));
    for hit in hits.chain(words.filter(|word| is_opaque(word.as_str()))) {
        bytes[hit.range()].fill(b'*');
    }
    String::from_utf8(bytes).unwrap_or_default()
}

/// Whether a long word says nothing to a reader: not a SID, but letters and digits mixed.
fn is_opaque(word: &str) -> bool {
    let sid = word.len() == 34
        && word[..2].bytes().all(|b| b.is_ascii_uppercase())
        && word[2..].bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    !sid && word.bytes().any(|b| b.is_ascii_digit()) && word.bytes().any(|b| b.is_ascii_alphabetic())
}
