//! `report.md`: a summary for a comment on a pull request.
//!
//! A comment on GitHub may be 65,536 characters long, so this is never longer than [`LONGEST`]: what does not fit is
//! counted, worst first, and the other files have it.

mod by_check;

use std::fmt::Write as _;
use std::io::{self, Write};

use super::markdown_text::{code, prose};
use by_check::Checks;

use super::blind_spots::BLIND_SPOTS;
use super::coverage_words;
use super::format::Format;
use super::not_read;
use super::options::Options;
use super::verdict::worst_first;
use crate::model::{Kept, Outcome, Scan, Severity, counted};

/// Characters of the whole.
const LONGEST: usize = 60_000;

/// Accounts shown before the rest is counted.
const ACCOUNTS: usize = 40;

/// Notices, and causes why something was not read, shown before the rest is counted.
const LINES: usize = 12;

/// Characters shown of a name, and of a sentence.
const NAME: usize = 60;
const SENTENCE: usize = 240;

/// Writes the summary. Passes never stand in it but as a number.
pub(super) fn write(scan: &Scan, kept: &dyn Kept, _: Options, mut to: impl Write) -> io::Result<()> {
    let checks = Checks::of(kept)?;
    let mut page = String::new();
    heading(scan, &mut page);
    verdicts(scan, &mut page);
    totals(scan, &mut page);
    checks.table(&mut page);
    let mut end = String::new();
    not_read(scan, kept, &mut end)?;
    blind_spots(&mut end);
    files(scan, &mut end);
    let room = LONGEST.saturating_sub(page.chars().count() + end.chars().count());
    checks.details(room, &mut page);
    page.push_str(&end);
    to.write_all(page.as_bytes())
}

fn heading(scan: &Scan, page: &mut String) {
    let judged = worst_first(scan);
    let verdict = judged.first().map_or("no active account carries PHI", |(_, verdict)| verdict.as_str());
    let accepted: usize = scan.accounts.iter().map(|account| account.blockers_accepted).sum();
    let accepted = if accepted > 0 { format!(", {accepted} accepted") } else { String::new() };
    let _ = writeln!(page, "## Twilio audit: {verdict}{accepted}\n");
    let complete = if scan.is_complete() { "complete" } else { "**incomplete**" };
    let active = scan.accounts.iter().filter(|account| account.active).count();
    let _ = writeln!(
        page,
        "Scan `{}`, {complete}, {}, {active} active, Region {}, twilio-audit {}.\n",
        scan.id,
        counted(scan.accounts.len(), "account"),
        scan.region,
        scan.tool_version
    );
    list(scan.unusable_credentials.iter().chain(&scan.notices).map(String::as_str), "findings.json", page);
}

fn verdicts(scan: &Scan, page: &mut String) {
    let judged = worst_first(scan);
    page.push_str("### May PHI go live?\n\n");
    if judged.is_empty() {
        page.push_str("No active account carries PHI.\n\n");
        return;
    }
    page.push_str("| account | verdict | blockers failed | undecided | accepted |\n|---|---|--:|--:|--:|\n");
    for (account, verdict) in judged.iter().take(ACCOUNTS) {
        let _ = writeln!(
            page,
            "| {} | **{}** | {} | {} | {} |",
            code(&account.account_name, NAME),
            verdict.as_str(),
            account.blockers_failed,
            account.blockers_undecided,
            account.blockers_accepted
        );
    }
    page.push('\n');
    more(judged.len().saturating_sub(ACCOUNTS), "accounts", "findings.json", page);
}

fn totals(scan: &Scan, page: &mut String) {
    page.push_str("### Findings\n\n| severity | fail | manual | not assessed |\n|---|--:|--:|--:|\n");
    for severity in Severity::ALL {
        let count = |outcome| scan.count(outcome, severity);
        let (fail, manual) = (count(Outcome::Fail), count(Outcome::Manual));
        let _ = writeln!(page, "| {severity} | {fail} | {manual} | {} |", count(Outcome::NotAssessed));
    }
    let _ = writeln!(
        page,
        "\nPassed {}, nothing to judge {}, waived {}.\n",
        scan.total(Outcome::Pass),
        scan.total(Outcome::NotApplicable),
        scan.waived()
    );
}

fn not_read(scan: &Scan, kept: &dyn Kept, page: &mut String) -> io::Result<()> {
    page.push_str("### What was not read\n\n");
    let _ = writeln!(page, "{} {}\n", coverage_words::kinds(scan), coverage_words::lists(scan));
    if scan.matrix.listings.is_whole() {
        return Ok(());
    }
    let causes = not_read::causes(scan, kept)?;
    let lines = causes.iter().map(|(cause, lists)| not_read::line(cause, *lists));
    list(lines, "coverage.csv", page);
    Ok(())
}

fn blind_spots(page: &mut String) {
    let count = BLIND_SPOTS.len();
    let _ = writeln!(page, "<details>\n<summary>{count} things that this audit does not see</summary>\n");
    for sentence in BLIND_SPOTS {
        let _ = writeln!(page, "- {sentence}");
    }
    page.push_str("\n</details>\n\n");
}

fn files(scan: &Scan, page: &mut String) {
    let names: Vec<String> =
        Format::OF_A_SCAN.iter().map(|format| format!("`{}`", format.file_name())).collect();
    let _ = writeln!(page, "Everything is in the folder of scan `{}`: {}.", scan.id, names.join(", "));
}

/// Sentences, as a list.
fn list<T: AsRef<str>>(sentences: impl Iterator<Item = T>, file: &str, page: &mut String) {
    let sentences: Vec<T> = sentences.collect();
    for sentence in sentences.iter().take(LINES) {
        let _ = writeln!(page, "- {}", prose(sentence.as_ref(), SENTENCE));
    }
    if !sentences.is_empty() {
        page.push('\n');
    }
    more(sentences.len().saturating_sub(LINES), "lines", file, page);
}

/// That some are left out, if they are.
fn more(count: usize, what: &str, file: &str, page: &mut String) {
    if count > 0 {
        let _ = writeln!(page, "{count} more {what} are in `{file}`.\n");
    }
}
