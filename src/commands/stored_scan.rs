//! A finished scan, opened again.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::anyhow;

use super::chosen_scan::{SCANS, UNFINISHED};
use super::{Exit, Stop};
use crate::evidence::{StartedWith, Store};
use crate::model::{Scan, trouble};
use crate::report::printable;

/// A finished scan and what it keeps.
#[derive(Debug)]
pub(super) struct StoredScan {
    pub(super) scan: Scan,
    pub(super) store: Store,
}

impl StoredScan {
    /// Opens the scan in a folder.
    pub(super) fn open(folder: &Path) -> Result<Self, Stop> {
        let store = open_store(folder)?;
        let scan = store.conclusion().map_err(|error| {
            Stop::new(Exit::Usage, anyhow::Error::new(error).context(folder.display().to_string()))
        })?;
        Ok(Self { scan, store })
    }

    /// What it was started with.
    pub(super) fn started_with(&self) -> Result<StartedWith, Stop> {
        self.store.started_with().map_err(Stop::with(Exit::Broken))
    }
}

/// Opens the evidence in the folder of a scan.
pub(super) fn open_store(folder: &Path) -> Result<Store, Stop> {
    let path = folder.join("evidence.db");
    // Anything but a plain file (a pipe, say) could keep us waiting for ever.
    let found = fs::metadata(&path);
    if let Err(error) = &found
        && error.kind() == ErrorKind::PermissionDenied
    {
        let error = anyhow!("cannot read {}: {}", path.display(), trouble(error));
        return Err(Stop::new(Exit::Usage, error));
    }
    if !found.is_ok_and(|found| found.is_file()) {
        let error = anyhow!("there is no {}: {}", path.display(), what_to_do(folder));
        return Err(Stop::new(Exit::Usage, error));
    }
    Store::open(&path).map_err(Stop::with(Exit::Usage))
}

/// What whoever named a folder that is none of a scan can do, by what is in it or beside it.
fn what_to_do(folder: &Path) -> String {
    let beside = folder.parent().filter(|beside| !beside.as_os_str().is_empty());
    let places = [Some(folder), beside, Some(Path::new(SCANS))].into_iter().flatten();
    let found = places.map(|place| (place, scans_in(place))).find(|(_, scans)| !scans.is_empty());
    let Some((place, scans)) = found else {
        return "name the folder of a scan, or run `twilio-audit scan` first".to_owned();
    };
    let (unfinished, finished): (Vec<String>, Vec<String>) =
        scans.into_iter().partition(|name| name.ends_with(UNFINISHED));
    match (finished.last(), unfinished.last()) {
        (Some(newest), _) => {
            format!(
                "name the folder of a scan, such as {}",
                printable(&place.join(newest).display().to_string())
            )
        }
        (None, newest) => format!(
            "the only scan in {} is not finished ({}): run the `twilio-audit scan` that began it again, with --resume",
            printable(&place.display().to_string()),
            printable(newest.map_or("", String::as_str))
        ),
    }
}

/// The names of the scans in a folder, the oldest first; none where it cannot be read.
fn scans_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let scans = entries.filter(|entry| entry.path().join("evidence.db").is_file());
    let mut names: Vec<String> =
        scans.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}
