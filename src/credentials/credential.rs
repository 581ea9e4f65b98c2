//! One credential: what it is made of, what kind it is, and as whom it asks.

use super::{Secret, Source};
use crate::model::{AccountSid, Region, is_sid};

/// What one account is read with.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The account it belongs to, and whose resources it returns on product hosts.
    pub account: AccountSid,
    /// The account SID with an Auth Token, the `SK…` of a key, or the client id (`OQ…`) of an OAuth app.
    pub user: String,
    /// The Auth Token, the secret of the key, or the client secret of the app.
    pub secret: Secret,
    /// The sort of place where it was found.
    pub source: Source,
    /// Where it was found, for messages: `credentials.toml:7`.
    pub place: String,
    /// As much as is known of its kind; a key's kind shows only when it is used.
    pub kind: CredentialKind,
    /// The Region that it belongs to.
    pub region: Region,
}

/// The OAuth app of the Organization above the accounts. It reads who may do what, and no account.
#[derive(Debug, Clone)]
pub struct OrganizationApp {
    /// The Organization: `OR…`.
    pub organization: String,
    /// The client id: `OQ…`.
    pub user: String,
    /// The client secret.
    pub secret: Secret,
    /// Where it was found, for messages.
    pub place: String,
}

/// Who asks: what a request is signed with, and among whose requests it counts.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The account or Organization whose limit of requests it uses up.
    pub counted_for: &'a str,
    /// The user name, or the client id of an app.
    pub user: &'a str,
    /// The password, or the client secret.
    pub secret: &'a Secret,
}

impl Caller<'_> {
    /// Whether it is an OAuth app, which sends an access token instead of its secret.
    pub fn is_app(&self) -> bool {
        self.user.starts_with("OQ")
    }
}

impl OrganizationApp {
    /// As the one who asks.
    pub fn caller(&self) -> Caller<'_> {
        Caller { counted_for: &self.organization, user: &self.user, secret: &self.secret }
    }
}

/// The word for an Auth Token that was taken from the parent's account list.
const DERIVED_TOKEN: &str = "derived_token";

/// The kinds that differ in what they may read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CredentialKind {
    /// Everything in its account; of a parent, also the `2010-04-01` API of every subaccount.
    AuthToken,
    /// Everything in its account.
    MainKey,
    /// Everything in its account but accounts and keys.
    StandardKey,
    /// What its policy lists.
    RestrictedKey,
    /// What its policy lists, with tokens that expire.
    OAuthApp,
    /// A key of a kind not known yet.
    ApiKey,
}

impl CredentialKind {
    /// All kinds.
    const ALL: [Self; 6] = [
        Self::AuthToken,
        Self::MainKey,
        Self::StandardKey,
        Self::RestrictedKey,
        Self::OAuthApp,
        Self::ApiKey,
    ];

    /// The kind that is meant by the word for a credential, see [`Credential::word`]; nothing where there was none.
    pub fn from_word(word: &str) -> Option<Self> {
        if word == DERIVED_TOKEN {
            return Some(Self::AuthToken);
        }
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// The word used in `coverage.csv`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthToken => "auth_token",
            Self::MainKey => "main_key",
            Self::StandardKey => "standard_key",
            Self::RestrictedKey => "restricted_key",
            Self::OAuthApp => "oauth_app",
            Self::ApiKey => "api_key",
        }
    }
}

/// The things a credential is made of, in every source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The account it belongs to.
    Account,
    /// The user name of HTTP Basic, or the client id of an app.
    User,
    /// The Auth Token, the key's secret or the client secret.
    Secret,
    /// The Region it belongs to.
    Region,
}

/// Parts that do not make a credential. Repeats neither the secret nor anything that may be one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` {problem}", .part.as_str())]
pub struct InvalidCredential {
    /// The part at fault.
    pub part: Part,
    /// The rest of the sentence that begins with the part's name.
    pub problem: &'static str,
}

impl Part {
    /// The key in a credentials file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::User => "user",
            Self::Secret => "secret",
            Self::Region => "region",
        }
    }
}

impl Credential {
    /// A credential of the right shape; whether Twilio accepts it is not known.
    ///
    /// # Errors
    /// The first part that is not what it should be.
    pub fn new(account: &str, user: &str, secret: Secret, source: Source) -> Result<Self, InvalidCredential> {
        let wrong = |part, problem| InvalidCredential { part, problem };
        let account = AccountSid::try_from(account.to_owned()).map_err(|_| {
            wrong(Part::Account, "must be an account SID: AC followed by 32 hexadecimal digits in lower case")
        })?;
        let kind = match user {
            _ if user == account.as_str() => CredentialKind::AuthToken,
            _ if is_sid(user, "SK") => CredentialKind::ApiKey,
            _ if is_sid(user, "OQ") => CredentialKind::OAuthApp,
            _ if is_sid(user, "AC") => {
                let problem = "is the SID of another account; an Auth Token goes with its own account";
                return Err(wrong(Part::User, problem));
            }
            _ => {
                let problem = "must be an API key SID (SK…, with its secret), the client id of an OAuth app (OQ…, \
                               with its client secret) or the account SID (with the Auth Token)";
                return Err(wrong(Part::User, problem));
            }
        };
        secret.check_shape().map_err(|problem| wrong(Part::Secret, problem))?;
        let place = source.to_string();
        let region = Region::default();
        Ok(Self { account, user: user.to_owned(), secret, source, place, kind, region })
    }

    /// The same credential, of another Region.
    ///
    /// # Errors
    /// When credentials of its kind exist in the United States only.
    pub fn in_region(self, region: Region) -> Result<Self, InvalidCredential> {
        if self.kind == CredentialKind::OAuthApp && region != Region::Us1 {
            return Err(InvalidCredential {
                part: Part::Region,
                problem: "must be us1: OAuth apps exist nowhere else; use a key or the Auth Token of that Region",
            });
        }
        Ok(Self { region, ..self })
    }

    /// The word used in `coverage.csv` for what it is.
    pub const fn word(&self) -> &'static str {
        match self.source {
            Source::Derived => DERIVED_TOKEN,
            Source::File(_)
            | Source::StandardInput
            | Source::Systemd
            | Source::Environment
            | Source::Command
            | Source::Keyring
            | Source::Demo => self.kind.as_str(),
        }
    }

    /// As the one who asks.
    pub fn caller(&self) -> Caller<'_> {
        Caller { counted_for: self.account.as_str(), user: &self.user, secret: &self.secret }
    }
}
