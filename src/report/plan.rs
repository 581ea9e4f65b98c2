//! What a scan would ask, on the terminal.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Write};
use std::time::Duration;

use super::cell::{at_most, printable};
use super::paragraph::{BOLD, DIM, paragraph};
use crate::model::{Asked, Plan, counted};

/// Accounts shown before it says how many more there are: those that are asked most about.
const SHOWN: usize = 10;

/// Requests: the least, and what to expect.
type Requests = (usize, usize);

/// Writes what a scan would ask of each host and about each account, and how long that would take.
///
/// # Errors
///
/// When the stream cannot be written.
pub fn plan(plan: &Plan, to: &mut impl Write) -> io::Result<()> {
    writeln!(
        to,
        "{BOLD}What a scan would ask{BOLD:#} {DIM}· {}, {} active · nothing but signing in was asked{DIM:#}",
        counted(plan.accounts, "account"),
        plan.active
    )?;
    for sentence in &plan.notices {
        paragraph("! ", &printable(sentence), to)?;
    }
    let knows_more = knows_more(plan);
    let hosts = sums(plan, |asked| asked.host.clone());
    table("Host", knows_more, hosts.iter().map(|(host, requests)| (host.as_str(), *requests)), to)?;
    let accounts = sums(plan, |asked| asked.account_sid.clone());
    let name = |sid: &str| {
        let asked = plan.asked.iter().find(|asked| asked.account_sid == sid);
        asked.map_or_else(String::new, |asked| at_most(&printable(&asked.account_name), 40))
    };
    let mut accounts: Vec<(&String, Requests)> =
        accounts.iter().map(|(sid, requests)| (sid, *requests)).collect();
    accounts.sort_by_key(|(sid, (least, expected))| (std::cmp::Reverse((*expected, *least)), (*sid).clone()));
    let shown: Vec<(String, Requests)> =
        accounts.iter().take(SHOWN).map(|(sid, requests)| (name(sid), *requests)).collect();
    table("Account", knows_more, shown.iter().map(|(name, requests)| (name.as_str(), *requests)), to)?;
    if let Some(more @ 1..) = accounts.len().checked_sub(SHOWN) {
        writeln!(to, "  {DIM}and {more} more accounts{DIM:#}")?;
    }
    sum(plan, to)
}

/// The requests by whatever `of` says.
fn sums(plan: &Plan, of: impl Fn(&Asked) -> String) -> BTreeMap<String, Requests> {
    let mut sums: BTreeMap<String, Requests> = BTreeMap::new();
    for asked in &plan.asked {
        let (least, expected) = sums.entry(of(asked)).or_default();
        *least += asked.least;
        *expected += asked.expected();
    }
    sums
}

/// Whether an earlier scan says what to expect: without one there is the least, and nothing else to tell.
fn knows_more(plan: &Plan) -> bool {
    plan.asked.iter().any(|asked| asked.last_time.is_some())
}

/// The numbers of a row, in their columns.
fn columns(least: impl Display, expected: impl Display, knows_more: bool) -> String {
    if knows_more { format!("{least:>12}{expected:>12}") } else { format!("{least:>12}") }
}

fn table<'a>(
    head: &str,
    knows_more: bool,
    rows: impl Iterator<Item = (&'a str, Requests)>,
    to: &mut impl Write,
) -> io::Result<()> {
    writeln!(to, "\n{BOLD}{head:<42}{}{BOLD:#}", columns("at least", "expected", knows_more))?;
    for (name, (least, expected)) in rows {
        writeln!(to, "  {name:<40}{}", columns(least, expected, knows_more))?;
    }
    Ok(())
}

fn sum(plan: &Plan, to: &mut impl Write) -> io::Result<()> {
    let least: usize = plan.asked.iter().map(|asked| asked.least).sum();
    let knows_more = knows_more(plan);
    writeln!(to, "\n{BOLD}{:<42}{}{BOLD:#}", "Requests", columns(least, plan.expected(), knows_more))?;
    let source = if knows_more {
        "Expected is what the newest scan had to ask, further pages and lists under lists included."
    } else {
        "Further pages, and lists under what is listed, come on top. How many, nobody knows before a first scan; \
         after it there is a column of what to expect."
    };
    paragraph("", source, to)?;
    match (plan.duration(), plan.latency) {
        (Some(duration), Some(latency)) => {
            let (duration, latency) = (in_words(duration), latency.as_millis());
            let of_one = plan.bottleneck().map(|account| format!(" with the credential of {account}"));
            let most = if of_one.is_some() { plan.per_account } else { plan.overall.min(plan.expected()) };
            let at_once = match most {
                1 => "one request at a time".to_owned(),
                many => format!("{many} requests at once"),
            };
            let at_once = at_once + &of_one.unwrap_or_default();
            let sentence = format!(
                "About {duration} of asking: {at_once}, {latency} ms an answer, as while signing in."
            );
            paragraph("", &sentence, to)
        }
        _ => Ok(()),
    }
}

fn in_words(duration: Duration) -> String {
    match duration.as_secs() {
        0..2 => "a second".to_owned(),
        seconds @ 2..120 => format!("{seconds} seconds"),
        seconds @ 120..7200 => format!("{} minutes", seconds / 60),
        seconds => format!("{} hours", seconds / 3600),
    }
}
