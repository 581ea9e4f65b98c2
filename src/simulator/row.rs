//! Completes what an estate writes: default fields, SIDs, dates, links.

use serde_json::{Map, Value, json};

use super::endpoints::{self, Endpoint};
use super::estate::{digest, sid};
use super::region::Region;
use super::when::{Clock, Style};

/// Where a list or an object stands.
pub(super) struct Place<'a> {
    account: &'a str,
    /// The path without placeholders' names, as the table is searched: `messaging/v1/Services/{}/PhoneNumbers`.
    template: String,
    /// The same with SIDs.
    path: String,
    /// The SIDs of the rows above.
    parents: Vec<String>,
    region: Region,
    clock: Clock,
}

impl<'a> Place<'a> {
    pub(super) fn top(account: &'a str, path: &str, region: Region, clock: Clock) -> Self {
        Self { account, template: path.into(), path: path.into(), parents: Vec::new(), region, clock }
    }

    /// The place of an endpoint below the given parents.
    pub(super) fn of(
        account: &'a str,
        endpoint: &Endpoint,
        parents: &[String],
        region: Region,
        clock: Clock,
    ) -> Self {
        let mut given = parents.iter().map(String::as_str);
        let segments = endpoint.path.split('/');
        let path: Vec<&str> = segments
            .map(|segment| if segment.starts_with('{') { given.next().unwrap_or_default() } else { segment })
            .collect();
        let template = endpoints::nameless(&endpoint.path);
        Self { account, template, path: path.join("/"), parents: parents.to_vec(), region, clock }
    }

    fn below(&self, row: &str, run: &str) -> Self {
        let mut parents = self.parents.clone();
        parents.push(row.into());
        Self {
            account: self.account,
            template: format!("{}/{{}}/{run}", self.template),
            path: format!("{}/{row}/{run}", self.path),
            parents,
            region: self.region,
            clock: self.clock,
        }
    }

    /// The present, as dates are written here.
    pub(super) fn now(&self) -> String {
        self.clock.days_ago(0, self.style())
    }

    fn style(&self) -> Style {
        if self.path.starts_with("api/") || self.path == "iam/v1/Keys" { Style::Rfc2822 } else { Style::Iso }
    }

    /// The link to a row, or to the single object.
    fn link(&self, row: Option<&str>) -> (&'static str, String) {
        let tail = row.map(|row| format!("/{row}")).unwrap_or_default();
        match self.path.split_once('/') {
            Some(("api", rest)) => {
                ("uri", format!("/2010-04-01/Accounts/{}/{rest}{tail}.json", self.account))
            }
            Some((host, rest)) => {
                ("url", format!("https://{host}{}.twilio.com/{rest}{tail}", self.region.infix()))
            }
            None => ("url", String::new()),
        }
    }
}

/// Completes a list or a single object. The error is the path that no endpoint serves.
pub(super) fn fill(place: &Place<'_>, value: Value) -> Result<Value, String> {
    let endpoint = endpoints::by_template(&place.template)
        // A bulk export's type stands in the path as it is.
        .or_else(|| endpoints::find(&place.path).map(|found| found.endpoint))
        .ok_or_else(|| place.template.clone())?;
    match value {
        Value::Array(rows) => {
            let rows = rows
                .into_iter()
                .enumerate()
                .map(|(number, row)| complete(place, endpoint, Some(number), row));
            Ok(Value::Array(rows.collect::<Result<_, _>>()?))
        }
        object => complete(place, endpoint, None, object),
    }
}

/// A row that is new, or a single object that was not there, with nothing but its identity written.
pub(super) fn begin(
    place: &Place<'_>,
    endpoint: &Endpoint,
    identity: Option<&str>,
) -> Result<Map<String, Value>, String> {
    let mut written = Map::from_iter([("days_ago".to_owned(), Value::from(0))]);
    written.extend(identity.map(|identity| (endpoint.identity.clone(), identity.into())));
    match complete(place, endpoint, identity.map(|_| 0), Value::Object(written))? {
        Value::Object(row) => Ok(row),
        _ => Err(place.template.clone()),
    }
}

fn complete(
    place: &Place<'_>,
    endpoint: &Endpoint,
    number: Option<usize>,
    written: Value,
) -> Result<Value, String> {
    let Value::Object(mut written) = written else { return Err(place.template.clone()) };
    let mut row = endpoint.defaults.clone();
    let created = take_days(&mut written, "days_ago");
    let updated = take_days(&mut written, "updated_days_ago").or(created);
    if !endpoint.bare {
        row.insert("account_sid".into(), place.account.into());
        row.insert("date_created".into(), json!({"days_ago": created.unwrap_or(120)}));
        row.insert("date_updated".into(), json!({"days_ago": updated.unwrap_or(120)}));
    }
    row.retain(|field, _| !endpoint.without.contains(field));
    for (field, parent) in endpoint.parent_fields().zip(&place.parents) {
        row.insert(field.into(), parent.as_str().into());
    }
    if let (Some(number), "sid") = (number, endpoint.identity.as_str()) {
        row.insert("sid".into(), generated_sid(place, endpoint, number).into());
    }
    let mut below = Vec::new();
    for (field, value) in written {
        if is_below(&field) {
            below.push((field, value));
        } else {
            overlay(&mut row, field, value);
        }
    }
    let mut row = finish(Value::Object(row), place);
    let identity = row.get(&endpoint.identity).and_then(Value::as_str).map(str::to_owned);
    let Some(fields) = row.as_object_mut() else { return Ok(row) };
    if !endpoint.bare {
        let (name, link) = place.link(number.and(identity.as_deref()));
        fields.insert(name.into(), link.into());
    }
    for (run, value) in below {
        let place = place.below(identity.as_deref().unwrap_or_default(), &run);
        fields.insert(run, fill(&place, value)?);
    }
    Ok(row)
}

fn take_days(written: &mut Map<String, Value>, field: &str) -> Option<i64> {
    written.remove(field).and_then(|days| days.as_i64())
}

fn generated_sid(place: &Place<'_>, endpoint: &Endpoint, number: usize) -> String {
    format!("{}{}", endpoint.prefix, digest(&[place.account, &place.path, &number.to_string()]))
}

/// Whether a key of a written row is a list below it: Twilio's own fields begin with a small letter.
pub(super) fn is_below(field: &str) -> bool {
    field.starts_with(|first: char| first.is_ascii_uppercase())
}

/// Objects are merged, so that an estate may write one field of a nested object.
fn overlay(row: &mut Map<String, Value>, field: String, value: Value) {
    match (row.get_mut(&field), value) {
        (Some(Value::Object(default)), Value::Object(written)) if !written.contains_key("days_ago") => {
            default.extend(written);
        }
        (_, value) => {
            row.insert(field, value);
        }
    }
}

/// Short SIDs in full, relative dates as dates, at any depth.
fn finish(value: Value, place: &Place<'_>) -> Value {
    match value {
        Value::String(text) => Value::String(sid(&text)),
        Value::Array(items) => items.into_iter().map(|item| finish(item, place)).collect(),
        Value::Object(fields) => match fields.get("days_ago").and_then(Value::as_i64) {
            Some(days) if fields.len() == 1 => place.clock.days_ago(days, place.style()).into(),
            _ => fields.into_iter().map(|(name, value)| (name, finish(value, place))).collect(),
        },
        other => other,
    }
}

/// A row as it is sent: without what is below it.
pub(super) fn shown(row: &Value, omit: &[String], null: &[String]) -> Value {
    let Value::Object(fields) = row else { return row.clone() };
    fields
        .iter()
        .filter(|(name, _)| !is_below(name) && !omit.contains(name))
        .map(|(name, value)| {
            let value = if null.contains(name) { Value::Null } else { value.clone() };
            (name.clone(), value)
        })
        .collect()
}
