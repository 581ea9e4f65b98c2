//! Files of checks: finding them, and pointing into them.

use std::fmt;
use std::fs;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::Check;
use crate::model::trouble;

/// A file of a check: its name for errors, and its text.
#[derive(Debug, Clone, Default)]
pub(super) struct CheckFile {
    pub(super) name: String,
    pub(super) content: Arc<str>,
}

/// A check that cannot be used: what is wrong, and where.
#[derive(Debug)]
pub struct CheckError {
    file: CheckFile,
    /// The bytes of the file that it is about.
    span: Option<Range<usize>>,
    problem: String,
}

impl CheckFile {
    pub(super) fn new(name: &str, content: &str) -> Self {
        Self { name: name.to_owned(), content: content.into() }
    }

    pub(super) fn error(&self, span: Option<Range<usize>>, problem: impl ToString) -> CheckError {
        CheckError { file: self.clone(), span, problem: problem.to_string() }
    }

    /// Where a key of the check is written.
    pub(super) fn key(&self, key: &str) -> Option<Range<usize>> {
        let mut start = 0;
        for line in self.content.split_inclusive('\n') {
            if line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')) {
                return Some(start..start + key.len());
            }
            start += line.len();
        }
        None
    }

    /// Where the byte at this place of the check's query stands in the file, with the word that begins there. A
    /// query with escaped characters is found as a whole only.
    pub(super) fn in_query(&self, query: &str, offset: usize) -> Option<Range<usize>> {
        let Some(start) = self.content.find(query) else { return self.key("query") };
        let rest = query.get(offset..)?;
        let word = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        // A sign is shown whole, also one of several bytes.
        let length = word.max(rest.chars().next().map_or(0, char::len_utf8));
        Some(start + offset..start + offset + length)
    }

    /// The line, from 1, on which a text first stands.
    pub(super) fn line_of(&self, text: &str) -> usize {
        let before = self.content.find(text).and_then(|at| self.content.get(..at));
        before.map_or(1, |before| before.matches('\n').count() + 1)
    }
}

impl fmt::Display for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(span) = self.span.clone().filter(|span| span.end <= self.file.content.len()) else {
            return write!(f, "{}: {}", self.file.name, self.problem);
        };
        let snippet = Snippet::source(&*self.file.content)
            .path(self.file.name.as_str())
            .annotation(AnnotationKind::Primary.span(span));
        let report = Level::ERROR.primary_title(self.problem.as_str()).element(snippet);
        f.write_str(&Renderer::plain().render(&[report]))
    }
}

impl std::error::Error for CheckError {}

/// The checks in a folder and in the folders below it.
///
/// # Errors
///
/// When something cannot be read, or is not what a check file must be.
pub fn read_folder(folder: &Path) -> Result<Vec<Check>, CheckError> {
    let mut files = Vec::new();
    list(folder, &mut files)?;
    files.sort();
    files
        .iter()
        .map(|path| {
            let content = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
            Check::parse(&path.display().to_string(), &content)
        })
        .collect()
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), CheckError> {
    for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, &error))? {
        let path = entry.map_err(|error| unreadable(folder, &error))?.path();
        // A link could lead in a circle or out of the folder, and a pipe could keep the reader waiting for ever.
        let kind = fs::symlink_metadata(&path).map_err(|error| unreadable(&path, &error))?;
        if kind.is_dir() {
            list(&path, files)?;
        } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    Ok(())
}

fn unreadable(path: &Path, error: &io::Error) -> CheckError {
    CheckFile::new(&path.display().to_string(), "").error(None, format!("cannot be read: {}", trouble(error)))
}
