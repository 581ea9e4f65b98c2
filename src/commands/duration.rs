//! A length of time on the command line.

use jiff::{SignedDuration, Span, SpanRelativeTo};

/// `36h`, `90d`, `2w` or what jiff's friendly format has besides; a day has 24 hours. Years and months have no length.
pub(super) fn duration(text: &str) -> Result<SignedDuration, String> {
    let example = "write a number with its unit, for example 90m, 36h, 7d or 2w";
    let span: Span = text.parse().map_err(|_| example.to_owned())?;
    let duration = span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| example.to_owned())?;
    if duration.is_positive() { Ok(duration) } else { Err("it must be longer than nothing".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_weeks_have_a_length() {
        let hours = |text: &str| duration(text).map(|duration| duration.as_hours());
        assert_eq!(hours("36h"), Ok(36));
        assert_eq!(hours("7d"), Ok(168));
        assert_eq!(hours("2w"), Ok(336));
        assert_eq!(hours("1d 12h"), Ok(36));
        for wrong in ["", "7", "soon", "1 month", "-3d", "0d"] {
            assert!(hours(wrong).is_err(), "{wrong}");
        }
    }
}
