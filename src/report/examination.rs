//! What the credentials can read, before a scan: for people and for programs.
//!
//! It fits 80 columns. It says what was learnt elsewhere and decides nothing.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::AnsiColor;

use super::cell::{at_most, printable};
use super::grid::{self, Mark};
use super::paragraph::{BOLD, DIM, paragraph};
use crate::model::{CoverageStatus, Examination, ExaminedAccount, Lack, Purpose, Remedy};

/// A clock that is off by more makes ages and windows wrong.
const TOLERATED_SECONDS: i64 = 60;
/// Names in a list before it says how many more.
const NAMED: usize = 6;

/// The examination for programs.
///
/// # Errors
///
/// When the stream cannot be written.
pub fn json(examination: &Examination, mut to: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut to, examination)?;
    to.write_all(b"\n")
}

/// The examination as a person reads it.
///
/// # Errors
///
/// When the stream cannot be written; a closed pipe is the caller's to ignore.
pub fn text(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    heading(examination, to)?;
    credentials(examination, to)?;
    hosts(examination, to)?;
    lacks(examination, to)?;
    strength(examination, to)?;
    closing(examination, to)
}

fn heading(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    let Examination { tool_version, region, accounts, .. } = examination;
    writeln!(
        to,
        "{BOLD}twilio-audit {tool_version}{BOLD:#} {DIM}· doctor · Region {region} · {} accounts{DIM:#}",
        accounts.len()
    )?;
    for sentence in examination.notices.iter().chain(&examination.unusable_credentials) {
        paragraph("! ", &printable(sentence), to)?;
    }
    match examination.clock_ahead_seconds {
        None => writeln!(to, "  {DIM}No answer told Twilio's time, so this clock was not compared.{DIM:#}"),
        Some(ahead) if ahead.abs() > TOLERATED_SECONDS => {
            let direction = if ahead > 0 { "ahead of" } else { "behind" };
            let sentence = format!(
                "This machine's clock is {} seconds {direction} Twilio's: ages and time windows would be wrong. \
                 Set it by a time server.",
                ahead.abs()
            );
            paragraph("! ", &sentence, to)
        }
        Some(_) => writeln!(to, "  {DIM}This clock agrees with Twilio's.{DIM:#}"),
    }
}

fn credentials(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "\n{BOLD}{:<30} {:<15} {:>7}  {:<24}{BOLD:#}", "Account", "Credential", "Kinds", "From")?;
    for account in &examination.accounts {
        let name = at_most(&printable(&account.account_name), 30);
        let (kind, place) = match (&account.credential, account.active) {
            (_, false) => ("", "suspended or closed"),
            (None, true) => ("none", ""),
            (Some(held), true) => (held.kind, held.place.as_str()),
        };
        let missing: usize = account.lacks.iter().map(|lack| lack.kinds.len()).sum();
        let read = account.kinds_needed.saturating_sub(missing);
        let about = if account.lacks_are_certain { " " } else { "≤" };
        let kinds =
            if account.active { format!("{about}{read}/{}", account.kinds_needed) } else { String::new() };
        let style = if missing == 0 { AnsiColor::Green } else { AnsiColor::Yellow }.on_default();
        writeln!(
            to,
            "{name:<30} {kind:<15} {style}{kinds:>7}{style:#}  {DIM}{}{DIM:#}",
            at_most(&printable(place), 24)
        )?;
    }
    writeln!(to, "{DIM}Kinds: how many of those that the chosen checks need would be read.{DIM:#}")
}

fn hosts(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    let active: Vec<&ExaminedAccount> = examination.accounts.iter().filter(|a| a.active).collect();
    let shown: Vec<&ExaminedAccount> = active.iter().copied().take(grid::ACCOUNTS).collect();
    let mut rows: BTreeMap<&str, Vec<Mark>> = BTreeMap::new();
    let labels = active.iter().flat_map(|account| &account.hosts).map(|host| host.host);
    for label in labels {
        let mark = |account: &&ExaminedAccount| {
            let answer = account.hosts.iter().find(|host| host.host == label);
            answer.map_or(Mark::NotAsked, |host| mark(host.status))
        };
        rows.entry(label).or_insert_with(|| shown.iter().map(mark).collect());
    }
    writeln!(to, "\n{BOLD}Hosts{BOLD:#} {DIM}(one small request each){DIM:#}")?;
    let rows: Vec<(String, Vec<Mark>)> =
        rows.into_iter().map(|(label, marks)| (label.to_owned(), marks)).collect();
    let names: Vec<&str> = shown.iter().map(|account| account.account_name.as_str()).collect();
    grid::write(&rows, &names, active.len() - shown.len(), to)
}

const fn mark(status: CoverageStatus) -> Mark {
    match status {
        CoverageStatus::Complete | CoverageStatus::Absent => Mark::Whole,
        // Reached, without a clear answer.
        CoverageStatus::NotEnabled => Mark::Partly,
        CoverageStatus::Denied
        | CoverageStatus::NoCredential
        | CoverageStatus::InactiveAccount
        | CoverageStatus::Failed => Mark::Nothing,
    }
}

fn lacks(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    let lacking: Vec<&ExaminedAccount> = examination
        .accounts
        .iter()
        .filter(|a| a.active && !(a.lacks.is_empty() && a.lacks_are_certain))
        .collect();
    if lacking.is_empty() {
        return writeln!(to, "\n{BOLD}The chosen checks would lack nothing.{BOLD:#}");
    }
    writeln!(to, "\n{BOLD}What the chosen checks would lack{BOLD:#}")?;
    for account in lacking {
        writeln!(to, "  {}", at_most(&printable(&account.account_name), 76))?;
        for lack in &account.lacks {
            paragraph("    ", &sentence(lack), to)?;
        }
        if !account.lacks_are_certain {
            let sentence = "The policy of this key or app cannot be read, so it may lack more: grant it \
                            /twilio/iam/api-keys/read, or compare it with `twilio-audit permissions`.";
            paragraph("    ", sentence, to)?;
        }
    }
    Ok(())
}

fn sentence(lack: &Lack) -> String {
    let kinds = first_of(&lack.kinds);
    let weight = if lack.purpose == Purpose::GoLive { " (some of it stands before going live)" } else { "" };
    match lack.remedy {
        Remedy::Grant => format!("{kinds}{weight}: grant {}", first_of(&lack.permissions)),
        Remedy::StandardKey => {
            format!(
                "{kinds}{weight}: no permission is known; a Standard or Main key or the Auth Token reads it"
            )
        }
        Remedy::MainKey => format!("{kinds}{weight}: a Main key or the Auth Token reads it"),
        Remedy::Credential => format!("{kinds}{weight}: supply a credential of this account"),
        Remedy::OrganizationApp => format!("{kinds}{weight}: supply an OAuth app of the Organization"),
    }
}

fn first_of(names: &[&str]) -> String {
    let named = names.iter().take(NAMED).copied().collect::<Vec<_>>().join(", ");
    match names.len().checked_sub(NAMED) {
        Some(more @ 1..) => format!("{named} and {more} more"),
        _ => named,
    }
}

fn strength(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    let mut by_words: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for account in &examination.accounts {
        if let (Some(held), Some(words)) = (&account.credential, account.would_do) {
            by_words.entry((held.kind, words)).or_default().push(&account.account_name);
        }
    }
    if by_words.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{BOLD}Stronger than needed{BOLD:#}")?;
    for ((kind, words), accounts) in by_words {
        let kind = kind.replace('_', " ");
        let sentence = format!("{kind} of {}: {words} would read as much", first_of(&accounts));
        paragraph("  ", &printable(&sentence), to)?;
    }
    Ok(())
}

fn closing(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    if examination.is_sufficient() {
        return Ok(());
    }
    let sentence = "Nothing was scanned. `twilio-audit permissions` prints what Restricted keys need; \
                    `--format json` tells each host's answer.";
    writeln!(to)?;
    paragraph("", sentence, to)
}
