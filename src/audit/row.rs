//! One row of a query's answer.

use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::compile::{Compiled, JUDGEMENT_COLUMNS};
use crate::catalogue;
use crate::model::{Outcome, Severity};

/// What a row says, before it is known what may be claimed.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) outcome: Outcome,
    pub(super) severity: Severity,
    pub(super) severity_is_given: bool,
    /// The catalogue's "warn": a milder failure that does not block going live.
    pub(super) is_warning: bool,
    /// Whether this very row blocks going live, where it says so.
    pub(super) blocks_go_live: Option<bool>,
    pub(super) resource_type: String,
    pub(super) resource_sid: String,
    pub(super) resource_name: String,
    pub(super) field: String,
    pub(super) product: String,
    pub(super) reason: String,
    pub(super) evidence: Vec<(String, String)>,
}

/// Reads a row as (account, judgement). Every column that is not one of [`JUDGEMENT_COLUMNS`] is evidence.
pub(super) fn read_row(
    row: &Row<'_>,
    columns: &[String],
    compiled: &Compiled,
) -> rusqlite::Result<(String, Judged)> {
    let named = |name: &str| -> rusqlite::Result<String> {
        match columns.iter().position(|column| column == name) {
            Some(place) => Ok(text(row.get_ref(place)?).unwrap_or_default()),
            None => Ok(String::new()),
        }
    };
    let (outcome, is_warning) = outcome(&named("outcome")?)?;
    let severity = severity(&named("severity")?)?;
    let mut resource_type = named("resource_type")?;
    if resource_type.is_empty() && columns.iter().any(|column| column == "resource_sid") {
        resource_type.clone_from(&compiled.check.subject);
    }
    let mut product = named("product")?;
    if product.is_empty() {
        product = catalogue::kind(&resource_type)
            .map_or_else(|| compiled.check.product.clone(), |kind| kind.product.to_owned());
    }
    let mut reason = named("reason")?;
    if reason.is_empty() && outcome == Outcome::NotAssessed {
        "A value that is needed to judge this is missing".clone_into(&mut reason);
    }
    let judged = Judged {
        outcome,
        severity: severity.unwrap_or_else(|| default_severity(compiled, is_warning)),
        severity_is_given: severity.is_some(),
        is_warning,
        blocks_go_live: match named("blocks_go_live")?.as_str() {
            "" => None,
            word => Some(word != "0"),
        },
        resource_type,
        resource_sid: named("resource_sid")?,
        resource_name: named("resource_name")?,
        field: named("field")?,
        product,
        reason,
        evidence: evidence(row, columns)?,
    };
    Ok((named("account_sid")?, judged))
}

/// The severity of a row that names none.
const fn default_severity(compiled: &Compiled, is_warning: bool) -> Severity {
    if is_warning { compiled.check.severity.milder() } else { compiled.check.severity }
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

fn evidence(row: &Row<'_>, columns: &[String]) -> rusqlite::Result<Vec<(String, String)>> {
    let mut evidence = Vec::new();
    for (place, name) in columns.iter().enumerate() {
        if JUDGEMENT_COLUMNS.contains(&name.as_str()) {
            continue;
        }
        if let Some(value) = text(row.get_ref(place)?) {
            evidence.push((name.clone(), value));
        }
    }
    Ok(evidence)
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text).into_owned()),
    }
}
