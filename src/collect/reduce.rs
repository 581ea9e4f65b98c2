//! From a row of an answer to a row of evidence: only what the catalogue names, only as it says.

use serde_json::value::RawValue;

use super::keep::{keep, not_empty};
use super::raw_row::{Place, RawRow, ReduceError};
use super::reduction::Reduction;
use super::studio;
use crate::catalogue::{Answer, Derivation, KINDS, Kind, Origin, Paging, TWILIO_ACCOUNT};
use crate::evidence::Row;
use crate::model::{AccountSid, Region};
use crate::twilio::{PageError, parse_page};

/// Reduces one row.
pub(super) fn reduce(
    kind: &Kind,
    place: &Place,
    raw: &RawRow<'_>,
    reduction: &Reduction,
) -> Result<Row, ReduceError> {
    refuse_another_account(kind, place, raw)?;
    let link = match kind.link {
        Some(field) => not_empty(raw.text(field)?),
        None => None,
    };
    Ok(Row {
        account: place.account.clone(),
        parent: place.parent.clone(),
        sid: identity(kind, place, raw)?,
        link,
        values: kind.columns.iter().map(|column| keep(column, raw, reduction)).collect::<Result<_, _>>()?,
    })
}

/// What a row goes by: its identifying fields, joined by full stops.
fn identity(kind: &Kind, place: &Place, raw: &RawRow<'_>) -> Result<String, ReduceError> {
    if kind.identity.is_empty() {
        let listed_under = if place.parent.is_empty() { place.account.as_str() } else { &place.parent };
        return Ok(listed_under.to_owned());
    }
    let part = |field: &'static str| {
        let text = not_empty(raw.text(field)?).ok_or(ReduceError::NoIdentity(field))?;
        if is_identity(&text) { Ok(text) } else { Err(ReduceError::Unreadable(field.to_owned())) }
    };
    let parts: Vec<String> = kind.identity.iter().map(|field| part(field)).collect::<Result<_, _>>()?;
    Ok(parts.join("."))
}

/// SIDs, categories, country codes, event types and the names of packages (`@twilio/runtime-handler`);
/// nothing that a person typed, and no e-mail address.
fn is_identity(text: &str) -> bool {
    let name = text.strip_prefix('@').unwrap_or(text);
    text.len() <= 100 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-+/".contains(&b))
}

/// A credential that does not reach an account is often answered with its own account's resources.
fn refuse_another_account(kind: &Kind, place: &Place, raw: &RawRow<'_>) -> Result<(), ReduceError> {
    if kind.endpoint().is_some_and(|endpoint| endpoint.by_organization) {
        // The Organization's lists are about accounts; they belong to none.
        return Ok(());
    }
    let field = if kind.name == TWILIO_ACCOUNT.name { "sid" } else { "account_sid" };
    match raw.text(field)? {
        Some(other) if other != place.account.as_str() => Err(ReduceError::AnotherAccount),
        _ => Ok(()),
    }
}

/// The rows that are taken out of another kind's row: kind by kind, in the order of the catalogue.
pub(super) fn derive(
    from: &Kind,
    row: &Row,
    raw: &RawRow<'_>,
    reduction: &Reduction,
) -> Result<Vec<(&'static Kind, Vec<Row>)>, ReduceError> {
    let place = Place { account: row.account.clone(), parent: row.sid.clone() };
    let mut derived = Vec::new();
    for kind in KINDS.iter().copied() {
        let rows = match kind.origin {
            Origin::Derived { from: name, by } if name == from.name => match by {
                Derivation::Each(path) => explode(kind, path, &place, raw, reduction)?,
                Derivation::StudioWidgets => studio::widgets(&place, raw.at("definition")?)?,
                Derivation::StudioUrls => studio::urls(&place, raw.at("definition")?)?,
            },
            _ => continue,
        };
        derived.push((kind, rows));
    }
    Ok(derived)
}

fn explode(
    kind: &Kind,
    path: &'static str,
    place: &Place,
    raw: &RawRow<'_>,
    reduction: &Reduction,
) -> Result<Vec<Row>, ReduceError> {
    let list = raw.at(path)?.ok_or(ReduceError::Lacking(path))?;
    let items: Vec<&RawValue> =
        serde_json::from_str(list).map_err(|_| ReduceError::Unreadable(path.to_owned()))?;
    items.into_iter().map(|item| reduce(kind, place, &RawRow::read(item.get())?, reduction)).collect()
}

/// Parses one whole answer of a kind's endpoint, as a scan would. For tests that hold real answers.
///
/// # Errors
///
/// When the answer cannot be used.
pub fn rows_of_answer(
    kind: &'static Kind,
    account: &AccountSid,
    parent: &str,
    body: &[u8],
    reduction: &Reduction,
) -> Result<Vec<(&'static Kind, Vec<Row>)>, ReduceError> {
    let Some(endpoint) = kind.endpoint() else { return Ok(Vec::new()) };
    let place = Place { account: account.clone(), parent: parent.to_owned() };
    let text = std::str::from_utf8(body).map_err(|_| PageError::NotAnObject)?;
    let raw_rows = match endpoint.answer {
        Answer::Single => vec![text],
        // Where the next page is does not matter here: an answer from elsewhere has links from elsewhere.
        Answer::List { key, .. } => {
            let url =
                url::Url::parse(&format!("https://{}{}", endpoint.host.name(Region::Us1), endpoint.path))
                    .map_err(|_| PageError::UnreadableLink)?;
            parse_page(body, &url, (key, Paging::None, 0))?.rows.into_iter().map(RawValue::get).collect()
        }
    };
    let mut all = vec![(kind, Vec::new())];
    for raw in raw_rows {
        let raw = RawRow::read(raw)?;
        let row = reduce(kind, &place, &raw, reduction)?;
        all.extend(derive(kind, &row, &raw, reduction)?);
        all[0].1.push(row);
    }
    Ok(all)
}
