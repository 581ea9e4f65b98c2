//! Whether nobody else can exchange what is written into a folder, nor the folder itself.
//!
//! It is looked at from the root of the file system down. Once a folder is known to be ours or root's and closed to
//! others, nobody else can exchange what is in it while the next one is looked at, nor later while it is written to: one
//! look is enough, and there is no race to win. Whoever is root, or shares our user or a group that may write, is trusted.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use anyhow::Context as _;

use super::exit::WrongPath;

/// Who may write to the folder itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Openness {
    /// Not everybody: there are names in it that are trusted.
    Closed,
    /// Everybody, where each can remove only what is theirs, as in `/tmp`: each name in it is made anew.
    LikeTmp,
}

/// Insists that only the user and root can exchange what is in a folder. Where a folder above it belongs to somebody else,
/// that is said, for that may be meant so.
pub(super) fn refuse_if_exchangeable(folder: &Path, openness: Openness) -> anyhow::Result<()> {
    let doubts = doubts_about(folder, openness, Missing::Refused)?;
    for stranger in doubts.strangers {
        warn_once(format!(
            "{stranger}: run this as that user, or choose a folder that only you and root rule"
        ));
    }
    doubts.open_volumes.into_iter().for_each(warn_once);
    Ok(())
}

/// Says it once, however often the folder is looked at.
fn warn_once(doubt: String) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let is_new = SAID.lock().is_ok_and(|mut said| said.insert(doubt.clone()));
    if is_new {
        tracing::warn!("{doubt}");
    }
}

/// The same, and nobody else's folder may be above it: before something is removed. Returns what there is to say of volumes
/// that are open to everybody: what is removed there may have been put there by somebody else.
pub(super) fn insist_on_own(folder: &Path) -> anyhow::Result<Vec<String>> {
    let doubts = doubts_about(folder, Openness::Closed, Missing::Refused)?;
    match doubts.strangers.into_iter().next() {
        None => Ok(doubts.open_volumes),
        Some(stranger) => {
            Err(WrongPath(format!("{stranger}: nothing is removed here; do it as that user")).into())
        }
    }
}

/// What it means that a folder is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    /// It is still to be made.
    Made,
    /// It was there a moment ago: somebody exchanges it.
    Refused,
}

/// Makes a folder for its owner alone where it is not there yet, and those above it.
pub(super) fn make(folder: &Path, openness: Openness) -> anyhow::Result<()> {
    // Before, so that nothing is made where somebody leads us to; and after, for somebody else may have made it.
    doubts_about(folder, openness, Missing::Made)?;
    private_folder(folder, true).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    refuse_if_exchangeable(folder, openness)
}

/// Makes a folder that only its owner may enter.
pub(super) fn private_folder(path: &Path, parents_too: bool) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(parents_too);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}

/// More links than any path has that does not go round.
#[cfg(unix)]
const MOST_LINKS: usize = 40;

/// What may be meant so, in words.
#[derive(Debug, Default)]
struct Doubts {
    /// Folders above one that belong to neither us nor root.
    strangers: Vec<String>,
    /// Mounted folders that anybody may write to.
    open_volumes: Vec<String>,
}

/// What is to be said of a folder and those above it, where nothing refuses them.
#[cfg(unix)]
fn doubts_about(folder: &Path, openness: Openness, missing: Missing) -> anyhow::Result<Doubts> {
    use std::collections::VecDeque;
    use std::ffi::OsString;

    // Without a slash at its end, which would lead through a link.
    let folder: PathBuf = folder.components().collect();
    refuse_link(&folder)?;
    let parts = |path: &Path| path.components().map(|part| part.as_os_str().to_owned()).collect::<Vec<_>>();
    let whole =
        std::path::absolute(&folder).with_context(|| format!("cannot look at {}", folder.display()))?;
    let mut left: VecDeque<OsString> = parts(&whole).into();
    let (mut at, mut links, mut doubts) = (PathBuf::new(), 0, Doubts::default());
    while let Some(part) = left.pop_front() {
        if part == ".." {
            at.pop();
            continue;
        }
        // An absolute one takes the place of what was there before.
        let next = at.join(part);
        let found = match fs::symlink_metadata(&next) {
            Ok(found) => found,
            // And so is whatever is below it.
            Err(error) if missing == Missing::Made && error.kind() == io::ErrorKind::NotFound => {
                return Ok(doubts);
            }
            Err(error) => return Err(error).with_context(|| format!("cannot look at {}", next.display())),
        };
        let is_last = left.is_empty();
        if let Some(owner) = stranger(&found) {
            let belongs = format!(
                "{} belongs to another user (uid {owner}), who could exchange what is written",
                next.display()
            );
            if is_last || found.is_symlink() {
                let what_to_do = "run this as that user, or choose another folder";
                return Err(WrongPath(format!("{belongs}: {what_to_do}")).into());
            }
            doubts.strangers.push(belongs);
        }
        if found.is_symlink() {
            links += 1;
            if links > MOST_LINKS {
                return Err(WrongPath(format!("{} leads round in a circle", folder.display())).into());
            }
            let target =
                fs::read_link(&next).with_context(|| format!("cannot look at {}", next.display()))?;
            parts(&target).into_iter().rev().for_each(|part| left.push_front(part));
            continue;
        }
        doubts.open_volumes.extend(refuse_open(&next, &found, is_last && openness == Openness::Closed)?);
        at = next;
    }
    Ok(doubts)
}

/// A link is exchanged more easily than a folder, and what is above it is not what it seems.
#[cfg(unix)]
fn refuse_link(folder: &Path) -> Result<(), WrongPath> {
    if fs::symlink_metadata(folder).is_ok_and(|found| found.is_symlink()) {
        let target = fs::canonicalize(folder);
        let target = target.map_or_else(|_| "nowhere".to_owned(), |target| target.display().to_string());
        return Err(WrongPath(format!(
            "{} is a link, to {target}: name the folder itself",
            folder.display()
        )));
    }
    Ok(())
}

/// In a folder that anybody may write to, anybody could exchange what is in it; unless each may remove only their own.
/// Volumes of containers are often made so (an `emptyDir` always, many a claim and NFS share), by whom the container cannot
/// ask to do otherwise, and are open to whoever is in the container, which is nobody else: that is said, and taken.
#[cfg(unix)]
fn refuse_open(folder: &Path, found: &fs::Metadata, even_sticky: bool) -> Result<Option<String>, WrongPath> {
    use std::os::unix::fs::MetadataExt as _;
    let (is_open, is_sticky) = (found.mode() & 0o002 != 0, found.mode() & 0o1000 != 0);
    if !found.is_dir() {
        return Err(WrongPath(format!("{} is no folder: choose another", folder.display())));
    }
    if is_open && !is_sticky && is_mounted(folder, found) {
        return Ok(Some(format!(
            "anybody on this machine may write to {0}, which is mounted there, and could exchange what is below: \
             unless that is the volume of a container, run `chmod o-w {0}` or choose another folder",
            folder.display()
        )));
    }
    if !is_open || is_sticky && !even_sticky {
        return Ok(None);
    }
    Err(WrongPath(format!(
        "anybody on this machine may write to {0}, and could exchange the report: choose another folder, or run \
         `chmod o-w {0}`",
        folder.display()
    )))
}

/// Whether a file system of its own is mounted at a folder.
#[cfg(unix)]
fn is_mounted(folder: &Path, found: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    folder.parent().and_then(|above| fs::metadata(above).ok()).is_some_and(|above| above.dev() != found.dev())
}

/// Whom something belongs to, where that is neither us nor root.
#[cfg(unix)]
fn stranger(found: &fs::Metadata) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    let owner = found.uid();
    (owner != 0 && owner != rustix::process::geteuid().as_raw()).then_some(owner)
}

/// Elsewhere a folder in a user's profile is private by default, and its access list is not asked.
#[cfg(not(unix))]
fn doubts_about(_folder: &Path, _openness: Openness, _missing: Missing) -> anyhow::Result<Doubts> {
    Ok(Doubts::default())
}
