//! Why nothing came back from whom was asked. The error's own text is not used: it may hold the query string.

use std::error::Error;

use url::Url;

use super::failure::Failure;
use super::resolve::is_no_such_name;

/// What an exchange without an answer means, with the host that was asked.
pub fn unreachable(error: &reqwest::Error) -> Failure {
    let host = error.url().and_then(host_of).unwrap_or_else(|| "the host".to_owned());
    if is_no_such_name(error) {
        return Failure::no_such_host(&host);
    }
    Failure::unreachable(match (error.is_timeout(), error.is_connect()) {
        (true, _) => format!("no answer in time from {host}"),
        (_, true) if is_of_certificate(error) => {
            format!("no connection to {host}: the certificate that is shown there is not accepted")
        }
        (_, true) => format!("no connection to {host}"),
        _ => format!("the exchange broke off: {host}"),
    })
}

/// Host and port, and nothing else of an address.
fn host_of(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}")))
}

/// Whether the TLS library did not trust whom it met. Its error is of a type that the HTTP library keeps to itself.
fn is_of_certificate(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.to_string().contains("certificate") {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_host_and_port_of_an_address_is_said() {
        let said = |url: &str| host_of(&url.parse().unwrap());
        assert_eq!(
            said("https://user:s3cret@api.twilio.com/x?PhoneNumber=1").as_deref(),
            Some("api.twilio.com")
        );
        assert_eq!(said("http://127.0.0.1:9/api.twilio.com/").as_deref(), Some("127.0.0.1:9"));
    }

    #[tokio::test]
    async fn whom_nobody_answers_for_is_named() {
        let gone = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).build().unwrap();
        let error = client.get(format!("http://{gone}/secret?query=1")).send().await.unwrap_err();
        assert_eq!(unreachable(&error).reason, format!("no connection to {gone}"));
    }
}
