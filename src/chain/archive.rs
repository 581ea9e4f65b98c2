//! An output folder as it is: the scans in it, their manifests, and the manifests that pruning left.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, FileType};
use std::io;
use std::path::{Path, PathBuf};

use super::manifest::{MANIFEST, Manifest, Previous, SIGNATURE};
use super::plain_file::{named, read, sha256};
use crate::model::{Region, ScanId};

/// The folder below an output folder that holds the manifests of pruned scans.
pub(super) const PRUNED: &str = "pruned";

/// What the name of a folder begins with that is being removed.
pub(super) const REMOVING: &str = ".removing-";

/// What the name of a folder ends in that is being written.
const UNFINISHED: &str = ".unfinished";

/// An output folder.
#[derive(Debug, Default)]
pub(super) struct Archive {
    pub(super) folder: PathBuf,
    /// What the names of its scans begin with, for the reader: nothing, or `ie1/`.
    pub(super) prefix: String,
    /// Finished scans, and pruned ones.
    pub(super) scans: BTreeMap<ScanId, Stored>,
    /// What else prune and verify have to do with, by its name.
    pub(super) others: Vec<(String, Other)>,
    /// Where `latest` leads; nothing where there is no such link.
    pub(super) latest: Option<String>,
}

/// What an output folder holds besides finished scans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Other {
    /// A scan, or a shard of one, that is being written or was interrupted.
    Unfinished(ScanId),
    /// A finished shard.
    Shard(ScanId),
    /// What a prune that was interrupted left.
    Removing,
    /// A link or a file that is called like a scan.
    NoFolder,
}

/// A scan.
#[derive(Debug)]
pub(super) struct Stored {
    /// Whether its folder is there.
    pub(super) is_here: bool,
    /// The manifest in its folder.
    here: State,
    /// The manifest that pruning left.
    kept: State,
}

/// A manifest, as it is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum State {
    Sealed(Box<Sealed>),
    NotSealed,
    /// With why, as the rest of a sentence about the file.
    Unreadable(String),
}

/// A manifest that is understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sealed {
    pub(super) manifest: Manifest,
    pub(super) bytes: Vec<u8>,
    pub(super) sha256: String,
    /// Its signature, or why that cannot be read.
    pub(super) signature: Option<Result<Vec<u8>, &'static str>>,
}

impl Stored {
    /// Its manifest: the one in its folder, or the one that pruning left.
    pub(super) fn state(&self) -> &State {
        if self.is_here { &self.here } else { &self.kept }
    }

    pub(super) fn sealed(&self) -> Option<&Sealed> {
        match self.state() {
            State::Sealed(sealed) => Some(sealed),
            State::NotSealed | State::Unreadable(_) => None,
        }
    }

    /// Whether pruning left another manifest than the one in its folder.
    pub(super) fn is_twofold(&self) -> bool {
        self.is_here && self.kept != State::NotSealed && self.kept != self.here
    }
}

impl Archive {
    /// Looks at an output folder. Files of scans are not looked at.
    pub(super) fn read(folder: &Path, prefix: &str) -> io::Result<Self> {
        let mut archive = Self { folder: folder.to_owned(), prefix: prefix.to_owned(), ..Self::default() };
        for (name, kind) in entries(folder)? {
            let is_folder = kind.is_dir();
            if name == "latest" {
                archive.latest = leads_to(&folder.join(&name), kind)?;
            } else if name == PRUNED && is_folder {
                archive.add_pruned(&folder.join(name))?;
            } else if let Some(id) = ScanId::from_name(&name).filter(|_| is_folder) {
                let here = State::read(&folder.join(&name), MANIFEST, SIGNATURE)?;
                let kept = archive.scans.remove(&id).map_or(State::NotSealed, |stored| stored.kept);
                archive.scans.insert(id, Stored { is_here: true, here, kept });
            } else if prefix.is_empty() && !is_folder && Region::from_word(&name).is_some() {
                // Somebody put something else in the place of a Region's folder, and its scans are out of sight.
                archive.others.push((name, Other::NoFolder));
            } else if let Some(other) = Other::of(&name, is_folder) {
                archive.others.push((name, other));
            }
        }
        Ok(archive)
    }

    fn add_pruned(&mut self, folder: &Path) -> io::Result<()> {
        for (name, _) in entries(folder)? {
            let Some(id) = name.strip_suffix(".manifest.json").and_then(ScanId::from_name) else { continue };
            let (manifest, signature) = pruned_names(&id);
            let kept = State::read(folder, &manifest, &signature)?;
            let stored = self.scans.entry(id).or_insert_with(Stored::of_nothing);
            stored.kept = kept;
        }
        Ok(())
    }

    /// What a scan is called for the reader.
    pub(super) fn label(&self, id: &ScanId) -> String {
        format!("{}{id}", self.prefix)
    }

    /// The scans with a manifest that is understood.
    pub(super) fn sealed(&self) -> impl Iterator<Item = (&ScanId, &Sealed)> {
        self.scans.iter().filter_map(|(id, stored)| Some((id, stored.sealed()?)))
    }

    /// Those of them that are about the whole: the chain.
    pub(super) fn chain(&self) -> impl Iterator<Item = (&ScanId, &Sealed)> {
        self.sealed().filter(|(_, sealed)| !sealed.manifest.narrowed)
    }

    /// The scans of the chain that none of it names: the newest one, where all is well.
    pub(super) fn ends(&self) -> Vec<(&ScanId, &Sealed)> {
        let previous = self.chain().filter_map(|(_, sealed)| sealed.manifest.previous.as_ref());
        let named: BTreeSet<&ScanId> = previous.map(|previous| &previous.scan_id).collect();
        self.chain().filter(|(id, _)| !named.contains(id)).collect()
    }
}

impl Stored {
    const fn of_nothing() -> Self {
        Self { is_here: false, here: State::NotSealed, kept: State::NotSealed }
    }
}

impl State {
    pub(super) fn read(folder: &Path, manifest: &str, signature: &str) -> io::Result<Self> {
        let bytes = match read(&folder.join(manifest))? {
            None => return Ok(Self::NotSealed),
            Some(Err(why)) => return Ok(Self::Unreadable(why.to_owned())),
            Some(Ok(bytes)) => bytes,
        };
        let manifest = match Manifest::parse(&bytes) {
            Ok(manifest) => manifest,
            Err(why) => return Ok(Self::Unreadable(why)),
        };
        let signature = read(&folder.join(signature))?;
        let sha256 = sha256(&bytes);
        Ok(Self::Sealed(Box::new(Sealed { manifest, bytes, sha256, signature })))
    }
}

impl Other {
    fn of(name: &str, is_folder: bool) -> Option<Self> {
        if name.starts_with(REMOVING) {
            return Some(if is_folder { Self::Removing } else { Self::NoFolder });
        }
        let finished = name.strip_suffix(UNFINISHED);
        let (id, suffix) = match finished.unwrap_or(name).split_once('.') {
            Some((id, suffix)) => (id, Some(suffix)),
            None => (finished.unwrap_or(name), None),
        };
        let id = ScanId::from_name(id)?;
        match (suffix, finished) {
            _ if !is_folder => Some(Self::NoFolder),
            (None | Some("merge"), Some(_)) => Some(Self::Unfinished(id)),
            (Some(suffix), Some(_)) if suffix.starts_with("shard-") => Some(Self::Unfinished(id)),
            (Some(suffix), None) if suffix.starts_with("shard-") => Some(Self::Shard(id)),
            _ => None,
        }
    }
}

/// The newest scan of an output folder as the next one records it; nothing where there is none, or an older version
/// wrote it. A manifest that cannot be understood is recorded too: the chain does not end where somebody spoiled it.
///
/// # Errors
///
/// When something cannot be read; the error names it.
pub fn previous_in(output: &Path) -> io::Result<Option<Previous>> {
    let latest = output.join("latest");
    let Ok(found) = fs::symlink_metadata(&latest) else { return Ok(None) };
    let name = leads_to(&latest, found.file_type())?;
    let Some(scan_id) = name.as_deref().and_then(ScanId::from_name) else { return Ok(None) };
    let bytes = read(&output.join(scan_id.as_str()).join(MANIFEST))?.and_then(Result::ok);
    // A scan of a part is never `latest`, unless somebody put it there: the chain would go round what lies between.
    let is_whole = |bytes: &Vec<u8>| !Manifest::parse(bytes).is_ok_and(|manifest| manifest.narrowed);
    Ok(bytes.filter(is_whole).map(|bytes| Previous { scan_id, manifest_sha256: sha256(&bytes) }))
}

/// The output folder and those of other Regions in it, with what their scans' names begin with.
pub(super) fn with_regions(folder: &Path) -> io::Result<Vec<(PathBuf, String)>> {
    let mut folders = vec![(folder.to_owned(), String::new())];
    for (name, kind) in entries(folder)? {
        if kind.is_dir() && Region::from_word(&name).is_some() {
            folders.push((folder.join(&name), format!("{name}/")));
        }
    }
    Ok(folders)
}

/// What a pruned scan's manifest and its signature are called.
pub(super) fn pruned_names(id: &ScanId) -> (String, String) {
    (format!("{id}.manifest.json"), format!("{id}.manifest.json.minisig"))
}

/// The names in a folder, in order, and what they are of. Names that are no text are none of ours.
fn entries(folder: &Path) -> io::Result<BTreeMap<String, FileType>> {
    let list = fs::read_dir(folder).map_err(|error| named(folder, &error))?;
    let mut entries = BTreeMap::new();
    for entry in list {
        let entry = entry.map_err(|error| named(folder, &error))?;
        let kind = entry.file_type().map_err(|error| named(&entry.path(), &error))?;
        if let Ok(name) = entry.file_name().into_string() {
            entries.insert(name, kind);
        }
    }
    Ok(entries)
}

/// Where `latest` leads. Where links need privileges, it is a file with the name of the scan.
fn leads_to(latest: &Path, kind: FileType) -> io::Result<Option<String>> {
    if kind.is_symlink() {
        let target = fs::read_link(latest).map_err(|error| named(latest, &error))?;
        return Ok(Some(target.to_string_lossy().into_owned()));
    }
    let text = read(latest)?.and_then(Result::ok).unwrap_or_default();
    Ok(Some(String::from_utf8_lossy(&text).trim().to_owned()))
}
