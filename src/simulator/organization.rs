//! The Organization above the accounts, as an estate writes it, and its lists made ready to serve.
//!
//! ```json
//! {
//!   "sid": "OR0001",
//!   "oauth_apps": [{"sid": "OQ0001", "secret": "…", "ttl": 3600, "allow": ["/twilio/iam/managed-users/list"]}],
//!   "accounts": [{"sid": "AC0009", "name": "Another team's", "status": "active", "days_ago": 30}],
//!   "users": [{"sid": "US0001", "active": true, "user_name": "owner@clinic.example", "days_ago": 400}],
//!   "roles": [{"sid": "IX0001", "name": "Owner", "permissions": ["/twilio/iam/accounts/list"]}],
//!   "role_assignments": [{"sid": "IY0001", "role_sid": "IX0001", "scope": "OR0001", "identity": "US0001"}]
//! }
//! ```
//!
//! Every account of the estate belongs to it, apart from those that only authorized a Connect App; `accounts` are
//! others. An app without `allow` may read everything.
//!
//! Knows no request. <https://www.twilio.com/docs/iam/access-control/role-assignment-resource>

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::estate::{Account, Credential, digest, sid};
use super::oauth::{self, App};
use super::when::{Clock, Style};

/// An Organization as an estate has it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Organization {
    sid: String,
    #[serde(default)]
    oauth_apps: Vec<oauth::Written>,
    #[serde(default)]
    accounts: Vec<Other>,
    #[serde(default)]
    users: Vec<User>,
    #[serde(default)]
    roles: Vec<Role>,
    #[serde(default)]
    role_assignments: Vec<Assignment>,
}

/// An account outside the estate.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Other {
    sid: String,
    #[serde(default)]
    name: String,
    #[serde(default = "active")]
    status: String,
    /// The user who owns it; the first user where absent.
    owner: Option<String>,
    #[serde(default)]
    days_ago: u32,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct User {
    sid: String,
    #[serde(default = "yes")]
    active: bool,
    user_name: Option<String>,
    #[serde(default = "given")]
    given_name: String,
    #[serde(default = "family")]
    family_name: String,
    #[serde(default)]
    days_ago: u32,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Role {
    sid: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    permissions: Vec<String>,
}

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Assignment {
    sid: Option<String>,
    role_sid: String,
    scope: String,
    identity: String,
}

fn active() -> String {
    "active".into()
}

const fn yes() -> bool {
    true
}

fn given() -> String {
    "Given".into()
}

fn family() -> String {
    "Family".into()
}

impl Organization {
    pub(super) fn apps(&self) -> impl Iterator<Item = App> {
        let of = sid(&self.sid);
        self.oauth_apps.iter().map(move |app| App::of_organization(&of, app))
    }

    pub(super) fn credentials(&self) -> impl Iterator<Item = Credential> {
        self.oauth_apps.iter().map(|app| Credential {
            account: sid(&self.sid),
            account_name: "the Organization".into(),
            kind: "organization_app",
            region: "us1",
            user: sid(&app.sid),
            secret: app.secret.clone(),
        })
    }
}

/// The lists of an Organization.
pub(super) struct Directory {
    pub(super) accounts: Vec<Value>,
    pub(super) users: Vec<Value>,
    pub(super) roles: Vec<Value>,
    pub(super) role_assignments: Vec<Value>,
    /// The permissions of each role, by its SID.
    permissions: Map<String, Value>,
}

impl Directory {
    pub(super) fn new(organization: &Organization, estate: &[Account], clock: Clock) -> Self {
        let Organization { users, roles, role_assignments, .. } = organization;
        Self {
            accounts: accounts(organization, estate, clock),
            users: users.iter().map(|one| user(one, clock)).collect(),
            roles: roles.iter().map(|one| role(one, clock)).collect(),
            role_assignments: role_assignments.iter().enumerate().map(assignment).collect(),
            permissions: roles.iter().map(permissions).collect(),
        }
    }

    /// The permissions of a role; `None` where there is no such role.
    pub(super) fn permissions(&self, role: &str) -> Option<&[Value]> {
        self.permissions.get(role)?.as_array().map(Vec::as_slice)
    }
}

fn accounts(organization: &Organization, estate: &[Account], clock: Clock) -> Vec<Value> {
    let owner = organization.users.first().map_or("US0000", |user| user.sid.as_str());
    let row = |account: &str, name: &str, status: &str, owner: &str, days_ago: u32| {
        json!({
            "account_sid": sid(account), "friendly_name": name, "status": status, "owner_sid": sid(owner),
            "date_created": clock.days_ago(days_ago.into(), Style::Iso),
        })
    };
    let inside = estate.iter().filter(|one| !one.connect_only);
    let inside = inside.map(|one| row(&one.sid, &one.name, &one.status, owner, one.days_ago));
    let outside = organization.accounts.iter().map(|one| {
        row(&one.sid, &one.name, &one.status, one.owner.as_deref().unwrap_or(owner), one.days_ago)
    });
    inside.chain(outside).collect()
}

fn user(user: &User, clock: Clock) -> Value {
    let created = clock.days_ago(user.days_ago.into(), Style::Iso);
    let made_up = || format!("{}@clinic.example", user.sid.to_lowercase());
    let name = user.user_name.clone().unwrap_or_else(made_up);
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": sid(&user.sid), "externalId": null, "userName": name,
        "displayName": format!("{} {}", user.given_name, user.family_name),
        "name": {"givenName": user.given_name, "familyName": user.family_name},
        "emails": [{"primary": true, "value": name, "type": "work"}],
        "active": user.active, "locale": null, "timezone": null,
        "meta": {"resourceType": "User", "created": created, "lastModified": created, "version": "1"},
    })
}

fn role(role: &Role, clock: Clock) -> Value {
    let created = clock.days_ago(120, Style::Iso);
    json!({
        "sid": sid(&role.sid), "friendly_name": role.name, "external_description": "", "product_group": "iam",
        "lowest_level": "ACCOUNT", "role_product_group": {"product_group": "iam", "friendly_name": "IAM"},
        "policy": {"allow": role.permissions, "deny": null, "format": 1}, "resource_types": null,
        "date_created": created, "date_updated": created,
    })
}

fn assignment((number, assignment): (usize, &Assignment)) -> Value {
    let Assignment { sid: own, role_sid, scope, identity } = assignment;
    let made_up = || format!("IY{}", digest(&["role assignment", &number.to_string()]));
    json!({
        "sid": own.as_deref().map_or_else(made_up, sid), "role_sid": sid(role_sid), "scope": sid(scope),
        "identity": sid(identity),
    })
}

/// Permissions are written as in a policy, `/twilio/iam/roles/read`, and served in their parts.
fn permissions(role: &Role) -> (String, Value) {
    let rows = role.permissions.iter().map(|permission| {
        let mut parts = permission.trim_start_matches('/').splitn(4, '/');
        let mut part = || parts.next();
        json!({
            "sid": format!("IZ{}", digest(&["permission", permission])), "namespace": part(), "product": part(),
            "resource": part(), "action": part(), "externalDescription": null,
        })
    });
    (sid(&role.sid), rows.collect())
}
