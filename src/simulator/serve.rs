//! From a request to an answer: who asks, where, what. Knows nothing of sockets.

use serde_json::Value;

use super::access::{self, Caller, OfAccount, Power, Refusal, Wanted};
use super::answer::Answer;
use super::endpoints::{self, Endpoint};
use super::organization_api::{self, OrganizationAt, Wish};
use super::page::{PageRequest, Paging};
use super::query;
use super::realm::Realm;
use super::region::Region;
use super::row::shown;
use super::site::Site;
use super::usage;
use super::when::day_of;
use super::world::World;

/// A request, taken apart.
pub(super) struct Asked<'a> {
    pub(super) method: &'a str,
    /// `api`, `messaging`, …; a regional host keeps its further labels.
    pub(super) host: &'a str,
    /// The path after the host, with its leading slash.
    pub(super) path: &'a str,
    pub(super) query: &'a [(String, String)],
    pub(super) authorization: Option<&'a str>,
    /// The form that a POST sends.
    pub(super) form: &'a [(String, String)],
    /// The JSON that it sends instead.
    pub(super) body: Option<&'a Value>,
    /// Whether the header for public key client validation is there.
    pub(super) client_validation: bool,
    pub(super) page_size_cap: Option<usize>,
    /// Whether a parent's Auth Token may list a subaccount's keys with their types.
    pub(super) parent_reads_child_keys: bool,
    pub(super) organization_at: OrganizationAt,
}

impl Asked<'_> {
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        query::value(self.query, name)
    }

    pub(super) fn page(&self, paging: Paging, max_page: usize) -> PageRequest<'_> {
        PageRequest {
            query: self.query,
            path: self.path,
            host: self.host,
            paging,
            default: 50,
            max_page,
            cap: self.page_size_cap,
        }
    }

    /// Whether a change of something is asked for. That for an access token is none.
    pub(super) fn writes(&self) -> bool {
        self.method != "GET" && self.host != "oauth"
    }

    /// What is sent, as a form.
    pub(super) fn sent(&self) -> Vec<(String, String)> {
        let fields = self.body.and_then(Value::as_object).into_iter().flatten();
        let fields = fields.map(|(name, value)| (name.clone(), value.to_string()));
        self.form.iter().cloned().chain(fields).collect()
    }

    pub(super) fn only_get(&self) -> Result<(), Refusal> {
        match self.method {
            "GET" => Ok(()),
            other => Err(Refusal::not_allowed(other)),
        }
    }
}

/// The answer to a request.
pub(super) fn respond(world: &World, asked: &Asked<'_>) -> Answer {
    let answer = match Region::of_host(asked.host) {
        None => Err(Refusal::not_found(asked.path)),
        // The one POST that is answered: client credentials for an access token.
        Some(("oauth", Region::Us1)) if asked.path == "/v2/token" && asked.method == "POST" => {
            world.apps.issue(asked.form).map(|token| Answer::json(&token))
        }
        Some((product, region)) => match Wish::of(product, asked.path).filter(|_| region == Region::Us1) {
            Some(wish) => return organization_api::respond(world, asked, &wish),
            None => read(world, asked, product, region),
        },
    };
    answer.unwrap_or_else(|refusal| Answer::refusal(&refusal))
}

fn read(world: &World, asked: &Asked<'_>, product: &str, region: Region) -> Result<Answer, Refusal> {
    let realm = world.realm(region).ok_or_else(Refusal::authenticate)?;
    let caller = access::sign_in(world, realm, asked.authorization)?;
    asked.only_get()?;
    if let Caller::Account(caller) = &caller {
        access::in_order(caller.site, asked.client_validation)?;
    }
    if let Some(role) = role_in(product, asked.path) {
        return permissions_of(world, asked, &caller, role);
    }
    let Caller::Account(caller) = caller else { return Err(Refusal::authenticate()) };
    let mut answer = match product {
        "api" => classic(realm, asked, &caller),
        _ => of_product(realm, asked, &caller, product),
    }?;
    answer.headers.extend(caller.site.account.home_region.iter().map(|home| ("x-home-region", home.clone())));
    Ok(answer)
}

/// The role whose permissions are asked for.
pub(super) fn role_in<'a>(product: &str, path: &'a str) -> Option<&'a str> {
    let rest = path.strip_prefix("/v1/Roles/").filter(|_| product == "iam")?;
    rest.strip_suffix("/Permissions").filter(|role| !role.contains('/'))
}

/// What a role may do: the one list that both accounts and the Organization may read.
fn permissions_of(
    world: &World,
    asked: &Asked<'_>,
    caller: &Caller<'_>,
    role: &str,
) -> Result<Answer, Refusal> {
    if let Caller::Account(caller) = caller {
        caller.may(&Wanted { management: false, permission: None })?;
    }
    let directory = world.organization.as_ref();
    let rows = directory.and_then(|directory| directory.permissions(role));
    let rows: Vec<&Value> = rows.ok_or_else(|| Refusal::not_found(asked.path))?.iter().collect();
    Ok(Answer::json(&asked.page(Paging::Meta, 100).cut("permissions", &rows, "sid", Value::clone)?))
}

/// The 2010 API: the account is named in the path.
fn classic(realm: &Realm, asked: &Asked<'_>, caller: &OfAccount<'_>) -> Result<Answer, Refusal> {
    let not_found = || Refusal::not_found(asked.path);
    let rest = asked.path.strip_prefix("/2010-04-01/Accounts").ok_or_else(not_found)?;
    let Some(rest) = rest.strip_suffix(".json") else {
        return Ok(Answer::xml());
    };
    if rest.is_empty() {
        return accounts(realm, asked, caller);
    }
    let (sid, path) =
        rest.trim_start_matches('/').split_once('/').unwrap_or((rest.trim_start_matches('/'), ""));
    let target = realm.site(sid).filter(|site| !site.account.connect_only).ok_or_else(not_found)?;
    caller.reaches(target)?;
    if path.is_empty() {
        let permission = Some("/twilio/iam/accounts/read");
        caller.may(&Wanted { management: true, permission })?;
        access::in_order(target, asked.client_validation)?;
        return Ok(Answer::json(&Value::Object(account_row(realm, target, caller))));
    }
    access::in_order(target, asked.client_validation)?;
    resource(realm, asked, caller, target, &format!("api/{path}"))
}

/// The account list: the parent and its subaccounts, or a subaccount alone.
fn accounts(realm: &Realm, asked: &Asked<'_>, caller: &OfAccount<'_>) -> Result<Answer, Refusal> {
    let permission = Some("/twilio/iam/accounts/list");
    caller.may(&Wanted { management: true, permission })?;
    let own = caller.site;
    let authorized = realm.accounts.iter().filter(|site| own.is_parent() && site.account.connect_only);
    let status = asked.parameter("Status");
    let rows: Vec<Value> = std::iter::once(own)
        .chain(realm.children(own))
        .chain(authorized)
        .filter(|site| status.is_none_or(|status| site.account.status == status))
        .filter(|site| asked.parameter("FriendlyName").is_none_or(|name| site.account.name == name))
        .map(|site| Value::Object(account_row(realm, site, caller)))
        .collect();
    let rows: Vec<&Value> = rows.iter().collect();
    Ok(Answer::json(&asked.page(Paging::Uri, 1000).cut("accounts", &rows, "sid", Value::clone)?))
}

/// With an Auth Token Twilio shows the token of every account; with a key the field is not there.
fn account_row(realm: &Realm, site: &Site, caller: &OfAccount<'_>) -> serde_json::Map<String, Value> {
    account_shown(realm, site, matches!(caller.power, Power::AuthToken))
}

pub(super) fn account_shown(
    realm: &Realm,
    site: &Site,
    by_auth_token: bool,
) -> serde_json::Map<String, Value> {
    let mut row = site.facts(realm.clock);
    if by_auth_token && !site.account.connect_only {
        row.insert("auth_token".into(), site.account.token().into());
    }
    row
}

/// Every other host: the account is the one of the credential, whatever was meant.
fn of_product(
    realm: &Realm,
    asked: &Asked<'_>,
    caller: &OfAccount<'_>,
    product: &str,
) -> Result<Answer, Refusal> {
    let mut target = caller.site;
    if product == "iam" && asked.path == "/v1/Keys" {
        let named = asked.parameter("AccountSid").unwrap_or(&target.sid);
        if named != target.sid {
            let child = realm.children(target).find(|site| site.sid == named);
            target = child.filter(|_| asked.parent_reads_child_keys).ok_or_else(Refusal::authenticate)?;
            caller.reaches(target)?;
        }
    }
    // The only sign that is escaped in a path here: the plus of a number.
    let path = asked.path.replace("%2B", "+");
    resource(realm, asked, caller, target, &format!("{product}{path}"))
}

fn resource(
    realm: &Realm,
    asked: &Asked<'_>,
    caller: &OfAccount<'_>,
    target: &Site,
    path: &str,
) -> Result<Answer, Refusal> {
    let not_found = || Refusal::not_found(asked.path);
    let found = endpoints::find(path).ok_or_else(not_found)?;
    let endpoint = found.endpoint;
    caller.may(&Wanted::of(endpoint, found.row.is_some()))?;
    if let Some(missing) = endpoint.requires.iter().find(|name| asked.parameter(name).is_none())
        && found.row.is_none()
    {
        return Err(Refusal::new(400, 20001, format!("Missing required parameter {missing}")));
    }
    let held = target.resource(endpoint, &found.parents).ok_or_else(not_found)?;
    let Some(key) = &endpoint.key else {
        return single(endpoint, held, &found.parents)
            .map(|value| Answer::json(&value))
            .ok_or_else(not_found);
    };
    let rows = held.as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(wanted) = found.row {
        let row = rows.iter().find(|row| row[&endpoint.identity] == wanted).ok_or_else(not_found)?;
        return Ok(Answer::json(&shown(row, &endpoint.fetch_omits, &[])));
    }
    let page = asked.page(endpoint.paging(), endpoint.max_page);
    let answer = if endpoint.path.starts_with("api/Usage/Records") {
        let rows = usage::rows(realm, target, endpoint, asked.query)?;
        page.cut(key, &rows.iter().collect::<Vec<_>>(), &endpoint.identity, Value::clone)?
    } else {
        let rows: Vec<&Value> = rows.iter().filter(|row| passes(row, asked)).collect();
        let show = |row: &Value| shown(row, &endpoint.list_omits, &endpoint.list_nulls);
        page.cut(key, &rows, &endpoint.identity, show)?
    };
    Ok(Answer::json(&answer))
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
    let created = || of_day("date_created");
    let noted = || of_day("event_date").or_else(|| of_day("date_generated"));
    // Moments in the request, days of the rows: the part before the `T` is compared.
    let is_since = |day: Option<String>, moment: &str| {
        day.is_none_or(|day| day.as_str() >= moment.get(..10).unwrap_or(moment))
    };
    let is_before = |day: Option<String>, moment: &str| {
        day.is_none_or(|day| day.as_str() < moment.get(..10).unwrap_or(moment))
    };
    let channel =
        |wanted: &str| row["sender_id"].as_str().is_some_and(|id| id.starts_with(&format!("{wanted}:")));
    asked.query.iter().all(|(name, value)| match name.as_str() {
        "DateCreated>" => created().is_none_or(|day| day >= *value),
        "DateCreated<" | "DateCreatedBefore" => is_before(created(), value),
        "EndDate" => is_before(noted(), value),
        "DateCreated" => created().is_none_or(|day| day == *value),
        "DateCreatedAfter" => is_since(created(), value),
        "StartDate" => is_since(noted(), value),
        "Status" => row["status"] == value.as_str(),
        "Channel" => channel(value),
        _ => true,
    })
}
