//! What was sent so far, and whether to send on.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Requests in a row that nobody answers, each after all its tries, before it is looked into whether the network is
/// lost.
const SUSPICIOUS_AFTER: u32 = 20;

/// Why no more requests are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Halt {
    /// As many were sent as were allowed.
    #[error("as many requests were sent as --budget allows")]
    Budget,
    /// The time is over.
    #[error("the time that --deadline allows is over")]
    Deadline,
    /// Nobody answers any more.
    #[error("the network is lost: nobody answers any more, whatever is asked")]
    NoConnection,
}

/// The requests of one run. All numbers count tries: a request that is sent three times counts three times.
#[derive(Debug, Default)]
pub struct Traffic {
    /// How many may be sent; any number where nothing is said.
    budget: Option<u64>,
    /// When to stop; never where nothing is said.
    until: Option<Instant>,
    sent: AtomicU64,
    ended: AtomicU64,
    refused: AtomicU64,
    answered: AtomicU64,
    /// How long the answers took altogether, in microseconds.
    waited: AtomicU64,
    unanswered_in_a_row: AtomicU32,
    halt: OnceLock<Halt>,
}

impl Traffic {
    /// Of a run that may send so many, and only until a moment.
    pub(super) fn within(budget: Option<u64>, until: Option<Instant>) -> Self {
        Self { budget, until, ..Self::default() }
    }

    /// Notes that one is about to be sent; no more where the run is to halt.
    pub(super) fn send(&self) -> Result<(), Halt> {
        if let Some(halt) = self.halt() {
            return Err(halt);
        }
        if self.until.is_some_and(|until| Instant::now() >= until) {
            return Err(*self.halt.get_or_init(|| Halt::Deadline));
        }
        let before = self.sent.fetch_add(1, Ordering::Relaxed);
        if self.budget.is_some_and(|budget| before >= budget) {
            self.sent.fetch_sub(1, Ordering::Relaxed);
            return Err(*self.halt.get_or_init(|| Halt::Budget));
        }
        Ok(())
    }

    /// Notes how one ended: with an answer after this time, or without.
    pub(super) fn ended(&self, status: Option<u16>, took: Duration) {
        self.ended.fetch_add(1, Ordering::Relaxed);
        if status == Some(429) {
            self.refused.fetch_add(1, Ordering::Relaxed);
        }
        if status.is_some() {
            self.unanswered_in_a_row.store(0, Ordering::Relaxed);
            self.answered.fetch_add(1, Ordering::Relaxed);
            let took = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
            self.waited.fetch_add(took, Ordering::Relaxed);
        }
    }

    /// Notes that a request was given up without an answer. Says whether so many were in a row that somebody should look
    /// whether there is still a network: it may be one host that is down, and the last to be asked.
    pub(super) fn gave_up(&self) -> bool {
        (self.unanswered_in_a_row.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(SUSPICIOUS_AFTER)
    }

    /// Notes that there is no network any more.
    pub(super) fn lost(&self) {
        let _ = self.halt.set(Halt::NoConnection);
    }

    /// Why no more are sent, if so.
    pub fn halt(&self) -> Option<Halt> {
        self.halt.get().copied()
    }

    /// How many were sent.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// How many are under way.
    pub fn in_flight(&self) -> u64 {
        self.sent().saturating_sub(self.ended.load(Ordering::Relaxed))
    }

    /// How many Twilio refused because there were too many.
    pub fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }

    /// How long an answer takes on average; nothing before the first.
    pub fn latency(&self) -> Option<Duration> {
        let answered = self.answered.load(Ordering::Relaxed);
        let waited = Duration::from_micros(self.waited.load(Ordering::Relaxed));
        u32::try_from(answered).ok().filter(|answered| *answered > 0).map(|answered| waited / answered)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_sent_when_the_time_is_over() {
        let now = Instant::now();
        let over = Traffic::within(None, Some(now));
        assert_eq!((over.send(), over.halt()), (Err(Halt::Deadline), Some(Halt::Deadline)));
        assert_eq!(over.sent(), 0);
        assert_eq!(Traffic::within(None, Some(now + Duration::from_secs(3600))).send(), Ok(()));
    }

    #[test]
    fn no_more_are_sent_than_are_allowed() {
        let traffic = Traffic::within(Some(2), None);
        assert_eq!([traffic.send(), traffic.send(), traffic.send()], [Ok(()), Ok(()), Err(Halt::Budget)]);
        assert_eq!((traffic.sent(), traffic.halt()), (2, Some(Halt::Budget)));
        assert_eq!(Traffic::default().send(), Ok(()));
    }

    #[test]
    fn silence_is_suspicious_when_it_lasts() {
        let traffic = Traffic::default();
        let silence = || (1..SUSPICIOUS_AFTER).any(|_| traffic.gave_up());
        assert!(!silence());
        traffic.ended(Some(500), Duration::ZERO);
        assert!(!silence(), "somebody answered in between");
        assert!(traffic.gave_up());
        assert_eq!(traffic.halt(), None, "that is for a look to decide");
    }
}
