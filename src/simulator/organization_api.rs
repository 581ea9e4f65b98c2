//! The Organization's lists over the wire: two addresses, one for each state of Twilio's documentation.
//!
//! `preview-iam.twilio.com` is what Twilio's OpenAPI files say, `iam.twilio.com/v2` and `/scim/v2` what its pages
//! say: <https://www.twilio.com/docs/iam/oauth-apps/org-oauth-apps>. The pages leave the Organization's SID out of
//! the path; with it or without it, the answer is the same here.

use serde_json::{Value, json};

use super::access::{self, Caller, Refusal};
use super::answer::Answer;
use super::organization::Directory;
use super::page::Paging;
use super::serve::Asked;
use super::world::World;

/// At which address the Organization's lists are served; at the other there is nothing (404).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum OrganizationAt {
    /// `preview-iam.twilio.com/Organizations/…`
    Preview,
    /// `iam.twilio.com/v2/Organizations/…` and `iam.twilio.com/scim/v2/Users`
    V2,
    /// Both.
    #[default]
    Both,
}

/// A list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Accounts,
    RoleAssignments,
    Roles,
    Users,
}

/// What a path asks of an Organization.
pub(super) struct Wish<'a> {
    at: OrganizationAt,
    /// The SID, where the path names one.
    organization: Option<&'a str>,
    list: List,
    /// One row of the list.
    row: Option<&'a str>,
}

impl<'a> Wish<'a> {
    /// `None`: the path has nothing to do with Organizations.
    pub(super) fn of(product: &str, path: &'a str) -> Option<Self> {
        let segments: Vec<&str> = path.split('/').skip(1).collect();
        let (at, organization, below) = match (product, segments.as_slice()) {
            ("preview-iam", ["Organizations", organization, below @ ..]) => {
                (OrganizationAt::Preview, Some(*organization), below)
            }
            ("iam", ["v2", "Organizations", organization, below @ ..]) if organization.starts_with("OR") => {
                (OrganizationAt::V2, Some(*organization), below)
            }
            ("iam", ["v2", "Organizations", below @ ..]) => (OrganizationAt::V2, None, below),
            ("iam", below @ ["scim", ..]) => (OrganizationAt::V2, None, below),
            _ => return None,
        };
        let (list, row) = match (at, below) {
            (_, ["Accounts"]) => (List::Accounts, None),
            (_, ["Accounts", row]) => (List::Accounts, Some(*row)),
            (_, ["RoleAssignments"]) => (List::RoleAssignments, None),
            (OrganizationAt::V2, ["Roles"]) => (List::Roles, None),
            (OrganizationAt::Preview, ["scim", "Users"]) | (OrganizationAt::V2, ["scim", "v2", "Users"]) => {
                (List::Users, None)
            }
            (OrganizationAt::Preview, ["scim", "Users", row])
            | (OrganizationAt::V2, ["scim", "v2", "Users", row]) => (List::Users, Some(*row)),
            _ => return None,
        };
        Some(Self { at, organization, list, row })
    }

    /// The permission of an app's policy. Those for accounts are a guess: Twilio publishes none.
    const fn permission(&self) -> &'static str {
        match (self.list, self.row) {
            (List::Accounts, None) => "/twilio/iam/accounts/list",
            (List::Accounts, Some(_)) => "/twilio/iam/accounts/read",
            (List::RoleAssignments | List::Roles, _) => "/twilio/iam/role-assignments/list",
            (List::Users, None) => "/twilio/iam/managed-users/list",
            (List::Users, Some(_)) => "/twilio/iam/managed-users/read",
        }
    }
}

/// The answer to a wish; SCIM has error bodies of its own.
pub(super) fn respond(world: &World, asked: &Asked<'_>, wish: &Wish<'_>) -> Answer {
    read(world, asked, wish).unwrap_or_else(|refusal| match wish.list {
        List::Users => scim_refusal(&refusal),
        _ => Answer::refusal(&refusal),
    })
}

fn read(world: &World, asked: &Asked<'_>, wish: &Wish<'_>) -> Result<Answer, Refusal> {
    let not_found = || Refusal::not_found(asked.path);
    let directory = world.organization.as_ref().ok_or_else(not_found)?;
    if asked.organization_at != OrganizationAt::Both && asked.organization_at != wish.at {
        return Err(not_found());
    }
    let app = match access::sign_in(world, &world.us1, asked.authorization)? {
        Caller::Organization(app) => app,
        // An account's OAuth app has a good token for the wrong thing; Basic has nothing.
        Caller::Account(account) if account.is_app() => return Err(not_for(wish)),
        Caller::Account(_) => return Err(Refusal::authenticate()),
    };
    asked.only_get()?;
    if wish.organization.is_some_and(|named| named != app.of) {
        return Err(not_for(wish));
    }
    access::granted(&app.allow, wish.permission())?;
    match wish.row {
        Some(row) => one(directory, wish.list, row).ok_or_else(not_found),
        None => list(directory, asked, wish.list),
    }
}

/// One account or one user.
fn one(directory: &Directory, list: List, wanted: &str) -> Option<Answer> {
    let is = |row: &&Value, identity: &str| row[identity] == wanted;
    match list {
        List::Users => directory.users.iter().find(|row| is(row, "id")).map(Answer::scim),
        _ => directory.accounts.iter().find(|row| is(row, "account_sid")).map(Answer::json),
    }
}

fn not_for(wish: &Wish<'_>) -> Refusal {
    let organization = wish.organization.unwrap_or("this Organization");
    Refusal::new(403, 20403, format!("Not authorized for {organization}"))
}

fn list(directory: &Directory, asked: &Asked<'_>, list: List) -> Result<Answer, Refusal> {
    let pages = |rows: &[&Value], identity: &str, default| {
        let page = asked.page(Paging::Meta, 100).with_default(default);
        Ok(Answer::json(&page.cut("content", rows, identity, Value::clone)?))
    };
    match list {
        List::Accounts => pages(&directory.accounts.iter().collect::<Vec<_>>(), "account_sid", 50),
        List::Roles => pages(&directory.roles.iter().collect::<Vec<_>>(), "sid", 50),
        List::RoleAssignments => pages(&assignments(directory, asked)?, "sid", 100),
        List::Users => users(directory, asked),
    }
}

fn assignments<'d>(directory: &'d Directory, asked: &Asked<'_>) -> Result<Vec<&'d Value>, Refusal> {
    let (identity, scope) = (asked.parameter("Identity"), asked.parameter("Scope"));
    if identity.is_none() && scope.is_none() {
        return Err(Refusal::new(400, 25203, "Either Identity or Scope is required"));
    }
    let wanted = |row: &&Value| {
        identity.is_none_or(|wanted| row["identity"] == wanted)
            && scope.is_none_or(|wanted| row["scope"] == wanted)
    };
    Ok(directory.role_assignments.iter().filter(wanted).collect())
}

/// A list as RFC 7644 has it: `startIndex` counts from 1.
fn users(directory: &Directory, asked: &Asked<'_>) -> Result<Answer, Refusal> {
    if asked.parameter("filter").is_some() {
        return Err(Refusal::new(400, 20001, "Filters are not supported"));
    }
    let page = asked.page(Paging::Meta, 100);
    let start = page.number("startIndex", 1)?.max(1);
    let count = page.number("count", 100)?.min(100).min(asked.page_size_cap.unwrap_or(100));
    let shown: Vec<&Value> = directory.users.iter().skip(start - 1).take(count).collect();
    Ok(Answer::scim(&json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "totalResults": directory.users.len(),
        "startIndex": start, "itemsPerPage": shown.len(), "Resources": shown,
    })))
}

fn scim_refusal(refusal: &Refusal) -> Answer {
    let Refusal { status, code, message } = refusal;
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "detail": message,
        "status": status.to_string(), "code": code,
        "moreInfo": format!("https://www.twilio.com/docs/errors/{code}"),
    });
    Answer { status: *status, ..Answer::scim(&body) }
}
