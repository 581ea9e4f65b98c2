//! What a scan would ask, before it does.

use std::collections::BTreeMap;
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
    pub overall: usize,
    /// How many of them Twilio may count for one account.
    pub per_account: usize,
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
    /// The account that Twilio counts the requests for: that of the credential they are sent with.
    pub counted_for: String,
    /// The host.
    pub host: String,
    /// The requests that are made in any case: one for each list that stands under none.
    pub least: usize,
    /// The requests that the newest scan made: pages, and lists under what was listed. Nothing where there was none.
    pub last_time: Option<usize>,
}

impl Asked {
    /// The requests to expect: those of the newest scan where it knew the account, the least otherwise.
    pub fn expected(&self) -> usize {
        self.last_time.unwrap_or(0).max(self.least)
    }
}

impl Plan {
    /// The requests to expect, all together.
    pub fn expected(&self) -> usize {
        self.asked.iter().map(Asked::expected).sum()
    }

    /// The account whose limit holds everything up, if the limit of all together does not: one credential may have far more
    /// to ask than the others, or all of it.
    pub fn bottleneck(&self) -> Option<&str> {
        self.rounds().1
    }

    /// How long they take, if answers take as long as while signing in, and nobody else asks.
    pub fn duration(&self) -> Option<Duration> {
        Some(self.latency? * u32::try_from(self.rounds().0).ok()?)
    }

    /// How many answers have to be waited for one after the other, and the account whose limit makes them so many, where
    /// the limit of all together does not.
    fn rounds(&self) -> (usize, Option<&str>) {
        let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
        for asked in &self.asked {
            *counted.entry(&asked.counted_for).or_default() += asked.expected();
        }
        let of_all = self.expected().div_ceil(self.overall.max(1));
        match counted.into_iter().max_by_key(|(_, requests)| *requests) {
            Some((account, requests)) if requests.div_ceil(self.per_account.max(1)) > of_all => {
                (requests.div_ceil(self.per_account.max(1)), Some(account))
            }
            _ => (of_all, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(counted_for: &str, least: usize, last_time: Option<usize>) -> Asked {
        let text = String::new;
        let counted_for = counted_for.to_owned();
        Asked { account_sid: text(), account_name: text(), counted_for, host: text(), least, last_time }
    }

    fn plan(asked: Vec<Asked>) -> Plan {
        Plan {
            asked,
            accounts: 3,
            active: 3,
            notices: Vec::new(),
            signing_in: 4,
            overall: 20,
            per_account: 10,
            latency: Some(Duration::from_millis(200)),
        }
    }

    #[test]
    fn what_was_asked_last_time_is_expected_again() {
        let plan = plan(vec![asked("A", 10, None), asked("B", 10, Some(25)), asked("C", 10, Some(4))]);
        assert_eq!(plan.expected(), 45);
        assert_eq!((plan.duration(), plan.bottleneck()), (Some(Duration::from_millis(600)), None));
        assert_eq!(Plan { latency: None, ..plan }.duration(), None);
    }

    #[test]
    fn what_is_counted_for_one_account_waits_for_its_limit() {
        let plan = plan(vec![asked("A", 40, None), asked("A", 40, None), asked("B", 10, None)]);
        assert_eq!((plan.duration(), plan.bottleneck()), (Some(Duration::from_millis(1600)), Some("A")));
    }
}
