//! `[[notify]]`: whom to tell what a scan changed. The file says where, and by which name the secret goes that this
//! takes; the secret itself is kept elsewhere.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// `[[notify]]`. Which keys belong to which kind is a rule, see [`Notify::way`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notify {
    /// What it is called: lower-case letters, digits and hyphens.
    pub name: String,
    /// How it is told.
    pub kind: NotifyKind,
    /// Of what it is told.
    #[serde(default = "change_and_failure")]
    pub on: Vec<Occasion>,
    /// Webhook: where it is sent to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Email: the host that takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Email: its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Email: how the way there is encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<MailTls>,
    /// Email: the sender's address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Email: the recipients' addresses.
    #[serde(default)]
    pub to: Vec<String>,
    /// Email: who signs in at the server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The name of the secret: the key that signs a webhook, the address of a Slack webhook, the password of `user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// How a target is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum NotifyKind {
    /// A signed POST of JSON.
    Webhook,
    /// An incoming webhook of Slack, or of what takes the same.
    Slack,
    /// Mail.
    Email,
}

/// Of what a target is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Occasion {
    /// Something is otherwise than in the scan before.
    Change,
    /// There is no scan, or it could not assess everything.
    Failure,
    /// Every scan.
    Always,
}

/// How the way to a mail server is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// From the first command on; where the server does not offer it, nothing is sent.
    Starttls,
    /// From the first byte on.
    Implicit,
    /// Not at all, to this machine alone.
    None,
}

/// Where a target is, with all that its kind takes. Secrets are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way<'a> {
    /// A POST to `url`, signed with a key.
    Webhook {
        /// Where to.
        url: &'a str,
        /// The name of the key.
        secret: &'a str,
    },
    /// A POST to an address that is itself the secret.
    Slack {
        /// The name of the address.
        secret: &'a str,
    },
    /// Mail.
    Email(Mail<'a>),
}

/// Where mail goes and through which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mail<'a> {
    /// The server.
    pub server: &'a str,
    /// Its port.
    pub port: u16,
    /// How the way there is encrypted.
    pub tls: MailTls,
    /// The sender.
    pub from: &'a str,
    /// The recipients.
    pub to: &'a [String],
    /// Who signs in, and the name of the password.
    pub login: Option<(&'a str, &'a str)>,
}

/// What a target is told of unless it says otherwise.
fn change_and_failure() -> Vec<Occasion> {
    vec![Occasion::Change, Occasion::Failure]
}

impl NotifyKind {
    /// The word used in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Webhook => "webhook",
            Self::Slack => "slack",
            Self::Email => "email",
        }
    }

    /// The keys that it needs, and those that it may have besides.
    pub(super) const fn keys(self) -> (&'static [&'static str], &'static [&'static str]) {
        match self {
            Self::Webhook => (&["url", "secret"], &[]),
            Self::Slack => (&["secret"], &[]),
            Self::Email => (&["server", "from", "to"], &["port", "tls", "user", "secret"]),
        }
    }
}

impl Notify {
    /// Where it is; nothing where a key is missing that its kind needs, which no validated declaration lacks.
    pub fn way(&self) -> Option<Way<'_>> {
        let secret = self.secret.as_deref();
        match self.kind {
            NotifyKind::Webhook => Some(Way::Webhook { url: self.url.as_deref()?, secret: secret? }),
            NotifyKind::Slack => Some(Way::Slack { secret: secret? }),
            NotifyKind::Email => {
                let tls = self.tls.unwrap_or(MailTls::Starttls);
                Some(Way::Email(Mail {
                    server: self.server.as_deref()?,
                    port: self.port.unwrap_or(if tls == MailTls::Implicit { 465 } else { 587 }),
                    tls,
                    from: self.from.as_deref()?,
                    to: &self.to,
                    login: self.user.as_deref().zip(secret),
                }))
            }
        }
    }

    /// The keys of one kind or another that are there.
    pub(super) fn given(&self) -> impl Iterator<Item = &'static str> {
        [
            ("url", self.url.is_some()),
            ("server", self.server.is_some()),
            ("port", self.port.is_some()),
            ("tls", self.tls.is_some()),
            ("from", self.from.is_some()),
            ("to", !self.to.is_empty()),
            ("user", self.user.is_some()),
            ("secret", self.secret.is_some()),
        ]
        .into_iter()
        .filter_map(|(key, is_there)| is_there.then_some(key))
    }
}

/// An address that may be sent to, or what it must be.
///
/// # Errors
///
/// What it must be, in words that do not repeat it: of a Slack webhook it is the secret.
pub fn hook_address(text: &str) -> Result<Url, &'static str> {
    const ADDRESS: &str = "an https address, such as https://hooks.example.com/audit";
    // The parser would drop line breaks and tabs without a word.
    let url = Url::parse(text).ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_graphic()));
    let url = url.ok_or(ADDRESS)?;
    let host = url.host().ok_or(ADDRESS)?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address without a user name and a password in it");
    }
    if is_twilio(&host.to_string()) {
        return Err("an address outside of Twilio: this program never writes to Twilio");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_this_machine(&host.to_string()) => Ok(url),
        "http" => Err("https: plain http is for a loopback address alone"),
        _ => Err(ADDRESS),
    }
}

/// Whether a host is Twilio's own, or runs what a Twilio account has deployed.
pub(super) fn is_twilio(host: &str) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    ["twilio.com", "twil.io"]
        .iter()
        .any(|own| host.strip_suffix(own).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
}

/// Whether a host is this very machine.
pub(super) fn is_this_machine(host: &str) -> bool {
    match Host::parse(host) {
        Ok(Host::Domain(name)) => name == "localhost",
        Ok(Host::Ipv4(address)) => address.is_loopback(),
        Ok(Host::Ipv6(address)) => address.is_loopback(),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_sent_to() {
        for good in [
            "https://hooks.clinic.example/audit",
            "https://hooks.clinic.example:8443/a/b",
            "http://127.0.0.1:8080/",
            "http://localhost:1/x",
            "http://[::1]:9/",
            "https://nottwilio.com/",
        ] {
            assert!(hook_address(good).is_ok(), "{good}");
        }
        for bad in [
            "hooks.clinic.example",
            "ftp://hooks.clinic.example/",
            "http://hooks.clinic.example/",
            "http://127.0.0.1.example.com/",
            "https://user@hooks.clinic.example/",
            "https://hooks.clinic.example/\n",
            "https://hooks.cli\tnic.example/",
            "https://api.twilio.com/2010-04-01/Accounts.json",
            "https://API.Twilio.COM./",
            "https://twilio.com/",
            "https://hooks-1234.twil.io/audit",
            "",
        ] {
            let expected = hook_address(bad).expect_err(bad);
            assert!(bad.is_empty() || !expected.contains(bad), "{expected}");
        }
    }
}
