//! The parts of a URL for SQL. The URLs in the evidence are redacted: a value is known by its shape.

use crate::redact::url::known_parts as parts;

/// `https`; empty when the URL has no scheme; none when it is unreadable or a template decides.
pub(super) fn scheme(text: &str) -> Option<String> {
    parts(text)?.scheme.clone()
}

/// The host in its normal form; none when there is none or a template decides.
pub(super) fn host(text: &str) -> Option<String> {
    parts(text)?.host.clone()
}

/// The path, `/` when empty.
pub(super) fn path(text: &str) -> Option<String> {
    parts(text).map(|parts| rooted(&parts.path))
}

/// `scheme://host[:port]/path`: the same for two URLs that differ in case, default port, query and
/// fragment only.
pub(super) fn canonical(text: &str) -> Option<String> {
    let parts = parts(text)?;
    let port = parts.port.as_ref().map(|port| format!(":{port}")).unwrap_or_default();
    let (scheme, host) = (parts.scheme.as_ref()?, parts.host.as_ref()?);
    Some(format!("{scheme}://{host}{port}{}", rooted(&parts.path)))
}

fn rooted(path: &str) -> String {
    if path.is_empty() { "/".to_owned() } else { path.to_owned() }
}

/// Whether a user name or password is in the URL.
pub(super) fn has_userinfo(text: &str) -> Option<bool> {
    parts(text).map(|parts| parts.has_userinfo)
}

/// The names in the fragment, where Twilio's connection overrides stand: `rc&e`.
pub(super) fn fragment(text: &str) -> Option<String> {
    let names = &parts(text)?.fragment;
    (!names.is_empty()).then(|| names.join("&"))
}

/// Whether a SIP URI asks for TLS, by its scheme or its transport. None for other URLs.
pub(super) fn sip_uses_tls(text: &str) -> Option<bool> {
    let parts = parts(text)?;
    match parts.scheme.as_ref()?.as_str() {
        "sips" => Some(true),
        "sip" => Some(parts.path.split(';').any(|parameter| parameter.eq_ignore_ascii_case("transport=tls"))),
        _ => None,
    }
}

/// Names of parameters that carry a credential; `-` and `_` do not count.
const SECRET_NAMES: &[&str] = &["auth", "code", "key", "pwd", "sig"];

/// Endings of such names: `access_token`, `x-api-key`.
const SECRET_ENDINGS: &[&str] =
    &["token", "secret", "signature", "password", "passwd", "apikey", "accesskey", "authorization"];

/// A shorter value under such a name is a switch or a number, not a credential.
const SHORTEST_SECRET: u32 = 12;

/// The secret in a URL, in words: `parameter token: 32 hexadecimal digits`. User names and passwords
/// are [`has_userinfo`]'s.
pub(super) fn secret(text: &str) -> Option<String> {
    let parts = parts(text)?;
    let in_query = parts.query.iter().find_map(|(name, shape)| {
        let (kind, length) = shape.split_once(':')?;
        let length = length.parse().ok()?;
        let is_secret = is_token(kind)
            || (kind, length) == ("hex", 32)
            || (length >= SHORTEST_SECRET && is_secret_name(name));
        is_secret.then(|| format!("parameter {name}: {}", in_words(kind, length)))
    });
    in_query.or_else(|| {
        let segments = parts.path.split(['/', ';']).filter_map(|s| s.strip_prefix('[')?.strip_suffix(']'));
        segments.filter_map(|shape| shape.split_once(':')).find_map(|(kind, length)| {
            Some(format!("path: {}", in_words(kind, length.parse().ok().filter(|_| is_token(kind))?)))
        })
    })
}

/// Shapes that are credentials wherever they stand.
fn is_token(kind: &str) -> bool {
    matches!(kind, "jwt" | "cloud-key" | "pem")
}

fn is_secret_name(name: &str) -> bool {
    let name: String = name.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    SECRET_NAMES.contains(&name.as_str()) || SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

fn in_words(kind: &str, length: u32) -> String {
    match kind {
        "hex" => format!("{length} hexadecimal digits"),
        "base62" => format!("{length} letters and digits"),
        "base64" => format!("{length} characters of base64"),
        "digits" => format!("{length} digits"),
        "jwt" => format!("a JSON web token of {length} characters"),
        "cloud-key" => format!("an access key of {length} characters"),
        "pem" => format!("a private key of {length} characters"),
        _ => format!("{length} characters"),
    }
}
