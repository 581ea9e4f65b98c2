//! Pages of lists, in the styles of Twilio's API generations.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::access::Refusal;
use super::query;

/// How the next page of a list is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Paging {
    /// `next_page_uri`, relative: the 2010 API.
    Uri,
    /// `meta.next_page_url`: most others.
    Meta,
    /// `meta.nextToken`, sent back as `pageToken`: the v3-style APIs.
    Token,
    /// `meta.next_token`, sent back as `Token`: porting.
    SnakeToken,
    /// `has_next`, with `Page` counted up from 0: short code applications.
    Number,
}

impl Paging {
    const fn size_parameter(self) -> &'static str {
        match self {
            Self::Uri | Self::Meta | Self::Number => "PageSize",
            Self::Token => "pageSize",
            Self::SnakeToken => "Size",
        }
    }

    const fn token_parameter(self) -> &'static str {
        match self {
            Self::Uri | Self::Meta | Self::Number => "PageToken",
            Self::Token => "pageToken",
            Self::SnakeToken => "Token",
        }
    }

    const fn has_links(self) -> bool {
        matches!(self, Self::Uri | Self::Meta)
    }
}

/// Which page is asked for.
pub(super) struct PageRequest<'a> {
    /// The query as it came, decoded.
    pub(super) query: &'a [(String, String)],
    /// The path after the host, with its leading slash.
    pub(super) path: &'a str,
    /// `api`, `messaging`, `messaging.dublin.ie1`, …
    pub(super) host: &'a str,
    pub(super) paging: Paging,
    /// The size of a page where none is asked for.
    pub(super) default: usize,
    /// The largest page this list allows.
    pub(super) max_page: usize,
    /// Smaller pages than asked for, without a word: to get many pages out of few rows.
    pub(super) cap: Option<usize>,
}

struct Window {
    page: usize,
    size: usize,
    start: usize,
    end: usize,
}

/// A list from which a page is cut.
struct Rows<'a> {
    rows: &'a [&'a Value],
    /// The field that identifies a row.
    identity: &'a str,
}

impl Rows<'_> {
    fn identity_at(&self, place: usize) -> Option<&str> {
        self.rows.get(place).map(|row| row.get(self.identity).and_then(Value::as_str).unwrap_or_default())
    }

    fn place_of(&self, identity: &str) -> Option<usize> {
        (0..self.rows.len()).find(|place| self.identity_at(*place) == Some(identity))
    }

    /// The token of the page that begins after this row.
    fn token_after(&self, place: usize) -> Option<String> {
        self.identity_at(place).map(|identity| format!("PA{identity}"))
    }
}

impl PageRequest<'_> {
    pub(super) fn with_default(self, default: usize) -> Self {
        Self { default, ..self }
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        query::value(self.query, name)
    }

    /// A parameter that is a number.
    pub(super) fn number(&self, name: &str, default: usize) -> Result<usize, Refusal> {
        let bad = || Refusal::new(400, 20001, format!("Invalid {name} value"));
        self.parameter(name).map_or(Ok(default), |text| text.parse().map_err(|_| bad()))
    }

    fn window(&self, rows: &Rows<'_>) -> Result<Window, Refusal> {
        let size = self.number(self.paging.size_parameter(), self.default.min(self.max_page))?;
        if size == 0 || size > self.max_page {
            let message = format!("Page size must be between 1 and {}", self.max_page);
            return Err(Refusal::new(400, 20001, message));
        }
        let size = self.cap.map_or(size, |cap| size.min(cap));
        let page = self.number("Page", 0)?;
        let name = self.paging.token_parameter();
        // `Page` alone is no seek, except where there is nothing else: where a page begins is in the token.
        let start = match self.parameter(name) {
            _ if self.paging == Paging::Number => page.saturating_mul(size).min(rows.rows.len()),
            Some(token) => {
                let last = token.strip_prefix("PA").and_then(|identity| rows.place_of(identity));
                last.ok_or_else(|| Refusal::new(400, 21481, format!("Invalid {name}")))? + 1
            }
            None if page == 0 => 0,
            None => {
                let message = format!("{name} is required for pages after the first");
                return Err(Refusal::new(400, 20001, message));
            }
        };
        Ok(Window { page, size, start, end: (start + size).min(rows.rows.len()) })
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
            query.append_pair("PageToken", token);
        }
        let link = format!("{}?{}", self.path, query.finish());
        if self.paging == Paging::Uri { link } else { format!("https://{}.twilio.com{link}", self.host) }
    }

    /// One page of the rows, in the envelope of its style. Only what is on the page is shown, and so copied.
    pub(super) fn cut(
        &self,
        key: &str,
        rows: &[&Value],
        identity: &str,
        show: impl Fn(&Value) -> Value,
    ) -> Result<Value, Refusal> {
        let all = Rows { rows, identity };
        let window = self.window(&all)?;
        let shown = rows.get(window.start..window.end).unwrap_or_default();
        let mut envelope = Map::from_iter([(key.to_owned(), shown.iter().map(|row| show(row)).collect())]);
        let about = if self.paging.has_links() {
            self.linked(key, &all, &window)
        } else {
            self.unlinked(key, &all, &window)
        };
        envelope.extend(about.as_object().cloned().unwrap_or_default());
        Ok(Value::Object(envelope))
    }

    /// The tokens of the next page and of the one before.
    fn neighbours(rows: &Rows<'_>, window: &Window) -> (Option<String>, Option<String>) {
        let Window { size, start, end, .. } = *window;
        let next =
            end.checked_sub(1).filter(|_| end < rows.rows.len()).and_then(|last| rows.token_after(last));
        let before = start.checked_sub(size + 1).and_then(|last| rows.token_after(last));
        (next, before)
    }

    /// What is said about a page where links lead to the others.
    fn linked(&self, key: &str, rows: &Rows<'_>, window: &Window) -> Value {
        let Window { page, size, start, end } = *window;
        let (next, before) = Self::neighbours(rows, window);
        let next = next.map(|token| self.link(size, page + 1, Some(&token)));
        let previous = page.checked_sub(1).map(|page| self.link(size, page, before.as_deref()));
        let this = self.link(size, page, self.parameter("PageToken"));
        let first = self.link(size, 0, None);
        if self.paging == Paging::Uri {
            json!({
                "page": page, "page_size": size, "start": start, "end": end.saturating_sub(1), "uri": this,
                "first_page_uri": first, "previous_page_uri": previous, "next_page_uri": next,
            })
        } else {
            json!({"meta": {
                "key": key, "page": page, "page_size": size, "url": this,
                "first_page_url": first, "previous_page_url": previous, "next_page_url": next,
            }})
        }
    }

    /// What is said about a page where the client makes the next request itself.
    fn unlinked(&self, key: &str, rows: &Rows<'_>, window: &Window) -> Value {
        let Window { page, size, end, .. } = *window;
        let (next, before) = Self::neighbours(rows, window);
        let total = rows.rows.len();
        match self.paging {
            Paging::Number => json!({
                "page": page, "page_size": size, "total_pages": total.div_ceil(size), "total_elements": total,
                "has_next": end < total, "has_previous": page > 0,
            }),
            Paging::SnakeToken => json!({"meta": {"next_token": next, "previous_token": before}}),
            _ => json!({"meta": {"key": key, "pageSize": size, "nextToken": next, "previousToken": before}}),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Follows a list of seven rows to its end by what each page says: the rows, and how many pages.
    fn walk(paging: Paging, next: impl Fn(&Value) -> Option<(&'static str, String)>) -> (Vec<String>, usize) {
        let rows: Vec<Value> = (0..7).map(|n| json!({"sid": format!("XX{n}")})).collect();
        let rows: Vec<&Value> = rows.iter().collect();
        let size = (paging.size_parameter().to_owned(), "3".to_owned());
        let (mut query, mut found, mut pages) = (vec![size.clone()], Vec::new(), 0);
        loop {
            let request = PageRequest {
                query: &query,
                path: "/v1/Things",
                host: "product",
                paging,
                default: 50,
                max_page: 100,
                cap: None,
            };
            let page = request.cut("things", &rows, "sid", Value::clone).unwrap();
            let things = page["things"].as_array().unwrap().iter();
            found.extend(things.map(|row| row["sid"].as_str().unwrap().to_owned()));
            pages += 1;
            let Some((name, value)) = next(&page) else { return (found, pages) };
            query = vec![size.clone(), (name.to_owned(), value)];
        }
    }

    #[test]
    fn lists_without_links_lose_and_repeat_nothing() {
        let token = |page: &Value, field: &str| page["meta"][field].as_str().map(str::to_owned);
        let all: Vec<String> = (0..7).map(|n| format!("XX{n}")).collect();
        let camel = walk(Paging::Token, |page| Some(("pageToken", token(page, "nextToken")?)));
        assert_eq!(camel, (all.clone(), 3));
        let snake = walk(Paging::SnakeToken, |page| Some(("Token", token(page, "next_token")?)));
        assert_eq!(snake, (all.clone(), 3));
        let number = walk(Paging::Number, |page| {
            let more = page["has_next"].as_bool().unwrap();
            more.then(|| ("Page", (page["page"].as_u64().unwrap() + 1).to_string()))
        });
        assert_eq!(number, (all, 3));
    }

    #[test]
    fn each_style_has_its_own_words() {
        let query = |name: &str, value: &str| vec![(name.to_owned(), value.to_owned())];
        let rows = [json!({"sid": "XX0"}), json!({"sid": "XX1"})];
        let rows: Vec<&Value> = rows.iter().collect();
        let cut = |paging, query: &[(String, String)]| {
            let request = PageRequest {
                query,
                path: "/v3/Things",
                host: "product",
                paging,
                default: 50,
                max_page: 100,
                cap: None,
            };
            request.cut("things", &rows, "sid", Value::clone).map_err(|refusal| refusal.code)
        };
        let first = cut(Paging::Token, &query("pageSize", "1")).unwrap();
        let meta = json!({"key": "things", "pageSize": 1, "nextToken": "PAXX0", "previousToken": null});
        assert_eq!(first["meta"], meta);
        assert_eq!(cut(Paging::Token, &query("pageSize", "101")), Err(20001));
        assert_eq!(cut(Paging::Token, &query("pageToken", "nonsense")), Err(21481));
        // The words of another style are not understood.
        assert_eq!(cut(Paging::Token, &query("PageSize", "1")).unwrap()["meta"]["nextToken"], Value::Null);
        let first = cut(Paging::SnakeToken, &query("Size", "1")).unwrap();
        assert_eq!(first["meta"], json!({"next_token": "PAXX0", "previous_token": null}));
    }
}
