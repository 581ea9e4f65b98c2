//! The pages of a listing, one after the other.

use std::collections::HashSet;

use url::Url;

use crate::credentials::Credential;
use crate::twilio::{Client, Failure, Request};

/// A listing of more pages is not read on: at the largest page size that is a million rows.
const MOST_PAGES: u32 = 1000;

/// The pages of one listing, one after the other. It never asks for the same page twice.
pub(super) struct Pages<'a> {
    client: &'a Client,
    credential: &'a Credential,
    next: Option<Url>,
    seen: HashSet<Url>,
    pub(super) count: u32,
}

impl<'a> Pages<'a> {
    pub(super) fn new(client: &'a Client, credential: &'a Credential, first: Url) -> Self {
        Self { client, credential, next: Some(first), seen: HashSet::new(), count: 0 }
    }

    /// The next answer and where it came from; nothing at the end.
    pub(super) async fn next(&mut self) -> Option<Result<(Url, Vec<u8>), Failure>> {
        let url = self.next.take()?;
        if self.count >= MOST_PAGES {
            return Some(Err(Failure::broken("it has more than 1000 pages: not read on")));
        }
        if !self.seen.insert(url.clone()) {
            return Some(Err(Failure::broken("its pages lead back to one that was read already")));
        }
        let answer = self.client.get(Request { url: &url, credential: self.credential }).await;
        self.count += u32::from(answer.is_ok());
        Some(answer.map(|body| (url, body)))
    }

    pub(super) fn follow(&mut self, next: Option<Url>) {
        self.next = next;
    }

    pub(super) const fn has_next(&self) -> bool {
        self.next.is_some()
    }
}
