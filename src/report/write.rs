//! Writing a scan in its forms, to wherever it is wanted or as files.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::format::Format;
use super::gate::GateFormat;
use super::options::Options;
use super::{coverage_csv, findings_csv, gate, html, json, junit, markdown, ocsf, sarif};
use crate::model::{Kept, Scan, trouble};

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

/// Writes a scan into a folder, one new file for each form.
///
/// # Errors
///
/// When a file is there already or cannot be written; the error names it.
pub fn write_files(
    formats: &[Format],
    scan: &Scan,
    kept: &dyn Kept,
    options: Options,
    folder: &Path,
) -> io::Result<()> {
    for format in formats {
        write_file(&folder.join(format.file_name()), |file| format.write(scan, kept, options, file))?;
    }
    Ok(())
}

/// Writes a new file that only its owner may read, to the disk itself.
///
/// # Errors
///
/// When the file is there already or cannot be written; the error names it.
pub fn write_file(path: &Path, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let written = || {
        let mut file = BufWriter::new(private_file(path)?);
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
