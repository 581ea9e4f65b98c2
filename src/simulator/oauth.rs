//! OAuth apps and their access tokens: issued for client credentials, remembered, expired.
//!
//! Knows no account beyond its SID. <https://www.twilio.com/docs/iam/oauth-apps/oauth-access-token>

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::Refusal;
use super::estate::{digest, sid};
use super::query;

/// An OAuth app as an estate has it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    pub(super) sid: String,
    pub(super) secret: String,
    /// How many seconds a token is good for.
    #[serde(default = "an_hour")]
    ttl: u64,
    /// How many tokens it gets before it is refused; no end where absent.
    revoked_after: Option<usize>,
    /// The permissions of its policy. Absent: none for an account's app, all for the Organization's.
    allow: Option<Vec<String>>,
}

const fn an_hour() -> u64 {
    3600
}

/// An OAuth app.
pub(super) struct App {
    /// The client id.
    pub(super) sid: String,
    /// The SID of the account or of the Organization.
    pub(super) of: String,
    secret: String,
    ttl: u64,
    revoked_after: Option<usize>,
    pub(super) allow: Vec<String>,
}

impl App {
    pub(super) fn of_account(account: &str, written: &Written) -> Self {
        Self::new(account, written, &[])
    }

    pub(super) fn of_organization(organization: &str, written: &Written) -> Self {
        Self::new(organization, written, &["*"])
    }

    fn new(of: &str, written: &Written, default: &[&str]) -> Self {
        let allow = written.allow.clone();
        Self {
            sid: sid(&written.sid),
            of: of.to_owned(),
            secret: written.secret.clone(),
            ttl: written.ttl,
            revoked_after: written.revoked_after,
            allow: allow.unwrap_or_else(|| default.iter().map(|&permission| permission.into()).collect()),
        }
    }
}

/// Every app, and every token that was issued.
pub(super) struct Apps {
    apps: HashMap<String, App>,
    tokens: Mutex<HashMap<String, Token>>,
}

struct Token {
    app: String,
    issued: Instant,
}

impl Apps {
    pub(super) fn new(apps: impl Iterator<Item = App>) -> Self {
        Self { apps: apps.map(|app| (app.sid.clone(), app)).collect(), tokens: Mutex::default() }
    }

    pub(super) fn app(&self, sid: &str) -> Option<&App> {
        self.apps.get(sid)
    }

    /// The app that a token was issued to, even if it has expired since.
    pub(super) fn holder(&self, token: &str) -> Option<&App> {
        let tokens = self.tokens();
        self.apps.get(&tokens.get(token)?.app)
    }

    /// The app that asks with this token.
    pub(super) fn bearer(&self, token: &str) -> Result<&App, Refusal> {
        let tokens = self.tokens();
        let good = tokens.get(token).and_then(|token| {
            let app = self.apps.get(&token.app)?;
            (token.issued.elapsed() < Duration::from_secs(app.ttl)).then_some(app)
        });
        good.ok_or_else(|| Refusal::new(401, 20003, "Authenticate: access token invalid or expired"))
    }

    /// A new token for client credentials.
    pub(super) fn issue(&self, form: &[(String, String)]) -> Result<Value, Refusal> {
        let field = |name: &str| query::value(form, name).unwrap_or_default();
        if field("grant_type") != "client_credentials" {
            return Err(Refusal::new(400, 20001, "Invalid grant_type value"));
        }
        let app = self.app(field("client_id")).filter(|app| app.secret == field("client_secret"));
        let app = app.ok_or_else(Refusal::authenticate)?;
        let mut tokens = self.tokens();
        let so_far = || tokens.values().filter(|token| token.app == app.sid).count();
        if app.revoked_after.is_some_and(|limit| so_far() >= limit) {
            return Err(Refusal::authenticate());
        }
        let token = write(app, tokens.len());
        tokens.insert(token.clone(), Token { app: app.sid.clone(), issued: Instant::now() });
        Ok(json!({
            "access_token": token, "id_token": null, "token_type": "Bearer", "expires_in": app.ttl,
            "refresh_token": null,
        }))
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, Token>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A JSON Web Token: Twilio's own libraries look into it to see when it expires.
fn write(app: &App, number: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let id = digest(&["access token", &app.sid, &number.to_string()]);
    let claims = json!({
        "iss": "https://oauth.twilio.com", "sub": app.sid, "iat": now, "exp": now.saturating_add(app.ttl), "jti": id,
    });
    let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let head = part(r#"{"alg":"RS256","typ":"JWT"}"#);
    format!("{head}.{}.{}", part(&claims.to_string()), part(&digest(&["signature", &id])))
}
