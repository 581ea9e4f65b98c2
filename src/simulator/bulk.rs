//! Writes whose parameter is a list of changes, and operators attached to a service.
//!
//! Knows one account, and nothing of who asks.

use serde_json::{Value, json};

use super::access::Refusal;
use super::endpoints::{self, Endpoint};
use super::site::{COUNTRIES, Site};
use super::writing::Order;

fn invalid(name: &str) -> Refusal {
    Refusal::new(400, 20001, format!("Invalid {name} value"))
}

fn endpoint(template: &str) -> Result<&'static Endpoint, Refusal> {
    endpoints::by_template(template).ok_or_else(|| Refusal::not_found(template))
}

/// Opens and closes countries for calls: a list of rows of the countries, each with what is to change.
pub(super) fn dialing_permissions(site: &mut Site, order: &Order) -> Result<Value, Refusal> {
    let bad = || invalid("UpdateRequest");
    let text = order.told.first().and_then(|told| told.value.as_str()).unwrap_or_default();
    let changes: Vec<Value> = serde_json::from_str(text).map_err(|_| bad())?;
    let held = site.resource_mut(endpoint(COUNTRIES)?, &[]);
    let rows = held.and_then(|held| held.as_array_mut()).ok_or_else(bad)?;
    // All or nothing.
    let mut after = rows.clone();
    for change in &changes {
        let row = after.iter_mut().find(|row| row["iso_code"] == change["iso_code"]).ok_or_else(bad)?;
        for (field, value) in
            change.as_object().ok_or_else(bad)?.iter().filter(|(field, _)| *field != "iso_code")
        {
            let field = row.get_mut(field).filter(|field| field.is_boolean()).ok_or_else(bad)?;
            *field = yes_or_no(value).ok_or_else(bad)?.into();
        }
    }
    *rows = after;
    Ok(json!({ "update_count": changes.len(), "update_request": text }))
}

/// Opens and closes countries for messages.
pub(super) fn geo_permissions(site: &mut Site, order: &Order) -> Result<Value, Refusal> {
    let bad = || invalid("Permissions");
    let changes = order.told.first().and_then(|told| told.value.as_array()).ok_or_else(bad)?;
    let endpoint = endpoint("accounts/v1/Messaging/GeoPermissions")?;
    let held = site.resource_mut(endpoint, &[]).ok_or_else(bad)?;
    let mut after = if held.is_null() { Value::Object(endpoint.defaults.clone()) } else { held.clone() };
    let rows = after["permissions"].as_array_mut().ok_or_else(bad)?;
    for change in changes {
        let is_it =
            |row: &&mut Value| ["country_code", "type"].iter().all(|field| row[*field] == change[*field]);
        let row = rows.iter_mut().find(is_it).ok_or_else(bad)?;
        row["enabled"] = yes_or_no(&change["enabled"]).ok_or_else(bad)?.into();
    }
    *held = after.clone();
    Ok(after)
}

fn yes_or_no(value: &Value) -> Option<bool> {
    value.as_bool().or_else(|| value.as_str()?.parse().ok())
}

/// Attaches a language operator to a service of Voice Intelligence, or detaches it.
pub(super) fn operators(site: &mut Site, order: &Order) -> Result<Value, Refusal> {
    let not_found = || Refusal::not_found(&order.path);
    let (above, operator) = order.path.rsplit_once('/').ok_or_else(not_found)?;
    let found = endpoints::find(above).ok_or_else(not_found)?;
    let held = site.resource_mut(found.endpoint, &found.parents).ok_or_else(not_found)?;
    if held.is_null() {
        *held = Value::Object(found.endpoint.defaults.clone());
    }
    let attached = held["operator_sids"].as_array_mut().ok_or_else(not_found)?;
    let place = attached.iter().position(|sid| sid == operator);
    if order.operation.method == "DELETE" {
        attached.remove(place.ok_or_else(not_found)?);
    } else if place.is_none() {
        attached.push(operator.into());
    }
    let service = found.parents.first();
    Ok(json!({ "service_sid": service, "operator_sid": operator, "url": format!("https://{}", order.path) }))
}
