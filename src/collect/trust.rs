//! When a credential is worth trying anew. One that Twilio stopped to take would be refused by every list of every account
//! that is left, and each of these requests has a place that live traffic could use.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Refusals in a row, with no good answer in between, after which a credential is tried anew. Some lists refuse keys that
/// are good elsewhere; should there be so many in a row, trying costs a few requests and changes nothing.
const SUSPICIOUS: u32 = 10;

/// Refusals of each credential since its last good answer, by its user name. What is tried anew stays at the limit until
/// it is known to be good.
#[derive(Debug, Default)]
pub(super) struct Trust(Mutex<HashMap<String, u32>>);

impl Trust {
    /// After a good answer.
    pub(super) fn answered(&self, user: &str) {
        let mut refusals = self.refusals();
        if refusals.get(user).is_some_and(|times| *times < SUSPICIOUS) {
            refusals.remove(user);
        }
    }

    /// After a refusal: whether the credential is to be tried anew, which is said once.
    pub(super) fn refused(&self, user: &str) -> bool {
        let mut refusals = self.refusals();
        let times = refusals.entry(user.to_owned()).or_default();
        let was_suspicious = *times >= SUSPICIOUS;
        *times = (*times + 1).min(SUSPICIOUS);
        !was_suspicious && *times == SUSPICIOUS
    }

    /// After it was tried and is good.
    pub(super) fn is_good(&self, user: &str) {
        self.refusals().remove(user);
    }

    fn refusals(&self) -> MutexGuard<'_, HashMap<String, u32>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_refusals_in_a_row_make_suspicious() {
        let trust = Trust::default();
        for _ in 0..3 {
            assert!((1..SUSPICIOUS).all(|_| !trust.refused("SK1")));
            trust.answered("SK1");
        }
        assert!((1..SUSPICIOUS).all(|_| !trust.refused("SK1")));
        assert!(!trust.refused("SK2"), "each for itself");
        assert!(trust.refused("SK1"));
        trust.answered("SK1");
        assert!(!trust.refused("SK1"), "it is being tried, whatever was under way");
        trust.is_good("SK1");
        assert!((1..SUSPICIOUS).all(|_| !trust.refused("SK1")) && trust.refused("SK1"));
    }
}
