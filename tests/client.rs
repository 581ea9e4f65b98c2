//! The promises of the HTTP client, against a real server on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use httpmock::prelude::*;
use twilio_audit::credentials::{Credential, Secret, Source};
use twilio_audit::twilio::{Client, Failure, FailureKind, Request};
use url::Url;

const ACCOUNT: &str = "AC00000000000000000000000000000001";
const PATH: &str = "/api.twilio.com/2010-04-01/Accounts.json";

/// Asks the server for [`PATH`], as the scan would.
async fn ask(server: &MockServer) -> Result<Vec<u8>, Failure> {
    let client = Client::new(server.base_url().parse().unwrap()).unwrap();
    let secret = Secret::new("0123456789abcdef0123456789abcdef".to_owned());
    let credential = Credential::new(ACCOUNT, ACCOUNT, secret, Source::Environment).unwrap();
    let url = Url::parse("https://api.twilio.com/2010-04-01/Accounts.json").unwrap();
    client.get(Request { url: &url, caller: credential.caller() }).await.map(|reply| reply.body.to_vec())
}

#[tokio::test]
async fn it_says_who_it_is_and_signs_in_with_basic_authentication() {
    let server = MockServer::start_async().await;
    let mock = server
        .mock_async(|when, then| {
            when.method(GET)
                .path(PATH)
                .header("user-agent", concat!("twilio-audit/", env!("CARGO_PKG_VERSION")))
                .header("accept", "application/json")
                .header(
                    "authorization",
                    "Basic QUMwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMTowMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg==",
                );
            then.status(200).body("{}");
        })
        .await;
    assert_eq!(ask(&server).await.unwrap(), b"{}");
    mock.assert_calls_async(1).await;
}

#[tokio::test]
async fn what_will_not_get_better_is_asked_once() {
    for status in [400, 401, 403, 404] {
        let server = MockServer::start_async().await;
        let mock = server.mock_async(|when, then| {
            when.path(PATH);
            then.status(status).body(r#"{"code":20003}"#);
        });
        let mock = mock.await;
        assert_eq!(ask(&server).await.unwrap_err().http_status, Some(status));
        mock.assert_calls_async(1).await;
    }
}

#[tokio::test]
async fn what_may_get_better_is_asked_again() {
    for status in [429, 500, 502, 503, 504] {
        let server = MockServer::start_async().await;
        let calls = Arc::new(AtomicU32::new(0));
        let counter = Arc::clone(&calls);
        server
            .mock_async(|when, then| {
                when.path(PATH);
                then.respond_with(move |_: &HttpMockRequest| {
                    let first = counter.fetch_add(1, Ordering::SeqCst) == 0;
                    let builder = HttpMockResponse::builder();
                    if first {
                        builder.status(status).body("").build()
                    } else {
                        builder.status(200).body("{}").build()
                    }
                });
            })
            .await;
        assert_eq!(ask(&server).await.unwrap(), b"{}", "{status}");
        assert_eq!(calls.load(Ordering::SeqCst), 2, "{status}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let server = MockServer::start_async().await;
    let target = server.mock_async(|when, then| {
        when.path("/elsewhere");
        then.status(200).body("{}");
    });
    let target = target.await;
    let elsewhere = server.url("/elsewhere");
    server
        .mock_async(|when, then| {
            when.path(PATH);
            then.status(302).header("location", &elsewhere);
        })
        .await;
    let failure = ask(&server).await.unwrap_err();
    assert_eq!((failure.kind, failure.http_status), (FailureKind::Broken, Some(302)));
    target.assert_calls_async(0).await;
}

#[tokio::test]
async fn an_answer_beyond_all_reason_is_refused_once() {
    let server = MockServer::start_async().await;
    let mock = server.mock_async(|when, then| {
        when.path(PATH);
        then.status(200).body("x".repeat((32 << 20) + 1));
    });
    let mock = mock.await;
    let failure = ask(&server).await.unwrap_err();
    assert!(failure.reason.contains("32 MiB"), "{failure}");
    mock.assert_calls_async(1).await;
}

#[tokio::test]
async fn nobody_is_asked_but_twilio() {
    let server = MockServer::start_async().await;
    let client = Client::new(server.base_url().parse().unwrap()).unwrap();
    let secret = Secret::new("0123456789abcdef0123456789abcdef".to_owned());
    let credential = Credential::new(ACCOUNT, ACCOUNT, secret, Source::Environment).unwrap();
    for foreign in ["https://evil.example/", "http://api.twilio.com/", "https://api.twilio.com.evil.example/"]
    {
        let url = Url::parse(foreign).unwrap();
        assert!(client.get(Request { url: &url, caller: credential.caller() }).await.is_err(), "{foreign}");
    }
}
