//! Errors of `audit.toml` that point into the file: what is wrong, where, and what to write instead.
//!
//! The excerpt is blanked where it looks like a secret before anything else happens to it, because a
//! secret in the wrong file is exactly what some of these errors are about.

use std::fmt;
use std::io;
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use super::secret_shape;
use crate::model::{did_you_mean, trouble};

/// Why a declaration cannot be used.
#[derive(Debug)]
pub enum IntentError {
    /// The file cannot be read.
    Read {
        /// The path that was tried.
        name: String,
        /// What the system said.
        source: io::Error,
    },
    /// The file says something that cannot be meant; all problems at once where that is possible.
    Invalid(Report),
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The bytes of the file it is about; `None` where the file has no such place.
    pub span: Option<Range<usize>>,
    /// What is wrong. Never contains a value that may be a secret.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

/// The problems of one file and the text they point into.
#[derive(Debug)]
pub struct Report {
    name: String,
    blanked: String,
    problems: Vec<Problem>,
}

impl Report {
    pub(super) fn new(name: &str, text: &str, mut problems: Vec<Problem>) -> Self {
        problems.sort_by_key(|problem| problem.span.as_ref().map(|span| span.start));
        Self { name: name.to_owned(), blanked: secret_shape::blank(text), problems }
    }

    fn render(&self, renderer: &Renderer) -> String {
        let shown: Vec<String> = self.problems.iter().map(|problem| self.one(renderer, problem)).collect();
        shown.join("\n\n")
    }

    fn one(&self, renderer: &Renderer, problem: &Problem) -> String {
        let mut group = match &problem.span {
            Some(span) => Level::ERROR.primary_title(problem.message.as_str()).element(
                Snippet::source(self.blanked.as_str())
                    .path(self.name.as_str())
                    .annotation(AnnotationKind::Primary.span(span.clone())),
            ),
            None => {
                Level::ERROR.primary_title(format!("{}: {}", self.name, problem.message)).elements(NOTHING)
            }
        };
        if let Some(help) = &problem.help {
            group = group.element(Level::HELP.message(help.as_str()));
        }
        renderer.render(&[group])
    }
}

const NOTHING: [annotate_snippets::Padding; 0] = [];

impl IntentError {
    /// Whether the file is simply not there, which means that nothing was declared.
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Read { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }

    /// What is wrong with the content, top to bottom; empty where the file could not be read.
    pub fn problems(&self) -> &[Problem] {
        match self {
            Self::Read { .. } => &[],
            Self::Invalid(report) => &report.problems,
        }
    }

    /// The text of the error with colours, for a terminal; [`fmt::Display`] gives it without.
    pub fn styled(&self) -> String {
        match self {
            Self::Read { .. } => self.to_string(),
            Self::Invalid(report) => report.render(&Renderer::styled()),
        }
    }
}

impl fmt::Display for IntentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read { name, source } if source.kind() == io::ErrorKind::InvalidData => {
                write!(f, "{name} is not UTF-8 text")
            }
            Self::Read { name, source } => write!(f, "cannot read {name}: {}", trouble(source)),
            Self::Invalid(report) => f.write_str(&report.render(&Renderer::plain())),
        }
    }
}

impl std::error::Error for IntentError {}

impl Problem {
    pub(super) fn new(span: Option<Range<usize>>, message: impl Into<String>) -> Self {
        Self { span, message: message.into(), help: None }
    }

    #[must_use]
    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// A place that looks like a secret. The secret is not repeated.
    pub(super) fn secret((place, looks_like): (Range<usize>, &str)) -> Self {
        Self::new(Some(place), format!("this looks like {looks_like}; the file must hold no secrets")).help(
            "remove it, replace that secret with a new one at its issuer, and see `twilio-audit login --help` \
             for where credentials belong",
        )
    }

    /// A complaint of the TOML reader, with the nearest key where it met one that it does not know.
    pub(super) fn from_toml(error: &toml::de::Error) -> Self {
        let message = in_toml(&secret_shape::blank(error.message()));
        let problem = Self::new(error.span(), message.clone());
        // serde's sentence is the one place that lists the keys of the struct at hand:
        // unknown field `a`, expected one of `b`, `c`
        let mut words = message.split('`').skip(1).step_by(2);
        match (message.starts_with("unknown "), words.next()) {
            (true, Some(unknown)) => {
                let word = if message.starts_with("unknown field") { "key" } else { "value" };
                let known: Vec<&str> = words.collect();
                let help = did_you_mean(unknown, known.iter().copied());
                let help = help.unwrap_or_else(|| format!("known here: {}", known.join(", ")));
                Self::new(problem.span, format!("unknown {word} `{unknown}`")).help(help)
            }
            _ => problem,
        }
    }

    pub(super) fn overlaps(&self, other: &Self) -> bool {
        match (&self.span, &other.span) {
            (Some(a), Some(b)) => a.start < b.end && b.start < a.end,
            _ => false,
        }
    }
}

/// A sentence of serde's in the words of the file and not of this program.
fn in_toml(message: &str) -> String {
    let message = message.replace("missing field", "missing key");
    match message.split_once(", expected ") {
        Some((found, expected)) if expected.starts_with("struct ") => format!("{found}, expected a table"),
        Some((found, "u32" | "u16")) => format!("{found}, expected a whole number, 0 or more"),
        _ => message,
    }
}

/// Adds problems about places of which nothing is known yet: a secret in the place of a SID is also
/// misshapen, and cannot become a typed value, but that is one mistake.
pub(super) fn add_unless_known(known: &mut Vec<Problem>, more: impl IntoIterator<Item = Problem>) {
    for problem in more {
        if !known.iter().any(|earlier| earlier.overlaps(&problem)) {
            known.push(problem);
        }
    }
}
