//! What stays of a URL, what goes, and that neither depends on how often it is asked.

use proptest::prelude::*;

use super::*;

const HEX: &str = "0123456789abcdef0123456789abcdef";

#[test]
fn what_stays_and_what_goes() {
    let sid = format!("https://h.example/AC{HEX}/2010-04-01/v2beta/voiceHandler.php");
    for (url, expected) in [
        ("https://App.example:8443/voice/in?Token=", "https://App.example:8443/voice/in?Token="),
        ("https://bob:hunter2@a.example/x", "https://[userinfo]@a.example/x"),
        ("https://bob@a.example", "https://[userinfo]@a.example"),
        (
            "https://a.example/x?token=0123456789abcdef0123456789abcdef&name=Maria&flag&e=",
            "https://a.example/x?token=[hex:32]&name=[text:5]&flag&e=",
        ),
        ("https://a.example/x?to=%2B15551234567", "https://a.example/x?to=[phone:12]"),
        (sid.as_str(), sid.as_str()),
        (
            "https://hooks.slack.com/services/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",
            "https://hooks.slack.com/services/T00AB12CD/B00AB12CD/[base62:24]",
        ),
        (
            "https://Hooks.Zapier.com/hooks/catch/1234567/b7xk2/silent/",
            "https://Hooks.Zapier.com/hooks/catch/[digits:7]/[text:5]/silent/",
        ),
        ("https://a.example/u/+15551234567", "https://a.example/u/[phone:12]"),
        ("https://a.example/u/555-123-4567/x", "https://a.example/u/[text:12]/x"),
        ("https://a.example/u/jane%40b.example", "https://a.example/u/[email:14]"),
        ("https://a.example/u/Jane%20Doe", "https://a.example/u/[text:8]"),
        ("https://a.example/x#rc=3&e=ashburn", "https://a.example/x#rc&e"),
        ("wss://a.example/stream", "wss://a.example/stream"),
        ("sip:+15551234567@sbc.example:5061;transport=tls", "sip:[userinfo]@sbc.example:5061;transport=tls"),
        ("sips:sbc.example", "sips:sbc.example"),
        ("sip:a@b.example?X-Auth=secret12345", "sip:[userinfo]@b.example?X-Auth=[text:11]"),
        (
            "https://{{flow.data.host}}/x?p={{flow.data.phone}}",
            "https://{{flow.data.host}}/x?p={{flow.data.phone}}",
        ),
        ("https://a.example/{{ x | default: 'Jane' }}", "https://a.example/{{x | …}}"),
        ("{{base}}/hook?key=abc{{x}}", "{{base}}/hook?key=[text:3]{{x}}"),
        ("a.example/hook", "a.example/hook"),
        ("localhost:3000/x", "localhost:3000/x"),
        ("/relative/path", "/relative/path"),
        ("tel:+15551234567", "tel:[phone:12]"),
        ("mailto:jane@b.example", "mailto:[email:14]"),
        ("https://user:pa/ss@host.example/", "[unreadable:32]"),
        ("hunter2 is the password", "[unreadable:23]"),
        ("", ""),
        ("  ", ""),
    ] {
        assert_eq!(redact(url), expected, "{url}");
        assert_eq!(redact(expected), expected, "again: {expected}");
    }
}

#[test]
fn parts_of_raw_and_redacted_are_the_same() {
    let found =
        parts("HTTPS://u:p@ExämPle.Example.:443/a/b?token=0123456789abcdef0123456789abcdef&x#rc=3").unwrap();
    assert_eq!(found.scheme.as_deref(), Some("https"));
    assert_eq!(found.host.as_deref(), Some("xn--exmple-cua.example"));
    assert_eq!((found.port, found.path.as_str()), (None, "/a/b"));
    assert_eq!(found.query, [("token".into(), "hex:32".into()), ("x".into(), "empty".into())]);
    assert_eq!(found.fragment, ["rc"]);
    assert!(found.has_userinfo && !found.dynamic);
}

#[test]
fn hosts_are_normal() {
    for (url, host) in [
        ("http://2130706433/", Some("127.0.0.1")),
        ("http://0x7f000001/", Some("127.0.0.1")),
        ("http://[::1]:80/", Some("[::1]")),
        ("sip:a@10.0.0.1;transport=tls", Some("10.0.0.1")),
        ("DEMO.Twilio.com/x", Some("demo.twilio.com")),
        ("https://{{h}}.example/x", None),
        ("/relative", None),
    ] {
        assert_eq!(parts(url).unwrap().host.as_deref(), host, "{url}");
    }
    assert!(parts("https://{{h}}.example/x").unwrap().dynamic);
    assert_eq!(parts("{{base}}/x").unwrap().scheme, None);
    assert_eq!(parts("a.example/x").unwrap().scheme.as_deref(), Some(""));
    assert_eq!(parts("not a url"), None);
    assert_eq!(parts(""), None);
}

/// Secrets of twenty characters or more with at least one digit.
fn secret_text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9a-f]{15}[0-9][0-9a-f]{16}",
        "[A-Za-z0-9]{9}[0-9][A-Za-z0-9]{10,30}",
        "[a-z]{6,12}[0-9]{8}",
        r"\+1[2-9][0-9]{9}",
        "[a-z]{5,9}@[a-z]{5,9}\\.example",
    ]
}

proptest! {
    #[test]
    fn redacting_twice_changes_nothing(url in r"(https?://|wss://|sips?:|//|)[ -~€ä]{0,60}") {
        let once = redact(&url);
        prop_assert_eq!(redact(&once), once.clone());
        prop_assert_eq!(parts(&url), parts(&once));
    }

    #[test]
    fn any_text_is_taken(url in "\\PC{0,80}") {
        let once = redact(&url);
        prop_assert_eq!(redact(&once), once);
    }

    #[test]
    fn no_secret_survives(
        secret in secret_text(),
        place in prop_oneof![
            Just("https://a.example/in?token=S&x=1"), Just("https://a.example/in?x=pre-S"),
            Just("https://a.example/in?S"), Just("https://a.example/S/in"), Just("https://a.example/in/S"),
            Just("https://S:S@a.example/in"), Just("https://S@a.example/in"), Just("https://a.example/in#t=S"),
            Just("https://a.example/in#S"), Just("sip:S@a.example;transport=tls"), Just("a.example/S"),
            Just("https://a.example/in?x={{flow.S}}"), Just("https://a.example/{{x | default: 'S'}}"),
            Just("S"), Just("mailto:S"), Just("https://a.example/in;id=S"),
        ],
    ) {
        // A bare secret may be an address such as `jane@a.example`, whose host is kept.
        let hidden = secret.split('@').next().unwrap();
        let kept = redact(&place.replace('S', &secret));
        prop_assert!(!kept.contains(hidden), "{}", kept);
    }
}
