//! The last file of a scan: the manifest, which says what the others were, and which scan was before.

use super::choice;
use super::chosen_checks::Catalogue;
use super::scan_folder::ScanFolder;
use crate::audit;
use crate::chain::{self, MANIFEST, Manifest, SIGNATURE, SigningKey};
use crate::evidence::StartedWith;
use crate::model::{Scan, in_seconds};
use crate::report::write_file;

/// Seals a scan of which every file is written, and hands back the SHA-256 of its manifest. It goes into the log too:
/// whoever can write to the folder can write a chain anew, and cannot write the log.
pub(super) fn seal(
    folder: &ScanFolder,
    scan: &Scan,
    choices: &StartedWith,
    stands_alone: bool,
    catalogue: &Catalogue,
    key: Option<&SigningKey>,
) -> anyhow::Result<String> {
    let manifest = Manifest {
        tool_version: scan.tool_version.clone(),
        catalogue_version: scan.catalogue_version.clone(),
        checks_sha256: audit::files_sha256(&catalogue.checks),
        declared: choice::declared(choices),
        narrowed: stands_alone,
        previous: folder.sealed_before()?,
        files: chain::files_in(&folder.path)?,
        ..Manifest::new(scan.id.clone(), in_seconds(scan.started_at))
    };
    let text = manifest.text()?;
    let sha256 = chain::sha256(&text);
    let write =
        |name: &str, text: &str| write_file(&folder.path.join(name), |file| file.write_all(text.as_bytes()));
    if let Some(key) = key {
        write(SIGNATURE, &key.sign(&text, &format!("scan {}, {MANIFEST} sha256 {sha256}", scan.id))?)?;
    }
    write(MANIFEST, &text)?;
    tracing::info!(scan = %scan.id, manifest_sha256 = %sha256, signed = key.is_some(), "sealed");
    Ok(sha256)
}
