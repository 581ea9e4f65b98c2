//! The only sender of changes. It can send a POST or a DELETE, once, and says what came back.
//!
//! Whether a change may be made is decided elsewhere, and so is whether it was.

use std::time::Duration;

use reqwest::header::{ACCEPT, HeaderMap, RETRY_AFTER};
use url::Url;

use crate::credentials::{Caller, append};
use crate::model::{Method, WriteCall};
use crate::twilio::{Address, Failure, unreachable};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(60);
/// A larger answer is cut off: the answer to a change is one resource.
const MOST_BYTES: usize = 1 << 20;
/// Tries of a change that Twilio puts off. Anything else is tried once: it may have been done.
const TRIES: u32 = 4;
/// The one refusal that says nothing of what was done: it waited too long.
const REQUEST_TIMEOUT: u16 = 408;
/// The longest wait between two of them.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Sends changes.
#[derive(Debug)]
pub struct Writer {
    http: reqwest::Client,
    address: Address,
}

/// What came back of a change.
#[derive(Debug)]
pub enum Sent {
    /// Twilio says that it is done.
    Accepted {
        /// The status.
        status: u16,
        /// What it says of it. May hold a secret: of a new key it does.
        body: zeroize::Zeroizing<Vec<u8>>,
    },
    /// Twilio says that it is not.
    Refused(Failure),
    /// It may have been done or not: Twilio had an error, no answer came, or one that says neither.
    Unknown(Failure),
}

impl Writer {
    /// A sender of changes.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up, for example because the machine has no CA certificates.
    pub fn new(address: Address) -> Result<Self, reqwest::Error> {
        let builder = reqwest::Client::builder()
            .user_agent(concat!("twilio-audit/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the credential to wherever it leads.
            .redirect(reqwest::redirect::Policy::none())
            // What is sent twice may be done twice.
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TIMEOUT);
        let builder = if address.is_on_this_machine() {
            builder.no_proxy().tls_certs_only([])
        } else {
            builder.https_only(true)
        };
        Ok(Self { http: builder.build()?, address })
    }

    /// Sends a change, again only where Twilio says that it was too busy to look at it.
    pub async fn send(&self, call: &WriteCall, caller: Caller<'_>) -> Sent {
        let url = Url::parse(&call.url).ok().and_then(|url| self.address.of(&url));
        let Some(url) = url else {
            return Sent::Refused(Failure::broken("the address is not one of Twilio's"));
        };
        let mut tries = 1;
        loop {
            let answer = match self.request(call, &url, caller).send().await {
                Ok(answer) => answer,
                Err(error) if error.is_connect() => return Sent::Refused(unreachable(&error)),
                Err(error) => return Sent::Unknown(unreachable(&error)),
            };
            let status = answer.status().as_u16();
            if status == 429 && tries < TRIES {
                tokio::time::sleep(wait(answer.headers(), tries)).await;
                tries += 1;
                continue;
            }
            let body = read_body(answer).await;
            return match (status, body) {
                (200..=204, Some(body)) => Sent::Accepted { status, body },
                (200..=204, None) => {
                    Sent::Unknown(Failure::broken("the answer broke off").with_status(status))
                }
                (400..=499, body) if status != REQUEST_TIMEOUT => {
                    Sent::Refused(Failure::of_answer(status, &body.unwrap_or_default()))
                }
                // What is no plain answer of Twilio's may come from something between, after Twilio did it.
                (_, body) => Sent::Unknown(Failure::of_answer(status, &body.unwrap_or_default())),
            };
        }
    }

    #[expect(clippy::disallowed_methods, reason = "this is where changes are made, and nowhere else")]
    fn request(&self, call: &WriteCall, url: &Url, caller: Caller<'_>) -> reqwest::RequestBuilder {
        let request = match call.method {
            Method::Post => self.http.post(url.clone()).form(&call.form),
            Method::Delete => self.http.delete(url.clone()),
        };
        request.header(ACCEPT, "application/json").basic_auth(caller.user, Some(caller.secret.reveal()))
    }
}

/// How long to wait: as long as Twilio says, or twice as long each time.
fn wait(headers: &HeaderMap, tries: u32) -> Duration {
    let said = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
    said.map_or(Duration::from_secs(1 << (tries - 1)), Duration::from_secs).min(LONGEST_WAIT)
}

/// The body; nothing where it breaks off or is too large.
async fn read_body(mut answer: reqwest::Response) -> Option<zeroize::Zeroizing<Vec<u8>>> {
    let mut body = zeroize::Zeroizing::new(Vec::with_capacity(16 << 10));
    while let Some(chunk) = answer.chunk().await.ok()? {
        if body.len() + chunk.len() > MOST_BYTES {
            return None;
        }
        append(&mut body, &chunk);
    }
    Some(body)
}
