//! The pages of a listing, one after the other.

use std::collections::HashSet;

use url::Url;

use crate::credentials::Caller;
use crate::twilio::{Client, Failure, Reply, Request};

/// A listing of more pages is not read on: at the largest page size that is a million rows.
const MOST_PAGES: u32 = 1000;

/// The pages of one listing, one after the other. It never asks for the same page twice.
pub(super) struct Pages<'a> {
    client: &'a Client,
    caller: Caller<'a>,
    next: Option<Url>,
    seen: HashSet<Url>,
    pub(super) count: u32,
}

impl<'a> Pages<'a> {
    pub(super) fn new(client: &'a Client, caller: Caller<'a>, first: Url) -> Self {
        Self::going_on(client, caller, first, 0)
    }

    /// From a page on that others were read before.
    pub(super) fn going_on(client: &'a Client, caller: Caller<'a>, next: Url, count: u32) -> Self {
        Self { client, caller, next: Some(next), seen: HashSet::new(), count }
    }

    /// The next answer and where it came from; nothing at the end.
    pub(super) async fn next(&mut self) -> Option<Result<(Url, Reply), Failure>> {
        let url = self.next.take()?;
        if self.count >= MOST_PAGES {
            return Some(Err(Failure::broken("it has more than 1000 pages: not read on")));
        }
        if !self.seen.insert(url.clone()) {
            return Some(Err(Failure::broken("its pages lead back to one that was read already")));
        }
        let answer = self.client.get(Request { url: &url, caller: self.caller }).await;
        self.count += u32::from(answer.is_ok());
        Some(answer.map(|reply| (url, reply)))
    }

    pub(super) fn follow(&mut self, next: Option<Url>) {
        self.next = next;
    }

    /// What comes next.
    pub(super) const fn upcoming(&self) -> Option<&Url> {
        self.next.as_ref()
    }
}
