//! Secrets: the shape of a value, and secrets that hide in free text.
//!
//! A shape says what a value looks like and how long it is, never what it is.

use super::{Pattern, regex};

static SID: Pattern = Pattern::new(|| regex(r"^[A-Z]{2}[0-9a-f]{32}$"));
static JWT: Pattern = Pattern::new(|| regex(r"^eyJ[A-Za-z0-9_-]{6,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$"));
static UUID: Pattern = Pattern::new(|| regex(r"(?i)^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"));
static PHONE: Pattern = Pattern::new(|| regex(r"^\+[0-9]{7,15}$"));
static EMAIL: Pattern = Pattern::new(|| regex(r"^[^\s@]+@[^\s@]+\.[^\s@]+$"));
static SCHEME: Pattern = Pattern::new(|| regex(r"(?i)^(https?|wss?|sips?)://\S+$"));
static CLOUD_KEY: Pattern = Pattern::new(|| {
    regex(concat!(
        r"^(?:(?:AKIA|ASIA)[0-9A-Z]{16}|sk[-_][A-Za-z0-9_-]{16,}|xox[abeprs]-[A-Za-z0-9-]{10,}",
        r"|gh[pousr]_[A-Za-z0-9]{30,}|AIza[0-9A-Za-z_-]{35}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})$"
    ))
});

/// A text in the form that [`shape`] answers, between brackets.
static WRITTEN: Pattern = Pattern::new(|| {
    regex(concat!(
        r"^\[(?:empty|url|sid:[A-Z]{2}|",
        r"(?:hex|base62|base64|jwt|pem|uuid|cloud-key|phone|email|digits|text|unreadable):[0-9]{1,6})\]$"
    ))
});

/// Whether a text is a shape between brackets, `[hex:32]`, and so holds nothing to hide.
pub(super) fn is_written_shape(text: &str) -> bool {
    WRITTEN.is_match(text)
}

/// What a value looks like: `empty`, `url`, `sid:AC`, or a kind and a number of characters:
/// `hex:32`, `base62:40`, `base64:44`, `jwt:180`, `pem:1704`, `uuid:36`, `cloud-key:20`, `phone:12`,
/// `email:15`, `digits:10`, `text:7`.
pub fn shape(value: &str) -> String {
    let value = value.trim();
    if value.is_empty() {
        return "empty".to_owned();
    }
    if SID.is_match(value) {
        return format!("sid:{}", &value[..2]);
    }
    if SCHEME.is_match(value) {
        return "url".to_owned();
    }
    format!("{}:{}", kind(value), value.chars().count())
}

fn kind(value: &str) -> &'static str {
    let has = |test: fn(&u8) -> bool| value.bytes().any(|byte| test(&byte));
    let all = |test: fn(&u8) -> bool| value.bytes().all(|byte| test(&byte));
    let (digit, upper, lower) =
        (has(u8::is_ascii_digit), has(u8::is_ascii_uppercase), has(u8::is_ascii_lowercase));
    if value.contains("-----BEGIN ") {
        "pem"
    } else if JWT.is_match(value) {
        "jwt"
    } else if CLOUD_KEY.is_match(value) {
        "cloud-key"
    } else if PHONE.is_match(value) {
        "phone"
    } else if EMAIL.is_match(value) {
        "email"
    } else if UUID.is_match(value) {
        "uuid"
    } else if all(u8::is_ascii_digit) {
        "digits"
    } else if value.len() >= 16 && all(u8::is_ascii_hexdigit) {
        "hex"
    } else if value.len() >= 16 && all(u8::is_ascii_alphanumeric) && digit {
        "base62"
    } else if value.len() >= 20
        && digit
        && upper
        && lower
        && all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(byte))
    {
        "base64"
    } else {
        "text"
    }
}

/// How an embedded secret is told from an ordinary word that matches its pattern.
#[derive(Clone, Copy, PartialEq)]
enum Proof {
    /// The pattern is proof enough.
    Pattern,
    /// The last word must also look random: digits or mixed case in it.
    Random,
}

static EMBEDDED: [(&str, Proof, Pattern); 14] = [
    ("private key", Proof::Pattern, Pattern::new(|| regex(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----"))),
    (
        "account SID and token",
        Proof::Pattern,
        Pattern::new(|| regex(r"\b(?:AC|SK)[0-9a-f]{32}:[0-9A-Za-z]{32}\b")),
    ),
    ("password in a URL", Proof::Pattern, Pattern::new(|| regex(r"://[^/\s:@?#]+:[^/\s@?#{}]+@"))),
    (
        "json web token",
        Proof::Pattern,
        Pattern::new(|| regex(r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}")),
    ),
    ("bearer token", Proof::Pattern, Pattern::new(|| regex(r"(?i)bearer\s+[A-Za-z0-9._~+/=-]{16,}"))),
    ("basic credentials", Proof::Random, Pattern::new(|| regex(r"(?i)\bbasic\s+[A-Za-z0-9+/]{12,}={0,2}"))),
    (
        "token of 32 hexadecimal digits",
        Proof::Pattern,
        Pattern::new(|| regex(r"(?i)(?:auth|token|secret|passw|key)[^\n]{0,24}\b[0-9a-f]{32}\b")),
    ),
    ("api key SID", Proof::Pattern, Pattern::new(|| regex(r"\bSK[0-9a-f]{32}\b"))),
    ("cloud access key", Proof::Pattern, Pattern::new(|| regex(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"))),
    ("slack token", Proof::Random, Pattern::new(|| regex(r"\bxox[abeprs]-[A-Za-z0-9-]{10,}"))),
    (
        "named secret",
        Proof::Pattern,
        Pattern::new(|| {
            regex(
                r"(?i)(?:\b|_)(?:pass(?:word|wd|phrase)?|pwd?|secret|token)\s*(?:[:=]|\bis\b)\s*[^\s{\[]{6,}",
            )
        }),
    ),
    ("secret key", Proof::Random, Pattern::new(|| regex(r"\b[sr]k[-_][A-Za-z0-9_-]{16,}"))),
    // The shape of an Auth Token, with nothing beside it that makes it a SID or a longer hash.
    (
        "32-digit token",
        Proof::Pattern,
        Pattern::new(|| regex(r"(?:^|[^0-9A-Za-z])[0-9a-f]{32}(?:$|[^0-9A-Za-z])")),
    ),
    (
        "service token",
        Proof::Pattern,
        Pattern::new(|| {
            regex(
                r"\b(?:gh[pousr]_[A-Za-z0-9]{30,}|AIza[0-9A-Za-z_-]{35}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})",
            )
        }),
    ),
];

/// The name of the first kind of secret that free text seems to hold, or none: `bearer token`,
/// `private key`, `api key SID` … Every pattern runs in time linear to the text.
pub fn looks_like(text: &str) -> Option<&'static str> {
    kinds_in(text).next()
}

/// Every kind of secret that free text seems to hold.
pub(super) fn kinds_in(text: &str) -> impl Iterator<Item = &'static str> {
    EMBEDDED.iter().filter_map(|(name, proof, pattern)| {
        pattern
            .find_iter(text)
            .any(|found| *proof == Proof::Pattern || is_random(last_word(found.as_str())))
            .then_some(*name)
    })
}

fn last_word(text: &str) -> &str {
    text.rsplit(char::is_whitespace).next().unwrap_or(text)
}

/// Digits, or capitals after the first letter beside small letters: not how words are written.
fn is_random(word: &str) -> bool {
    let rest = word.as_bytes().get(1..).unwrap_or_default();
    rest.iter().any(u8::is_ascii_digit)
        || (rest.iter().any(u8::is_ascii_uppercase) && rest.iter().any(u8::is_ascii_lowercase))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn shapes() {
        let sid = format!("AC{HEX}");
        let pem = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----";
        for (value, expected) in [
            ("", "empty"),
            ("  \n", "empty"),
            (HEX, "hex:32"),
            (sid.as_str(), "sid:AC"),
            ("uvwXYZ0123456789uvwXYZ0123456789", "base62:32"),
            ("uvwXYZ0123456789+/uvwXYZ01234567==", "base64:34"),
            ("eyJhbGciOiJI.eyJzdWIi.c2ln", "jwt:26"),
            (pem, "pem:58"),
            ("AKIAABCDEFGHIJKLMNOP", "cloud-key:20"),
            ("5551234567", "digits:10"),
            ("+15551234567", "phone:12"),
            ("a@b.example", "email:11"),
            ("550e8400-e29b-41d4-a716-446655440000", "uuid:36"),
            ("https://a.example/x", "url"),
            ("true", "text:4"),
            ("päckchen", "text:8"),
        ] {
            assert_eq!(shape(value), expected, "{value}");
            assert!(is_written_shape(&format!("[{expected}]")));
        }
    }

    #[test]
    fn embedded_secrets_are_found() {
        for (text, expected) in [
            (format!("use AC{HEX}:{HEX} here"), "account SID and token"),
            (format!("SK{HEX}"), "api key SID"),
            (format!("auth_token: '{HEX}'"), "token of 32 hexadecimal digits"),
            ("Authorization: Bearer abcdefghijklmnopqrst".into(), "bearer token"),
            ("Basic YWxhZGRpbjpvcGVuc2VzYW1l".into(), "basic credentials"),
            ("x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc".into(), "json web token"),
            ("sk-abcdefgh12345678".into(), "secret key"),
            ("AKIAABCDEFGHIJKLMNOP".into(), "cloud access key"),
            ("xoxb-1234567890-abc".into(), "slack token"),
            ("intakeBearer abcdefghijklmnopqrst".into(), "bearer token"),
            ("DB_PASSWORD=hunter22".into(), "named secret"),
            ("-----BEGIN RSA PRIVATE KEY-----".into(), "private key"),
            ("https://bob:hunter2@a.example/".into(), "password in a URL"),
        ] {
            assert_eq!(looks_like(&text), Some(expected), "{text}");
        }
    }

    #[test]
    fn ordinary_text_is_left_alone() {
        for text in [
            "Basic authentication",
            "Bearer token rotation",
            "https://{{user}}:{{pass}}@a.example/",
            "https://[userinfo]@a.example/",
            &format!("AC{HEX}"),
            &format!("sha256 {HEX}{HEX}"),
            "sk-department-of-health",
            "monkey business",
        ] {
            assert_eq!(looks_like(text), None, "{text}");
        }
    }
}
