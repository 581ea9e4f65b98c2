//! The trend on the terminal, in 80 columns.

use std::io::{self, Write};

use super::SERIES;
use crate::model::{TrendPoint, counted};
use crate::report::paragraph::{BOLD, DIM, paragraph};

/// Scans that a sparkline shows.
const WIDE: usize = 48;
/// Scans that are listed.
const LISTED: usize = 10;
/// What the columns count. Without it nobody could make the numbers of one row fit each other.
const MEANING: &str = "open: faults, what a person must answer and what could not be assessed, without what was \
                       accepted (waived). new, fixed and lost (sight of): what became of all findings since the scan before, \
                       accepted or not; in a first scan all are new.";
const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// Writes the trend.
pub(super) fn write(points: &[TrendPoint], to: &mut impl Write) -> io::Result<()> {
    let (Some(first), Some(last)) = (points.first(), points.last()) else { return Ok(()) };
    let day = |point: &TrendPoint| point.started_at.get(..10).unwrap_or_default().to_owned();
    let scans = counted(points.len(), "scan");
    writeln!(to, "{BOLD}{scans}{BOLD:#} {DIM}from {} to {}{DIM:#}", day(first), day(last))?;
    let shown = points.get(points.len().saturating_sub(WIDE)..).unwrap_or(points);
    for (name, count) in SERIES {
        let counts: Vec<usize> = shown.iter().map(count).collect();
        let now = counts.last().copied().unwrap_or_default();
        writeln!(to, "  {name:<13} {:>6}  {}", now, sparkline(&counts))?;
    }
    writeln!(
        to,
        "\n{BOLD}{:<20} {:>6} {:>5} {:>6} {:>5}  {:<26}{BOLD:#}",
        "", "open", "new", "fixed", "lost", "may PHI go live"
    )?;
    for point in points.iter().rev().take(LISTED) {
        let TrendPoint { started_at, new, fixed, lost_sight, .. } = point;
        let open = point.open();
        writeln!(to, "{started_at:<20} {open:>6} {new:>5} {fixed:>6} {lost_sight:>5}  {}", verdicts(point))?;
    }
    let more = points.len().saturating_sub(LISTED);
    if more > 0 {
        writeln!(to, "{DIM}and {more} before: --format csv has all{DIM:#}")?;
    }
    writeln!(to)?;
    paragraph("", MEANING, to)
}

fn verdicts(point: &TrendPoint) -> String {
    let all = [(point.ready, "ready"), (point.not_ready, "not ready"), (point.cannot_say, "cannot say")];
    let said = all.into_iter().filter(|(accounts, _)| *accounts > 0);
    said.map(|(accounts, word)| format!("{accounts} {word}")).collect::<Vec<_>>().join(", ")
}

/// A bar for each number, from nothing to the largest of them.
fn sparkline(counts: &[usize]) -> String {
    let most = counts.iter().copied().max().unwrap_or_default().max(1);
    let bar = |count: &usize| {
        // Whatever stands in a store that somebody wrote, it is no more than the largest.
        let height = count.saturating_mul(BARS.len() - 1).div_ceil(most).min(BARS.len() - 1);
        BARS.get(height).copied().unwrap_or_default()
    };
    counts.iter().map(bar).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_nothing_is_seen() {
        assert_eq!(sparkline(&[0, 1, 100]), "▁▂█");
        assert_eq!(sparkline(&[0, 0]), "▁▁");
        assert_eq!(sparkline(&[7]), "█");
    }
}
