//! Whole days between a date or time and now.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::model::day_of;
use jiff::{Span, SpanRelativeTo, Timestamp, Unit};

const DAY: i64 = 24 * 60 * 60;

/// Whole days since a date (`2026-11-23`, counted by calendar days in UTC) or an RFC 3339 time
/// (counted by full 24 hours). Negative for the future; none when it cannot be read.
pub(super) fn days_since(text: &str, now: Timestamp) -> Option<i64> {
    between(text, now, |then, now| now - then)
}

/// Days of an ISO 8601 period such as `P30D` or `PT1H`, with their fraction, a month counting as 30.4 and a year as
/// 365 days; none when it is no period.
pub(super) fn period_days(text: &str) -> Option<f64> {
    let span: Span = text.trim().parse().ok()?;
    let calendar = f64::from(span.get_years()) * 365.0 + f64::from(span.get_months()) * 30.4;
    let rest = span.years(0).months(0).total((Unit::Day, SpanRelativeTo::days_are_24_hours())).ok()?;
    Some(calendar + rest)
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
    let today = midnight(day_of(now)).ok()?;
    Some(seconds(then, today) / DAY)
}
