//! The socket: takes requests on loopback, counts those in flight, and sends the answers.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

use http_body_util::{Either, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use super::access::{self, Refusal};
use super::answer::Answer;
use super::estate::{Estate, digest};
use super::fault::{Fault, Faults, Trouble};
use super::flight::Flights;
use super::openapi::Examples;
use super::organization_api::OrganizationAt;
use super::serve::{self, Asked};
use super::snapshot::{self, Snapshot};
use super::unsteady::{Share, Unsteady};
use super::when::Clock;
use super::wire::{Broken, Disconnected, Request, Sent, Write, locate};
use super::world::{Whose, World};
use super::writing;

/// How a simulator behaves, apart from its estate.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port on 127.0.0.1; 0 for any free one.
    pub port: u16,
    /// Requests in flight per account; one more is answered with 429 and code 20429.
    pub concurrency_limit: usize,
    /// Pages are never larger than this, whatever is asked for.
    pub page_size_cap: Option<usize>,
    /// The moment that dates are relative to, and the `Date` of every answer.
    pub now: SystemTime,
    /// How long each answer takes, so that requests overlap.
    pub latency: Duration,
    /// Trouble from the start.
    pub faults: Vec<Fault>,
    /// A share of requests that fail at first, if any do.
    pub unsteady: Option<Unsteady>,
    /// Whether a parent's Auth Token may list a subaccount's keys at `iam.twilio.com`; undocumented.
    pub parent_reads_child_keys: bool,
    /// At which address the Organization's lists are served.
    pub organization_at: OrganizationAt,
    /// By how many seconds the `Date` header is wrong. Everything else keeps to [`Options::now`].
    pub clock_skew: i64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            concurrency_limit: 50,
            page_size_cap: None,
            now: SystemTime::now(),
            latency: Duration::ZERO,
            faults: Vec::new(),
            unsteady: None,
            parent_reads_child_keys: false,
            organization_at: OrganizationAt::Both,
            clock_skew: 0,
        }
    }
}

/// A running simulator. It ends with [`Simulator::stop`] or when it is dropped.
pub struct Simulator {
    endpoint: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    content: Content,
    clock: Clock,
    options: Options,
    faults: Faults,
    share: Option<Share>,
    flights: Flights,
    log: Mutex<Vec<Request>>,
    writes: Mutex<Vec<Write>>,
    answered: AtomicU64,
    refused: AtomicU64,
    /// The present of the estate stands still; that of the `Date` header does not.
    started: Instant,
}

enum Content {
    Estate(Box<RwLock<World>>),
    OpenApi(Examples),
}

impl Simulator {
    /// Serves an estate.
    ///
    /// # Errors
    /// When the port is taken, or the estate names a resource that is not served.
    pub async fn start(estate: Estate, options: Options) -> io::Result<Self> {
        let world = World::new(estate, Clock::new(options.now))
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        Self::serve(Content::Estate(Box::new(RwLock::new(world))), options).await
    }

    /// Serves the response examples of a folder of OpenAPI files, to any `AC…` user with any password, as
    /// that account's own. The account list names that one account.
    ///
    /// # Errors
    /// When the port is taken, or the folder has no OpenAPI file that can be read.
    pub async fn start_openapi(folder: &std::path::Path, options: Options) -> io::Result<Self> {
        Self::serve(Content::OpenApi(Examples::read(folder)?), options).await
    }

    async fn serve(content: Content, options: Options) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", options.port)).await?;
        let endpoint = format!("http://{}", listener.local_addr()?);
        let shared = Arc::new(Shared {
            content,
            clock: Clock::new(options.now),
            faults: Faults::new(options.faults.clone()),
            share: options.unsteady.map(Share::new),
            flights: Flights::default(),
            log: Mutex::default(),
            writes: Mutex::default(),
            answered: AtomicU64::new(0),
            refused: AtomicU64::default(),
            started: Instant::now(),
            options,
        });
        let task = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self { endpoint, shared, task })
    }

    /// Where it listens: `http://127.0.0.1:PORT`.
    pub fn endpoint(&self) -> String {
        self.endpoint.clone()
    }

    /// Every request so far, in order of arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many requests arrived so far.
    pub fn count(&self) -> usize {
        self.shared.log.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Every request so far that asked for a change of an account, in the order in which they were dealt with.
    pub fn writes(&self) -> Vec<Write> {
        self.shared.writes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Everything that there is: see [`Snapshot`].
    pub fn snapshot(&self) -> Snapshot {
        match &self.shared.content {
            Content::Estate(world) => snapshot::of(&world.read().unwrap_or_else(PoisonError::into_inner)),
            Content::OpenApi(_) => Snapshot::default(),
        }
    }

    /// How many requests of an account are being answered right now. Keys and OAuth apps count for their account,
    /// those of the Organization for it.
    pub fn in_flight(&self, account_sid: &str) -> usize {
        self.shared.flights.of(account_sid)
    }

    /// How many requests were refused because too many were in flight.
    pub fn refused(&self) -> u64 {
        self.shared.refused.load(Ordering::Relaxed)
    }

    /// The largest number of requests that were in flight for one account at the same time.
    pub fn peak(&self) -> usize {
        self.shared.flights.peak()
    }

    /// The largest number of requests that were in flight at the same time, whosever they were.
    pub fn peak_overall(&self) -> usize {
        self.shared.flights.peak_overall()
    }

    /// Adds trouble for the requests to come.
    pub fn fail(&self, fault: Fault) {
        self.shared.faults.add(fault);
    }

    /// Ends all trouble.
    pub fn recover(&self) {
        self.shared.faults.clear();
    }

    /// Stops serving, at once, with all open connections.
    pub fn stop(self) {
        drop(self);
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    // The set ends its connections when this task ends.
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    // As a server in earnest does; where it cannot be set, answers are merely later.
                    let _ = stream.set_nodelay(true);
                    connections.spawn(converse(stream, Arc::clone(&shared)));
                }
                // Out of file descriptors, for example: others may still end.
                Err(_) => tokio::task::yield_now().await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { shared.handle(request).await }
    });
    // A client that goes away is no concern of ours.
    let _ = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

type Response = hyper::Response<Either<Full<Bytes>, Broken>>;

impl Shared {
    async fn handle(&self, request: hyper::Request<Incoming>) -> Result<Response, Disconnected> {
        let (parts, body) = request.into_parts();
        let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let (host, path) = locate(&parts.uri, header("host").unwrap_or_default());
        let query = parts.uri.query().unwrap_or_default();
        let sent = Sent::read(&parts, body).await;
        let label = host.strip_suffix(".twilio.com").unwrap_or(&host);
        let whose = self.whose(label, header("authorization"), &sent.form);
        let full = format!("/{host}{path}{}{query}", if query.is_empty() { "" } else { "?" });
        self.log.lock().unwrap_or_else(PoisonError::into_inner).push(Request {
            method: parts.method.to_string(),
            path: full.clone(),
            user: whose.user.clone(),
        });
        // Before the flight begins: whoever sees it in flight knows that its fate is decided.
        let trouble = self
            .faults
            .strike(parts.method.as_str(), &full, &whose.account)
            .or_else(|| self.share.as_ref().and_then(|share| share.strike(&full, &whose.account)));
        let flight = self.flights.begin(&whose.account);
        let in_flight = flight.in_flight();
        tokio::time::sleep(self.options.latency).await;
        let query: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let asked = Asked {
            method: parts.method.as_str(),
            host: label,
            path: &path,
            query: &query,
            authorization: header("authorization"),
            form: &sent.form,
            body: sent.json.as_ref(),
            client_validation: header("twilio-client-validation").is_some(),
            page_size_cap: self.options.page_size_cap,
            parent_reads_child_keys: self.options.parent_reads_child_keys,
            organization_at: self.options.organization_at,
        };
        let prevented = trouble.as_ref().filter(|trouble| asked.writes() && trouble.prevents());
        let answer = if in_flight > self.options.concurrency_limit {
            self.refused.fetch_add(1, Ordering::Relaxed);
            Answer::refusal(&Refusal::new(429, 20429, "Too Many Requests"))
        } else if let Some(trouble) = prevented {
            trouble.instead()
        } else {
            self.answer(&asked, &whose, trouble.as_ref())
        };
        if asked.writes() {
            let done = prevented.is_none() && answer.status < 300;
            self.note(&asked, full, whose.user, answer.status, done);
        }
        self.send(answer, trouble, in_flight).await
    }

    fn answer(&self, asked: &Asked<'_>, whose: &Whose, trouble: Option<&Trouble>) -> Answer {
        let world = match &self.content {
            Content::OpenApi(examples) => return examples.respond(asked),
            Content::Estate(world) => world,
        };
        let to_change = || world.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(Trouble::Meanwhile { field, value }) = trouble {
            writing::meanwhile(&mut to_change(), asked, &whose.account, field, value);
        }
        if asked.writes() {
            return writing::respond(&mut to_change(), asked);
        }
        serve::respond(&world.read().unwrap_or_else(PoisonError::into_inner), asked)
    }

    /// Remembers a request that asked for a change.
    fn note(&self, asked: &Asked<'_>, path: String, user: String, status: u16, done: bool) {
        self.writes.lock().unwrap_or_else(PoisonError::into_inner).push(Write {
            method: asked.method.to_owned(),
            path,
            user,
            form: asked.sent(),
            status,
            done,
        });
    }

    /// Whose a request is: Twilio counts per account, not per key.
    fn whose(&self, host: &str, authorization: Option<&str>, form: &[(String, String)]) -> Whose {
        match &self.content {
            Content::Estate(world) => {
                world.read().unwrap_or_else(PoisonError::into_inner).whose(host, authorization, form)
            }
            Content::OpenApi(_) => {
                let user = authorization.and_then(access::basic).map(|(user, _)| user).unwrap_or_default();
                Whose { account: user.clone(), user }
            }
        }
    }

    async fn send(
        &self,
        mut answer: Answer,
        trouble: Option<Trouble>,
        flying: usize,
    ) -> Result<Response, Disconnected> {
        let mut broken = false;
        let trouble = match trouble {
            Some(Trouble::Afterwards(trouble)) => Some(*trouble),
            other => other,
        };
        match trouble {
            None => {}
            Some(Trouble::Disconnect) => return Err(Disconnected),
            Some(Trouble::Hang) => std::future::pending::<()>().await,
            Some(Trouble::BrokenBody) => broken = true,
            Some(other) => other.spoil(&mut answer),
        }
        let number = self.answered.fetch_add(1, Ordering::Relaxed);
        let passed = i64::try_from(self.started.elapsed().as_secs()).unwrap_or(i64::MAX);
        let mut response = hyper::Response::builder()
            .status(answer.status)
            .header("content-type", answer.content_type)
            .header("date", self.clock.http_date(self.options.clock_skew + passed))
            .header("twilio-concurrent-requests", flying)
            .header("twilio-request-id", format!("RQ{}", digest(&["request", &number.to_string()])))
            .header("twilio-request-duration", "0.010");
        for (name, value) in &answer.headers {
            response = response.header(*name, value);
        }
        let body = Bytes::from(answer.body);
        let body = if broken {
            Either::Right(Broken::in_the_middle_of(&body))
        } else {
            Either::Left(Full::new(body))
        };
        response.body(body).map_err(|_| Disconnected)
    }
}
