//! Credentials in environment variables, named as Twilio's own tools name them.

use super::{Credential, CredentialError, Part, Secret, Source};
use crate::model::Region;

/// Where variables are looked up; any function from a name to a value will do.
pub trait Environment {
    /// The value of the variable; an empty one counts as not set.
    fn var(&self, name: &str) -> Option<String>;
}

/// The variables of this process. One that is not UTF-8 counts as not set.
#[derive(Debug, Clone, Copy)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    fn var(&self, name: &str) -> Option<String> {
        std::env::var(name).ok().filter(|value| !value.is_empty())
    }
}

impl<F: Fn(&str) -> Option<String>> Environment for F {
    fn var(&self, name: &str) -> Option<String> {
        self(name).filter(|value| !value.is_empty())
    }
}

/// The credential that the variables make up; `None` where none of them is set. A half-set
/// environment is an error: falling through to another source would audit a different account.
pub(super) fn read(environment: &dyn Environment) -> Result<Option<Credential>, CredentialError> {
    let secret = |name: &str| environment.var(name).map(Secret::new);
    let (account, key) = (environment.var("TWILIO_ACCOUNT_SID"), environment.var("TWILIO_API_KEY"));
    let (key_secret, token) = (secret("TWILIO_API_SECRET"), secret("TWILIO_AUTH_TOKEN"));
    let wrong = |problem: &str| Err(CredentialError::Environment(problem.to_owned()));

    let (account, user, secret) = match (account, key, key_secret, token) {
        (None, None, None, None) => return Ok(None),
        (_, Some(_), None, _) => return wrong("TWILIO_API_KEY is set, TWILIO_API_SECRET is missing"),
        (_, None, Some(_), _) => return wrong("TWILIO_API_SECRET is set, TWILIO_API_KEY is missing"),
        (None, ..) => return wrong("a Twilio credential is set, TWILIO_ACCOUNT_SID is missing"),
        (Some(account), Some(key), Some(secret), _) => (account, key, secret),
        (Some(account), None, None, Some(token)) => (account.clone(), account, token),
        (Some(_), None, None, None) => {
            return wrong(
                "TWILIO_ACCOUNT_SID is set, the secret is missing: set TWILIO_API_KEY with TWILIO_API_SECRET, or TWILIO_AUTH_TOKEN",
            );
        }
    };
    let region = match environment.var("TWILIO_REGION") {
        None => Region::default(),
        Some(word) => match Region::from_word(&word) {
            Some(region) => region,
            None => return wrong("TWILIO_REGION must be us1, ie1, au1 or jp1"),
        },
    };
    let credential = Credential::new(&account, &user, secret, Source::Environment);
    credential.and_then(|credential| credential.in_region(region)).map(Some).map_err(|wrong| {
        let variable = match wrong.part {
            Part::Account => "TWILIO_ACCOUNT_SID",
            Part::Region => "TWILIO_REGION",
            Part::User => "TWILIO_API_KEY",
            Part::Secret if user == account => "TWILIO_AUTH_TOKEN",
            Part::Secret => "TWILIO_API_SECRET",
        };
        CredentialError::Environment(format!("{variable} {}", wrong.problem))
    })
}
