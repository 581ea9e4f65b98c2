//! Trouble to order: what the network, a gateway or Twilio itself may do wrong.

use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::access::Refusal;
use super::answer::Answer;

/// Trouble for the requests whose path begins in a certain way, or that are for one address.
#[derive(Debug, Clone)]
pub struct Fault {
    /// The beginning of `/HOST/PATH?QUERY` as it arrives, `HOST` in full: `/api.twilio.com/2010-04-01/`.
    pub path_prefix: String,
    /// The one address that it happens at, to its end: `/sync.twilio.com/v1/Services/{}/Maps?Order=asc`. `{}` stands
    /// for any one part of the path. The parameters must be there, among whatever others; none need be named.
    /// `None` for every address with the prefix.
    pub address: Option<String>,
    /// What happens.
    pub trouble: Trouble,
    /// How many requests it happens to; `None` for all of them.
    pub times: Option<u32>,
    /// The full SID of an account: it happens only to requests for it, which are those whose path names it and
    /// those whose credential belongs to it. `None` for all requests.
    pub account: Option<String>,
    /// It happens only to requests of this method: `POST`. `None` for all of them.
    pub method: Option<String>,
    /// How many requests that it would happen to are spared first.
    pub spared: u32,
}

/// What can go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trouble {
    /// An error in Twilio's JSON.
    Error {
        /// The HTTP status.
        status: u16,
        /// Twilio's code.
        code: u32,
        /// Twilio's message.
        message: String,
    },
    /// Any answer at all.
    Answer {
        /// The HTTP status.
        status: u16,
        /// The `Content-Type`.
        content_type: &'static str,
        /// The body.
        body: String,
    },
    /// A gateway's page: HTML with this status.
    Html {
        /// The HTTP status.
        status: u16,
    },
    /// 429 with code 20429, and a `Retry-After` of so many seconds if given.
    TooManyRequests {
        /// Seconds.
        retry_after: Option<u32>,
    },
    /// A redirect to this address.
    Redirect {
        /// The `Location`.
        location: String,
    },
    /// The right answer, but its JSON ends in the middle.
    CutJson,
    /// The right answer in Latin-1: where a letter has an accent, it is no UTF-8.
    Latin1,
    /// The right answer, but the connection breaks in the middle of the body.
    BrokenBody,
    /// The connection closes without an answer.
    Disconnect,
    /// No answer at all while the simulator runs.
    Hang,
    /// The right answer with every `account_sid` replaced by this SID.
    WrongAccount {
        /// The SID.
        sid: String,
    },
    /// A list's page without its rows; the link to the next page stays.
    EmptyPage,
    /// This trouble, but a writing request has been carried out by then. Of itself, trouble that leaves no right
    /// answer comes before anything is changed.
    Afterwards(Box<Self>),
    /// The right answer, but before it somebody else changes the row or single object that is asked for.
    Meanwhile {
        /// Its field, dots between nested names.
        field: String,
        /// What it becomes.
        value: Value,
    },
}

impl Fault {
    /// The trouble for every request to a path that begins like this.
    pub fn always(path_prefix: impl Into<String>, trouble: Trouble) -> Self {
        Self {
            path_prefix: path_prefix.into(),
            address: None,
            trouble,
            times: None,
            account: None,
            method: None,
            spared: 0,
        }
    }

    /// The trouble for the first so many requests to it; what comes later is fine.
    pub fn times(path_prefix: impl Into<String>, trouble: Trouble, times: u32) -> Self {
        Self { times: Some(times), ..Self::always(path_prefix, trouble) }
    }

    /// The trouble for every request of one account to a path that begins like this.
    pub fn of_account(account: impl Into<String>, path_prefix: impl Into<String>, trouble: Trouble) -> Self {
        Self { account: Some(account.into()), ..Self::always(path_prefix, trouble) }
    }

    /// The trouble for every request of one account to one address and to nothing below or beside it; see
    /// [`Fault::address`].
    pub fn at(account: impl Into<String>, address: impl Into<String>, trouble: Trouble) -> Self {
        Self { address: Some(address.into()), ..Self::of_account(account, "/", trouble) }
    }

    /// The same for requests of this method alone.
    #[must_use]
    pub fn of_method(self, method: impl Into<String>) -> Self {
        Self { method: Some(method.into()), ..self }
    }

    /// The same after so many requests were spared.
    #[must_use]
    pub fn sparing(self, requests: u32) -> Self {
        Self { spared: requests, ..self }
    }

    fn strikes(&self, method: &str, path: &str, account: &str) -> bool {
        self.times != Some(0)
            && self.method.as_deref().is_none_or(|of| of == method)
            && path.starts_with(&self.path_prefix)
            && self.address.as_deref().is_none_or(|address| is_at(path, address))
            && self.account.as_deref().is_none_or(|of| of == account || Some(of) == named_in(path))
    }
}

impl Trouble {
    /// Whether a writing request comes to nothing by it.
    pub(super) const fn prevents(&self) -> bool {
        matches!(
            self,
            Self::Error { .. }
                | Self::Answer { .. }
                | Self::Html { .. }
                | Self::TooManyRequests { .. }
                | Self::Redirect { .. }
                | Self::Disconnect
                | Self::Hang
        )
    }

    /// The answer where there is no right one.
    pub(super) fn instead(&self) -> Answer {
        let mut answer = Answer::new(0, "text/plain", String::new());
        self.clone().spoil(&mut answer);
        answer
    }

    /// Changes the right answer into the wrong one.
    pub(super) fn spoil(self, answer: &mut Answer) {
        match self {
            Self::Error { status, code, message } => {
                *answer = Answer::refusal(&Refusal { status, code, message });
            }
            Self::Answer { status, content_type, body } => *answer = Answer::new(status, content_type, body),
            Self::Html { status } => {
                let body = "<html><body><h1>Service unavailable</h1></body></html>";
                *answer = Answer::new(status, "text/html", body.into());
            }
            Self::TooManyRequests { retry_after } => {
                *answer = Answer::refusal(&Refusal::new(429, 20429, "Too Many Requests"));
                answer.headers.extend(retry_after.map(|seconds| ("retry-after", seconds.to_string())));
            }
            Self::Redirect { location } => {
                *answer = Answer::new(307, "text/plain", String::new());
                answer.headers.push(("location", location));
            }
            Self::CutJson => {
                let mut half = answer.body.len() / 2;
                // Not in the middle of a letter: what is wrong is that it ends.
                while std::str::from_utf8(&answer.body[..half]).is_err() {
                    half += 1;
                }
                answer.body.truncate(half);
            }
            Self::Latin1 => answer.body = in_latin_1(&answer.body),
            Self::WrongAccount { sid } => change(answer, |value| replace_accounts(value, &sid)),
            Self::EmptyPage => change(answer, empty_lists),
            Self::Afterwards(trouble) => trouble.spoil(answer),
            // These concern the connection or the state, not the answer.
            Self::BrokenBody | Self::Disconnect | Self::Hang | Self::Meanwhile { .. } => {}
        }
    }
}

/// Whether a request, as [`super::Request::path`] has it, is for this address, which is one of [`Fault::address`].
pub fn is_at(asked: &str, address: &str) -> bool {
    let (asked_path, asked_query) = asked.split_once('?').unwrap_or((asked, ""));
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let (mut asked_parts, mut parts) = (asked_path.split('/'), path.split('/'));
    let is_same_path =
        parts.by_ref().all(|part| asked_parts.next().is_some_and(|asked| part == "{}" || part == asked))
            && asked_parts.next().is_none();
    let parameters = |query| url::form_urlencoded::parse(str::as_bytes(query));
    is_same_path && parameters(query).all(|named| parameters(asked_query).any(|given| given == named))
}

/// The account that a path of the 2010 API names.
fn named_in(path: &str) -> Option<&str> {
    let (_, rest) = path.split_once("/2010-04-01/Accounts/")?;
    rest.split(['/', '.', '?']).next()
}

fn change(answer: &mut Answer, how: impl FnOnce(&mut Value)) {
    if let Ok(mut value) = serde_json::from_slice::<Value>(&answer.body) {
        how(&mut value);
        answer.body = value.to_string().into_bytes();
    }
}

/// The same text in Latin-1, with a question mark for what it lacks.
fn in_latin_1(utf8: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(utf8);
    text.chars().map(|letter| u8::try_from(u32::from(letter)).unwrap_or(b'?')).collect()
}

fn replace_accounts(value: &mut Value, sid: &str) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                if name == "account_sid" { *value = sid.into() } else { replace_accounts(value, sid) }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace_accounts(item, sid)),
        _ => {}
    }
}

fn empty_lists(value: &mut Value) {
    let fields = value.as_object_mut().into_iter().flat_map(|fields| fields.values_mut());
    fields.filter_map(Value::as_array_mut).for_each(Vec::clear);
}

/// The trouble that is still to come.
pub(super) struct Faults(Mutex<Vec<Fault>>);

impl Faults {
    pub(super) fn new(faults: Vec<Fault>) -> Self {
        Self(Mutex::new(faults))
    }

    pub(super) fn add(&self, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
    }

    pub(super) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The trouble for this request, whose credential belongs to the given account; counts it.
    pub(super) fn strike(&self, method: &str, path: &str, account: &str) -> Option<Trouble> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for fault in faults.iter_mut().filter(|fault| fault.strikes(method, path, account)) {
            match fault.spared.checked_sub(1) {
                Some(spared) => fault.spared = spared,
                None => {
                    fault.times = fault.times.map(|times| times - 1);
                    return Some(fault.trouble.clone());
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::is_at;

    #[test]
    fn an_address_is_nothing_below_or_beside_it() {
        let asked = "/sync.twilio.com/v1/Services/IS1/Maps?Status=a%2Cb&PageSize=100";
        for address in [
            "/sync.twilio.com/v1/Services/IS1/Maps",
            "/sync.twilio.com/v1/Services/{}/Maps",
            "/sync.twilio.com/v1/Services/{}/Maps?Status=a,b",
        ] {
            assert!(is_at(asked, address), "{address}");
        }
        for address in [
            "/sync.twilio.com/v1/Services/{}",
            "/sync.twilio.com/v1/Services/{}/Maps/{}",
            "/sync.twilio.com/v1/Services/{}/Lists",
            "/sync.twilio.com/v1/Services/{}/Maps?Status=a",
            "/sync.twilio.com/v1/Services/{}/Maps?Order=asc",
        ] {
            assert!(!is_at(asked, address), "{address}");
        }
    }
}
