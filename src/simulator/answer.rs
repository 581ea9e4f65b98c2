//! Answers as Twilio words them: objects, errors, XML.

use serde_json::{Value, json};

use super::access::Refusal;

/// What is sent back.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self { status, content_type, headers: Vec::new(), body: body.into_bytes() }
    }

    pub(super) fn json(value: &Value) -> Self {
        Self::new(200, "application/json;charset=utf-8", value.to_string())
    }

    /// An answer of the SCIM API.
    pub(super) fn scim(value: &Value) -> Self {
        Self::new(200, "application/scim+json", value.to_string())
    }

    pub(super) fn refusal(refusal: &Refusal) -> Self {
        let Refusal { status, code, message } = refusal;
        let body = json!({
            "code": code, "message": message, "status": status,
            "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
        });
        let mut answer = Self { status: *status, ..Self::json(&body) };
        if *status == 401 {
            answer.headers.push(("www-authenticate", r#"Basic realm="Twilio API""#.into()));
        }
        answer
    }

    /// What the 2010 API says to a path without `.json`.
    pub(super) fn xml() -> Self {
        let body = "<?xml version='1.0' encoding='UTF-8'?>\n<TwilioResponse></TwilioResponse>";
        Self::new(200, "application/xml", body.into())
    }
}
