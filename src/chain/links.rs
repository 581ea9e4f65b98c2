//! Whether each scan is the one that the next one recorded: what hashes of files alone cannot show.

use std::collections::{BTreeMap, BTreeSet};

use super::archive::{Archive, State, Stored};
use super::files::in_short;
use super::manifest::MANIFEST;
use crate::model::{Note, Problem, ProblemKind, ScanId};

/// What is wrong between the scans of a folder.
pub(super) fn check(archive: &Archive, problems: &mut Vec<Problem>, notes: &mut Vec<Note>) {
    let mut links = Links { archive, problems, without_manifest: BTreeSet::new() };
    links.manifests();
    links.recorded();
    links.branches();
    links.latest();
    links.not_sealed(notes);
}

struct Links<'a> {
    archive: &'a Archive,
    problems: &'a mut Vec<Problem>,
    /// The scans that had a manifest once, for a later one names it.
    without_manifest: BTreeSet<ScanId>,
}

impl Links<'_> {
    fn tell(&mut self, id: &ScanId, file: &str, kind: ProblemKind, sentence: String) {
        let scan = self.archive.label(id);
        self.problems.push(Problem::new(scan, file, kind, sentence));
    }

    /// Each manifest for itself.
    fn manifests(&mut self) {
        let archive = self.archive;
        for (id, stored) in &archive.scans {
            match stored.state() {
                State::Unreadable(why) => {
                    self.tell(id, MANIFEST, ProblemKind::ManifestUnreadable, why.clone());
                }
                State::Sealed(sealed) if sealed.manifest.scan_id != *id => {
                    let sentence = format!("is that of the scan {}", sealed.manifest.scan_id);
                    self.tell(id, MANIFEST, ProblemKind::ManifestAltered, sentence);
                }
                State::Sealed(_) | State::NotSealed => {}
            }
            if stored.is_twofold() {
                let sentence = "is another one than the one kept in pruned/".to_owned();
                self.tell(id, MANIFEST, ProblemKind::ManifestAltered, sentence);
            }
        }
    }

    /// Each manifest against the hash that the next scans recorded of it.
    fn recorded(&mut self) {
        let (archive, mut told) = (self.archive, BTreeSet::new());
        for (id, sealed) in archive.sealed() {
            let Some(previous) = &sealed.manifest.previous else { continue };
            let (before, recorded) = (&previous.scan_id, &previous.manifest_sha256);
            if !told.insert((before, recorded)) {
                continue;
            }
            match archive.scans.get(before).map(Stored::state) {
                None => {
                    let sentence = format!("is missing: {id} names it as the scan before it");
                    self.tell(before, "", ProblemKind::ScanMissing, sentence);
                }
                Some(State::NotSealed) => {
                    let sentence = format!("is missing: {id} recorded its hash");
                    self.tell(before, MANIFEST, ProblemKind::Missing, sentence);
                    self.without_manifest.insert(before.clone());
                }
                Some(State::Sealed(found)) if found.sha256 != *recorded => {
                    let sentence = format!(
                        "was altered: it has SHA-256 {}, and {id} recorded {}",
                        in_short(&found.sha256),
                        in_short(recorded)
                    );
                    self.tell(before, MANIFEST, ProblemKind::ManifestAltered, sentence);
                }
                Some(State::Sealed(_) | State::Unreadable(_)) => {}
            }
        }
    }

    /// Each scan is followed by one, and there is one beginning.
    fn branches(&mut self) {
        let archive = self.archive;
        let mut followers: BTreeMap<Option<&ScanId>, Vec<&ScanId>> = BTreeMap::new();
        for (id, sealed) in archive.chain() {
            let before = sealed.manifest.previous.as_ref().map(|previous| &previous.scan_id);
            followers.entry(before).or_default().push(id);
        }
        for (before, followers) in followers {
            let Some((first, others)) = followers.split_first() else { continue };
            for other in others {
                let (kind, sentence) = match before {
                    Some(before) => {
                        (ProblemKind::Fork, format!("names {before} as the scan before it, as {first} does"))
                    }
                    None => {
                        (ProblemKind::Broken, format!("names no scan before it, and {first} was before it"))
                    }
                };
                self.tell(other, "", kind, sentence);
            }
        }
    }

    /// `latest` leads to the newest scan.
    fn latest(&mut self) {
        let archive = self.archive;
        let ends = archive.ends();
        let (Some((newest, _)), latest) = (ends.last(), archive.latest.as_deref()) else { return };
        if archive.scans.get(*newest).is_some_and(|stored| !stored.is_here) {
            let sentence = "is missing: it was the newest scan, which prune never removes".to_owned();
            self.tell(newest, "", ProblemKind::ScanMissing, sentence);
        }
        if ends.iter().any(|(id, _)| Some(id.as_str()) == latest) {
            return;
        }
        let sentence = match latest {
            None => format!("is missing: the newest scan is {newest}"),
            Some(latest) => format!("leads to {latest}, and the newest scan is {newest}"),
        };
        let file = format!("{}latest", archive.prefix);
        self.problems.push(Problem::new("", &file, ProblemKind::Latest, sentence));
    }

    /// Scans without a manifest. Older versions wrote none, so those before the first seal are no problem.
    fn not_sealed(&mut self, notes: &mut Vec<Note>) {
        let archive = self.archive;
        let first = archive.sealed().map(|(id, _)| id).next();
        let mut older = Vec::new();
        for (id, stored) in &archive.scans {
            if *stored.state() != State::NotSealed || self.without_manifest.contains(id) {
                continue;
            }
            if first.is_some_and(|first| id < first) {
                older.push(id);
            } else {
                let sentence = format!("has no {MANIFEST}: nothing of it can be verified");
                self.tell(id, "", ProblemKind::NotSealed, sentence);
            }
        }
        if let Some(newest) = older.last() {
            let scan = archive.label(newest);
            let sentence = match older.len() {
                1 => "is not sealed, for an older version wrote it: it was not verified".to_owned(),
                many => format!(
                    "and the {} before it are not sealed, for an older version wrote them: they were not verified",
                    many - 1
                ),
            };
            notes.push(Note { scan, sentence });
        }
    }
}
