//! Access tokens of OAuth apps: asked for once, shared by all requests, renewed before they expire. An app that was
//! refused one is not asked for again.
//!
//! Knows how long a token lives and nothing of how it is asked for.
//! Source: <https://www.twilio.com/docs/iam/oauth-apps/oauth-access-token>, read 2026-11.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Deserialize;
use tokio::time::Instant;

use super::failure::{Failure, FailureKind};
use crate::credentials::Secret;

/// A token is renewed so long before it expires: a request that waits its turn must not outlive it.
const MARGIN: Duration = Duration::from_secs(60);

/// A token that may be sent.
#[derive(Debug, Clone)]
pub(super) struct Token {
    pub(super) bearer: Secret,
    /// When the next one is to be asked for.
    renew_at: Instant,
}

/// The longest life that Twilio grants, in seconds: 30 days. An answer must not choose a longer one.
const LONGEST_LIFE: u64 = 30 * 86_400;

/// A longer token is refused: it would be sent with every request.
const LONGEST: usize = 8 << 10;

#[derive(Deserialize)]
struct Granted {
    access_token: Secret,
    expires_in: u64,
}

impl Token {
    /// Understands the answer to a token request that was answered at `now`.
    pub(super) fn understand(body: &[u8], now: Instant) -> Result<Self, Failure> {
        // The parser's own error may repeat the token.
        let unusable = || Failure::broken("the answer to the token request cannot be understood");
        let granted: Granted = serde_json::from_slice(body).map_err(|_| unusable())?;
        let is_token = (1..=LONGEST).contains(&granted.access_token.reveal().len())
            && granted.access_token.reveal().bytes().all(|byte| byte.is_ascii_graphic());
        if !is_token {
            return Err(unusable());
        }
        let life = Duration::from_secs(granted.expires_in.min(LONGEST_LIFE));
        // Of a very short life half is used, so that there is no token that nobody may send.
        let used = life.saturating_sub(MARGIN).max(life / 2);
        Ok(Self { bearer: granted.access_token, renew_at: now + used })
    }

    fn may_be_sent(&self, refused: Option<&Self>) -> bool {
        let is_refused = refused.is_some_and(|other| other.bearer.reveal() == self.bearer.reveal());
        Instant::now() < self.renew_at && !is_refused
    }
}

/// What is known of an app: nothing yet, its token, or that it gets none.
type Known = Option<Result<Token, Failure>>;

/// One app's place for its token. Whoever finds nothing good in it asks while the others wait.
#[derive(Debug, Default)]
struct Place {
    known: Mutex<Known>,
    /// Held by the one who asks. Apart from what is known, so that looking at that never waits.
    asking: tokio::sync::Mutex<()>,
}

/// The tokens of a run, by client id.
#[derive(Debug, Default)]
pub(super) struct Tokens(Mutex<HashMap<String, Arc<Place>>>);

impl Place {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token that may be sent, or that there will be none.
    fn settled(&self, refused: Option<&Token>) -> Known {
        match &*self.known() {
            Some(Ok(token)) if !token.may_be_sent(refused) => None,
            known => known.clone(),
        }
    }
}

impl Tokens {
    /// The app's token if it may be sent at this moment. Waits for nobody.
    pub(super) fn held(&self, app: &str, refused: Option<&Token>) -> Option<Token> {
        self.place(app).settled(refused)?.ok()
    }

    fn place(&self, app: &str) -> Arc<Place> {
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(places.entry(app.to_owned()).or_default())
    }

    /// The app's token, asked for with `ask` where there is none that may be sent. A token equal to `refused` was
    /// turned down by Twilio, so another is asked for.
    pub(super) async fn of<F>(
        &self,
        app: &str,
        refused: Option<&Token>,
        ask: impl FnOnce() -> F,
    ) -> Result<Token, Failure>
    where
        F: Future<Output = Result<Token, Failure>>,
    {
        let place = self.place(app);
        if let Some(settled) = place.settled(refused) {
            return settled;
        }
        let _asking = place.asking.lock().await;
        // Somebody else may have asked in the meantime.
        if let Some(settled) = place.settled(refused) {
            return settled;
        }
        let asked = ask().await;
        // Without an answer the next one may ask again.
        let is_final = asked.as_ref().map_or_else(|failure| failure.kind == FailureKind::NoToken, |_| true);
        *place.known() = is_final.then(|| asked.clone());
        asked
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn token(name: &str, seconds: u64) -> Token {
        let body = format!(r#"{{"access_token":"{name}","token_type":"Bearer","expires_in":{seconds}}}"#);
        Token::understand(body.as_bytes(), Instant::now()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_asked_for_once_and_renewed_before_it_expires() {
        let tokens = Tokens::default();
        let asked = AtomicU32::new(0);
        let get = async || {
            let ask =
                || async { Ok(token(&format!("token-{}", asked.fetch_add(1, Ordering::Relaxed)), 3600)) };
            tokens.of("OQ1", None, ask).await.unwrap().bearer.reveal().to_owned()
        };
        assert_eq!((get().await, get().await), ("token-0".into(), "token-0".into()));
        tokio::time::advance(Duration::from_secs(3539)).await;
        assert_eq!(get().await, "token-0");
        tokio::time::advance(Duration::from_secs(2)).await;
        assert_eq!(get().await, "token-1");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_token_is_replaced_once_for_everybody() {
        let tokens = Tokens::default();
        let old = tokens.of("OQ1", None, || async { Ok(token("old", 60)) }).await.unwrap();
        let new = tokens.of("OQ1", Some(&old), || async { Ok(token("new", 60)) }).await.unwrap();
        assert_eq!(new.bearer.reveal(), "new");
        let same = tokens.of("OQ1", Some(&old), || async { Ok(token("newer", 60)) }).await.unwrap();
        assert_eq!(same.bearer.reveal(), "new", "somebody else renewed it already");
    }

    #[tokio::test]
    async fn an_app_that_was_refused_a_token_is_not_asked_for_again() {
        let tokens = Tokens::default();
        let refused = || Failure { kind: FailureKind::NoToken, ..Failure::broken("refused") };
        for (ends, then) in
            [(Failure::broken("no answer"), "a-token"), (refused(), "refused"), (refused(), "refused")]
        {
            let app = if ends.kind == FailureKind::NoToken { "OQ1" } else { "OQ2" };
            let first = tokens.of(app, None, || async { Err(ends) }).await;
            assert!(first.is_err());
            let second = tokens.of(app, None, || async { Ok(token("a-token", 60)) }).await;
            let said = second.map_or_else(|failure| failure.reason, |token| token.bearer.reveal().to_owned());
            assert_eq!(said, then);
        }
    }

    #[test]
    fn what_is_no_token_is_not_repeated() {
        let long = "x".repeat(LONGEST + 1);
        for odd in [r#""hunter2-secret""#, "\"\",\"expires_in\":60", r#""hunter2\r\nX: y","expires_in":60"#]
            .map(str::to_owned)
            .into_iter()
            .chain([format!("\"{long}\",\"expires_in\":60")])
        {
            let body = format!("{{\"access_token\":{odd}}}");
            let error = Token::understand(body.as_bytes(), Instant::now()).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
