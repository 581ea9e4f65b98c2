//! The shape of every text in the file that has one: SIDs, hashes, networks, countries, hosts.
//!
//! One table. It runs on the parsed document before the structs do, so that all misshapen values
//! are reported together.

use super::change_window::{ChangeWindow, NoWindow};
use super::error::Problem;
use super::locate::Document;
use super::notify::hook_address;
use crate::model::{is_sid, is_slug};

/// What a text must look like.
#[derive(Debug, Clone, Copy)]
enum Shape {
    /// A SID with one of these prefixes.
    Sid(&'static [&'static str]),
    Sha256,
    Cidr,
    Country,
    /// An exact host.
    Host,
    /// An exact host or `*.suffix`.
    HostPattern,
    Path,
    Window,
    Finding,
    /// A short name.
    Slug,
    /// An address to send to.
    Hook,
    /// A mail address.
    Mail,
    /// A text without control characters.
    Line,
}

/// Roles of the Organization are `IX…` in Twilio's answers; `RL…` is what roles have elsewhere.
const ROLES: &[&str] = &["IX", "RL"];

/// Which value has which shape; `[]` stands for every entry of a list.
const SHAPES: &[(&str, Shape)] = &[
    ("main_keys[]", Shape::Sid(&["SK"])),
    ("organization.sid", Shape::Sid(&["OR"])),
    ("organization.allowed_domains[]", Shape::Host),
    ("organization.admin_role_sids[]", Shape::Sid(ROLES)),
    ("baa.document_sha256", Shape::Sha256),
    ("catalogue.override[].evidence_sha256", Shape::Sha256),
    ("policy.extra_tunnel_hosts[]", Shape::HostPattern),
    ("telephony.allowed_countries[]", Shape::Country),
    ("telephony.high_risk_ok[]", Shape::Country),
    ("audit.allowed_cidrs[]", Shape::Cidr),
    ("audit.change_windows[]", Shape::Window),
    ("audit.batch_actors[]", Shape::Sid(&["SK", "US", "AC"])),
    ("change[].accounts[]", Shape::Sid(&["AC"])),
    ("account[].sid", Shape::Sid(&["AC"])),
    ("account[].serverless.public_ok[]", Shape::Path),
    ("account[].sync.no_phi[]", Shape::Sid(&["IS"])),
    ("person[].twilio_user_sids[]", Shape::Sid(&["US"])),
    ("key[].sid", Shape::Sid(&["SK"])),
    ("key[].account", Shape::Sid(&["AC"])),
    ("oauth_app[].sid", Shape::Sid(&["OQ"])),
    ("oauth_app[].role_sid", Shape::Sid(ROLES)),
    ("vendor[].hosts[]", Shape::HostPattern),
    ("vendor[].connect_app_sids[]", Shape::Sid(&["CN"])),
    ("webhook_host[].pattern", Shape::HostPattern),
    ("webhook_host[].accounts[]", Shape::Sid(&["AC"])),
    ("bucket[].host", Shape::Host),
    ("sbc[].host", Shape::Host),
    ("credential[].sid", Shape::Sid(&["CR"])),
    ("attestation[].account", Shape::Sid(&["AC"])),
    ("attestation[].host", Shape::Host),
    ("attestation[].evidence_sha256", Shape::Sha256),
    ("notify[].name", Shape::Slug),
    ("notify[].url", Shape::Hook),
    ("notify[].server", Shape::Host),
    ("notify[].from", Shape::Mail),
    ("notify[].to[]", Shape::Mail),
    ("notify[].user", Shape::Line),
    ("notify[].secret", Shape::Slug),
    ("waiver[].account", Shape::Sid(&["AC"])),
    ("waiver[].finding", Shape::Finding),
    ("fixed[].account", Shape::Sid(&["AC"])),
    ("fixed[].finding", Shape::Finding),
];

/// Every text of the document that does not have its shape. Values are not repeated in the message.
pub(super) fn check(document: &Document<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    document.each_text(&mut |value| {
        let shape = SHAPES.iter().find(|(pattern, _)| *pattern == value.pattern);
        let expected = match shape {
            Some((_, shape)) => shape.judge(value.text).err(),
            None if is_date(value.pattern) => Some("a date without quotes, such as 2026-11-23".to_owned()),
            None => None,
        };
        if let Some(expected) = expected {
            let key = value.pattern.replace("[]", "");
            problems.push(Problem::new(Some(value.span.clone()), format!("`{key}`: expected {expected}")));
        }
    });
    problems
}

/// Whether a key holds a date by its name; a date that is a text at all is in quotes.
fn is_date(pattern: &str) -> bool {
    let key = pattern.rsplit('.').next().unwrap_or(pattern);
    key.ends_with("_on")
        || ["on", "eligible_list_version"].contains(&key)
        || pattern.starts_with("change[].") && ["from", "to"].contains(&key)
}

impl Shape {
    fn judge(self, text: &str) -> Result<(), String> {
        let (fits, expected) = match self {
            Self::Sid(prefixes) => {
                (prefixes.iter().any(|prefix| is_sid(text, prefix)), expected_sid(prefixes))
            }
            Self::Sha256 => (
                text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()),
                "a SHA-256 as 64 hexadecimal digits".to_owned(),
            ),
            Self::Cidr => {
                (text.parse::<ipnet::IpNet>().is_ok(), "a network such as 203.0.113.0/24".to_owned())
            }
            Self::Country => (
                text.len() == 2 && text.bytes().all(|b| b.is_ascii_alphabetic()),
                "a country as two letters, such as US".to_owned(),
            ),
            Self::Host => (is_host(text), "a host name without scheme, port or path".to_owned()),
            Self::HostPattern => (
                is_host(text)
                    || text.strip_prefix("*.").is_some_and(|rest| is_host(rest) && rest.contains('.')),
                "an exact host name, or `*.` and a suffix of at least two labels".to_owned(),
            ),
            Self::Path => (text.starts_with('/'), "a path that begins with `/`".to_owned()),
            Self::Finding => (
                text.strip_prefix("twa-").is_some_and(|digits| {
                    digits.len() == 16
                        && digits.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
                }),
                "the id of a finding, such as twa-0123456789abcdef".to_owned(),
            ),
            Self::Slug => (is_slug(text), "a short name: lower-case letters, digits and hyphens".to_owned()),
            Self::Hook => {
                hook_address(text)?;
                (
                    !text.contains(['?', '#']),
                    "an address without `?` and `#`: it is no place for a secret".to_owned(),
                )
            }
            Self::Mail => (is_mail(text), "a plain mail address, such as audit@example.com".to_owned()),
            Self::Line => (
                !text.is_empty() && text.len() <= 256 && !text.contains(char::is_control),
                "one line of text".to_owned(),
            ),
            Self::Window => (text.parse::<ChangeWindow>().is_ok(), NoWindow.to_string()),
        };
        if fits { Ok(()) } else { Err(expected) }
    }
}

fn expected_sid(prefixes: &[&str]) -> String {
    format!("{} followed by 32 hexadecimal digits in lower case", prefixes.join(" or "))
}

/// Whether a text is a mail address and nothing else: no name, no list, nothing that could begin another header.
fn is_mail(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&byte);
    text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty() && local.len() <= 64 && local.bytes().all(fits) && is_host(host)
    })
}

pub(super) fn is_host(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    };
    text.len() <= 253 && text.split('.').all(label)
}
