//! One row of a query's answer.

use std::borrow::Cow;

use rusqlite::types::ValueRef;
use rusqlite::{Row, Statement};

use super::check::Check;
use super::compile::{Compiled, JUDGEMENT_COLUMNS};
use crate::catalogue;
use crate::model::{Outcome, Severity};

/// Where in a row the parts of a judgement stand. Looked up once per query: most rows are passes, of which little is
/// read.
#[derive(Debug)]
pub(super) struct Columns {
    account: usize,
    outcome: usize,
    severity: Option<usize>,
    blocks_go_live: Option<usize>,
    resource_type: Option<usize>,
    resource_sid: Option<usize>,
    resource_name: Option<usize>,
    field: Option<usize>,
    reason: Option<usize>,
    product: Option<usize>,
    evidence: Vec<(usize, String)>,
}

/// What decides how a row counts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glance {
    pub(super) outcome: Outcome,
    /// The catalogue's "warn": a milder failure that does not block going live.
    pub(super) is_warning: bool,
    /// The severity that the row itself names.
    pub(super) severity: Option<Severity>,
    /// Whether this very row blocks going live, where it says so.
    pub(super) blocks_go_live: Option<bool>,
}

impl Glance {
    /// Whether it blocks going live where that matters.
    pub(super) fn blocks_go_live(self, check: &Check) -> bool {
        self.blocks_go_live.unwrap_or(check.blocks_go_live && !self.is_warning)
    }
}

/// What a row is about, within its check and account.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Subject<'r> {
    pub(super) resource_type: Cow<'r, str>,
    pub(super) resource_sid: Cow<'r, str>,
    pub(super) field: Cow<'r, str>,
}

/// What a row says, before it is known what may be claimed.
#[derive(Debug, Clone)]
pub(super) struct Judged<'r> {
    pub(super) glance: Glance,
    pub(super) subject: Subject<'r>,
    pub(super) resource_name: String,
    pub(super) product: String,
    pub(super) reason: String,
    pub(super) evidence: Vec<(String, String)>,
    /// Whether nobody looked: the remedy then begins with what to supply.
    pub(super) is_of_a_gap: bool,
}

impl Judged<'_> {
    /// How much text it is, in bytes.
    pub(super) fn length(&self) -> usize {
        let evidence: usize = self.evidence.iter().map(|(name, value)| name.len() + value.len()).sum();
        let Subject { resource_type, resource_sid, field } = &self.subject;
        let subject = resource_type.len() + resource_sid.len() + field.len();
        subject + self.resource_name.len() + self.product.len() + self.reason.len() + evidence
    }
}

impl Columns {
    /// The columns of a check's answer.
    pub(super) fn of(statement: &Statement<'_>) -> rusqlite::Result<Self> {
        let names: Vec<&str> = statement.column_names().collect();
        let place = |name: &str| names.iter().position(|column| *column == name);
        let required = |name: &str| place(name).ok_or_else(|| unusable("missing", name));
        let is_evidence = |name: &str| !JUDGEMENT_COLUMNS.contains(&name);
        Ok(Self {
            account: required("account_sid")?,
            outcome: required("outcome")?,
            severity: place("severity"),
            blocks_go_live: place("blocks_go_live"),
            resource_type: place("resource_type"),
            resource_sid: place("resource_sid"),
            resource_name: place("resource_name"),
            field: place("field"),
            reason: place("reason"),
            product: place("product"),
            evidence: names
                .iter()
                .enumerate()
                .filter(|(_, name)| is_evidence(name))
                .map(|(place, name)| (place, (*name).to_owned()))
                .collect(),
        })
    }

    /// The account that a row is about.
    pub(super) fn account<'r>(&self, row: &'r Row<'_>) -> rusqlite::Result<Cow<'r, str>> {
        text_at(row, Some(self.account))
    }

    /// How a row counts.
    pub(super) fn glance(&self, row: &Row<'_>) -> rusqlite::Result<Glance> {
        let (outcome, is_warning) = outcome(&text_at(row, Some(self.outcome))?)?;
        let blocks_go_live = match &*text_at(row, self.blocks_go_live)? {
            "" => None,
            word => Some(word != "0"),
        };
        Ok(Glance { outcome, is_warning, severity: severity(&text_at(row, self.severity)?)?, blocks_go_live })
    }

    /// What a row is about.
    pub(super) fn subject<'r>(
        &self,
        row: &'r Row<'_>,
        compiled: &'r Compiled,
    ) -> rusqlite::Result<Subject<'r>> {
        let mut resource_type = text_at(row, self.resource_type)?;
        if resource_type.is_empty() && self.resource_sid.is_some() {
            resource_type = Cow::Borrowed(&compiled.check.subject);
        }
        Ok(Subject {
            resource_type,
            resource_sid: text_at(row, self.resource_sid)?,
            field: text_at(row, self.field)?,
        })
    }

    /// What a row gives as evidence, as (name, value): every column that is not one of [`JUDGEMENT_COLUMNS`].
    pub(super) fn evidence(&self, row: &Row<'_>) -> rusqlite::Result<Vec<(String, String)>> {
        let mut evidence = Vec::with_capacity(self.evidence.len());
        for (place, name) in &self.evidence {
            if let Some(value) = text(row.get_ref(*place)?) {
                evidence.push((name.clone(), value.into_owned()));
            }
        }
        Ok(evidence)
    }

    /// All that a row says.
    pub(super) fn judged<'r>(
        &self,
        row: &Row<'_>,
        compiled: &Compiled,
        glance: Glance,
        subject: Subject<'r>,
    ) -> rusqlite::Result<Judged<'r>> {
        let mut product = text_at(row, self.product)?.into_owned();
        if product.is_empty() {
            product = catalogue::kind(&subject.resource_type)
                .map_or_else(|| compiled.check.product.clone(), |kind| kind.product.to_owned());
        }
        let mut reason = text_at(row, self.reason)?.into_owned();
        if reason.is_empty() && glance.outcome == Outcome::NotAssessed {
            "A value that is needed to judge this is missing".clone_into(&mut reason);
        }
        Ok(Judged {
            glance,
            subject,
            resource_name: text_at(row, self.resource_name)?.into_owned(),
            product,
            reason,
            evidence: self.evidence(row)?,
            is_of_a_gap: glance.outcome == Outcome::NotAssessed,
        })
    }
}

fn outcome(word: &str) -> rusqlite::Result<(Outcome, bool)> {
    match word {
        "" => Ok((Outcome::NotAssessed, false)),
        "warn" => Ok((Outcome::Fail, true)),
        word => match Outcome::from_word(word) {
            Some(outcome) => Ok((outcome, false)),
            None => Err(unusable("outcome", word)),
        },
    }
}

fn severity(word: &str) -> rusqlite::Result<Option<Severity>> {
    match word {
        "" => Ok(None),
        word => Severity::from_word(word).map(Some).ok_or_else(|| unusable("severity", word)),
    }
}

fn unusable(column: &str, word: &str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnName(format!("{column} `{word}`"))
}

/// The text in a place of a row; empty where there is none.
fn text_at<'r>(row: &'r Row<'_>, place: Option<usize>) -> rusqlite::Result<Cow<'r, str>> {
    match place {
        Some(place) => Ok(text(row.get_ref(place)?).unwrap_or_default()),
        None => Ok(Cow::Borrowed("")),
    }
}

fn text(value: ValueRef<'_>) -> Option<Cow<'_, str>> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string().into()),
        ValueRef::Real(number) => Some(number.to_string().into()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text)),
    }
}
