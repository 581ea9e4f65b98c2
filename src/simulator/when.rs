//! Dates as Twilio writes them: RFC 2822 in the 2010 API and for keys, ISO 8601 everywhere else.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// The moment that the simulator takes for the present.
#[derive(Clone, Copy)]
pub(super) struct Clock(Timestamp);

/// How an endpoint writes dates.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Rfc2822,
    Iso,
}

impl Clock {
    pub(super) fn new(now: SystemTime) -> Self {
        let seconds = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        Self(Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH))
    }

    fn back(self, days: i64) -> Timestamp {
        Timestamp::from_second(self.0.as_second() - days * 86_400).unwrap_or(self.0)
    }

    /// The moment so many days ago.
    pub(super) fn days_ago(self, days: i64, style: Style) -> String {
        let then = self.back(days);
        match style {
            Style::Rfc2822 => then.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
            Style::Iso => then.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        }
    }

    /// The day so many days ago, or ahead for a negative number: `2026-11-23`.
    pub(super) fn day(self, days_ago: i64) -> String {
        self.back(days_ago).strftime("%Y-%m-%d").to_string()
    }

    /// For the `Date` header of a server whose clock goes wrong by so many seconds.
    pub(super) fn http_date(self, skew: i64) -> String {
        let shown = Timestamp::from_second(self.0.as_second().saturating_add(skew)).unwrap_or(self.0);
        shown.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
    }
}

/// The day of a date in either style, for filters that compare days.
pub(super) fn day_of(date: &str) -> Option<String> {
    let timestamp = match date.parse::<Timestamp>() {
        Ok(timestamp) => timestamp,
        Err(_) => jiff::fmt::rfc2822::parse(date).ok()?.timestamp(),
    };
    Some(timestamp.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string())
}
