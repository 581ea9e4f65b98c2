//! Who asks, and what that credential may read.
//!
//! Knows credentials and permissions, not rows. The rules are Twilio's documented ones; where the
//! documentation is silent they are the stricter guess:
//! <https://www.twilio.com/docs/iam/api-keys> and <https://www.twilio.com/docs/iam/api/subaccounts>.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::endpoints::Endpoint;
use super::estate::{Inactive, KeyKind};
use super::oauth::App;
use super::realm::{Realm, User, UserKind};
use super::region::Region;
use super::site::Site;
use super::world::World;

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

    pub(super) fn not_allowed(method: &str) -> Self {
        Self::new(405, 20004, format!("Method {method} is not allowed here"))
    }

    fn missing(permission: &str) -> Self {
        let permission = permission.trim_start_matches('/');
        Self::new(401, 70051, format!("Authorization Error: required permission {permission} is missing"))
    }
}

/// Who was recognised.
pub(super) enum Caller<'w> {
    Account(OfAccount<'w>),
    /// An OAuth app of the Organization, which no account lets in.
    Organization(&'w App),
}

/// A credential of an account.
pub(super) struct OfAccount<'w> {
    pub(super) site: &'w Site,
    pub(super) power: Power<'w>,
}

/// What kind of credential it is.
pub(super) enum Power<'w> {
    AuthToken,
    Main,
    Standard,
    /// A restricted key, with the permissions of its policy.
    Restricted(&'w [String]),
    /// An OAuth app, likewise.
    App(&'w [String]),
}

/// Recognises the `Authorization` header in a realm. OAuth apps are known in US1 alone.
pub(super) fn sign_in<'w>(
    world: &'w World,
    realm: &'w Realm,
    header: Option<&str>,
) -> Result<Caller<'w>, Refusal> {
    let header = header.ok_or_else(Refusal::authenticate)?;
    if let Some(token) = header.strip_prefix("Bearer ") {
        let app = world.apps.bearer(token)?;
        if realm.region != Region::Us1 {
            return Err(Refusal::authenticate());
        }
        return Ok(match realm.site(&app.of) {
            Some(site) => Caller::Account(OfAccount { site, power: Power::App(&app.allow) }),
            None => Caller::Organization(app),
        });
    }
    let (user, secret) = basic(header).ok_or_else(Refusal::authenticate)?;
    let (site, user) = realm
        .user(&user)
        .filter(|(_, user)| user.secrets.contains(&secret))
        .ok_or_else(Refusal::authenticate)?;
    Ok(Caller::Account(OfAccount { site, power: power(site, user)? }))
}

fn power<'w>(site: &'w Site, user: &User) -> Result<Power<'w>, Refusal> {
    let key = match user.kind {
        UserKind::AuthToken => return Ok(Power::AuthToken),
        UserKind::Test => {
            return Err(Refusal::new(403, 20008, "Resource not accessible with Test Account Credentials"));
        }
        UserKind::Key(number) => site.account.keys.get(number).ok_or_else(Refusal::authenticate)?,
    };
    Ok(match key.kind {
        KeyKind::Main => Power::Main,
        KeyKind::Standard => Power::Standard,
        KeyKind::Restricted => Power::Restricted(&key.allow),
    })
}

/// User and password of a Basic header.
pub(super) fn basic(header: &str) -> Option<(String, String)> {
    let decoded = STANDARD.decode(header.strip_prefix("Basic ")?.trim()).ok()?;
    let (user, secret) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    Some((user.to_owned(), secret.to_owned()))
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

impl OfAccount<'_> {
    pub(super) fn is_app(&self) -> bool {
        matches!(self.power, Power::App(_))
    }

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
    pub(super) fn may(&self, wanted: &Wanted<'_>) -> Result<(), Refusal> {
        match &self.power {
            Power::AuthToken | Power::Main => Ok(()),
            Power::Standard if wanted.management => Err(Refusal::authenticate()),
            Power::Standard => Ok(()),
            Power::Restricted(allow) | Power::App(allow) => match wanted.permission {
                Some(permission) => granted(allow, permission),
                // Areas without a published permission are closed to restricted keys. There is no name to say: one made
                // of the path would be told on as if it could be granted.
                None => Err(Refusal::new(401, 70051, "Authorization Error")),
            },
        }
    }
}

/// Whether a policy has a permission.
pub(super) fn granted(allow: &[String], permission: &str) -> Result<(), Refusal> {
    let covered = allow.iter().any(|allowed| grants(allowed, permission));
    if covered { Ok(()) } else { Err(Refusal::missing(permission)) }
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
