//! From a writing request to what it changes: who asks, where, what. Knows nothing of sockets.
//!
//! As when reading, a product's host acts on the account of the credential, whatever was meant.

use serde_json::Value;

use super::access::{self, Caller, OfAccount, Power, Refusal, Wanted};
use super::accounts;
use super::answer::Answer;
use super::bulk;
use super::change::Target;
use super::endpoints;
use super::form::{self, Told};
use super::organization_api::Wish;
use super::realm::Realm;
use super::region::Region;
use super::serve::{self, Asked};
use super::site::Site;
use super::world::World;
use super::writes::{self, Operation};

/// What is to be done, once it is granted.
pub(super) struct Order {
    pub(super) operation: &'static Operation,
    /// The SID of the account that it is done to.
    pub(super) account: String,
    /// Host and path without the account's prefix.
    pub(super) path: String,
    pub(super) told: Vec<Told>,
    /// Whether the answer shows Auth Tokens.
    pub(super) by_auth_token: bool,
}

/// The answer to a request that is no GET, after what it changes.
pub(super) fn respond(world: &mut World, asked: &Asked<'_>) -> Answer {
    let Some((product, region)) = Region::of_host(asked.host) else { return serve::respond(world, asked) };
    // What only the Organization's API has is no row of an account.
    let is_elsewhere = serve::role_in(product, asked.path).is_some();
    if is_elsewhere || (region == Region::Us1 && Wish::of(product, asked.path).is_some()) {
        return serve::respond(world, asked);
    }
    write(world, asked, product, region).unwrap_or_else(|refusal| Answer::refusal(&refusal))
}

fn write(world: &mut World, asked: &Asked<'_>, product: &str, region: Region) -> Result<Answer, Refusal> {
    let order = permitted(world, asked, product, region)?;
    let realm = world.realm_mut(region).ok_or_else(Refusal::authenticate)?;
    let body = accounts::carry_out(realm, &order).unwrap_or_else(|| carry_out(realm, &order))?;
    let status = order.operation.status;
    Ok(if status == 204 {
        Answer::new(204, "application/json", String::new())
    } else {
        Answer { status, ..Answer::json(&body) }
    })
}

/// Reads a request, and grants or refuses it. Nothing is changed yet.
fn permitted(world: &World, asked: &Asked<'_>, product: &str, region: Region) -> Result<Order, Refusal> {
    let realm = world.realm(region).ok_or_else(Refusal::authenticate)?;
    let Caller::Account(caller) = access::sign_in(world, realm, asked.authorization)? else {
        return Err(Refusal::authenticate());
    };
    access::in_order(caller.site, asked.client_validation)?;
    let (target, path) = match product {
        "api" => classic(realm, asked, &caller)?,
        _ => (caller.site, format!("{product}{}", asked.path.replace("%2B", "+"))),
    };
    let operation = writes::find(asked.method, &path)?;
    let permission = permission(&path, operation);
    let management = accounts::is_management(&path);
    caller.may(&Wanted { management, permission: permission.as_deref() })?;
    let told = form::read(operation, asked.form, asked.body)?;
    for told in told.iter().filter(|told| ["AccountSid", "SubaccountSid"].contains(&told.parameter.as_str()))
    {
        // Twilio lets a parent name a subaccount here and there; nothing in this simulator does.
        if told.value != *target.sid {
            return Err(Refusal::new(
                400,
                20001,
                format!("{} must be the account itself here", told.parameter),
            ));
        }
    }
    let by_auth_token = matches!(caller.power, Power::AuthToken);
    Ok(Order { operation, account: target.sid.clone(), path, told, by_auth_token })
}

/// The 2010 API: the account is named in the path. What is about the account itself keeps its whole path.
fn classic<'w>(
    realm: &'w Realm,
    asked: &Asked<'_>,
    caller: &OfAccount<'w>,
) -> Result<(&'w Site, String), Refusal> {
    let not_found = || Refusal::not_found(asked.path);
    let path = asked.path.strip_suffix(".json").ok_or_else(not_found)?;
    let rest = path.strip_prefix("/2010-04-01/Accounts").ok_or_else(not_found)?;
    let Some(rest) = rest.strip_prefix('/') else { return Ok((caller.site, format!("api{path}"))) };
    let (sid, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let target = realm.site(sid).filter(|site| !site.account.connect_only).ok_or_else(not_found)?;
    caller.reaches(target)?;
    if rest.is_empty() {
        return Ok((target, format!("api{path}")));
    }
    access::in_order(target, asked.client_validation)?;
    Ok((target, format!("api/{rest}")))
}

/// The permission that a restricted key needs: that for reading with another verb at its end.
fn permission(path: &str, operation: &Operation) -> Option<String> {
    let found = endpoints::find(path);
    let verb = match (operation.method.as_str(), &found) {
        ("DELETE", _) => "delete",
        ("POST", Some(found)) if found.row.is_none() && found.endpoint.key.is_some() => "create",
        _ => "update",
    };
    let endpoint = found?.endpoint;
    let (area, _) = endpoint.list.as_deref().or(endpoint.read.as_deref())?.rsplit_once('/')?;
    Some(format!("{area}/{verb}"))
}

fn carry_out(realm: &mut Realm, order: &Order) -> Result<Value, Refusal> {
    let not_found = || Refusal::not_found(&order.path);
    let site = realm.site_mut(&order.account).ok_or_else(not_found)?;
    match order.operation.path.as_str() {
        "accounts/v1/Messaging/GeoPermissions" => return bulk::geo_permissions(site, order),
        "voice/v1/DialingPermissions/BulkCountryUpdates" => return bulk::dialing_permissions(site, order),
        "intelligence/v2/Services/{ServiceSid}/Operators/{OperatorSid}" => {
            return bulk::operators(site, order);
        }
        _ => {}
    }
    let found = endpoints::find(&order.path).ok_or_else(not_found)?;
    let target = Target { endpoint: found.endpoint, parents: &found.parents, row: found.row.as_deref() };
    match order.operation.method.as_str() {
        "DELETE" => target.delete(site).map(|()| Value::Null),
        "POST" if target.is_list() => target.create(site, &order.told),
        _ => target.update(site, &order.told),
    }
}

/// Changes a field of the row or single object that a request is for, as if somebody else had.
pub(super) fn meanwhile(world: &mut World, asked: &Asked<'_>, account: &str, field: &str, value: &Value) {
    let Some((product, region)) = Region::of_host(asked.host) else { return };
    let of_path = || asked.path.strip_suffix(".json")?.strip_prefix("/2010-04-01/Accounts/")?.split_once('/');
    let (account, path) = match (product, of_path()) {
        ("api", Some((account, path))) => (account, format!("api/{path}")),
        _ => (account, format!("{product}{}", asked.path)),
    };
    let Some(site) = world.realm_mut(region).and_then(|realm| realm.site_mut(account)) else { return };
    let Some(found) = endpoints::find(&path) else { return };
    let target = Target { endpoint: found.endpoint, parents: &found.parents, row: found.row.as_deref() };
    let told = Told {
        parameter: field.to_owned(),
        field: field.to_owned(),
        seen: true,
        value: value.clone(),
        merged: false,
    };
    // Where there is no such row, there is nothing to change.
    let _ = target.update(site, &[told]);
}
