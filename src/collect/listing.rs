//! Reading one listing to its end, and saying truthfully how that ended.

use jiff::Timestamp;
use jiff::civil::Date;
use url::Url;

use super::context::Context;
use super::pages::Pages;
use super::plan::children;
use super::progress::{Derived, Progress};
use super::raw_row::{Place, RawRow, ReduceError};
use super::reduce::{derive, reduce};
use crate::catalogue::{Answer, Endpoint, Kind, Missing, doubts};
use crate::credentials::{Caller, ParentReach};
use crate::evidence::{Batch, EvidenceError, Row, Value};
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
        Ok(Kept { rows: progress.kept.unwrap_or_default(), status: ending.status })
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
        let Some(asker) = self.asker(run, endpoint) else {
            return Ok(Ending::without_credential(endpoint));
        };
        let credential_kind = asker.kind;
        let url = match self.url(endpoint, run) {
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
                    return Ok(Ending::failed(error.to_string(), credential_kind, pages.count));
                }
            }
            if pages.has_next() && pages.count >= endpoint.max_pages {
                let reason = format!("stopped after {} pages, as planned for this list", pages.count);
                return Ok(Ending::failed(reason, credential_kind, pages.count));
            }
        }
        if progress.has_changed {
            let reason = "something in it changed while it was read".to_owned();
            return Ok(Ending::failed(reason, credential_kind, pages.count));
        }
        Ok(Ending {
            status: CoverageStatus::Complete,
            failure: None,
            reason: String::new(),
            credential_kind,
            pages: pages.count,
        })
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
            let row = reduce(self.kind, &self.place, &raw, &run.salt)?;
            if endpoint.answer == Answer::Single
                && self.kind.identity == ["sid"]
                && !is_last_part(url, &row.sid)
            {
                return Err(ReduceError::AnotherResource);
            }
            derived.extend(derive(self.kind, &row, &raw, &run.salt)?);
            rows.push(row);
        }
        Ok((rows, derived, next))
    }

    /// Who may ask for this, if anybody.
    fn asker<'a>(&self, run: &'a Context, endpoint: &Endpoint) -> Option<Asker<'a>> {
        if endpoint.by_organization {
            let app = run.credentials.organization()?;
            return Some(Asker { caller: app.caller(), kind: Some("organization_app"), place: &app.place });
        }
        let reach = parent_reach(endpoint, doubts::PARENT_TOKEN_LISTS_SUBACCOUNT_KEYS);
        let credential = run.credentials.for_request(&self.place.account, reach)?;
        let kind = run.credential_kind(&credential.account);
        Some(Asker { caller: credential.caller(), kind, place: &credential.place })
    }

    /// The first URL of the listing.
    fn url(&self, endpoint: &Endpoint, run: &Context) -> Result<Url, String> {
        let mut path = endpoint.path.replace("{account}", self.place.account.as_str());
        if path.contains("{parent}") {
            path = path.replace("{parent}", safe_segment(&self.place.parent)?);
        }
        if let Some(row) = self.under {
            if path.contains("{parent.link}") {
                path = path.replace("{parent.link}", &link_segment(row.link.as_deref())?);
            }
            if path.contains("{parent.parent_sid}") {
                path = path.replace("{parent.parent_sid}", safe_segment(&row.parent)?);
            }
            for (name, value) in self.columns_of(row) {
                let place = format!("{{parent.{name}}}");
                if path.contains(&place) {
                    path = path.replace(&place, safe_segment(value)?);
                }
            }
        }
        let mut url = Url::parse(&format!("https://{}{path}", endpoint.host.name(run.region)))
            .map_err(|_| "its address cannot be built".to_owned())?;
        {
            let mut query = url.query_pairs_mut();
            for (name, value) in endpoint.query {
                let value = value.replace("{account}", self.place.account.as_str());
                query.append_pair(name, &value.replace("{parent}", &self.place.parent));
            }
            if let Some(since) = endpoint.since {
                query.append_pair(since.parameter, &since.before(run.started_at));
            }
            if let Answer::List { page_size: size @ 1.., paging, .. } = endpoint.answer {
                query.append_pair(paging.size_parameter(), &size.to_string());
            }
        }
        if url.query() == Some("") {
            url.set_query(None);
        }
        Ok(url)
    }

    /// The text columns of the row that this is listed under.
    fn columns_of<'r>(&self, row: &'r Row) -> impl Iterator<Item = (&'static str, &'r str)> + use<'r> {
        let parent = self.kind.comes_after().and_then(crate::catalogue::kind);
        let columns = parent.map_or(&[][..], |kind| kind.columns);
        columns.iter().zip(&row.values).filter_map(|(column, value)| match value {
            Value::Text(text) => Some((column.name, text.as_str())),
            _ => None,
        })
    }

    fn refused(
        &self,
        endpoint: &Endpoint,
        started_at: Timestamp,
        failure: Failure,
        credential_kind: Option<&'static str>,
        pages: u32,
    ) -> Ending {
        let (mut status, because) = outcome_of(endpoint, failure.kind, today(started_at));
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
}

/// Who asks for a listing.
struct Asker<'a> {
    caller: Caller<'a>,
    kind: Option<&'static str>,
    /// Where the credential was found.
    place: &'a str,
}

/// Which credentials of the parent may ask for a subaccount's listing: where the path names the account, and
/// perhaps where the query does.
fn parent_reach(endpoint: &Endpoint, token_lists_keys: bool) -> ParentReach {
    let in_path = endpoint.host.parent_token_reaches_subaccounts();
    ParentReach {
        auth_token: in_path || (token_lists_keys && endpoint.names_account()),
        main_key: in_path && doubts::PARENT_MAIN_KEY_REACHES_SUBACCOUNTS,
    }
}

/// What a refusal says of the thing that was asked for and, where it is an answer after all, in words.
fn outcome_of(endpoint: &Endpoint, kind: FailureKind, today: Date) -> (CoverageStatus, Option<&'static str>) {
    let is_gone = endpoint.host.may_be_gone_from().is_some_and(|day| day <= today);
    match kind {
        FailureKind::Denied
        | FailureKind::NoToken
        | FailureKind::ClientValidation
        | FailureKind::TestCredentials => (CoverageStatus::Denied, None),
        FailureKind::InactiveAccount => (CoverageStatus::InactiveAccount, None),
        FailureKind::Retired if is_gone => (CoverageStatus::Absent, Some(RETIRED)),
        // That this address is retired does not tell what stands at its successor.
        FailureKind::Retired => (CoverageStatus::NotEnabled, None),
        FailureKind::NoSuchHost => no_such_host(is_gone, doubts::UNKNOWN_NAME_MEANS_RETIRED),
        FailureKind::Broken => (CoverageStatus::Failed, None),
        FailureKind::NotFound => not_found(
            endpoint,
            doubts::LIST_NOT_FOUND_MEANS_EMPTY,
            doubts::OBJECT_NOT_FOUND_MEANS_NEVER_CONFIGURED,
        ),
    }
}

const RETIRED: &str = "retired by Twilio";

const fn no_such_host(is_gone: bool, means_retired: bool) -> (CoverageStatus, Option<&'static str>) {
    match is_gone && means_retired {
        true => (CoverageStatus::Absent, Some(RETIRED)),
        false => (CoverageStatus::Failed, None),
    }
}

/// What a 404 says: of most objects nothing certain, of a list what the doubts decide.
const fn not_found(
    endpoint: &Endpoint,
    list_means_empty: bool,
    object_means_never: bool,
) -> (CoverageStatus, Option<&'static str>) {
    match (endpoint.answer, endpoint.missing) {
        (Answer::List { .. }, _) if list_means_empty => (CoverageStatus::Absent, Some("there is none")),
        (Answer::Single, Missing::NeverConfigured) if object_means_never => {
            (CoverageStatus::Absent, Some("never configured"))
        }
        (Answer::List { .. } | Answer::Single, _) => (CoverageStatus::NotEnabled, None),
    }
}

fn today(moment: Timestamp) -> Date {
    moment.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Whether a URL ends in this SID, as that of a single resource does.
fn is_last_part(url: &Url, sid: &str) -> bool {
    url.path().rsplit('/').next().is_some_and(|last| last.trim_end_matches(".json") == sid)
}

/// A value that may stand in a path: what came from an answer must not lead the request elsewhere.
fn safe_segment(text: &str) -> Result<&str, String> {
    let is_safe = !text.is_empty()
        && text.len() <= 64
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-');
    if is_safe { Ok(text) } else { Err("it is listed under something without a usable SID".to_owned()) }
}

/// A number or a domain as one part of a path, escaped: in `+12025550100` the plus would be a space.
fn link_segment(link: Option<&str>) -> Result<String, String> {
    let is_plain = |text: &&str| {
        (1..=100).contains(&text.len())
            && !text.starts_with('.')
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+.-_".contains(&b))
    };
    let link = link.filter(is_plain).ok_or("it is listed under something without a usable address")?;
    Ok(link.replace('+', "%2B"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint(kind: &str) -> &'static Endpoint {
        crate::catalogue::kind(kind).unwrap().endpoint().unwrap()
    }

    #[test]
    fn both_answers_to_what_a_missing_list_means() {
        let list = endpoint("sync_service");
        assert_eq!(not_found(list, false, true).0, CoverageStatus::NotEnabled);
        assert_eq!(not_found(list, true, true).0, CoverageStatus::Absent);
    }

    #[test]
    fn both_answers_to_whether_a_parent_token_lists_a_subaccount_s_keys() {
        for answer in [false, true] {
            assert_eq!(parent_reach(endpoint("api_key"), answer).auth_token, answer);
            assert!(parent_reach(endpoint("phone_number"), answer).auth_token, "its path names the account");
            assert!(!parent_reach(endpoint("sync_service"), answer).auth_token, "nothing names the account");
        }
    }

    #[test]
    fn both_answers_to_what_an_unknown_name_means() {
        assert_eq!(no_such_host(true, true).0, CoverageStatus::Absent);
        assert_eq!(no_such_host(true, false).0, CoverageStatus::Failed);
        assert_eq!(no_such_host(false, true).0, CoverageStatus::Failed, "nobody announced its end");
    }

    #[test]
    fn paths_are_built_of_plain_sids_only() {
        for bad in ["", "../x", "a/b", "a?b", "a%2fb", "a b", &"a".repeat(65)] {
            assert!(safe_segment(bad).is_err(), "{bad}");
        }
        assert!(safe_segment("ZSaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").is_ok());
        for bad in [None, Some(""), Some(".."), Some("a/b"), Some("a b"), Some("a%2e")] {
            assert!(link_segment(bad).is_err(), "{bad:?}");
        }
        assert_eq!(link_segment(Some("+12025550100")).unwrap(), "%2B12025550100");
        assert_eq!(link_segment(Some("clinic.sip.twilio.com")).unwrap(), "clinic.sip.twilio.com");
    }
}
