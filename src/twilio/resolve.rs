//! Looking up names, so that a name that does not exist can be told from a network that does not answer.

use std::error::Error;
use std::io;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

/// The resolver says that there is no such name.
#[derive(Debug, thiserror::Error)]
#[error("no such host")]
pub(super) struct NoSuchName;

/// The resolver of the system.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            match tokio::net::lookup_host((name.as_str(), 0)).await {
                Ok(addresses) => Ok(Box::new(addresses.collect::<Vec<_>>().into_iter()) as Addrs),
                Err(error) if says_no_such_name(&error) => Err(NoSuchName.into()),
                Err(error) => Err(error.into()),
            }
        })
    }
}

/// The system's words for "this name does not exist": glibc, musl, macOS. The standard library keeps the error's
/// number to itself. Whatever is worded differently counts as a network that does not answer.
const NO_SUCH_NAME: [&str; 3] =
    ["Name or service not known", "Name does not resolve", "nodename nor servname provided, or not known"];

/// `WSAHOST_NOT_FOUND` on Windows.
const HOST_NOT_FOUND: i32 = 11001;

fn says_no_such_name(error: &io::Error) -> bool {
    let text = error.to_string();
    error.raw_os_error() == Some(HOST_NOT_FOUND) || NO_SUCH_NAME.iter().any(|words| text.contains(words))
}

/// Whether an error of the HTTP library came from a name that does not exist.
pub(super) fn is_no_such_name(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if error.is::<NoSuchName>() {
            return true;
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct Answers(fn() -> Box<dyn Error + Send + Sync>);

    impl Resolve for Answers {
        fn resolve(&self, _: Name) -> Resolving {
            let error = (self.0)();
            Box::pin(async move { Err(error) })
        }
    }

    async fn error_of(resolver: Answers) -> reqwest::Error {
        let client = reqwest::Client::builder().no_proxy().tls_certs_only([]).dns_resolver(resolver);
        client.build().unwrap().get("http://gone.twilio.com/").send().await.unwrap_err()
    }

    #[tokio::test]
    async fn a_name_that_does_not_exist_is_told_from_a_silent_network() {
        assert!(is_no_such_name(&error_of(Answers(|| NoSuchName.into())).await));
        let silent = || io::Error::other("Temporary failure in name resolution").into();
        assert!(!is_no_such_name(&error_of(Answers(silent)).await));
    }

    #[test]
    fn the_words_of_the_systems() {
        let says = |words: &str| {
            says_no_such_name(&io::Error::other(format!("failed to lookup address information: {words}")))
        };
        assert!(says("Name or service not known"));
        assert!(says("nodename nor servname provided, or not known"));
        assert!(!says("Temporary failure in name resolution"));
        assert!(!says("No address associated with hostname"));
    }
}
