//! Who may send a request now. Twilio counts requests in flight per account, and live traffic counts too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

use super::tempo::{Sign, Tempo};

/// How many requests may be under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In one account at most; how many really are depends on what Twilio answers.
    pub per_account: usize,
    /// Altogether at most.
    pub overall: usize,
    /// How many may be sent until the run halts; any number where nothing is said.
    pub budget: Option<u64>,
    /// The moment from which on no more are sent; none where that does not matter.
    pub until: Option<std::time::Instant>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { per_account: 10, overall: 128, budget: None, until: None }
    }
}

/// The one owner of the limits; nothing is sent without its leave.
#[derive(Debug)]
pub(super) struct Gate {
    overall: Arc<Semaphore>,
    per_account: usize,
    accounts: Mutex<HashMap<String, Arc<AccountGate>>>,
}

#[derive(Debug)]
struct AccountGate {
    state: Mutex<State>,
    /// Wakes those who wait for their account, first come, first served.
    room: Notify,
}

#[derive(Debug)]
struct State {
    tempo: Tempo,
    /// Requests that have a place: those in flight, and those whose turn overall is still to come.
    places: usize,
    flights: Vec<Flight>,
    sent: u64,
    closed_until: Instant,
}

/// A request in flight.
#[derive(Debug)]
struct Flight {
    number: u64,
    /// How often the share of the account had been halved when it was sent.
    cuts: u64,
    /// How many of ours were in flight in the account at most since then.
    most: usize,
}

/// Leave to send one request; given back when dropped.
#[derive(Debug)]
pub(super) struct Leave {
    account: Place,
    _shared: OwnedSemaphorePermit,
    /// The number of its [`Flight`].
    number: u64,
}

/// A place among the requests of an account, freed when dropped.
#[derive(Debug)]
struct Place(Arc<AccountGate>);

impl Gate {
    pub(super) fn new(limits: Limits) -> Self {
        Self {
            overall: Arc::new(Semaphore::new(limits.overall.max(1))),
            per_account: limits.per_account,
            accounts: Mutex::default(),
        }
    }

    /// Waits for leave to send one request for an account. Always the account first, then overall, so that nobody
    /// waits in a circle, and an account with much to ask does not hold the places of others. Nothing only if the
    /// gate was torn down.
    pub(super) async fn enter(&self, account: &str) -> Option<Leave> {
        let gate = self.of(account);
        let place = gate.enter().await;
        loop {
            let shared = Arc::clone(&self.overall).acquire_owned().await.ok()?;
            let until = {
                let mut state = place.0.state();
                if state.closed_until <= Instant::now() {
                    let number = state.send();
                    drop(state);
                    return Some(Leave { account: place, _shared: shared, number });
                }
                state.closed_until
            };
            // Whoever must wait keeps no place that another account could use.
            drop(shared);
            tokio::time::sleep_until(until).await;
        }
    }

    /// Lets nobody in for an account for a while: Twilio asked for it.
    pub(super) fn close(&self, account: &str, wait: Duration) {
        let gate = self.of(account);
        let mut state = gate.state();
        state.closed_until = state.closed_until.max(Instant::now() + wait);
    }

    /// Forgets what was learnt of an account, unless somebody is still asking there.
    pub(super) fn forget(&self, account: &str) {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.get(account).is_some_and(|gate| Arc::strong_count(gate) == 1) {
            accounts.remove(account);
        }
    }

    fn of(&self, account: &str) -> Arc<AccountGate> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry(account.to_owned()).or_insert_with(|| {
            Arc::new(AccountGate {
                state: Mutex::new(State {
                    tempo: Tempo::new(self.per_account),
                    places: 0,
                    flights: Vec::new(),
                    sent: 0,
                    closed_until: Instant::now(),
                }),
                room: Notify::new(),
            })
        }))
    }
}

impl AccountGate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn enter(self: Arc<Self>) -> Place {
        loop {
            // Before looking, so that room which is made in between is not missed.
            let room = self.room.notified();
            {
                let mut state = self.state();
                if state.places < state.tempo.limit() {
                    state.places += 1;
                    // There may be room for more than one.
                    if state.places < state.tempo.limit() {
                        self.room.notify_one();
                    }
                    break;
                }
            }
            room.await;
        }
        Place(self)
    }
}

impl State {
    /// Notes that a request is sent, and numbers it.
    fn send(&mut self) -> u64 {
        self.sent += 1;
        self.flights.push(Flight { number: self.sent, cuts: self.tempo.cuts(), most: 0 });
        let now = self.flights.len();
        self.flights.iter_mut().for_each(|flight| flight.most = flight.most.max(now));
        self.sent
    }
}

impl Leave {
    /// Gives the leave back, with what the answer told of the account.
    pub(super) fn answered(self, sign: Sign) {
        let mut state = self.account.0.state();
        let is_full = state.places >= state.tempo.limit();
        let Some(flight) = state.flights.iter().find(|flight| flight.number == self.number) else { return };
        // Twilio counted at some moment of the flight: the largest number takes none of ours for somebody else's.
        state.tempo = state.tempo.after(sign, flight.cuts, flight.most, is_full);
    }
}

impl Drop for Leave {
    fn drop(&mut self) {
        let mut state = self.account.0.state();
        state.flights.retain(|flight| flight.number != self.number);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.places = state.places.saturating_sub(1);
        drop(state);
        self.0.room.notify_one();
    }
}
