//! Reading files that somebody may have exchanged for something else.

use std::fs::{self, File, Metadata};
use std::io::{self, BufReader, Read as _};
use std::path::Path;

use sha2::{Digest as _, Sha256};

/// More than any manifest needs; a wrong file is noticed before it fills the memory.
const MOST_BYTES: u64 = 1 << 20;

/// What is at a path.
#[derive(Debug)]
pub(super) enum Found {
    Nothing,
    /// A link, a pipe, a folder: nothing to be read.
    NoFile,
    File(File),
}

/// Opens a file. A link is not followed, and a pipe is not waited for.
pub(super) fn look(path: &Path) -> io::Result<Found> {
    let before = match fs::symlink_metadata(path) {
        Ok(before) => before,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(named(path, &error)),
    };
    if !before.is_file() {
        return Ok(Found::NoFile);
    }
    let open = || -> io::Result<Found> {
        let file = File::open(path)?;
        // Between two looks at a path the file can be exchanged.
        Ok(if is_same(&before, &file.metadata()?) { Found::File(file) } else { Found::NoFile })
    };
    open().map_err(|error| named(path, &error))
}

/// What a small file holds; nothing where there is none.
pub(super) fn read(path: &Path) -> io::Result<Option<Result<Vec<u8>, &'static str>>> {
    let file = match look(path)? {
        Found::Nothing => return Ok(None),
        Found::NoFile => return Ok(Some(Err("is no plain file"))),
        Found::File(file) => file,
    };
    let mut bytes = Vec::new();
    file.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| named(path, &error))?;
    Ok(Some(if bytes.len() as u64 > MOST_BYTES { Err("is larger than 1 MiB") } else { Ok(bytes) }))
}

/// Bytes that are read at once.
const BLOCK: usize = 1 << 16;

/// The size and the SHA-256 of a file, read bit by bit: evidence may be larger than memory.
pub(super) fn digest(path: &Path, file: File) -> io::Result<(u64, String)> {
    let mut hash = Sha256::new();
    let bytes = io::copy(&mut BufReader::with_capacity(BLOCK, file), &mut hash)
        .map_err(|error| named(path, &error))?;
    Ok((bytes, format!("{:x}", hash.finalize())))
}

/// The SHA-256 of something, as programs print it.
pub fn sha256(bytes: impl AsRef<[u8]>) -> String {
    format!("{:x}", Sha256::digest(bytes))
}

/// An error that says which file it is about.
pub(super) fn named(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", path.display()))
}

#[cfg(unix)]
fn is_same(before: &Metadata, now: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    now.is_file() && (before.dev(), before.ino()) == (now.dev(), now.ino())
}

#[cfg(not(unix))]
fn is_same(_before: &Metadata, now: &Metadata) -> bool {
    now.is_file()
}
