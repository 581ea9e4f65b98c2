//! Who asks, and what that credential may read.
//!
//! Knows credentials and permissions, not rows. The rules are Twilio's documented ones; where the
//! documentation is silent they are the stricter guess:
//! <https://www.twilio.com/docs/iam/api-keys> and <https://www.twilio.com/docs/iam/api/subaccounts>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::endpoints::Endpoint;
use super::estate::{Inactive, KeyKind, digest, sid};
use super::world::{Site, World};

/// Why a request is refused, in Twilio's terms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: u32,
    pub(super) message: String,
}

impl Refusal {
    pub(super) fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    pub(super) fn authenticate() -> Self {
        Self::new(401, 20003, "Authenticate")
    }

    pub(super) fn not_found(path: &str) -> Self {
        Self::new(404, 20404, format!("The requested resource {path} was not found"))
    }

    fn missing(permission: &str) -> Self {
        let permission = permission.trim_start_matches('/');
        Self::new(401, 70051, format!("Authorization Error: required permission {permission} is missing"))
    }
}

/// A credential that was recognised.
pub(super) struct Caller<'w> {
    pub(super) site: &'w Site,
    pub(super) power: Power,
}

/// What kind of credential it is.
pub(super) enum Power {
    AuthToken,
    Main,
    Standard,
    /// A restricted key or an OAuth app, with the permissions of its policy.
    Restricted(Vec<String>),
}

/// Recognises the `Authorization` header.
pub(super) fn sign_in<'w>(world: &'w World, header: Option<&str>) -> Result<Caller<'w>, Refusal> {
    let header = header.ok_or_else(Refusal::authenticate)?;
    if let Some(token) = header.strip_prefix("Bearer ") {
        return bearer(world, token).ok_or_else(Refusal::authenticate);
    }
    let (user, secret) = basic(header).ok_or_else(Refusal::authenticate)?;
    world
        .accounts
        .iter()
        .find_map(|site| basic_of(site, &user, &secret))
        .unwrap_or_else(|| Err(Refusal::authenticate()))
}

/// User and password of a Basic header.
pub(super) fn basic(header: &str) -> Option<(String, String)> {
    let decoded = STANDARD.decode(header.strip_prefix("Basic ")?.trim()).ok()?;
    let (user, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((user.to_owned(), secret.to_owned()))
}

fn basic_of<'w>(site: &'w Site, user: &str, secret: &str) -> Option<Result<Caller<'w>, Refusal>> {
    let account = &site.account;
    if account.connect_only {
        return None;
    }
    if user == site.sid {
        let power = Power::AuthToken;
        return (secret == account.token()).then_some(Ok(Caller { site, power }));
    }
    if let Some(test) = account.test.as_ref().filter(|test| user == sid(&test.sid)) {
        let refusal = Refusal::new(403, 20008, "Resource not accessible with Test Account Credentials");
        return (secret == test.auth_token).then_some(Err(refusal));
    }
    let key = account.keys.iter().find(|key| user == sid(&key.sid) && secret == key.secret())?;
    let power = match key.kind {
        KeyKind::Main => Power::Main,
        KeyKind::Standard => Power::Standard,
        KeyKind::Restricted => Power::Restricted(key.allow.clone()),
    };
    Some(Ok(Caller { site, power }))
}

fn bearer<'w>(world: &'w World, token: &str) -> Option<Caller<'w>> {
    world.accounts.iter().find_map(|site| {
        let app = site.account.oauth_apps.iter().find(|app| access_token(&app.sid) == token)?;
        Some(Caller { site, power: Power::Restricted(app.allow.clone()) })
    })
}

/// The access token for the client credentials of an OAuth app.
pub(super) fn oauth_token(world: &World, client: &str, secret: &str) -> Option<String> {
    let mut apps = world.accounts.iter().flat_map(|site| &site.account.oauth_apps);
    apps.find(|app| sid(&app.sid) == client && app.secret == secret).map(|app| access_token(&app.sid))
}

fn access_token(app: &str) -> String {
    format!("eyJ{}.{}", digest(&["header", app]), digest(&["bearer", app]))
}

/// What is asked for.
pub(super) struct Wanted<'a> {
    /// Account and key management: refused to standard keys.
    pub(super) management: bool,
    pub(super) permission: Option<&'a str>,
}

impl<'a> Wanted<'a> {
    pub(super) fn of(endpoint: &'a Endpoint, row: bool) -> Self {
        let permission = if row { &endpoint.read } else { &endpoint.list };
        Self { management: endpoint.management, permission: permission.as_deref() }
    }
}

impl Caller<'_> {
    /// Whether this credential may act on an account that the path names.
    pub(super) fn reaches(&self, target: &Site) -> Result<(), Refusal> {
        let own = self.site.sid == target.sid;
        let child = target.owner == self.site.sid;
        match self.power {
            _ if own => Ok(()),
            Power::AuthToken if child => Ok(()),
            _ => Err(Refusal::authenticate()),
        }
    }

    /// Whether this credential may read this, wherever it is.
    pub(super) fn may(&self, wanted: &Wanted<'_>, path: &str) -> Result<(), Refusal> {
        match &self.power {
            Power::AuthToken | Power::Main => Ok(()),
            Power::Standard if wanted.management => Err(Refusal::authenticate()),
            Power::Standard => Ok(()),
            Power::Restricted(allow) => match wanted.permission {
                Some(permission) if allow.iter().any(|allowed| grants(allowed, permission)) => Ok(()),
                Some(permission) => Err(Refusal::missing(permission)),
                // Areas without a published permission are closed to restricted keys.
                None => Err(Refusal::missing(&format!("twilio{}", path.to_lowercase()))),
            },
        }
    }
}

/// What an account that is not in order answers to everybody.
pub(super) fn in_order(site: &Site, client_validation: bool) -> Result<(), Refusal> {
    if site.account.pkcv && !client_validation {
        return Err(Refusal::new(401, 70052, "Public Key Client Validation is enforced for this account"));
    }
    if site.account.status != "active" && site.account.inactive == Inactive::Refused {
        return Err(Refusal::new(403, 20403, format!("Account {} is {}", site.sid, site.account.status)));
    }
    Ok(())
}

/// Whether a permission of a policy covers a needed one. The leading slash is optional, and `*` stands
/// for everything from there on.
fn grants(allowed: &str, needed: &str) -> bool {
    let (allowed, needed) = (allowed.trim_start_matches('/'), needed.trim_start_matches('/'));
    match allowed.strip_suffix('*') {
        Some(start) => needed.starts_with(start),
        None => allowed == needed,
    }
}

#[cfg(test)]
mod tests {
    use super::grants;

    #[test]
    fn a_star_covers_what_is_below_it_and_nothing_beside_it() {
        let needed = "/twilio/messaging/services/list";
        assert!(grants("twilio/messaging/services/list", needed));
        assert!(grants("/twilio/messaging/services/*", needed));
        assert!(grants("/*", needed));
        assert!(!grants("/twilio/messaging/services.phonenumbers/*", needed));
        assert!(!grants("/twilio/messaging/services/read", needed));
    }
}
