//! `findings.json`: the whole scan for programs.

use std::io::{self, Write};

use serde::ser::{Error as _, Serialize, SerializeSeq as _, Serializer};

use super::{BLIND_SPOTS, Options};
use crate::model::{
    Coverage, Finding, Findings, Kept, Matrix, Outcome, Region, Scan, ScannedAccount, Severity, in_seconds,
};

/// Raised when a field changes its meaning or goes; new fields do not raise it.
const SCHEMA_VERSION: u32 = 1;

#[derive(serde::Serialize)]
struct Document<'a> {
    schema_version: u32,
    scan: Facts<'a>,
    accounts: &'a [ScannedAccount],
    notices: &'a [String],
    /// One sentence for each credential that could not be used.
    unusable_credentials: &'a [String],
    tallies: Vec<Tally>,
    /// How much of what was required was read, and of each product in each account.
    coverage_matrix: &'a Matrix,
    coverage: Read<'a>,
    findings: Shown<'a>,
    blind_spots: &'a [&'a str],
}

#[derive(serde::Serialize)]
struct Facts<'a> {
    scan_id: &'a str,
    started_at: String,
    tool_version: &'a str,
    catalogue_version: &'a str,
    intent_declared: bool,
    derived_tokens: bool,
    region: Region,
    /// Whether everything that was required could be assessed.
    complete: bool,
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
#[derive(serde::Serialize)]
struct Tally {
    outcome: Outcome,
    severity: Severity,
    findings: usize,
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
            fault_at_or_above_threshold: options.fail_on.map(|severity| scan.has_fault_at_or_above(severity)),
        },
        accounts: &scan.accounts,
        notices: &scan.notices,
        unusable_credentials: &scan.unusable_credentials,
        tallies: tallies(scan),
        coverage_matrix: &scan.matrix,
        coverage: Read(kept),
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
