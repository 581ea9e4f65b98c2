//! Reading one listing to its end, and saying truthfully how that ended.

use jiff::Timestamp;
use url::Url;

use super::address::first_url;
use super::asker::Asker;
use super::context::Context;
use super::pages::Pages;
use super::raw_row::{Place, RawRow, ReduceError};
use super::reduce::{derive, reduce};
use super::refusal::{answered, outcome_of};
use crate::catalogue::{Answer, Endpoint, Kind, Paging};
use crate::evidence::{Cursor, EvidenceError, ListingKey, PageRows, Row, SoFar};
use crate::model::{Coverage, CoverageStatus};
use crate::twilio::{Failure, FailureKind, parse_page};

/// One listing to read.
pub(super) struct Listing<'a> {
    pub(super) kind: &'static Kind,
    pub(super) place: Place,
    /// The row it is listed under.
    pub(super) under: Option<&'a Row>,
    pub(super) account_is_active: bool,
}

/// How a listing ended.
struct Ending {
    status: CoverageStatus,
    failure: Option<Failure>,
    reason: String,
    credential_kind: Option<&'static str>,
    pages: u32,
    /// Whether its pages can be read on from where this ended.
    may_go_on: bool,
}

/// What those who are listed under its rows must know of a listing.
pub(super) struct Outcome {
    pub(super) status: CoverageStatus,
    /// Why what is listed under them cannot be read either, where they could not.
    pub(super) because: String,
}

/// How far it was read: what is not in the store already.
struct Progress {
    /// Where an interrupted scan left off.
    left_off: Option<Cursor>,
    /// Whether something came twice and was not the same.
    has_changed: bool,
    /// The SID of the last row, under which derived rows stand.
    last_sid: Option<String>,
}

/// Pages that were read, or nothing where the scan was halted.
type Halting<T> = Result<Option<T>, EvidenceError>;

impl Listing<'_> {
    /// Which one it is.
    pub(super) fn key(&self) -> ListingKey {
        ListingKey { account: self.place.account.clone(), kind: self.kind, parent: self.place.parent.clone() }
    }

    /// Whether there is somebody who may ask for it.
    pub(super) fn is_asked_for(&self, run: &Context) -> bool {
        let asker = |endpoint| Asker::of(&run.credentials, endpoint, &self.place.account);
        self.kind.endpoint().and_then(asker).is_some()
    }

    /// Reads it to its end, writes its rows page by page, and notes how it ended; nothing where the scan was halted.
    pub(super) async fn read(&self, run: &Context) -> Halting<Outcome> {
        let left_off = match self.so_far(run).await? {
            SoFar::Read(status) => return Ok(Some(Outcome { status, because: String::new() })),
            SoFar::Begun(cursor) => Some(cursor),
            SoFar::Nothing => None,
        };
        let has_changed = left_off.as_ref().is_some_and(|cursor| cursor.has_changed);
        let mut progress = Progress { left_off, has_changed, last_sid: None };
        let ending = match self.kind.endpoint() {
            Some(endpoint) => self.read_with_fallback(run, endpoint, &mut progress).await?,
            None => Some(Ending::failed("it has no request of its own".to_owned(), None, 0)),
        };
        let Some(ending) = ending else { return Ok(None) };
        self.end(run, &progress, &ending).await?;
        let because = match ending.status {
            CoverageStatus::NoCredential => ending.reason,
            _ => "what it is listed under was not read".to_owned(),
        };
        Ok(Some(Outcome { status: ending.status, because }))
    }

    /// How far the scan had come with it when it was interrupted. What it has without a cursor is taken back.
    async fn so_far(&self, run: &Context) -> Result<SoFar, EvidenceError> {
        if !run.goes_on {
            return Ok(SoFar::Nothing);
        }
        let key = self.key();
        run.queue
            .ask(move |store| {
                let so_far = store.so_far(&key)?;
                if so_far == SoFar::Nothing {
                    store.discard(&key)?;
                }
                Ok(so_far)
            })
            .await
    }

    /// Notes how it ended, and how what was taken out of its rows did.
    async fn end(&self, run: &Context, progress: &Progress, ending: &Ending) -> Result<(), EvidenceError> {
        let derived_under = progress.last_sid.as_ref().unwrap_or(&self.place.parent);
        let derived = self.kind.taken_out().map(|kind| self.coverage(run, kind, derived_under, ending));
        let own = self.coverage(run, self.kind, &self.place.parent, ending);
        let ended = derived.chain([own]).collect();
        let (key, may_go_on, goes_on) = (self.key(), ending.may_go_on, run.goes_on);
        let rows = run.queue.ask(move |store| {
            if goes_on {
                // What was taken out of its rows may have been noted under its parent, when no row had come.
                for kind in key.kind.taken_out() {
                    store.forget_end(&ListingKey { kind, ..key.clone() })?;
                }
            }
            store.end_listing(&key, ended, may_go_on)
        });
        let rows = rows.await?;
        tracing::info!(
            account = self.place.account.as_str(),
            kind = self.kind.name,
            under = self.place.parent,
            status = ending.status.as_str(),
            rows,
            "read"
        );
        Ok(())
    }

    async fn read_with_fallback(
        &self,
        run: &Context,
        endpoint: &Endpoint,
        progress: &mut Progress,
    ) -> Halting<Ending> {
        let Some(mut ending) = self.read_from(run, endpoint, progress).await? else { return Ok(None) };
        let refused =
            matches!(
                ending.status,
                CoverageStatus::Denied | CoverageStatus::NoCredential | CoverageStatus::NotEnabled
            ) || ending.failure.as_ref().is_some_and(|failure| failure.kind == FailureKind::NoSuchHost);
        if let (true, Some(fallback)) = (refused, endpoint.fallback) {
            let Some(mut second) = self.read_from(run, fallback, progress).await? else { return Ok(None) };
            if second.status == CoverageStatus::Complete {
                second.reason = "read from another source, because the usual one was refused".to_owned();
                ending = second;
            }
        }
        Ok(Some(ending))
    }

    async fn read_from(
        &self,
        run: &Context,
        endpoint: &Endpoint,
        progress: &mut Progress,
    ) -> Halting<Ending> {
        let Some(asker) = Asker::of(&run.credentials, endpoint, &self.place.account) else {
            return Ok(Some(Ending::without_credential(endpoint)));
        };
        let credential_kind = asker.kind;
        let first = match first_url(endpoint, &self.place, self.under(), run.occasion()) {
            Ok(url) => url,
            Err(reason) => return Ok(Some(Ending::failed(reason, credential_kind, 0))),
        };
        let mut pages = match progress.left_off.take_if(|cursor| is_page_of(&cursor.next, &first)) {
            Some(Cursor { next, pages, .. }) => match Url::parse(&next) {
                Ok(next) => Pages::going_on(&run.client, asker.caller, next, pages),
                Err(_) => Pages::new(&run.client, asker.caller, first),
            },
            None => Pages::new(&run.client, asker.caller, first),
        };
        while let Some(answer) = pages.next().await {
            let (url, body) = match answer {
                Ok((url, reply)) => {
                    run.trust.answered(asker.caller.user);
                    (url, reply.body)
                }
                Err(failure) if failure.kind == FailureKind::Halted => return Ok(None),
                Err(failure) => {
                    run.note_refusal(&asker, &failure).await?;
                    return Ok(Some(self.refused(
                        endpoint,
                        run.started_at,
                        failure,
                        credential_kind,
                        pages.count,
                    )));
                }
            };
            let reduced = self.reduce_page(run, endpoint, &url, &body);
            drop(body);
            match reduced {
                Ok((page, next)) => {
                    pages.follow(next);
                    let next = pages.upcoming().filter(|_| is_told_by_a_mark(endpoint));
                    self.write(run, page, (next, pages.count), progress).await?;
                }
                Err(error) => {
                    if error == ReduceError::AnotherAccount {
                        let key = self.key();
                        run.queue.ask(move |store| store.discard(&key)).await?;
                        progress.has_changed = false;
                    }
                    return Ok(Some(Ending::unusable(error.to_string(), credential_kind, pages.count)));
                }
            }
            if endpoint.until.is_some() {
                break;
            }
            if pages.upcoming().is_some() && pages.count >= endpoint.max_pages {
                let reason = format!("stopped after {} pages, as planned for this list", pages.count);
                let stopped = Ending::unusable(reason, credential_kind, pages.count);
                return Ok(Some(Ending { may_go_on: false, ..stopped }));
            }
        }
        if progress.has_changed {
            let reason = "something in it changed while it was read".to_owned();
            let changed = Ending::unusable(reason, credential_kind, pages.count);
            return Ok(Some(Ending { may_go_on: false, ..changed }));
        }
        Ok(Some(Ending {
            status: CoverageStatus::Complete,
            failure: None,
            reason: String::new(),
            credential_kind,
            pages: pages.count,
            may_go_on: false,
        }))
    }

    /// Writes a page and where to go on in one step, so that neither is there without the other. The last page has
    /// nowhere to go on: interrupted before its end is noted, the listing is read again from that page.
    async fn write(
        &self,
        run: &Context,
        page: PageRows,
        (next, pages): (Option<&Url>, u32),
        progress: &mut Progress,
    ) -> Result<(), EvidenceError> {
        let last_sid = page.rows.last().map(|row| row.sid.clone());
        let cursor =
            next.map(|next| Cursor { next: next.to_string(), pages, has_changed: progress.has_changed });
        let key = self.key();
        let has_changed = run.queue.ask(move |store| store.write_page(&key, &page, cursor.as_ref())).await?;
        progress.has_changed |= has_changed;
        progress.last_sid = last_sid.or_else(|| progress.last_sid.take());
        Ok(())
    }

    /// The row that it is listed under, with the row's kind.
    fn under(&self) -> Option<(&'static Kind, &Row)> {
        Some((self.kind.comes_after()?, self.under?))
    }

    fn reduce_page(
        &self,
        run: &Context,
        endpoint: &Endpoint,
        url: &Url,
        body: &[u8],
    ) -> Result<(PageRows, Option<Url>), ReduceError> {
        let (raws, next) = match endpoint.answer {
            Answer::Single => (vec![std::str::from_utf8(body).map_err(|_| ReduceError::NotAnObject)?], None),
            Answer::List { key, paging, page_size } => {
                let page = parse_page(body, url, (key, paging, page_size))?;
                (page.rows.into_iter().map(|raw| raw.get()).collect(), page.next)
            }
        };
        let mut rows = Vec::with_capacity(raws.len());
        let mut derived = Vec::new();
        for raw in raws {
            let raw = RawRow::read(raw)?;
            let row = reduce(self.kind, &self.place, &raw, &run.reduction)?;
            if endpoint.answer == Answer::Single
                && self.kind.identity == ["sid"]
                && !is_last_part(url, &row.sid)
            {
                return Err(ReduceError::AnotherResource);
            }
            derived.extend(derive(self.kind, &row, &raw, &run.reduction)?);
            rows.push(row);
        }
        Ok((PageRows { rows, derived }, next))
    }

    fn refused(
        &self,
        endpoint: &Endpoint,
        started_at: Timestamp,
        failure: Failure,
        credential_kind: Option<&'static str>,
        pages: u32,
    ) -> Ending {
        let (mut status, because) = outcome_of(endpoint, failure.kind, started_at);
        if !self.account_is_active && status != CoverageStatus::Failed {
            status = CoverageStatus::InactiveAccount;
        }
        let reason = because.map_or_else(|| failure.reason.clone(), str::to_owned);
        // Where there was no refusal, asking again may go better.
        let may_go_on = status == CoverageStatus::Failed;
        Ending { status, reason, failure: Some(failure), credential_kind, pages, may_go_on }
    }

    /// How the rows of a kind ended; the store counts them.
    fn coverage(&self, run: &Context, kind: &Kind, parent: &str, ending: &Ending) -> Coverage {
        let account = self.place.account.clone();
        Coverage {
            parent_sid: parent.to_owned(),
            credential_kind: ending.credential_kind.map(str::to_owned),
            pages: ending.pages,
            reason: ending.reason.clone(),
            ..answered(Coverage::new(account, kind.name, ending.status, run.now()), ending.failure.as_ref())
        }
    }
}

impl Ending {
    fn without_credential(endpoint: &Endpoint) -> Self {
        let reason = if endpoint.by_organization {
            "only the Organization's OAuth app may read this"
        } else {
            "no credential reaches this"
        };
        Self {
            status: CoverageStatus::NoCredential,
            failure: None,
            reason: reason.to_owned(),
            credential_kind: None,
            pages: 0,
            may_go_on: false,
        }
    }

    const fn failed(reason: String, credential_kind: Option<&'static str>, pages: u32) -> Self {
        Self {
            status: CoverageStatus::Failed,
            failure: None,
            reason,
            credential_kind,
            pages,
            may_go_on: true,
        }
    }

    /// There was an answer of status 200, and it does not do.
    fn unusable(reason: String, credential_kind: Option<&'static str>, pages: u32) -> Self {
        let failure = Some(Failure::broken(reason.clone()).with_status(200));
        Self { failure, ..Self::failed(reason, credential_kind, pages) }
    }
}

/// Whether a URL ends in this SID, as that of a single resource does.
fn is_last_part(url: &Url, sid: &str) -> bool {
    url.path().rsplit('/').next().is_some_and(|last| last.trim_end_matches(".json") == sid)
}

/// Whether a page is told by a mark that stays where it is when rows come and go. A list whose pages are counted is read
/// again from its beginning: hours later the count would be off.
const fn is_told_by_a_mark(endpoint: &Endpoint) -> bool {
    !matches!(endpoint.answer, Answer::List { paging: Paging::Number | Paging::Scim, .. })
}

/// Whether a URL of an earlier time is one of the pages that begin here: nothing but its query may differ.
fn is_page_of(url: &str, first: &Url) -> bool {
    let bare = |url: &Url| {
        let mut url = url.clone();
        url.set_query(None);
        url.set_fragment(None);
        url
    };
    Url::parse(url).is_ok_and(|url| bare(&url) == bare(first))
}
