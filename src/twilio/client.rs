//! The only place that sends a request. It can ask (GET) and nothing else.

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, HeaderMap, RETRY_AFTER};
use url::Url;

use super::address::Address;
use super::failure::Failure;
use super::gate::Gate;
use super::retry::{MAX_TOTAL, Try, wait_before_next};
use crate::credentials::Credential;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const REQUEST_TIMEOUT: Duration = Duration::from_secs(60);
/// A larger answer is refused: no page of 1000 rows comes near it.
const MAX_ANSWER: usize = 32 << 20;

/// Sends requests, waits its turn, tries again.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    address: Address,
    gate: Gate,
}

/// One request: a Twilio URL and who asks.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The URL at Twilio.
    pub url: &'a Url,
    /// The credential to send.
    pub credential: &'a Credential,
}

impl Client {
    /// A client for the whole run.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up, for example because the machine has no CA certificates.
    pub fn new(address: Address) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("twilio-audit/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the credential to wherever it leads.
            .redirect(reqwest::redirect::Policy::none())
            // Attempts are counted here, in one place.
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(REQUEST_TIMEOUT)
            .gzip(true);
        if matches!(&address, Address::StandIn(url) if url.scheme() == "http") {
            // A proxy of the environment must not see what is meant for this machine, and plain
            // http needs no CA certificates.
            builder = builder.no_proxy().tls_certs_only([]);
        } else {
            builder = builder.https_only(true);
        }
        Ok(Self { http: builder.build()?, address, gate: Gate::new() })
    }

    /// Asks until there is an answer of status 200 or trying again is pointless, and returns its body.
    ///
    /// # Errors
    ///
    /// What the last answer means, or why there was none.
    pub async fn get(&self, request: Request<'_>) -> Result<Vec<u8>, Failure> {
        let Some(url) = self.address.of(request.url) else {
            return Err(Failure::broken("the address is not one of Twilio's"));
        };
        let mut first_sent = None;
        let mut tries = 0;
        loop {
            let Some(leave) = self.gate.enter(&request.credential.account).await else {
                return Err(Failure::broken("the run is ending"));
            };
            // The time spent in the queue before the first try is the run's, not this request's.
            let began = *first_sent.get_or_insert_with(Instant::now);
            let left = MAX_TOTAL.saturating_sub(began.elapsed());
            tries += 1;
            let (ended, failure) = match self.try_once(&url, request.credential, left).await {
                Ok(body) => return Ok(body),
                Err(attempt) => attempt,
            };
            // Whoever waits for the next try keeps nobody else from asking.
            drop(leave);
            let Some(wait) = wait_before_next(ended, tries, began.elapsed(), fastrand::f64()) else {
                return Err(failure);
            };
            tracing::debug!(path = loggable(request.url), ?ended, tries, ?wait, "asking again");
            if let Try::Answered { retry_after: Some(asked), .. } = ended {
                self.gate.close(&request.credential.account, asked.min(wait));
            }
            tokio::time::sleep(wait).await;
        }
    }

    async fn try_once(
        &self,
        url: &Url,
        credential: &Credential,
        left: Duration,
    ) -> Result<Vec<u8>, (Try, Failure)> {
        let broken = |failure: Failure| (Try::Broken, failure);
        let sent = self
            .http
            .get(url.clone())
            .basic_auth(&credential.user, Some(credential.secret.reveal()))
            .header(ACCEPT, "application/json")
            .timeout(REQUEST_TIMEOUT.min(left))
            .send()
            .await;
        let answer = sent.map_err(|error| broken(unreachable(&error)))?;
        let status = answer.status().as_u16();
        let retry_after = retry_after(answer.headers());
        tracing::debug!(path = loggable(url), status, "answered");
        let body = read_body(answer).await.map_err(|problem| match problem {
            BodyProblem::TooLarge => {
                // Asking again would bring the same: reported as an answer, so that nobody retries it.
                let failure = Failure::broken("the answer is larger than 32 MiB: refused");
                (Try::Answered { status: 200, retry_after: None }, failure.with_status(status))
            }
            BodyProblem::Broken(failure) => broken(failure.with_status(status)),
        })?;
        match status {
            200 => Ok(body),
            _ => Err((Try::Answered { status, retry_after }, Failure::of_answer(status, &body))),
        }
    }
}

/// A path as it may stand in a log: without the number that some end in.
fn loggable(url: &Url) -> String {
    let parts = url.path().split('/').map(|part| if part.starts_with("%2B") { "+…" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

enum BodyProblem {
    TooLarge,
    Broken(Failure),
}

async fn read_body(mut answer: reqwest::Response) -> Result<Vec<u8>, BodyProblem> {
    let mut body = Vec::new();
    loop {
        match answer.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > MAX_ANSWER => return Err(BodyProblem::TooLarge),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(_) => return Err(BodyProblem::Broken(Failure::broken("the answer broke off"))),
        }
    }
}

/// Why nothing came back. The error's own text is not used: it may hold the query string.
fn unreachable(error: &reqwest::Error) -> Failure {
    Failure::broken(if error.is_timeout() {
        "no answer in time"
    } else if error.is_connect() {
        "no connection"
    } else {
        "the exchange broke off"
    })
}

/// `Retry-After` in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(until.duration_since(jiff::Timestamp::now())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_shows_no_number() {
        let url = "https://routes.twilio.com/v2/PhoneNumbers/%2B12025550105".parse().unwrap();
        assert_eq!(loggable(&url), "/v2/PhoneNumbers/+…");
        let url = "https://messaging.twilio.com/v1/Services?PageSize=1".parse().unwrap();
        assert_eq!(loggable(&url), "/v1/Services");
    }
}
