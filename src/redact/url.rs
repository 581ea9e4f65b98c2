//! URLs without their secrets, and the parts of what is left.
//!
//! A webhook URL may carry a password, a token or a patient's number anywhere. The host and the
//! names stay, every value becomes its shape. Works on `http`, `ws` and `sip` URLs, on URLs without
//! a scheme, and on Studio's templates (`https://{{flow.data.host}}/x`).

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::{Pattern, regex, secret};

mod liquid;
mod segment;

use liquid::Liquid;

/// What is left of a URL after [`redact`], taken apart.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Parts {
    /// In lower case; empty when the URL has none; none when a template decides it.
    pub scheme: Option<String>,
    /// In lower case and ASCII, without a final dot; IPv4 in its usual form however it was written,
    /// IPv6 in brackets. None when there is no host or a template decides it.
    pub host: Option<String>,
    /// None when absent or the default of the scheme.
    pub port: Option<u16>,
    /// From the first slash on, with secrets as shapes; `;` and parameters for `sip`.
    pub path: String,
    /// Names and shapes of the query's values, in the order of the URL: (`token`, `hex:32`).
    pub query: Vec<(String, String)>,
    /// The names in the fragment.
    pub fragment: Vec<String>,
    /// Whether there is a user name or password.
    pub has_userinfo: bool,
    /// Whether a template decides scheme or host.
    pub dynamic: bool,
}

/// A URL as written, cut at its delimiters. The pieces may hold templates as stand-in characters.
struct Pieces<'a> {
    /// With its `:` or `://`; empty when absent.
    scheme: &'a str,
    has_userinfo: bool,
    host: &'a str,
    /// With its `:`.
    port: &'a str,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

const USERINFO: &str = "[userinfo]";

static SCHEME: Pattern = Pattern::new(|| regex(r"^[A-Za-z][A-Za-z0-9+.-]{0,11}://"));
static SIP: Pattern = Pattern::new(|| regex(r"^(?i:sips?):(?://)?"));
static OPAQUE: Pattern = Pattern::new(|| regex(r"^(?i:tel|sms|mailto|data|javascript|file|urn|arn):"));
/// A host that was written without a scheme: dotted, or the one name that needs no dot, or a template.
static BARE: Pattern = Pattern::new(|| {
    regex(concat!(
        r"^(?://)?(?:[^\s/?#]{1,300}@)?",
        r"(?:localhost|[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+|[^\s/?#@]*[\u{E000}-\u{F8FF}][^\s/?#@]*)",
        r"(?::[0-9]{1,5})?(?:[/?#]|$)"
    ))
});

/// A longer text is no address that anybody configured.
const LONGEST: usize = 8192;

/// The URL without its secrets: user part, query values, fragment values, and path segments that
/// look like a secret, a phone number or an e-mail address become shapes such as `[hex:32]`.
///
/// Redacting twice changes nothing. What cannot be read becomes `[unreadable:LENGTH]`.
pub fn redact(text: &str) -> String {
    let text: String = text.trim().chars().filter(|c| !c.is_control()).collect();
    if text.is_empty() || secret::is_written_shape(&text) {
        return text;
    }
    if text.len() > LONGEST {
        return format!("[unreadable:{}]", text.chars().count());
    }
    let unreadable = || format!("[unreadable:{}]", text.chars().count());
    let Some((plain, liquid)) = Liquid::take_out(&text.replace('\\', "/")) else { return unreadable() };
    if let Some(scheme) = OPAQUE.find(&plain) {
        let rest = &plain[scheme.end()..];
        return scheme.as_str().to_owned() + &liquid.put_back(&redact_value(rest));
    }
    match split(&plain) {
        Some(pieces) => liquid.put_back(&assemble(&pieces)),
        None => unreadable(),
    }
}

fn split(text: &str) -> Option<Pieces<'_>> {
    let sip = SIP.find(text);
    let scheme = sip.or_else(|| SCHEME.find(text)).map_or("", |found| found.as_str());
    let is_path = text.starts_with('/') && !text.starts_with("//");
    if scheme.is_empty() && !is_path && !BARE.is_match(text) {
        return None;
    }
    let scheme = if text.starts_with("//") { "//" } else { scheme };
    let rest = &text[scheme.len()..];
    let (rest, fragment) = cut(rest, '#');
    let (rest, query) = cut(rest, '?');
    let path_at = if sip.is_some() { rest.find([';', '/']) } else { rest.find('/') };
    let (authority, path) = rest.split_at(path_at.unwrap_or(rest.len()));
    let (userinfo, place) = authority.rsplit_once('@').map_or((None, authority), |(u, p)| (Some(u), p));
    let (host, port) = split_port(place);
    let readable = is_path || is_host(host);
    (readable && is_port(port)).then_some(Pieces {
        scheme,
        has_userinfo: userinfo.is_some(),
        host,
        port,
        path,
        query,
        fragment,
    })
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

fn split_port(place: &str) -> (&str, &str) {
    let after_brackets = place.rfind(']').unwrap_or(0);
    match place[after_brackets..].find(':') {
        Some(colon) => place.split_at(after_brackets + colon),
        None => (place, ""),
    }
}

fn is_host(host: &str) -> bool {
    if liquid::is_in(host) {
        return host.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c) || liquid::stands_in(c));
    }
    // The standard allows more in a name than any name has: a value that slipped into its place is none.
    let is_of_a_name = |c: char| c.is_alphanumeric() || "._-:[]%".contains(c);
    host.chars().all(is_of_a_name) && ::url::Host::parse(host).is_ok()
}

fn is_port(port: &str) -> bool {
    let digits = port.strip_prefix(':').unwrap_or_default();
    digits.is_empty() || liquid::is_only(digits) || digits.parse::<u16>().is_ok()
}

fn assemble(pieces: &Pieces<'_>) -> String {
    let mut url = pieces.scheme.to_owned();
    if pieces.has_userinfo {
        url += USERINFO;
        url.push('@');
    }
    url += pieces.host;
    url += pieces.port;
    url += &redact_path(pieces.path, segments_of(pieces.host));
    if let Some(query) = pieces.query {
        url.push('?');
        url += &join(query, |part| match part.split_once('=') {
            Some((name, value)) => format!("{}={}", segment::name(name), redact_value(value)),
            None => segment::name(part),
        });
    }
    if let Some(fragment) = pieces.fragment {
        url.push('#');
        url += &join(fragment, |part| segment::name(cut(part, '=').0));
    }
    url
}

fn join(text: &str, each: impl Fn(&str) -> String) -> String {
    text.split('&').map(each).collect::<Vec<_>>().join("&")
}

/// Slashes and the parameters of a SIP URI (`;transport=tls`) are kept, what stands between is judged.
fn redact_path(path: &str, redact_segment: fn(&str) -> String) -> String {
    path.split_inclusive(['/', ';'])
        .map(|piece| {
            let text = piece.strip_suffix(['/', ';']).unwrap_or(piece);
            redact_segment(text) + &piece[text.len()..]
        })
        .collect()
}

/// How the segments of a path at this host are judged.
fn segments_of(host: &str) -> fn(&str) -> String {
    let is_guarded_by_path = host.trim_end_matches('.').eq_ignore_ascii_case("hooks.zapier.com");
    if is_guarded_by_path { redact_unless_plain } else { redact_segment }
}

/// Words in the paths of hooks at Zapier. All else there is what guards a hook, however short it is.
const PLAIN_SEGMENTS: &[&str] = &["", "hooks", "catch", "standard", "silent"];

fn redact_unless_plain(text: &str) -> String {
    if PLAIN_SEGMENTS.contains(&text) { text.to_owned() } else { redact_value(text) }
}

/// Parameters of a SIP URI whose values are settings.
const PLAIN_PARAMETERS: &[&str] = &["transport", "edge", "region", "user", "secure", "method"];

/// A path segment; of `name=value` and `name:value` only the name is kept.
fn redact_segment(text: &str) -> String {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
    };
    match text.find(['=', ':']).map(|at| (&text[..at], &text[at..=at], &text[at + 1..])) {
        Some((name, sign, value))
            if is_name(name) && !PLAIN_PARAMETERS.contains(&name.to_ascii_lowercase().as_str()) =>
        {
            segment::path(name) + sign + &redact_value(value)
        }
        _ => segment::path(text),
    }
}

fn redact_value(value: &str) -> String {
    liquid::around(value, |text| match text {
        "" => String::new(),
        text if secret::is_written_shape(text) => text.to_owned(),
        text => format!("[{}]", secret::shape(&segment::decoded(text))),
    })
}

/// URLs that are remembered at most: the questions about one come one after the other, by check after check.
const REMEMBERED: usize = 10_000;
/// A longer one is not remembered, in bytes: whoever asks could fill the memory with them.
const LONGEST_REMEMBERED: usize = 8 << 10;

thread_local! {
    static KNOWN: RefCell<HashMap<String, Option<Rc<Parts>>>> = RefCell::default();
}

/// The same as [`parts`], worked out once for each URL.
pub fn known_parts(text: &str) -> Option<Rc<Parts>> {
    if text.len() > LONGEST_REMEMBERED {
        return parts(text).map(Rc::new);
    }
    KNOWN.with_borrow_mut(|known| {
        if let Some(parts) = known.get(text) {
            return parts.clone();
        }
        if known.len() >= REMEMBERED {
            known.clear();
        }
        let parts = parts(text).map(Rc::new);
        known.insert(text.to_owned(), parts.clone());
        parts
    })
}

/// The parts of a URL, raw or redacted: both give the same. None for an empty or unreadable one.
pub fn parts(text: &str) -> Option<Parts> {
    let redacted = redact(text);
    if redacted.is_empty() || secret::is_written_shape(&redacted) {
        return None;
    }
    let (plain, liquid) = Liquid::take_out(&redacted)?;
    if let Some(scheme) = OPAQUE.find(&plain) {
        let scheme = scheme.as_str().trim_end_matches(':').to_lowercase();
        return Some(Parts { scheme: Some(scheme), ..Parts::default() });
    }
    let pieces = split(&plain)?;
    let scheme = pieces.scheme.trim_end_matches('/').trim_end_matches(':').to_lowercase();
    let host_is_template = liquid::is_in(pieces.host);
    // `{{base}}/x`: the template may well hold the scheme too.
    let scheme = (!(scheme.is_empty() && host_is_template)).then_some(scheme);
    let put_back = |text: &str| liquid.put_back(text);
    Some(Parts {
        host: if host_is_template { None } else { normal_host(pieces.host) },
        port: normal_port(pieces.port, scheme.as_deref().unwrap_or_default()),
        path: put_back(pieces.path),
        query: pieces.query.map(|query| named_shapes(query, put_back)).unwrap_or_default(),
        fragment: names(pieces.fragment).map(put_back).collect(),
        has_userinfo: pieces.has_userinfo,
        dynamic: host_is_template,
        scheme,
    })
}

fn names(text: Option<&str>) -> impl Iterator<Item = &str> {
    text.into_iter().flat_map(|text| text.split('&')).filter(|name| !name.is_empty())
}

fn named_shapes(query: &str, put_back: impl Fn(&str) -> String) -> Vec<(String, String)> {
    names(Some(query))
        .map(|part| {
            let (name, value) = cut(part, '=');
            let value = put_back(value.unwrap_or_default());
            let shape = value.strip_prefix('[').and_then(|v| v.strip_suffix(']')).unwrap_or(&value);
            (put_back(name), if shape.is_empty() { "empty".to_owned() } else { shape.to_owned() })
        })
        .collect()
}

fn normal_host(host: &str) -> Option<String> {
    let host = ::url::Host::parse(host.strip_suffix('.').unwrap_or(host)).ok()?;
    Some(host.to_string())
}

fn normal_port(port: &str, scheme: &str) -> Option<u16> {
    let default = match scheme {
        "https" | "wss" => 443,
        "http" | "ws" => 80,
        "sips" => 5061,
        "sip" => 5060,
        _ => 0,
    };
    port.strip_prefix(':')?.parse().ok().filter(|port| *port != default)
}

#[cfg(test)]
mod tests;
