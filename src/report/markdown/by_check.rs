//! The findings by check: a table of the checks, and below it what each found.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io;

use super::{NAME, SENTENCE, more};
use crate::model::{Finding, Findings, Outcome, Severity};
use crate::report::markdown_text::{code, prose};

/// Findings shown of one check, so that one check does not take the room of all.
const SHOWN: usize = 25;

/// The checks with something to act on: blockers first, then the worst, then the most frequent.
pub(super) struct Checks(Vec<Check>);

struct Check {
    id: String,
    title: String,
    severity: Severity,
    blocks: bool,
    fail: usize,
    manual: usize,
    not_assessed: usize,
    /// The first of them, a line each.
    lines: Vec<String>,
}

impl Checks {
    /// Counts what is not waived.
    pub(super) fn of(findings: &dyn Findings) -> io::Result<Self> {
        let mut checks: Vec<Check> = Vec::new();
        let mut place_of: HashMap<String, usize> = HashMap::new();
        findings.each(&mut |finding| {
            if finding.outcome.needs_action() && !finding.waived {
                let place = *place_of.entry(finding.check_id.clone()).or_insert_with(|| {
                    checks.push(Check::of(finding));
                    checks.len() - 1
                });
                if let Some(check) = checks.get_mut(place) {
                    check.add(finding);
                }
            }
            Ok(())
        })?;
        checks.sort_by_key(|check| {
            (!check.blocks, check.severity, check.fail == 0, std::cmp::Reverse(check.all()), check.id.clone())
        });
        Ok(Self(checks))
    }

    /// One line for each.
    pub(super) fn table(&self, page: &mut String) {
        if self.0.is_empty() {
            page.push_str("Nothing is to be acted on.\n\n");
            return;
        }
        page.push_str("### By check\n\nWhat blocks going live stands first, and is **bold**.\n\n");
        page.push_str("| check | what must be true | severity | fail | manual | not assessed |\n");
        page.push_str("|---|---|---|--:|--:|--:|\n");
        for check in &self.0 {
            let mark = if check.blocks { "**" } else { "" };
            let _ = writeln!(
                page,
                "| {mark}{}{mark} | {} | {} | {} | {} | {} |",
                code(&check.id, NAME),
                prose(&check.title, SENTENCE),
                check.severity,
                check.fail,
                check.manual,
                check.not_assessed
            );
        }
        page.push('\n');
    }

    /// What each found, as far as there is room; and how many there is none for.
    pub(super) fn details(&self, room: usize, page: &mut String) {
        let all: usize = self.0.iter().map(Check::all).sum();
        if all == 0 {
            return;
        }
        // The sentence about what is left out takes room itself.
        let mut room = room.saturating_sub(200);
        let (mut shown, mut written) = (0, String::new());
        for check in &self.0 {
            let (lines, text) = check.details(room);
            room = room.saturating_sub(text.chars().count());
            shown += lines;
            written.push_str(&text);
        }
        page.push_str("### In detail\n\n");
        page.push_str(&written);
        more(all - shown, "findings", "findings.csv", page);
    }
}

impl Check {
    fn of(first: &Finding) -> Self {
        Self {
            id: first.check_id.clone(),
            title: first.title.clone(),
            severity: first.severity,
            blocks: first.blocks_go_live,
            fail: 0,
            manual: 0,
            not_assessed: 0,
            lines: Vec::new(),
        }
    }

    fn add(&mut self, finding: &Finding) {
        match finding.outcome {
            Outcome::Fail => self.fail += 1,
            Outcome::Manual => self.manual += 1,
            _ => self.not_assessed += 1,
        }
        self.severity = self.severity.min(finding.severity);
        self.blocks |= finding.blocks_go_live;
        if self.lines.len() < SHOWN {
            self.lines.push(line(finding));
        }
    }

    const fn all(&self) -> usize {
        self.fail + self.manual + self.not_assessed
    }

    /// A fold with as many findings as there is room for, and how many those are; nothing where there is none.
    fn details(&self, room: usize) -> (usize, String) {
        // The name of a check is no stranger's, yet here it stands in HTML.
        let id: String =
            self.id.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
        let mut text = format!("<details><summary>{id}: {}</summary>\n\n", self.all());
        text.push_str(
            "| finding | outcome | severity | account | resource | why |\n|---|---|---|---|---|---|\n",
        );
        let end = "\n</details>\n\n";
        let mut length = text.chars().count() + end.len();
        let mut shown = 0;
        for line in &self.lines {
            length += line.chars().count();
            if length > room {
                break;
            }
            text.push_str(line);
            shown += 1;
        }
        text.push_str(end);
        if shown == 0 { (0, String::new()) } else { (shown, text) }
    }
}

fn line(finding: &Finding) -> String {
    let resource = Some(finding.resource()).filter(|name| *name != finding.account_name).unwrap_or_default();
    let what = [resource, finding.field.as_str()].map(|part| code(part, NAME));
    format!(
        "| `{}` | {} | {} | {} | {} | {} |\n",
        finding.finding_id,
        finding.outcome.as_str().replace('_', " "),
        finding.severity,
        code(&finding.account_name, NAME),
        what.join(" ").trim(),
        prose(&finding.reason, SENTENCE)
    )
}
