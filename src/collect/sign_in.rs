//! Trying a credential once, and learning what kind it is.
//!
//! The order follows Twilio's documented reach of each kind: an Auth Token or a Main key reads its
//! account resource, a Standard key does not but reads numbers, a Restricted key or an OAuth app is told
//! which permission it lacks. Source: <https://www.twilio.com/docs/iam/api-keys>, read 2026-11.

use futures_util::stream::{FuturesOrdered, StreamExt as _};
use jiff::Timestamp;
use url::Url;

use super::raw_row::{Place, RawRow};
use super::reduce::reduce;
use super::reduction::Reduction;
use crate::catalogue::{Host, TWILIO_ACCOUNT};
use crate::credentials::{Credential, CredentialKind};
use crate::evidence::Row;
use crate::model::Region;
use crate::twilio::{Client, Failure, FailureKind, Reply, Request};

/// What a credential turned out to be.
#[derive(Debug)]
pub struct SignedIn {
    /// Its kind, as far as it shows.
    pub kind: CredentialKind,
    /// Twilio's clock at that moment, where the answer told it.
    pub date: Option<Timestamp>,
    /// This machine's clock at that moment.
    pub received_at: Option<Timestamp>,
    /// Where its account is at home, where the answer told it.
    pub home_region: Option<Region>,
    /// The permissions of its policy, where it may read its own.
    pub policy: Option<Vec<String>>,
    /// Its account's own resource, where it may read it.
    pub(super) account: Option<Row>,
}

/// Why nobody could sign in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is no credential.
    #[error("no credential to sign in with")]
    NoCredential,
    /// An account that was asked for by name and is not there.
    #[error("--account names {account}, which these credentials do not show")]
    UnknownAccount {
        /// Which account.
        account: String,
    },
    /// No credential can be used: one line for each.
    #[error("{}{}", lines(.0), what_to_check(.0))]
    Unusable(Vec<Unusable>),
}

/// What to look at where nobody answers: once, for there may be many credentials.
fn what_to_check(refusals: &[Unusable]) -> &'static str {
    if refusals.iter().any(|refusal| matches!(refusal.why, Why::NobodyThere { .. })) {
        "\nCheck whether this machine can reach that host: the network and its name server, the firewall, and the proxy \
         that HTTPS_PROXY names, if it names one"
    } else {
        ""
    }
}

pub(super) fn lines(refusals: &[Unusable]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// A credential that cannot be used: where it was found, and why.
#[derive(Debug, thiserror::Error)]
#[error("{place}: {why}")]
pub struct Unusable {
    /// Where it was found: `credentials.toml:7`.
    pub place: String,
    /// Why.
    pub why: Why,
}

impl Unusable {
    fn of(credential: &Credential, why: Why) -> Self {
        Self { place: credential.place.clone(), why }
    }
}

impl Why {
    /// Whether Twilio answered, and does not take the credential.
    pub(super) const fn is_of_credential(&self) -> bool {
        match self {
            Self::NotAccepted { .. }
            | Self::TestCredentials { .. }
            | Self::ClientValidation { .. }
            | Self::Inactive { .. } => true,
            Self::NobodyThere { .. } | Self::Unreachable { .. } => false,
        }
    }
}

/// Why a credential cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Why {
    /// Neither token nor key is accepted.
    #[error(
        "Twilio does not accept the credential {user} for {account}: check the secret, and that the {sort} \
         belongs to this account and to Region {region}"
    )]
    NotAccepted {
        /// Who tried.
        user: String,
        /// For which account.
        account: String,
        /// `key`, `token` or `app`.
        sort: &'static str,
        /// In which Region.
        region: Region,
    },
    /// Test credentials.
    #[error(
        "{account} with this token is a pair of test credentials, which can read nothing to audit: use the \
         live Auth Token or an API key"
    )]
    TestCredentials {
        /// For which account.
        account: String,
    },
    /// Public key client validation.
    #[error(
        "{account} enforces public key client validation (error 70052), so no plain request is answered: a \
         good control, and this tool cannot audit the account while it is on"
    )]
    ClientValidation {
        /// For which account.
        account: String,
    },
    /// The account is suspended or closed.
    #[error("{account} is suspended or closed: Twilio answers no request with its credential")]
    Inactive {
        /// Which account.
        account: String,
    },
    /// Nobody answered.
    #[error("Twilio could not be asked about {account}: {reason}")]
    NobodyThere {
        /// About which account.
        account: String,
        /// Why, with the host.
        reason: String,
    },
    /// Twilio could not be asked, or not be understood.
    #[error("Twilio could not be asked about {account}: {reason}")]
    Unreachable {
        /// About which account.
        account: String,
        /// Why.
        reason: String,
    },
}

/// Tries credentials on their own accounts, side by side. The answers are in the order of the credentials.
pub(super) async fn sign_in_each<'a>(
    client: &Client,
    credentials: Vec<&'a Credential>,
    reduction: &Reduction,
) -> Vec<(&'a Credential, Result<SignedIn, Unusable>)> {
    let mut waiting = credentials.iter();
    let mut under_way = FuturesOrdered::new();
    let mut answers = Vec::with_capacity(credentials.len());
    loop {
        let room = client.limits().overall.saturating_sub(under_way.len()).max(1);
        under_way
            .extend(waiting.by_ref().take(room).map(|credential| sign_in(client, credential, reduction)));
        match under_way.next().await {
            Some(answer) => answers.push(answer),
            None => return credentials.into_iter().zip(answers).collect(),
        }
    }
}

/// What an answer tells besides its body.
#[derive(Debug, Clone, Copy)]
pub(super) struct Heading {
    date: Option<Timestamp>,
    received_at: Timestamp,
    home_region: Option<Region>,
}

impl Heading {
    pub(super) const fn of(reply: &Reply) -> Self {
        let Reply { date, received_at, home_region, body: _ } = reply;
        Self { date: *date, received_at: *received_at, home_region: *home_region }
    }
}

/// Tries a credential on its own account.
pub async fn sign_in(
    client: &Client,
    credential: &Credential,
    reduction: &Reduction,
) -> Result<SignedIn, Unusable> {
    let own = format!("/2010-04-01/Accounts/{}.json", credential.account);
    match ask(client, credential, Host::Api, &own).await {
        Ok(reply) => {
            let heading = Heading::of(&reply);
            let row = account_resource(credential, &reply.body, reduction)
                .map_err(|why| Unusable::of(credential, why))?;
            // Not held on to while something else is asked.
            drop(reply);
            Ok(with_account(client, credential, row, Some(heading)).await)
        }
        Err(failure) => without_account(client, credential, failure).await,
    }
}

/// What a credential is that was shown its own account.
pub(super) async fn with_account(
    client: &Client,
    credential: &Credential,
    account: Row,
    heading: Option<Heading>,
) -> SignedIn {
    let (kind, policy) = kind_with_account(client, credential).await;
    SignedIn { policy, account: Some(account), ..SignedIn::of(kind, heading) }
}

impl SignedIn {
    fn of(kind: CredentialKind, heading: Option<Heading>) -> Self {
        Self {
            kind,
            date: heading.and_then(|heading| heading.date),
            received_at: heading.map(|heading| heading.received_at),
            home_region: heading.and_then(|heading| heading.home_region),
            policy: None,
            account: None,
        }
    }
}

/// What may read its account: a token, a Main key, or a key or an app with that very permission. A key's policy
/// tells which.
async fn kind_with_account(
    client: &Client,
    credential: &Credential,
) -> (CredentialKind, Option<Vec<String>>) {
    match credential.kind {
        CredentialKind::AuthToken | CredentialKind::OAuthApp => (credential.kind, None),
        CredentialKind::MainKey
        | CredentialKind::StandardKey
        | CredentialKind::RestrictedKey
        | CredentialKind::ApiKey => match policy(client, credential).await {
            Ok(Some(policy)) => (CredentialKind::RestrictedKey, Some(policy)),
            Ok(None) => (CredentialKind::MainKey, None),
            Err(failure) if failure.is_of_policy() => (CredentialKind::RestrictedKey, None),
            Err(_) => (CredentialKind::ApiKey, None),
        },
    }
}

/// What a refusal tells of a credential that may not read its account.
pub(super) async fn without_account(
    client: &Client,
    credential: &Credential,
    failure: Failure,
) -> Result<SignedIn, Unusable> {
    let narrow = if credential.kind == CredentialKind::OAuthApp {
        CredentialKind::OAuthApp
    } else {
        CredentialKind::RestrictedKey
    };
    let is_key = credential.user.starts_with("SK");
    let answer = match failure.kind {
        FailureKind::Denied if failure.is_of_policy() => Ok(SignedIn::of(narrow, None)),
        FailureKind::Denied if is_key => {
            let numbers =
                format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json?PageSize=1", credential.account);
            match ask(client, credential, Host::Api, &numbers).await {
                Ok(reply) => Ok(SignedIn::of(CredentialKind::StandardKey, Some(Heading::of(&reply)))),
                Err(failure) if failure.is_of_policy() => Ok(SignedIn::of(narrow, None)),
                Err(failure) => Err(refusal(credential, failure)),
            }
        }
        FailureKind::Denied if failure.http_status == Some(403) => {
            Err(Why::TestCredentials { account: credential.account.to_string() })
        }
        _ => Err(refusal(credential, failure)),
    };
    answer.map_err(|why| Unusable::of(credential, why))
}

/// The permissions of a key's own policy; nothing where it has none, and so is no Restricted key.
pub(super) async fn policy(client: &Client, credential: &Credential) -> Result<Option<Vec<String>>, Failure> {
    let path = format!("/v1/Keys/{}", credential.user);
    let reply = ask(client, credential, Host::Iam, &path).await?;
    let unusable = |_| Failure::broken("the key's policy cannot be read");
    let text = std::str::from_utf8(&reply.body).map_err(|_| Failure::broken("the answer is no text"))?;
    let raw = RawRow::read(text).map_err(unusable)?;
    if raw.lacks("policy.allow") {
        return Err(Failure::broken("the answer does not say what the policy allows"));
    }
    let allow = raw.at("policy.allow").map_err(unusable)?;
    allow
        .map(|allow| serde_json::from_str(allow).map_err(|_| Failure::broken("the policy cannot be read")))
        .transpose()
}

fn account_resource(credential: &Credential, body: &[u8], reduction: &Reduction) -> Result<Row, Why> {
    let unusable = |reason: String| Why::Unreachable { account: credential.account.to_string(), reason };
    let text = std::str::from_utf8(body).map_err(|error| unusable(error.to_string()))?;
    let raw = RawRow::read(text).map_err(|error| unusable(error.to_string()))?;
    let place = Place { account: credential.account.clone(), parent: String::new() };
    reduce(&TWILIO_ACCOUNT, &place, &raw, reduction).map_err(|error| unusable(error.to_string()))
}

async fn ask(client: &Client, credential: &Credential, host: Host, path: &str) -> Result<Reply, Failure> {
    let url = Url::parse(&format!("https://{}{path}", host.name(credential.region)))
        .map_err(|_| Failure::broken("its address cannot be built"))?;
    client.get(Request { url: &url, caller: credential.caller() }).await
}

fn refusal(credential: &Credential, failure: Failure) -> Why {
    let account = credential.account.to_string();
    match failure.kind {
        FailureKind::TestCredentials => Why::TestCredentials { account },
        FailureKind::ClientValidation => Why::ClientValidation { account },
        FailureKind::InactiveAccount => Why::Inactive { account },
        FailureKind::Denied | FailureKind::NoToken | FailureKind::NotFound => Why::NotAccepted {
            user: credential.user.clone(),
            account,
            sort: match credential.kind {
                CredentialKind::AuthToken => "token",
                CredentialKind::OAuthApp => "app",
                CredentialKind::MainKey
                | CredentialKind::StandardKey
                | CredentialKind::RestrictedKey
                | CredentialKind::ApiKey => "key",
            },
            region: credential.region,
        },
        FailureKind::NoSuchHost | FailureKind::Unreachable => {
            Why::NobodyThere { account, reason: failure.reason }
        }
        FailureKind::Retired | FailureKind::Halted | FailureKind::Broken => {
            Why::Unreachable { account, reason: failure.reason }
        }
    }
}
