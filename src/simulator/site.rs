//! An account made ready to serve: SIDs in full, dates filled in, what was left out added.
//!
//! Knows no request and no other account.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::countries;
use super::endpoints::{self, Endpoint};
use super::estate::{Account, EstateError, sid};
use super::region::Region;
use super::row::{self, Place};
use super::when::{Clock, Style};

/// Every account has this list, written or not.
const COUNTRIES: &str = "voice/v1/DialingPermissions/Countries";

/// One account, in one Region.
pub(super) struct Site {
    pub(super) account: Account,
    pub(super) sid: String,
    pub(super) owner: String,
    region: Region,
    clock: Clock,
    /// Lists and single objects by host and path.
    resources: BTreeMap<String, Value>,
    /// The countries where none are written. They are many, so they are made when somebody asks for them.
    countries: OnceLock<Value>,
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

    pub(super) fn is_parent(&self) -> bool {
        self.sid == self.owner
    }

    /// The list or object of an endpoint below the given parents. `None`: a parent does not exist.
    pub(super) fn resource(&self, endpoint: &Endpoint, parents: &[String]) -> Option<&Value> {
        let mut runs = endpoint.runs().into_iter();
        let mut node = runs.next().and_then(|run| self.held(&run));
        let mut template = String::new();
        for ((run, parent), outer) in runs.zip(parents).zip(endpoint.runs()) {
            template.push_str(&outer);
            // Some placeholders (a bulk export's type, a number that calls are routed by) have no list above them.
            let Some(above) = endpoints::by_template(&template) else {
                let path = format!("{template}/{parent}/{run}");
                return self.resources.get(path.trim_end_matches('/')).or(Some(&Value::Null));
            };
            let rows = node?.as_array()?;
            let row =
                rows.iter().find(|row| row.get(&above.identity).and_then(Value::as_str) == Some(parent))?;
            node = row.get(&run);
            template.push_str("/{}/");
        }
        Some(node.unwrap_or(&Value::Null))
    }

    /// What stands at the top under this path.
    fn held(&self, path: &str) -> Option<&Value> {
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
            "date_created": created, "date_updated": created, "uri": format!("{uri}.json"),
            "subresource_uris": {"calls": format!("{uri}/Calls.json"), "messages": format!("{uri}/Messages.json")},
        }) {
            Value::Object(facts) => facts,
            _ => Map::new(),
        }
    }
}

/// The three lists in which Twilio shows the same keys.
fn keys(account: &Account) -> [(&'static str, Value); 3] {
    let plain = |key: &super::estate::Key| {
        json!({
            "sid": sid(&key.sid), "friendly_name": key.name,
            "date_created": {"days_ago": key.days_ago},
            "date_updated": {"days_ago": key.updated_days_ago.unwrap_or(key.days_ago)},
        })
    };
    let typed = |key: &super::estate::Key| {
        let mut row = plain(key);
        row["flags"] = json!(key.kind.flags());
        row["policy"] = match key.kind {
            super::estate::KeyKind::Restricted => json!({"allow": key.allow}),
            _ => Value::Null,
        };
        row
    };
    [
        ("api/Keys", account.keys.iter().map(plain).collect()),
        ("api/SigningKeys", account.keys.iter().map(plain).collect()),
        ("iam/v1/Keys", account.keys.iter().map(typed).collect()),
    ]
}
