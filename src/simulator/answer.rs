//! Answers as Twilio words them: pages in both styles, single objects, errors, XML.

use serde_json::{Map, Value, json};

use super::access::Refusal;

/// What is sent back.
#[derive(Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) content_type: &'static str,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Self { status, content_type, headers: Vec::new(), body }
    }

    pub(super) fn json(value: &Value) -> Self {
        Self::new(200, "application/json;charset=utf-8", value.to_string())
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

/// Which page is asked for.
pub(super) struct PageRequest<'a> {
    /// The query as it came, decoded.
    pub(super) query: &'a [(String, String)],
    /// The path after the host, with its leading slash.
    pub(super) path: &'a str,
    /// `api`, `messaging`, …
    pub(super) host: &'a str,
    /// The largest page this list allows.
    pub(super) max_page: usize,
    /// Whether the next page is told by a token instead of a link.
    pub(super) by_token: bool,
    /// Smaller pages than asked for, without a word: to get many pages out of few rows.
    pub(super) cap: Option<usize>,
}

struct Window {
    page: usize,
    size: usize,
    start: usize,
    end: usize,
}

impl PageRequest<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn number(&self, name: &str, default: usize) -> Result<usize, Refusal> {
        let bad = || Refusal::new(400, 20001, format!("Invalid {name} value"));
        self.parameter(name).map_or(Ok(default), |text| text.parse().map_err(|_| bad()))
    }

    fn window(&self, identities: &[&str]) -> Result<Window, Refusal> {
        let (size, token) = if self.by_token { ("Size", "Token") } else { ("PageSize", "PageToken") };
        let size = self.number(size, 50.min(self.max_page))?;
        if size == 0 || size > self.max_page {
            let message = format!("Page size must be between 1 and {}", self.max_page);
            return Err(Refusal::new(400, 20001, message));
        }
        let size = self.cap.map_or(size, |cap| size.min(cap));
        let page = self.number("Page", 0)?;
        // `Page` alone is no seek: where a page begins is in the token.
        let start = match self.parameter(token) {
            Some(token) => {
                let last = token.strip_prefix("PA").and_then(|sid| identities.iter().position(|i| *i == sid));
                last.ok_or_else(|| Refusal::new(400, 21481, "Invalid PageToken"))? + 1
            }
            None if page == 0 => 0,
            None => return Err(Refusal::new(400, 20001, "PageToken is required for pages after the first")),
        };
        Ok(Window { page, size, start, end: (start + size).min(identities.len()) })
    }

    /// This request again for another page: path and query, filters included.
    fn link(&self, size: usize, page: usize, token: Option<&str>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        let paging = ["Page", "PageSize", "PageToken"];
        for (name, value) in self.query.iter().filter(|(name, _)| !paging.contains(&name.as_str())) {
            query.append_pair(name, value);
        }
        query.append_pair("PageSize", &size.to_string()).append_pair("Page", &page.to_string());
        if let Some(token) = token {
            query.append_pair("PageToken", &format!("PA{token}"));
        }
        let link = format!("{}?{}", self.path, query.finish());
        if self.host == "api" { link } else { format!("https://{}.twilio.com{link}", self.host) }
    }

    /// One page of the rows, in the envelope of the host's API generation.
    pub(super) fn cut(&self, key: &str, rows: &[Value], identity: &str) -> Result<Value, Refusal> {
        let identities: Vec<&str> =
            rows.iter().map(|row| row.get(identity).and_then(Value::as_str).unwrap_or_default()).collect();
        let Window { page, size, start, end } = self.window(&identities)?;
        let last = end.checked_sub(1).and_then(|last| identities.get(last)).copied();
        let next = (end < rows.len()).then(|| self.link(size, page + 1, last));
        let before = start.checked_sub(size + 1).and_then(|last| identities.get(last)).copied();
        let previous = page.checked_sub(1).map(|page| self.link(size, page, before));
        let this =
            self.link(size, page, self.parameter("PageToken").and_then(|token| token.strip_prefix("PA")));
        let shown = rows.get(start..end).unwrap_or_default();
        let mut envelope = Map::from_iter([(key.to_owned(), Value::from(shown))]);
        let first = self.link(size, 0, None);
        let paging = if self.by_token {
            let token = last.filter(|_| end < rows.len()).map(|last| format!("PA{last}"));
            json!({"meta": {"next_token": token, "previous_token": null}})
        } else if self.host == "api" {
            json!({
                "page": page, "page_size": size, "start": start, "end": end.saturating_sub(1), "uri": this,
                "first_page_uri": first, "previous_page_uri": previous, "next_page_uri": next,
            })
        } else {
            json!({"meta": {
                "key": key, "page": page, "page_size": size, "url": this,
                "first_page_url": first, "previous_page_url": previous, "next_page_url": next,
            }})
        };
        envelope.extend(paging.as_object().cloned().unwrap_or_default());
        Ok(Value::Object(envelope))
    }
}
