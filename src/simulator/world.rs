//! An estate made ready to serve: a realm for each Region, the OAuth apps, the Organization.
//!
//! Knows whose a request is, not what it asks.

use super::access;
use super::estate::{Estate, EstateError};
use super::oauth::{App, Apps};
use super::organization::Directory;
use super::query;
use super::realm::Realm;
use super::region::Region;
use super::when::Clock;

/// Everything that is served.
pub(super) struct World {
    pub(super) us1: Realm,
    /// Those Regions in which any account has something.
    regional: Vec<Realm>,
    pub(super) apps: Apps,
    pub(super) organization: Option<Directory>,
}

/// Whose a request is, whether or not it is granted.
pub(super) struct Whose {
    /// The user name, or the client id of the OAuth app.
    pub(super) user: String,
    /// The SID of the account or Organization; the user name if nobody has it.
    pub(super) account: String,
}

impl World {
    pub(super) fn new(estate: Estate, clock: Clock) -> Result<Self, EstateError> {
        let Estate { accounts, organization } = estate;
        let named = |region: &Region| accounts.iter().any(|account| account.regions.contains_key(region));
        let regional = Region::ALL.into_iter().filter(named).map(|region| {
            let there = accounts.iter().map(|account| account.in_region(region));
            Realm::new(there, region, clock)
        });
        let regional = regional.collect::<Result<_, EstateError>>()?;
        let of_accounts = accounts.iter().filter(|account| !account.connect_only).flat_map(|account| {
            let of = account.full_sid();
            account.oauth_apps.iter().map(move |app| App::of_account(&of, app))
        });
        let of_organization = organization.iter().flat_map(|organization| organization.apps());
        let apps = Apps::new(of_accounts.chain(of_organization));
        let organization = organization.map(|organization| Directory::new(&organization, &accounts, clock));
        let us1 = Realm::new(accounts.into_iter(), Region::Us1, clock)?;
        Ok(Self { us1, regional, apps, organization })
    }

    /// What a Region has; `None` where nobody has anything.
    pub(super) fn realm(&self, region: Region) -> Option<&Realm> {
        match region {
            Region::Us1 => Some(&self.us1),
            _ => self.regional.iter().find(|realm| realm.region == region),
        }
    }

    pub(super) fn realm_mut(&mut self, region: Region) -> Option<&mut Realm> {
        match region {
            Region::Us1 => Some(&mut self.us1),
            _ => self.regional.iter_mut().find(|realm| realm.region == region),
        }
    }

    /// Every Region that has anything.
    pub(super) fn realms(&self) -> impl Iterator<Item = &Realm> {
        std::iter::once(&self.us1).chain(&self.regional)
    }

    /// Whose a request is, by its host, its `Authorization` header and the form that it sends.
    pub(super) fn whose(&self, host: &str, header: Option<&str>, form: &[(String, String)]) -> Whose {
        if let Some((user, _)) = header.and_then(access::basic) {
            let realm = Region::of_host(host).and_then(|(_, region)| self.realm(region));
            let site = realm.and_then(|realm| realm.user(&user)).map(|(site, _)| site);
            let account = site.map_or_else(|| user.clone(), |site| site.sid.clone());
            return Whose { user, account };
        }
        let client = || query::value(form, "client_id");
        let app = match header.and_then(|header| header.strip_prefix("Bearer ")) {
            Some(token) => self.apps.holder(token),
            None => client().and_then(|client| self.apps.app(client)),
        };
        match app {
            Some(app) => Whose { user: app.sid.clone(), account: app.of.clone() },
            None => {
                let user = client().unwrap_or_default().to_owned();
                Whose { account: user.clone(), user }
            }
        }
    }
}
