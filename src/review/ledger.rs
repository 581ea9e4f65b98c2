//! `reviews.toml` while decisions are entered: what stands there stays as it is written, comments included.

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::decide::{Decided, Entry, Word};
use crate::intent::{Attestation, Day, Fixed, Intent, IntentError, Value, Waiver};

/// What a new file begins with. The version stands below so that the text does not belong to the first entry, with
/// which it would go.
const HEAD: &str = "\
# What reviewers decided: `twilio-audit review import` writes it, and every scan reads it beside audit.toml.
# You may edit it by hand; the keys are those of audit.toml.
schema_version = 1
";

/// New tables come after all that are there.
const AT_THE_END: isize = 1 << 24;

/// The file.
#[derive(Debug)]
pub struct Ledger {
    document: DocumentMut,
    /// What it says.
    reviews: Intent,
    entered: isize,
}

/// Why a file is no ledger.
#[derive(Debug, thiserror::Error)]
pub enum NotALedger {
    /// It breaks a rule.
    #[error("{0}")]
    Invalid(#[from] IntentError),
    /// It cannot be edited.
    #[error("it cannot be edited: {0}")]
    Malformed(#[from] toml_edit::TomlError),
}

/// What a decision changes in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It stands there already.
    Nothing,
    /// Nothing was decided of the finding.
    New,
    /// Something else was decided before: by this word.
    Replaces(Word),
}

impl Ledger {
    /// Takes the text of the file; `name` is what errors call it. Nothing makes a new file.
    ///
    /// # Errors
    ///
    /// When it is not what the file must be.
    pub fn open(text: Option<&str>, name: &str) -> Result<Self, NotALedger> {
        let text = text.unwrap_or(HEAD);
        Ok(Self { reviews: Intent::parse_reviews(text, name)?, document: text.parse()?, entered: 0 })
    }

    /// The text of the file.
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// What was decided before, of all findings.
    pub const fn reviews(&self) -> &Intent {
        &self.reviews
    }

    /// Enters decisions, each in the place of an earlier one of the same finding, or at the end.
    pub fn enter(&mut self, decided: &[Decided]) -> Vec<Change> {
        let attested: Vec<&Attestation> = decided.iter().filter_map(Decided::attestation).collect();
        let mut entered: Vec<(&Attestation, Change)> = Vec::new();
        let mut changes = Vec::with_capacity(decided.len());
        for one in decided {
            let mut change = self.enter_one(one, &attested);
            if let Some(attestation) = one.attestation() {
                // Several findings may be settled by one attestation; it is new for all of them.
                let before = entered.iter().find(|(other, _)| other.subject() == attestation.subject());
                change = before.map_or(change, |(_, change)| *change);
                entered.push((attestation, change));
            }
            changes.push(change);
        }
        changes
    }

    fn enter_one(&mut self, decided: &Decided, attested: &[&Attestation]) -> Change {
        let waiver = self.reviews.waiver.iter().position(|w| w.finding.as_ref() == Some(&decided.finding));
        let fixed = self.reviews.fixed.iter().position(|fixed| fixed.finding == decided.finding);
        let attestation = self.reviews.attestation.iter().position(|one| decided.is_about(one));
        // What another row of the same table attests is no earlier decision.
        let attestation = attestation
            .filter(|_| decided.attestation().is_some() || !attested.iter().any(|one| decided.is_about(one)));
        let before = match (waiver, fixed, attestation) {
            (Some(at), ..) => self.reviews.waiver.get(at).map(|w| (said_by(w), "waiver", at)),
            (_, Some(at), _) => Some((Word::Fixed, "fixed", at)),
            (.., Some(at)) => Some((Word::Attest, "attestation", at)),
            _ => None,
        };
        let table = decided.entry.table();
        let elsewhere = before.filter(|(_, other, _)| *other != table);
        let same = match &decided.entry {
            // What is attested may be in the file already, and the finding waived nevertheless.
            Entry::Attestation(_) => attestation,
            Entry::Waiver(_) => waiver,
            Entry::Fixed(_) => fixed,
        };
        if elsewhere.is_none() && same.is_some_and(|at| self.says_already(&decided.entry, at)) {
            return Change::Nothing;
        }
        if let Some((_, other, at)) = elsewhere {
            self.remove(other, at);
        }
        match same {
            Some(at) => self.rewrite(&decided.entry, at),
            None => self.add(&decided.entry),
        }
        before.map_or(Change::New, |(word, ..)| Change::Replaces(word))
    }

    /// Whether an entry says what the one in its place says. The day on which somebody said it does not count.
    fn says_already(&self, entry: &Entry, at: usize) -> bool {
        match entry {
            Entry::Waiver(new) => {
                let old = self.reviews.waiver.get(at);
                old.is_some_and(|old| *new == Waiver { decided_on: new.decided_on, ..old.clone() })
            }
            Entry::Fixed(new) => {
                self.reviews.fixed.get(at).is_some_and(|old| *new == Fixed { on: new.on, ..old.clone() })
            }
            Entry::Attestation(new) => {
                let old = self.reviews.attestation.get(at);
                old.is_some_and(|old| *new == Attestation { on: new.on, ..old.clone() })
            }
        }
    }

    fn rewrite(&mut self, entry: &Entry, at: usize) {
        if let Some(table) = self.tables(entry.table()).and_then(|tables| tables.get_mut(at)) {
            fill(table, entry);
        }
        match entry {
            Entry::Waiver(new) => put(&mut self.reviews.waiver, at, new),
            Entry::Fixed(new) => put(&mut self.reviews.fixed, at, new),
            Entry::Attestation(new) => put(&mut self.reviews.attestation, at, new),
        }
    }

    fn add(&mut self, entry: &Entry) {
        let mut table = Table::new();
        table.decor_mut().set_prefix("\n");
        table.set_position(Some(AT_THE_END + self.entered));
        self.entered += 1;
        fill(&mut table, entry);
        if let Some(tables) = self.tables(entry.table()) {
            tables.push(table);
        }
        match entry {
            Entry::Waiver(new) => self.reviews.waiver.push(new.clone()),
            Entry::Fixed(new) => self.reviews.fixed.push(new.clone()),
            Entry::Attestation(new) => self.reviews.attestation.push(new.clone()),
        }
    }

    fn remove(&mut self, name: &str, at: usize) {
        if let Some(tables) = self.tables(name) {
            tables.remove(at);
            if tables.is_empty() {
                self.document.remove(name);
            }
        }
        match name {
            "waiver" => drop(self.reviews.waiver.remove(at)),
            "fixed" => drop(self.reviews.fixed.remove(at)),
            _ => drop(self.reviews.attestation.remove(at)),
        }
    }

    fn tables(&mut self, name: &str) -> Option<&mut ArrayOfTables> {
        let item = self.document.entry(name).or_insert(Item::ArrayOfTables(ArrayOfTables::new()));
        // Somebody may have written `waiver = [{ … }]`.
        if let Some(inline) = item.as_array().cloned() {
            let tables = inline.into_iter().filter_map(|value| value.as_inline_table().cloned());
            *item = Item::ArrayOfTables(tables.map(toml_edit::InlineTable::into_table).collect());
        }
        item.as_array_of_tables_mut()
    }
}

impl Decided {
    /// What it attests, where it does.
    pub fn attestation(&self) -> Option<&Attestation> {
        match &self.entry {
            Entry::Attestation(attestation) => Some(attestation),
            Entry::Waiver(_) | Entry::Fixed(_) => None,
        }
    }

    /// Whether an attestation settles the finding that is decided.
    fn is_about(&self, attestation: &Attestation) -> bool {
        let (id, account, host) = attestation.subject();
        self.attestable.as_ref().is_some_and(|(of_id, of_account, of_host)| {
            let is_account = account.is_none() || account == of_account.as_ref();
            id == of_id && is_account && host == of_host.as_deref()
        })
    }
}

impl Entry {
    const fn table(&self) -> &'static str {
        match self {
            Self::Waiver(_) => "waiver",
            Self::Attestation(_) => "attestation",
            Self::Fixed(_) => "fixed",
        }
    }
}

fn said_by(waiver: &Waiver) -> Word {
    match waiver.decision() {
        crate::intent::Decision::Accept => Word::Accept,
        crate::intent::Decision::FalsePositive => Word::FalsePositive,
    }
}

fn put<T: Clone>(list: &mut [T], at: usize, new: &T) {
    if let Some(old) = list.get_mut(at) {
        *old = new.clone();
    }
}

/// Writes the keys of an entry; a key that it does not have is taken out.
fn fill(table: &mut Table, entry: &Entry) {
    for (key, said) in keys(entry) {
        match said {
            Some(said) if table.get(key).and_then(Item::as_value).map(plain) != Some(plain(&said)) => {
                table[key] = value(said);
            }
            Some(_) => {}
            None => drop(table.remove(key)),
        }
    }
}

/// A value without what stands around it.
fn plain(value: &toml_edit::Value) -> String {
    value.clone().decorated("", "").to_string()
}

fn keys(entry: &Entry) -> Vec<(&'static str, Option<toml_edit::Value>)> {
    let text = |text: &str| Some(toml_edit::Value::from(text));
    let maybe = |text: Option<&str>| text.map(toml_edit::Value::from);
    match entry {
        Entry::Waiver(it) => vec![
            ("finding", maybe(it.finding.as_deref())),
            ("as_seen", maybe(it.as_seen.as_deref())),
            ("check", text(&it.check)),
            ("account", maybe(it.account.as_ref().map(|account| account.as_str()))),
            ("resource", maybe(it.resource.as_deref())),
            ("decision", text(it.decision().as_str())),
            ("reason", text(&it.reason)),
            ("equivalent_measure", maybe(it.equivalent_measure.as_deref())),
            ("approved_by", text(&it.approved_by)),
            ("decided_on", it.decided_on.map(date)),
            ("expires_on", Some(date(it.expires_on))),
        ],
        Entry::Attestation(it) => vec![
            ("id", text(&it.id)),
            ("account", maybe(it.account.as_ref().map(|account| account.as_str()))),
            ("host", maybe(it.host.as_deref())),
            ("value", Some(attested(&it.value))),
            ("by", text(&it.by)),
            ("on", Some(date(it.on))),
            ("expires_on", it.expires_on.map(date)),
            ("evidence", maybe(it.evidence.as_deref())),
            ("evidence_sha256", maybe(it.evidence_sha256.as_deref())),
        ],
        Entry::Fixed(it) => vec![
            ("finding", text(&it.finding)),
            ("check", text(&it.check)),
            ("account", maybe(it.account.as_ref().map(|account| account.as_str()))),
            ("by", text(&it.by)),
            ("on", Some(date(it.on))),
            ("reason", text(&it.reason)),
        ],
    }
}

fn attested(value: &Value) -> toml_edit::Value {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Number(number) => (*number).into(),
        Value::Day(day) => date(*day),
        Value::List(texts) => texts.iter().map(String::as_str).collect::<toml_edit::Array>().into(),
    }
}

fn date(day: Day) -> toml_edit::Value {
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let date = toml_edit::Date {
        year: u16::try_from(day.0.year()).unwrap_or_default(),
        month: part(day.0.month()),
        day: part(day.0.day()),
    };
    toml_edit::Datetime::from(date).into()
}
