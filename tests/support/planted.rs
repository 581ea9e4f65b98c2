//! An account with one of everything: a row for every request of the catalogue, below a row of what it is listed
//! under. Made from the catalogue and the simulator's table, so that a new kind is planted the day it is added.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use twilio_audit::catalogue::{
    Answer, Derivation, Endpoint, Host, KINDS, Keep, Kind, Origin, Per, TWILIO_ACCOUNT,
};
use twilio_audit::simulator::sid;

/// A line of the simulator's table, as far as it matters where rows are put.
#[derive(serde::Deserialize)]
struct Served {
    path: String,
    /// The array in a list's answer; without it a single object is served.
    key: Option<String>,
    #[serde(default)]
    prefix: String,
    #[serde(default = "by_sid")]
    identity: String,
}

fn by_sid() -> String {
    "sid".to_owned()
}

/// What is known of a planted row by what is listed under it.
struct Planted {
    sid: String,
    row: Value,
    parent: String,
}

/// Where lists stand, by their paths with `{}` for what stands in braces.
struct Table(BTreeMap<String, Served>);

/// The resources of an account, as an estate writes them.
pub fn resources(account: &str) -> Value {
    let table = Table::read();
    let mut resources = Map::new();
    let mut planted: BTreeMap<&str, Planted> = BTreeMap::new();
    let is_planted = |kind: &&&'static Kind| kind.name != TWILIO_ACCOUNT.name;
    for (number, kind) in KINDS.iter().filter(is_planted).enumerate() {
        let Some(endpoint) = kind.endpoint() else { continue };
        let words: &[&str] = match endpoint.per {
            Per::Tree | Per::Organization => continue,
            Per::Word(words) => words,
            Per::Account | Per::Each { .. } => &[""],
        };
        for word in words {
            let parent = match kind.comes_after().map(|parent| parent.name) {
                // What is listed under the Organization or its accounts is not the account's own.
                Some(parent) if !planted.contains_key(parent) => continue,
                Some(parent) => Some(&planted[parent]),
                None => None,
            };
            let segments = segments(endpoint, account, word, parent);
            let prefix = table.prefix(&segments);
            let row = row(kind, account, &sid(&format!("{prefix}{number:04x}")));
            let list = match endpoint.answer {
                Answer::List { key, .. } => Some(key),
                Answer::Single => None,
            };
            let row = table.put(&mut resources, &segments, &row, list);
            let parent = parent.map_or(*word, |parent| &parent.sid).to_owned();
            let identity: Vec<_> = kind.identity.iter().map(|field| row[field].as_str().unwrap()).collect();
            let sid = match identity.as_slice() {
                [] if parent.is_empty() => account.to_owned(),
                [] => parent.clone(),
                fields => fields.join("."),
            };
            planted.insert(kind.name, Planted { sid, row, parent });
        }
    }
    Value::Object(resources)
}

/// A part of a path: as it is, or what stands for something in braces.
enum Segment {
    Literal(String),
    Row(String),
}

/// The path as the simulator writes it, from the host's label on.
fn segments(endpoint: &Endpoint, account: &str, word: &str, parent: Option<&Planted>) -> Vec<Segment> {
    let path = match endpoint.host {
        Host::Api => {
            endpoint.path.trim_start_matches("/2010-04-01/Accounts/{account}").trim_end_matches(".json")
        }
        _ => endpoint.path,
    };
    let fill = |part: &str| match (part.strip_prefix('{').and_then(|name| name.strip_suffix('}')), parent) {
        (None, _) => Segment::Literal(part.to_owned()),
        (Some("account"), _) => Segment::Literal(account.to_owned()),
        (Some("parent"), None) => Segment::Literal(word.to_owned()),
        (Some("parent"), Some(parent)) => Segment::Row(parent.sid.clone()),
        (Some("parent.parent_sid"), Some(parent)) => Segment::Row(parent.parent.clone()),
        (Some(name), Some(parent)) => {
            let column = name.trim_start_matches("parent.");
            let text = parent.row[if column == "link" { LINK } else { column }].as_str().unwrap_or(TEXT);
            Segment::Row(text.to_owned())
        }
        (Some(name), None) => panic!("{}: nothing to take {name} from", endpoint.path),
    };
    std::iter::once(Segment::Literal(endpoint.host.label().to_owned()))
        .chain(path.trim_start_matches('/').split('/').map(fill))
        .collect()
}

impl Table {
    fn read() -> Self {
        let served: Vec<Served> =
            serde_json::from_str(include_str!("../../src/simulator/endpoints.json")).unwrap();
        let nameless = |path: &str| {
            let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
            parts.collect::<Vec<_>>().join("/")
        };
        Self(served.into_iter().map(|served| (nameless(&served.path), served)).collect())
    }

    /// The letters that the SIDs of a list begin with.
    fn prefix(&self, segments: &[Segment]) -> &str {
        let nameless = segments.iter().map(|segment| match segment {
            Segment::Literal(text) => text,
            Segment::Row(_) => "{}",
        });
        let served = self.0.get(&nameless.collect::<Vec<_>>().join("/"));
        served.map(|served| served.prefix.as_str()).filter(|prefix| !prefix.is_empty()).unwrap_or("XX")
    }

    /// Puts a row where its path says, below rows that are made where they are not there yet, and returns it as it
    /// then stands: where several kinds are read from one address there is one row with the fields of all.
    fn put(
        &self,
        resources: &mut Map<String, Value>,
        segments: &[Segment],
        row: &Value,
        list: Option<&str>,
    ) -> Value {
        let mut here = resources;
        let (mut key, mut place) = (String::new(), String::new());
        for (number, segment) in segments.iter().enumerate() {
            match segment {
                Segment::Row(row_sid) if self.0.contains_key(&place) => {
                    let identity = &self.0[&place].identity;
                    let rows = here.entry(std::mem::take(&mut key)).or_insert_with(|| json!([]));
                    let rows = rows.as_array_mut().unwrap();
                    let at = rows.iter().position(|row| row[identity] == **row_sid).unwrap_or_else(|| {
                        rows.push(json!({identity: row_sid}));
                        rows.len() - 1
                    });
                    here = rows[at].as_object_mut().unwrap();
                    place.push_str("/{}");
                    if number + 1 == segments.len() {
                        return merge(here, row);
                    }
                }
                Segment::Row(text) | Segment::Literal(text) => {
                    for path in [&mut key, &mut place] {
                        if !path.is_empty() {
                            path.push('/');
                        }
                        path.push_str(text);
                    }
                }
            }
        }
        let Some(list) = list else {
            return merge(here.entry(key).or_insert_with(|| json!({})).as_object_mut().unwrap(), row);
        };
        let rows = match self.0.get(&place) {
            // Served as one object with the list inside.
            Some(Served { key: None, .. }) => {
                let object = here.entry(key).or_insert_with(|| json!({})).as_object_mut().unwrap();
                object.entry(list).or_insert_with(|| json!([]))
            }
            _ => here.entry(key).or_insert_with(|| json!([])),
        };
        let rows = rows.as_array_mut().unwrap();
        if rows.is_empty() {
            rows.push(json!({}));
        }
        merge(rows[0].as_object_mut().unwrap(), row)
    }
}

fn merge(into: &mut Map<String, Value>, row: &Value) -> Value {
    for (name, value) in row.as_object().unwrap() {
        into.entry(name.clone()).or_insert_with(|| value.clone());
    }
    Value::Object(into.clone())
}

const TEXT: &str = "sample";
/// Where a row keeps its link for [`segments`]; no field of Twilio's is called so.
const LINK: &str = "link_of_sample";

/// A row with a value for every column, and lists of such rows where others are taken out of it.
fn row(kind: &'static Kind, account: &str, sid: &str) -> Value {
    let mut row = json!({});
    for column in kind.columns {
        let value = match column.path.ends_with("account_sid") {
            true => json!(account),
            false => value(column.keep),
        };
        set(&mut row, column.path, value);
    }
    for field in kind.identity {
        let value = if *field == "sid" { json!(sid) } else { json!(TEXT) };
        set(&mut row, field, value);
    }
    if let Some(link) = kind.link {
        set(&mut row, link, json!(TEXT));
        let link = row[link].clone();
        set(&mut row, LINK, link);
    }
    for derived in KINDS.iter().copied() {
        match derived.origin {
            Origin::Derived { from, by: Derivation::Each(path) } if from == kind.name => {
                set(&mut row, path, json!([self::row(derived, account, &sid_of(derived))]));
            }
            Origin::Derived { from, .. } if from == kind.name => {
                set(&mut row, "definition", json!({"states": []}))
            }
            _ => {}
        }
    }
    row
}

fn sid_of(derived: &Kind) -> String {
    let number = KINDS.iter().position(|other| other.name == derived.name).unwrap();
    sid(&format!("XX{number:04x}"))
}

/// Something that can be kept like this. Null can always be, but nothing is listed under it.
fn value(keep: Keep) -> Value {
    match keep {
        Keep::Text | Keep::Label | Keep::Hashed | Keep::Shape | Keep::Present => json!(TEXT),
        Keep::Time => json!({"days_ago": 0}),
        Keep::Url | Keep::Host => json!("https://sample.example/path"),
        Keep::Masked | Keep::Country => json!("+12025550100"),
        Keep::Scheme => json!("whatsapp:+12025550100"),
        Keep::Json => json!([TEXT]),
        _ => Value::Null,
    }
}

/// Sets a field such as `recording.mode`, if nothing stands there yet.
fn set(row: &mut Value, path: &str, value: Value) {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let fields = row.as_object_mut().unwrap();
    match rest {
        None => {
            fields.entry(name).or_insert(value);
        }
        Some(rest) => {
            let inner = fields.entry(name).or_insert_with(|| json!({}));
            if !inner.is_object() {
                *inner = json!({});
            }
            set(inner, rest, value);
        }
    }
}
