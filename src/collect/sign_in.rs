//! Trying a credential once, and learning what kind it is.
//!
//! The order follows Twilio's documented reach of each kind: an Auth Token or a Main key reads its
//! account resource, a Standard key does not but reads numbers, a Restricted key is told which
//! permission it lacks. Source: <https://www.twilio.com/docs/iam/api-keys>, read 2026-11.

use url::Url;

use super::raw_row::{Place, RawRow};
use super::reduce::{Salt, reduce};
use crate::catalogue::TWILIO_ACCOUNT;
use crate::credentials::{Credential, CredentialKind};
use crate::evidence::Row;
use crate::twilio::{Client, Failure, FailureKind, Request};

/// What a credential turned out to be.
#[derive(Debug)]
pub(super) struct SignedIn {
    pub(super) kind: CredentialKind,
    /// Its account's own resource, where it may read it.
    pub(super) account: Option<Row>,
}

/// A credential that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// There is none.
    #[error("no credential to sign in with")]
    NoCredential,
    /// An account that was asked for by name and is not there.
    #[error("--account names {account}, which these credentials do not show")]
    UnknownAccount {
        /// Which account.
        account: String,
    },
    /// Neither token nor key is accepted.
    #[error(
        "Twilio does not accept the credential {user} for {account}: check the secret, and that the key \
         belongs to this account and to region US1"
    )]
    Refused {
        /// Who tried.
        user: String,
        /// For which account.
        account: String,
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
    /// Twilio could not be asked.
    #[error("Twilio could not be asked about {account}: {reason}")]
    Unreachable {
        /// About which account.
        account: String,
        /// Why.
        reason: String,
    },
}

/// Tries a credential on its own account.
pub(super) async fn sign_in(
    client: &Client,
    credential: &Credential,
    salt: &Salt,
) -> Result<SignedIn, SignInError> {
    let own = format!("/2010-04-01/Accounts/{}.json", credential.account);
    let failure = match ask(client, credential, &own).await {
        Ok(body) => return account_resource(credential, &body, salt),
        Err(failure) => failure,
    };
    let is_key = credential.user.starts_with("SK");
    match (failure.kind, failure.twilio_code) {
        (FailureKind::Denied, Some(70051)) => {
            Ok(SignedIn { kind: CredentialKind::RestrictedKey, account: None })
        }
        (FailureKind::Denied, _) if is_key => standard_key_or_refused(client, credential).await,
        (FailureKind::Denied, _) if failure.http_status == Some(403) => {
            Err(SignInError::TestCredentials { account: credential.account.to_string() })
        }
        _ => Err(refusal(credential, failure)),
    }
}

async fn standard_key_or_refused(client: &Client, credential: &Credential) -> Result<SignedIn, SignInError> {
    let numbers = format!("/2010-04-01/Accounts/{}/IncomingPhoneNumbers.json?PageSize=1", credential.account);
    match ask(client, credential, &numbers).await {
        Ok(_) => Ok(SignedIn { kind: CredentialKind::StandardKey, account: None }),
        Err(failure) if failure.twilio_code == Some(70051) => {
            Ok(SignedIn { kind: CredentialKind::RestrictedKey, account: None })
        }
        Err(failure) => Err(refusal(credential, failure)),
    }
}

fn account_resource(credential: &Credential, body: &[u8], salt: &Salt) -> Result<SignedIn, SignInError> {
    let unusable =
        |reason: String| SignInError::Unreachable { account: credential.account.to_string(), reason };
    let text = std::str::from_utf8(body).map_err(|error| unusable(error.to_string()))?;
    let raw = RawRow::read(text).map_err(|error| unusable(error.to_string()))?;
    let place = Place { account: credential.account.clone(), parent: String::new() };
    let row = reduce(&TWILIO_ACCOUNT, &place, &raw, salt).map_err(|error| unusable(error.to_string()))?;
    // A key that reads the account resource is a Main key, or a Restricted key with that permission.
    let kind =
        if credential.user.starts_with("SK") { CredentialKind::ApiKey } else { CredentialKind::AuthToken };
    Ok(SignedIn { kind, account: Some(row) })
}

async fn ask(client: &Client, credential: &Credential, path: &str) -> Result<Vec<u8>, Failure> {
    let url = Url::parse(&format!("https://api.twilio.com{path}"))
        .map_err(|_| Failure::broken("its address cannot be built"))?;
    client.get(Request { url: &url, credential }).await
}

fn refusal(credential: &Credential, failure: Failure) -> SignInError {
    let account = credential.account.to_string();
    match failure.kind {
        FailureKind::TestCredentials => SignInError::TestCredentials { account },
        FailureKind::ClientValidation => SignInError::ClientValidation { account },
        FailureKind::InactiveAccount => SignInError::Inactive { account },
        FailureKind::Denied | FailureKind::NotFound => {
            SignInError::Refused { user: credential.user.clone(), account }
        }
        FailureKind::NoSuchHost | FailureKind::Retired | FailureKind::Broken => {
            SignInError::Unreachable { account, reason: failure.reason }
        }
    }
}
