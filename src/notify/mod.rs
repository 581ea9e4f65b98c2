//! Telling people what a scan changed: by a signed webhook, by Slack, by mail.
//!
//! What is told is [`News`], which holds counts and verdicts alone. Nothing here reads a scan, knows where secrets come
//! from, or decides how the program ends: a message that does not arrive costs nothing but a warning.

mod http;
mod mail;
mod message;
mod pace;
mod payload;

use futures_util::future::join_all;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::credentials::Secret;
use crate::intent::{Notify, Occasion, Way};
use crate::model::News;

pub use message::Message;
pub use pace::Pace;

/// What there is to say.
#[derive(Debug, Clone, Copy)]
pub enum Word<'a> {
    /// What became of a scan.
    Of(&'a News),
    /// Nothing, but somebody wants to see whether it arrives.
    Test(Timestamp),
}

/// A target, and the secret that it takes, or why that cannot be had.
#[derive(Debug)]
pub struct Addressee<'a> {
    /// The target.
    pub target: &'a Notify,
    /// The secret, where it takes one.
    pub secret: Result<Option<Secret>, String>,
}

/// What became of telling one target: that it has the message, or why not. Holds no secret and no text of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The name of the target.
    pub target: String,
    /// How it is told.
    pub kind: &'static str,
    /// In words, what was answered, or what went wrong and what to do.
    pub said: Result<String, String>,
}

/// Whether a target wants to be told this.
pub fn is_wanted(target: &Notify, word: Word<'_>) -> bool {
    let Word::Of(news) = word else { return true };
    target.on.iter().any(|occasion| match occasion {
        Occasion::Change => news.is_change(),
        Occasion::Failure => news.is_failure(),
        Occasion::Always => true,
    })
}

/// Tells all of them at the same time, and waits for none longer than `pace` allows.
pub async fn tell(addressees: &[Addressee<'_>], word: Word<'_>, pace: &Pace) -> Vec<Answer> {
    let message = Message::of(word);
    join_all(addressees.iter().map(|addressee| tell_one(addressee, word, &message, pace))).await
}

async fn tell_one(
    Addressee { target, secret }: &Addressee<'_>,
    word: Word<'_>,
    message: &Message,
    pace: &Pace,
) -> Answer {
    let send = async {
        let secret = secret.as_ref().map_err(Clone::clone)?.as_ref();
        let identity = identity(word, &target.name);
        match (target.way().ok_or("it is not declared in full")?, secret) {
            (Way::Webhook { url, .. }, Some(key)) => {
                let body = payload::webhook(word, message, &target.name, &identity);
                http::post_signed(url, &body, key, &identity, pace).await
            }
            (Way::Slack { .. }, Some(address)) => {
                http::post(address, &payload::slack(message), &identity, pace).await
            }
            (Way::Email(way), password) => mail::send(&way, password, word, message, &identity, pace).await,
            (_, None) => Err("its secret is missing".to_owned()),
        }
    };
    let late = || Err(format!("no answer within {} seconds", pace.altogether.as_secs()));
    let said = tokio::time::timeout(pace.altogether, send).await.unwrap_or_else(|_| late());
    Answer { target: target.name.clone(), kind: target.kind.as_str(), said }
}

/// What tells this message from every other: the same for the same news and target, so that whoever gets it twice can
/// notice. Scans of two trees may start in the same second, so the news are in it too.
fn identity(word: Word<'_>, target: &str) -> String {
    let (name, content) = match word {
        Word::Of(news) => {
            let content = serde_json::to_string(news).unwrap_or_default();
            (news.scan_id.clone().unwrap_or_else(|| "no-scan".to_owned()), content)
        }
        Word::Test(at) => ("test".to_owned(), at.to_string()),
    };
    let digest = format!("{:x}", Sha256::digest(content));
    format!("{name}.{}.{target}", digest.get(..16).unwrap_or_default())
}

/// The moment a message is about.
const fn moment(word: Word<'_>) -> Timestamp {
    match word {
        Word::Of(news) => news.at,
        Word::Test(at) => at,
    }
}
