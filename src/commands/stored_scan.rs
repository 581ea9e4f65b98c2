//! A finished scan, opened again.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::anyhow;

use super::{Exit, Stop};
use crate::evidence::Store;
use crate::model::{Scan, trouble};

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
        let error = anyhow!(
            "there is no {}: name the folder of a scan, or run `twilio-audit scan` first",
            path.display()
        );
        return Err(Stop::new(Exit::Usage, error));
    }
    Store::open(&path).map_err(Stop::with(Exit::Usage))
}
