//! Twilio's own OpenAPI files, read as far as the tests ask: operations, schemas, response examples.
//!
//! Knows nothing of the catalogue; `digest` is where the two meet. The files are never copied into
//! the project: they lie in `$TWILIO_OAI_DIR` or in `../shared/twilio-oai`, and a test that needs
//! them skips with a line where they are absent.

#![allow(dead_code, reason = "every test binary uses its own part")]

pub(crate) mod digest;
pub(crate) mod schema;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Once, OnceLock};

use serde_json::Value;

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
///
/// Fails instead of skipping where `CI` and `TWILIO_AUDIT_REQUIRE_OAI` are both set.
pub(crate) fn specs() -> Option<&'static Specs> {
    static SPECS: OnceLock<Option<Specs>> = OnceLock::new();
    static SKIPPED: Once = Once::new();
    let specs = SPECS.get_or_init(|| directory().map(|directory| Specs::load(&directory))).as_ref();
    if specs.is_none() {
        let required =
            std::env::var_os("CI").is_some() && std::env::var_os("TWILIO_AUDIT_REQUIRE_OAI").is_some();
        assert!(!required, "Twilio's OpenAPI files are required here: set TWILIO_OAI_DIR to their folder");
        SKIPPED.call_once(|| {
            skipped("Twilio's OpenAPI files are absent (TWILIO_OAI_DIR, ../shared/twilio-oai)")
        });
    }
    specs
}

/// Writes a line that the test harness does not swallow.
pub(crate) fn skipped(why: &str) {
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

    /// The GET operations whose path has the shape of `path`, in the files of `host`.
    ///
    /// A placeholder matches a placeholder, whatever the two are called; fixed text matches itself.
    pub(crate) fn operations(&self, host: &str, path: &str) -> Vec<Operation<'_>> {
        let server = format!("https://{host}");
        let mut found = Vec::new();
        for (file, document) in &self.files {
            let of_file = serves(document, &server);
            for (template, item) in document["paths"].as_object().into_iter().flatten() {
                let here = if item["servers"].is_array() { serves(item, &server) } else { of_file };
                if here && item["get"].is_object() && same_shape(template, path) {
                    found.push(Operation { file, template, get: &item["get"], document });
                }
            }
        }
        found
    }

    /// The files that describe a host.
    pub(crate) fn files_of(&self, host: &str) -> Vec<&str> {
        let server = format!("https://{host}");
        self.files.iter().filter(|(_, file)| serves(file, &server)).map(|(name, _)| name.as_str()).collect()
    }
}

fn serves(described: &Value, server: &str) -> bool {
    described["servers"].as_array().into_iter().flatten().any(|each| each["url"] == server)
}

/// Whether two path templates differ only in the names of their placeholders.
fn same_shape(one: &str, other: &str) -> bool {
    anonymous(one) == anonymous(other)
}

/// A path template with every placeholder written `{}`.
fn anonymous(template: &str) -> String {
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
        schema::resolve(self.document, &self.get["responses"]["200"]["content"]["application/json"]["schema"])
    }

    /// The query parameter of the given name, spelt exactly so.
    pub(crate) fn parameter(&self, name: &str) -> Option<&'a Value> {
        self.parameters().find(|parameter| parameter["name"] == name)
    }

    /// Every query parameter.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = &'a Value> {
        self.get["parameters"].as_array().into_iter().flatten().filter(|parameter| parameter["in"] == "query")
    }

    /// The example answers, by name, as JSON text.
    pub(crate) fn examples(&self) -> Vec<(&'a str, String)> {
        let content = &self.get["responses"]["200"]["content"]["application/json"];
        let named = content["examples"].as_object().into_iter().flatten();
        let mut examples: Vec<_> =
            named.map(|(name, example)| (name.as_str(), example["value"].to_string())).collect();
        if content["example"].is_object() {
            examples.push(("example", content["example"].to_string()));
        }
        examples
    }
}
