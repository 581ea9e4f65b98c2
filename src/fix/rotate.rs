//! Replacing an API key: a new Restricted key with declared permissions, whose secret is handed over once. The old one
//! stays until somebody retires it.
//!
//! It knows neither keyrings nor files: whoever calls it hands the secret over.

use serde::{Deserialize, Serialize};
use url::Url;
use zeroize::Zeroizing;

use super::change::{Hands, in_words, no_credential};
use super::command_lines::command_lines;
use super::journal::{Event, Journal, JournalError};
use super::look::{BETWEEN_LOOKS, LOOKS, who};
use super::writer::Sent;
use crate::credentials::{Caller, Secret};
use crate::model::{AccountSid, Method, WriteCall, is_sid};
use crate::twilio::{Failure, FailureKind, Request};

/// Where Restricted keys are made. The 2010 API makes a key of every power instead, and says nothing.
/// Source: <https://www.twilio.com/docs/iam/api-keys/key-resource-v1>, read 2026-11.
const KEYS: &str = "https://iam.twilio.com/v1/Keys";

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// The account of both keys.
    pub account: AccountSid,
    /// The key that is to be replaced.
    pub old: String,
    /// What the new key may do, as Twilio writes it.
    pub permissions: Vec<String>,
    /// The name of the new key; that of the old one where there is none.
    pub name: Option<String>,
}

/// A key that was made.
#[derive(Debug)]
pub struct NewKey {
    /// Its SID.
    pub sid: String,
    /// Its secret, which nobody tells again.
    pub secret: Secret,
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub enum Rotated {
    /// The new key is where it belongs.
    Handed {
        /// The SID of the new key.
        new: String,
    },
    /// There is no new key.
    NotMade(String),
    /// There may be one, or there is one that nobody should use.
    Left {
        /// What happened.
        why: String,
        /// The line that deletes it, where its SID is known.
        delete: Option<String>,
    },
}

/// The policy of a key.
#[derive(Debug, Serialize, Deserialize)]
struct Policy {
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Made {
    sid: String,
    secret: Secret,
}

#[derive(Deserialize)]
struct Shown {
    #[serde(default)]
    friendly_name: Option<String>,
    #[serde(default)]
    policy: Option<Policy>,
}

/// Makes the new key, reads it again, and has its secret handed over. Where that fails the new key is deleted again.
///
/// # Errors
///
/// When the journal cannot be written: then nothing more is sent. A key that was made by then stays, and the journal's
/// last line says which.
pub async fn rotate(
    hands: &Hands<'_>,
    journal: &mut Journal,
    rotation: &Rotation,
    hand_over: &mut dyn FnMut(&NewKey) -> Result<(), String>,
) -> Result<Rotated, JournalError> {
    let Some(credential) = who(hands.credentials, &rotation.account, KEYS) else {
        return Ok(Rotated::NotMade(no_credential(&rotation.account)));
    };
    Turn { hands, caller: credential.caller(), rotation }.make(journal, hand_over).await
}

/// One rotation under way.
struct Turn<'t> {
    hands: &'t Hands<'t>,
    caller: Caller<'t>,
    rotation: &'t Rotation,
}

impl Turn<'_> {
    async fn make(
        &self,
        journal: &mut Journal,
        hand_over: &mut dyn FnMut(&NewKey) -> Result<(), String>,
    ) -> Result<Rotated, JournalError> {
        let name = match self.show(&self.rotation.old).await {
            Ok(old) => self.rotation.name.clone().or(old.friendly_name).unwrap_or_default(),
            Err(failure) => {
                return Ok(not_made("the key that is to be replaced could not be read", &failure));
            }
        };
        journal.write(self.event("about_to_make", ""))?;
        let new = match self.hands.writer.send(&self.call(&name), self.caller).await {
            Sent::Refused(failure) => return Ok(not_made("Twilio refused to make the key", &failure)),
            Sent::Unknown(failure) => return Ok(self.unknown(&in_words(&failure))),
            Sent::Accepted { body, .. } => match made(&body) {
                Some(new) => new,
                None => return Ok(self.unknown("Twilio's answer cannot be read")),
            },
        };
        journal.write(self.event("made", &new.sid))?;
        if let Err(why) = self.has_policy(&new.sid).await {
            return Ok(self.left(&new.sid, format!("{}: {why}. Its secret was given to nobody", new.sid)));
        }
        match hand_over(&new) {
            Ok(()) => {
                journal.write(self.event("handed_over", &new.sid))?;
                journal.write(Event::Closed { left: 0 })?;
                Ok(Rotated::Handed { new: new.sid })
            }
            Err(why) => self.remove(journal, &new.sid, &why).await,
        }
    }

    /// Deletes the new key again.
    async fn remove(&self, journal: &mut Journal, new: &str, why: &str) -> Result<Rotated, JournalError> {
        journal.write(self.event("about_to_remove", new))?;
        match self.hands.writer.send(&self.deletion(new), self.caller).await {
            Sent::Accepted { .. } => {
                journal.write(self.event("removed", new))?;
                journal.write(Event::Closed { left: 0 })?;
                Ok(Rotated::NotMade(format!(
                    "the secret could not be handed over: {why}. The new key {new} was deleted again"
                )))
            }
            Sent::Refused(failure) | Sent::Unknown(failure) => {
                let deletion = in_words(&failure);
                let why = format!(
                    "the secret could not be handed over: {why}. {new} could not be deleted again: {deletion}"
                );
                Ok(self.left(new, why))
            }
        }
    }

    /// Whether the new key may do what was asked for and nothing else.
    async fn has_policy(&self, new: &str) -> Result<(), String> {
        let mut left = LOOKS;
        let shown = loop {
            left -= 1;
            match self.show(new).await {
                Err(failure) if failure.kind == FailureKind::NotFound && left > 0 => {
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                }
                other => break other,
            }
        };
        let shown = shown.map_err(|failure| format!("it could not be read again: {}", in_words(&failure)))?;
        let Some(policy) = shown.policy else {
            return Err("it has no policy, so it may do far more than was asked for".to_owned());
        };
        let sorted = |list: &[String]| {
            let mut list = list.to_vec();
            list.sort();
            list.dedup();
            list
        };
        if sorted(&policy.allow) == sorted(&self.rotation.permissions) {
            return Ok(());
        }
        Err("its policy is not the one that was asked for".to_owned())
    }

    async fn show(&self, key: &str) -> Result<Shown, Failure> {
        let broken = || Failure::broken("the answer cannot be read");
        let url = Url::parse(&format!("{KEYS}/{key}")).map_err(|_| broken())?;
        let reply = self.hands.client.get(Request { url: &url, caller: self.caller }).await?;
        serde_json::from_slice(&reply.body).map_err(|_| broken())
    }

    fn call(&self, name: &str) -> WriteCall {
        let policy = serde_json::json!({ "allow": self.rotation.permissions }).to_string();
        let form = [
            ("AccountSid", self.rotation.account.as_str()),
            ("FriendlyName", name),
            ("KeyType", "restricted"),
            ("Policy", &policy),
        ];
        let form = form.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        WriteCall { method: Method::Post, url: KEYS.to_owned(), form }
    }

    fn deletion(&self, key: &str) -> WriteCall {
        let url =
            format!("https://api.twilio.com/2010-04-01/Accounts/{}/Keys/{key}.json", self.rotation.account);
        WriteCall { method: Method::Delete, url, form: Vec::new() }
    }

    fn left(&self, new: &str, why: String) -> Rotated {
        let lines = command_lines(&self.deletion(new), self.rotation.account.as_str());
        Rotated::Left { why, delete: Some(lines.curl) }
    }

    /// What the old key is called stands here nowhere: it was read just now, and nobody looked whether it may be kept.
    fn unknown(&self, why: &str) -> Rotated {
        let named = match &self.rotation.name {
            Some(name) => format!("named {name:?}"),
            None => "with the name of the old one".to_owned(),
        };
        let why = format!(
            "nobody knows whether a key was made: {why}. Look in the Console for a new key {named} and delete it"
        );
        Rotated::Left { why, delete: None }
    }

    fn event(&self, what: &str, new: &str) -> Event {
        Event::Key { what: what.to_owned(), old: self.rotation.old.clone(), new: new.to_owned() }
    }
}

/// The key in Twilio's answer.
fn made(body: &Zeroizing<Vec<u8>>) -> Option<NewKey> {
    let Made { sid, secret } = serde_json::from_slice(body).ok()?;
    (is_sid(&sid, "SK") && !secret.reveal().is_empty()).then_some(NewKey { sid, secret })
}

fn not_made(what: &str, failure: &Failure) -> Rotated {
    Rotated::NotMade(format!("{what}: {}", in_words(failure)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_without_a_sid_or_a_secret_is_none() {
        let sid = "SK00000000000000000000000000000001";
        let of = |text: String| made(&Zeroizing::new(text.into_bytes()));
        let key = of(format!(r#"{{"sid": "{sid}", "secret": "canary"}}"#)).unwrap();
        assert_eq!((key.sid.as_str(), key.secret.reveal()), (sid, "canary"));
        assert!(!format!("{key:?}").contains("canary"));
        assert!(of(format!(r#"{{"sid": "{sid}", "secret": ""}}"#)).is_none());
        assert!(of(format!(r#"{{"sid": "{sid}"}}"#)).is_none());
        assert!(of(r#"{"sid": "SK1/../x", "secret": "canary"}"#.to_owned()).is_none());
    }
}
