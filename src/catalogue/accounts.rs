//! Accounts, their keys, and who else has access.

use super::Host::{Accounts, Api, Iam};
use super::Paging;
use super::column::{Column, bool, int, json, label, masked, present, text, time, url};
use super::endpoint::{Endpoint, list, single};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &ACCOUNT_TREE,
    &TWILIO_ACCOUNT,
    &API_KEY,
    &API_KEY_POLICY,
    &OAUTH_APP,
    &PUBLIC_KEY,
    &AWS_CREDENTIAL,
    &CONNECT_APP,
    &AUTHORIZED_CONNECT_APP,
    &MESSAGING_GEO_PERMISSION,
];

/// The column that says whether the answer held the account's Auth Token.
pub const AUTH_TOKEN_EXPOSED: &str = "auth_token_exposed";

const ACCOUNT_COLUMNS: &[Column] = &[
    label("friendly_name"),
    text("status"),
    text("account_type").at("type"),
    text("owner_account_sid"),
    time("date_created"),
    time("date_updated"),
    // Only the fact that the token is in the answer: it is never parsed into a value.
    present(AUTH_TOKEN_EXPOSED).at("auth_token").sometimes_said(),
];

/// The parent and its subaccounts, as the parent's credential lists them.
pub static ACCOUNT_TREE: Kind = Kind::new(
    "account_tree",
    "account",
    list(Api, "/2010-04-01/Accounts.json", "accounts").per_tree().permission("/twilio/iam/accounts/list"),
)
.columns(ACCOUNT_COLUMNS);

/// One account, as its own credential sees it.
pub static TWILIO_ACCOUNT: Kind = Kind::new(
    "twilio_account",
    "account",
    single(Api, "/2010-04-01/Accounts/{account}.json")
        .permission("/twilio/iam/accounts/read")
        .of_inactive_too(),
)
.columns(ACCOUNT_COLUMNS);

/// API keys without their type: all that a parent's Auth Token can see of a subaccount's keys.
static API_KEY_WITHOUT_TYPE: Endpoint =
    list(Api, "/2010-04-01/Accounts/{account}/Keys.json", "keys").of_inactive_too();

static API_KEY: Kind = Kind::new(
    "api_key",
    "account",
    list(Iam, "/v1/Keys", "keys")
        .query(&[("AccountSid", "{account}")])
        .permission("/twilio/iam/api-keys/list")
        .fallback(&API_KEY_WITHOUT_TYPE)
        .of_inactive_too(),
)
.columns(&[
    label("friendly_name"),
    time("date_created"),
    time("date_updated"),
    // The poorer list does not have them: null is a key of unknown type.
    json("flags").sometimes_said(),
]);

static API_KEY_POLICY: Kind = Kind::new(
    "api_key_policy",
    "account",
    single(Iam, "/v1/Keys/{parent}").per_each("api_key").permission("/twilio/iam/api-keys/read"),
)
.columns(&[present("restricted").at("policy"), json("permissions").at("policy.allow").always_said_within()]);

/// Twilio's OpenAPI files say how an app is made and changed, its pages also that there is a list; how that
/// list is wrapped is told nowhere.
static OAUTH_APP: Kind = Kind::new(
    "oauth_app",
    "account",
    list(Iam, "/v1/Account/OAuthApps", "").page_size(0).permission("/twilio/iam/account-oauth-apps/list"),
)
.columns(&[
    label("friendly_name"),
    text("status"),
    json("permissions").at("policy.allow").always_said_within(),
    json("denied_permissions").at("policy.deny"),
    int("access_token_ttl"),
    // What it holds is told nowhere: a SID, or a person's name.
    masked("created_by"),
    time("date_created"),
]);

/// What is kept of a credential that Twilio stores: never the credential.
const STORED_CREDENTIAL_COLUMNS: &[Column] =
    &[label("friendly_name"), time("date_created"), time("date_updated")];

static PUBLIC_KEY: Kind = Kind::new(
    "public_key",
    "account",
    list(Accounts, "/v1/Credentials/PublicKeys", "credentials").permission("/twilio/iam/public-keys/list"),
)
.columns(STORED_CREDENTIAL_COLUMNS);

static AWS_CREDENTIAL: Kind =
    Kind::new("aws_credential", "account", list(Accounts, "/v1/Credentials/AWS", "credentials"))
        .columns(STORED_CREDENTIAL_COLUMNS);

/// An app that this account publishes.
static CONNECT_APP: Kind = Kind::new(
    "connect_app",
    "account",
    list(Api, "/2010-04-01/Accounts/{account}/ConnectApps.json", "connect_apps"),
)
.columns(&[
    label("friendly_name"),
    json("permissions"),
    url("authorize_redirect_url"),
    url("deauthorize_callback_url"),
    text("deauthorize_callback_method"),
]);

/// An app of somebody else that has access to this account.
static AUTHORIZED_CONNECT_APP: Kind = Kind::new(
    "authorized_connect_app",
    "account",
    list(Api, "/2010-04-01/Accounts/{account}/AuthorizedConnectApps.json", "authorized_connect_apps"),
)
.identified_by(&["connect_app_sid"])
.columns(&[
    label("friendly_name").at("connect_app_friendly_name"),
    label("company_name").at("connect_app_company_name"),
    url("homepage_url").at("connect_app_homepage_url"),
    json("permissions"),
]);

static MESSAGING_GEO_PERMISSION: Kind = Kind::new(
    "messaging_geo_permission",
    "sms",
    list(Accounts, "/v1/Messaging/GeoPermissions", "permissions").paged_by(Paging::None).page_size(0),
)
.identified_by(&["country_code", "type", "prefix"])
.columns(&[
    text("country_code"),
    text("permission_type").at("type"),
    text("prefix"),
    bool("enabled"),
    label("message"),
]);
