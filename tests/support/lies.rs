//! What a hostile Twilio may answer to a request for a list, and what is to be said of each.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use twilio_audit::catalogue::{Answer, Endpoint, KINDS, Keep, Kind, Paging, Per};
use twilio_audit::simulator::sid;

use super::liar::{Asked, Lie, answer, bomb, bytes, drip, endless, json as reply, made};

/// The account that is audited, and one that is not.
pub const OWN: &str = "AC0001";
pub const OTHER: &str = "AC0666";

/// A list that is lied about.
#[derive(Clone, Copy)]
pub struct Target {
    pub kind: &'static Kind,
    key: &'static str,
    paging: Paging,
}

/// What is told of a list that was lied about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    /// `failed`, with a reason that has these words.
    Failed(&'static str),
    /// It was read: the lie was no lie, or changes nothing.
    Complete,
}

/// What a lie needs of the list that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Any.
    List,
    /// A list with a whole number in its rows.
    Number,
}

/// One lie.
pub struct Case {
    pub name: String,
    pub needs: Needs,
    pub told: Told,
    /// Whether the connection is reset after it.
    pub resets: bool,
    pub lie: Box<dyn Fn(Target) -> Lie + Send + Sync>,
}

impl Target {
    /// The lists of an account that stand under nothing, and have no second source.
    pub fn all() -> Vec<Self> {
        let all: Vec<Self> = KINDS.iter().copied().filter_map(Self::of).collect();
        let path = |kind: &Kind| kind.endpoint().map(|endpoint| (endpoint.host, endpoint.path));
        let is_alone =
            |target: &&Self| KINDS.iter().filter(|kind| path(kind) == path(target.kind)).count() == 1;
        all.iter().filter(is_alone).copied().collect()
    }

    pub fn named(name: &str) -> Self {
        Self::all().into_iter().find(|target| target.kind.name == name).unwrap()
    }

    fn of(kind: &'static Kind) -> Option<Self> {
        let endpoint: &Endpoint = kind.endpoint()?;
        let Answer::List { key, paging: paging @ (Paging::Uri | Paging::Meta), page_size: 2.. } =
            endpoint.answer
        else {
            return None;
        };
        let is_plain = endpoint.per == Per::Account
            && endpoint.fallback.is_none()
            && endpoint.until.is_none()
            && endpoint.max_pages == u32::MAX
            && !endpoint.by_organization
            && !key.is_empty()
            && kind.identity == ["sid"];
        is_plain.then_some(Self { kind, key, paging })
    }

    /// The path of requests for it.
    pub fn address(self) -> String {
        let endpoint = self.kind.endpoint().unwrap();
        format!("/{}.twilio.com{}", endpoint.host.label(), endpoint.path.replace("{account}", &sid(OWN)))
    }

    pub fn has(self, needs: Needs) -> bool {
        match needs {
            Needs::List => true,
            Needs::Number => self.number().is_some(),
        }
    }

    /// A field of its rows that is a whole number or nothing.
    fn number(self) -> Option<&'static str> {
        let plain = self.kind.columns.iter().filter(|column| !column.path.contains('.'));
        plain.filter(|column| matches!(column.keep, Keep::Int)).map(|column| column.path).next()
    }

    /// A row as Twilio writes it: what is not set is null, not left out.
    pub fn row(self, short: &str) -> Value {
        let mut row = json!({"account_sid": sid(OWN)});
        for column in self.kind.columns {
            row[column.path.split('.').next().unwrap()] = Value::Null;
        }
        row["sid"] = json!(short);
        if self.paging == Paging::Uri {
            row["account_sid"] = json!(sid(OWN));
        }
        row
    }

    /// A page with these rows, as JSON, and this link.
    pub fn page(self, rows: &str, next: &str) -> String {
        let next = if next == "null" { next.to_owned() } else { json!(next).to_string() };
        let key = self.key;
        match self.paging {
            Paging::Uri => format!(r#"{{"{key}":[{rows}],"next_page_uri":{next}}}"#),
            _ => format!(r#"{{"{key}":[{rows}],"meta":{{"key":"{key}","next_page_url":{next}}}}}"#),
        }
    }

    fn whole(self) -> Vec<u8> {
        reply(self.page(&self.row("XX1").to_string(), "null"))
    }
}

fn case(name: impl Into<String>, told: Told, lie: impl Fn(Target) -> Lie + Send + Sync + 'static) -> Case {
    Case { name: name.into(), needs: Needs::List, told, resets: false, lie: Box::new(lie) }
}

impl Case {
    fn of(self, needs: Needs) -> Self {
        Self { needs, ..self }
    }

    fn then_reset(self) -> Self {
        Self { resets: true, ..self }
    }
}

/// Every lie that is soon told; `elsewhere` is `HOST:PORT`.
pub fn all(elsewhere: &str) -> Vec<Case> {
    [links(elsewhere), redirects(elsewhere), contents(), rows(), bodies(), heads(), encodings(), breaks()]
        .into_iter()
        .flatten()
        .collect()
}

/// Links to a next page that must not be followed.
fn links(elsewhere: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = [
        ("to another host", format!("http://{elsewhere}/page")),
        ("to another host by https", format!("https://{elsewhere}/page")),
        ("to another host, without a scheme", format!("//{elsewhere}/page")),
        ("to another host behind a user's name", format!("https://api.twilio.com@{elsewhere}/page")),
        ("to another host of Twilio's", "https://lookups.twilio.com/v1/x".to_owned()),
        ("to a file", "file:///etc/passwd".to_owned()),
        ("of data", "data:application/json,{}".to_owned()),
        ("to another list", "/2010-04-01/Accounts/AC1/Messages.json".to_owned()),
        ("to another account", format!("/2010-04-01/Accounts/{}/Keys.json", sid(OTHER))),
        ("up and out", "/../../..".to_owned()),
    ]
    .into_iter()
    .map(|(name, link)| {
        let lie = move |target: Target| bytes(reply(target.page("", &link)));
        case(format!("next page {name}"), Told::Failed("leads elsewhere"), lie)
    })
    .collect();
    type Change = fn(&str) -> String;
    let changed: [(&str, Change); 3] = [
        ("by plain http", |address| address.replace("https:", "http:")),
        ("with a user and a password", |address| address.replace("https://", "https://me:secret@")),
        ("at another port", |address| address.replace(".com/", ".com:8443/")),
    ];
    for (name, change) in changed {
        let lie = move |target: Target| made(move |asked| reply(target.page("", &change(&asked.address()))));
        cases.push(case(format!("next page {name}"), Told::Failed("leads elsewhere"), lie));
    }
    cases.push(case("next page is no address", Told::Failed("cannot be read"), |target| {
        bytes(reply(target.page("", "https://[")))
    }));
    let to_itself =
        |target: Target| made(move |asked| reply(target.page("", &asked.path.replacen('/', "https://", 1))));
    cases.push(case("next page is the page itself", Told::Failed("lead back"), to_itself));
    let in_a_circle = |target: Target| {
        made(move |asked: &Asked| {
            let next = format!("{}?Page={}", asked.address(), (asked.before + 1) % 3);
            reply(target.page(&target.row(&format!("XX{}", asked.before)).to_string(), &next))
        })
    };
    cases.push(case("next pages in a circle", Told::Failed("lead back"), in_a_circle));
    let without_end = |target: Target| {
        made(move |asked: &Asked| {
            let next = format!("{}?Page={}", asked.address(), asked.before + 1);
            reply(target.page(&target.row(&format!("XX{}", asked.before)).to_string(), &next))
        })
    };
    cases.push(case("next pages without end", Told::Failed("more than 1000 pages"), without_end));
    cases
}

fn redirects(elsewhere: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for status in [300, 301, 302, 303, 307, 308] {
        let location = format!("Location: http://{elsewhere}/\r\n");
        let redirect = answer(&format!("{status} Go"), &location, "");
        cases.push(case(
            format!("redirect {status} to another host"),
            Told::Failed("redirected"),
            move |_| bytes(redirect.clone()),
        ));
    }
    for location in ["https://lookups.twilio.com/", "file:///etc/passwd", "/", "?", "http://[", "\u{fffd}"] {
        let redirect = answer("302 Go", &format!("Location: {location}\r\n"), "");
        cases.push(case(format!("redirect to `{location}`"), Told::Failed("redirected"), move |_| {
            bytes(redirect.clone())
        }));
    }
    cases
}

/// Bodies that are no page.
fn contents() -> Vec<Case> {
    let no_object = Told::Failed("no JSON object");
    let deep = 10_000;
    let texts: Vec<(&str, Told, Vec<u8>)> = vec![
        ("an HTML page that calls itself JSON", no_object, b"<html>Sign in to the Wi-Fi</html>".to_vec()),
        ("nothing", no_object, Vec::new()),
        ("null", no_object, b"null".to_vec()),
        ("a text", no_object, br#""services""#.to_vec()),
        ("a number beyond all numbers", no_object, b"1e999".to_vec()),
        ("an empty list in place of an object", no_object, b"[]".to_vec()),
        ("an empty object", Told::Failed("no list"), b"{}".to_vec()),
        ("10,000 lists in one another", no_object, "[".repeat(deep).into_bytes()),
        ("10,000 objects in one another", Told::Failed("no list"), {
            format!("{}1{}", r#"{"a":"#.repeat(deep), "}".repeat(deep)).into_bytes()
        }),
        ("JSON that ends too early", no_object, br#"{"a":[1,2"#.to_vec()),
        ("JSON and more", no_object, br#"{"a":[]}{"a":[]}"#.to_vec()),
        ("a byte order mark", no_object, b"\xef\xbb\xbf{}".to_vec()),
        ("UTF-16", no_object, "{}".encode_utf16().flat_map(u16::to_le_bytes).collect()),
        ("zero bytes", no_object, vec![0; 64]),
    ];
    let mut cases: Vec<Case> = texts
        .into_iter()
        .map(|(name, told, text)| case(format!("body: {name}"), told, move |_| bytes(reply(text.clone()))))
        .collect();
    for kind in ["text/html", "image/png", "application/octet-stream", "\u{fffd}"] {
        let portal = answer("200 OK", &format!("Content-Type: {kind}\r\n"), "<html>Welcome</html>");
        cases.push(case(format!("body: {kind}"), no_object, move |_| bytes(portal.clone())));
    }
    for status in
        ["100 Go on", "201 Made", "202 Later", "204 None", "205 Anew", "206 Part", "226 Used", "299 Odd"]
    {
        let told =
            if status.starts_with("100") { Told::Failed("") } else { Told::Failed("unexpected status") };
        cases.push(case(format!("status {status}"), told, move |target| {
            bytes(answer(status, "", target.page("", "null")))
        }));
    }
    cases
}

/// Pages whose rows lie.
fn rows() -> Vec<Case> {
    let with_row = |name: &str, told, row: fn(Target) -> String| {
        case(format!("rows: {name}"), told, move |target: Target| {
            bytes(reply(target.page(&row(target), "null")))
        })
    };
    let deep_row = |_| format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    let deep_sid = |target: Target| {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        target.row("HERE").to_string().replace("\"HERE\"", &deep)
    };
    let deep_stranger = |target: Target| {
        let deep = format!("{}{}", r#"{"a":"#.repeat(10_000), "1".to_owned() + &"}".repeat(10_000));
        target.row("XX1").to_string().replacen('{', &format!(r#"{{"stranger":{deep},"#), 1)
    };
    let mut cases = vec![
        with_row("a list in place of an object", Told::Failed("a row is no object"), |_| "[]".to_owned()),
        with_row("null", Told::Failed("a row is no object"), |_| "null".to_owned()),
        with_row("10,000 lists in one another", Told::Failed("a row is no object"), deep_row),
        with_row("10,000 lists in one another for a SID", Told::Failed("sid"), deep_sid),
        with_row("10,000 objects in a field that nobody reads", Told::Complete, deep_stranger),
        with_row("without a SID", Told::Failed("sid"), |target| {
            let mut row = target.row("XX1");
            row.as_object_mut().unwrap().remove("sid");
            row.to_string()
        }),
        with_row("half a surrogate for a SID", Told::Failed("sid"), |target| {
            target.row("HERE").to_string().replace("HERE", "\\ud83d")
        }),
        with_row("a zero byte in a SID", Told::Failed("sid"), |target| {
            target.row("HERE").to_string().replace("HERE", "XX1\\u0000")
        }),
        with_row("a SID that leads out of its list", Told::Failed("sid"), |target| {
            target.row("../../Accounts?x=").to_string()
        }),
        with_row("a SID of a million characters", Told::Failed("sid"), |target| {
            target.row(&"X".repeat(1_000_000)).to_string()
        }),
        with_row("the same field twice", Told::Failed("twice"), |target| {
            target.row("XX1").to_string().replacen('{', r#"{"sid":"XX2","#, 1)
        }),
        with_row("the same field twice, once in other letters", Told::Failed("twice"), |target| {
            target.row("XX1").to_string().replacen('{', r#"{"s\u0069d":"XX2","#, 1)
        }),
        with_row("another account's", Told::Failed("another account"), |target| {
            let mut row = target.row("XX1");
            row["account_sid"] = json!(sid(OTHER));
            row.to_string()
        }),
        with_row("more than were asked for", Told::Failed("more rows than were asked for"), |target| {
            (0..1001).map(|n| target.row(&format!("XX{n}")).to_string()).collect::<Vec<_>>().join(",")
        }),
        with_row("twice the same", Told::Complete, |target| {
            let row = target.row("XX1").to_string();
            format!("{row},{row}")
        }),
    ];
    for (name, number) in [
        ("1e999".to_owned(), "1e999".to_owned()),
        ("-1e999".to_owned(), "-1e999".to_owned()),
        ("400 digits".to_owned(), "9".repeat(400)),
        ("10,000 digits after the point".to_owned(), format!("0.{}1", "0".repeat(10_000))),
        ("one more than 64 bits hold".to_owned(), "9223372036854775808".to_owned()),
        ("NaN as a text".to_owned(), "\"NaN\"".to_owned()),
    ] {
        let lie = move |target: Target| {
            let field = target.number().unwrap();
            let mut row = target.row("XX1");
            row[field] = json!("HERE");
            bytes(reply(target.page(&row.to_string().replace("\"HERE\"", &number), "null")))
        };
        cases.push(
            case(format!("rows: a number: {name}"), Told::Failed("cannot be read"), lie).of(Needs::Number),
        );
    }
    cases.push(case(
        "rows: invalid UTF-8 in a field that nobody reads",
        Told::Failed("no JSON object"),
        |target| {
            let page =
                target.page(&target.row("XX1").to_string().replacen('{', "{\"odd\":\"\u{1}\",", 1), "null");
            let spoiled = page.into_bytes().into_iter().map(|byte| if byte == 1 { 0xff } else { byte });
            bytes(reply(spoiled.collect::<Vec<u8>>()))
        },
    ));
    cases.push(case("rows: change between two pages", Told::Failed("changed while it was read"), |target| {
        let column = target.kind.columns.iter().find(|column| {
            !column.path.contains('.') && matches!(column.keep, Keep::Label | Keep::Text | Keep::Present)
        });
        let field = column.map_or("sid", |column| column.path);
        made(move |asked| {
            let mut row = target.row("XX1");
            row[field] = json!(format!("name {}", asked.before));
            if asked.before == 0 && column.is_some_and(|column| matches!(column.keep, Keep::Present)) {
                row[field] = Value::Null;
            }
            let next = format!("{}?Page=1", asked.address());
            reply(target.page(&row.to_string(), if asked.before == 0 { &next } else { "null" }))
        })
    }));
    cases.push(case("page: the list twice, the second time empty", Told::Failed("twice"), |target| {
        let page = target.page(&target.row("XX1").to_string(), "null");
        bytes(reply(page.replacen('{', &format!("{{\"{}\":[],", target.key), 1)))
    }));
    cases.push(case("page: its link twice, the second time null", Told::Failed("twice"), |target| {
        let page =
            target.page("", "null").replace("\"next_page_ur", "\"next_page_url\":\"HERE\",\"next_page_ur");
        let page = page.replace(
            "\"next_page_url\":\"HERE\",\"next_page_uri",
            "\"next_page_uri\":\"HERE\",\"next_page_uri",
        );
        bytes(reply(page))
    }));
    cases
}

/// Bodies that are not as long as they say, or do not end.
fn bodies() -> Vec<Case> {
    let chunked = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let broke = Told::Failed("broke off");
    let raw = |name: &str, told, text: String| {
        case(format!("body: {name}"), told, move |_| bytes(text.clone().into_bytes()))
    };
    vec![
        raw("shorter than its length", broke, "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}".into()),
        raw("a last chunk that never comes", broke, format!("{chunked}2\r\n{{}}\r\n")),
        raw("a chunk of no size", broke, format!("{chunked}\r\n{{}}\r\n0\r\n\r\n")),
        raw("a chunk of a negative size", broke, format!("{chunked}-2\r\n{{}}\r\n0\r\n\r\n")),
        raw("a chunk of 10^30 bytes", broke, format!("{chunked}{}\r\n{{}}\r\n0\r\n\r\n", "f".repeat(30))),
        raw("a chunk longer than its size", broke, format!("{chunked}1\r\n{{}}\r\n0\r\n\r\n")),
        case("body: chunk extensions without end", broke, move |_| {
            endless(format!("{chunked}2;"), vec![b'x'; 1 << 16], 1 << 26)
        }),
        case("body: trailers without end", broke, move |_| {
            endless(format!("{chunked}2\r\n{{}}\r\n0\r\n"), "x: y\r\n".repeat(10_000), 1 << 26)
        }),
        case("body: 40 MiB, chunked", Told::Failed("larger than 32 MiB"), move |_| {
            let chunk = format!("10000\r\n{}\r\n", " ".repeat(0x10000)).into_bytes();
            endless(chunked, chunk, 40 << 20)
        }),
        case("body: of 8 EiB, by its length", broke, |_| {
            bytes("HTTP/1.1 200 OK\r\nContent-Length: 9223372036854775807\r\n\r\n{}")
        }),
        case("body: one that ends with the connection", Told::Complete, |target| {
            bytes(format!("HTTP/1.1 200 OK\r\n\r\n{}", target.page("", "null")))
        }),
    ]
}

/// Heads that are none.
fn heads() -> Vec<Case> {
    let broke = Told::Failed("the exchange broke off");
    let raw =
        |name: &str, told, text: Vec<u8>| case(format!("head: {name}"), told, move |_| bytes(text.clone()));
    let with = |name: &str, told, headers: &str| {
        let headers = headers.to_owned();
        case(format!("head: {name}"), told, move |target: Target| {
            bytes(answer("200 OK", &headers, target.page("", "null")))
        })
    };
    let mut cases = vec![
        raw("none of HTTP", broke, b"SSH-2.0-OpenSSH_9.9\r\n\r\n".to_vec()),
        raw("of HTTP/9.9", broke, b"HTTP/9.9 200 OK\r\n\r\n{}".to_vec()),
        raw("of status 99", broke, b"HTTP/1.1 99 OK\r\nContent-Length: 2\r\n\r\n{}".to_vec()),
        raw("of status 999", Told::Failed("unexpected status"), answer("999 OK", "", "{}")),
        raw("of status 2000", broke, b"HTTP/1.1 2000 OK\r\n\r\n{}".to_vec()),
        raw("zero bytes", broke, vec![0; 1024]),
        raw("what a server of HTTP/2 begins with", broke, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        raw(
            "two lengths",
            broke,
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ".to_vec(),
        ),
        raw("a negative length", broke, b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\n{}".to_vec()),
        raw("a length beyond all numbers", broke, {
            format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{{}}", "9".repeat(40)).into_bytes()
        }),
        raw("a switch to another protocol", Told::Failed("unexpected status"), {
            b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n{}".to_vec()
        }),
        raw("one header of 1 MiB", broke, {
            format!("HTTP/1.1 200 OK\r\nX: {}\r\n\r\n{{}}", "x".repeat(1 << 20)).into_bytes()
        }),
        raw(
            "1,000 headers",
            broke,
            format!("HTTP/1.1 200 OK\r\n{}\r\n{{}}", "X: y\r\n".repeat(1000)).into_bytes(),
        ),
        case("head: headers without end", broke, |_| {
            endless("HTTP/1.1 200 OK\r\n", "X: y\r\n".repeat(10_000), 1 << 26)
        }),
        case("head: a header without end", broke, |_| {
            endless("HTTP/1.1 200 OK\r\nX: ", vec![b'x'; 1 << 16], 1 << 26)
        }),
        case("head: a status line without end", broke, |_| {
            endless("HTTP/1.1 200 ", vec![b'x'; 1 << 16], 1 << 26)
        }),
        case("head: 10,000 times 100-continue, then nothing", Told::Failed(""), |_| {
            bytes("HTTP/1.1 100 Continue\r\n\r\n".repeat(10_000))
        }),
        case("head: early hints, then the answer", Told::Complete, |target: Target| {
            let mut text =
                b"HTTP/1.1 103 Early Hints\r\nLink: <http://127.0.0.1/>; rel=preload\r\n\r\n".to_vec();
            text.extend(target.whole());
            bytes(text)
        }),
        case("head: two answers at once", Told::Complete, |target: Target| {
            bytes([target.whole(), reply(r#"{"stranger":[]}"#)].concat())
        }),
    ];
    for (name, header) in [
        ("4294967295", "Twilio-Concurrent-Requests: 4294967295\r\n"),
        ("10^30", "Twilio-Concurrent-Requests: 1000000000000000000000000000000\r\n"),
        ("-1", "Twilio-Concurrent-Requests: -1\r\n"),
        ("many", "Twilio-Concurrent-Requests: many\r\n"),
        ("a date in 9999", "Date: Fri, 31 Dec 9999 23:59:59 GMT\r\n"),
        ("no date", "Date: tomorrow\r\n"),
        (
            "cookies and authentication",
            "Set-Cookie: a=b; Domain=.twilio.com\r\nWWW-Authenticate: Basic realm=x\r\n",
        ),
        (
            "an upgrade",
            "Alt-Svc: h3=\":443\"\r\nStrict-Transport-Security: max-age=0\r\nRefresh: 0; url=http://x/\r\n",
        ),
    ] {
        cases.push(with(&format!("claims {name}"), Told::Complete, header));
    }
    for status in ["429 Busy", "503 Busy"] {
        let said = if status.starts_with("429") { "too many requests" } else { "Twilio had an error" };
        for wait in
            ["1000000000000", "99999999999999999999999999", "-5", "soon", "Fri, 31 Dec 9999 23:59:59 GMT"]
        {
            let busy = answer(status, &format!("Retry-After: {wait}\r\n"), "");
            cases.push(case(format!("{status}, retry after `{wait}`"), Told::Failed(said), move |_| {
                bytes(busy.clone())
            }));
        }
    }
    cases
}

/// Bodies that are packed, or say so.
fn encodings() -> Vec<Case> {
    let packed = |encoding: &str, body: Vec<u8>| {
        answer("200 OK", &format!("Content-Type: application/json\r\nContent-Encoding: {encoding}\r\n"), body)
    };
    let gzip = |page: String| bomb(page.as_bytes(), 0, 0);
    let mut cases = vec![
        case(
            "gzip: plain text that calls itself packed",
            Told::Failed("broke off"),
            move |target: Target| bytes(packed("gzip", target.page("", "null").into_bytes())),
        ),
        case("gzip: cut short", Told::Failed("broke off"), move |target: Target| {
            let whole = gzip(target.page(&target.row("XX1").to_string(), "null"));
            bytes(packed("gzip", whole[..whole.len() - 12].to_vec()))
        }),
        case("gzip: a bomb of 64 MiB", Told::Failed("larger than 32 MiB"), move |_| {
            bytes(packed("gzip", bomb(b"{", b' ', 64 << 20)))
        }),
    ];
    for encoding in ["br", "zstd", "deflate", "gzip, gzip", "bzip9"] {
        cases.push(case(format!("encoding: {encoding}"), Told::Failed(""), move |target: Target| {
            bytes(packed(encoding, gzip(target.page("", "null"))))
        }));
    }
    cases
}

/// Connections that break.
fn breaks() -> Vec<Case> {
    let mut cases = vec![
        case("connection: closed before the answer", Told::Failed("broke off"), |_| bytes("")),
        case("connection: closed in the head", Told::Failed("broke off"), |_| bytes("HTTP/1.1 200 O")),
        case("connection: reset before the answer", Told::Failed("broke off"), |_| bytes("")).then_reset(),
        case("connection: reset in the head", Told::Failed("broke off"), |_| bytes("HTTP/1.1 200 O"))
            .then_reset(),
    ];
    let in_the_body = |target: Target| {
        let whole = target.whole();
        bytes(whole[..whole.len() - 3].to_vec())
    };
    cases.push(case("connection: closed in the body", Told::Failed("broke off"), in_the_body));
    cases.push(case("connection: reset in the body", Told::Failed("broke off"), in_the_body).then_reset());
    cases
}

/// As much as an answer may hold, of what takes the most room once it is understood: told of every list at once.
pub fn swollen() -> Vec<Case> {
    const SIZE: usize = 31 << 20;
    let many = |one: &str| one.repeat(SIZE / one.len());
    let mut fields = String::with_capacity(SIZE);
    for number in 0..2_400_000 {
        fields.push_str(&format!("\"{number}\":1,"));
    }
    // What stands around, with a mark where the much goes; what the much is; and what ends it.
    type Around = fn(Target) -> String;
    let list: Around = |target| target.page("MUCH", "null");
    let of_a_page: Around = |target| target.page("", "null").replacen('{', "{MUCH", 1);
    let of_a_row: Around =
        |target| target.page(&target.row("XX1").to_string().replacen('{', "{MUCH", 1), "null");
    let of_a_column: Around = |target| {
        let column = target.kind.columns.iter().map(|column| column.path).find(|path| !path.contains('.'));
        let null = format!("\"{}\":null", column.unwrap_or("sid"));
        let row = target.row("XX1").to_string();
        target.page(&row.replace(&null, &null.replace("null", "[MUCH]")), "null")
    };
    let of_a_text: Around = |target| target.page(&target.row("MUCH").to_string(), "null");
    let swells = |name: &str, status: &'static str, around: Around, much: String, last: &'static str| {
        let much = Arc::new(much);
        case(format!("31 MiB everywhere: {name}"), Told::Failed(""), move |target| {
            let (before, after) = around(target).split_once("MUCH").map_or_else(
                || (String::new(), String::new()),
                |(before, after)| (before.to_owned(), after.to_owned()),
            );
            let much = Arc::clone(&much);
            Arc::new(move |_, line| {
                let length = before.len() + much.len() + last.len() + after.len();
                write!(line, "HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n{before}")?;
                line.write_all(much.as_bytes())?;
                write!(line, "{last}{after}")
            })
        })
    };
    let ok = "200 OK";
    vec![
        swells("rows of one byte", ok, list, many("1,"), "1"),
        swells("rows of nothing", ok, list, many("{},"), "{}"),
        swells("fields of a page", ok, of_a_page, fields.clone(), ""),
        swells("fields of a row", ok, of_a_row, fields, ""),
        swells("elements of a column", ok, of_a_column, many("\"\","), "\"\""),
        swells("one text", ok, of_a_text, many("\\u0041"), ""),
        swells("the code of a refusal", "403 No", |_| "{\"code\":[MUCH]}".to_owned(), many("0,"), "0"),
        swells(
            "the message of a refusal",
            "403 No",
            |_| "{\"code\":1,\"message\":\"MUCH\"}".to_owned(),
            many("required permission "),
            "",
        ),
    ]
}

/// Lies that take their time or their room: each is told in a scan of its own.
pub fn heavy() -> Vec<Case> {
    let chunked = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    let large = Told::Failed("larger than 32 MiB");
    let gib: u64 = 1 << 30;
    vec![
        case("1 GiB by its length", large, move |_| {
            endless(format!("HTTP/1.1 200 OK\r\nContent-Length: {gib}\r\n\r\n"), vec![b' '; 1 << 20], gib)
        }),
        case("1 GiB in chunks", large, move |_| {
            let chunk = format!("100000\r\n{}\r\n", " ".repeat(1 << 20)).into_bytes();
            endless(chunked, chunk, gib)
        }),
        case("1 GiB until the connection ends", large, move |_| {
            endless("HTTP/1.1 200 OK\r\n\r\n", vec![b' '; 1 << 20], gib)
        }),
        case("gzip bomb of 1 GiB", large, move |_| {
            let body = bomb(b"{", b' ', gib);
            bytes(answer("200 OK", "Content-Encoding: gzip\r\n", body))
        }),
        case("one byte a second", Told::Failed("no answer in time"), |target| {
            drip(target.whole(), Duration::from_secs(1))
        }),
        case("a head, then one byte a second", Told::Failed("broke off"), |target: Target| {
            let whole = target.whole();
            let head = whole.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
            let (head, body) = (whole[..head].to_vec(), drip(whole[head..].to_vec(), Duration::from_secs(1)));
            Arc::new(move |asked, line| {
                line.write_all(&head)?;
                body(asked, line)
            })
        }),
        case("100-continue without end", Told::Failed(""), |_| {
            endless("", "HTTP/1.1 100 Continue\r\n\r\n".repeat(1000), u64::MAX)
        }),
    ]
}
