//! The files of a scan, against its manifest.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

use super::manifest::{MANIFEST, Manifest, SIGNATURE, SealedFile};
use super::plain_file::{Found, digest, look, named};
use crate::model::{Problem, ProblemKind};
use crate::parallel;

/// The file that is locked as long as a scan is being written; a crash at the very end leaves it.
pub const LOCK: &str = "lock";

/// Every file in the folder of a scan that is being finished, but for what is no part of the scan.
///
/// # Errors
///
/// When something cannot be read, or is no plain file; the error names it.
pub fn files_in(folder: &Path) -> io::Result<Vec<SealedFile>> {
    let names: Vec<String> = names_in(folder)?.into_iter().filter(|name| name != LOCK).collect();
    let seal = |(): &mut (), name: &String| {
        let path = folder.join(name);
        let Found::File(file) = look(&path)? else {
            return Err(io::Error::other(format!(
                "{} is no plain file, and cannot be sealed",
                path.display()
            )));
        };
        let (bytes, sha256) = digest(&path, file)?;
        Ok(SealedFile { name: name.clone(), bytes, sha256 })
    };
    parallel::map_with(&names, || (), seal).into_iter().collect()
}

/// Compares the files with the manifest. Says how many were compared, and their bytes.
pub(super) fn check(
    scan: &str,
    folder: &Path,
    manifest: &Manifest,
    problems: &mut Vec<Problem>,
) -> io::Result<(usize, u64)> {
    let (mut compared, mut sum) = (0, 0);
    for sealed in &manifest.files {
        let path = folder.join(&sealed.name);
        match look(&path)? {
            Found::Nothing => {
                problems.push(Problem::new(scan, &sealed.name, ProblemKind::Missing, "is missing"))
            }
            Found::NoFile => problems.push(Problem::new(scan, &sealed.name, ProblemKind::NotAFile, NO_FILE)),
            Found::File(file) => {
                let (bytes, sha256) = digest(&path, file)?;
                (compared, sum) = (compared + 1, sum + bytes);
                if let Some(difference) = difference(sealed, bytes, &sha256) {
                    problems.push(Problem {
                        sealed_sha256: Some(sealed.sha256.clone()),
                        found_sha256: Some(sha256),
                        ..Problem::new(scan, &sealed.name, ProblemKind::Altered, difference)
                    });
                }
            }
        }
    }
    let known: BTreeSet<&str> = manifest.files.iter().map(|file| file.name.as_str()).collect();
    for name in names_in(folder)?.iter().filter(|name| !known.contains(name.as_str())) {
        let path = folder.join(name);
        // A name that is no text leads to nothing here, and is none of ours.
        let found = fs::symlink_metadata(&path);
        let is_lock = name == LOCK && found.is_ok_and(|found| found.is_file() && found.len() == 0);
        if !is_lock {
            problems.push(Problem::new(scan, name, ProblemKind::Added, ADDED));
        }
    }
    Ok((compared, sum))
}

const ADDED: &str = "was added: the manifest does not name it";
const NO_FILE: &str = "is a link or something else than a file, and was not followed";

fn difference(sealed: &SealedFile, bytes: u64, sha256: &str) -> Option<String> {
    if sealed.sha256 == sha256 {
        // A size that does not belong to the hash was written by nobody but a forger.
        return (sealed.bytes != bytes)
            .then(|| format!("has {bytes} bytes, and the manifest says {}", sealed.bytes));
    }
    let size = if sealed.bytes == bytes {
        String::new()
    } else {
        format!(" and {bytes} bytes instead of {}", sealed.bytes)
    };
    Some(format!(
        "was altered: it has SHA-256 {} instead of {}{size}",
        in_short(sha256),
        in_short(&sealed.sha256)
    ))
}

/// The beginning of a hash, which tells it from others.
pub(super) fn in_short(sha256: &str) -> String {
    sha256.chars().take(12).chain(['…']).collect()
}

/// The names in the folder of a scan, in order, but for the manifest and its signature.
fn names_in(folder: &Path) -> io::Result<BTreeSet<String>> {
    let entries = fs::read_dir(folder).map_err(|error| named(folder, &error))?;
    let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
    let names: io::Result<BTreeSet<String>> = names.collect();
    let mut names = names.map_err(|error| named(folder, &error))?;
    names.remove(MANIFEST);
    names.remove(SIGNATURE);
    Ok(names)
}
