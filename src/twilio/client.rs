//! The only place that sends a request. It can ask (GET), request an access token, and nothing else.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use jiff::Timestamp;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, DATE, HeaderMap, RETRY_AFTER};
use url::Url;

use super::address::Address;
use super::body::{Body, NoBody, Room};
use super::failure::{Failure, FailureKind};
use super::gate::{Gate, Limits};
use super::resolve::{SystemResolver, is_no_such_name};
use super::retry::{Patience, Try, wait_before_next};
use super::tempo::Sign;
use super::token::{Token, Tokens};
use super::traffic::Traffic;
use super::unreachable::unreachable;
use crate::credentials::Caller;
use crate::model::{AccountSid, Region};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Access tokens that are asked for on behalf of one request at most, each having expired before its turn came.
const MOST_TOKENS: u32 = 10;
/// Where an OAuth app gets its access token.
const TOKEN_URL: &str = "https://oauth.twilio.com/v2/token";
/// Names the Region where an account is at home. Observed in answers of 2026-11, documented nowhere.
const HOME_REGION: &str = "x-home-region";
/// The requests in flight in the whole account, whoever sent them. Observed at api.twilio.com in 2026-11; other hosts
/// may not send it.
const CONCURRENT_REQUESTS: &str = "twilio-concurrent-requests";

/// Sends requests, waits its turn, tries again.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    address: Address,
    limits: Limits,
    gate: Gate,
    tokens: Tokens,
    room: Room,
    patience: Patience,
    traffic: Arc<Traffic>,
    /// User names of credentials that there is no use in asking with.
    given_up: RwLock<HashSet<String>>,
}

/// One request: a Twilio URL and who asks.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The URL at Twilio.
    pub url: &'a Url,
    /// Who asks.
    pub caller: Caller<'a>,
}

/// An answer of status 200.
#[derive(Debug)]
pub struct Reply {
    /// Its body.
    pub body: Body,
    /// Twilio's clock, where the answer tells it.
    pub date: Option<Timestamp>,
    /// This machine's clock when the answer had arrived.
    pub received_at: Timestamp,
    /// Where the account is at home, where the answer tells it.
    pub home_region: Option<Region>,
}

/// An answer of any status, or why there was none.
struct Exchanged {
    answered: Result<Body, Failure>,
    ended: Try,
    date: Option<Timestamp>,
    home_region: Option<Region>,
    /// The requests that Twilio counted in flight in the account.
    in_account: Option<u32>,
}

/// What became of one request so far.
#[derive(Debug, Default)]
struct Tries {
    /// The time in which it was under way or waited for its next try. That in the queue is the run's.
    spent: Duration,
    count: u32,
}

impl Client {
    /// A client for the whole run.
    ///
    /// # Errors
    ///
    /// When TLS cannot be set up, for example because the machine has no CA certificates.
    pub fn new(address: Address) -> Result<Self, reqwest::Error> {
        Self::with(address, Limits::default(), Patience::default())
    }

    /// A client that asks more or less at once than usual, and gives up sooner or later.
    ///
    /// # Errors
    ///
    /// As [`Client::new`].
    pub fn with(address: Address, limits: Limits, patience: Patience) -> Result<Self, reqwest::Error> {
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("twilio-audit/", env!("CARGO_PKG_VERSION")))
            // A redirect would carry the credential to wherever it leads.
            .redirect(reqwest::redirect::Policy::none())
            // Attempts are counted here, in one place.
            .retry(reqwest::retry::never())
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(patience.one_try)
            .gzip(true);
        if address.is_on_this_machine() {
            // A proxy of the environment must not see what is meant for this machine, and plain
            // http needs no CA certificates.
            builder = builder.no_proxy().tls_certs_only([]);
        } else {
            builder = builder.https_only(true).dns_resolver(SystemResolver);
        }
        let (gate, tokens, room) = (Gate::new(limits), Tokens::default(), Room::default());
        let traffic = Arc::new(Traffic::within(limits.budget, limits.until));
        let given_up = RwLock::default();
        Ok(Self { http: builder.build()?, address, limits, gate, tokens, room, patience, traffic, given_up })
    }

    /// How much is asked at once at most.
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// Forgets what was learnt of how much an account allows: nothing more is asked about it. There may be many.
    pub fn done_with(&self, account: &AccountSid) {
        self.gate.forget(account.as_str());
    }

    /// Asks nothing more with the credential of this user name: every request with it is refused as Twilio would refuse it.
    pub fn give_up(&self, user: &str) {
        self.given_up.write().unwrap_or_else(PoisonError::into_inner).insert(user.to_owned());
    }

    fn has_given_up(&self, user: &str) -> bool {
        self.given_up.read().unwrap_or_else(PoisonError::into_inner).contains(user)
    }

    /// What was sent so far.
    pub fn traffic(&self) -> Arc<Traffic> {
        Arc::clone(&self.traffic)
    }

    /// Asks until there is an answer of status 200 or trying again is pointless.
    ///
    /// # Errors
    ///
    /// What the last answer means, or why there was none.
    pub async fn get(&self, request: Request<'_>) -> Result<Reply, Failure> {
        let url = self.real(request.url)?;
        let path = loggable(&url);
        let plain = || self.http.get(url.clone()).header(ACCEPT, "application/json");
        let Request { caller, .. } = request;
        if caller.is_app() {
            return Box::pin(self.get_as_app(caller, &path, plain)).await;
        }
        let signed = || Some(plain().basic_auth(caller.user, Some(caller.secret.reveal())));
        self.exchange(caller, &path, &mut Tries::default(), signed).await.unwrap_or_else(no_request)
    }

    /// Asks with whatever token is good when the request's turn has come: there may be many before it.
    async fn get_as_app(
        &self,
        caller: Caller<'_>,
        path: &str,
        plain: impl Fn() -> RequestBuilder,
    ) -> Result<Reply, Failure> {
        let mut tries = Tries::default();
        let mut refused = None;
        for _ in 0..MOST_TOKENS {
            self.token(caller, refused.as_ref()).await?;
            let mut sent = None;
            let signed = || {
                sent = self.tokens.held(caller.user, refused.as_ref());
                sent.as_ref().map(|token| plain().bearer_auth(token.bearer.reveal()))
            };
            match self.exchange(caller, path, &mut tries, signed).await {
                // It was good for too short a time.
                None => {}
                // It may have expired early, or been revoked: one new token tells.
                Some(Err(failure)) if refused.is_none() && is_of_token(&failure) => refused = sent,
                Some(ended) => return ended,
            }
        }
        Err(Failure::broken("the access tokens of this app expire before they can be sent"))
    }

    /// Whether Twilio answers at all: asked without a credential, it does with a refusal.
    async fn anybody_answers(&self) -> bool {
        let Some(url) = Url::parse(SOMEWHERE).ok().and_then(|url| self.address.of(&url)) else { return true };
        self.http.get(url).timeout(LONG_ENOUGH).send().await.is_ok()
    }

    /// Where a request for this URL of Twilio's really goes.
    fn real(&self, url: &Url) -> Result<Url, Failure> {
        self.address.of(url).ok_or_else(|| Failure::broken("the address is not one of Twilio's"))
    }

    #[expect(clippy::disallowed_methods, reason = "a token is asked for by POST; nothing else ever is")]
    async fn token(&self, caller: Caller<'_>, refused: Option<&Token>) -> Result<Token, Failure> {
        let ask = || async {
            let url = Url::parse(TOKEN_URL).map_err(|_| Failure::broken("its address cannot be built"))?;
            let url = self.real(&url)?;
            let form = [
                ("client_id", caller.user),
                ("client_secret", caller.secret.reveal()),
                ("grant_type", "client_credentials"),
            ];
            let post = || self.http.post(url.clone()).header(ACCEPT, "application/json").form(&form);
            let answer = self.exchange(caller, url.path(), &mut Tries::default(), || Some(post())).await;
            let answer = answer.unwrap_or_else(no_request).map_err(no_token)?;
            Token::understand(&answer.body, tokio::time::Instant::now())
        };
        self.tokens.of(caller.user, refused, ask).await
    }

    /// Sends what `prepared` makes when its turn has come, again and again if need be; nothing where it makes nothing.
    async fn exchange(
        &self,
        caller: Caller<'_>,
        path: &str,
        Tries { spent, count }: &mut Tries,
        mut prepared: impl FnMut() -> Option<RequestBuilder>,
    ) -> Option<Result<Reply, Failure>> {
        loop {
            let Some(leave) = self.gate.enter(caller.counted_for).await else {
                return Some(Err(Failure::broken("the run is ending")));
            };
            // Many may have waited while it turned out that Twilio does not take this credential any more.
            if self.has_given_up(caller.user) {
                return Some(Err(Failure::of_answer(401, b"")));
            }
            let request = prepared()?;
            if self.traffic.send().is_err() {
                return Some(Err(Failure::halted()));
            }
            let began = Instant::now();
            let left = self.patience.altogether.saturating_sub(*spent);
            *count += 1;
            // Thousands may wait for their turn, which need not have room for more than that.
            let sent = Box::pin(try_once(request.timeout(self.patience.one_try.min(left)), path, &self.room));
            let Exchanged { answered, ended, date, home_region, in_account } = sent.await;
            let is_unknown = matches!(&answered, Err(failure) if failure.kind == FailureKind::NoSuchHost);
            self.traffic.ended(status(ended).filter(|_| !is_unknown), began.elapsed());
            // Whoever waits for the next try keeps nobody else from asking.
            leave.answered(sign(ended, in_account));
            let failure = match answered {
                Ok(body) => {
                    return Some(Ok(Reply { body, date, received_at: Timestamp::now(), home_region }));
                }
                Err(failure) => failure,
            };
            *spent += began.elapsed();
            let wait = wait_before_next(&self.patience, ended, *count, *spent, fastrand::f64());
            let Some(wait) = wait else {
                let is_silent = ended == Try::Broken || is_unknown;
                let is_suspicious = is_silent && self.traffic.gave_up();
                // Without a network some systems say that there is no such name, which else may mean that an API is gone.
                if (is_suspicious || is_unknown) && !Box::pin(self.anybody_answers()).await {
                    if is_suspicious {
                        self.traffic.lost();
                    }
                    return Some(Err(Failure::unreachable(failure.reason)));
                }
                return Some(Err(failure));
            };
            *spent += wait;
            tracing::debug!(path, ?ended, tries = count, ?wait, "asking again");
            if let Try::Answered { retry_after: Some(asked), .. } = ended {
                self.gate.close(caller.counted_for, asked.min(wait));
            }
            tokio::time::sleep(wait).await;
        }
    }
}

const fn status(ended: Try) -> Option<u16> {
    match ended {
        Try::Answered { status, .. } => Some(status),
        Try::Broken => None,
    }
}

/// Whoever has not answered by then does not answer.
const LONG_ENOUGH: Duration = Duration::from_secs(20);

/// Anything there answers, if only with a refusal.
const SOMEWHERE: &str = "https://api.twilio.com/2010-04-01/Accounts.json";

/// What an answer tells of the number of requests that may be under way.
const fn sign(ended: Try, in_account: Option<u32>) -> Sign {
    match ended {
        Try::Answered { status: 429, .. } => Sign::TooMany,
        Try::Answered { status: 0..500, .. } => Sign::Good { in_account },
        Try::Answered { .. } | Try::Broken => Sign::Other,
    }
}

/// Whether the token was refused, and not what was asked for with it.
fn is_of_token(failure: &Failure) -> bool {
    failure.http_status == Some(401) && !failure.is_of_policy()
}

/// Where there was nothing to send.
fn no_request() -> Result<Reply, Failure> {
    Err(Failure::broken("the request cannot be built"))
}

/// A path as it may stand in a log: without the number or the domain that some end in.
fn loggable(url: &Url) -> String {
    let ends_in_a_name = url.as_str().contains("routes.");
    match url.path().rsplit_once('/') {
        Some((path, _)) if ends_in_a_name => format!("{path}/…"),
        _ => url.path().to_owned(),
    }
}

/// An app that gets no token may read nothing, whatever it was to read.
fn no_token(failure: Failure) -> Failure {
    match failure.kind {
        FailureKind::Halted => failure,
        FailureKind::Broken | FailureKind::Unreachable => {
            Failure { reason: format!("no access token: {}", failure.reason), ..failure }
        }
        _ => Failure {
            kind: FailureKind::NoToken,
            reason: "the OAuth app gets no access token: its client id or secret is not accepted (any more)"
                .to_owned(),
            ..failure
        },
    }
}

async fn try_once(request: RequestBuilder, path: &str, room: &Room) -> Exchanged {
    let nothing = |failure, ended| Exchanged {
        answered: Err(failure),
        ended,
        date: None,
        home_region: None,
        in_account: None,
    };
    let unanswered = |failure: Failure| nothing(failure, Try::Broken);
    let answer = match request.send().await {
        Ok(answer) => answer,
        Err(error) if is_no_such_name(&error) => {
            // Asking again at once would find the same.
            let ended = Try::Answered { status: 404, retry_after: None };
            return nothing(unreachable(&error), ended);
        }
        Err(error) => return unanswered(unreachable(&error)),
    };
    let status = answer.status().as_u16();
    let retry_after = retry_after(answer.headers());
    let (date, home_region) = (date(answer.headers()), home_region(answer.headers()));
    let in_account = in_account(answer.headers());
    tracing::debug!(path, status, ?in_account, "answered");
    let answered = |answered, status| {
        let ended = Try::Answered { status, retry_after };
        Exchanged { answered, ended, date, home_region, in_account }
    };
    match room.take_in(answer).await {
        Ok(body) if status == 200 => answered(Ok(body), status),
        Ok(body) => answered(Err(Failure::of_answer(status, &body)), status),
        Err(NoBody::TooLarge(mib)) => {
            // Asking again would bring the same: reported as an answer, so that nobody retries it.
            let failure = Failure::broken(format!("the answer is larger than {mib} MiB: refused"));
            answered(Err(failure.with_status(status)), 200)
        }
        Err(NoBody::Broken) => unanswered(Failure::broken("the answer broke off").with_status(status)),
    }
}

/// `Retry-After` in seconds or as a date.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Duration::try_from(until.duration_since(Timestamp::now())).ok()
}

fn date(headers: &HeaderMap) -> Option<Timestamp> {
    let text = headers.get(DATE)?.to_str().ok()?;
    Some(jiff::fmt::rfc2822::parse(text).ok()?.timestamp())
}

fn in_account(headers: &HeaderMap) -> Option<u32> {
    headers.get(CONCURRENT_REQUESTS)?.to_str().ok()?.trim().parse().ok()
}

fn home_region(headers: &HeaderMap) -> Option<Region> {
    let word = headers.get(HOME_REGION)?.to_str().ok()?.trim().to_ascii_lowercase();
    Region::from_word(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_is_a_region_that_is_known_or_nothing() {
        let told = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(HOME_REGION, value.parse().unwrap());
            home_region(&headers)
        };
        assert_eq!(told("IE1"), Some(Region::Ie1));
        assert_eq!(told("mars"), None);
        assert_eq!(home_region(&HeaderMap::new()), None);
    }

    #[test]
    fn a_log_shows_no_number() {
        let url = "https://routes.twilio.com/v2/PhoneNumbers/%2B12025550105".parse().unwrap();
        assert_eq!(loggable(&url), "/v2/PhoneNumbers/…");
        let url = "http://127.0.0.1:8080/routes.twilio.com/v2/SipDomains/a.sip.twilio.com".parse().unwrap();
        assert_eq!(loggable(&url), "/routes.twilio.com/v2/SipDomains/…");
        let url = "https://messaging.twilio.com/v1/Services?PageSize=1".parse().unwrap();
        assert_eq!(loggable(&url), "/v1/Services");
    }
}
