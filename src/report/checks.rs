//! The checks on a terminal: one line each, or everything about one.

use std::io::{self, Write};

use super::cell::at_most;
use super::paragraph::{BOLD, DIM, colour, paragraph};
use crate::model::Severity;

/// What is told of a check.
#[derive(Debug)]
pub struct Summary<'a> {
    /// Its name.
    pub id: &'a str,
    /// The good state.
    pub title: &'a str,
    /// The group it belongs to.
    pub family: &'a str,
    /// How bad a fault is where a row does not say otherwise.
    pub severity: Severity,
    /// Whether PHI must not go live while it is not met.
    pub blocks_go_live: bool,
    /// Whether a fault may be accepted for a while.
    pub waivable: bool,
    /// The kinds that it reads.
    pub reads: Vec<&'a str>,
    /// What can happen.
    pub risk: &'a str,
    /// What to do.
    pub remediation: &'a str,
    /// Paragraphs of 45 CFR.
    pub citations: &'a [String],
    /// Where the rule comes from.
    pub sources: &'a [String],
    /// The day it was last held against them.
    pub verified_on: String,
    /// How many examples prove it.
    pub examples: usize,
    /// Its file.
    pub file: &'a str,
}

/// Characters of an id in a list.
const ID: usize = 34;

/// One line for each check, by families.
///
/// # Errors
///
/// When nothing can be written.
pub fn list(checks: &[Summary<'_>], to: &mut impl Write) -> io::Result<()> {
    let mut family = "";
    for check in checks {
        if check.family != family {
            family = check.family;
            writeln!(to, "{BOLD}{family}{BOLD:#}")?;
        }
        let style = colour(check.severity);
        let mark = if check.blocks_go_live { "●" } else { " " };
        writeln!(
            to,
            "{mark} {style}{:<8}{style:#} {:<ID$} {}",
            check.severity.as_str(),
            at_most(check.id, ID),
            at_most(check.title, 80 - 12 - ID)
        )?;
    }
    writeln!(to, "{DIM}{} checks; ● blocks PHI from going live{DIM:#}", checks.len())
}

/// Everything about one check, its file at the end.
///
/// # Errors
///
/// When nothing can be written.
pub fn show(check: &Summary<'_>, content: &str, to: &mut impl Write) -> io::Result<()> {
    let style = colour(check.severity);
    writeln!(to, "{BOLD}{}{BOLD:#}", check.id)?;
    paragraph("", check.title, to)?;
    let blocks = if check.blocks_go_live { ", blocks going live" } else { "" };
    let waivable = if check.waivable { "" } else { ", cannot be waived" };
    writeln!(to, "{style}{}{style:#}, {}{blocks}{waivable}\n", check.severity.as_str(), check.family)?;
    for (name, text) in [
        ("Risk", check.risk.to_owned()),
        ("Remedy", check.remediation.to_owned()),
        (
            "Reads",
            if check.reads.is_empty() { "audit.toml alone".to_owned() } else { check.reads.join(", ") },
        ),
        ("45 CFR", check.citations.join("; ")),
        ("Sources", format!("{} (held against them on {})", check.sources.join(" "), check.verified_on)),
    ] {
        paragraph(&format!("{name:<8} "), &text, to)?;
    }
    writeln!(to, "\n{DIM}{}, with {} examples:{DIM:#}\n", check.file, check.examples)?;
    to.write_all(content.as_bytes())
}
