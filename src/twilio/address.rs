//! Where requests really go: Twilio itself, or a stand-in on this machine.

use std::str::FromStr;

use url::{Host, Url};

/// Where requests for `https://HOST/PATH` are sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Address {
    /// To Twilio.
    #[default]
    Twilio,
    /// To `BASE/HOST/PATH` on a stand-in.
    StandIn(Url),
}

/// A stand-in address that is refused.
#[derive(Debug, thiserror::Error)]
pub enum AddressError {
    /// Not a URL with a host.
    #[error(
        "--endpoint (TWILIO_AUDIT_ENDPOINT): `{0}` is no http or https address, such as http://127.0.0.1:8080"
    )]
    Unreadable(String),
    /// A user name or a password in it would stand in every report.
    #[error(
        "--endpoint (TWILIO_AUDIT_ENDPOINT): an address with a user name or a password in it is not accepted"
    )]
    WithUser,
    /// Plain http to another machine would show the credentials to the network.
    #[error(
        "`{0}` is plain http to another machine: credentials would be readable on the way, so only https or a loopback address is accepted"
    )]
    InClear(String),
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let url = Url::parse(text).map_err(|_| AddressError::Unreadable(text.to_owned()))?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(AddressError::WithUser);
        }
        let is_loopback = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => return Err(AddressError::Unreadable(text.to_owned())),
        };
        match url.scheme() {
            "https" => Ok(Self::StandIn(url)),
            "http" if is_loopback => Ok(Self::StandIn(url)),
            "http" => Err(AddressError::InClear(text.to_owned())),
            _ => Err(AddressError::Unreadable(text.to_owned())),
        }
    }
}

impl Address {
    /// Whether requests go to this machine, in the clear.
    pub fn is_on_this_machine(&self) -> bool {
        matches!(self, Self::StandIn(url) if url.scheme() == "http")
    }

    /// The URL that is really asked for the given Twilio URL. Nothing when it is not `https://*.twilio.com`.
    pub fn of(&self, url: &Url) -> Option<Url> {
        let host = url.host_str()?;
        if url.scheme() != "https" || !host.ends_with(".twilio.com") {
            return None;
        }
        match self {
            Self::Twilio => Some(url.clone()),
            Self::StandIn(base) => {
                let mut real = base.clone();
                let prefix = base.path().trim_end_matches('/');
                real.set_path(&format!("{prefix}/{host}{}", url.path()));
                real.set_query(url.query());
                Some(real)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        for good in
            ["http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:9", "https://proxy.example/x"]
        {
            assert!(good.parse::<Address>().is_ok(), "{good}");
        }
        for bad in ["http://10.0.0.1", "http://127.0.0.1.evil.example", "ftp://127.0.0.1", "127.0.0.1:80", ""]
        {
            assert!(bad.parse::<Address>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_stand_in_gets_the_host_as_first_part_of_the_path() {
        let address: Address = "http://127.0.0.1:8080/".parse().unwrap();
        let url = Url::parse("https://api.twilio.com/2010-04-01/Accounts.json?PageSize=1").unwrap();
        let real = address.of(&url).unwrap();
        assert_eq!(real.as_str(), "http://127.0.0.1:8080/api.twilio.com/2010-04-01/Accounts.json?PageSize=1");
    }

    #[test]
    fn nothing_but_twilio_is_ever_asked() {
        for foreign in
            ["http://api.twilio.com/", "https://twilio.com.evil.example/", "https://eviltwilio.com/"]
        {
            assert_eq!(Address::Twilio.of(&Url::parse(foreign).unwrap()), None, "{foreign}");
        }
    }
}
