//! Webhooks: a POST, signed or to an address that only the receiver knows.

use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, RequestBuilder};
use sha2::Sha256;
use url::Url;

use super::pace::{Pace, Refused, cause, persist};
use crate::credentials::Secret;
use crate::intent::hook_address;

/// Posts what the receiver can prove to be from here, and recent.
pub(super) async fn post_signed(
    url: &str,
    body: &str,
    key: &Secret,
    identity: &str,
    pace: &Pace,
) -> Result<String, String> {
    let url = hook_address(url).map_err(|expected| format!("its url must be {expected}"))?;
    let timestamp = Timestamp::now().as_second().to_string();
    let signature = signature(key, &timestamp, body)?;
    let sign = |request: RequestBuilder| {
        request
            .header("X-Twilio-Audit-Timestamp", &timestamp)
            .header("X-Twilio-Audit-Signature", format!("sha256={signature}"))
    };
    send(&url, body, identity, pace, sign).await
}

/// Posts to an address that is a secret: it is in no sentence.
pub(super) async fn post(
    address: &Secret,
    body: &str,
    identity: &str,
    pace: &Pace,
) -> Result<String, String> {
    let url = hook_address(address.reveal()).map_err(|expected| format!("its secret must be {expected}"))?;
    send(&url, body, identity, pace, |request| request).await
}

/// HMAC-SHA256 over the time and the body, in hexadecimal digits.
fn signature(key: &Secret, timestamp: &str, body: &str) -> Result<String, String> {
    let mac = Hmac::<Sha256>::new_from_slice(key.reveal().as_bytes());
    let mut mac = mac.map_err(|_| "its secret cannot sign".to_owned())?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body.as_bytes());
    Ok(mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect())
}

async fn send(
    url: &Url,
    body: &str,
    identity: &str,
    pace: &Pace,
    sign: impl Fn(RequestBuilder) -> RequestBuilder,
) -> Result<String, String> {
    let client = client(url, pace).map_err(|error| format!("TLS cannot be set up: {}", cause(&error)))?;
    persist(pace, async || {
        let request = to_post(&client, url).header(CONTENT_TYPE, "application/json");
        let request = request.header("Idempotency-Key", identity).body(body.to_owned());
        match sign(request).send().await {
            Ok(answer) => judge(answer.status().as_u16()),
            Err(error) => Err(broken(&error.without_url())),
        }
    })
    .await
}

#[expect(clippy::disallowed_methods, reason = "people are told by POST; it never goes to Twilio")]
fn to_post(client: &Client, url: &Url) -> RequestBuilder {
    client.post(url.clone())
}

fn client(url: &Url, pace: &Pace) -> Result<Client, reqwest::Error> {
    let builder = Client::builder()
        .user_agent(concat!("twilio-audit/", env!("CARGO_PKG_VERSION")))
        // It would choose another place for what was meant for this one.
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .timeout(pace.one_request);
    // A proxy of the environment must not see what is meant for this machine in clear.
    let builder = match url.scheme() {
        "https" => builder.https_only(true),
        _ => builder.no_proxy().tls_certs_only([]),
    };
    builder.build()
}

/// What the status of an answer means. Its text is nobody's business: it may repeat what was sent.
fn judge(status: u16) -> Result<String, Refused> {
    let (why, may_pass) = match status {
        200..=299 => return Ok(format!("it took the message ({status})")),
        300..=399 => ("redirects are not followed: give its final address", false),
        401 | 403 => ("it does not accept the secret or the address", false),
        404 | 410 => ("there is nothing at this address any more", false),
        429 => ("it is asked too often", true),
        500..=599 => ("it has trouble of its own: look at its log", true),
        _ => ("it does not take the message: look at its log", false),
    };
    Err(Refused { why: format!("it answered {status}: {why}"), may_pass })
}

fn broken(error: &reqwest::Error) -> Refused {
    let why = match (error.is_timeout(), error.is_connect()) {
        (true, _) => "it did not answer in time".to_owned(),
        (_, true) => format!("it cannot be reached: {}", cause(error)),
        _ => format!("the connection broke: {}", cause(error)),
    };
    // What may have arrived is not sent again.
    Refused { why, may_pass: error.is_connect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest that OpenSSL gives: printf '%s' '1.{}' | openssl dgst -sha256 -hmac key
    #[test]
    fn the_signature_is_an_hmac_over_time_and_body() {
        let made = signature(&Secret::new("key".into()), "1", "{}").unwrap();
        assert_eq!(made, "1ba6b8171186efc613e8bcc0cbdab2748f24984d7c5a84faa2637afa0e40d224");
    }

    #[test]
    fn only_what_may_pass_is_tried_again() {
        let again = |status| judge(status).err().map(|refused| refused.may_pass);
        assert_eq!([200, 202, 204].map(again), [None; 3]);
        assert_eq!([429, 500, 503].map(again), [Some(true); 3]);
        assert_eq!([301, 307, 400, 401, 403, 404, 410, 413].map(again), [Some(false); 8]);
    }
}
