//! Whether there is room for another scan, looked at before anything is asked.

use std::fs;
use std::path::Path;

use anyhow::anyhow;

use super::{Exit, Stop};

/// A MiB in bytes.
const MIB: u64 = 1 << 20;
/// What the first scan is given, in MiB: an estate of a few hundred accounts takes less.
const FIRST_SCAN: u64 = 64;

/// Refuses where there is less free space than asked for: without a wish twice what the newest scan took, for its evidence
/// exists twice while it is judged.
pub(super) fn check_disk_space(output: &Path, wish: Option<u64>) -> Result<(), Stop> {
    let needed = wish.unwrap_or_else(|| (2 * size_of(&output.join("latest")) / MIB).max(FIRST_SCAN));
    // The folder may not be there yet; the one that it is to be made in is.
    let place = output.ancestors().find(|place| place.is_dir()).unwrap_or_else(|| Path::new("."));
    let place = if place.as_os_str().is_empty() { Path::new(".") } else { place };
    let free = match fs4::available_space(place) {
        Ok(bytes) => bytes / MIB,
        Err(error) => {
            tracing::warn!("how much space is free in {} is not known: {error}", place.display());
            return Ok(());
        }
    };
    if free >= needed {
        return Ok(());
    }
    let sentence = anyhow!(
        "{} has {free} MiB of free space, and a scan may need {needed}: make room (`twilio-audit prune` removes old \
         scans), choose another --output, or say with --min-free how much is enough",
        place.display()
    );
    Err(Stop::new(Exit::Broken, sentence))
}

/// What the files in a folder take, in bytes; nothing where there is none.
fn size_of(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries.filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len())).sum()
}
