//! What was done, line by line, on the disk before and after each call: JSON Lines, each with the hash of the one before.
//!
//! A line that broke off says that nothing was sent after it: each is on the disk before the next call.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::{FixStep, Region, in_seconds, trouble};

/// The form of a journal.
const FORM: u32 = 1;
/// More than any journal needs; a wrong file is noticed before it fills the memory.
const MOST_BYTES: u64 = 64 << 20;

/// A line of a journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Entry {
    /// When, RFC 3339 UTC.
    pub at: String,
    /// SHA-256 of the line before; empty in the first.
    pub previous: String,
    /// SHA-256 of this line with nothing here: no line after the last one vouches for it.
    pub digest: String,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What happened, or is about to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The journal begins.
    Opened {
        /// The form of the file.
        format: u32,
        /// The program and its version.
        by: String,
        /// What is done.
        what: String,
        /// The digest of the plan; empty where there is none.
        plan: String,
        /// The account that the scan began at.
        root_account_sid: String,
        /// The Region.
        region: Region,
    },
    /// The program was started again.
    GoesOn,
    /// A call is about to be made.
    AboutTo {
        /// Whether it takes a change back.
        back: bool,
        /// As whom: the SID of a key or account.
        user: String,
        /// The change, with what was there before.
        step: Box<FixStep>,
    },
    /// It was answered, or nothing came back.
    Answered {
        /// Its step.
        number: u32,
        /// Whether it takes a change back.
        back: bool,
        /// The status; nothing where no answer came.
        http_status: Option<u16>,
        /// Twilio's error code, where the answer named one.
        twilio_code: Option<u32>,
        /// Whether it is certain that nothing was done.
        refused: bool,
    },
    /// It was read again, and is as it is to be.
    Done {
        /// Its step.
        number: u32,
        /// Whether it took a change back.
        back: bool,
        /// More about it.
        note: String,
    },
    /// Nothing was sent.
    Skipped {
        /// Its step.
        number: u32,
        /// Whether it would take a change back.
        back: bool,
        /// Why.
        why: String,
    },
    /// Something unexpected: nothing more was done.
    Stopped {
        /// Its step.
        number: u32,
        /// Whether it takes a change back.
        back: bool,
        /// What.
        why: String,
    },
    /// Everything that was confirmed was gone through.
    Closed {
        /// Steps that were not confirmed.
        left: usize,
    },
    /// A key is about to be replaced, or was.
    Key {
        /// What about it: `about_to_make`, `made`, `handed_over`, `about_to_remove`, `removed`.
        what: String,
        /// The old key.
        old: String,
        /// The new one, where there is one yet.
        new: String,
    },
}

/// A journal that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It is there already.
    #[error(
        "{path} is there already: the plan was applied, or its application was interrupted. \
         `fix apply --resume` goes on with it, `fix undo` takes it back"
    )]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// It cannot be read or written.
    #[error("{path}: {}", trouble(error))]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is no journal, or not as it was written.
    #[error("{path}, line {line}: {why}")]
    Altered {
        /// Where.
        path: PathBuf,
        /// In which line, from 1.
        line: usize,
        /// What is wrong with it.
        why: &'static str,
    },
    /// It could not say what was done.
    #[error(
        "step {number} was sent, and the journal cannot say so ({error}): `--resume` looks what came of it"
    )]
    Unsaid {
        /// Which step.
        number: u32,
        /// Why.
        error: Box<Self>,
    },
    /// Somebody else writes to it.
    #[error("{path} is being written by another run: wait until it ends")]
    Busy {
        /// Where.
        path: PathBuf,
    },
}

/// An open journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    previous: String,
    entries: Vec<Entry>,
}

impl Journal {
    /// Begins a new journal, which only its owner may read.
    ///
    /// # Errors
    ///
    /// When there is one already, or it cannot be written.
    pub fn create(
        path: &Path,
        what: &str,
        plan: &str,
        root_account_sid: &str,
        region: Region,
    ) -> Result<Self, JournalError> {
        let file = private(OpenOptions::new().read(true).write(true).create_new(true)).open(path);
        let file = file.map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => JournalError::Exists { path: path.to_owned() },
            _ => failed(path, error),
        })?;
        lock(&file, path)?;
        let mut journal = Self { path: path.to_owned(), file, previous: String::new(), entries: Vec::new() };
        journal.write(Event::Opened {
            format: FORM,
            by: concat!("twilio-audit ", env!("CARGO_PKG_VERSION")).to_owned(),
            what: what.to_owned(),
            plan: plan.to_owned(),
            root_account_sid: root_account_sid.to_owned(),
            region,
        })?;
        sync_folder(path).map_err(|error| failed(path, error))?;
        Ok(journal)
    }

    /// Opens a journal to go on with it. A last line that broke off is taken away.
    ///
    /// # Errors
    ///
    /// When there is none, it is not as it was written, or another run writes to it.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let is_file = fs::symlink_metadata(path).map_err(|error| failed(path, error))?.is_file();
        if !is_file {
            return Err(failed(path, io::Error::other("it is no plain file")));
        }
        let mut file =
            OpenOptions::new().read(true).write(true).open(path).map_err(|error| failed(path, error))?;
        lock(&file, path)?;
        let mut bytes = Vec::new();
        (&mut file).take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| failed(path, error))?;
        if bytes.len() as u64 > MOST_BYTES {
            return Err(failed(path, io::Error::other("it is larger than any journal")));
        }
        let Understood { entries, previous, whole } = understand(path, &bytes)?;
        let keep = || -> io::Result<()> {
            file.set_len(whole as u64)?;
            file.seek(SeekFrom::End(0))?;
            file.sync_all()
        };
        let mut keep = keep;
        keep().map_err(|error| failed(path, error))?;
        Ok(Self { path: path.to_owned(), file, previous, entries })
    }

    /// Whether a file was made and nothing written into it: nothing was sent then.
    pub fn is_blank(path: &Path) -> bool {
        fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.len() == 0)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What stands in it.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The digest of the plan that it belongs to, the account that the scan began at, and the Region.
    pub fn belongs_to(&self) -> Option<(&str, &str, Region)> {
        match self.entries.first().map(|entry| &entry.event) {
            Some(Event::Opened { plan, root_account_sid, region, .. }) => {
                Some((plan, root_account_sid, *region))
            }
            _ => None,
        }
    }

    /// The numbers of the steps that were made (or taken back), and not the other way round since.
    pub fn done(&self, back: bool) -> BTreeSet<u32> {
        let mut done = BTreeSet::new();
        for entry in &self.entries {
            if let Event::Done { number, back: was_back, .. } = &entry.event {
                if *was_back == back {
                    done.insert(*number)
                } else {
                    done.remove(number)
                };
            }
        }
        done
    }

    /// The steps that were made (or taken back), or may have been, newest first.
    pub fn begun(&self, back: bool) -> Vec<&FixStep> {
        let mut begun: Vec<&FixStep> = Vec::new();
        for entry in &self.entries {
            match &entry.event {
                Event::AboutTo { back: was_back, step, .. } if *was_back == back => {
                    begun.retain(|other| other.number != step.number);
                    begun.push(step);
                }
                Event::Answered { number, back: was_back, refused: true, .. } if *was_back == back => {
                    begun.retain(|other| other.number != *number);
                }
                _ => {}
            }
        }
        begun.reverse();
        begun
    }

    /// Writes a line, to the disk itself.
    ///
    /// # Errors
    ///
    /// When it cannot be written: then nothing more may be sent.
    pub fn write(&mut self, event: Event) -> Result<(), JournalError> {
        let at = in_seconds(Timestamp::now());
        let mut entry = Entry { at, previous: self.previous.clone(), digest: String::new(), event };
        let mut write = || -> io::Result<String> {
            let line = entry.seal()?;
            (&self.file).write_all(format!("{line}\n").as_bytes())?;
            self.file.sync_data()?;
            Ok(line)
        };
        let line = write().map_err(|error| failed(&self.path, error))?;
        self.previous = hash(&line);
        self.entries.push(entry);
        Ok(())
    }
}

impl Entry {
    /// Gives the line its digest, and words it.
    ///
    /// # Errors
    ///
    /// When it cannot be worded, which does not happen.
    pub fn seal(&mut self) -> serde_json::Result<String> {
        self.digest.clear();
        self.digest = hash(&serde_json::to_string(self)?);
        serde_json::to_string(self)
    }

    /// Whether it is the line that it was sealed as.
    fn is_as_sealed(&self, line: &str) -> bool {
        !self.digest.is_empty() && hash(&line.replacen(&self.digest, "", 1)) == self.digest
    }
}

/// What the bytes of a journal say.
#[derive(Debug)]
pub struct Understood {
    /// Its lines.
    pub entries: Vec<Entry>,
    /// SHA-256 of the last.
    pub previous: String,
    /// How many bytes they are: what stands behind them is a line that broke off.
    pub whole: usize,
}

/// Reads the bytes of a journal, which errors call by its path.
///
/// # Errors
///
/// When it is none, or not as it was written.
pub fn understand(path: &Path, bytes: &[u8]) -> Result<Understood, JournalError> {
    // The last line may have broken off, in the middle of a letter even.
    let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let text = String::from_utf8_lossy(bytes.get(..whole).unwrap_or_default());
    let mut entries = Vec::new();
    let mut previous = String::new();
    for (line, number) in text.lines().zip(1..) {
        let altered = |why| JournalError::Altered { path: path.to_owned(), line: number, why };
        let entry: Entry =
            serde_json::from_str(line).map_err(|_| altered("it is no line of a journal of this program"))?;
        if entry.previous != previous {
            return Err(altered("a line before it was changed or is missing"));
        }
        if !entry.is_as_sealed(line) {
            return Err(altered("it was changed after it was written"));
        }
        previous = hash(line);
        entries.push(entry);
    }
    match entries.first().map(|entry| &entry.event) {
        Some(Event::Opened { format: FORM, .. }) => Ok(Understood { entries, previous, whole }),
        Some(Event::Opened { .. }) => Err(JournalError::Altered {
            path: path.to_owned(),
            line: 1,
            why: "it is of another version of this program",
        }),
        _ => Err(JournalError::Altered {
            path: path.to_owned(),
            line: 1,
            why: "it is no journal of this program",
        }),
    }
}

fn hash(line: &str) -> String {
    format!("{:x}", Sha256::digest(line))
}

fn failed(path: &Path, error: io::Error) -> JournalError {
    JournalError::Io { path: path.to_owned(), error }
}

fn lock(file: &File, path: &Path) -> Result<(), JournalError> {
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(JournalError::Busy { path: path.to_owned() }),
        // Some network drives know no locks; going without is better than not going.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(()),
    }
}

/// That a new file is there, power cut or not.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        File::open(folder.unwrap_or_else(|| Path::new(".")))?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options
}
