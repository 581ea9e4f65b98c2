//! What looking at finished scans again says: sentences for people, everything for programs.

use std::io::{self, Write};

use anstyle::AnsiColor;
use serde::Serialize;

use super::cell::printable;
use super::paragraph::{BOLD, paragraph};
use crate::model::{Note, ScanState, SignatureState, Verification, counted};

/// Raised when a field changes its meaning or goes; new fields do not raise it.
const SCHEMA_VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    /// Whether everything is as it was sealed.
    clean: bool,
    #[serde(flatten)]
    verification: &'a Verification,
}

/// Writes everything for programs.
///
/// # Errors
///
/// When nothing can be written.
pub fn json(verification: &Verification, to: &mut impl Write) -> io::Result<()> {
    let clean = verification.is_clean();
    let document = Document { schema_version: SCHEMA_VERSION, clean, verification };
    serde_json::to_writer_pretty(&mut *to, &document)?;
    writeln!(to)
}

/// Writes a sentence for each problem and each note, and how it is altogether; 80 columns.
///
/// # Errors
///
/// When nothing can be written.
pub fn text(verification: &Verification, to: &mut impl Write) -> io::Result<()> {
    for problem in &verification.problems {
        let subject = [problem.scan.as_str(), &problem.file];
        let subject = subject.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        paragraph("✗ ", &format!("{} {}.", printable(&subject), printable(&problem.sentence)), to)?;
    }
    for Note { scan, sentence } in verification.notes.iter().chain(&in_numbers(verification)) {
        paragraph("! ", &format!("{} {}.", printable(scan), printable(sentence)), to)?;
    }
    summary(verification, to)?;
    // What is not as it was is nothing to hold later scans against.
    for newest in verification.newest.iter().filter(|_| verification.is_clean()) {
        let scan = printable(&newest.scan);
        writeln!(to, "The manifest of {scan}, for --manifest-sha256:\n  {}", newest.manifest_sha256)?;
    }
    Ok(())
}

fn summary(verification: &Verification, to: &mut impl Write) -> io::Result<()> {
    let intact = verification.scans.iter().filter(|scan| scan.state == ScanState::Intact);
    let files = intact.clone().map(|scan| scan.files).sum();
    let bytes: u64 = intact.clone().map(|scan| scan.bytes).sum();
    let (intact, here) =
        (intact.count(), verification.scans.iter().filter(|scan| scan.state != ScanState::Pruned).count());
    let read = format!("{}, {}", counted(files, "file"), in_bytes(bytes));
    let (style, sentence) = if verification.is_clean() {
        let is = if intact == 1 { "is as it was" } else { "are as they were" };
        (AnsiColor::Green, format!("{} {is} sealed: {read}.", counted(intact, "scan")))
    } else {
        let problems = counted(verification.problems.len(), "problem");
        (AnsiColor::Red, format!("{problems}. Of {}, {intact} as sealed: {read}.", counted(here, "scan")))
    };
    let style = style.on_default().effects(BOLD.get_effects());
    writeln!(to, "{style}{sentence}{style:#}")
}

/// What is true of many scans is said once.
fn in_numbers(verification: &Verification) -> Vec<Note> {
    let scans = &verification.scans;
    let pruned = scans.iter().filter(|scan| scan.state == ScanState::Pruned).count();
    let unchecked = scans.iter().filter(|scan| scan.signature == SignatureState::NotChecked).count();
    let note = |count: usize, thing: &str, one: &str, many: &str| {
        let sentence = if count == 1 { one } else { many };
        (count > 0).then(|| Note { scan: counted(count, thing), sentence: sentence.to_owned() })
    };
    [
        note(
            pruned,
            "scan",
            "was pruned by retention: only its manifest is left",
            "were pruned by retention: only their manifests are left",
        ),
        note(
            unchecked,
            "manifest",
            "is signed, not checked: --public-key checks it",
            "are signed, not checked: --public-key checks them",
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A number of bytes as people read it.
pub fn in_bytes(bytes: u64) -> String {
    let units = [("GB", 1_000_000_000), ("MB", 1_000_000), ("kB", 1_000)];
    match units.into_iter().find(|(_, unit)| bytes >= *unit) {
        Some((name, unit)) => format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit),
        None if bytes == 1 => "1 byte".to_owned(),
        None => format!("{bytes} bytes"),
    }
}
