//! The shape of a request: where it goes, what is sent, how its answer is laid out.

use jiff::{Span, Timestamp};

use super::Host;
use crate::model::day_of;

/// One GET operation.
#[derive(Debug, Clone, Copy)]
pub struct Endpoint {
    /// The Twilio subdomain.
    pub host: Host,
    /// The path. `{account}` is the audited account, `{parent}` the parent resource's SID,
    /// `{parent.COLUMN}` another of its columns (`parent_sid` included), `{parent.link}` its [`Kind::link`].
    pub path: &'static str,
    /// Fixed query parameters. The value may hold `{account}` and `{parent}`.
    pub query: &'static [(&'static str, &'static str)],
    /// What of a long list is asked for.
    pub since: Option<Since>,
    /// Of a long list, whether anything is older than this: one page tells.
    pub until: Option<Until>,
    /// The rows in the answer.
    pub answer: Answer,
    /// How often it is asked.
    pub per: Per,
    /// The permission a restricted key needs, where one is known.
    pub permission: Option<&'static str>,
    /// Another endpoint with the same rows, perhaps poorer in columns, for when this one is refused.
    pub fallback: Option<&'static Endpoint>,
    /// What a 404 says.
    pub missing: Missing,
    /// Reading stops after this many pages, and the listing then counts as incomplete.
    pub max_pages: u32,
    /// Whether the Organization's OAuth app asks, and no account's credential may.
    pub by_organization: bool,
    /// Whether it is asked of suspended and closed accounts too.
    pub of_inactive: bool,
}

/// The youngest part of a list that may be very long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Since {
    /// The query parameter, literally as Twilio names it: `DateCreated>`.
    pub parameter: &'static str,
    /// How many days before the start of the scan the list begins.
    pub days: u16,
    /// How the moment is written.
    pub written: Moment,
}

impl Since {
    /// The beginning of the part, as the query parameter takes it.
    pub fn before(self, moment: Timestamp) -> String {
        self.written.days_before(moment, self.days)
    }
}

/// The old part of a list, of which the newest page is enough: whether there is any is the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Until {
    /// The query parameter, literally as Twilio names it: `DateCreated<`.
    pub parameter: &'static str,
    /// How many days before the start of the scan the list ends.
    pub days: Days,
    /// How the moment is written.
    pub written: Moment,
}

/// A number of days that differs from scan to scan or from listing to listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Days {
    /// The word that the listing goes by, where it is read per word.
    Word,
    /// As long as recordings may be kept, by what the operator declared.
    RecordingRetention,
}

/// How a query parameter names a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// `2026-11-23`
    Day,
    /// `2026-11-23T00:00:00Z`
    Instant,
}

impl Moment {
    /// The beginning of the day so many days before a moment, as a query parameter takes it.
    pub fn days_before(self, moment: Timestamp, days: u16) -> String {
        let day = day_of(moment);
        let day = day.checked_sub(Span::new().days(i64::from(days))).unwrap_or(day);
        match self {
            Self::Day => day.to_string(),
            Self::Instant => format!("{day}T00:00:00Z"),
        }
    }
}

/// What a 404 says about something that is always at its address if it is there at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Nothing certain: it may be absent, out of reach or never provisioned.
    Unclear,
    /// That it was never configured, which is an answer. Only where Twilio's behaviour is known.
    NeverConfigured,
}

/// What an answer looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// One object.
    Single,
    /// A list of objects.
    List {
        /// The name of the array. Empty where no source tells it: then it is the answer itself, or what
        /// `meta.key` names, or the only array in the answer, and anything else is no answer.
        key: &'static str,
        /// How the next page is found.
        paging: Paging,
        /// The page size asked for: the documented maximum. 0 asks for none.
        page_size: u16,
    },
}

/// How the next page of a list is found. The styles are those of Twilio's API generations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// `next_page_uri`, relative (2010-04-01 API).
    Uri,
    /// `meta.next_page_url`, absolute (v1 and v2 APIs).
    Meta,
    /// `meta.nextToken`, sent back as `pageToken` (v3-style APIs).
    Token,
    /// `meta.next_token`, sent back as `Token` (porting).
    SnakeToken,
    /// `has_next`, with `Page` counted up from 0 (short-code applications).
    Number,
    /// `totalResults`, with `startIndex` counted up from 1 (SCIM).
    Scim,
    /// Everything in one answer.
    None,
}

/// How often an endpoint is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Per {
    /// Once, with the parent account's credential.
    Tree,
    /// Once, with the Organization's OAuth app.
    Organization,
    /// Once per account.
    Account,
    /// Once per account for each of these words, which take the place of a parent's SID.
    Word(&'static [&'static str]),
    /// Once per row of another kind, where the named column is set.
    Each {
        /// The other kind.
        kind: &'static str,
        /// The column that must be set: `sid` for every row.
        having: &'static str,
    },
}

impl Paging {
    /// The query parameter for the size of a page.
    pub const fn size_parameter(self) -> &'static str {
        match self {
            Self::Uri | Self::Meta | Self::Number | Self::None => "PageSize",
            Self::Token => "pageSize",
            Self::SnakeToken => "Size",
            Self::Scim => "count",
        }
    }
}

/// A list that is read once per account, with the paging of its host, in pages of 1000.
pub(super) const fn list(host: Host, path: &'static str, key: &'static str) -> Endpoint {
    let answer = Answer::List { key, paging: host.paging(), page_size: 1000 };
    Endpoint { answer, ..single(host, path) }
}

/// An object that is read once per account.
pub(super) const fn single(host: Host, path: &'static str) -> Endpoint {
    Endpoint {
        host,
        path,
        query: &[],
        since: None,
        until: None,
        answer: Answer::Single,
        per: Per::Account,
        permission: None,
        fallback: None,
        missing: Missing::Unclear,
        max_pages: u32::MAX,
        by_organization: false,
        of_inactive: false,
    }
}

impl Endpoint {
    /// Whether the query names the account that is meant.
    pub fn names_account(&self) -> bool {
        self.query.iter().any(|(_, value)| *value == "{account}")
    }

    /// Asked as the Organization's OAuth app.
    pub(super) const fn by_organization(self) -> Self {
        Self { by_organization: true, ..self }
    }

    /// Whether it is about accounts or keys, which a Standard key may not read.
    /// Source: <https://www.twilio.com/docs/iam/api-keys>, read 2026-11. It names these two; what else the host
    /// of the keys serves is taken to be as closed as they are.
    pub fn is_of_accounts_or_keys(&self) -> bool {
        let rest = self.path.trim_start_matches("/2010-04-01/Accounts").trim_start_matches("/{account}");
        match self.host {
            Host::Iam => true,
            Host::Api => rest == ".json" || rest.starts_with("/Keys") || rest.starts_with("/SigningKeys"),
            _ => false,
        }
    }

    /// Asked once for the whole tree.
    pub(super) const fn per_tree(self) -> Self {
        Self { per: Per::Tree, ..self }
    }

    /// Asked once, with the Organization's OAuth app.
    pub(super) const fn per_organization(self) -> Self {
        Self { per: Per::Organization, ..self.by_organization() }
    }

    /// Asked once per account for each of these words, which stand where the path or the query says `{parent}`.
    pub(super) const fn per_word(self, words: &'static [&'static str]) -> Self {
        Self { per: Per::Word(words), ..self }
    }

    /// Asked once per row of another kind.
    pub(super) const fn per_each(self, kind: &'static str) -> Self {
        self.per_each_having(kind, "sid")
    }

    /// Asked once per row of another kind in which the named column is set.
    pub(super) const fn per_each_having(self, kind: &'static str, having: &'static str) -> Self {
        Self { per: Per::Each { kind, having }, ..self }
    }

    /// Fixed query parameters.
    pub(super) const fn query(self, query: &'static [(&'static str, &'static str)]) -> Self {
        Self { query, ..self }
    }

    /// A query parameter that asks for the last so many days, written as a day.
    pub(super) const fn since(self, parameter: &'static str, days: u16) -> Self {
        Self { since: Some(Since { parameter, days, written: Moment::Day }), ..self }
    }

    /// A query parameter that asks for the last so many days, written as a moment.
    pub(super) const fn since_instant(self, parameter: &'static str, days: u16) -> Self {
        Self { since: Some(Since { parameter, days, written: Moment::Instant }), ..self }
    }

    /// A query parameter that asks for what is older than so many days; one page is read.
    pub(super) const fn until(self, parameter: &'static str, days: Days, written: Moment) -> Self {
        Self { until: Some(Until { parameter, days, written }), ..self }
    }

    /// The documented maximum page size, where it is not 1000; 0 where there is no such parameter.
    pub(super) const fn page_size(self, page_size: u16) -> Self {
        match self.answer {
            Answer::List { key, paging, .. } => {
                Self { answer: Answer::List { key, paging, page_size }, ..self }
            }
            Answer::Single => self,
        }
    }

    /// How the next page is found, where it is not the host's way.
    pub(super) const fn paged_by(self, paging: Paging) -> Self {
        match self.answer {
            Answer::List { key, page_size, .. } => {
                Self { answer: Answer::List { key, paging, page_size }, ..self }
            }
            Answer::Single => self,
        }
    }

    /// 404 says that it was never configured.
    pub(super) const fn never_configured_if_missing(self) -> Self {
        Self { missing: Missing::NeverConfigured, ..self }
    }

    /// The permission a restricted key needs.
    pub(super) const fn permission(self, permission: &'static str) -> Self {
        Self { permission: Some(permission), ..self }
    }

    /// A poorer endpoint to ask when this one is refused.
    pub(super) const fn fallback(self, fallback: &'static Endpoint) -> Self {
        Self { fallback: Some(fallback), ..self }
    }

    /// Reading stops after so many pages.
    pub(super) const fn at_most_pages(self, max_pages: u32) -> Self {
        Self { max_pages, ..self }
    }

    /// Asked of suspended and closed accounts too.
    pub(super) const fn of_inactive_too(self) -> Self {
        Self { of_inactive: true, ..self }
    }
}
