//! How the program ends.

use std::fmt;
use std::io::{self, Write as _};
use std::process::ExitCode;

use super::log::LogFormat;
use super::wrapping::{columns, wrapped};
use crate::model::trouble;
use crate::report::printable;

/// The exit codes. When several apply, the order is 5, 4, 2, 3, 1, 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Everything was assessed, and no fault at or above the threshold stands.
    Complete = 0,
    /// A fault at or above the threshold stands.
    Faults = 1,
    /// The command line, a path that it names, or `audit.toml` is wrong.
    Usage = 2,
    /// Something required could not be assessed.
    Incomplete = 3,
    /// Nobody could sign in; nothing was assessed.
    Authentication = 4,
    /// Internal error, or files could not be written.
    Broken = 5,
    /// Interrupted from outside.
    Interrupted = 130,
}

/// The exit codes in words, as `--help` tells them of a scan. A command that means something else by one says so itself,
/// in an `EXIT_CODES` of its own; docs/exit-codes.md has all.
pub const EXIT_CODES: &str = "\
Exit codes:
  0    complete, no fault at or above --fail-on
  1    complete, with faults at or above --fail-on
  2    the command line, a path in it or audit.toml is wrong
  3    incomplete: something could not be assessed, with or without faults
  4    nobody could sign in, nothing was assessed
  5    internal error, or files could not be written
  130  interrupted";

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// An end before the work was done: the code, and what to say.
#[derive(Debug)]
pub struct Stop {
    /// The exit code.
    pub exit: Exit,
    error: anyhow::Error,
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence())
    }
}

/// A path that is not what it must be: a link, somebody else's, open to others.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct WrongPath(pub(super) String);

/// Whether something stands in the way, or nothing does where something should.
const fn says_wrong_path(kind: io::ErrorKind) -> bool {
    use io::ErrorKind::{
        AlreadyExists, InvalidFilename, InvalidInput, IsADirectory, NotADirectory, NotFound,
    };
    matches!(kind, AlreadyExists | InvalidFilename | InvalidInput | IsADirectory | NotADirectory | NotFound)
}

/// An error in words. What the system says of a file says what to do, too.
fn in_words(error: &(dyn std::error::Error + 'static)) -> String {
    error.downcast_ref::<io::Error>().map_or_else(|| error.to_string(), trouble)
}

impl Stop {
    /// An end with a sentence.
    pub fn new(exit: Exit, error: impl Into<anyhow::Error>) -> Self {
        Self { exit, error: error.into() }
    }

    /// Turns what went wrong with a path that the caller named into an end: where the path is wrong it is their mistake, and
    /// where it is right and cannot be written to, the machine's.
    pub fn of_path(error: impl Into<anyhow::Error>) -> Self {
        let error = error.into();
        let is_wrong = error.chain().any(|cause| {
            cause.is::<WrongPath>()
                || cause.downcast_ref::<io::Error>().is_some_and(|error| says_wrong_path(error.kind()))
        });
        Self::new(if is_wrong { Exit::Usage } else { Exit::Broken }, error)
    }

    /// The same end, with more to say.
    pub fn adding(self, more: &str) -> Self {
        Self { error: anyhow::anyhow!("{}: {more}", self.error), ..self }
    }

    /// Turns an error into an end with this code.
    pub fn with<E: Into<anyhow::Error>>(exit: Exit) -> impl FnOnce(E) -> Self {
        move |error| Self::new(exit, error)
    }

    /// What there is to say, where the end is not that of the program.
    pub(super) fn into_error(self) -> anyhow::Error {
        self.error
    }

    /// The error with its causes, each said once: some errors already repeat theirs.
    fn sentence(&self) -> String {
        let mut sentence = in_words(self.error.as_ref());
        for cause in self.error.chain().skip(1).map(in_words) {
            if !sentence.contains(&cause) {
                sentence = format!("{sentence}: {cause}");
            }
        }
        sentence
    }

    /// Says on standard error what went wrong, with its causes, in the form of the log.
    pub fn say(&self, form: LogFormat) {
        let sentence = self.sentence();
        if form == LogFormat::Json {
            tracing::error!(exit_code = self.exit as u8, "{sentence}");
            return;
        }
        // Nowhere to say it is no reason to fail differently.
        let lines: Vec<_> = sentence.lines().map(printable).collect();
        let said = format!("twilio-audit: {}", lines.join("\n"));
        let said = columns().map_or_else(|| said.clone(), |columns| wrapped(&said, columns));
        let _ = writeln!(anstream::stderr().lock(), "{said}");
    }
}
