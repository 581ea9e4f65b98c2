//! Replacing a file so that there is always one of the two, whole.

use std::fs::{self, Permissions};
use std::io;
use std::path::Path;

use anyhow::Context as _;

use crate::report::write_file;

/// Writes a file anew. What is there keeps its permissions; a new one only its owner may read.
pub(super) fn replace_file(path: &Path, text: &str) -> anyhow::Result<()> {
    replace(path, text, |path| fs::metadata(path).ok().map(|before| before.permissions()))
}

/// Writes a file anew that everybody may read.
pub(super) fn replace_public_file(path: &Path, text: &str) -> anyhow::Result<()> {
    replace(path, text, |_| for_everybody())
}

#[cfg(unix)]
fn for_everybody() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn for_everybody() -> Option<Permissions> {
    None
}

fn replace(
    path: &Path,
    text: &str,
    permissions: impl FnOnce(&Path) -> Option<Permissions>,
) -> anyhow::Result<()> {
    // Where it is a link, the file that it leads to.
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let folder =
        path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.new", std::process::id()));
    // A process of the same number may have died here: in a container that is always the same.
    let _ = fs::remove_file(&beside);
    let written = write_new(&beside, text, permissions(&path)).and_then(|()| {
        fs::rename(&beside, &path)?;
        #[cfg(unix)]
        fs::File::open(folder)?.sync_all()?;
        Ok(())
    });
    if written.is_err() {
        // What is left of it helps nobody; that it cannot be removed is no other error.
        let _ = fs::remove_file(&beside);
    }
    written.with_context(|| format!("cannot write {}", path.display()))
}

fn write_new(beside: &Path, text: &str, permissions: Option<Permissions>) -> io::Result<()> {
    write_file(beside, |file| file.write_all(text.as_bytes()))?;
    permissions.map_or(Ok(()), |permissions| fs::set_permissions(beside, permissions))
}
