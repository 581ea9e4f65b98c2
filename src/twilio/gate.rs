//! How many requests may be under way. Twilio counts them per account, and live traffic counts too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Requests under way in one account at most.
const PER_ACCOUNT: usize = 4;
/// Requests under way altogether at most.
const OVERALL: usize = 8;

/// The one owner of the limit; nothing is sent without its leave.
#[derive(Debug)]
pub(super) struct Gate {
    overall: Arc<Semaphore>,
    accounts: Mutex<HashMap<String, Arc<AccountGate>>>,
}

#[derive(Debug)]
struct AccountGate {
    under_way: Arc<Semaphore>,
    closed_until: Mutex<Instant>,
}

/// Leave to send one request; given back when dropped.
#[derive(Debug)]
pub(super) struct Leave(#[expect(dead_code, reason = "held, not read")] [OwnedSemaphorePermit; 2]);

impl Gate {
    pub(super) fn new() -> Self {
        Self { overall: Arc::new(Semaphore::new(OVERALL)), accounts: Mutex::default() }
    }

    /// Waits for leave to send one request for an account. Always the account first, then overall,
    /// so that nobody waits in a circle. Nothing only if the gate was torn down.
    pub(super) async fn enter(&self, account: &str) -> Option<Leave> {
        let gate = self.of(account);
        let own = Arc::clone(&gate.under_way).acquire_owned().await.ok()?;
        loop {
            let shared = Arc::clone(&self.overall).acquire_owned().await.ok()?;
            let until = *gate.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
            if until <= Instant::now() {
                return Some(Leave([own, shared]));
            }
            // Whoever must wait keeps no place that another account could use.
            drop(shared);
            tokio::time::sleep_until(until).await;
        }
    }

    /// Lets nobody in for an account for a while: Twilio asked for it.
    pub(super) fn close(&self, account: &str, wait: Duration) {
        let gate = self.of(account);
        let mut until = gate.closed_until.lock().unwrap_or_else(PoisonError::into_inner);
        *until = (*until).max(Instant::now() + wait);
    }

    fn of(&self, account: &str) -> Arc<AccountGate> {
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(accounts.entry(account.to_owned()).or_insert_with(|| {
            Arc::new(AccountGate {
                under_way: Arc::new(Semaphore::new(PER_ACCOUNT)),
                closed_until: Mutex::new(Instant::now()),
            })
        }))
    }
}
