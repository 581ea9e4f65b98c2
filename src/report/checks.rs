//! The checks on a terminal: one line each, or everything about one.

use std::io::{self, Write};

use super::cell::at_most;
use super::paragraph::{BOLD, DIM, colour, paragraph};
use crate::model::{Rule, counted};

/// What is told of a check.
#[derive(Debug)]
pub struct Summary<'a> {
    /// What the reports tell of it.
    pub rule: Rule,
    /// The kinds that it reads.
    pub reads: Vec<&'a str>,
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
    for Summary { rule, .. } in checks {
        if rule.family != family {
            family = &rule.family;
            writeln!(to, "{BOLD}{family}{BOLD:#}")?;
        }
        let style = colour(rule.severity);
        let mark = if rule.blocks_go_live { "●" } else { " " };
        writeln!(
            to,
            "{mark} {style}{:<8}{style:#} {:<ID$} {}",
            rule.severity.as_str(),
            at_most(&rule.id, ID),
            at_most(&rule.title, 80 - 12 - ID)
        )?;
    }
    writeln!(to, "{DIM}{} checks; ● blocks PHI from going live{DIM:#}", checks.len())
}

/// What a person wants to know of one check first: the rule, why, what to do, where it comes from. `file` is its content,
/// with the query and the examples, where that is wanted too.
///
/// # Errors
///
/// When nothing can be written.
pub fn show(check: &Summary<'_>, file: Option<&str>, to: &mut impl Write) -> io::Result<()> {
    let Summary { rule, reads, examples, file: name } = check;
    let style = colour(rule.severity);
    writeln!(to, "{BOLD}{}{BOLD:#}", rule.id)?;
    paragraph("", &rule.title, to)?;
    let blocks = if rule.blocks_go_live { ", blocks going live" } else { "" };
    let waivable = if rule.waivable { "" } else { ", cannot be waived" };
    writeln!(to, "{style}{}{style:#}, {}{blocks}{waivable}\n", rule.severity.as_str(), rule.family)?;
    for (name, text) in [
        ("Risk", rule.risk.clone()),
        ("Remedy", rule.remediation.clone()),
        ("45 CFR", rule.citations.join("; ")),
        ("Sources", format!("{} (held against them on {})", rule.sources.join(" "), rule.verified_on)),
        ("Reads", if reads.is_empty() { "audit.toml alone".to_owned() } else { reads.join(", ") }),
    ] {
        paragraph(&format!("{name:<8} "), &text, to)?;
    }
    match file {
        Some(content) => {
            writeln!(to, "\n{DIM}{name}, with {examples} examples:{DIM:#}\n")?;
            to.write_all(content.as_bytes())
        }
        None => {
            let examples = counted(*examples, "example");
            writeln!(to, "\n{DIM}--file shows its query and its {examples} too.{DIM:#}")
        }
    }
}
