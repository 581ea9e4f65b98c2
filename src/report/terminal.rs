//! The summary on the terminal: the verdicts, the counts, what could not be read, where the files are.
//!
//! It fits 80 columns. Colours are escape sequences that the stream removes where nobody sees them.

use std::io::{self, Write};
use std::path::Path;

use super::blind_spots::BLIND_SPOTS;
use super::cell::{at_most, printable};
use super::coverage_table;
use super::coverage_words;
use super::format::Format;
use super::not_read::{causes, line};
use super::options::Options;
use super::paragraph::{BOLD, DIM, colour, colour_of_verdict, paragraph};
use super::verdict::{judged, why, worst_first};
use crate::model::{Finding, Findings, Kept, Outcome, Readings, Scan, Severity, Verdict, counted};

/// Lines shown of a list before it refers to the files.
const SHOWN: usize = 5;
/// Accounts whose verdicts are shown before it does; of more the worst.
const VERDICTS: usize = 20;

/// Writes the summary of a scan whose files are in `folder`. `is_latest` says that commands read it where no scan is named.
///
/// # Errors
///
/// When the stream cannot be written; a closed pipe is the caller's to ignore.
pub fn summary(
    scan: &Scan,
    kept: &dyn Kept,
    options: Options,
    (folder, is_latest): (&Path, bool),
    to: &mut impl Write,
) -> io::Result<()> {
    heading(scan, to)?;
    verdicts(scan, to)?;
    counts(scan, to)?;
    coverage_table::write(scan, to)?;
    not_read(scan, kept, to)?;
    first_steps(kept, (!is_latest).then_some(folder), to)?;
    files(scan, options, folder, to)
}

fn heading(scan: &Scan, to: &mut impl Write) -> io::Result<()> {
    let active = scan.accounts.iter().filter(|account| account.active);
    let phi = active.clone().filter(|account| account.phi).count();
    writeln!(
        to,
        "{BOLD}twilio-audit {}{BOLD:#} {DIM}· scan {} · {}, {} active, {phi} with PHI{DIM:#}",
        scan.tool_version,
        scan.id,
        counted(scan.accounts.len(), "account"),
        active.count()
    )?;
    for sentence in scan.notices.iter().chain(&scan.unusable_credentials) {
        paragraph("! ", &printable(sentence), to)?;
    }
    Ok(())
}

fn verdicts(scan: &Scan, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "\n{BOLD}May PHI go live?{BOLD:#}")?;
    let mut judged = judged(scan);
    if judged.is_empty() {
        writeln!(to, "  No active account carries PHI.")?;
    }
    let surplus = judged.len().saturating_sub(VERDICTS);
    if surplus > 0 {
        judged = worst_first(scan);
    }
    for &(account, verdict) in judged.iter().take(VERDICTS) {
        let style = colour_of_verdict(verdict);
        let name = at_most(&printable(&account.account_name), 24);
        writeln!(to, "  {style}{:<10}{style:#}  {name:<24}  {}", verdict.as_str(), why(account, verdict))?;
    }
    if surplus == 0 {
        return Ok(());
    }
    let count = |wanted: Verdict| judged.iter().filter(|(_, verdict)| *verdict == wanted).count();
    let verdicts = [Verdict::NotReady, Verdict::CannotSay, Verdict::Ready];
    let totals = verdicts.map(|verdict| format!("{} {}", count(verdict), verdict.as_str())).join(", ");
    paragraph("  ", &format!("and {surplus} more, in all {totals}: see gate.html"), to)
}

fn counts(scan: &Scan, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "\n{BOLD}{:<10}{:>8}{:>8}{:>14}{BOLD:#}", "Findings", "fail", "manual", "not assessed")?;
    for severity in Severity::ALL {
        let count = |outcome| scan.count(outcome, severity);
        let style = colour(severity);
        writeln!(
            to,
            "  {style}{:<8}{style:#}{:>8}{:>8}{:>14}",
            severity.as_str(),
            count(Outcome::Fail),
            count(Outcome::Manual),
            count(Outcome::NotAssessed)
        )?;
    }
    writeln!(
        to,
        "  {DIM}passed {}, nothing to judge {}, waived {}{DIM:#}",
        scan.total(Outcome::Pass),
        scan.total(Outcome::NotApplicable),
        scan.waived()
    )
}

fn not_read(scan: &Scan, readings: &dyn Readings, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "\n{BOLD}What was not read{BOLD:#}")?;
    paragraph("  ", &coverage_words::lists(scan), to)?;
    if scan.matrix.listings.is_whole() {
        return Ok(());
    }
    let causes = causes(scan, readings)?;
    for (cause, listings) in causes.iter().take(SHOWN) {
        paragraph("  ", &printable(&line(cause, *listings)), to)?;
    }
    match causes.iter().skip(SHOWN).map(|(_, listings)| listings).sum::<usize>() {
        0 => Ok(()),
        1 => writeln!(to, "  and 1 more list: see coverage.csv"),
        more => writeln!(to, "  and {more} more lists: see coverage.csv"),
    }
}

fn first_steps(findings: &dyn Findings, scan: Option<&Path>, to: &mut impl Write) -> io::Result<()> {
    let checks = failing_checks(findings)?;
    if checks.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{BOLD}Start with{BOLD:#}")?;
    for Failing { first, all, as_bad } in checks.iter().take(SHOWN) {
        let style = colour(first.severity);
        let severity = first.severity.as_str();
        let times = match (all, as_bad) {
            (1, _) => String::new(),
            (all, as_bad) if all == as_bad => format!(" ({all} findings)"),
            (all, as_bad) => format!(" ({all} findings, {as_bad} {severity})"),
        };
        writeln!(to, "  {style}{severity:<8}{style:#}  {}{DIM}{times}{DIM:#}", first.check_id)?;
        let account = at_most(&first.account_name, 40);
        let what = match first.resource_name.as_str() {
            "" => account,
            name if name == first.account_name => account,
            name => format!("{} in {account}", at_most(name, 40)),
        };
        paragraph("            ", &printable(&format!("{what}: {}", first.reason)), to)?;
    }
    let id = checks.first().map_or("", |check| check.first.finding_id.as_str());
    match scan {
        None => writeln!(to, "  {DIM}`twilio-audit show {id}` tells all about the first of them.{DIM:#}"),
        Some(folder) => {
            let folder = folder.display().to_string();
            writeln!(to, "  {DIM}All about the first of them:{DIM:#}")?;
            writeln!(to, "  {DIM}`twilio-audit show {id} --scan {}`{DIM:#}", printable(&folder))
        }
    }
}

/// A failing check.
struct Failing {
    /// The first of its findings.
    first: Finding,
    /// How many there are.
    all: usize,
    /// How many of them are as bad as the first.
    as_bad: usize,
}

/// The failing checks: blockers first, then the worst, then the most frequent.
fn failing_checks(findings: &dyn Findings) -> io::Result<Vec<Failing>> {
    let mut checks: Vec<Failing> = Vec::new();
    findings.each(&mut |finding| {
        if finding.outcome == Outcome::Fail && !finding.waived {
            match checks.iter_mut().find(|check| check.first.check_id == finding.check_id) {
                Some(check) => {
                    check.all += 1;
                    check.as_bad += usize::from(finding.severity == check.first.severity);
                }
                None => checks.push(Failing { first: finding.clone(), all: 1, as_bad: 1 }),
            }
        }
        Ok(())
    })?;
    checks.sort_by_key(|Failing { first, all, .. }| {
        (!first.blocks_go_live, first.severity, std::cmp::Reverse(*all))
    });
    Ok(checks)
}

fn files(scan: &Scan, options: Options, folder: &Path, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "\n{BOLD}Files{BOLD:#} {DIM}in {}{DIM:#}", printable(&folder.display().to_string()))?;
    for format in Format::OF_A_SCAN {
        let rows = match format {
            Format::Csv => format!(" ({} rows)", options.count_shown(&scan.tally)),
            Format::Coverage => format!(" ({} rows)", scan.readings),
            _ => String::new(),
        };
        writeln!(to, "  {:<19}  {}{rows}", format.file_name(), format.about())?;
    }
    writeln!(to, "  {:<19}  what was kept of Twilio's answers (SQLite)", "evidence.db")?;
    writeln!(to, "  {:<19}  the hashes of all of them, for `twilio-audit verify`", "manifest.json")?;
    let blind =
        format!("{} things that this audit does not see are listed in report.html.", BLIND_SPOTS.len());
    writeln!(to, "  {DIM}{blind}{DIM:#}")
}
