//! Writing a scan in its forms, to wherever it is wanted or as files.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use super::format::Format;
use super::gate::GateFormat;
use super::options::Options;
use super::{coverage_csv, findings_csv, gate, html, json, junit, markdown, ocsf, sarif};
use crate::model::{Kept, Scan, trouble};
use crate::parallel;

impl Format {
    /// Writes a scan in this form.
    ///
    /// # Errors
    ///
    /// When something cannot be read or written.
    pub fn write(self, scan: &Scan, kept: &dyn Kept, options: Options, to: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Html => html::write(scan, kept, options, to),
            Self::Gate => gate::write(scan, kept, GateFormat::Html, to),
            Self::GateJson => gate::write(scan, kept, GateFormat::Json, to),
            Self::Csv => findings_csv::write(scan, kept, options, to),
            Self::Coverage => coverage_csv::write(scan, kept, options, to),
            Self::Json => json::write(scan, kept, options, to),
            Self::Sarif => sarif::write(scan, kept, options, to),
            Self::Ocsf => ocsf::write(scan, kept, options, to),
            Self::Markdown => markdown::write(scan, kept, options, to),
            Self::Junit => junit::write(scan, kept, options, to),
        }
    }
}

/// Writes a scan into a folder, one new file for each form, side by side. `open` opens what the scan keeps, once for each
/// of them that are being written at a time.
///
/// # Errors
///
/// When a file is there already or cannot be written, or what the scan keeps cannot be read; the error names the file.
pub fn write_files<K: Kept>(
    formats: &[Format],
    scan: &Scan,
    open: impl Fn() -> io::Result<K> + Sync,
    options: Options,
    folder: &Path,
) -> io::Result<()> {
    let has_failed = AtomicBool::new(false);
    let write_one = |opened: &mut Option<K>, format: &Format| {
        let kept = match opened {
            Some(kept) => kept,
            None => opened.insert(open()?),
        };
        write_file(&folder.join(format.file_name()), |file| format.write(scan, kept, options, file))
    };
    // After one that failed none is begun: on a full disk it would be in the way of the next try.
    let write = |opened: &mut Option<K>, format: &Format| {
        if has_failed.load(Ordering::Relaxed) {
            return Ok(());
        }
        write_one(opened, format).inspect_err(|_| has_failed.store(true, Ordering::Relaxed))
    };
    parallel::map_with(formats, || None, write).into_iter().collect()
}

/// Bytes that are written at once: a large report is of millions of small writes.
const BLOCK: usize = 1 << 16;

/// Writes a new file that only its owner may read, to the disk itself.
///
/// # Errors
///
/// When the file is there already or cannot be written; the error names it.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let written = || {
        let mut file = BufWriter::with_capacity(BLOCK, private_file(path)?);
        write(&mut file)?;
        file.flush()?;
        file.get_ref().sync_all()
    };
    written().map_err(|error| {
        let why = match error.kind() {
            io::ErrorKind::AlreadyExists => "it is there already, and is left as it is".to_owned(),
            _ => trouble(&error),
        };
        io::Error::new(error.kind(), format!("cannot write {}: {why}", path.display()))
    })
}

/// A new file that only its owner may read: the report lists every weakness.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}
