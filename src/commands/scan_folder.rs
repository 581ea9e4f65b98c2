//! The folder of a scan below the output folder, and the link to the newest one.

use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use crate::evidence::Store;
use crate::history::Past;
use crate::model::ScanId;

/// The folder of one scan. Unless it is kept it goes when this value goes: half a scan, whether
/// interrupted or out of disk, must not lie about like a whole one.
#[derive(Debug)]
pub(super) struct ScanFolder {
    output: PathBuf,
    /// The folder itself.
    pub(super) path: PathBuf,
    is_kept: bool,
}

impl ScanFolder {
    /// Makes a new folder that only its owner may enter.
    pub(super) fn create(output: &Path, id: &ScanId) -> anyhow::Result<Self> {
        let path = output.join(id.as_str());
        private_folder(output, true)
            .with_context(|| format!("cannot make the folder {}", output.display()))?;
        refuse_if_anybody_may_write(output)?;
        match private_folder(&path, false) {
            Ok(()) => Ok(Self { output: output.to_owned(), path, is_kept: false }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(anyhow!(
                "{} exists already: a scan that started in the same second wrote it; start again",
                path.display()
            )),
            Err(error) => Err(error).with_context(|| format!("cannot make the folder {}", path.display())),
        }
    }

    /// The file with the evidence.
    pub(super) fn evidence(&self) -> PathBuf {
        self.path.join("evidence.db")
    }

    /// What the newest complete scan leaves to compare with. A scan that cannot be read any more is no reason to
    /// fail: this one then starts a new history, and the log says so.
    pub(super) fn past(&self) -> Past {
        let path = self.output.join("latest").join("evidence.db");
        // Anything but a plain file (a pipe, say) could keep the scan waiting for ever.
        if !fs::metadata(&path).is_ok_and(|found| found.is_file()) {
            return Past::FirstScan;
        }
        let read = || anyhow::Ok(Past::of(&Store::open(&path)?)?);
        read().unwrap_or_else(|error| {
            tracing::warn!("not compared with the previous scan: {error:#}");
            Past::FirstScan
        })
    }

    /// Declares the scan finished: from now on it stays.
    pub(super) fn keep(&mut self) {
        self.is_kept = true;
    }

    /// Points `latest` at this scan, in one step.
    pub(super) fn publish(&self, id: &ScanId) -> anyhow::Result<()> {
        let latest = self.output.join("latest");
        let staged = self.output.join(format!(".latest-{id}"));
        link(id.as_str(), &staged)
            .and_then(|()| {
                fs::rename(&staged, &latest).inspect_err(|_| {
                    // The reason why it cannot be moved is the one to report.
                    let _ = fs::remove_file(&staged);
                })
            })
            .with_context(|| format!("cannot point {} at this scan", latest.display()))
    }
}

impl Drop for ScanFolder {
    fn drop(&mut self) {
        if !self.is_kept {
            // Whatever led here is the error to report, not this one.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}

/// In a folder that anybody may write to, anybody could swap the report for another.
#[cfg(unix)]
fn refuse_if_anybody_may_write(folder: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode =
        fs::metadata(folder).with_context(|| format!("cannot look at {}", folder.display()))?.permissions();
    if mode.mode() & 0o002 != 0 {
        return Err(anyhow!(
            "anybody on this machine may write to {}, and could exchange the report: choose another --output, \
             or run `chmod o-w {}`",
            folder.display(),
            folder.display()
        ));
    }
    Ok(())
}

#[cfg(not(unix))]
fn refuse_if_anybody_may_write(_folder: &Path) -> anyhow::Result<()> {
    Ok(())
}

fn private_folder(path: &Path, parents_too: bool) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(parents_too);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

#[cfg(unix)]
fn link(target: &str, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

/// Where links need privileges, a file with the scan's name does.
#[cfg(not(unix))]
fn link(target: &str, at: &Path) -> io::Result<()> {
    fs::write(at, target)
}
