//! Whether what a scan rests on still holds when the statement is made, and until when.

use jiff::{SignedDuration, Timestamp};

use super::AsOf;
use crate::model::{Accepted, Attested, Declaration, DeclaredBaa, counted, day_of, in_seconds};

/// A scan that claims to be of so much later than now is none to rely on.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_mins(10);

/// What a statement rests on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    pub(super) started_at: Timestamp,
    pub(super) baa: Option<&'a DeclaredBaa>,
    pub(super) relied_on: &'a [&'a Attested],
    pub(super) accepted: &'a [&'a Accepted],
    pub(super) declarations: &'a [Declaration],
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
        self.ends().into_iter().find(|end| *end.day < *today).map(|end| end.afterwards)
    }

    /// What ends first, with the last day on which all of it holds; nothing where nothing has an end.
    pub(super) fn first_end(self, as_of: AsOf<'_>) -> Option<End> {
        // What ends within a day comes first, so that it is named where other things last that whole day.
        let of_scan = as_of.max_age.and_then(|age| self.end_of_scan(age));
        of_scan.into_iter().chain(self.ends()).min_by(|one, other| one.day.cmp(&other.day))
    }

    /// Everything that has an end, but for the scan itself.
    fn ends(self) -> Vec<End> {
        let attested = self.relied_on.iter().filter(|one| !one.counts_until.is_empty()).map(|one| {
            let (id, until) = (&one.id, &one.counts_until);
            End {
                day: until.clone(),
                what: format!("the attestation `{id}` counts no longer"),
                afterwards: format!("the attestation `{id}` counted until {until}"),
            }
        });
        let accepted = self.accepted.iter().filter_map(|one| {
            let day = day_before(&one.expires_on)?;
            Some(End::of(day, &format!("what was accepted of {}", one.check_id), &one.expires_on))
        });
        let started_on = day_of(self.started_at).to_string();
        let declared = self.declarations.iter().filter_map(|Declaration { what, expires_on, .. }| {
            // What was over before, the scan itself knew. Whether its day counts is left open, and so it does not.
            let last = day_before(expires_on).filter(|_| *expires_on >= started_on)?.max(started_on.clone());
            Some(End::of(last, what, expires_on))
        });
        let baa = self.baa.map(|baa| &baa.expires_on).filter(|day| !day.is_empty());
        let baa = baa.map(|day| End::of(day.clone(), "the BAA", day));
        attested.chain(accepted).chain(declared).chain(baa).collect()
    }

    fn end_of_scan(self, age: SignedDuration) -> Option<End> {
        let end = self.started_at.checked_add(age).ok()?;
        let what = format!("the scan may be {} old, and is so at {}", in_words(age), in_seconds(end));
        Some(End { day: day_of(end).to_string(), afterwards: what.clone(), what })
    }
}

/// When something ends that a statement rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct End {
    /// The last day on which it holds, `YYYY-MM-DD`.
    pub(super) day: String,
    /// What ends then, in words.
    pub(super) what: String,
    /// What is said of it from the next day on.
    afterwards: String,
}

impl End {
    /// The end of something that says a day of its own, which need not be the last on which it holds.
    fn of(day: String, what: &str, says: &str) -> Self {
        Self { day, what: format!("{what} ends on {says}"), afterwards: format!("{what} ended on {says}") }
    }
}

fn day_before(day: &str) -> Option<String> {
    let day: jiff::civil::Date = day.parse().ok()?;
    Some(day.yesterday().ok()?.to_string())
}

fn in_words(duration: SignedDuration) -> String {
    match usize::try_from(duration.as_hours()).unwrap_or_default() {
        hours if hours < 48 => counted(hours, "hour"),
        hours => counted(hours / 24, "day"),
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    const STARTED: &str = "2026-11-23T04:15:00Z";

    fn attested(until: &str) -> Attested {
        let text = String::new;
        Attested {
            id: "hipaa-flag".to_owned(),
            account_sid: text(),
            host: text(),
            value: text(),
            by: text(),
            on: text(),
            counts_until: until.to_owned(),
            evidence: text(),
            evidence_sha256: text(),
            problem: text(),
            doubted_by: text(),
            left_open_by: text(),
        }
    }

    /// The first end of a scan of [`STARTED`], and the whole days on which nothing is gone, from that of the scan on.
    fn first_end(
        max_age_days: Option<i64>,
        attested_until: &str,
        baa_until: &str,
        ends: &[(&str, &str)],
    ) -> (Option<End>, Option<String>) {
        let attested = attested(attested_until);
        let baa = DeclaredBaa { expires_on: baa_until.to_owned(), ..DeclaredBaa::default() };
        let declarations: Vec<_> = ends
            .iter()
            .map(|(what, day)| Declaration {
                what: (*what).to_owned(),
                expires_on: (*day).to_owned(),
                ..Declaration::default()
            })
            .collect();
        let started_at: Timestamp = STARTED.parse().unwrap();
        let ground = Ground {
            started_at,
            baa: Some(&baa),
            relied_on: &[&attested],
            accepted: &[],
            declarations: &declarations,
        };
        let max_age = max_age_days.map(|days| SignedDuration::from_hours(24 * days));
        let at = |days: i64| AsOf { moment: started_at + (24 * days).hours(), max_age, seal: None };
        let holds = (0..400).take_while(|days| ground.gone(at(*days)).is_none()).last();
        let last = holds.filter(|days| *days < 399).map(|days| day_of(at(days).moment).to_string());
        (ground.first_end(at(0)), last)
    }

    #[test]
    fn the_earliest_end_wins_and_is_named_and_on_the_next_day_it_is_gone() {
        let vendor = ("the BAA of the vendor acme", "2026-12-10");
        for (max_age, attested, baa, ends, day, what) in [
            (Some(7), "2026-12-31", "2027-01-31", vec![vendor], "2026-11-30", "the scan may be 7 days old"),
            (Some(60), "2026-12-31", "2027-01-31", vec![vendor], "2026-12-09", "the BAA of the vendor acme"),
            (
                Some(60),
                "2026-12-01",
                "2027-01-31",
                vec![vendor],
                "2026-12-01",
                "the attestation `hipaa-flag`",
            ),
            (None, "2026-12-31", "2026-12-05", vec![vendor], "2026-12-05", "the BAA ends"),
            (None, "2026-12-31", "", vec![], "2026-12-31", "the attestation `hipaa-flag`"),
            // Of its own day nobody says whether it counts; the scan of that day took it to.
            (None, "", "", vec![("what was declared", "2026-11-23")], "2026-11-23", "what was declared ends"),
            (None, "", "", vec![("what was declared", "2026-11-24")], "2026-11-23", "what was declared ends"),
        ] {
            let (first, last_held) = first_end(max_age, attested, baa, &ends);
            let first = first.unwrap();
            assert_eq!((first.day.as_str(), last_held.as_deref()), (day, Some(day)), "{what}");
            assert!(first.what.contains(what), "{}", first.what);
        }
    }

    #[test]
    fn what_was_over_before_the_scan_or_has_no_end_ends_nothing() {
        assert_eq!(first_end(None, "", "", &[("an old override", "2026-11-22")]), (None, None));
    }

    #[test]
    fn where_two_end_on_a_day_the_one_that_ends_within_it_is_named() {
        let (first, _) = first_end(Some(7), "2026-11-30", "", &[]);
        assert!(first.unwrap().what.contains("2026-11-30T04:15:00Z"));
    }
}
