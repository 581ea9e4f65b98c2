//! From a request to an answer: who asks, where, what. Knows nothing of sockets.

use serde_json::{Value, json};

use super::access::{self, Caller, Power, Refusal, Wanted};
use super::answer::{Answer, PageRequest};
use super::endpoints::{self, Endpoint};
use super::row::shown;
use super::usage;
use super::when::day_of;
use super::world::{Site, World};

/// A request, taken apart.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    /// `api`, `messaging`, …; a regional host keeps its further labels.
    pub(super) host: &'a str,
    /// The path after the host, with its leading slash.
    pub(super) path: &'a str,
    pub(super) query: &'a [(String, String)],
    pub(super) authorization: Option<&'a str>,
    /// Whether the header for public key client validation is there.
    pub(super) client_validation: bool,
    pub(super) page_size_cap: Option<usize>,
    /// Whether a parent's Auth Token may list a subaccount's keys with their types.
    pub(super) parent_reads_child_keys: bool,
}

impl Asked<'_> {
    fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn page(&self, max_page: usize) -> PageRequest<'_> {
        PageRequest { query: self.query, path: self.path, host: self.host, max_page, cap: self.page_size_cap }
    }
}

/// The answer to a request.
pub(super) fn respond(world: &World, asked: &Asked<'_>) -> Answer {
    read(world, asked).unwrap_or_else(|refusal| Answer::refusal(&refusal))
}

fn read(world: &World, asked: &Asked<'_>) -> Result<Answer, Refusal> {
    let caller = access::sign_in(world, asked.authorization)?;
    if asked.method != "GET" {
        return Err(Refusal::new(405, 20004, format!("Method {} is not allowed here", asked.method)));
    }
    // Keys live in one Region, and an estate is all US1.
    if asked.host.contains('.') {
        return Err(Refusal::authenticate());
    }
    access::in_order(caller.site, asked.client_validation)?;
    if asked.host == "api" { classic(world, asked, &caller) } else { product(world, asked, &caller) }
}

/// The 2010 API: the account is named in the path.
fn classic(world: &World, asked: &Asked<'_>, caller: &Caller<'_>) -> Result<Answer, Refusal> {
    let not_found = || Refusal::not_found(asked.path);
    let rest = asked.path.strip_prefix("/2010-04-01/Accounts").ok_or_else(not_found)?;
    let Some(rest) = rest.strip_suffix(".json") else {
        return Ok(Answer::xml());
    };
    if rest.is_empty() {
        return accounts(world, asked, caller);
    }
    let (sid, path) =
        rest.trim_start_matches('/').split_once('/').unwrap_or((rest.trim_start_matches('/'), ""));
    let target = world.site(sid).filter(|site| !site.account.connect_only).ok_or_else(not_found)?;
    caller.reaches(target)?;
    if path.is_empty() {
        let permission = Some("/twilio/iam/accounts/read");
        caller.may(&Wanted { management: true, permission }, asked.path)?;
        access::in_order(target, asked.client_validation)?;
        return Ok(Answer::json(&Value::Object(account_row(world, target, caller))));
    }
    access::in_order(target, asked.client_validation)?;
    resource(world, asked, caller, target, &format!("api/{path}"))
}

/// The account list: the parent and its subaccounts, or a subaccount alone.
fn accounts(world: &World, asked: &Asked<'_>, caller: &Caller<'_>) -> Result<Answer, Refusal> {
    let permission = Some("/twilio/iam/accounts/list");
    caller.may(&Wanted { management: true, permission }, asked.path)?;
    let own = caller.site;
    let authorized = world.accounts.iter().filter(|site| own.is_parent() && site.account.connect_only);
    let status = asked.parameter("Status");
    let rows: Vec<Value> = std::iter::once(own)
        .chain(world.children(own))
        .chain(authorized)
        .filter(|site| status.is_none_or(|status| site.account.status == status))
        .filter(|site| asked.parameter("FriendlyName").is_none_or(|name| site.account.name == name))
        .map(|site| Value::Object(account_row(world, site, caller)))
        .collect();
    Ok(Answer::json(&asked.page(1000).cut("accounts", &rows, "sid")?))
}

/// With an Auth Token Twilio shows the token of every account; with a key the field is not there.
fn account_row(world: &World, site: &Site, caller: &Caller<'_>) -> serde_json::Map<String, Value> {
    let mut row = site.facts(world.clock);
    if matches!(caller.power, Power::AuthToken) && !site.account.connect_only {
        row.insert("auth_token".into(), site.account.token().into());
    }
    row
}

/// Every other host: the account is the one of the credential, whatever was meant.
fn product(world: &World, asked: &Asked<'_>, caller: &Caller<'_>) -> Result<Answer, Refusal> {
    let mut target = caller.site;
    if asked.host == "iam" && asked.path == "/v1/Keys" {
        let named = asked.parameter("AccountSid").unwrap_or(&target.sid);
        if named != target.sid {
            let child = world.children(target).find(|site| site.sid == named);
            target = child.filter(|_| asked.parent_reads_child_keys).ok_or_else(Refusal::authenticate)?;
            caller.reaches(target)?;
        }
    }
    resource(world, asked, caller, target, &format!("{}{}", asked.host, asked.path))
}

fn resource(
    world: &World,
    asked: &Asked<'_>,
    caller: &Caller<'_>,
    target: &Site,
    path: &str,
) -> Result<Answer, Refusal> {
    let not_found = || Refusal::not_found(asked.path);
    let found = endpoints::find(path).ok_or_else(not_found)?;
    let endpoint = found.endpoint;
    caller.may(&Wanted::of(endpoint, found.row.is_some()), asked.path)?;
    if let Some(missing) = endpoint.requires.iter().find(|name| asked.parameter(name).is_none())
        && found.row.is_none()
    {
        return Err(Refusal::new(400, 20001, format!("Missing required parameter {missing}")));
    }
    let held = target.resource(endpoint, &found.parents).ok_or_else(not_found)?;
    let Some(key) = &endpoint.key else {
        return single(endpoint, &held, &found.parents)
            .map(|value| Answer::json(&value))
            .ok_or_else(not_found);
    };
    let rows = held.as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(wanted) = found.row {
        let row = rows.iter().find(|row| row[&endpoint.identity] == wanted).ok_or_else(not_found)?;
        return Ok(Answer::json(&shown(row, &endpoint.fetch_omits, &[])));
    }
    let rows = if endpoint.path.starts_with("api/Usage/Records") {
        usage::rows(world, target, endpoint, asked.query)?
    } else {
        rows.iter()
            .filter(|row| passes(row, asked))
            .map(|row| shown(row, &endpoint.list_omits, &endpoint.list_nulls))
            .collect()
    };
    Ok(Answer::json(&asked.page(endpoint.max_page).cut(key, &rows, &endpoint.identity)?))
}

/// A single object; it repeats what it stands below.
fn single(endpoint: &Endpoint, held: &Value, parents: &[String]) -> Option<Value> {
    let mut object = match held {
        Value::Null if endpoint.always => Value::Object(endpoint.defaults.clone()),
        Value::Null => return None,
        object => shown(object, &[], &[]),
    };
    for (field, parent) in endpoint.parent_fields().zip(parents) {
        object[field] = parent.as_str().into();
    }
    Some(object)
}

/// The filters that matter here: days, the status of a room, and the channel of a sender.
fn passes(row: &Value, asked: &Asked<'_>) -> bool {
    let of_day = |field: &str| row[field].as_str().and_then(day_of);
    let (created, noted) =
        (of_day("date_created"), of_day("event_date").or_else(|| of_day("date_generated")));
    // Moments in the request, days of the rows: the part before the `T` is compared.
    let is_since = |day: &Option<String>, moment: &str| {
        day.as_deref().is_none_or(|day| day >= moment.get(..10).unwrap_or(moment))
    };
    let channel =
        |wanted: &str| row["sender_id"].as_str().is_some_and(|id| id.starts_with(&format!("{wanted}:")));
    asked.query.iter().all(|(name, value)| match (name.as_str(), &created) {
        ("DateCreated>", Some(day)) => day >= value,
        ("DateCreated<", Some(day)) => day <= value,
        ("DateCreated", Some(day)) => day == value,
        ("DateCreatedAfter", _) => is_since(&created, value),
        ("StartDate", _) => is_since(&noted, value),
        ("Status", _) => row["status"] == value.as_str(),
        ("Channel", _) => channel(value),
        _ => true,
    })
}

/// The one POST that is answered: client credentials for an access token.
pub(super) fn oauth_token(world: &World, form: &[(String, String)]) -> Answer {
    let field = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    match access::oauth_token(world, field("client_id"), field("client_secret")) {
        Some(token) if field("grant_type") == "client_credentials" => {
            Answer::json(&json!({"access_token": token, "token_type": "Bearer", "expires_in": 3600}))
        }
        _ => Answer::refusal(&Refusal::authenticate()),
    }
}
