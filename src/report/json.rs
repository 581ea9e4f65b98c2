//! `findings.json`: the whole scan for programs.

use std::io::{self, Write};

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::ser::{Error as _, Serialize, SerializeSeq as _, Serializer};

use super::blind_spots::BLIND_SPOTS;
use super::options::Options;
use crate::model::{
    Accepted, Attested, Changes, Coverage, Finding, Findings, Kept, Matrix, Outcome, Region, Rule, Scan,
    ScanId, ScannedAccount, Severity, TrendPoint, in_seconds,
};

/// Raised when a field changes its meaning or goes; new fields do not raise it. See `docs/formats.md`.
const SCHEMA_VERSION: u32 = 1;

/// A finished scan. Fields are only ever added: read past what you do not know.
#[derive(serde::Serialize, JsonSchema)]
struct Document<'a> {
    /// Raised when a field changes its meaning or goes; new fields do not raise it.
    schema_version: u32,
    /// The scan itself.
    scan: Facts<'a>,
    /// The accounts, parent first, then by SID.
    accounts: &'a [ScannedAccount],
    /// What the reader must know first, one sentence each.
    notices: &'a [String],
    /// One sentence for each credential that could not be used.
    unusable_credentials: &'a [String],
    /// How many findings say what, passes included, waived ones not.
    tallies: Vec<Tally>,
    /// How much of what was required was read, and of each product in each account.
    coverage_matrix: &'a Matrix,
    /// What was and was not read, by account, kind and parent resource.
    #[schemars(with = "Vec<Coverage>")]
    coverage: Read<'a>,
    /// The checks that were run, by their names.
    rules: &'a [Rule],
    /// What people vouched for, in the order of the declaration.
    attestations: &'a [Attested],
    /// What they accepted, in the order of the declaration.
    waivers: &'a [Accepted],
    /// How many findings changed in which way since the previous scan.
    changes: &'a Changes,
    /// The scans before this one and itself, the oldest first; in a scan of a part itself alone.
    trend: &'a [TrendPoint],
    /// What to act on, and passes too where they were asked for: blockers first, then by severity, account, check and
    /// resource.
    #[schemars(with = "Vec<Finding>")]
    findings: Shown<'a>,
    /// What this audit does not see, one sentence each.
    blind_spots: &'a [&'a str],
}

/// When, by what and of what the scan was made.
#[derive(serde::Serialize, JsonSchema)]
struct Facts<'a> {
    /// Its name: its start in UTC, as `20261123T041500Z`.
    scan_id: &'a str,
    /// When it started, RFC 3339 UTC.
    started_at: String,
    /// The version of twilio-audit.
    tool_version: &'a str,
    /// The date of the newest rule in its catalogue.
    catalogue_version: &'a str,
    /// Whether an audit.toml was read.
    intent_declared: bool,
    /// Whether subaccounts were read with the tokens that the parent's account list returns.
    derived_tokens: bool,
    /// The Region that was audited.
    region: Region,
    /// Whether everything that was required could be assessed.
    complete: bool,
    /// The scan that it was compared with; null where there was none before, and in scans of a part.
    compared_with: Option<&'a str>,
    /// Whether a fault at or above the chosen severity stands; null where none was chosen.
    fault_at_or_above_threshold: Option<bool>,
}

/// The findings that the options ask for, written as they are read.
struct Shown<'a> {
    findings: &'a dyn Findings,
    options: Options,
}

/// What was and was not read, written as it is read.
struct Read<'a>(&'a dyn Kept);

impl Serialize for Read<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(None)?;
        let mut write = |reading: &Coverage| {
            list.serialize_element(reading).map_err(|error| io::Error::other(error.to_string()))
        };
        self.0.each_reading(&mut write).map_err(S::Error::custom)?;
        list.end()
    }
}

impl Serialize for Shown<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(None)?;
        let write = |finding: &Finding| {
            list.serialize_element(finding).map_err(|error| io::Error::other(error.to_string()))
        };
        self.options.each_shown(self.findings, write).map_err(S::Error::custom)?;
        list.end()
    }
}

/// How many unwaived findings have one outcome and severity.
#[derive(serde::Serialize, JsonSchema)]
struct Tally {
    /// What they say.
    outcome: Outcome,
    /// How bad that is, or would be.
    severity: Severity,
    /// How many.
    findings: usize,
}

/// The JSON Schema of the file: indented, and the same for the same program.
pub fn findings_schema() -> String {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<Document<'_>>();
    schema.insert("title".to_owned(), "findings.json of twilio-audit".into());
    serde_json::to_string_pretty(&schema).unwrap_or_default()
}

/// Writes the scan, with the findings that the options ask for.
pub(super) fn write(scan: &Scan, kept: &dyn Kept, options: Options, mut to: impl Write) -> io::Result<()> {
    let document = Document {
        schema_version: SCHEMA_VERSION,
        scan: Facts {
            scan_id: scan.id.as_str(),
            started_at: in_seconds(scan.started_at),
            tool_version: &scan.tool_version,
            catalogue_version: &scan.catalogue_version,
            intent_declared: scan.intent_declared,
            derived_tokens: scan.derived_tokens,
            region: scan.region,
            complete: scan.is_complete(),
            compared_with: scan.compared_with.as_ref().map(ScanId::as_str),
            fault_at_or_above_threshold: options.fail_on.map(|severity| scan.has_fault_at_or_above(severity)),
        },
        accounts: &scan.accounts,
        notices: &scan.notices,
        unusable_credentials: &scan.unusable_credentials,
        tallies: tallies(scan),
        coverage_matrix: &scan.matrix,
        coverage: Read(kept),
        rules: &scan.rules,
        attestations: &scan.attestations,
        waivers: &scan.waivers,
        changes: &scan.changes,
        trend: &scan.trend,
        findings: Shown { findings: kept, options },
        blind_spots: BLIND_SPOTS,
    };
    serde_json::to_writer_pretty(&mut to, &document)?;
    to.write_all(b"\n")
}

fn tallies(scan: &Scan) -> Vec<Tally> {
    let every = |outcome| Severity::ALL.map(|severity| (outcome, severity));
    Outcome::ALL
        .into_iter()
        .flat_map(every)
        .map(|(outcome, severity)| Tally { outcome, severity, findings: scan.count(outcome, severity) })
        .filter(|tally| tally.findings > 0)
        .collect()
}
