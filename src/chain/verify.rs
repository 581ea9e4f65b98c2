//! Looking at finished scans again: their files, their signatures, and how they hang together.

use std::io;
use std::path::Path;
use std::str::FromStr;

use super::archive::{Archive, Other, Sealed, State, with_regions};
use super::files::{self, in_short};
use super::links;
use super::manifest::{MANIFEST, SIGNATURE};
use super::signature::PublicKey;
use crate::model::{
    Note, Problem, ProblemKind, ScanId, ScanState, Seal, SignatureState, Verification, VerifiedScan,
};

/// The SHA-256 of the newest manifest, as somebody noted it elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor(String);

impl FromStr for Anchor {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_hash { Ok(Self(text.to_lowercase())) } else { Err("a SHA-256 has 64 hexadecimal digits") }
    }
}

/// What scans are held against, besides each other.
#[derive(Debug, Clone, Copy, Default)]
pub struct Verifier<'a> {
    /// The key that every manifest must be signed with.
    pub key: Option<&'a PublicKey>,
    /// The hash that the newest manifest must have.
    pub anchor: Option<&'a Anchor>,
}

impl Verifier<'_> {
    /// Verifies an output folder: all scans in it, those of other Regions, and how they hang together.
    ///
    /// # Errors
    ///
    /// When something cannot be read; the error names it.
    pub fn folder(&self, folder: &Path) -> io::Result<Verification> {
        let mut said = Verification::default();
        for (folder, prefix) in with_regions(folder)? {
            let archive = Archive::read(&folder, &prefix)?;
            for (id, stored) in &archive.scans {
                let here = stored.is_here.then(|| archive.folder.join(id.as_str()));
                self.scan_in(here.as_deref(), archive.label(id), stored.state(), &mut said)?;
            }
            links::check(&archive, &mut said.problems, &mut said.notes);
            others(&archive, &mut said);
            let ends = archive.ends();
            let newest = ends.last().map(|(id, sealed)| (archive.label(id), *sealed));
            if prefix.is_empty() {
                self.hold_against_anchor(newest.clone(), &archive, &mut said.problems);
            }
            said.newest.extend(newest.map(|(scan, sealed)| seal(scan, sealed)));
        }
        Ok(ended(said))
    }

    /// Verifies the folder of one scan, and its link to the scan before it, if that is beside it.
    ///
    /// # Errors
    ///
    /// When something cannot be read; the error names it.
    pub fn scan(&self, folder: &Path) -> io::Result<Verification> {
        let mut said = Verification::default();
        let state = State::read(folder, MANIFEST, SIGNATURE)?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        self.scan_in(Some(folder), name.clone(), &state, &mut said)?;
        match &state {
            State::NotSealed => {
                let sentence = format!("has no {MANIFEST}: nothing of it can be verified");
                said.problems.push(Problem::new(name, "", ProblemKind::NotSealed, sentence));
            }
            State::Unreadable(why) => {
                let kind = ProblemKind::ManifestUnreadable;
                said.problems.push(Problem::new(name, MANIFEST, kind, why.as_str()));
            }
            State::Sealed(sealed) => {
                said.newest.push(seal(name.clone(), sealed));
                let newest = Some((name.clone(), &**sealed));
                self.hold_against_anchor(newest, &Archive::default(), &mut said.problems);
                link_of_one(folder, &name, sealed, &mut said);
            }
        }
        Ok(ended(said))
    }

    /// A scan for itself; without a folder, what pruning left of it.
    fn scan_in(
        &self,
        folder: Option<&Path>,
        scan: String,
        state: &State,
        said: &mut Verification,
    ) -> io::Result<()> {
        let State::Sealed(sealed) = state else {
            let state = if *state == State::NotSealed { ScanState::NotSealed } else { ScanState::Altered };
            let signature = SignatureState::None;
            said.scans.push(VerifiedScan { scan, state, signature, files: 0, bytes: 0 });
            return Ok(());
        };
        let signature = self.signature(&scan, sealed, &mut said.problems);
        let (files, bytes) = match folder {
            Some(folder) => files::check(&scan, folder, &sealed.manifest, &mut said.problems)?,
            None => (0, 0),
        };
        let state = if folder.is_some() { ScanState::Intact } else { ScanState::Pruned };
        said.scans.push(VerifiedScan { scan, state, signature, files, bytes });
        Ok(())
    }

    fn signature(&self, scan: &str, sealed: &Sealed, problems: &mut Vec<Problem>) -> SignatureState {
        let mut tell = |file: &str, kind, sentence: &str| {
            problems.push(Problem::new(scan, file, kind, sentence));
        };
        match (self.key, &sealed.signature) {
            (None, None) => SignatureState::None,
            (None, Some(Ok(_))) => SignatureState::NotChecked,
            (Some(_), None) => {
                tell(MANIFEST, ProblemKind::Unsigned, "is not signed");
                SignatureState::None
            }
            (_, Some(Err(why))) => {
                tell(SIGNATURE, ProblemKind::SignatureInvalid, why);
                SignatureState::Invalid
            }
            (Some(key), Some(Ok(signature))) => match key.check(&sealed.bytes, signature) {
                Ok(()) => SignatureState::Valid,
                Err(why) => {
                    tell(SIGNATURE, ProblemKind::SignatureInvalid, &why);
                    SignatureState::Invalid
                }
            },
        }
    }

    /// Holds the newest seal against the hash that was noted elsewhere.
    fn hold_against_anchor(
        &self,
        newest: Option<(String, &Sealed)>,
        archive: &Archive,
        problems: &mut Vec<Problem>,
    ) {
        let Some(Anchor(anchor)) = self.anchor else { return };
        let (scan, sentence) = match newest {
            Some((_, sealed)) if sealed.sha256 == *anchor => return,
            None => (String::new(), "has no scan of the given hash: it has no sealed one".to_owned()),
            Some((scan, sealed)) => {
                let of_another = archive.sealed().find(|(_, other)| other.sha256 == *anchor);
                let why = of_another.map_or_else(
                    || "it was written anew, or newer scans were removed".to_owned(),
                    |(other, _)| format!("that is the one of {other}, and this one came after it"),
                );
                let found = in_short(&sealed.sha256);
                (scan, format!("has SHA-256 {found} instead of {}: {why}", in_short(anchor)))
            }
        };
        let file = if scan.is_empty() { "the folder" } else { MANIFEST };
        problems.push(Problem::new(scan, file, ProblemKind::Anchor, sentence));
    }
}

fn seal(scan: String, sealed: &Sealed) -> Seal {
    Seal { scan, manifest_sha256: sealed.sha256.clone() }
}

/// How one scan hangs together with those beside it.
fn link_of_one(folder: &Path, name: &str, sealed: &Sealed, said: &mut Verification) {
    let previous = sealed.manifest.previous.as_ref().map(|previous| previous.scan_id.as_str());
    let (mut problems, mut notes) = (Vec::new(), Vec::new());
    // A scan that lies somewhere else than it was made has none beside it.
    let beside = ScanId::from_name(name).and_then(|_| Archive::read(folder.parent()?, "").ok());
    if let Some(archive) = &beside {
        links::check(archive, &mut problems, &mut notes);
    }
    let is_there = |id: &str| {
        beside.as_ref().is_some_and(|archive| archive.scans.keys().any(|other| other.as_str() == id))
    };
    if let Some(previous) = previous.filter(|previous| !is_there(previous)) {
        let sentence =
            format!("names {previous} as the scan before it, which is not beside it: not compared");
        said.notes.push(Note { scan: name.to_owned(), sentence });
    }
    let is_of_previous = |problem: &Problem| {
        Some(problem.scan.as_str()) == previous && problem.kind != ProblemKind::ScanMissing
    };
    problems.retain(|problem| problem.scan == name || is_of_previous(problem));
    said.problems.append(&mut problems);
}

/// What is in the folder besides finished scans.
fn others(archive: &Archive, said: &mut Verification) {
    for (name, other) in &archive.others {
        let scan = format!("{}{name}", archive.prefix);
        let sentence = match other {
            Other::Unfinished(_) => "is not finished: it was skipped",
            Other::Shard(_) => "is a shard, and shards are not sealed: it was skipped",
            Other::Removing => "is being removed, or was when prune was interrupted: the next one ends it",
            Other::NoFolder => {
                let sentence = "is called like a scan and is none: it was not followed";
                said.problems.push(Problem::new(scan, "", ProblemKind::NotAFile, sentence));
                continue;
            }
        };
        said.notes.push(Note { scan, sentence: sentence.to_owned() });
    }
}

/// The problems by scan, and each scan with one is not intact.
fn ended(mut said: Verification) -> Verification {
    said.problems.sort_by(|one, other| one.scan.cmp(&other.scan));
    for scan in &mut said.scans {
        if scan.state != ScanState::NotSealed && said.problems.iter().any(|problem| problem.scan == scan.scan)
        {
            scan.state = ScanState::Altered;
        }
    }
    said
}
