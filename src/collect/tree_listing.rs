//! The account list of a credential. Twilio was seen to show in it the account that asks as well, so that one request
//! signs in and lists; the page of accounts, <https://www.twilio.com/docs/iam/api/account>, read 2026-11, does not say so.
//! An account that is not shown is asked for by its SID.

use super::address::{Occasion, first_url};
use super::pages::Pages;
use super::raw_row::{Place, RawRow, ReduceError};
use super::reduce::reduce;
use super::reduction::Reduction;
use super::refusal::answered;
use super::sign_in::{Heading, SignedIn, Unusable, sign_in, with_account, without_account};
use crate::catalogue::{ACCOUNT_TREE, Answer, Kind};
use crate::credentials::{Credential, CredentialKind, Secret};
use crate::evidence::{Row, Value};
use crate::model::{AccountSid, Clock, Coverage, CoverageStatus, in_seconds};
use crate::twilio::{Client, Failure, FailureKind, parse_page};

/// How an account list was read.
#[derive(Default)]
pub(super) struct TreeListing {
    /// The accounts that it shows, foreign ones included.
    pub(super) rows: Vec<Row>,
    /// The Auth Tokens of active subaccounts, where they were wanted.
    pub(super) tokens: Vec<(AccountSid, Secret)>,
    pages: u32,
    /// Why it was not read to its end.
    pub(super) problem: Option<Failure>,
    /// What its first answer told besides.
    heading: Option<Heading>,
}

/// What it takes to read one.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) client: &'a Client,
    pub(super) reduction: &'a Reduction,
    /// Whether to take the Auth Tokens of subaccounts out of it.
    pub(super) derive_tokens: bool,
    pub(super) clock: Clock,
}

impl Reader<'_> {
    /// Signs in with a credential that is a parent's, as a rule, and lists the accounts, where one request does both: with
    /// an Auth Token, which names the account that asks. What a key may see need not be the account that it is said to be of.
    pub(super) async fn sign_in(
        self,
        credential: &Credential,
    ) -> (Result<SignedIn, Unusable>, Option<TreeListing>) {
        let Self { client, reduction, .. } = self;
        if credential.kind != CredentialKind::AuthToken {
            return (sign_in(client, credential, reduction).await, None);
        }
        let listing = self.list(credential).await;
        let signed_in = match (listing.own(&credential.account), &listing.problem) {
            (Some(row), _) => Ok(with_account(client, credential, row.clone(), listing.heading).await),
            (None, Some(failure)) if listing.pages == 0 && is_of_credential(failure) => {
                without_account(client, credential, failure.clone()).await
            }
            // The list is out of order, or nobody showed the account there.
            (None, _) => sign_in(client, credential, reduction).await,
        };
        (signed_in, Some(listing))
    }

    /// Lists the accounts.
    pub(super) async fn list(self, credential: &Credential) -> TreeListing {
        let mut listing = TreeListing::default();
        let Some(endpoint) = ACCOUNT_TREE.endpoint() else { return listing };
        let Answer::List { key, paging, page_size } = endpoint.answer else { return listing };
        let place = Place { account: credential.account.clone(), parent: String::new() };
        let occasion =
            Occasion { region: credential.region, started_at: self.clock.now(), recording_retention_days: 0 };
        let Ok(first) = first_url(endpoint, &place, None, occasion) else { return listing };
        let mut pages = Pages::new(self.client, credential.caller(), first);
        while let Some(answer) = pages.next().await {
            let page = answer.and_then(|(url, reply)| {
                listing.heading.get_or_insert_with(|| Heading::of(&reply));
                let page = parse_page(&reply.body, &url, (key, paging, page_size)).map_err(unreadable)?;
                for raw in page.rows {
                    let (row, token) = self.account(raw.get(), &place).map_err(unreadable)?;
                    listing.tokens.extend(token);
                    listing.rows.push(row);
                }
                Ok(page.next)
            });
            listing.pages = pages.count;
            match page {
                Ok(next) => pages.follow(next),
                Err(failure) => {
                    listing.problem = Some(failure);
                    break;
                }
            }
        }
        listing
    }

    /// An account of the list, and if it is an active subaccount its Auth Token, straight into a type that
    /// cannot be printed. An account that cannot be placed in the tree must not silently drop out of it.
    fn account(self, raw: &str, place: &Place) -> Result<(Row, Option<(AccountSid, Secret)>), ReduceError> {
        let raw = RawRow::read(raw)?;
        let row = reduce(&ACCOUNT_TREE, place, &raw, self.reduction)?;
        let account: AccountSid = row.sid.parse().map_err(|_| ReduceError::Unreadable("sid".to_owned()))?;
        if text(&ACCOUNT_TREE, &row, "owner_account_sid").is_none_or(str::is_empty) {
            return Err(ReduceError::Lacking("owner_account_sid"));
        }
        let is_active = text(&ACCOUNT_TREE, &row, "status") == Some("active");
        if !self.derive_tokens || !is_active || !is_child(&row, &place.account) {
            return Ok((row, None));
        }
        let token = raw.text("auth_token")?.filter(|token| !token.is_empty());
        Ok((row, token.map(|token| (account, Secret::new(token)))))
    }
}

fn unreadable(error: impl std::fmt::Display) -> Failure {
    Failure::broken(error.to_string()).with_status(200)
}

/// Whether a refusal of the list says of an Auth Token what any other request would.
const fn is_of_credential(failure: &Failure) -> bool {
    match failure.kind {
        FailureKind::Denied => matches!(failure.http_status, Some(401)),
        FailureKind::ClientValidation
        | FailureKind::TestCredentials
        | FailureKind::NoSuchHost
        | FailureKind::Halted => true,
        FailureKind::InactiveAccount
        | FailureKind::NoToken
        | FailureKind::NotFound
        | FailureKind::Retired
        | FailureKind::Unreachable
        | FailureKind::Broken => false,
    }
}

impl TreeListing {
    /// The account itself.
    fn own(&self, account: &AccountSid) -> Option<&Row> {
        self.rows.iter().find(|row| row.sid == account.as_str())
    }

    /// Whether all subaccounts of the parent are known, and why not. Without a parent that stands under the `first` account.
    pub(super) fn coverage(
        &self,
        parent: Option<(&AccountSid, &SignedIn)>,
        first: &AccountSid,
        clock: Clock,
    ) -> Coverage {
        let (status, reason) = match (&self.problem, parent) {
            (_, None) => (
                CoverageStatus::NoCredential,
                "no credential of the parent account that may list its accounts".to_owned(),
            ),
            (Some(failure), _) if failure.kind == FailureKind::Denied => {
                (CoverageStatus::Denied, failure.reason.clone())
            }
            (Some(failure), _) => (CoverageStatus::Failed, failure.reason.clone()),
            (None, Some(_)) => (CoverageStatus::Complete, String::new()),
        };
        let account = parent.map_or(first, |(account, _)| account).clone();
        let ended = Coverage::new(account, ACCOUNT_TREE.name, status, in_seconds(clock.now()));
        Coverage {
            credential_kind: parent.map(|(_, found)| found.kind.as_str().to_owned()),
            rows: u32::try_from(self.rows.len()).unwrap_or(u32::MAX),
            pages: self.pages,
            reason,
            ..answered(ended, self.problem.as_ref())
        }
    }
}

/// The list may hold accounts that merely authorised a Connect App of this one.
pub(super) fn is_child(row: &Row, parent: &AccountSid) -> bool {
    row.sid != parent.as_str() && text(&ACCOUNT_TREE, row, "owner_account_sid") == Some(parent.as_str())
}

/// The text of a column.
pub(super) fn text<'a>(kind: &Kind, row: &'a Row, column: &str) -> Option<&'a str> {
    let place = kind.columns.iter().position(|candidate| candidate.name == column)?;
    match row.values.get(place)? {
        Value::Text(text) => Some(text),
        _ => None,
    }
}
