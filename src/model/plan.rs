//! What a scan would ask, before it does.

use std::time::Duration;

/// What a scan would ask.
#[derive(Debug, Clone)]
pub struct Plan {
    /// By account in the order of the scan, then by host.
    pub asked: Vec<Asked>,
    /// The accounts, active or not.
    pub accounts: usize,
    /// Those that are active, and so asked about everything.
    pub active: usize,
    /// What the reader must know of the tree and of the credentials, in sentences.
    pub notices: Vec<String>,
    /// What signing in asked.
    pub signing_in: u64,
    /// How many requests may be under way at once, in all accounts together.
    pub at_once: usize,
    /// How long an answer took on average while signing in.
    pub latency: Option<Duration>,
}

/// What is asked of one host about one account.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The account.
    pub account_sid: String,
    /// Its name, or its SID where no name could be read.
    pub account_name: String,
    /// The host.
    pub host: String,
    /// The requests that are made in any case: one for each list that stands under none.
    pub least: usize,
    /// The requests that the newest scan made: pages, and lists under what was listed. Nothing where there was none.
    pub last_time: Option<usize>,
}

impl Plan {
    /// The requests to expect: those of the newest scan where it knew the account, the least otherwise.
    pub fn expected(&self) -> usize {
        self.asked.iter().map(|asked| asked.last_time.unwrap_or(0).max(asked.least)).sum()
    }

    /// How long they take, if answers take as long as while signing in, and nobody else asks.
    pub fn duration(&self) -> Option<Duration> {
        let rounds = self.expected().div_ceil(self.at_once.max(1));
        Some(self.latency? * u32::try_from(rounds).ok()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(least: usize, last_time: Option<usize>) -> Asked {
        let text = String::new;
        Asked { account_sid: text(), account_name: text(), host: text(), least, last_time }
    }

    #[test]
    fn what_was_asked_last_time_is_expected_again() {
        let plan = Plan {
            asked: vec![asked(10, None), asked(10, Some(25)), asked(10, Some(4))],
            accounts: 3,
            active: 3,
            notices: Vec::new(),
            signing_in: 4,
            at_once: 10,
            latency: Some(Duration::from_millis(200)),
        };
        assert_eq!(plan.expected(), 45);
        assert_eq!(plan.duration(), Some(Duration::from_secs(1)));
        assert_eq!(Plan { latency: None, ..plan }.duration(), None);
    }
}
