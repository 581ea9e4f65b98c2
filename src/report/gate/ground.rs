//! Whether what a scan rests on still holds when the statement is made, and until when.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::AsOf;
use crate::model::{Accepted, Attested, DeclaredBaa, counted, day_of, in_seconds};

/// A scan that claims to be of so much later than now is none to rely on.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// What a statement rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) started_at: Timestamp,
    pub(super) baa: Option<&'a DeclaredBaa>,
    pub(super) relied_on: &'a [&'a Attested],
    pub(super) accepted: &'a [&'a Accepted],
    pub(super) ends: &'a [(String, String)],
}

impl Ground<'_> {
    /// Why the scan is no ground for calling anything ready any more.
    pub(super) fn gone(self, as_of: AsOf<'_>) -> Option<String> {
        let age = as_of.moment.duration_since(self.started_at);
        if age < -CLOCKS_DIFFER {
            return Some(format!(
                "the scan is dated later than {}: a clock was wrong",
                in_seconds(as_of.moment)
            ));
        }
        if let Some(most) = as_of.max_age.filter(|most| age > *most) {
            let (age, most) = (in_words(age), in_words(most));
            return Some(format!("the scan is {age} old, and may be {most}: scan again"));
        }
        let today = day_of(as_of.moment).to_string();
        let is_over = |until: &str| !until.is_empty() && *until < *today;
        if let Some(one) = self.relied_on.iter().find(|one| is_over(&one.counts_until)) {
            return Some(format!("the attestation `{}` counted until {}", one.id, one.counts_until));
        }
        if let Some(one) =
            self.accepted.iter().find(|one| !one.expires_on.is_empty() && *one.expires_on <= *today)
        {
            return Some(format!("what was accepted of {} ended on {}", one.check_id, one.expires_on));
        }
        if let Some((what, day)) =
            self.ends.iter().find(|(_, day)| is_over_since(day, self.started_at, &today))
        {
            return Some(format!("{what} ended on {day}"));
        }
        let baa = self.baa.filter(|baa| is_over(&baa.expires_on))?;
        Some(format!("the BAA ended on {}", baa.expires_on))
    }

    /// The last day on which all of it holds, as far as that is known; empty where nothing has an end.
    pub(super) fn holds_until(self, as_of: AsOf<'_>) -> String {
        let day_before = |day: &str| {
            let day: jiff::civil::Date = day.parse().ok()?;
            Some(day.yesterday().ok()?.to_string())
        };
        let of_age = as_of.max_age.and_then(|age| self.started_at.checked_add(age).ok());
        let ends = self.relied_on.iter().map(|one| one.counts_until.clone());
        let ends = ends.chain(self.accepted.iter().filter_map(|one| day_before(&one.expires_on)));
        let ends = ends.chain(self.baa.map(|baa| baa.expires_on.clone()));
        let ends = ends.chain(of_age.map(|end| end.to_zoned(TimeZone::UTC).date().to_string()));
        ends.filter(|end| !end.is_empty()).min().unwrap_or_default()
    }
}

/// Whether something ended after the scan: what was over before, the scan itself knew. Whether the day counts itself is
/// left open, and so it does not.
fn is_over_since(day: &str, started_at: Timestamp, today: &str) -> bool {
    *day >= *day_of(started_at).to_string() && *day <= *today && *today > *day_of(started_at).to_string()
}

fn in_words(duration: SignedDuration) -> String {
    match usize::try_from(duration.as_hours()).unwrap_or_default() {
        hours if hours < 48 => counted(hours, "hour"),
        hours => counted(hours / 24, "day"),
    }
}
