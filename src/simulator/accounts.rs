//! Writing about an account itself: its name and status, its Auth Tokens, its keys; and making a subaccount.
//!
//! Knows what that does to who may sign in.

use serde_json::{Value, json};

use super::access::Refusal;
use super::change::Target;
use super::endpoints;
use super::estate::{Account, Key, KeyKind, sid};
use super::form::Told;
use super::realm::{Realm, UserKind};
use super::region::Region;
use super::row::{self, Place};
use super::serve::account_shown;
use super::site::{KEY_LISTS, Site, key_row};
use super::when::Style;
use super::writing::Order;

/// Whether a path is account and key management: refused to standard keys.
pub(super) fn is_management(path: &str) -> bool {
    let of_endpoint = || endpoints::find(path).is_some_and(|found| found.endpoint.management);
    path.starts_with("api/2010-04-01/Accounts")
        || path.starts_with("accounts/v1/AuthTokens/")
        || of_endpoint()
}

/// Carries out what is of this kind; `None` for everything else.
pub(super) fn carry_out(realm: &mut Realm, order: &Order) -> Option<Result<Value, Refusal>> {
    Some(match order.operation.path.as_str() {
        "api/2010-04-01/Accounts" => create(realm, order),
        "api/2010-04-01/Accounts/{Sid}" => update(realm, order),
        "accounts/v1/AuthTokens/Secondary" => secondary_token(realm, order),
        "accounts/v1/AuthTokens/Promote" => promote_token(realm, order),
        path if KEY_LISTS.contains(&path) => create_key(realm, order),
        path if KEY_LISTS.iter().any(|list| path.strip_prefix(list) == Some("/{Sid}")) => {
            change_key(realm, order)
        }
        _ => return None,
    })
}

fn told<'a>(order: &'a Order, parameter: &str) -> Option<&'a Value> {
    order.told.iter().find(|told| told.parameter == parameter).map(|told| &told.value)
}

fn text<'a>(order: &'a Order, parameter: &str) -> Option<&'a str> {
    told(order, parameter).and_then(Value::as_str)
}

fn target<'r>(realm: &'r mut Realm, order: &Order) -> Result<&'r mut Site, Refusal> {
    realm.site_mut(&order.account).ok_or_else(|| Refusal::not_found(&order.path))
}

/// A new subaccount of a parent.
fn create(realm: &mut Realm, order: &Order) -> Result<Value, Refusal> {
    let clock = realm.clock;
    let parent = target(realm, order)?;
    if !parent.is_parent() {
        return Err(Refusal::new(403, 20403, "A subaccount has no subaccounts"));
    }
    let (sid, token) = (format!("AC{}", parent.fresh("account")), parent.fresh("token"));
    let name = text(order, "FriendlyName").unwrap_or("SubAccount");
    let site = Account::new(&sid, name, &parent.sid, &token)
        .and_then(|account| Site::new(account, Region::Us1, clock));
    let site = site.map_err(|_| Refusal::new(500, 20500, "The account cannot be made"))?;
    let shown = account_shown(realm, &site, order.by_auth_token);
    realm.add(site);
    Ok(Value::Object(shown))
}

fn update(realm: &mut Realm, order: &Order) -> Result<Value, Refusal> {
    let now = realm.clock.days_ago(0, Style::Rfc2822);
    let site = target(realm, order)?;
    if let Some(status) = text(order, "Status") {
        if site.is_parent() {
            return Err(Refusal::new(400, 20001, "The status of a parent cannot be changed"));
        }
        if site.account.status == "closed" && status != "closed" {
            return Err(Refusal::new(400, 20001, "A closed account cannot be opened again"));
        }
        status.clone_into(&mut site.account.status);
    }
    if let Some(name) = text(order, "FriendlyName") {
        name.clone_into(&mut site.account.name);
    }
    site.updated = Some(now);
    let site = realm.site(&order.account).ok_or_else(|| Refusal::not_found(&order.path))?;
    Ok(Value::Object(account_shown(realm, site, order.by_auth_token)))
}

/// Makes the Auth Token that is to follow, or takes it away.
fn secondary_token(realm: &mut Realm, order: &Order) -> Result<Value, Refusal> {
    let now = realm.clock.days_ago(0, Style::Iso);
    let site = target(realm, order)?;
    let made = order.operation.method == "POST";
    match (&site.secondary, made) {
        (Some(_), true) => return Err(Refusal::new(409, 20409, "There is a secondary Auth Token already")),
        (None, false) => return Err(Refusal::not_found(&order.path)),
        _ => {}
    }
    site.secondary = made.then(|| site.fresh("token"));
    let body = json!({
        "account_sid": site.sid, "secondary_auth_token": site.secondary, "date_created": now, "date_updated": now,
        "url": "https://accounts.twilio.com/v1/AuthTokens/Secondary",
    });
    let secrets = std::iter::once(site.account.token()).chain(site.secondary.clone()).collect();
    realm.let_in(&order.account, &order.account, secrets, UserKind::AuthToken);
    Ok(body)
}

/// Puts the secondary Auth Token in the place of the primary one, which is good no more.
fn promote_token(realm: &mut Realm, order: &Order) -> Result<Value, Refusal> {
    let now = realm.clock.days_ago(0, Style::Iso);
    let site = target(realm, order)?;
    let token = site.secondary.take().ok_or_else(|| Refusal::not_found(&order.path))?;
    site.account.set_token(&token);
    realm.let_in(&order.account, &order.account, vec![token.clone()], UserKind::AuthToken);
    Ok(json!({
        "account_sid": order.account, "auth_token": token, "date_created": now, "date_updated": now,
        "url": "https://accounts.twilio.com/v1/AuthTokens/Promote",
    }))
}

/// A new key, in all lists of keys. Its secret is in this answer and in no other one.
fn create_key(realm: &mut Realm, order: &Order) -> Result<Value, Refusal> {
    let restricted = text(order, "KeyType") == Some("restricted");
    let allow = policy(&order.told)?;
    match (restricted, &allow) {
        (true, None) => return Err(Refusal::new(400, 20001, "Missing required parameter Policy")),
        (false, Some(_)) => return Err(Refusal::new(400, 20001, "Only a restricted key has a Policy")),
        (true, _) if realm.region != Region::Us1 => {
            return Err(Refusal::new(400, 20001, "There are no restricted keys in this Region"));
        }
        _ => {}
    }
    let kind = if restricted { KeyKind::Restricted } else { KeyKind::Standard };
    let site = target(realm, order)?;
    let (sid, secret) = (format!("SK{}", site.fresh("key")), site.fresh("secret"));
    let name = text(order, "FriendlyName").unwrap_or_default().to_owned();
    let key = Key::new(sid.clone(), name, kind, allow.unwrap_or_default(), secret.clone());
    let mut shown = Value::Null;
    for list in KEY_LISTS {
        let row = filled(site, list, &key)?;
        if order.path == list {
            shown = row.clone();
        }
        let rows = site.resources.get_mut(list).and_then(Value::as_array_mut);
        rows.ok_or_else(|| Refusal::not_found(list))?.push(row);
    }
    site.account.keys.push(key);
    let number = site.account.keys.len() - 1;
    realm.let_in(&sid, &order.account, vec![secret.clone()], UserKind::Key(number));
    shown["secret"] = secret.into();
    Ok(shown)
}

fn filled(site: &Site, list: &str, key: &Key) -> Result<Value, Refusal> {
    let place = Place::top(&site.sid, list, site.region, site.clock);
    let rows = row::fill(&place, json!([key_row(list, key)])).map_err(|path| Refusal::not_found(&path))?;
    Ok(rows.as_array().and_then(|rows| rows.first()).cloned().unwrap_or_default())
}

/// The permissions of the policy that is sent, if one is.
fn policy(told: &[Told]) -> Result<Option<Vec<String>>, Refusal> {
    let Some(told) = told.iter().find(|told| told.parameter == "Policy") else { return Ok(None) };
    let invalid = || Refusal::new(400, 70002, "Invalid Policy value");
    let allow = told.value.get("allow").and_then(Value::as_array).ok_or_else(invalid)?;
    let texts = allow.iter().map(|permission| permission.as_str().map(str::to_owned).ok_or_else(invalid));
    texts.collect::<Result<_, _>>().map(Some)
}

/// Changes or deletes a key in all lists of keys.
fn change_key(realm: &mut Realm, order: &Order) -> Result<Value, Refusal> {
    let not_found = || Refusal::not_found(&order.path);
    let key = order.path.rsplit('/').next().unwrap_or_default();
    let allow = policy(&order.told)?;
    let site = target(realm, order)?;
    let place = site.account.keys.iter().position(|one| sid(&one.sid) == key).ok_or_else(not_found)?;
    let deleted = order.operation.method == "DELETE";
    if let Some(allow) = allow {
        let one = site.account.keys.get_mut(place).filter(|one| one.kind == KeyKind::Restricted);
        one.ok_or_else(|| Refusal::new(400, 20001, "Only a restricted key has a Policy"))?.allow = allow;
    }
    let mut shown = Value::Null;
    for list in KEY_LISTS {
        let endpoint = endpoints::by_template(list).ok_or_else(not_found)?;
        let target = Target { endpoint, parents: &[], row: Some(key) };
        if deleted {
            target.delete(site)?;
            continue;
        }
        let of_list = |told: &&Told| told.parameter != "Policy" || list == "iam/v1/Keys";
        let told: Vec<Told> = order.told.iter().filter(of_list).cloned().collect();
        let row = target.update(site, &told)?;
        if order.path.starts_with(list) {
            shown = row;
        }
    }
    if deleted {
        // It stays among the account's keys, whose places are counted; nobody signs in with it.
        realm.let_in(key, &order.account, Vec::new(), UserKind::Key(place));
    }
    Ok(shown)
}
