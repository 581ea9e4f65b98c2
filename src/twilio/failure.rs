//! An answer that is not the one asked for, and what it means.

use serde::Deserialize;
use serde_json::value::RawValue;

/// What a failed request means for the one who asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The credential may not read this.
    Denied,
    /// The account enforces public key client validation: no plain request is answered.
    ClientValidation,
    /// Test credentials, which can read next to nothing.
    TestCredentials,
    /// The account is suspended or closed.
    InactiveAccount,
    /// It is not there.
    NotFound,
    /// An OAuth app that gets no access token: deleted, or its secret was rotated.
    NoToken,
    /// The name of the host does not exist.
    NoSuchHost,
    /// Twilio has taken this API out of service.
    Retired,
    /// Never sent: the run is to halt.
    Halted,
    /// Nothing came back: no connection, or no answer in time.
    Unreachable,
    /// Anything else: refused, unreadable.
    Broken,
}

/// A failed request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Failure {
    /// What it means.
    pub kind: FailureKind,
    /// The HTTP status, where there was an answer.
    pub http_status: Option<u16>,
    /// Twilio's error code, where the answer named one.
    pub twilio_code: Option<u32>,
    /// The permission that Twilio says is missing.
    pub missing_permission: Option<String>,
    /// In words, for the coverage report. Never holds text of the answer: that may carry anything.
    pub reason: String,
}

/// Twilio's code for a key or an app whose policy does not allow it.
const LACKS_PERMISSION: u32 = 70051;

/// The fields of Twilio's error bodies that are understood. All are optional in one API or another.
#[derive(Debug, Default, Deserialize)]
struct ErrorBody<'a> {
    /// Not made into a value: whatever it is would take room.
    #[serde(borrow, default)]
    code: Option<&'a RawValue>,
    #[serde(default)]
    message: Option<String>,
}

impl Failure {
    /// A failure without a usable answer.
    pub fn broken(reason: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Broken,
            http_status: None,
            twilio_code: None,
            missing_permission: None,
            reason: reason.into(),
        }
    }

    /// The run is to halt, and nothing more is sent.
    pub(super) fn halted() -> Self {
        Self { kind: FailureKind::Halted, ..Self::broken("the scan was halted") }
    }

    /// The host's name does not exist.
    pub(super) fn no_such_host(host: &str) -> Self {
        let kind = FailureKind::NoSuchHost;
        Self { kind, ..Self::broken(format!("no name server knows the host {host}")) }
    }

    /// Nothing came back.
    pub(super) fn unreachable(reason: impl Into<String>) -> Self {
        Self { kind: FailureKind::Unreachable, ..Self::broken(reason) }
    }

    /// The same failure, with the status of the answer.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { http_status: Some(status), ..self }
    }

    /// Whether Twilio knows the credential and says that its policy lacks a permission.
    pub fn is_of_policy(&self) -> bool {
        self.twilio_code == Some(LACKS_PERMISSION)
    }

    /// Understands an answer with another status than 200. Sources: Twilio's error dictionary at
    /// <https://www.twilio.com/docs/api/errors>, codes 10001, 20003, 20005, 20403, 20404, 20410,
    /// 20429, 70051, 70052; 20008 is inferred for test credentials.
    pub fn of_answer(status: u16, body: &[u8]) -> Self {
        let error: ErrorBody<'_> = serde_json::from_slice(body).unwrap_or_default();
        // A number, or one in quotation marks.
        let code = error.code.and_then(|code| code.get().trim_matches('"').parse().ok());
        let (kind, reason) = meaning(status, code);
        Self {
            kind,
            http_status: Some(status),
            twilio_code: code,
            missing_permission: error.message.as_deref().and_then(named_permission),
            reason: reason.to_owned(),
        }
    }
}

fn meaning(status: u16, code: Option<u32>) -> (FailureKind, &'static str) {
    use FailureKind::{
        Broken, ClientValidation, Denied, InactiveAccount, NotFound, Retired, TestCredentials,
    };
    match (status, code) {
        (_, Some(70052)) => {
            (ClientValidation, "the account enforces public key client validation, which this tool cannot do")
        }
        (_, Some(20008)) => (TestCredentials, "these are test credentials, which cannot read the account"),
        (_, Some(20403 | 20005 | 10001)) => {
            (InactiveAccount, "the account is suspended, closed or not active")
        }
        (401, Some(LACKS_PERMISSION)) => (Denied, "the key lacks a permission"),
        (401, _) => (Denied, "the credential is not accepted here"),
        (403, _) => (Denied, "access is forbidden"),
        (404, _) => (NotFound, "not found"),
        (409, _) => (Broken, "it conflicts with something else that is going on or there"),
        (410, _) => (Retired, "Twilio has retired this API"),
        (429, _) => (Broken, "too many requests at once, also after waiting"),
        (300..=399, _) => (Broken, "redirected, which is never followed"),
        (400, _) => (Broken, "the request was not understood"),
        (500..=599, _) => (Broken, "Twilio had an error, also after trying again"),
        _ => (Broken, "an unexpected status"),
    }
}

/// The permission in `required permission twilio/… is missing`, with its leading slash.
fn named_permission(message: &str) -> Option<String> {
    let (_, rest) = message.split_once("required permission ")?;
    let name = rest.split_whitespace().next()?.trim_matches('/');
    let is_plain = name.starts_with("twilio/")
        && name.len() < 200
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"/.-*_".contains(&b));
    is_plain.then(|| format!("/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(status: u16, body: &str) -> Failure {
        Failure::of_answer(status, body.as_bytes())
    }

    #[test]
    fn documented_errors_are_told_apart() {
        let cases = [
            (
                401,
                r#"{"code":20003,"message":"Authenticate","status":401}"#,
                FailureKind::Denied,
                Some(20003),
            ),
            (401, r#"{"code":70051,"message":"x","status":401}"#, FailureKind::Denied, Some(70051)),
            (403, r#"{"code":70052}"#, FailureKind::ClientValidation, Some(70052)),
            (403, r#"{"code":20008}"#, FailureKind::TestCredentials, Some(20008)),
            (403, r#"{"code":"20403"}"#, FailureKind::InactiveAccount, Some(20403)),
            (404, r#"{"status":404,"message":"no code"}"#, FailureKind::NotFound, None),
            (410, r#"{"code":20410}"#, FailureKind::Retired, Some(20410)),
            (429, "", FailureKind::Broken, None),
            (500, "<html>oops</html>", FailureKind::Broken, None),
            (302, "", FailureKind::Broken, None),
            (404, r#"{"schemas":["urn"],"detail":"x","status":"404"}"#, FailureKind::NotFound, None),
        ];
        for (status, body, kind, code) in cases {
            let failure = failure(status, body);
            assert_eq!((failure.kind, failure.twilio_code), (kind, code), "{status} {body}");
        }
    }

    #[test]
    fn the_missing_permission_is_read_out_of_the_message() {
        let body = r#"{"code":70051,"message":"Authorization Error: required permission twilio/messaging/services/list is missing"}"#;
        assert_eq!(failure(401, body).missing_permission.as_deref(), Some("/twilio/messaging/services/list"));
        let hostile = r#"{"code":70051,"message":"required permission =cmd|'/c calc'!A1 is missing"}"#;
        assert_eq!(failure(401, hostile).missing_permission, None);
    }

    #[test]
    fn nothing_of_the_answer_reaches_the_reason() {
        let failure = failure(401, r#"{"code":20003,"message":"token 5f4dcc3b5aa765d61d8327deb882cf99"}"#);
        assert!(!format!("{failure:?}").contains("5f4dcc3b"));
    }
}
