//! How the scans before this one went, and this one: copied from scan to scan, so that each knows them all.

use rusqlite::{Row, ToSql, params_from_iter};

use super::error::{EvidenceError, sql};
use super::store::Store;
use crate::model::TrendPoint;

const INSERT: &str = "insert into trend values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

impl Store {
    /// Writes the trend up to this scan, the oldest first, in place of what is there.
    ///
    /// # Errors
    ///
    /// When the file cannot be written.
    pub fn write_trend(&self, trend: &[TrendPoint]) -> Result<(), EvidenceError> {
        self.run("delete from trend", [])?;
        for (place, point) in trend.iter().enumerate() {
            let numbers = numbers(point).map(|number| i64::try_from(number).unwrap_or(i64::MAX));
            let place = i64::try_from(place).unwrap_or(i64::MAX);
            let first: [&dyn ToSql; 4] = [&place, &point.scan_id, &point.started_at, &point.complete];
            let values = first.into_iter().chain(numbers.iter().map(|number| number as &dyn ToSql));
            self.run(INSERT, params_from_iter(values))?;
        }
        Ok(())
    }

    /// The trend up to this scan, the oldest first.
    ///
    /// # Errors
    ///
    /// When the file cannot be read.
    pub fn trend(&self) -> Result<Vec<TrendPoint>, EvidenceError> {
        let read = || -> rusqlite::Result<Vec<TrendPoint>> {
            self.connection().prepare("select * from trend order by place")?.query_map([], point)?.collect()
        };
        read().map_err(sql("read"))
    }
}

/// In the order of the columns.
const fn numbers(of: &TrendPoint) -> [usize; 12] {
    [
        of.critical,
        of.high,
        of.medium,
        of.low,
        of.manual,
        of.not_assessed,
        of.new,
        of.fixed,
        of.lost_sight,
        of.ready,
        of.not_ready,
        of.cannot_say,
    ]
}

fn point(row: &Row<'_>) -> rusqlite::Result<TrendPoint> {
    let number =
        |column: &str| row.get::<_, i64>(column).map(|number| usize::try_from(number).unwrap_or_default());
    Ok(TrendPoint {
        scan_id: row.get("scan_id")?,
        started_at: row.get("started_at")?,
        complete: row.get("complete")?,
        critical: number("critical")?,
        high: number("high")?,
        medium: number("medium")?,
        low: number("low")?,
        manual: number("manual")?,
        not_assessed: number("not_assessed")?,
        new: number("new")?,
        fixed: number("fixed")?,
        lost_sight: number("lost_sight")?,
        ready: number("ready")?,
        not_ready: number("not_ready")?,
        cannot_say: number("cannot_say")?,
    })
}
