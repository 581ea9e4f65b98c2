//! What the credentials can read, before a scan: for people and for programs.
//!
//! It fits 80 columns. It says what was learnt elsewhere and decides nothing.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use anstyle::AnsiColor;

use super::cell::{at_most, printable};
use super::coverage_words;
use super::grid::{self, Mark};
use super::paragraph::{BOLD, DIM, paragraph};
use crate::model::{
    CoverageStatus, Examination, ExaminedAccount, Lack, Purpose, Region, Remedy, Share, first_of,
};

/// A clock that is off by more makes ages and windows wrong.
const TOLERATED_SECONDS: i64 = 60;
/// Names in a list before it says how many more.
const NAMED: usize = 6;
/// Columns of an account's name, and of the place where its credential was found.
const NAME: usize = 28;
const PLACE: usize = 22;

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
    accounts(examination, to)?;
    hosts(examination, to)?;
    lacks(examination, to)?;
    strength(examination, to)?;
    closing(examination, to)
}

fn heading(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    let Examination { tool_version, region, accounts, .. } = examination;
    let count = match accounts.len() {
        1 => "1 account".to_owned(),
        count => format!("{count} accounts"),
    };
    writeln!(
        to,
        "{BOLD}twilio-audit {tool_version}{BOLD:#} {DIM}· doctor · Region {region} · {count}{DIM:#}"
    )?;
    for sentence in examination.notices.iter().chain(&examination.unusable_credentials) {
        paragraph("! ", &printable(sentence), to)?;
    }
    for sentence in homes(examination) {
        paragraph("! ", &printable(&sentence), to)?;
    }
    clock(examination, to)
}

fn clock(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
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

/// One sentence for each Region that is the home of accounts and was not asked.
fn homes(examination: &Examination) -> Vec<String> {
    let mut homes: BTreeMap<Region, Vec<&str>> = BTreeMap::new();
    for account in &examination.accounts {
        if let Some(home) = account.home_region.filter(|home| *home != examination.region) {
            homes.entry(home).or_default().push(&account.account_name);
        }
    }
    let sentence = |(home, accounts): (Region, Vec<&str>)| {
        let accounts = first_of(&accounts, NAMED);
        format!("The home Region of {accounts} is {home}: `--region {home}` audits what is there.")
    };
    homes.into_iter().map(sentence).collect()
}

fn accounts(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "\n{BOLD}{:>3} {:<NAME$} {:<15} {:>7}  From{BOLD:#}", "", "Account", "Credential", "Reads")?;
    for (place, account) in examination.accounts.iter().enumerate() {
        let number = place + 1;
        let name = at_most(&printable(&account.account_name), NAME);
        if !account.active {
            writeln!(to, "{DIM}{number:>3} {name:<NAME$} suspended or closed{DIM:#}")?;
            continue;
        }
        let Share { read, of } = account.required;
        let about = if account.lacks_are_certain { "" } else { "≤" };
        let reads = format!("{about}{read}/{of}");
        let style = if account.lacks.is_empty() && account.lacks_are_certain {
            AnsiColor::Green
        } else {
            AnsiColor::Yellow
        };
        let style = style.on_default();
        let (credential, place) = held(account);
        let line = format!("{number:>3} {name:<NAME$} {credential:<15} {style}{reads:>7}{style:#}");
        match last_of(&printable(place), PLACE) {
            place if place.is_empty() => writeln!(to, "{line}")?,
            place => writeln!(to, "{line}  {DIM}{place}{DIM:#}")?,
        }
    }
    if let Some(organization) = &examination.organization {
        let (style, answer) = match organization.is_let_in() {
            true => (AnsiColor::Green.on_default(), "let in"),
            false => (AnsiColor::Red.on_default(), "refused"),
        };
        let place = last_of(&printable(&organization.credential.place), PLACE);
        writeln!(
            to,
            "{:>3} {:<NAME$} {:<15} {style}{answer:>7}{style:#}  {DIM}{place}{DIM:#}",
            "", "the Organization", "OAuth app"
        )?;
    }
    let certain = examination.accounts.iter().all(|account| !account.active || account.lacks_are_certain);
    let verb = if certain { "can be read" } else { "can be read at most" };
    paragraph("  ", &coverage_words::required(examination.required(), verb), to)
}

/// What an account is read with, and where that was found.
fn held(account: &ExaminedAccount) -> (&'static str, &str) {
    match &account.credential {
        Some(held) => (in_words(held.kind), &held.place),
        None if account.hosts.iter().any(|host| host.status.is_conclusive()) => {
            ("none", "parent's token reads")
        }
        None => ("none", ""),
    }
}

/// A kind of credential as people call it.
fn in_words(kind: &str) -> &'static str {
    match kind {
        "auth_token" => "Auth Token",
        "derived_token" => "derived token",
        "main_key" => "Main key",
        "standard_key" => "Standard key",
        "restricted_key" => "Restricted key",
        "oauth_app" => "OAuth app",
        _ => "key",
    }
}

/// At most so many characters from the end: of a path the end tells more.
fn last_of(text: &str, characters: usize) -> String {
    let count = text.chars().count();
    if count <= characters {
        return text.to_owned();
    }
    ['…'].into_iter().chain(text.chars().skip(count + 1 - characters)).collect()
}

fn hosts(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    let numbered = examination.accounts.iter().enumerate().map(|(place, account)| (place + 1, account));
    let active: Vec<(usize, &ExaminedAccount)> = numbered.filter(|(_, account)| account.active).collect();
    let shown = active.get(..grid::ACCOUNTS).unwrap_or(&active);
    let labels: BTreeSet<&str> =
        active.iter().flat_map(|(_, account)| &account.hosts).map(|host| host.host).collect();
    let marks_of = |label: &str| -> Vec<Mark> {
        let mark_in = |account: &ExaminedAccount| {
            let answer = account.hosts.iter().find(|host| host.host == label);
            answer.map_or(Mark::NotAsked, |host| mark(host.status))
        };
        shown.iter().map(|(_, account)| mark_in(account)).collect()
    };
    let rows: Vec<(String, Vec<Mark>)> =
        labels.into_iter().map(|label| (label.to_owned(), marks_of(label))).collect();
    writeln!(
        to,
        "\n{BOLD}Hosts{BOLD:#} {DIM}(one small request to each, for each account by its number){DIM:#}"
    )?;
    grid::write(&rows, shown.iter().map(|(number, _)| *number), to)?;
    writeln!(to, "  {DIM}● answered  ◐ no clear answer  ○ refused, or nobody to ask as{DIM:#}")?;
    match active.len() - shown.len() {
        0 => Ok(()),
        more => writeln!(to, "  {DIM}and {more} more accounts: see --format json{DIM:#}"),
    }
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
    // Accounts with the same gaps are told of together, in the order of the first of each.
    let mut alike: Vec<(Vec<String>, Vec<&str>)> = Vec::new();
    for account in examination.accounts.iter().filter(|account| account.active) {
        let sentences = gaps(account);
        match alike.iter_mut().find(|(known, _)| *known == sentences) {
            _ if sentences.is_empty() => {}
            Some((_, accounts)) => accounts.push(&account.account_name),
            None => alike.push((sentences, vec![&account.account_name])),
        }
    }
    if alike.is_empty() {
        return writeln!(to, "\n{BOLD}The chosen checks would lack nothing.{BOLD:#}");
    }
    writeln!(to, "\n{BOLD}What the chosen checks would lack{BOLD:#}")?;
    for (sentences, accounts) in alike {
        paragraph("  ", &printable(&first_of(&accounts, NAMED)), to)?;
        for sentence in sentences {
            paragraph("    - ", &sentence, to)?;
        }
    }
    Ok(())
}

/// What an account lacks, each with what would close the gap.
fn gaps(account: &ExaminedAccount) -> Vec<String> {
    let mut gaps: Vec<String> = account.lacks.iter().map(sentence).collect();
    if !account.lacks_are_certain {
        gaps.push(
            "Its policy or kind cannot be read, so it may lack more. Grant the permission \
             /twilio/iam/api-keys/read, or compare the policy with `twilio-audit permissions`."
                .to_owned(),
        );
    }
    gaps
}

fn sentence(lack: &Lack) -> String {
    let remedy = match lack.remedy {
        Remedy::Grant => {
            let word = if lack.permissions.len() == 1 { "permission" } else { "permissions" };
            format!("Grant the {word} {}", first_of(&lack.permissions, NAMED))
        }
        Remedy::StandardKey => {
            "Use a Standard or Main key or the Auth Token, for no permission is known".to_owned()
        }
        Remedy::MainKey => "Use a Main key or the Auth Token".to_owned(),
        Remedy::Credential => "Supply a credential of this account".to_owned(),
        Remedy::OrganizationApp => "Supply an OAuth app of the Organization".to_owned(),
    };
    let weight = match lack.purpose {
        Purpose::EveryScan | Purpose::GoLive => " Go-live checks need some of it.",
        Purpose::Judged | Purpose::Corroborates | Purpose::Kept => "",
    };
    format!("{remedy}: it would read {}.{weight}", first_of(&lack.kinds, NAMED))
}

fn strength(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    let mut by_words: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for account in examination.accounts.iter().filter(|account| account.active) {
        if let (Some(held), Some(words)) = (&account.credential, account.would_do) {
            by_words.entry((in_words(held.kind), words)).or_default().push(&account.account_name);
        }
    }
    if by_words.is_empty() {
        return Ok(());
    }
    writeln!(to, "\n{BOLD}Stronger than needed{BOLD:#}")?;
    for ((kind, words), accounts) in by_words {
        let sentence = format!("{kind} of {}: {words} would read as much.", first_of(&accounts, NAMED));
        paragraph("  ", &printable(&sentence), to)?;
    }
    Ok(())
}

fn closing(examination: &Examination, to: &mut impl Write) -> io::Result<()> {
    let sentence = match examination.is_sufficient() {
        true => {
            "Nothing was scanned. A scan with these credentials can read all that the chosen checks need."
        }
        false => {
            "Nothing was scanned. `twilio-audit permissions` prints what Restricted keys need; `--format json` \
             tells each host's answer and names every kind."
        }
    };
    writeln!(to)?;
    paragraph("", sentence, to)
}
