//! Rows of every kind: of each column comes through what its way of being kept says, and never a planted secret.

use std::sync::LazyLock;

use twilio_audit::catalogue::{Column, KINDS, Keep, Kind};
use twilio_audit::collect::{Reduction, rows_of_answer};
use twilio_audit::evidence::{Row, Value};
use twilio_audit::model::AccountSid;
use twilio_audit::redact::{label, url};

/// What is put in the place of `@1`, `@2` and `@3`: an address of a person, a token, a password.
const PLANTED: [(&str, &str); 3] = [
    ("@1", "jane.roe@clinic.example"),
    ("@2", "5f4dcc3b5aa765d61d8327deb882cf99"),
    ("@3", "Bearer tk_QmFzZTY0c2VjcmV0MDE"),
];

static REDUCTION: LazyLock<Reduction> =
    LazyLock::new(|| Reduction::with_salt([7; 32], &["oncology".to_owned()]));
static ACCOUNT: LazyLock<AccountSid> = LazyLock::new(|| format!("AC{:032x}", 1).parse().unwrap());

/// The first line is the name of a kind; what follows, an answer.
pub fn run(data: &[u8]) {
    for (kind, rows) in reduced(data) {
        for row in rows {
            assert_eq!(row.values.len(), kind.columns.len(), "{}: a column without a value", kind.name);
            is_kept_as_said(kind.columns, &row);
        }
    }
}

/// Whether a row comes out of an input at all.
pub fn is_kept(data: &[u8]) -> bool {
    reduced(data).iter().any(|(_, rows)| !rows.is_empty())
}

fn reduced(data: &[u8]) -> Vec<(&'static Kind, Vec<Row>)> {
    let (name, body) = super::first_line(data);
    let kind = *super::chosen(&KINDS, name, |kind| kind.name);
    let Ok(text) = std::str::from_utf8(body) else { return Vec::new() };
    let text = PLANTED.iter().fold(text.to_owned(), |text, (mark, secret)| text.replace(mark, secret));
    rows_of_answer(kind, &ACCOUNT, "PARENT", text.as_bytes(), &REDUCTION).unwrap_or_default()
}

fn is_kept_as_said(columns: &[Column], row: &Row) {
    // What a thing goes by may look like a token, for that is how SIDs look.
    let is_telling = |(mark, secret): &(&str, &str)| *mark != "@2" && row.sid.contains(secret);
    assert!(!PLANTED.iter().any(is_telling), "{}", row.sid);
    for (column, value) in columns.iter().zip(&row.values) {
        match value {
            Value::Null => {}
            Value::Blob(_) => panic!("{} is no text", column.name),
            Value::Integer(_) | Value::Real(_) => {
                assert_ne!(column.keep.sql_type(), "TEXT", "{}", column.name)
            }
            Value::Text(text) => {
                assert_eq!(column.keep.sql_type(), "TEXT", "{} is no text", column.name);
                fits(column, text);
            }
        }
    }
}

fn fits(column: &Column, text: &str) {
    let shows = || PLANTED.iter().find(|(_, secret)| text.contains(secret)).map(|(mark, _)| *mark);
    let all = |test: fn(char) -> bool| text.chars().all(test);
    let name = column.name;
    match column.keep {
        // Nobody types it; still nothing that is a token or a password comes through.
        Keep::Text | Keep::Json | Keep::OfEach(_) => {
            assert!(shows().is_none_or(|mark| mark != "@3"), "{name}: {text}");
        }
        Keep::Masked => assert!(text.chars().count() <= 5, "{name}: {text}"),
        Keep::Country => assert!(text.len() == 2 && all(|c| c.is_ascii_uppercase()), "{name}: {text}"),
        Keep::Hashed => assert!(text.len() == 32 && all(|c| c.is_ascii_hexdigit()), "{name}: {text}"),
        Keep::Time => assert!(text.parse::<jiff::Timestamp>().is_ok(), "{name}: {text}"),
        Keep::Shape => {
            assert!(text.len() <= 24 && all(|c| c.is_ascii_alphanumeric() || c == ':' || c == '-'))
        }
        Keep::Scheme => assert!(text.len() <= 32 && !text.contains([':', ' ', '@']), "{name}: {text}"),
        Keep::MailDomain | Keep::MailDomains => assert!(!text.contains('@'), "{name}: {text}"),
        Keep::Host => assert!(!text.contains(['@', '?', '#', ' ', '=', '&']), "{name}: {text}"),
        Keep::OneOf(words) => assert!(words.contains(&text), "{name}: {text}"),
        // A token that begins in the middle of a word is not told from the word.
        Keep::Label | Keep::Names => {
            assert!(shows().is_none_or(|mark| mark == "@2"), "{name}: {text}");
            assert!(
                column.keep == Keep::Names || text.chars().count() <= 256,
                "{name}: {} letters",
                text.len()
            );
            let is_masked = label::masked_class(text).is_some() || column.keep == Keep::Names;
            assert!(is_masked || label::pattern(text).is_none(), "{name}: {text}");
        }
        // The name of the host stays, whatever it looks like.
        Keep::Url => {
            let parts = url::parts(text).unwrap_or_default();
            let behind = format!("{} {:?} {:?}", parts.path, parts.query, parts.fragment);
            let hidden = PLANTED.iter().any(|(_, secret)| behind.contains(secret));
            assert!(!hidden, "{name}: {text}");
            assert!(parts.host.is_some() || shows().is_none(), "{name}: {text}");
        }
        Keep::LabelClass | Keep::Variables | Keep::QueryNames | Keep::PhiSigns => {
            assert!(shows().is_none(), "{name}: {text}");
        }
        Keep::Bool
        | Keep::Int
        | Keep::Real
        | Keep::Present
        | Keep::TollFree
        | Keep::Count
        | Keep::SharedMailbox => {
            panic!("{name} is a text: {text}")
        }
    }
}
