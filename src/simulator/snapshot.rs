//! Everything that there is at a moment, in a form in which two moments can be compared.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::endpoints::{self, Endpoint};
use super::estate::digest;
use super::realm::Realm;
use super::row::{is_below, shown};
use super::site::{COUNTRIES, Site};
use super::world::World;

/// Every account, row and single object by where it is: `us1/AC…`, `us1/AC…/sync/v1/Services/IS…`,
/// `us1/AC…/voice/v1/Settings`.
///
/// An account has its facts and a trace of its Auth Tokens, which shows when they change. Keys are in three lists,
/// as at Twilio.
pub type Snapshot = BTreeMap<String, Value>;

/// What is different, a line each: `PLACE: new`, `PLACE: gone`, or `PLACE: FIELD: BEFORE -> AFTER` with dots between
/// nested names. Dates of updates are left out.
pub fn changes(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut lines = Vec::new();
    for place in places {
        match (before.get(place), after.get(place)) {
            (None, _) => lines.push(format!("{place}: new")),
            (_, None) => lines.push(format!("{place}: gone")),
            (Some(before), Some(after)) => compare(place, "", before, after, &mut lines),
        }
    }
    lines
}

fn compare(place: &str, field: &str, before: &Value, after: &Value, lines: &mut Vec<String>) {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        if before != after {
            lines.push(format!("{place}: {field}: {before} -> {after}"));
        }
        return;
    };
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names.into_iter().filter(|name| !["date_updated", "dateUpdated"].contains(&name.as_str())) {
        let path = if field.is_empty() { name.clone() } else { format!("{field}.{name}") };
        let value = |fields: &Map<String, Value>| fields.get(name).cloned().unwrap_or_default();
        compare(place, &path, &value(old), &value(new), lines);
    }
}

pub(super) fn of(world: &World) -> Snapshot {
    let mut snapshot = Snapshot::new();
    for realm in world.realms() {
        for site in &realm.accounts {
            of_site(realm, site, &mut snapshot);
        }
    }
    snapshot
}

fn of_site(realm: &Realm, site: &Site, snapshot: &mut Snapshot) {
    let at = format!("{}/{}", realm.region.name(), site.sid);
    let mut facts = site.facts(realm.clock);
    let trace = |token: &str| digest(&["trace", token]);
    facts.insert(
        "auth_tokens".into(),
        json!([trace(&site.account.token()), site.secondary.as_deref().map(trace)]),
    );
    snapshot.insert(at.clone(), facts.into());
    let written = site.resources.keys().map(String::as_str);
    for path in written.chain([COUNTRIES]) {
        let template = endpoints::find(path).map(|found| endpoints::nameless(&found.endpoint.path));
        let held = site.held(path).unwrap_or(&Value::Null);
        add(&format!("{at}/{path}"), &template.unwrap_or_default(), held, snapshot);
    }
    always("", |endpoint| format!("{at}/{}", endpoint.path), snapshot);
}

/// A list with its rows and what is below each, or a single object.
fn add(at: &str, template: &str, held: &Value, snapshot: &mut Snapshot) {
    let Value::Array(rows) = held else {
        if !held.is_null() {
            snapshot.insert(at.to_owned(), shown(held, &[], &[]));
        }
        return;
    };
    let identity = endpoints::by_template(template).map_or("sid", |endpoint| endpoint.identity.as_str());
    for row in rows {
        let at = format!("{at}/{}", row[identity].as_str().unwrap_or_default());
        snapshot.insert(at.clone(), shown(row, &[], &[]));
        let below = row.as_object().into_iter().flatten().filter(|(field, _)| is_below(field));
        for (run, held) in below {
            add(&format!("{at}/{run}"), &format!("{template}/{{}}/{run}"), held, snapshot);
        }
        let above = format!("{template}/{{}}/");
        always(
            &above,
            |endpoint| format!("{at}/{}", &endpoints::nameless(&endpoint.path)[above.len()..]),
            snapshot,
        );
    }
}

/// Single objects right below, which are answered even where nobody wrote them.
fn always(above: &str, at: impl Fn(&Endpoint) -> String, snapshot: &mut Snapshot) {
    let right_below = |endpoint: &&Endpoint| {
        let template = endpoints::nameless(&endpoint.path);
        template.strip_prefix(above).is_some_and(|rest| !rest.contains('{'))
    };
    for endpoint in endpoints::all().filter(|endpoint| endpoint.always).filter(right_below) {
        snapshot.entry(at(endpoint)).or_insert_with(|| endpoint.defaults.clone().into());
    }
}
