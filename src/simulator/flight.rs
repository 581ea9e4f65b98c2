//! Counts the requests in flight per account: what Twilio limits.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub(super) struct Flights(Mutex<Counts>);

#[derive(Default)]
struct Counts {
    now: BTreeMap<String, usize>,
    now_overall: usize,
    peak: usize,
    peak_overall: usize,
}

/// A request in flight, until it is dropped.
pub(super) struct Flight<'a> {
    flights: &'a Flights,
    account: String,
}

impl Flights {
    pub(super) fn begin(&self, account: &str) -> Flight<'_> {
        let mut counts = self.counts();
        let now = counts.now.entry(account.to_owned()).or_default();
        *now += 1;
        let now = *now;
        counts.peak = counts.peak.max(now);
        counts.now_overall += 1;
        counts.peak_overall = counts.peak_overall.max(counts.now_overall);
        Flight { flights: self, account: account.to_owned() }
    }

    pub(super) fn of(&self, account: &str) -> usize {
        self.counts().now.get(account).copied().unwrap_or_default()
    }

    pub(super) fn peak(&self) -> usize {
        self.counts().peak
    }

    pub(super) fn peak_overall(&self) -> usize {
        self.counts().peak_overall
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight<'_> {
    /// How many requests of the account are in flight, this one included.
    pub(super) fn in_flight(&self) -> usize {
        self.flights.of(&self.account)
    }
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        let mut counts = self.flights.counts();
        counts.now_overall = counts.now_overall.saturating_sub(1);
        if let Some(now) = counts.now.get_mut(&self.account) {
            *now = now.saturating_sub(1);
        }
    }
}
