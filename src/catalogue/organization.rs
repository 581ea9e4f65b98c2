//! The Organization above the accounts: its accounts, its users, and who may do what.
//!
//! Only an OAuth app of the Organization may ask, and accounts outside of an Organization have none of this.
//! Twilio's OpenAPI files have these lists at `preview-iam`, its pages of 2026 at `iam`: the one is asked, and
//! where it is not there, the other.

use super::Host::{Iam, PreviewIam};
use super::Paging;
use super::column::{Column, bool, json, label, mail_domain, shared_mailbox, text, time};
use super::endpoint::{Endpoint, list};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &ORGANIZATION_ACCOUNT,
    &ORGANIZATION_USER,
    &ORGANIZATION_ROLE,
    &ORGANIZATION_ROLE_PERMISSION,
    &ORGANIZATION_ROLE_ASSIGNMENT,
    &ACCOUNT_ROLE_ASSIGNMENT,
];

static ACCOUNTS_AT_IAM: Endpoint =
    list(Iam, "/v2/Organizations/{parent}/Accounts", "content").page_size(100).per_organization();

static ORGANIZATION_ACCOUNT: Kind = Kind::new(
    "organization_account",
    "account",
    list(PreviewIam, "/Organizations/{parent}/Accounts", "content")
        .page_size(100)
        .per_organization()
        .fallback(&ACCOUNTS_AT_IAM),
)
.identified_by(&["account_sid"])
.columns(&[label("friendly_name"), text("status"), text("owner_sid"), time("date_created")]);

static USERS_AT_IAM: Endpoint =
    list(Iam, "/scim/v2/Users", "Resources").paged_by(Paging::Scim).page_size(0).per_organization();

/// Of a person nothing is kept but the SID, the domain of the address, and whether it is anybody's own.
static ORGANIZATION_USER: Kind = Kind::new(
    "organization_user",
    "account",
    list(PreviewIam, "/Organizations/{parent}/scim/Users", "Resources")
        .paged_by(Paging::Scim)
        .page_size(0)
        .per_organization()
        .fallback(&USERS_AT_IAM),
)
.identified_by(&["id"])
.columns(&[
    bool("active"),
    mail_domain("user_domain").at("userName"),
    shared_mailbox("is_shared_mailbox").at("userName"),
    time("date_created").at("meta.created"),
]);

static ORGANIZATION_ROLE: Kind = Kind::new(
    "organization_role",
    "account",
    list(Iam, "/v2/Organizations/Roles", "")
        .page_size(100)
        .per_organization()
        .permission("/twilio/iam/role-assignments/list"),
)
.columns(&[
    label("friendly_name"),
    text("lowest_level"),
    json("permissions").at("policy.allow").always_said_within(),
]);

static ORGANIZATION_ROLE_PERMISSION: Kind = Kind::new(
    "organization_role_permission",
    "account",
    list(Iam, "/v1/Roles/{parent}/Permissions", "permissions")
        .page_size(100)
        .per_each("organization_role")
        .by_organization(),
)
.columns(&[text("namespace"), text("product"), text("resource"), text("action")]);

const ASSIGNMENT_COLUMNS: &[Column] = &[text("role_sid"), text("scope"), text("identity")];

static ASSIGNMENTS_AT_IAM: Endpoint = list(Iam, "/v2/Organizations/{parent}/RoleAssignments", "content")
    .page_size(100)
    .query(&[("Scope", "{parent}")])
    .per_organization();

// Twilio refuses this list without a scope (25203), so the Organization and each account is a listing of its own.
static ORGANIZATION_ROLE_ASSIGNMENT: Kind = Kind::new(
    "organization_role_assignment",
    "account",
    list(PreviewIam, "/Organizations/{parent}/RoleAssignments", "content")
        .page_size(100)
        .query(&[("Scope", "{parent}")])
        .per_organization()
        .permission("/twilio/iam/role-assignments/list")
        .fallback(&ASSIGNMENTS_AT_IAM),
)
.columns(ASSIGNMENT_COLUMNS);

static ACCOUNT_ASSIGNMENTS_AT_IAM: Endpoint =
    list(Iam, "/v2/Organizations/{parent.parent_sid}/RoleAssignments", "content")
        .page_size(100)
        .query(&[("Scope", "{parent}")])
        .per_each("organization_account")
        .by_organization();

static ACCOUNT_ROLE_ASSIGNMENT: Kind = Kind::new(
    "account_role_assignment",
    "account",
    list(PreviewIam, "/Organizations/{parent.parent_sid}/RoleAssignments", "content")
        .page_size(100)
        .query(&[("Scope", "{parent}")])
        .per_each("organization_account")
        .by_organization()
        .permission("/twilio/iam/role-assignments/list")
        .fallback(&ACCOUNT_ASSIGNMENTS_AT_IAM),
)
.columns(ASSIGNMENT_COLUMNS);
