//! One check as a page of Markdown: what it asks, why, what to do, how it decides.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::checks::Summary;
use crate::model::{Fix, Risk, Rule, Settlement, Values};

/// What a page tells of a check, besides its summary.
#[derive(Debug)]
pub struct Page<'a> {
    /// What is told of it everywhere.
    pub summary: Summary<'a>,
    /// The notes at the head of its file, without their signs.
    pub notes: String,
    /// The accounts that it judges, as the end of "It judges".
    pub judges: &'static str,
    /// Each kind that it reads, with the permission where one is known.
    pub permissions: Vec<(&'a str, Option<&'a str>)>,
    /// The kinds without which it can still call something fine.
    pub corroborates: &'a [String],
    /// Each paragraph of 45 CFR, and what it asks where that is known.
    pub citations: Vec<(&'a str, Option<String>)>,
    /// The outcomes that its examples come to.
    pub outcomes: BTreeSet<&'a str>,
    /// What each of its examples shows.
    pub examples: Vec<&'a str>,
    /// What mends it, by kind where there are several.
    pub fixes: Vec<FixLine<'a>>,
    /// Why no call mends it; empty where one does.
    pub no_fix: &'a str,
    /// Its query.
    pub query: &'a str,
}

impl Page<'_> {
    /// Whether rows of the query say themselves whether they block going live.
    fn rows_say_what_blocks(&self) -> bool {
        self.query.contains("as blocks_go_live")
    }
}

/// Writes the page. It links to nothing but public pages, so it may stand anywhere.
///
/// # Errors
///
/// When nothing can be written.
pub fn page(page: &Page<'_>, to: &mut impl Write) -> io::Result<()> {
    let rule = &page.summary.rule;
    writeln!(to, "# {}\n\n{}.\n", rule.id, prose(&rule.title))?;
    facts(rule, page, to)?;
    writeln!(to, "\n## Why\n\n{}\n\n## What to do\n\n{}", prose(&rule.risk), prose(&rule.remediation))?;
    fixes(page, to)?;
    if !rule.settled_by.is_empty() {
        writeln!(to, "\n## What settles it\n")?;
        rule.settled_by.iter().try_for_each(|settlement| settles(settlement, to))?;
    }
    writeln!(to, "\n## How it decides\n")?;
    if !page.notes.is_empty() {
        writeln!(to, "{}\n", prose(&page.notes))?;
    }
    reads(page, to)?;
    writeln!(to, "\nIts examples show:\n")?;
    page.examples.iter().try_for_each(|name| writeln!(to, "- {}", prose(name)))?;
    let query = page.query.trim();
    writeln!(to, "\n<details>\n<summary>The query</summary>\n\n```sql\n{query}\n```\n\n</details>")?;
    writeln!(to, "\n## Where it comes from\n")?;
    for (paragraph, asks) in &page.citations {
        let asks = asks.as_ref().map(|asks| format!(": {}", prose(asks))).unwrap_or_default();
        writeln!(to, "- 45 CFR {paragraph}{asks}")?;
    }
    rule.sources.iter().try_for_each(|source| writeln!(to, "- <{source}>"))?;
    writeln!(to, "\nHeld against its sources on {}.", rule.verified_on)
}

/// What can be said in a word or two.
fn facts(rule: &Rule, page: &Page<'_>, to: &mut impl Write) -> io::Result<()> {
    let blocks = match (rule.blocks_go_live, page.rows_say_what_blocks()) {
        (true, false) => "yes",
        (false, false) => "no",
        (true, true) => "yes, but for findings that say otherwise; see the query",
        (false, true) => "only those findings that say so; see the query",
    };
    let waivable = match (rule.waivable, rule.addressable) {
        (false, _) => "no",
        (true, true) => "yes, with an equivalent measure",
        (true, false) => "yes, with what limits the risk until it is met",
    };
    let outcomes: Vec<String> = page.outcomes.iter().map(|outcome| format!("`{outcome}`")).collect();
    for (name, value) in [
        ("Severity", rule.severity.as_str()),
        ("Family", rule.family.as_str()),
        ("Blocks going live", blocks),
        ("Can be accepted", waivable),
        ("Judges", page.judges),
        ("Comes out as", &outcomes.join(", ")),
    ] {
        writeln!(to, "- **{name}:** {value}")?;
    }
    match rule.condition.as_str() {
        "" => Ok(()),
        condition => writeln!(to, "- **Named on the go-live statement while open:** {}", prose(condition)),
    }
}

fn fixes(page: &Page<'_>, to: &mut impl Write) -> io::Result<()> {
    let why_none = page.no_fix.trim().trim_end_matches('.');
    match (page.fixes.is_empty(), why_none) {
        (true, "") => return Ok(()),
        (true, why) => return writeln!(to, "\n## The fix\n\nNo call mends it: {}.", prose(why)),
        (false, _) => writeln!(to, "\n## The fix\n")?,
    }
    writeln!(to, "`twilio-audit fix plan --check {}` plans:\n", page.summary.rule.id)?;
    for line in &page.fixes {
        let back = if line.is_reversible { "can be taken back" } else { "cannot be taken back" };
        let (kinds, call) = (line.kinds(), line.call());
        writeln!(to, "- {kinds}: {call}; {}, {back}. {}", line.risk, prose(line.effect))?;
    }
    Ok(())
}

fn settles(settlement: &Settlement, to: &mut impl Write) -> io::Result<()> {
    let value = settlement.value.as_ref().map(|value| format!(" with value `{value}`")).unwrap_or_default();
    let outcome = settlement.outcome.map(|outcome| format!("`{}` ", outcome.as_str())).unwrap_or_default();
    let field = if settlement.field.is_empty() { "" } else { ", field " };
    let name = if field.is_empty() { String::new() } else { format!("`{}`", settlement.field) };
    writeln!(
        to,
        "- The attestation `{}`{value} settles what is found {outcome}of `{}`{field}{name}.",
        settlement.attestation, settlement.resource_type
    )
}

/// What it reads, and what a Restricted key needs for that.
fn reads(page: &Page<'_>, to: &mut impl Write) -> io::Result<()> {
    if page.permissions.is_empty() {
        return writeln!(to, "It reads `audit.toml` alone.");
    }
    writeln!(to, "| it reads | a Restricted key needs |\n|---|---|")?;
    for (kind, permission) in &page.permissions {
        let permission = permission.map_or("none is known".to_owned(), |it| format!("`{it}`"));
        let besides =
            if page.corroborates.iter().any(|it| it == kind) { " (not needed for a pass)" } else { "" };
        writeln!(to, "| `{kind}`{besides} | {permission} |")?;
    }
    Ok(())
}

/// What can be changed, whatever the kinds and fields.
#[derive(Debug)]
pub struct FixLine<'a> {
    kinds: BTreeSet<&'a str>,
    method: String,
    form: BTreeSet<String>,
    /// What it can do to traffic.
    pub risk: &'static str,
    /// Whether `fix undo` takes it back.
    pub is_reversible: bool,
    /// What changes.
    pub effect: &'a str,
}

impl FixLine<'_> {
    /// The kinds that it is for, as code.
    pub fn kinds(&self) -> String {
        self.kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(", ")
    }

    /// The method, and the first parameters.
    pub fn call(&self) -> String {
        let shown: Vec<String> = self.form.iter().take(2).map(|form| format!("`{form}`")).collect();
        let more = match self.form.len().saturating_sub(shown.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{} {}{more}", self.method, shown.join(" ")).trim().to_owned()
    }
}

/// A line for each thing that can change, those of several kinds and fields together.
pub fn fix_lines<'a>(subject: &'a str, fixes: &'a [Fix]) -> Vec<FixLine<'a>> {
    let mut lines: Vec<FixLine<'_>> = Vec::new();
    for fix in fixes {
        let kind = fix.resource_type.as_deref().unwrap_or(subject);
        let values = |(name, values): (&String, &Values)| {
            values.each().iter().map(|one| format!("{name}={one}")).collect::<Vec<_>>()
        };
        let form = fix.form.iter().flat_map(values);
        let new = FixLine {
            kinds: BTreeSet::new(),
            method: fix.method.to_string(),
            form: BTreeSet::new(),
            risk: match (&fix.safe_when, fix.risk) {
                (Some(_), _) => "disruptive, safe where nothing uses it",
                (None, Risk::Safe) => "safe",
                (None, Risk::Disruptive) => "disruptive",
            },
            is_reversible: fix.is_reversible(),
            effect: fix.effect.trim(),
        };
        let same = |line: &FixLine<'_>| {
            let facts =
                |it: &FixLine<'_>| (it.effect.to_owned(), it.risk, it.method.clone(), it.is_reversible);
            facts(line) == facts(&new)
        };
        let place = lines.iter().position(same).unwrap_or_else(|| {
            lines.push(new);
            lines.len() - 1
        });
        if let Some(line) = lines.get_mut(place) {
            line.kinds.insert(kind);
            line.form.extend(form);
        }
    }
    lines
}

/// A text of a check file, in which only backticks mean something to Markdown.
fn prose(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts = words
        .split('`')
        .enumerate()
        .map(|(place, part)| if place % 2 == 1 { part.to_owned() } else { escaped(part) });
    parts.collect::<Vec<_>>().join("`")
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 8);
    for sign in text.chars() {
        if matches!(sign, '\\' | '*' | '_' | '[' | ']' | '<' | '|' | '~' | '$') {
            escaped.push('\\');
        }
        escaped.push(sign);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_means_something_in_a_text_of_a_check() {
        assert_eq!(prose("a <b> of `[[key]]`\n  and *all*"), "a \\<b> of `[[key]]` and \\*all\\*");
    }
}
