//! Whole days between a date or time and now.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const DAY: i64 = 24 * 60 * 60;

/// Whole days since a date (`2026-11-23`, counted by calendar days in UTC) or an RFC 3339 time
/// (counted by full 24 hours). Negative for the future; none when it cannot be read.
pub(super) fn days_since(text: &str, now: Timestamp) -> Option<i64> {
    between(text, now, |then, now| now - then)
}

/// Whole days until a date or time; negative once it has passed.
pub(super) fn days_until(text: &str, now: Timestamp) -> Option<i64> {
    between(text, now, |then, now| then - now)
}

fn between(text: &str, now: Timestamp, seconds: fn(i64, i64) -> i64) -> Option<i64> {
    let text = text.trim();
    // A time parses as a date too: try the time first.
    if let Ok(then) = text.parse::<Timestamp>() {
        return Some(seconds(then.as_second(), now.as_second()).div_euclid(DAY));
    }
    let midnight = |date: Date| date.to_zoned(TimeZone::UTC).map(|start| start.timestamp().as_second());
    let then = midnight(text.parse().ok()?).ok()?;
    let today = midnight(now.to_zoned(TimeZone::UTC).date()).ok()?;
    Some(seconds(then, today) / DAY)
}
