//! The folder of a scan below the output folder, and the link to the newest one.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};

use super::choice;
use super::chosen_scan::UNFINISHED;
use super::exit::WrongPath;
use super::stored_scan::StoredScan;
use super::trusted_folder::{self, Openness, private_folder, refuse_if_exchangeable};
use crate::chain::{self, LOCK, Previous};
use crate::evidence::{StartedWith, Store};
use crate::model::{ScanId, Shard};
use crate::report;

/// The folder of one scan.
#[derive(Debug)]
pub(super) struct ScanFolder {
    output: PathBuf,
    /// Its name once it is finished.
    name: String,
    /// The folder itself, as it is called now.
    pub(super) path: PathBuf,
    /// Held as long as the scan is being written.
    lock: Option<File>,
    /// Whether it was begun some time ago: it goes on, or is made of shards. Others may have been finished since.
    is_older: bool,
}

/// Where a scan of this name is as long as it is not finished.
pub(super) fn unfinished(output: &Path, name: &str) -> PathBuf {
    output.join(format!("{name}{UNFINISHED}"))
}

impl ScanFolder {
    /// Makes a new folder that only its owner may enter.
    pub(super) fn create(output: &Path, name: String) -> anyhow::Result<Self> {
        let path = unfinished(output, &name);
        Self::make(output, name, path)
    }

    /// The same for what is made of several scans. Half of that is never gone on with: it is thrown away.
    pub(super) fn create_for_merge(output: &Path, name: String) -> anyhow::Result<Self> {
        let path = output.join(format!("{name}.merge{UNFINISHED}"));
        refuse_if_exchangeable(output, Openness::Closed)?;
        if output.join(&name).exists() {
            let name = output.join(&name);
            let merged = format!("{} is there already: these shards were merged before", name.display());
            return Err(WrongPath(merged).into());
        }
        if path.exists() && lock(&path)?.is_some() {
            fs::remove_dir_all(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
        Ok(Self { is_older: true, ..Self::make(output, name, path)? })
    }

    fn make(output: &Path, name: String, path: PathBuf) -> anyhow::Result<Self> {
        make_output(output)?;
        let finished = output.join(&name);
        let made = if finished.exists() {
            Err(io::ErrorKind::AlreadyExists.into())
        } else {
            private_folder(&path, false)
        };
        match made {
            Ok(()) => {
                let lock = lock(&path)?;
                Ok(Self { output: output.to_owned(), name, path, lock, is_older: false })
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(anyhow!(
                "{} exists already: a scan that started in the same second wrote it; start again",
                finished.display()
            )),
            Err(error) => Err(error).with_context(|| format!("cannot make the folder {}", path.display())),
        }
    }

    /// The scan that was finished while this one lay about, if there is one: what is older than that is no news, and must not
    /// become the newest one.
    pub(super) fn overtaken_by(&self) -> Option<String> {
        let latest = fs::canonicalize(self.output.join("latest")).ok()?;
        let latest = latest.file_name()?.to_str()?.to_owned();
        (self.is_older && ScanId::from_name(&latest).is_some() && latest > self.name).then_some(latest)
    }

    /// The newest scan that was interrupted, of this shard or of none, and that nobody is writing.
    pub(super) fn interrupted(output: &Path, shard: Option<Shard>) -> anyhow::Result<Option<Self>> {
        let Ok(entries) = fs::read_dir(output) else { return Ok(None) };
        refuse_if_exchangeable(output, Openness::Closed)?;
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names
            .filter_map(|name| Some(name.strip_suffix(UNFINISHED)?.to_owned()))
            .filter(|name| ScanId::from_name(name.split('.').next().unwrap_or_default()).is_some())
            .filter(|name| match (name.split_once('.'), shard) {
                (None, None) => true,
                (Some((_, suffix)), Some(shard)) => suffix == shard.in_file_name(),
                _ => false,
            })
            .collect();
        names.sort_unstable();
        for name in names.into_iter().rev() {
            let path = unfinished(output, &name);
            let Some(lock) = lock(&path)? else { continue };
            return Ok(Some(Self {
                output: output.to_owned(),
                name,
                path,
                lock: Some(lock),
                is_older: true,
            }));
        }
        Ok(None)
    }

    /// The file with the evidence.
    pub(super) fn evidence(&self) -> PathBuf {
        self.path.join("evidence.db")
    }

    /// The newest complete scan as this one records it.
    pub(super) fn sealed_before(&self) -> io::Result<Option<Previous>> {
        chain::previous_in(&self.output)
    }

    /// The newest complete scan, to compare with: of the same tree, and answered by the same. One that is not, or that
    /// cannot be read any more, is no reason to fail: this scan then starts a new history, and the log says so.
    pub(super) fn previous(
        &self,
        store: &Store,
        choices: &StartedWith,
    ) -> anyhow::Result<Option<StoredScan>> {
        let latest = self.output.join("latest");
        if fs::symlink_metadata(&latest).is_err() {
            return Ok(None);
        }
        let previous = match StoredScan::open(&latest) {
            Ok(previous) => previous,
            Err(stop) => {
                tracing::warn!("not compared with the previous scan: {stop}");
                return Ok(None);
            }
        };
        let is_answered_alike =
            choice::answering(&previous.store.started_with()?) == choice::answering(choices);
        if is_answered_alike && previous.store.root()? == store.root()? {
            return Ok(Some(previous));
        }
        tracing::warn!(
            "not compared with {}: that is a scan of another account tree; give each tree an --output of its own",
            previous.scan.id
        );
        Ok(None)
    }

    /// Removes the reports that an interrupted scan had begun to write.
    pub(super) fn remove_reports(&self) {
        for format in report::Format::OF_A_SCAN {
            let _ = fs::remove_file(self.path.join(format.file_name()));
        }
        for seal in [chain::MANIFEST, chain::SIGNATURE] {
            let _ = fs::remove_file(self.path.join(seal));
        }
    }

    /// Gives the folder its name: from now on it is a finished scan.
    pub(super) fn finish(&mut self) -> anyhow::Result<()> {
        let finished = self.output.join(&self.name);
        fs::rename(&self.path, &finished)
            .with_context(|| format!("cannot rename {} to {}", self.path.display(), self.name))?;
        self.path = finished;
        // Only now: nobody may take it for interrupted in between.
        drop(self.lock.take());
        let _ = fs::remove_file(self.path.join(LOCK));
        Ok(())
    }

    /// Removes it: nothing of it is worth keeping.
    pub(super) fn remove(self) {
        // Whatever led here is the error to report, not this one.
        let _ = fs::remove_dir_all(&self.path);
    }

    /// Points `latest` at this scan, in one step.
    pub(super) fn publish(&self) -> anyhow::Result<()> {
        let latest = self.output.join("latest");
        let staged = self.output.join(format!(".latest-{}", self.name));
        link(&self.name, &staged)
            .and_then(|()| {
                fs::rename(&staged, &latest).inspect_err(|_| {
                    // The reason why it cannot be moved is the one to report.
                    let _ = fs::remove_file(&staged);
                })
            })
            .with_context(|| format!("cannot point {} at this scan", latest.display()))
    }
}

/// Makes the output folder, for its owner alone, where it is not there yet.
pub(super) fn make_output(output: &Path) -> anyhow::Result<()> {
    trusted_folder::make(output, Openness::Closed)
}

/// The finished shards in an output folder, the oldest first. Of one that is being collected anew nothing counts.
pub(super) fn shards_in(output: &Path) -> Vec<(PathBuf, Shard)> {
    let Ok(entries) = fs::read_dir(output) else { return Vec::new() };
    if refuse_if_exchangeable(output, Openness::Closed).is_err() {
        return Vec::new();
    }
    let mut names: Vec<String> =
        entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
    names.sort_unstable();
    let parse = |name: &str| {
        let (_, suffix) = name.split_once('.')?;
        let (number, of) = suffix.strip_prefix("shard-")?.split_once("-of-")?;
        Shard::new(number.parse().ok()?, of.parse().ok()?).ok()
    };
    let unfinished: Vec<Shard> =
        names.iter().filter_map(|name| parse(name.strip_suffix(UNFINISHED)?)).collect();
    let finished = names.iter().filter_map(|name| Some((output.join(name), parse(name)?)));
    finished.filter(|(_, shard)| !unfinished.contains(shard)).collect()
}

/// Opens a file that is there only to be locked. What is a link, or has something in it that is not ours, is not touched.
pub(super) fn open_lock(path: &Path) -> io::Result<File> {
    if fs::symlink_metadata(path).is_ok_and(|found| !found.is_file()) {
        return Err(io::Error::other("it is a link or no file: remove it"));
    }
    let mut options = fs::OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
        #[cfg(target_os = "linux")]
        options.custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed());
    }
    options.open(path)
}

/// Locks the folder of a scan for this process; nothing where another has it. The lock goes with the process, however
/// that ends.
fn lock(folder: &Path) -> anyhow::Result<Option<File>> {
    let path = folder.join(LOCK);
    let locked = || -> io::Result<Option<File>> {
        let file = open_lock(&path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            // Some network drives know no locks; going without is better than not going.
            Err(TryLockError::Error(_)) => Ok(Some(file)),
        }
    };
    locked().with_context(|| format!("cannot lock {}", path.display()))
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
