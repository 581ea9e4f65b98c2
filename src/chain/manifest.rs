//! `manifest.json`: of which files a finished scan consists, by their hashes, and which scan was before it.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize};

use crate::model::ScanId;

/// The name of the file.
pub const MANIFEST: &str = "manifest.json";

/// The name of its signature, as `minisign` calls it.
pub const SIGNATURE: &str = "manifest.json.minisig";

/// The number before the dot is raised when a field changes its meaning or goes, the one behind it when one comes.
const SCHEMA_VERSION: &str = "1.0";

/// The seal of a finished scan. Fields are only ever added: read past what you do not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// Raised before the dot when a field changes its meaning or goes, behind it when one comes.
    pub schema_version: String,
    /// The name of the scan: its start in UTC, as `20261123T041500Z`.
    #[schemars(with = "String")]
    pub scan_id: ScanId,
    /// When it started, RFC 3339 UTC.
    pub started_at: String,
    /// The version of twilio-audit that judged it.
    pub tool_version: String,
    /// The date of the newest rule in its catalogue.
    pub catalogue_version: String,
    /// The SHA-256 over the checks that were run, their views and lists; docs/evidence-chain.md tells how to make it.
    pub checks_sha256: String,
    /// What was declared.
    pub declared: Declared,
    /// Whether it is about a part only: such a scan becomes no other's previous one.
    pub narrowed: bool,
    /// The newest whole scan at the moment when this one was finished; null where there was none, or none with a seal.
    pub previous: Option<Previous>,
    /// Every file of the scan but this one and its signature, by name.
    pub files: Vec<SealedFile>,
}

/// The hashes of what was declared, as the files were when the scan started.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Declared {
    /// The SHA-256 of `audit.toml`; null where none was read.
    pub audit_toml_sha256: Option<String>,
    /// The SHA-256 of `reviews.toml`; null where none was read.
    pub reviews_toml_sha256: Option<String>,
}

/// The scan before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Previous {
    /// Its name.
    #[schemars(with = "String")]
    pub scan_id: ScanId,
    /// The SHA-256 of its `manifest.json`.
    pub manifest_sha256: String,
}

/// A file of a scan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SealedFile {
    /// Its name.
    pub name: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// The SHA-256 of what is in it.
    pub sha256: String,
}

impl Manifest {
    /// The manifest of a scan that is about the whole of it, and as yet has neither a past nor files.
    pub fn new(scan_id: ScanId, started_at: String) -> Self {
        Self {
            schema_version: SCHEMA_VERSION.to_owned(),
            scan_id,
            started_at,
            tool_version: String::new(),
            catalogue_version: String::new(),
            checks_sha256: String::new(),
            declared: Declared::default(),
            narrowed: false,
            previous: None,
            files: Vec::new(),
        }
    }

    /// The text of the file.
    ///
    /// # Errors
    ///
    /// Only if `serde_json` fails, which it does not for these types.
    pub fn text(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(self).map(|text| text + "\n")
    }

    /// Understands the text of a file.
    ///
    /// # Errors
    ///
    /// With why not, as the rest of a sentence about the file.
    pub(super) fn parse(text: &[u8]) -> Result<Self, String> {
        let manifest: Self =
            serde_json::from_slice(text).map_err(|error| format!("is no manifest: {error}"))?;
        let version = manifest.schema_version.as_str();
        if version.split('.').next() != SCHEMA_VERSION.split('.').next() {
            return Err(format!("is of version {version}, which is newer: use a newer twilio-audit"));
        }
        let ids = [Some(&manifest.scan_id), manifest.previous.as_ref().map(|previous| &previous.scan_id)];
        if let Some(id) = ids.into_iter().flatten().find(|id| ScanId::from_name(id.as_str()).is_none()) {
            return Err(format!("names a scan `{id}`, and no scan is called so"));
        }
        // A name that leads elsewhere would have another file looked at.
        let leads_elsewhere = |name: &str| name.is_empty() || name.contains(['/', '\\']) || name == "..";
        if let Some(file) = manifest.files.iter().find(|file| leads_elsewhere(&file.name)) {
            return Err(format!("names a file `{}` that is not in its folder", file.name));
        }
        if !manifest.files.is_sorted_by(|one, other| one.name < other.name) {
            return Err("does not name its files in order, each once".to_owned());
        }
        Ok(manifest)
    }
}

/// The JSON Schema of the file: indented, and the same for the same program.
pub fn manifest_schema() -> String {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Manifest>();
    schema.insert("title".to_owned(), "manifest.json of twilio-audit".into());
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}
