//! Each function through SQL, as a check meets it.

use super::*;

const NOW: &str = "2026-11-23T12:00:00Z";

fn connection() -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    register(&connection, NOW.parse().unwrap()).unwrap();
    connection
}

/// Asks for each expression and compares its answer, written as text, with the expected one.
fn answers(table: &[(&str, &str)]) {
    let connection = connection();
    for (expression, expected) in table {
        let sql = format!("select coalesce(cast({expression} as text), 'NULL')");
        let answer: String =
            connection.query_row(&sql, [], |row| row.get(0)).unwrap_or_else(|e| panic!("{expression}: {e}"));
        assert_eq!(answer, *expected, "{expression}");
    }
}

#[test]
fn verdicts() {
    answers(&[
        ("verdict(1 = 1)", "pass"),
        ("verdict(1 = 2)", "fail"),
        ("verdict(null)", "NULL"),
        ("verdict(null = 1)", "NULL"),
        ("verdict(0.0)", "fail"),
    ]);
    assert!(connection().query_row("select verdict('yes')", [], |_| Ok(())).is_err());
}

#[test]
fn dates() {
    answers(&[
        ("days_since('2026-11-23')", "0"),
        ("days_since('2026-11-13')", "10"),
        ("days_since('2026-11-30')", "-7"),
        ("days_until('2026-11-24')", "1"),
        ("days_until('2026-11-22')", "-1"),
        ("days_since('2026-11-22T12:00:01Z')", "0"),
        ("days_since('2026-11-22T12:00:00Z')", "1"),
        ("days_since('2026-11-22T14:00:00+02:00')", "1"),
        ("days_since('yesterday')", "NULL"),
        ("days_since('')", "NULL"),
        ("days_since(null)", "NULL"),
    ]);
}

#[test]
fn urls() {
    answers(&[
        ("url_scheme('HTTPS://a.example')", "https"),
        ("url_scheme('a.example/x')", ""),
        ("url_scheme('{{base}}/x')", "NULL"),
        ("url_scheme('[unreadable:7]')", "NULL"),
        ("url_host('https://A.example.:443/x')", "a.example"),
        ("url_host('')", "NULL"),
        ("url_path('https://a.example')", "/"),
        ("url_path('https://a.example/x?y=1')", "/x"),
        ("url_canonical('HTTPS://A.example:443/x?b=1#rc=2')", "https://a.example/x"),
        ("url_canonical('http://a.example:8080')", "http://a.example:8080/"),
        ("url_canonical('a.example/x')", "://a.example/x"),
        ("url_canonical('https://{{h}}/x')", "NULL"),
        ("url_has_userinfo('https://[userinfo]@a.example')", "1"),
        ("url_has_userinfo('https://a.example/@x')", "0"),
        ("url_fragment('https://a.example/#rc=2&e=x')", "rc&e"),
        ("url_fragment('https://a.example/')", "NULL"),
        ("sip_uses_tls('sip:a.example;transport=TLS')", "1"),
        ("sip_uses_tls('sips:a.example')", "1"),
        ("sip_uses_tls('sip:[userinfo]@a.example')", "0"),
        ("sip_uses_tls('sip:a.example;transport=tcp')", "0"),
        ("sip_uses_tls('https://a.example')", "NULL"),
    ]);
}

#[test]
fn secrets_in_urls() {
    answers(&[
        ("url_secret('https://a.example/?token=[hex:32]')", "parameter token: 32 hexadecimal digits"),
        ("url_secret('https://a.example/?id=[hex:32]')", "parameter id: 32 hexadecimal digits"),
        ("url_secret('https://a.example/?id=[hex:40]')", "NULL"),
        (
            "url_secret('https://a.example/?x=[text:3]&api_key=[base62:24]')",
            "parameter api_key: 24 letters and digits",
        ),
        (
            "url_secret('https://a.example/?client-secret=[text:12]')",
            "parameter client-secret: 12 characters",
        ),
        ("url_secret('https://a.example/?token=[text:11]')", "NULL"),
        ("url_secret('https://a.example/?monkey=[text:30]')", "NULL"),
        ("url_secret('https://a.example/?token={{flow.data.token}}')", "NULL"),
        ("url_secret('https://a.example/?x=[jwt:180]')", "parameter x: a JSON web token of 180 characters"),
        ("url_secret('https://a.example/[jwt:180]')", "path: a JSON web token of 180 characters"),
        ("url_secret('https://a.example/?t=')", "NULL"),
        ("url_secret('https://a.example/')", "NULL"),
    ]);
}

#[test]
fn host_patterns() {
    answers(&[
        ("host_matches('a.example', 'a.example')", "1"),
        ("host_matches('A.Example.', 'a.example')", "1"),
        ("host_matches('x.a.example', '*.a.example')", "1"),
        ("host_matches('y.x.a.example', '*.a.example')", "1"),
        ("host_matches('a.example', '*.a.example')", "0"),
        ("host_matches('xa.example', '*.a.example')", "0"),
        ("host_matches('a.example.evil', '*.a.example')", "0"),
        ("host_matches('hook.eu1.make.com', 'hook.*.make.com')", "1"),
        ("host_matches('hook.make.com', 'hook.*.make.com')", "0"),
        ("host_matches('', '*')", "0"),
        ("host_matches(null, 'a.example')", "NULL"),
    ]);
}

#[test]
fn host_classes() {
    answers(&[
        ("host_class('https://shop-1234.twil.io/in')", "twilio-runtime"),
        ("host_class('http://demo.twilio.com/welcome')", "demo"),
        ("host_class('http://TWIMLETS.com/voicemail')", "demo"),
        ("host_class('https://abc.ngrok-free.app/x')", "tunnel"),
        ("host_class('https://ngrok-free.app.example/x')", "other"),
        ("host_class('https://webhook.site/x')", "inspector"),
        ("host_class('https://hooks.slack.com/services/x')", "automation"),
        ("host_class('https://discord.com/api/webhooks/1/x')", "automation"),
        ("host_class('https://discord.com/x')", "other"),
        ("host_class('http://localhost:3000/x')", "local"),
        ("host_class('http://box.internal')", "local"),
        ("host_class('http://10.1.2.3')", "local"),
        ("host_class('http://100.64.0.1')", "local"),
        ("host_class('http://2130706433/')", "local"),
        ("host_class('http://0xC0A80001/')", "local"),
        ("host_class('http://[fd00::1]/')", "local"),
        ("host_class('http://[::ffff:10.0.0.1]/')", "local"),
        ("host_class('http://8.8.8.8')", "raw-ip"),
        ("host_class('http://[2001:4860::8888]/')", "raw-ip"),
        ("host_class('https://{{flow.data.host}}/x')", "dynamic"),
        ("host_class('https://app.example')", "other"),
        ("host_class('')", "NULL"),
    ]);
}

#[test]
fn permissions() {
    answers(&[
        ("permission_matches('/twilio/voice/calls/read', 'twilio/voice/calls/read')", "1"),
        ("permission_matches('/twilio/voice/calls/*', '/twilio/voice/calls/read')", "1"),
        ("permission_matches('/twilio/*', '/twilio/voice/calls/read')", "1"),
        ("permission_matches('*', '/twilio/voice/calls/read')", "1"),
        ("permission_matches('/twilio/voice/calls/read', '/twilio/voice/calls/*')", "0"),
        ("permission_matches('/twilio/voice/calls/list', '/twilio/voice/calls/read')", "0"),
        ("permission_matches('/twilio/voice', '/twilio/voice/calls/read')", "0"),
        (r#"permission_covered('["/twilio/a/b/*"]', 'twilio/a/b/list')"#, "1"),
        (
            r#"permission_covered('["/twilio/a/b/create","/twilio/a/b/read","/twilio/a/b/list","/twilio/a/b/update","/twilio/a/b/delete"]', '/twilio/a/b/*')"#,
            "1",
        ),
        (r#"permission_covered('["/twilio/a/b/read"]', '/twilio/a/b/*')"#, "0"),
        ("permission_covered('[]', '/twilio/a/b/read')", "0"),
        ("permission_covered('none', '/twilio/a/b/read')", "NULL"),
        ("permission_is_known_form('/twilio/voice/sip.ip-acls/list')", "1"),
        ("permission_is_known_form('twilio/voice/calls/*')", "1"),
        ("permission_is_known_form('/twilio/voice/calls/explode')", "0"),
        ("permission_is_known_form('/twilio/*')", "0"),
    ]);
}

#[test]
fn permission_risks() {
    answers(&[
        ("permission_risk('/twilio/*')", "grants whole products"),
        ("permission_risk('*')", "grants whole products"),
        ("permission_risk('/twilio/voice/*/read')", "grants whole products"),
        ("permission_risk('/twilio/iam/api-keys/create')", "manages accounts and keys"),
        ("permission_risk('/twilio/iam/api-keys/list')", "NULL"),
        ("permission_risk('/twilio/iam/account-oauth-apps/list')", "manages OAuth apps"),
        ("permission_risk('twilio/phone-numbers/active-numbers/update')", "redirects phone numbers"),
        ("permission_risk('/twilio/phone-numbers/active-numbers/list')", "NULL"),
        ("permission_risk('/twilio/voice/calls/*')", "places calls"),
        ("permission_risk('/twilio/messaging/messages/list')", "reads messages"),
        ("permission_risk('/twilio/messaging/messages/create')", "sends messages"),
        ("permission_risk('/twilio/voice/recordings/list')", "reaches recordings"),
        ("permission_risk('/twilio/video/recordings.recording-settings/read')", "NULL"),
        ("permission_risk('/twilio/voice/sip.ip-acls.ip-addresses/create')", "changes SIP access"),
        ("permission_risk('/twilio/event-streams/sink/create')", "sends events elsewhere"),
        ("permission_risk('/twilio/event-streams/sink/list')", "NULL"),
        ("permission_risk('/twilio/sync/lists/*')", "grants every action on a resource"),
        ("permission_risk('/twilio/sync/lists/read')", "NULL"),
    ]);
}

#[test]
fn names() {
    answers(&[
        ("label_pattern('Doe, Jane')", "person name"),
        ("label_pattern('Intake')", "NULL"),
        ("label_mask_class('D…e (9 characters, person name)')", "person name"),
        ("label_mask_class('Intake (9 characters)')", "NULL"),
        ("label_strength('person name')", "strong"),
        ("label_strength('phone number')", "weak"),
        ("health_word('Clinic line')", "clinic"),
        ("has_word('hiv-results', 'HIV')", "1"),
        ("has_word('archive', 'hiv')", "0"),
        (r#"words_match('Nurse line', '["rx","nurse"]')"#, "nurse"),
        (r#"words_match('Line', '["rx","nurse"]')"#, "NULL"),
        ("words_match('Line', 'rx')", "NULL"),
        ("label_pattern(null)", "NULL"),
    ]);
}

#[test]
fn usage_products() {
    answers(&[
        ("usage_product('sms-inbound')", "sms"),
        ("usage_product('SMS-Inbound')", "sms"),
        ("usage_product('channels-whatsapp')", "whatsapp"),
        ("usage_product('enterprise-hippa')", "_edition_signal"),
        ("usage_product('totalprice')", "_infrastructure"),
        ("usage_product('something-new')", "_unmapped"),
    ]);
}
