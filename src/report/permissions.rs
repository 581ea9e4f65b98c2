//! The permissions for an audit's keys: for people, for programs, and as what creates the keys.
//!
//! It fits 80 columns. It says what was decided elsewhere and decides nothing.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;
use url::form_urlencoded::Serializer;

use super::cell::{at_most, printable};
use super::paragraph::{BOLD, DIM, paragraph};
use crate::model::{Allow, Holder, KeyList, Needs, Permissions, Place, Purpose, Reader, Uncovered, first_of};

/// Columns that an address may take.
const ADDRESS_WIDTH: usize = 74;

/// Checks named for a request before it says "and more".
const NAMED_CHECKS: usize = 4;

/// The lists as a person reads them.
///
/// # Errors
///
/// When the stream cannot be written; a closed pipe is the caller's to ignore.
pub fn text(permissions: &Permissions, to: &mut impl Write) -> io::Result<()> {
    heading(permissions, to)?;
    for (place, list) in permissions.lists.iter().enumerate() {
        let before = permissions.lists.get(..place).and_then(<[KeyList]>::last);
        list_of_keys(list, before, permissions.most_permissions_per_key, to)?;
    }
    marks(permissions, to)?;
    uncovered(permissions, to)?;
    closing(to)
}

fn heading(permissions: &Permissions, to: &mut impl Write) -> io::Result<()> {
    let checks = match (permissions.all_checks, permissions.checks.as_slice()) {
        (true, all) => format!("all {} checks", all.len()),
        (false, [one]) => format!("the check {one}"),
        (false, some) => format!("{} checks", some.len()),
    };
    let version = &permissions.tool_version;
    writeln!(to, "{BOLD}twilio-audit {version}{BOLD:#} {DIM}· permissions for {checks}{DIM:#}")
}

/// The policy of one place in the tree: in full, or by what it has more than the one before.
fn list_of_keys(
    list: &KeyList,
    before: Option<&KeyList>,
    most: usize,
    to: &mut impl Write,
) -> io::Result<()> {
    let needs = &list.needs;
    writeln!(to, "\n{BOLD}{}{BOLD:#}", title(needs.place, list.accounts.len()))?;
    for holder in &list.accounts {
        paragraph("  ", &account(holder, needs.place), to)?;
    }
    let (read, all) = (list.requests_read, list.requests);
    let unread = match all - read {
        0 => "and leaves none unread".to_owned(),
        some => format!("and leaves {some} unread"),
    };
    if let ([key], Some(more)) =
        (needs.keys.as_slice(), before.and_then(|before| more_than(needs, &before.needs)))
    {
        let sentence = format!(
            "The same and {} more, {} in all. Such a key reads {} {unread}.",
            more.len(),
            count(key.len(), "permission"),
            requests(read, all)
        );
        paragraph("  ", &sentence, to)?;
        return permissions_of(&more, needs, to);
    }
    for (number, key) in needs.keys.iter().enumerate() {
        let sentence = match number {
            0 => format!(
                "A Restricted key with these {} reads {} {unread}.",
                count(key.len(), "permission"),
                requests(read, all)
            ),
            _ => format!(
                "Key {}: Twilio allows {most} permissions per key. A scan takes one key per account, so what this \
                 one reads stays unread in a scan with the first, which holds all that go-live checks need. For \
                 a scan of its own:",
                number + 1
            ),
        };
        let space = if number == 0 { "" } else { "\n" };
        write!(to, "{space}")?;
        paragraph("  ", &sentence, to)?;
        permissions_of(key, needs, to)?;
    }
    Ok(())
}

const fn title(place: Place, accounts: usize) -> &'static str {
    match (place, accounts) {
        (Place::Parent, _) => "The parent",
        (Place::Subaccount, 1) => "The subaccount",
        (Place::Subaccount, _) => "Each subaccount",
    }
}

fn account(holder: &Holder, place: Place) -> String {
    let sid = &holder.account_sid;
    let name = holder.account_name.as_deref().map(|name| format!(" {}", at_most(&printable(name), 40)));
    let doubt = match (holder.place_is_known, place) {
        (true, _) => "",
        (false, Place::Parent) => ", if it is the parent",
        (false, Place::Subaccount) => ", if it is a subaccount",
    };
    format!("{sid}{}{doubt}", name.unwrap_or_default())
}

fn count(number: usize, what: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {what}{plural}")
}

fn requests(read: usize, all: usize) -> String {
    if read == all { count(all, "request") } else { format!("{read} of {}", count(all, "request")) }
}

/// What a single key has more than the single key of another place, if it has all that the other has.
fn more_than(needs: &Needs, before: &Needs) -> Option<Vec<&'static str>> {
    let ([key], [other]) = (needs.keys.as_slice(), before.keys.as_slice()) else { return None };
    let (key, other): (BTreeSet<_>, BTreeSet<_>) =
        (key.iter().copied().collect(), other.iter().copied().collect());
    key.is_superset(&other).then(|| key.difference(&other).copied().collect())
}

fn permissions_of(key: &[&'static str], needs: &Needs, to: &mut impl Write) -> io::Result<()> {
    writeln!(to)?;
    for permission in key {
        let entry = needs.allow.iter().find(|allow| allow.permission == *permission);
        let mark = entry.map_or(' ', mark);
        writeln!(to, "  {DIM}{mark}{DIM:#} {permission}")?;
    }
    Ok(())
}

/// What stands before a permission that a scan could do without.
const fn mark(allow: &Allow) -> char {
    match allow.purpose {
        Purpose::EveryScan | Purpose::GoLive | Purpose::Judged => ' ',
        Purpose::Corroborates => '~',
        Purpose::Kept => '.',
    }
}

fn marks(permissions: &Permissions, to: &mut impl Write) -> io::Result<()> {
    let all = || permissions.lists.iter().flat_map(|list| &list.needs.allow);
    let mut space = "\n";
    for (purpose, meaning) in [
        (Purpose::Corroborates, "~ only corroborates what other evidence shows"),
        (Purpose::Kept, ". read by no check yet, kept for the reviewer"),
    ] {
        if all().any(|allow| allow.purpose == purpose) {
            writeln!(to, "{space}  {DIM}{meaning}{DIM:#}")?;
            space = "";
        }
    }
    Ok(())
}

fn uncovered(permissions: &Permissions, to: &mut impl Write) -> io::Result<()> {
    // The parent is asked for everything that a subaccount is asked for.
    let widest = permissions.lists.iter().max_by_key(|list| list.needs.uncovered.len());
    let all = widest.map_or(&[][..], |list| &list.needs.uncovered);
    if all.is_empty() {
        return writeln!(to, "\n{BOLD}Every request has its permission.{BOLD:#}");
    }
    for reader in [Reader::StandardKey, Reader::MainKey, Reader::OrganizationApp] {
        let mut requests = all.iter().filter(|request| request.reader == reader).peekable();
        if requests.peek().is_none() {
            continue;
        }
        writeln!(to, "\n{BOLD}{}{BOLD:#}", who_reads(reader))?;
        paragraph("  ", why_not(reader), to)?;
        writeln!(to)?;
        requests.try_for_each(|request| unread(request, to))?;
    }
    let mut of_subaccounts = permissions.lists.iter().flat_map(|list| &list.needs.uncovered);
    if of_subaccounts.any(|request| request.parent_token_reaches) {
        let exception = "What is at api.twilio.com the parent's Auth Token reads as well, of those subaccounts that \
                         have no credential of their own.";
        writeln!(to)?;
        paragraph("  ", exception, to)?;
    }
    Ok(())
}

const fn who_reads(reader: Reader) -> &'static str {
    match reader {
        Reader::StandardKey => "Beyond a Restricted key: takes a Standard key",
        Reader::MainKey => "Beyond a Restricted key: takes a Main key",
        Reader::OrganizationApp => "Beyond any key: takes the OAuth app of the Organization",
    }
}

const fn why_not(reader: Reader) -> &'static str {
    match reader {
        Reader::StandardKey => {
            "No permission is known for these requests. A Standard key of the account reads them, as do a Main \
             key and its Auth Token."
        }
        Reader::MainKey => {
            "No permission is known for these requests, and a Standard key may not read accounts and keys. A Main \
             key of the account reads them, and its Auth Token."
        }
        Reader::OrganizationApp => {
            "The Organization answers neither keys nor Auth Tokens. Its OAuth app needs the permissions named \
             here."
        }
    }
}

fn unread(request: &Uncovered, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "  {}", request.kind)?;
    address(&format!("{}{}", request.host, request.path), to)?;
    if let Some(parent) = request.listed_under {
        paragraph("    ", &format!("listed under {parent}, which cannot be read"), to)?;
    }
    if let (Some(permission), Reader::OrganizationApp) = (request.permission, request.reader) {
        paragraph("    ", &format!("permission {permission}"), to)?;
    }
    let checks = match first_of(&request.checks, NAMED_CHECKS) {
        none if none.is_empty() => "read by no check yet".to_owned(),
        some => format!("for {some}"),
    };
    let checks = match request.purpose {
        Purpose::Corroborates => format!("only corroborates, {checks}"),
        _ => checks,
    };
    write!(to, "{DIM}")?;
    paragraph("    ", &checks, to)?;
    write!(to, "{DIM:#}")
}

/// An address has no spaces to break at, so it breaks behind a slash.
fn address(text: &str, to: &mut impl Write) -> io::Result<()> {
    let mut line = String::new();
    for part in text.split_inclusive('/') {
        if !line.is_empty() && line.len() + part.len() > ADDRESS_WIDTH {
            writeln!(to, "    {line}")?;
            line = "  ".to_owned();
        }
        line.push_str(part);
    }
    writeln!(to, "    {line}")
}

fn closing(to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "\n{BOLD}Good to know{BOLD:#}")?;
    for sentence in [
        "Restricted keys exist in Region US1 only. These can only read: the audit needs no permission that writes.",
        "Twilio's pages disagree on whether a Restricted key may read accounts and keys. If it is refused, \
         coverage.csv says so; a Main key or the Auth Token reads them.",
        "--format json names every check, and what each permission reads.",
        "--format request prints, for --parent and --account, what creates the keys.",
    ] {
        paragraph("  - ", sentence, to)?;
    }
    Ok(())
}

/// The lists for programs.
///
/// # Errors
///
/// When the stream cannot be written.
pub fn json(permissions: &Permissions, to: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *to, permissions)?;
    writeln!(to)
}

/// A policy, as the body that creates a key holds it.
#[derive(Serialize)]
struct Policy<'a> {
    allow: &'a [&'static str],
}

/// One line for each key of each account: the body of `POST https://iam.twilio.com/v1/Keys` that creates it.
/// The field names are those of Twilio's OpenAPI file for that request, `twilio_iam_v1.json`.
///
/// # Errors
///
/// When the stream cannot be written.
pub fn requests_to_create(permissions: &Permissions, to: &mut impl Write) -> io::Result<()> {
    for list in &permissions.lists {
        for holder in &list.accounts {
            for (number, key) in list.needs.keys.iter().enumerate() {
                let name = match list.needs.keys.len() {
                    1 => "twilio-audit".to_owned(),
                    all => format!("twilio-audit {} of {all}", number + 1),
                };
                let policy = serde_json::to_string(&Policy { allow: key })?;
                let body = Serializer::new(String::new())
                    .append_pair("AccountSid", holder.account_sid.as_str())
                    .append_pair("FriendlyName", &name)
                    .append_pair("KeyType", "restricted")
                    .append_pair("Policy", &policy)
                    .finish();
                writeln!(to, "{body}")?;
            }
        }
    }
    Ok(())
}
