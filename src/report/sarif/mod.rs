//! `findings.sarif`: SARIF 2.1.0, for code scanning.
//!
//! A fault is a result, and so is what a person must answer. What could not be judged is none: it becomes a notification
//! that the tool could not do its work, so that no reader takes silence for "fine".
//!
//! GitHub's limits: <https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support>, read
//! 2026-11.

mod notification;
mod result;
mod rule;

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{Error as _, SerializeSeq as _, Serializer};
use serde_json::{Value, json};

use super::cell::printable;
use super::options::Options;
use crate::model::{Finding, Findings, Outcome, Scan, in_seconds};

/// GitHub refuses a file that has more results than this.
const MOST_RESULTS: usize = 25_000;

/// It refuses a file of more than 10 MB, compressed, too. Both kinds together stay well below that.
const MOST_NOTIFICATIONS: usize = 5_000;

#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Value,
    automation_details: Value,
    original_uri_base_ids: Value,
    column_kind: &'static str,
    invocations: [Invocation<'a>; 1],
    results: Results<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'a> {
    start_time_utc: String,
    /// Whether everything that was required could be assessed.
    execution_successful: bool,
    tool_execution_notifications: Notifications<'a>,
}

/// What is written of the findings, as they are read.
#[derive(Clone, Copy)]
struct Shown<'a> {
    scan: &'a Scan,
    findings: &'a dyn Findings,
    options: Options,
}

/// The findings that are results.
struct Results<'a>(Shown<'a>);

/// Those that are none, and what else the reader must know.
struct Notifications<'a>(Shown<'a>);

/// Writes the findings that the options ask for.
pub(super) fn write(
    scan: &Scan,
    findings: &dyn Findings,
    options: Options,
    mut to: impl Write,
) -> io::Result<()> {
    let shown = Shown { scan, findings, options };
    let run = Run {
        tool: json!({"driver": {
            "name": "twilio-audit",
            "version": scan.tool_version,
            "semanticVersion": scan.tool_version,
            "rules": scan.rules.iter().map(rule::descriptor).collect::<Vec<_>>(),
        }}),
        // What stands before the last slash keeps the scans of different Regions apart.
        automation_details: json!({"id": format!("twilio-audit/{}/{}", scan.region, scan.id)}),
        original_uri_base_ids: json!({result::BASE: {
            "description": {"text": "The folder of audit.toml: the root of the repository."}
        }}),
        column_kind: "unicodeCodePoints",
        invocations: [Invocation {
            start_time_utc: in_seconds(scan.started_at),
            execution_successful: scan.is_complete(),
            tool_execution_notifications: Notifications(shown),
        }],
        results: Results(shown),
    };
    let document =
        Document { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
    serde_json::to_writer_pretty(&mut to, &document)?;
    to.write_all(b"\n")
}

/// How many results there is room for. Passes come in between, but none takes the place of what is to be acted on.
struct Room {
    to_act_on: usize,
    others: usize,
    left_out: usize,
}

impl Room {
    fn of(shown: Shown<'_>) -> Self {
        let to_act_on =
            shown.scan.tally.count(|(outcome, ..)| matches!(outcome, Outcome::Fail | Outcome::Manual));
        Self { to_act_on: MOST_RESULTS, others: MOST_RESULTS.saturating_sub(to_act_on), left_out: 0 }
    }

    /// Takes a place, if there is one.
    fn take(&mut self, outcome: Outcome) -> bool {
        let room = if outcome.needs_action() { &mut self.to_act_on } else { &mut self.others };
        let is_there = *room > 0;
        *room = room.saturating_sub(1);
        self.left_out += usize::from(!is_there);
        is_there
    }
}

impl Shown<'_> {
    /// Hands over what is a result: everything but what could not be judged.
    fn each_result(self, mut act: impl FnMut(&Finding) -> io::Result<()>) -> io::Result<Room> {
        let mut room = Room::of(self);
        self.options.each_shown(self.findings, |finding| {
            match finding.outcome != Outcome::NotAssessed && room.take(finding.outcome) {
                true => act(finding),
                false => Ok(()),
            }
        })?;
        Ok(room)
    }

    /// How many results there was no room for.
    fn left_out(self) -> io::Result<usize> {
        let all = self.options.count_shown(&self.scan.tally);
        // The tally also counts passes that were not kept: at worst we look in vain.
        if all <= MOST_RESULTS { Ok(0) } else { Ok(self.each_result(|_| Ok(()))?.left_out) }
    }
}

impl Serialize for Results<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut list = to.serialize_seq(None)?;
        let write = |finding: &Finding| add(&mut list, &result::of(self.0.scan, finding));
        self.0.each_result(write).map_err(S::Error::custom)?;
        list.end()
    }
}

impl Serialize for Notifications<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let Self(shown) = self;
        let mut list = to.serialize_seq(None)?;
        for notification in notification::of_the_scan(shown.scan) {
            list.serialize_element(&notification)?;
        }
        let left_out = shown.left_out().map_err(S::Error::custom)?;
        if left_out > 0 {
            list.serialize_element(&notification::left_out(left_out, "results"))?;
        }
        let mut written = 0;
        let write = |finding: &Finding| {
            if finding.outcome != Outcome::NotAssessed {
                return Ok(());
            }
            written += 1;
            if written > MOST_NOTIFICATIONS {
                return Ok(());
            }
            add(&mut list, &notification::not_assessed(shown.scan, finding))
        };
        shown.options.each_shown(shown.findings, write).map_err(S::Error::custom)?;
        if written > MOST_NOTIFICATIONS {
            list.serialize_element(&notification::left_out(written - MOST_NOTIFICATIONS, "notifications"))?;
        }
        list.end()
    }
}

fn add<L: serde::ser::SerializeSeq>(list: &mut L, value: &Value) -> io::Result<()> {
    list.serialize_element(value).map_err(|error| io::Error::other(error.to_string()))
}

/// A message: plain text that steers nothing, holds no link and no place for an argument, and ends as a sentence does.
fn message(text: &str) -> Value {
    let text = printable(text.trim()).replace('{', "{{").replace('}', "}}").replace("](", "] (");
    let end = if text.ends_with(['.', '!', '?']) { "" } else { "." };
    json!({"text": format!("{text}{end}")})
}

/// The place of a check among the rules; SARIF's -1 where it is none of them.
fn index_of(scan: &Scan, check_id: &str) -> Value {
    let place = scan.rules.binary_search_by(|rule| rule.id.as_str().cmp(check_id));
    place.map_or_else(|_| json!(-1), |index| json!(index))
}
