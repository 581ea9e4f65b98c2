//! A bad day of the network: a share of all requests fails once or twice and is then answered.
//!
//! Which ones they are depends on nothing but the seed and the requests, so that a run can be had again.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

use super::fault::Trouble;

/// How unsteady a simulator is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unsteady {
    /// How many requests in a hundred fail at first.
    pub percent: u8,
    /// Another seed, other requests.
    pub seed: u64,
}

/// The requests that fail at first, and how often each did so far.
pub(super) struct Share {
    unsteady: Unsteady,
    failed: Mutex<HashMap<u64, u64>>,
}

impl Share {
    pub(super) fn new(unsteady: Unsteady) -> Self {
        Self { unsteady, failed: Mutex::default() }
    }

    /// The trouble for this request, which is for the given account; counts it.
    pub(super) fn strike(&self, path: &str, account: &str) -> Option<Trouble> {
        let mut hasher = DefaultHasher::new();
        (self.unsteady.seed, path, account).hash(&mut hasher);
        let lot = hasher.finish();
        if lot % 100 >= u64::from(self.unsteady.percent) {
            return None;
        }
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let before = failed.entry(lot).or_default();
        let most = 1 + (lot >> 16) % 2;
        if *before >= most {
            return None;
        }
        *before += 1;
        Some(trouble((lot >> 32) + *before))
    }
}

/// What the network, a gateway and Twilio itself do wrong, in turn.
fn trouble(number: u64) -> Trouble {
    match number % 5 {
        0 => Trouble::TooManyRequests { retry_after: None },
        1 => Trouble::Error { status: 500, code: 20500, message: "Internal Server Error".to_owned() },
        2 => Trouble::Html { status: 503 },
        3 => Trouble::Disconnect,
        _ => Trouble::BrokenBody,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_fails_once_or_twice_and_then_no_more() {
        let strikes = |seed| {
            let share = Share::new(Unsteady { percent: 20, seed });
            let tries = |path: &str| (0..9).filter(|_| share.strike(path, "AC1").is_some()).count();
            (0..10_000).map(|number| tries(&format!("/api.twilio.com/{number}"))).collect::<Vec<_>>()
        };
        let (first, again, other) = (strikes(1), strikes(1), strikes(2));
        assert_eq!(first, again);
        assert_ne!(first, other);
        let failing = first.iter().filter(|times| **times > 0).count();
        assert!((1_800..2_200).contains(&failing), "{failing}");
        assert!(first.iter().all(|times| *times <= 2) && first.contains(&1) && first.contains(&2));
    }
}
