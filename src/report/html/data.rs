//! The findings as the script reads them: every text once, and numbers that point to it.
//!
//! Ten thousand findings share a hundred checks and their remedies; written out, they would be ten times as long.

use std::collections::HashMap;
use std::hash::Hash;

use serde::{Serialize, Serializer};

use super::text;
use crate::model::{Finding, Outcome, Rule, Severity};

/// Findings that the page holds at most.
const HELD: usize = 10_000;
/// Bytes that they may take, so that the file stays below 5 MiB whatever strangers call their things.
const BYTES: usize = 4_500_000;
/// Values seen of one finding that the page holds at most.
const SEEN: usize = 50;

/// Bytes of a number and its comma.
const NUMBER: usize = 6;

/// Where a text lies.
type Place = u32;

/// The findings, worst first.
#[derive(Debug, Serialize)]
pub(super) struct Data {
    outcomes: [&'static str; 5],
    severities: [&'static str; 4],
    texts: Table<String>,
    checks: Table<Check>,
    accounts: Table<Account>,
    findings: Vec<Row>,
    #[serde(skip)]
    bytes: usize,
    /// Whether one did not fit: no later one is held then, or what is left out were not the mildest.
    #[serde(skip)]
    full: bool,
}

/// What all findings of a check share.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
struct Check {
    id: Place,
    title: Place,
    family: Place,
    risk: Place,
    citations: Vec<Place>,
    sources: Vec<Place>,
}

/// What all findings of an account share.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
struct Account {
    sid: Place,
    name: Place,
    environment: Place,
    phi: bool,
}

/// A finding. It is written as a list; `decode` in `script/findings.js` knows the order.
#[derive(Debug, Serialize)]
struct Row(String, usize, usize, Flags, Place, Place, [Place; 12], Vec<Place>);

#[derive(Debug)]
struct Flags {
    blocks_go_live: bool,
    waived: bool,
}

impl Default for Data {
    fn default() -> Self {
        Self {
            outcomes: Outcome::ALL.map(Outcome::as_str),
            severities: Severity::ALL.map(Severity::as_str),
            texts: Table::default(),
            checks: Table::default(),
            accounts: Table::default(),
            findings: Vec::new(),
            bytes: 0,
            full: false,
        }
    }
}

impl Data {
    /// Takes up a finding if there is room; `rule` is its check.
    pub(super) fn hold(&mut self, finding: &Finding, rule: Option<&Rule>) {
        if self.full {
            return;
        }
        let risk = rule.map_or("", |rule| rule.risk.as_str());
        let bytes = self.bytes + self.bytes_of(finding, risk);
        if self.findings.len() >= HELD || bytes > BYTES {
            self.full = true;
            return;
        }
        self.bytes = bytes;
        let check = Check {
            id: self.texts.place(text(&finding.check_id)),
            title: self.texts.place(text(&finding.title)),
            family: self.texts.place(text(&finding.family)),
            risk: self.texts.place(text(risk)),
            citations: self.places(&finding.citations),
            sources: self.places(&finding.sources),
        };
        let account = Account {
            sid: self.texts.place(text(&finding.account_sid)),
            name: self.texts.place(text(&finding.account_name)),
            environment: self.texts.place(text(&finding.environment)),
            phi: finding.phi,
        };
        let seen = finding.evidence.iter().take(SEEN).flat_map(|(name, value)| [name, value]);
        let row = Row(
            finding.finding_id.clone(),
            place_in(&Outcome::ALL, finding.outcome),
            place_in(&Severity::ALL, finding.severity),
            Flags { blocks_go_live: finding.blocks_go_live, waived: finding.waived },
            self.checks.place(check),
            self.accounts.place(account),
            own_texts(finding).map(|own| self.texts.place(text(own))),
            self.places(seen),
        );
        self.findings.push(row);
    }

    /// How many it holds.
    pub(super) fn held(&self) -> usize {
        self.findings.len()
    }

    fn places<'a>(&mut self, all: impl IntoIterator<Item = &'a String>) -> Vec<Place> {
        all.into_iter().map(|one| self.texts.place(text(one))).collect()
    }

    /// How many bytes a finding adds at most: those of its numbers, and those of the texts that are new.
    fn bytes_of(&self, finding: &Finding, risk: &str) -> usize {
        let own = own_texts(finding);
        let seen = finding.evidence.iter().take(SEEN).flat_map(|(name, value)| [name, value]);
        let seen: Vec<&str> = seen.map(String::as_str).collect();
        let of_check = [&finding.check_id, &finding.title, &finding.family].map(String::as_str);
        let of_account = [&finding.account_sid, &finding.account_name, &finding.environment];
        let lists = finding.citations.iter().chain(&finding.sources).map(String::as_str);
        let shared = of_check.into_iter().chain(of_account.map(String::as_str)).chain(lists).chain([risk]);
        let numbers = finding.finding_id.len() + 24 + NUMBER * (own.len() + seen.len());
        numbers + own.into_iter().chain(seen).chain(shared).map(|one| self.bytes_of_text(one)).sum::<usize>()
    }

    /// How many bytes a text adds: its own and those of numbers that point to it, if it is new.
    fn bytes_of_text(&self, one: &str) -> usize {
        let one = text(one);
        if self.texts.holds(&one) {
            0
        } else {
            one.chars().map(bytes_of_char).sum::<usize>() + 3 + 2 * NUMBER
        }
    }
}

/// The texts that are a finding's own, in the order of `decode` in `script/findings.js`.
fn own_texts(finding: &Finding) -> [&str; 12] {
    [
        finding.change.as_str(),
        &finding.product,
        &finding.resource_type,
        &finding.resource_sid,
        &finding.resource_name,
        &finding.field,
        &finding.reason,
        &finding.remediation,
        &finding.fix_command,
        &finding.console_url,
        &finding.first_seen,
        &finding.owner,
    ]
}

/// What a character takes inside of a script: those that could end it are written as six.
const fn bytes_of_char(c: char) -> usize {
    match c {
        '<' | '>' | '&' | '\'' => 6,
        '"' | '\\' => 2,
        other => other.len_utf8(),
    }
}

fn place_in<T: PartialEq>(all: &[T], one: T) -> usize {
    all.iter().position(|other| *other == one).unwrap_or_default()
}

impl Serialize for Flags {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u8(u8::from(self.blocks_go_live) | u8::from(self.waived) << 1)
    }
}

/// Things that are kept once, in the order in which they were first met.
#[derive(Debug)]
struct Table<T> {
    list: Vec<T>,
    places: HashMap<T, Place>,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self { list: Vec::new(), places: HashMap::new() }
    }
}

impl<T: Clone + Eq + Hash> Table<T> {
    fn place(&mut self, one: T) -> Place {
        if let Some(place) = self.places.get(&one) {
            return *place;
        }
        // What is held has an end, so there are fewer things than numbers.
        let place = Place::try_from(self.list.len()).unwrap_or(Place::MAX);
        self.places.insert(one.clone(), place);
        self.list.push(one);
        place
    }

    fn holds(&self, one: &T) -> bool {
        self.places.contains_key(one)
    }
}

impl<T: Serialize> Serialize for Table<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.list.serialize(to)
    }
}
