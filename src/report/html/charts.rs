//! The charts as plain values: where each part of a bar begins and how wide it is. The template draws them.
//!
//! Every bar stands in a row of a table that says the same in numbers, and its parts differ by pattern: whoever sees
//! no colours, or no bars at all, loses nothing.

use super::filtered;
use super::survey::{OUTCOMES, Survey};
use crate::model::{Outcome, Scan, Severity};

/// A row: a heading, three counts, and the bar that shows them.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) heading: String,
    /// The name of its colour, which also chooses its mark.
    pub(super) class: &'static str,
    pub(super) mark: &'static str,
    pub(super) parts: [Part; 3],
    /// The same in words.
    pub(super) says: String,
}

/// The share of one outcome.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) count: usize,
    /// Where it begins and how wide it is, in percent of the longest bar.
    pub(super) x: String,
    pub(super) width: String,
    /// The findings that it counts.
    pub(super) link: String,
}

/// The rows of the severities, worst first.
pub(super) fn by_severity(scan: &Scan) -> Vec<Row> {
    let counted =
        Severity::ALL.map(|severity| (severity, OUTCOMES.map(|outcome| scan.count(outcome, severity))));
    let longest = longest(counted.iter().map(|(_, counts)| counts));
    let row = |(severity, counts): (Severity, [usize; 3])| Row {
        class: severity.as_str(),
        mark: mark(severity),
        ..row(severity.as_str(), "severity", counts, longest)
    };
    counted.into_iter().map(row).collect()
}

/// The rows of the families, those with most findings first.
pub(super) fn by_family(survey: &Survey) -> Vec<Row> {
    let mut counted: Vec<(&String, &[usize; 3])> = survey.families.iter().collect();
    counted.retain(|(_, counts)| sum(counts) > 0);
    counted.sort_by_key(|(_, counts)| std::cmp::Reverse(sum(counts)));
    let longest = longest(counted.iter().map(|(_, counts)| *counts));
    counted.into_iter().map(|(family, counts)| row(family, "family", *counts, longest)).collect()
}

/// The mark of a severity: a shape, so that it is told without its colour.
pub(super) const fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "◆",
        Severity::High => "▲",
        Severity::Medium => "●",
        Severity::Low => "○",
    }
}

fn row(heading: &str, filter: &str, counts: [usize; 3], longest: usize) -> Row {
    let mut x = 0;
    let parts = OUTCOMES.map(|outcome| {
        let count = counts.get(place(outcome)).copied().unwrap_or_default();
        let part = Part {
            class: outcome.as_str(),
            count,
            x: percent(x, longest),
            width: percent(count, longest),
            link: filtered(&[(filter, heading), ("outcome", outcome.as_str()), ("waived", "no")]),
        };
        x += count;
        part
    });
    let [fail, manual, not_assessed] = counts;
    let heading = heading.replace('_', " ");
    let says = format!("{heading}: {fail} fail, {manual} manual, {not_assessed} not assessed");
    Row { heading, class: "plain", mark: "", parts, says }
}

fn place(outcome: Outcome) -> usize {
    OUTCOMES.iter().position(|other| *other == outcome).unwrap_or_default()
}

fn sum(counts: &[usize; 3]) -> usize {
    counts.iter().sum()
}

fn longest<'a>(all: impl Iterator<Item = &'a [usize; 3]>) -> usize {
    all.map(sum).max().unwrap_or_default().max(1)
}

/// In percent with two decimals, by whole numbers: the same on every machine.
fn percent(count: usize, of: usize) -> String {
    let hundredths = count * 10_000 / of;
    format!("{}.{:02}%", hundredths / 100, hundredths % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_bar_stand_side_by_side_and_the_longest_fills_it() {
        let row = row("high", "severity", [2, 1, 1], 4);
        let parts = row.parts.iter().map(|part| (part.x.as_str(), part.width.as_str()));
        let expected = [("0.00%", "50.00%"), ("50.00%", "25.00%"), ("75.00%", "25.00%")];
        assert_eq!(parts.collect::<Vec<_>>(), expected);
        assert_eq!(row.says, "high: 2 fail, 1 manual, 1 not assessed");
        assert_eq!(row.parts[2].link, "#severity=high&outcome=not_assessed&waived=no");
    }
}
