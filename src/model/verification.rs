//! What looking at finished scans again says: whether they are as they were sealed.

use serde::Serialize;

/// What was found, scan by scan, and what is wrong.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Verification {
    /// The scans, the oldest first; in a Region's folder they are called `ie1/20261123T041500Z`.
    pub scans: Vec<VerifiedScan>,
    /// Everything that is not as it was sealed. Where there is nothing, all is as it was.
    pub problems: Vec<Problem>,
    /// What the reader should know besides.
    pub notes: Vec<Note>,
    /// The newest seal of each chain. Whoever keeps it elsewhere can hold the chain against it later.
    pub newest: Vec<Seal>,
}

/// A scan by its name, and the hash of its manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seal {
    /// The scan.
    pub scan: String,
    /// The SHA-256 of its `manifest.json`.
    pub manifest_sha256: String,
}

/// What became of a scan.
#[derive(Debug, Clone, Serialize)]
pub struct VerifiedScan {
    /// Its name.
    pub scan: String,
    /// How it is.
    pub state: ScanState,
    /// Whether its manifest is signed.
    pub signature: SignatureState,
    /// How many files were compared with their hashes.
    pub files: usize,
    /// How many bytes they have.
    pub bytes: u64,
}

/// How a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanState {
    /// Every file is as it was sealed.
    Intact,
    /// Something is wrong with it; the problems say what.
    Altered,
    /// It has no manifest, so nothing can be said.
    NotSealed,
    /// It was removed by `prune`, which kept its manifest.
    Pruned,
}

/// Whether a manifest is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureState {
    /// There is no signature.
    None,
    /// There is one, and no key to check it with was given.
    NotChecked,
    /// It is by the given key.
    Valid,
    /// It is not by the given key, or of something else.
    Invalid,
}

impl SignatureState {
    /// What is known of the signature, in words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::NotChecked => "there is one, and it was not checked: no --public-key was given",
            Self::Valid => "valid",
            Self::Invalid => "not by the given key",
        }
    }
}

/// Something that is not as it was sealed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The scan; empty where it is about the whole folder.
    pub scan: String,
    /// The file; empty where it is about the whole scan.
    pub file: String,
    /// What kind of problem it is.
    pub kind: ProblemKind,
    /// The rest of the sentence that begins with the scan and the file.
    pub sentence: String,
    /// The SHA-256 that the file was sealed with, where it is altered.
    pub sealed_sha256: Option<String>,
    /// The SHA-256 that it has.
    pub found_sha256: Option<String>,
}

impl Problem {
    /// A problem that is not about hashes.
    pub fn new(scan: impl Into<String>, file: &str, kind: ProblemKind, sentence: impl Into<String>) -> Self {
        let (scan, file, sentence) = (scan.into(), file.to_owned(), sentence.into());
        Self { scan, file, kind, sentence, sealed_sha256: None, found_sha256: None }
    }
}

/// What can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// A file has another hash or another size.
    Altered,
    /// A file is gone.
    Missing,
    /// A file is there that the manifest does not name.
    Added,
    /// A link, a pipe or a folder is where a file was, and was not followed.
    NotAFile,
    /// The manifest is not the one that the next scan recorded.
    ManifestAltered,
    /// The manifest cannot be understood.
    ManifestUnreadable,
    /// The scan has no manifest.
    NotSealed,
    /// A later scan names it, and it is gone.
    ScanMissing,
    /// Two scans name the same one as the one before.
    Fork,
    /// It names none before it, and there is one.
    Broken,
    /// `latest` is not the newest scan.
    Latest,
    /// The newest manifest does not have the hash that was noted elsewhere.
    Anchor,
    /// The manifest has no signature.
    Unsigned,
    /// The signature is not by the given key, or of something else.
    SignatureInvalid,
}

/// What the reader should know, and is no problem.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The scan, or the scans: the first and how many.
    pub scan: String,
    /// The rest of the sentence that begins with the scan.
    pub sentence: String,
}

impl Verification {
    /// Whether everything is as it was sealed.
    pub fn is_clean(&self) -> bool {
        self.problems.is_empty()
    }
}
