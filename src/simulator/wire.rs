//! Requests as they come from the wire and as they are remembered, and answers that break off. Knows nothing of Twilio.

use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming};

/// A request that arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// `GET`, `POST`, …
    pub method: String,
    /// `/HOST/PATH?QUERY` with the host in full.
    pub path: String,
    /// The user name of Basic authentication, or the client id of the OAuth app whose token is sent or asked
    /// for; empty where there is neither.
    pub user: String,
}

/// A request that asked for a change, with what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// `POST`, `PUT`, `PATCH`, `DELETE`, …
    pub method: String,
    /// `/HOST/PATH?QUERY` with the host in full.
    pub path: String,
    /// As [`Request::user`].
    pub user: String,
    /// The form; of a JSON body its fields, each with its value in JSON.
    pub form: Vec<(String, String)>,
    /// The HTTP status of Twilio's answer, whether or not it arrived; 0 where the request did not get as far.
    pub status: u16,
    /// Whether it was carried out.
    pub done: bool,
}

/// A request that is closed without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the simulator was told to disconnect")]
pub(super) struct Disconnected;

/// Host and path: `/HOST/PATH` as the auditor sends it, or the real thing with a `Host` header.
pub(super) fn locate(uri: &hyper::Uri, host_header: &str) -> (String, String) {
    let named = uri.host().unwrap_or(host_header);
    let named = named.split(':').next().unwrap_or_default();
    if named.ends_with(".twilio.com") {
        return (named.to_owned(), uri.path().to_owned());
    }
    let path = uri.path().trim_start_matches('/');
    let (host, rest) = path.split_once('/').unwrap_or((path, ""));
    (host.to_owned(), format!("/{rest}"))
}

/// What a request sends.
#[derive(Default)]
pub(super) struct Sent {
    pub(super) form: Vec<(String, String)>,
    pub(super) json: Option<serde_json::Value>,
}

impl Sent {
    /// The body of anything but a GET.
    pub(super) async fn read(parts: &hyper::http::request::Parts, body: Incoming) -> Self {
        if parts.method == hyper::Method::GET {
            return Self::default();
        }
        let kind = parts.headers.get("content-type").and_then(|kind| kind.to_str().ok());
        let is_json = kind.is_some_and(|kind| kind.starts_with("application/json"));
        let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
        if is_json {
            return Self { form: Vec::new(), json: serde_json::from_slice(&body).ok() };
        }
        Self { form: url::form_urlencoded::parse(&body).into_owned().collect(), json: None }
    }
}

/// A body that breaks off half way.
pub(super) struct Broken(Option<Bytes>);

impl Broken {
    pub(super) fn in_the_middle_of(body: &Bytes) -> Self {
        Self(Some(body.slice(..body.len() / 2)))
    }
}

impl Body for Broken {
    type Data = Bytes;
    type Error = Disconnected;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Disconnected>>> {
        Poll::Ready(Some(self.0.take().map(Frame::data).ok_or(Disconnected)))
    }
}
