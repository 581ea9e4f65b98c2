//! Twilio's own OpenAPI files, read as far as the tests ask: operations, schemas, response examples.
//!
//! Knows nothing of the catalogue; `digest` is where the two meet. The files are never copied into
//! the project: they lie in `$TWILIO_OAI_DIR` or in `../shared/twilio-oai`, and a test that needs
//! them skips with a line where they are absent.

#![allow(dead_code, reason = "every test binary uses its own part")]

pub(crate) mod calls;
pub(crate) mod digest;
pub(crate) mod schema;
pub(crate) mod served;
pub(crate) mod writes;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Map, Value};

/// The account of Twilio's examples.
pub(crate) const ACCOUNT: &str = "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

/// Kinds whose files hold no example of a row at all; what they are read by is the schema alone.
pub(crate) const WITHOUT_A_ROW: &[&str] = &[
    "account_role_assignment",
    "assistant",
    "assistant_knowledge",
    "assistant_tool",
    "knowledge_source",
    "lookup_rate_limit",
    "monitor_alarm",
    "organization_account",
    "organization_role_assignment",
    "organization_user",
];

/// The files by name, and the host that each one describes.
pub(crate) struct Specs {
    files: BTreeMap<String, Value>,
}

/// One GET operation in a file.
#[derive(Clone, Copy)]
pub(crate) struct Operation<'a> {
    /// The file's name: `twilio_iam_v1.json`.
    pub(crate) file: &'a str,
    /// The path as the file spells it: `/v1/Keys/{Sid}`.
    pub(crate) template: &'a str,
    /// The operation object.
    pub(crate) get: &'a Value,
    /// The whole file, for its references.
    pub(crate) document: &'a Value,
}

/// The folder with the files, where there is one.
pub(crate) fn directory() -> Option<PathBuf> {
    let directory = std::env::var_os("TWILIO_OAI_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/twilio-oai"), PathBuf::from);
    directory.is_dir().then_some(directory)
}

/// The files, or one line on stderr that says why the rest of a test is skipped.
pub(crate) fn specs() -> Option<&'static Specs> {
    static SPECS: OnceLock<Option<Specs>> = OnceLock::new();
    SPECS
        .get_or_init(|| {
            let directory = directory();
            if directory.is_none() {
                skip("Twilio's OpenAPI files are absent (TWILIO_OAI_DIR, ../shared/twilio-oai)");
            }
            directory.map(|directory| Specs::load(&directory))
        })
        .as_ref()
}

/// Says why a test is skipped, in a line that the test harness does not swallow.
///
/// # Panics
///
/// Where nothing may be skipped: `CI` and `TESTS_REQUIRE_OAI` are both set.
pub(crate) fn skip(why: &str) {
    let required = ["CI", "TESTS_REQUIRE_OAI"].iter().all(|name| std::env::var_os(name).is_some());
    assert!(!required, "may not be skipped here: {why}");
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

impl Specs {
    /// Reads every `twilio_*.json` of a folder.
    fn load(directory: &Path) -> Self {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("twilio_") && name.ends_with(".json") {
                files.insert(name, serde_json::from_slice(&fs::read(&path).unwrap()).unwrap());
            }
        }
        assert!(!files.is_empty(), "no twilio_*.json in {}", directory.display());
        Self { files }
    }

    /// Every GET operation of a host.
    pub(crate) fn of_host(&self, host: &str) -> Vec<Operation<'_>> {
        let operation = |(file, template, get, document)| Operation { file, template, get, document };
        self.each(host, "get").map(operation).collect()
    }

    /// Every operation of a host with this method: its file, path and object, and the whole document.
    fn each(&self, host: &str, method: &str) -> impl Iterator<Item = (&str, &str, &Value, &Value)> {
        let server = format!("https://{host}");
        self.files.iter().flat_map(move |(file, document)| {
            let of_file = serves(document, &server);
            let (server, method) = (server.clone(), method.to_owned());
            document["paths"].as_object().into_iter().flatten().filter_map(move |(template, item)| {
                let here = if item["servers"].is_array() { serves(item, &server) } else { of_file };
                let operation = item.get(&method).filter(|operation| here && operation.is_object())?;
                Some((file.as_str(), template.as_str(), operation, document))
            })
        })
    }

    /// The GET operations of a host whose path has the shape of `path`.
    ///
    /// A placeholder matches a placeholder, whatever the two are called; fixed text matches itself.
    pub(crate) fn operations(&self, host: &str, path: &str) -> Vec<Operation<'_>> {
        let mut found = self.of_host(host);
        found.retain(|operation| anonymous(operation.template) == anonymous(path));
        found
    }
}

fn serves(described: &Value, server: &str) -> bool {
    described["servers"].as_array().into_iter().flatten().any(|each| each["url"] == server)
}

/// A path template with every placeholder written `{}`.
pub(crate) fn anonymous(template: &str) -> String {
    let mut pieces = template.split('{');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        text.push_str("{}");
        text.push_str(piece.split_once('}').map_or(piece, |(_, rest)| rest));
    }
    text
}

impl<'a> Operation<'a> {
    /// The schema of the answer, references resolved at its top.
    pub(crate) fn answer(&self) -> &'a Value {
        schema::resolve(self.document, &self.content()["schema"])
    }

    /// The query parameter of the given name, spelt exactly so.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'a Value> {
        self.parameters().find(|parameter| parameter["name"] == name)
    }

    /// Every query parameter.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'a Value> {
        self.get["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "query")
    }

    /// The example answers, by name, For a list, also one page for each example of
    /// its element that another operation of the file has: many a list is shown only empty.
    pub(crate) fn examples(&self) -> Vec<(String, Value)> {
        let mut examples = examples_of(self.document, self.content());
        if let Some((key, element)) = self.list() {
            let page = examples.first().map_or_else(|| Value::Object(Map::new()), |(_, page)| page.clone());
            for (name, row) in self.examples_of_element(element) {
                let mut page = page.clone();
                page[key] = Value::Array(vec![row]);
                examples.push((name, page));
            }
        }
        for (_, example) in &mut examples {
            make_of_one_account(example);
        }
        examples
    }

    fn content(&self) -> &'a Value {
        let content = &self.get["responses"]["200"]["content"];
        content.get("application/json").unwrap_or(&content["application/scim+json"])
    }

    /// The name of the list in the answer, and the reference to the schema of its elements.
    fn list(&self) -> Option<(&'a str, &'a str)> {
        let paged =
            ["meta", "next_page_uri"].iter().any(|name| self.answer()["properties"][name].is_object());
        let properties = self.answer()["properties"].as_object().filter(|_| paged)?;
        properties.iter().find_map(|(name, property)| {
            Some((name.as_str(), schema::resolve(self.document, property)["items"]["$ref"].as_str()?))
        })
    }

    /// The examples of one element, from the operations that answer with one alone.
    fn examples_of_element(&self, element: &str) -> Vec<(String, Value)> {
        let mut examples = Vec::new();
        for item in self.document["paths"].as_object().into_iter().flat_map(|paths| paths.values()) {
            for operation in ["get", "post"].iter().filter_map(|method| item.get(method)) {
                for response in ["200", "201"].iter().filter_map(|status| operation["responses"].get(status))
                {
                    let content = &response["content"]["application/json"];
                    if content["schema"]["$ref"] == element {
                        let id = operation["operationId"].as_str().unwrap_or_default();
                        let named = examples_of(self.document, content).into_iter();
                        examples.extend(named.map(|(name, value)| (format!("{id}/{name}"), value)));
                    }
                }
            }
        }
        examples
    }
}

/// A few examples are of another account than all the rest.
fn make_of_one_account(example: &mut Value) {
    match example {
        Value::Array(elements) => elements.iter_mut().for_each(make_of_one_account),
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(sid) if name == "account_sid" => ACCOUNT.clone_into(sid),
                    _ => make_of_one_account(value),
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// The examples beside a schema, references resolved.
fn examples_of(document: &Value, content: &Value) -> Vec<(String, Value)> {
    let named = content["examples"].as_object().into_iter().flatten();
    let mut examples: Vec<_> = named
        .map(|(name, example)| (name.clone(), schema::resolve(document, example)["value"].clone()))
        .collect();
    examples.extend(content.get("example").map(|value| ("example".to_owned(), value.clone())));
    examples
}
