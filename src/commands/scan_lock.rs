//! That two scans never write into one output folder at once.
//!
//! The lock belongs to the process: however that ends, it is gone, so that no stale one is ever in the way.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;

use super::scan_folder::open_lock;
use super::trusted_folder::{Openness, refuse_if_exchangeable};
use super::{Exit, Stop};
use crate::model::in_seconds;

/// The file that is locked.
const FILE: &str = ".scan-lock";
/// How often it is looked whether it is free.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Who shares a lock with whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    /// Nobody else may write.
    Alone,
    /// Others may write too: each shard has a folder of its own.
    WithOtherShards,
}

/// A lock that is held until it is dropped.
#[derive(Debug)]
pub(super) struct ScanLock {
    _file: File,
}

impl ScanLock {
    /// Locks an output folder, if there is one yet; waits so long for whoever holds it.
    pub(super) fn take(output: &Path, how: Use, patience: Duration) -> Result<Option<Self>, Stop> {
        if !output.is_dir() {
            return Ok(None);
        }
        refuse_if_exchangeable(output, Openness::Closed).map_err(Stop::of_path)?;
        let path = output.join(FILE);
        let file = open_lock(&path)
            .with_context(|| format!("cannot open {}", path.display()))
            .map_err(Stop::with(Exit::Broken))?;
        let until = Instant::now() + patience;
        loop {
            match try_lock(&file, how) {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(LOOK_EVERY),
                Err(TryLockError::WouldBlock) => return Err(Stop::new(Exit::Usage, busy(output, &path))),
                // Some network drives know no locks; going without is better than not going.
                Err(TryLockError::Error(error)) => {
                    tracing::warn!(
                        "{} cannot be locked ({error}): see to it that no two scans overlap",
                        path.display()
                    );
                    break;
                }
            }
        }
        if how == Use::Alone {
            // Only for people who ask who holds it.
            let _ = sign(&file);
        }
        Ok(Some(Self { _file: file }))
    }
}

fn try_lock(file: &File, how: Use) -> Result<(), TryLockError> {
    match how {
        Use::Alone => file.try_lock(),
        Use::WithOtherShards => file.try_lock_shared(),
    }
}

fn sign(mut file: &File) -> io::Result<()> {
    file.set_len(0)?;
    writeln!(file, "process {} since {}", std::process::id(), in_seconds(Timestamp::now()))
}

/// That another scan is under way, and which.
fn busy(output: &Path, path: &Path) -> anyhow::Error {
    let holder = fs::read_to_string(path).unwrap_or_default();
    let holder = match holder.trim() {
        "" => String::new(),
        known => format!(" ({known})"),
    };
    anyhow!(
        "another scan is writing to {}{holder}: wait until it ends, or choose another --output",
        output.display()
    )
}
