//! Reading one listing to its end, and saying truthfully how that ended.

use jiff::Timestamp;
use url::Url;

use super::address::first_url;
use super::asker::Asker;
use super::context::Context;
use super::pages::Pages;
use super::plan::children;
use super::progress::{Derived, Progress};
use super::raw_row::{Place, RawRow, ReduceError};
use super::reduce::{derive, reduce};
use super::refusal::outcome_of;
use crate::catalogue::{Answer, Endpoint, Kind};
use crate::evidence::{Batch, EvidenceError, Row};
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
}

/// What is left of a listing for those that are listed under its rows.
pub(super) struct Kept {
    pub(super) rows: Vec<Row>,
    pub(super) status: CoverageStatus,
    /// Why what is listed under them cannot be read either, where they could not.
    pub(super) because: String,
}

impl Listing<'_> {
    /// Reads it to its end, sends its rows to the store, and notes how it ended.
    pub(super) async fn read(&self, run: &Context) -> Result<Kept, EvidenceError> {
        let keeps_rows = children(&run.kinds, self.kind).next().is_some();
        let mut progress = Progress::new(self.kind, keeps_rows);
        let ending = match self.kind.endpoint() {
            Some(endpoint) => self.read_with_fallback(run, endpoint, &mut progress).await?,
            None => Ending::failed("it has no request of its own".to_owned(), None, 0),
        };
        let derived_under = progress.last_sid.clone().unwrap_or_else(|| self.place.parent.clone());
        for (kind, rows) in progress.derived {
            let count = rows.len();
            run.queue.send(Batch::Rows(kind, rows)).await?;
            run.queue.send(Batch::Coverage(self.coverage(run, kind, &derived_under, count, &ending))).await?;
        }
        let coverage = self.coverage(run, self.kind, &self.place.parent, progress.count, &ending);
        tracing::info!(
            account = self.place.account.as_str(),
            kind = self.kind.name,
            under = self.place.parent,
            status = ending.status.as_str(),
            rows = progress.count,
            "read"
        );
        run.queue.send(Batch::Coverage(coverage)).await?;
        let because = match ending.status {
            CoverageStatus::NoCredential => ending.reason,
            _ => "what it is listed under was not read".to_owned(),
        };
        Ok(Kept { rows: progress.kept.unwrap_or_default(), status: ending.status, because })
    }

    async fn read_with_fallback(
        &self,
        run: &Context,
        endpoint: &Endpoint,
        progress: &mut Progress,
    ) -> Result<Ending, EvidenceError> {
        let mut ending = self.read_from(run, endpoint, progress).await?;
        let refused =
            matches!(
                ending.status,
                CoverageStatus::Denied | CoverageStatus::NoCredential | CoverageStatus::NotEnabled
            ) || ending.failure.as_ref().is_some_and(|failure| failure.kind == FailureKind::NoSuchHost);
        if let (true, Some(fallback)) = (refused, endpoint.fallback) {
            let mut second = self.read_from(run, fallback, progress).await?;
            if second.status == CoverageStatus::Complete {
                second.reason = "read from another source, because the usual one was refused".to_owned();
                ending = second;
            }
        }
        Ok(ending)
    }

    async fn read_from(
        &self,
        run: &Context,
        endpoint: &Endpoint,
        progress: &mut Progress,
    ) -> Result<Ending, EvidenceError> {
        let Some(asker) = Asker::of(&run.credentials, endpoint, &self.place.account) else {
            return Ok(Ending::without_credential(endpoint));
        };
        let credential_kind = asker.kind;
        let url = match first_url(endpoint, &self.place, self.under(), run.occasion()) {
            Ok(url) => url,
            Err(reason) => return Ok(Ending::failed(reason, credential_kind, 0)),
        };
        let mut pages = Pages::new(&run.client, asker.caller, url);
        while let Some(answer) = pages.next().await {
            let (url, body) = match answer {
                Ok(answer) => answer,
                Err(failure) => {
                    if failure.kind == FailureKind::NoToken {
                        run.note_lost(asker.place, &failure).await?;
                    }
                    return Ok(self.refused(endpoint, run.started_at, failure, credential_kind, pages.count));
                }
            };
            match self.reduce_page(run, endpoint, &url, &body) {
                Ok((rows, derived, next)) => {
                    run.queue.send(Batch::Rows(self.kind, progress.take(rows, derived))).await?;
                    pages.follow(next);
                }
                Err(error) => {
                    if error == ReduceError::AnotherAccount {
                        self.discard(run, progress).await?;
                    }
                    return Ok(Ending::unusable(error.to_string(), credential_kind, pages.count));
                }
            }
            if endpoint.until.is_some() {
                break;
            }
            if pages.has_next() && pages.count >= endpoint.max_pages {
                let reason = format!("stopped after {} pages, as planned for this list", pages.count);
                return Ok(Ending::unusable(reason, credential_kind, pages.count));
            }
        }
        if progress.has_changed {
            let reason = "something in it changed while it was read".to_owned();
            return Ok(Ending::unusable(reason, credential_kind, pages.count));
        }
        Ok(Ending {
            status: CoverageStatus::Complete,
            failure: None,
            reason: String::new(),
            credential_kind,
            pages: pages.count,
        })
    }

    /// The row that it is listed under, with the row's kind.
    fn under(&self) -> Option<(&'static Kind, &Row)> {
        Some((self.kind.comes_after()?, self.under?))
    }

    /// Takes everything back: it belongs to another account.
    async fn discard(&self, run: &Context, progress: &mut Progress) -> Result<(), EvidenceError> {
        *progress = Progress::new(self.kind, progress.kept.is_some());
        let (account, parent) = (self.place.account.clone(), self.place.parent.clone());
        run.queue.send(Batch::Discard(self.kind, account, parent)).await
    }

    fn reduce_page(
        &self,
        run: &Context,
        endpoint: &Endpoint,
        url: &Url,
        body: &[u8],
    ) -> Result<(Vec<Row>, Derived, Option<Url>), ReduceError> {
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
        Ok((rows, derived, next))
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
        Ending { status, reason, failure: Some(failure), credential_kind, pages }
    }

    fn coverage(&self, run: &Context, kind: &Kind, parent: &str, rows: usize, ending: &Ending) -> Coverage {
        let account = self.place.account.clone();
        Coverage {
            parent_sid: parent.to_owned(),
            credential_kind: ending.credential_kind.map(str::to_owned),
            rows: u32::try_from(rows).unwrap_or(u32::MAX),
            pages: ending.pages,
            reason: ending.reason.clone(),
            ..answered(Coverage::new(account, kind.name, ending.status, run.now()), ending.failure.as_ref())
        }
    }
}

/// What the last answer said: that of the failure, or of the last page of a whole listing.
pub(super) fn answered(coverage: Coverage, failure: Option<&Failure>) -> Coverage {
    let is_whole = coverage.status == CoverageStatus::Complete;
    Coverage {
        http_status: failure.and_then(|failure| failure.http_status).or_else(|| is_whole.then_some(200)),
        twilio_code: failure.and_then(|failure| failure.twilio_code),
        missing_permission: failure.and_then(|failure| failure.missing_permission.clone()),
        ..coverage
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
        }
    }

    const fn failed(reason: String, credential_kind: Option<&'static str>, pages: u32) -> Self {
        Self { status: CoverageStatus::Failed, failure: None, reason, credential_kind, pages }
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
