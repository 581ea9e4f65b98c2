//! When changes are made: a weekday, two times, a time zone.

use std::str::FromStr;

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

/// `Tue 18:00-22:00 America/New_York`. A window whose end is not after its beginning reaches into the next day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeWindow {
    day: Weekday,
    from: Time,
    to: Time,
    zone: String,
}

const DAYS: [(&str, Weekday); 7] = [
    ("Mon", Weekday::Monday),
    ("Tue", Weekday::Tuesday),
    ("Wed", Weekday::Wednesday),
    ("Thu", Weekday::Thursday),
    ("Fri", Weekday::Friday),
    ("Sat", Weekday::Saturday),
    ("Sun", Weekday::Sunday),
];

/// That a text is no window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a weekday, two times and a time zone, such as `Tue 18:00-22:00 America/New_York`")]
pub struct NoWindow;

impl FromStr for ChangeWindow {
    type Err = NoWindow;

    fn from_str(text: &str) -> Result<Self, NoWindow> {
        let words: Vec<&str> = text.split_whitespace().collect();
        let [day, times, zone] = words[..] else { return Err(NoWindow) };
        let day = DAYS.iter().find(|(name, _)| *name == day).map(|(_, day)| *day).ok_or(NoWindow)?;
        let (from, to) = times.split_once('-').ok_or(NoWindow)?;
        let is_zone = zone.bytes().all(|b| b.is_ascii_alphanumeric() || b"/_+-".contains(&b));
        if !is_zone {
            return Err(NoWindow);
        }
        Ok(Self { day, from: time(from)?, to: time(to)?, zone: zone.to_owned() })
    }
}

fn time(text: &str) -> Result<Time, NoWindow> {
    match text.len() {
        5 => Time::strptime("%H:%M", text).map_err(|_| NoWindow),
        _ => Err(NoWindow),
    }
}

impl ChangeWindow {
    /// Whether a moment lies in it, its end excluded; none where this machine does not know the zone.
    pub fn holds(&self, moment: Timestamp) -> Option<bool> {
        let there = moment.to_zoned(TimeZone::get(&self.zone).ok()?).datetime();
        let (today, now) = (there.date(), there.time());
        if self.from < self.to {
            return Some(today.weekday() == self.day && self.from <= now && now < self.to);
        }
        let yesterday = today.checked_sub(1.day()).ok()?;
        let begins = today.weekday() == self.day && self.from <= now;
        Some(begins || (yesterday.weekday() == self.day && now < self.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_day_two_times_and_a_zone() {
        let holds = |window: &str, moment: &str| {
            window.parse::<ChangeWindow>().ok().and_then(|window| window.holds(moment.parse().unwrap()))
        };
        // 2026-11-24 is a Tuesday; New York is five hours behind UTC in winter, four in summer.
        for (window, moment, expected) in [
            ("Tue 18:00-22:00 America/New_York", "2026-11-24T23:00:00Z", Some(true)),
            ("Tue 18:00-22:00 America/New_York", "2026-11-24T22:59:59Z", Some(false)),
            ("Tue 18:00-22:00 America/New_York", "2026-11-25T02:59:59Z", Some(true)),
            ("Tue 18:00-22:00 America/New_York", "2026-11-25T03:00:00Z", Some(false)),
            ("Tue 18:00-22:00 America/New_York", "2026-07-21T22:00:00Z", Some(true)),
            ("Tue 22:00-02:00 UTC", "2026-11-25T01:59:59Z", Some(true)),
            ("Tue 22:00-02:00 UTC", "2026-11-24T01:59:59Z", Some(false)),
            ("Wed 18:00-22:00 UTC", "2026-11-24T19:00:00Z", Some(false)),
            ("Tue 18:00-22:00 Mars/Olympus", "2026-11-24T19:00:00Z", None),
            ("Tue 18-22 UTC", "2026-11-24T19:00:00Z", None),
            ("Tuesday 18:00-22:00 UTC", "2026-11-24T19:00:00Z", None),
            ("Tue 18:00-22:00", "2026-11-24T19:00:00Z", None),
        ] {
            assert_eq!(holds(window, moment), expected, "{window} / {moment}");
        }
    }
}
