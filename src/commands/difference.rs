//! Where a report that was altered differs from the one that its evidence gives: the line, and the finding.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, Write};
use std::path::Path;
use std::sync::LazyLock;

use regex::bytes::Regex;
use sha2::{Digest as _, Sha256};

use super::stored_scan::StoredScan;
use crate::model::{Problem, ProblemKind, Severity};
use crate::report::{CsvLayout, Format, Options};

/// Says of each altered report where it was altered, as far as its evidence is as it was and gives the same report again.
pub(super) fn name_differences(problems: &mut [Problem], folder: &Path) {
    let is_altered = |problem: &Problem, scan: &str, file: &str| problem.scan == scan && problem.file == file;
    for place in 0..problems.len() {
        let Some(problem) = problems.get(place).filter(|problem| problem.kind == ProblemKind::Altered) else {
            continue;
        };
        let format = Format::OF_A_SCAN.into_iter().find(|format| format.file_name() == problem.file);
        let (Some(format), Some(sealed)) = (format, problem.sealed_sha256.clone()) else { continue };
        if problems.iter().any(|other| is_altered(other, &problem.scan, "evidence.db")) {
            continue;
        }
        let beside = folder.join(&problem.scan);
        let scan = if beside.is_dir() { beside } else { folder.to_owned() };
        if let Some(difference) = difference(&scan, format, &sealed)
            && let Some(problem) = problems.get_mut(place)
        {
            problem.sentence = format!("{}; {difference}", problem.sentence);
        }
    }
}

/// The first line in which a report differs from the one that was sealed; nothing where that cannot be made again.
fn difference(folder: &Path, format: Format, sealed: &str) -> Option<String> {
    let StoredScan { scan, store } = StoredScan::open(folder).ok()?;
    let options = every_way(format).into_iter().find(|options| {
        let mut hash = Sha256::new();
        format.write(&scan, &store, *options, &mut hash).is_ok() && format!("{:x}", hash.finalize()) == sealed
    })?;
    let theirs = BufReader::new(File::open(folder.join(format.file_name())).ok()?);
    let mut comparing = Comparing { theirs, line: Vec::new(), number: 0, finding: None, found: None };
    // It ends with an error where it found a difference, for there is no need to go on.
    let written = format.write(&scan, &store, options, &mut comparing);
    if written.is_ok() {
        comparing.end().ok()?;
    }
    comparing.found
}

/// The ways in which a scan may have written a report.
fn every_way(format: Format) -> Vec<Options> {
    let severities =
        [Some(Severity::High), Some(Severity::Critical), Some(Severity::Medium), Some(Severity::Low), None];
    let layouts = [b',', b';', b'\t'].map(|delimiter| [false, true].map(|bom| CsvLayout { bom, delimiter }));
    let ways = |all_outcomes| match format {
        Format::Csv | Format::Coverage => layouts
            .as_flattened()
            .iter()
            .map(|csv| Options { all_outcomes, fail_on: Some(Severity::High), csv: *csv })
            .collect::<Vec<_>>(),
        _ => severities
            .map(|fail_on| Options { all_outcomes, fail_on, csv: CsvLayout::default() })
            .into_iter()
            .collect(),
    };
    [false, true].into_iter().flat_map(ways).collect()
}

#[expect(clippy::unwrap_used, reason = "the pattern is valid, and every test of this file uses it")]
static FINDING: LazyLock<Regex> = LazyLock::new(|| Regex::new("twa-[0-9a-f]{16}").unwrap());

/// Takes what a report should be, and reads beside it what it is.
struct Comparing {
    theirs: BufReader<File>,
    /// What came of the line that is not yet whole.
    line: Vec<u8>,
    number: usize,
    /// The finding that was named last.
    finding: Option<String>,
    found: Option<String>,
}

impl Comparing {
    /// Compares a line that is whole.
    fn compare(&mut self) -> io::Result<()> {
        let mut theirs = Vec::new();
        self.theirs.read_until(b'\n', &mut theirs)?;
        self.number += 1;
        let id = |line: &[u8]| {
            FINDING.find(line).map(|found| String::from_utf8_lossy(found.as_bytes()).into_owned())
        };
        let of_line = id(&self.line);
        if of_line.is_some() {
            self.finding = of_line;
        }
        if theirs == self.line {
            self.line.clear();
            return Ok(());
        }
        let finding = self.finding.take().or_else(|| id(&theirs));
        let of = finding.map(|id| format!(", of {id}")).unwrap_or_default();
        self.found = Some(format!("by its evidence it was another in line {}{of}", self.number));
        Err(io::Error::other("they differ"))
    }

    /// What comes after the end differs too.
    fn end(&mut self) -> io::Result<()> {
        let is_over = self.line.is_empty() && self.theirs.fill_buf()?.is_empty();
        if !is_over {
            self.finding = None;
            // That they differ is what is to be found out.
            let _ = self.compare();
        }
        Ok(())
    }
}

impl Write for Comparing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Whoever writes through a buffer tries again what failed.
        if self.found.is_some() {
            return Err(io::Error::other("they differ"));
        }
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") {
                self.compare()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
