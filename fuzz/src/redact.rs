//! URLs, names, numbers and secrets as texts: what is reduced holds nothing planted, and reducing it again changes nothing.

use twilio_audit::redact::{label, phone, secret, url, words};
use twilio_audit::twilio::Address;

/// What is put in the place of `@1`: a token in a value of a URL, a password before its host, an address in a name.
const TOKEN: &str = "5f4dcc3b5aa765d61d8327deb882cf99";

/// Any text.
pub fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let text = text.replace("@1", TOKEN);
    urls(&text);
    names(&text);
    secret::looks_like(&text);
    assert!(secret::shape(&text).len() <= 24, "{text}");
    if let Ok(Address::StandIn(url)) = text.parse() {
        assert!(url.username().is_empty() && url.password().is_none(), "{text}");
        assert!(["http", "https"].contains(&url.scheme()), "{text}");
    }
}

fn urls(text: &str) {
    let redacted = url::redact(text);
    assert!(!redacted.chars().any(char::is_control), "{text:?}: {redacted:?}");
    assert_eq!(url::redact(&redacted), redacted, "twice is not once: {text:?}");
    url::known_parts(text);
    if let Some(parts) = url::parts(&redacted) {
        let host = parts.host.as_deref().unwrap_or_default();
        assert!(!host.contains(['/', '?', '#', '@']), "{text:?}: {host}");
    }
    // Behind a host of its own, whatever else there is. Behind two letters the token would be a SID, which is kept.
    let place: String = text
        .replace(TOKEN, "")
        .chars()
        .filter(|c| !c.is_control() && !"\\/?#@{}%[] ".contains(*c))
        .take(80)
        .collect();
    for hidden in [
        format!("https://{place}:{TOKEN}@clinic.example/x"),
        format!("https://clinic.example/x?{place}={TOKEN}"),
        format!("https://clinic.example/{TOKEN}/x?{place}"),
        format!("https://clinic.example/x#{place}={TOKEN}"),
    ] {
        let redacted = url::redact(&hidden);
        assert!(!redacted.contains(TOKEN), "{hidden:?}: {redacted:?}");
    }
}

fn names(text: &str) {
    let kept = label::keep(text);
    assert!(kept.chars().count() <= 256, "{text:?}");
    assert!(!kept.chars().any(char::is_control), "{text:?}: {kept:?}");
    if label::pattern(text).is_none() && label::masked_class(&kept).is_none() {
        assert!(secret::looks_like(&kept).is_none_or(|class| class == "api key SID"), "{text:?}: {kept:?}");
    }
    assert!(!label::keep(&format!("{text} jane.roe@clinic.example")).contains("jane.roe@"), "{text:?}");
    assert!(!label::plain(&format!("{text} {TOKEN} ")).contains(TOKEN), "{text:?}");
    assert!(phone::masked(text).chars().count() <= 5, "{text:?}");
    assert!(phone::country(text).is_none_or(|code| code.len() == 2), "{text:?}");
    words::health(text);
    words::clinical(text);
}
