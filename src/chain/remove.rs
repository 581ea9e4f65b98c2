//! Removing what may go, so that a crash at any moment leaves the chain whole.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

use super::archive::{PRUNED, REMOVING, pruned_names};
use super::plain_file::named;
use super::prune::{Removal, What};

/// The go-live statement of a scan.
const STATEMENT: &str = "gate.html";

impl Removal {
    /// Whether a go-live statement goes with it. Asked before it is removed.
    pub fn holds_statement(&self) -> bool {
        self.what == What::Scan && self.output.join(&self.name).join(STATEMENT).is_file()
    }

    /// Removes it: first its manifest is kept, then it loses its name, then it goes. What is left of it after a crash goes
    /// with the next prune.
    ///
    /// # Errors
    ///
    /// When something cannot be written or removed; the error names it.
    pub fn remove(&self) -> io::Result<()> {
        let path = self.output.join(&self.name);
        if self.what == What::Rest {
            return fs::remove_dir_all(&path).map_err(|error| named(&path, &error));
        }
        if let Some((id, manifest, signature)) = &self.manifest {
            let pruned = self.output.join(PRUNED);
            private_folder(&pruned)?;
            let (of_manifest, of_signature) = pruned_names(id);
            if let Some(signature) = signature {
                keep(&pruned, &of_signature, signature)?;
            }
            keep(&pruned, &of_manifest, manifest)?;
            sync(&pruned)?;
        }
        let hidden = self.output.join(format!("{REMOVING}{}", self.name));
        fs::rename(&path, &hidden).map_err(|error| named(&path, &error))?;
        sync(&self.output)?;
        fs::remove_dir_all(&hidden).map_err(|error| named(&hidden, &error))
    }
}

/// Writes a file that appears whole or not at all.
fn keep(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    let (path, beside) = (folder.join(name), folder.join(format!(".{name}.new")));
    let written = || -> io::Result<()> {
        match fs::remove_file(&beside) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt as _;
            options.mode(0o600);
        }
        let mut file = options.open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, &path)
    };
    written().map_err(|error| named(&path, &error))
}

/// Makes the folder where it is missing. One that leads elsewhere is none.
fn private_folder(path: &Path) -> io::Result<()> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_dir() => return Ok(()),
        Ok(_) => return Err(io::Error::other(format!("{} is no folder", path.display()))),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(named(path, &error)),
        Err(_) => {}
    }
    let mut builder = DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path).map_err(|error| named(path, &error))
}

/// Makes renamed files stay renamed, whatever becomes of the power.
#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| named(folder, &error))
}

#[cfg(not(unix))]
fn sync(_folder: &Path) -> io::Result<()> {
    Ok(())
}
