//! An account made ready to serve: SIDs in full, dates filled in, what was left out added.
//!
//! Knows no request and no other account.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::countries;
use super::endpoints::{self, Endpoint};
use super::estate::{Account, EstateError, Key, KeyKind, digest, sid};
use super::region::Region;
use super::row::{self, Place};
use super::when::{Clock, Style};

/// Every account has this list, written or not.
pub(super) const COUNTRIES: &str = "voice/v1/DialingPermissions/Countries";

/// One account, in one Region.
pub(super) struct Site {
    pub(super) account: Account,
    pub(super) sid: String,
    pub(super) owner: String,
    pub(super) region: Region,
    pub(super) clock: Clock,
    /// Lists and single objects by host and path.
    pub(super) resources: BTreeMap<String, Value>,
    /// The countries where none are written. They are many, so they are made when somebody asks for them.
    countries: OnceLock<Value>,
    /// How many rows were created since it is served: SIDs are made from it.
    made: usize,
    /// When its name or status was changed.
    pub(super) updated: Option<String>,
    /// The Auth Token that is to follow the present one.
    pub(super) secondary: Option<String>,
}

impl Site {
    pub(super) fn new(account: Account, region: Region, clock: Clock) -> Result<Self, EstateError> {
        let mut written = account.resources.clone();
        for (path, rows) in keys(&account) {
            written.insert(path.into(), rows);
        }
        written.entry(COUNTRIES.into()).and_modify(|rows| *rows = countries::with(rows));
        let mut site = Self {
            sid: account.full_sid(),
            owner: account.owner_sid(),
            account,
            region,
            clock,
            resources: BTreeMap::new(),
            countries: OnceLock::new(),
            made: 0,
            updated: None,
            secondary: None,
        };
        for (path, value) in written {
            let place = Place::top(&site.sid, &path, region, clock);
            let value = row::fill(&place, value)
                .map_err(|path| EstateError::UnknownResource { account: site.account.name.clone(), path })?;
            // A resource may be written below one that has no list of its own: `…/Domains/DN0001/Config`.
            let path = path.split('/').map(sid).collect::<Vec<_>>().join("/");
            site.resources.insert(path, value);
        }
        Ok(site)
    }

    /// Hex digits for something new, never the same ones.
    pub(super) fn fresh(&mut self, what: &str) -> String {
        self.made += 1;
        digest(&["new", what, self.region.name(), &self.sid, &self.made.to_string()])
    }

    pub(super) fn is_parent(&self) -> bool {
        self.sid == self.owner
    }

    /// The list or object of an endpoint below the given parents. `None`: a parent does not exist.
    pub(super) fn resource(&self, endpoint: &Endpoint, parents: &[String]) -> Option<&Value> {
        let way = Way::new(endpoint, parents);
        let mut node = self.held(&way.top);
        for step in &way.down {
            let row = node?.as_array()?.iter().find(|row| step.is_from(row))?;
            node = row.get(&step.run);
        }
        Some(node.unwrap_or(&Value::Null))
    }

    /// The same to be changed; null where nothing was kept yet.
    pub(super) fn resource_mut(&mut self, endpoint: &Endpoint, parents: &[String]) -> Option<&mut Value> {
        let way = Way::new(endpoint, parents);
        if way.top == COUNTRIES && !self.resources.contains_key(COUNTRIES) {
            let countries = self.held(COUNTRIES).cloned().unwrap_or_default();
            self.resources.insert(COUNTRIES.into(), countries);
        }
        let mut node = self.resources.entry(way.top).or_default();
        for step in way.down {
            let row = node.as_array_mut()?.iter_mut().find(|row| step.is_from(row))?;
            node = row.as_object_mut()?.entry(step.run).or_insert(Value::Null);
        }
        Some(node)
    }

    /// What stands at the top under this path.
    pub(super) fn held(&self, path: &str) -> Option<&Value> {
        let countries = || {
            let place = Place::top(&self.sid, path, self.region, self.clock);
            row::fill(&place, countries::with(&Value::Null)).unwrap_or_default()
        };
        let unwritten = || (path == COUNTRIES).then(|| self.countries.get_or_init(countries));
        self.resources.get(path).or_else(unwritten)
    }

    /// The account itself as the 2010 API shows it, without the Auth Token.
    pub(super) fn facts(&self, clock: Clock) -> Map<String, Value> {
        let created = clock.days_ago(self.account.days_ago.into(), Style::Rfc2822);
        let uri = format!("/2010-04-01/Accounts/{}", self.sid);
        match json!({
            "sid": self.sid, "owner_account_sid": self.owner, "friendly_name": self.account.name,
            "status": self.account.status, "type": self.account.account_type,
            "date_created": created, "date_updated": self.updated.as_ref().unwrap_or(&created),
            "uri": format!("{uri}.json"),
            "subresource_uris": {"calls": format!("{uri}/Calls.json"), "messages": format!("{uri}/Messages.json")},
        }) {
            Value::Object(facts) => facts,
            _ => Map::new(),
        }
    }
}

/// How the list or object of an endpoint is found: under which path at the top, and from row to row.
struct Way<'a> {
    top: String,
    down: Vec<Step<'a>>,
}

/// From a row to what is kept below it.
struct Step<'a> {
    identity: &'static str,
    row: &'a str,
    run: String,
}

impl<'a> Way<'a> {
    fn new(endpoint: &Endpoint, parents: &'a [String]) -> Self {
        let mut runs = endpoint.runs().into_iter();
        let mut way = Self { top: runs.next().unwrap_or_default(), down: Vec::new() };
        let mut template = way.top.clone();
        for (run, parent) in runs.zip(parents) {
            let Some(above) = endpoints::by_template(&template) else {
                // Some placeholders (a bulk export's type, a number that calls are routed by) have no list above them.
                let top = format!("{template}/{parent}/{run}");
                return Self { top: top.trim_end_matches('/').to_owned(), down: Vec::new() };
            };
            template = format!("{template}/{{}}/{run}");
            way.down.push(Step { identity: &above.identity, row: parent, run });
        }
        way
    }
}

impl Step<'_> {
    fn is_from(&self, row: &Value) -> bool {
        row.get(self.identity).and_then(Value::as_str) == Some(self.row)
    }
}

/// The lists in which Twilio shows the same keys.
pub(super) const KEY_LISTS: [&str; 3] = ["api/Keys", "api/SigningKeys", "iam/v1/Keys"];

fn keys(account: &Account) -> impl Iterator<Item = (&'static str, Value)> {
    KEY_LISTS.into_iter().map(|list| (list, account.keys.iter().map(|key| key_row(list, key)).collect()))
}

/// A key as one of these lists shows it.
pub(super) fn key_row(list: &str, key: &Key) -> Value {
    let mut row = json!({
        "sid": sid(&key.sid), "friendly_name": key.name,
        "date_created": {"days_ago": key.days_ago},
        "date_updated": {"days_ago": key.updated_days_ago.unwrap_or(key.days_ago)},
    });
    if list == "iam/v1/Keys" {
        row["flags"] = json!(key.kind.flags());
        row["policy"] = match key.kind {
            KeyKind::Restricted => json!({"allow": key.allow}),
            _ => Value::Null,
        };
    }
    row
}
