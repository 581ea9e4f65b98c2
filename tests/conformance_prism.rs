//! Every request of the catalogue, and every call of a `[[fix]]`, is one that Prism, serving Twilio's own OpenAPI
//! files, accepts.
//!
//! Prism judges path, path parameters, required and typed parameters of query and form, and authentication.
//! `make tools` installs it; where it or the files are absent, the tests skip.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/fixes.rs"]
mod fixes;
#[path = "support/openapi/mod.rs"]
mod openapi;
#[path = "support/prism/mod.rs"]
mod prism;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::LazyLock;

use audit::Audit;
use openapi::ACCOUNT;
use openapi::digest::{self, Source};
use prism::Prism;
use reqwest::StatusCode;
use serde_json::Value;
use twilio_audit::catalogue::{Answer, KINDS, Origin};
use twilio_audit::model::Region;

/// Prism with every host of the catalogue, unless it must be skipped.
fn started() -> Option<Prism> {
    let specs = openapi::specs()?;
    static PROGRAM: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let program = prism::program();
        if program.is_none() {
            openapi::skip("Prism is absent (make tools)");
        }
        program
    });
    let program = PROGRAM.as_ref()?;
    let hosts: BTreeSet<_> = requests().iter().map(|source| source.endpoint.host.name(Region::Us1)).collect();
    let hosts: Vec<_> = hosts.into_iter().collect();
    let calls: Vec<_> = calls().into_iter().map(|call| (call.method, call.address)).collect();
    Some(Prism::start(program, &openapi::served::document(specs, &hosts, &calls)))
}

/// A call of a `[[fix]]`, or one that takes it back.
struct Call {
    name: String,
    method: String,
    /// With its placeholders.
    address: String,
    form: Vec<(String, String)>,
}

fn calls() -> Vec<Call> {
    // An address is cleared by an empty value, which Twilio's files do not describe.
    let described = |(name, value): (String, String)| {
        (name, if value.is_empty() { fixes::URL.to_owned() } else { value })
    };
    let of = |case: fixes::Case| {
        let with = case.with(ACCOUNT);
        let undo = case.fix.undo.as_ref().map(|undo| (&undo.url, undo.fill(&with).unwrap()));
        let both = [Some((&case.fix.url, case.call(ACCOUNT))), undo];
        both.into_iter().flatten().map(move |(address, call)| Call {
            name: case.name(),
            method: call.method.to_string(),
            address: address.clone(),
            form: call.form.into_iter().map(described).collect(),
        })
    };
    fixes::cases().into_iter().flat_map(of).collect()
}

/// What is really asked: fallbacks too, but nothing for kinds that come out of another's answer.
fn requests() -> Vec<Source> {
    let mut sources = digest::sources();
    sources.retain(|source| matches!(source.kind.origin, Origin::Request(_)));
    sources
}

fn client() -> reqwest::Client {
    // No certificates are loaded: everything is on loopback.
    reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap()
}

/// The path with SIDs that the operation's own patterns admit in place of its placeholders.
fn filled(source: &Source) -> String {
    let operation = source.operation(openapi::specs().unwrap()).unwrap();
    with_sids(operation.template, operation.get)
}

fn with_sids(template: &str, operation: &Value) -> String {
    let mut path = template.to_owned();
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        if parameter["in"] == "path" {
            let pattern = parameter["schema"]["pattern"].as_str().unwrap_or("^XX[0-9a-fA-F]{32}$");
            let prefix: String = pattern.trim_start_matches('^').chars().take(2).collect();
            let placeholder = format!("{{{}}}", parameter["name"].as_str().unwrap());
            path = path.replace(&placeholder, &format!("{prefix}{}", "a".repeat(32)));
        }
    }
    path
}

fn query(source: &Source) -> Vec<(&'static str, String)> {
    let value = |value: &str| {
        source.spelt_out(value).swap_remove(0).replace("{account}", ACCOUNT).replace("{parent}", ACCOUNT)
    };
    let fixed = source.endpoint.query.iter().map(|(name, text)| (*name, value(text)));
    let since = source
        .endpoint
        .since
        .map(|since| (since.parameter, since.before("2026-01-31T00:00:00Z".parse().unwrap())));
    // The files have days of the 2010 API as moments, and both are accepted.
    let until = source.endpoint.until.map(|until| {
        let moment = "2026-01-31T00:00:00Z".parse().unwrap();
        (until.parameter, until.written.days_before(moment, 31))
    });
    let page_size = match source.endpoint.answer {
        Answer::List { page_size, paging, .. } if page_size > 0 => {
            Some((paging.size_parameter(), page_size.to_string()))
        }
        Answer::List { .. } | Answer::Single => None,
    };
    fixed.chain(since).chain(until).chain(page_size).collect()
}

#[tokio::test]
async fn prism_accepts_every_request_of_the_catalogue_and_every_call_of_a_fix() {
    let Some(prism) = started() else { return };
    let client = client();
    for source in requests() {
        let url = prism.url(&source.endpoint.host.name(Region::Us1), &filled(&source));
        let request = client.get(&url).query(&query(&source)).basic_auth(ACCOUNT, Some("token"));
        let answer = request.send().await.unwrap();
        let status = answer.status();
        let body = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{} {url}: {body}", source.name());
        if openapi::WITHOUT_A_ROW.contains(&source.kind.name) {
            continue;
        }
        let body: Value = serde_json::from_str(&body).unwrap();
        assert!(!source.rows(&body).is_empty(), "{} {url}: {body}", source.name());
    }
    for call in calls() {
        let (status, body) = send(&prism, &call).await;
        assert!(status.is_success(), "{}: {status} {body}", call.name);
    }
}

#[expect(clippy::disallowed_methods, reason = "Prism judges what would be sent; nothing is changed")]
async fn send(prism: &Prism, call: &Call) -> (StatusCode, String) {
    let written = openapi::specs().unwrap().written(&call.method, &call.address).unwrap();
    let host = openapi::calls::split(&call.address).0;
    let url = prism.url(host, &with_sids(written.template, written.operation));
    let request = client().request(call.method.parse().unwrap(), url).basic_auth(ACCOUNT, Some("token"));
    let request = if call.form.is_empty() { request } else { request.form(&call.form) };
    let answer = request.send().await.unwrap();
    (answer.status(), answer.text().await.unwrap())
}

/// A Prism that accepts everything would make the test above pass.
#[tokio::test]
async fn prism_refuses_what_twilio_does_not_describe() {
    let Some(prism) = started() else { return };
    let client = client();
    let keys = "/v1/Keys?AccountSid=ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    for (host, path, user, status) in [
        ("iam.twilio.com", keys, Some(ACCOUNT), 200),
        ("iam.twilio.com", keys, None, 401),
        ("iam.twilio.com", "/v1/Keys", Some(ACCOUNT), 422),
        ("iam.twilio.com", "/v1/Keys?AccountSid=nobody", Some(ACCOUNT), 422),
        ("iam.twilio.com", &format!("{keys}&PageSize=1001"), Some(ACCOUNT), 422),
        ("iam.twilio.com", "/v1/Nothing", Some(ACCOUNT), 404),
        ("trunking.twilio.com", "/v1/Trunks/nothing/Recording", Some(ACCOUNT), 422),
        ("trunking.twilio.com", "/v1/Keys", Some(ACCOUNT), 404),
    ] {
        let request = client.get(prism.url(host, path));
        let request = user.into_iter().fold(request, |request, user| request.basic_auth(user, Some("token")));
        assert_eq!(request.send().await.unwrap().status(), status, "{host}{path} as {user:?}");
    }
    let of = |check: &str| calls().into_iter().find(|call| call.name.starts_with(check)).unwrap();
    for (check, name, value) in [
        ("trunk-transfer-open", "TransferMode", "odd"),
        ("trunk-not-secure", "Secure", "perhaps"),
        ("session-never-closes (proxy_service", "DefaultTtl", "P14D"),
    ] {
        let spoiled = Call { form: vec![(name.to_owned(), value.to_owned())], ..of(check) };
        let (status, body) = send(&prism, &spoiled).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}={value}: {body}");
    }
}

/// What a whole scan by the binary asks, down to the children of children, is accepted, and the answers
/// are kept: no listing ends other than complete, no kind stays without rows.
#[tokio::test(flavor = "multi_thread")]
async fn a_scan_of_prism_is_complete() {
    let Some(prism) = started() else { return };
    let ended = Audit::new(&["scan"])
        .env("TWILIO_AUDIT_ENDPOINT", prism.base())
        .env("TWILIO_ACCOUNT_SID", ACCOUNT)
        .env("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef")
        .run();
    let coverage = ended.rows("coverage.csv");
    let incomplete: BTreeSet<&str> = coverage
        .iter()
        .filter(|row| row["status"] != "complete")
        .map(|row| row["resource_type"].as_str())
        .collect();
    // Twilio's example of a flow leaves out its widgets, and so cannot be told from one that was cut short;
    // its example of a key is another key than the one in the list; its example of templates shows two of one SID;
    // its file gives the SID of a service the pattern of an operator's, so Prism refuses to list its operators.
    let odd = [
        "api_key_policy",
        "content_template",
        "intelligence_service_operator",
        "studio_definition",
        "studio_url",
        "studio_widget",
    ];
    // What the files do not describe, or show no answer to, Prism cannot answer.
    let unknown: BTreeSet<&str> =
        digest::undescribed().chain(openapi::WITHOUT_A_ROW.iter().copied()).collect();
    assert_eq!(incomplete, odd.into_iter().chain(unknown.iter().copied()).collect());
    let with_rows: BTreeSet<&str> =
        coverage.iter().filter(|row| row["rows"] != "0").map(|row| row["resource_type"].as_str()).collect();
    let expected = KINDS.iter().map(|kind| kind.name).filter(|kind| !unknown.contains(kind));
    let empty: BTreeSet<&str> = expected.filter(|kind| !with_rows.contains(kind)).collect();
    let refused = ["intelligence_service_operator", "studio_definition", "studio_widget", "studio_url"];
    assert_eq!(empty, refused.into());
    let rows: u32 = coverage.iter().map(|row| row["rows"].parse::<u32>().unwrap()).sum();
    eprintln!("Prism: {} listings read, {rows} rows kept", coverage.len());
}
