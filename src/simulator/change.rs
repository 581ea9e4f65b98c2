//! Rows created, updated and deleted, with what follows from it elsewhere in the account.
//!
//! Knows one account, and nothing of who asks.

use serde_json::{Map, Value, json};

use super::access::Refusal;
use super::endpoints::{self, Endpoint};
use super::form::Told;
use super::row::{self, Place};
use super::site::Site;

/// A row of a list, or a single object, of one account.
pub(super) struct Target<'a> {
    pub(super) endpoint: &'static Endpoint,
    pub(super) parents: &'a [String],
    /// None for a single object.
    pub(super) row: Option<&'a str>,
}

/// Parameters that name a row of another list, which a new row repeats.
const NAMED: &[(&str, &str)] = &[
    ("CredentialListSid", "api/SIP/CredentialLists"),
    ("IpAccessControlListSid", "api/SIP/IpAccessControlLists"),
    ("PhoneNumberSid", "api/IncomingPhoneNumbers"),
    ("ShortCodeSid", "api/SMS/ShortCodes"),
    ("InstalledAddOnSid", "marketplace/v1/InstalledAddOns"),
];

/// The fields that tell when a row was made and changed.
const CREATED: [&str; 2] = ["date_created", "dateCreated"];
const UPDATED: [&str; 2] = ["date_updated", "dateUpdated"];

impl Target<'_> {
    fn place<'s>(&self, account: &'s str, site: &Site) -> Place<'s> {
        Place::of(account, self.endpoint, self.parents, site.region, site.clock)
    }

    /// Whether it is a list as a whole.
    pub(super) fn is_list(&self) -> bool {
        self.row.is_none() && self.endpoint.key.is_some()
    }

    /// A new row of a list.
    pub(super) fn create(&self, site: &mut Site, told: &[Told]) -> Result<Value, Refusal> {
        let account = site.sid.clone();
        let place = self.place(&account, site);
        let named = self.named(site, told)?;
        let identity = self.identity(site, named.as_ref(), told);
        let mut row =
            row::begin(&place, self.endpoint, Some(&identity)).map_err(|path| Refusal::not_found(&path))?;
        repeat(&mut row, named.as_ref());
        set_all(&mut row, self.endpoint, told);
        touch(&mut row, &CREATED, &place.now());
        touch(&mut row, &UPDATED, &place.now());
        let not_found = || Refusal::not_found(&self.endpoint.path);
        let list = site.resource_mut(self.endpoint, self.parents).ok_or_else(not_found)?;
        if list.is_null() {
            *list = json!([]);
        }
        let rows = list.as_array_mut().ok_or_else(not_found)?;
        if rows.iter().any(|row| row[&self.endpoint.identity] == *identity) {
            return Err(Refusal::new(409, 20409, format!("{identity} is there already")));
        }
        rows.push(Value::Object(row.clone()));
        self.follow(site, &identity, Some(&row));
        Ok(row::shown(&Value::Object(row), &self.endpoint.fetch_omits, &[]))
    }

    /// The row of another list that the new one is about.
    fn named(&self, site: &Site, told: &[Told]) -> Result<Option<Map<String, Value>>, Refusal> {
        let named = told.iter().find_map(|told| {
            let (_, list) = NAMED.iter().find(|(parameter, _)| *parameter == told.parameter && !told.seen)?;
            Some((*list, told.value.as_str()?))
        });
        let Some((list, sid)) = named else { return Ok(None) };
        let rows = endpoints::by_template(list).and_then(|endpoint| site.resource(endpoint, &[])?.as_array());
        let row = rows.and_then(|rows| rows.iter().find(|row| row["sid"] == sid)).and_then(Value::as_object);
        row.cloned().map(Some).ok_or_else(|| Refusal::not_found(sid))
    }

    /// What the new row goes by: what is said, the SID of what it repeats, or something new.
    fn identity(&self, site: &mut Site, named: Option<&Map<String, Value>>, told: &[Told]) -> String {
        let field = &self.endpoint.identity;
        let said = told.iter().find(|told| told.field == *field).and_then(|told| told.value.as_str());
        let repeated = || named.filter(|_| field == "sid").and_then(|row| row.get("sid")?.as_str());
        if let Some(identity) = said.or_else(repeated) {
            return identity.to_owned();
        }
        let fresh = site.fresh(&self.endpoint.path);
        let beginning = match (self.endpoint.prefix.as_str(), &self.endpoint.defaults.get(field)) {
            // `aia_tool_0000`, `AU0000`
            ("", Some(Value::String(example))) => example.trim_end_matches('0'),
            (prefix, _) => prefix,
        };
        format!("{beginning}{fresh}")
    }

    /// Changes a row, or a single object.
    pub(super) fn update(&self, site: &mut Site, told: &[Told]) -> Result<Value, Refusal> {
        let account = site.sid.clone();
        let place = self.place(&account, site);
        let begin = || row::begin(&place, self.endpoint, None).ok();
        let row = self.find(site, begin)?;
        set_all(row, self.endpoint, told);
        touch(row, &UPDATED, &place.now());
        let revision = row.get("revision").and_then(Value::as_i64);
        if let Some(revision) = revision.filter(|_| self.endpoint.path == "studio/v2/Flows") {
            row.insert("revision".into(), (revision + 1).into());
        }
        let row = row.clone();
        self.follow(site, self.row.unwrap_or_default(), Some(&row));
        let mut shown = row::shown(&Value::Object(row), &self.endpoint.fetch_omits, &[]);
        for (field, parent) in self.endpoint.parent_fields().zip(self.parents) {
            shown[field] = parent.as_str().into();
        }
        Ok(shown)
    }

    /// The row, or the single object, which is made where there was none.
    fn find<'s>(
        &self,
        site: &'s mut Site,
        begin: impl FnOnce() -> Option<Map<String, Value>>,
    ) -> Result<&'s mut Map<String, Value>, Refusal> {
        let not_found = || Refusal::not_found(self.row.unwrap_or(&self.endpoint.path));
        let held = site.resource_mut(self.endpoint, self.parents).ok_or_else(not_found)?;
        let found = match self.row {
            Some(wanted) => {
                let rows = held.as_array_mut().ok_or_else(not_found)?;
                rows.iter_mut().find(|row| row[&self.endpoint.identity] == wanted)
            }
            None => {
                if held.is_null() {
                    // As it was shown until now.
                    let always = || self.endpoint.always.then(|| self.endpoint.defaults.clone());
                    *held = always().or_else(begin).map_or(Value::Null, Value::Object);
                }
                Some(held)
            }
        };
        found.and_then(Value::as_object_mut).ok_or_else(not_found)
    }

    /// Removes a row and what is below it, or a single object.
    pub(super) fn delete(&self, site: &mut Site) -> Result<(), Refusal> {
        let not_found = || Refusal::not_found(self.row.unwrap_or(&self.endpoint.path));
        let held = site.resource_mut(self.endpoint, self.parents).ok_or_else(not_found)?;
        match self.row {
            None if held.is_null() => return Err(not_found()),
            None => *held = Value::Null,
            Some(wanted) => {
                let rows = held.as_array_mut().ok_or_else(not_found)?;
                let place = rows.iter().position(|row| row[&self.endpoint.identity] == wanted);
                rows.remove(place.ok_or_else(not_found)?);
            }
        }
        self.follow(site, self.row.unwrap_or_default(), None);
        Ok(())
    }

    /// What changes elsewhere once a row is as given, or gone.
    fn follow(&self, site: &mut Site, identity: &str, row: Option<&Map<String, Value>>) {
        let (list, of, fields) = match (self.endpoint.path.as_str(), self.parents) {
            ("trunking/v1/Trunks/{trunk_sid}/PhoneNumbers", [trunk]) => {
                let trunk = row.map(|_| trunk.as_str());
                ("api/IncomingPhoneNumbers", identity, json!({ "trunk_sid": trunk }))
            }
            ("trunking/v1/Trunks/{trunk_sid}/Recording", [trunk]) => {
                let Some(row) = row else { return };
                (
                    "trunking/v1/Trunks",
                    trunk.as_str(),
                    json!({ "recording": {"mode": row["mode"], "trim": row["trim"]} }),
                )
            }
            _ => return,
        };
        let rows = endpoints::by_template(list)
            .and_then(|endpoint| site.resource_mut(endpoint, &[])?.as_array_mut());
        let row =
            rows.and_then(|rows| rows.iter_mut().find(|row| row["sid"] == of)).and_then(Value::as_object_mut);
        if let (Some(row), Value::Object(fields)) = (row, fields) {
            row.extend(fields);
        }
    }
}

/// The fields that a new row has in common with the one that it is about.
fn repeat(row: &mut Map<String, Value>, named: Option<&Map<String, Value>>) {
    let own = ["sid", "account_sid", "uri", "url", "date_created", "date_updated", "capabilities"];
    for (field, value) in named.into_iter().flatten() {
        if row.contains_key(field) && !own.contains(&field.as_str()) {
            row.insert(field.clone(), value.clone());
        }
    }
}

/// Sets the first of these fields that a row has.
fn touch(row: &mut Map<String, Value>, fields: &[&str], now: &str) {
    let field = fields.iter().find(|field| row.get(**field).is_some_and(Value::is_string));
    if let Some(field) = field {
        row.insert((*field).to_owned(), now.into());
    }
}

fn set_all(row: &mut Map<String, Value>, endpoint: &Endpoint, told: &[Told]) {
    for told in told {
        let default = at(&endpoint.defaults, &told.field);
        let before = at(row, &told.field);
        // A secret, or something that is done once, leaves no trace.
        if !told.seen && default.is_none() && before.is_none() {
            continue;
        }
        if let Some(value) = as_kept(told, default, before) {
            set(row, &told.field, value);
        }
    }
}

/// A value as the row keeps it. Nothing where a field that is not there is to be emptied.
fn as_kept(told: &Told, default: Option<&Value>, before: Option<&Value>) -> Option<Value> {
    let like = default.or(before);
    Some(match (told.value.clone(), like) {
        (Value::String(text), None) if text.is_empty() => return None,
        (Value::String(text), Some(Value::Null)) if text.is_empty() => Value::Null,
        (Value::String(text), Some(Value::Number(_) | Value::Bool(_))) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        (Value::Number(number), Some(Value::String(_))) => number.to_string().into(),
        // `sandbox` is a text.
        (Value::Bool(yes), Some(Value::String(_))) => (if yes { "True" } else { "False" }).into(),
        (Value::Object(fields), _) if told.merged => {
            let mut merged = before.and_then(Value::as_object).cloned().unwrap_or_default();
            merged.extend(fields);
            Value::Object(merged)
        }
        (value, _) => value,
    })
}

/// The value at a dotted name.
fn at<'a>(fields: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut names = path.split('.');
    let first = fields.get(names.next()?)?;
    names.try_fold(first, |value, name| value.get(name))
}

fn set(row: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            row.insert(path.to_owned(), value);
        }
        Some((name, rest)) => {
            let inner = row.entry(name.to_owned()).or_insert_with(|| json!({}));
            if !inner.is_object() {
                *inner = json!({});
            }
            if let Value::Object(inner) = inner {
                set(inner, rest, value);
            }
        }
    }
}
