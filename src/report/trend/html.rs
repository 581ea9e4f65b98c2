//! The trend as a page with a chart, which a table below says again in numbers. It runs no script and asks no network.

use std::io::{self, Write};

use askama::Template;

use super::SERIES;
use crate::model::{TrendPoint, counted};
use crate::report::page_policy;

const STYLE: &str = include_str!("trend.css");
/// The field of the chart, in its own units.
const WIDTH: usize = 720;
const HEIGHT: usize = 240;

/// The page.
#[derive(Debug, Template)]
#[template(path = "trend/trend.html")]
struct Page<'a> {
    policy: String,
    style: &'static str,
    heading: String,
    most: usize,
    lines: Vec<Line>,
    from: &'a str,
    to: &'a str,
    points: &'a [TrendPoint],
}

/// A series as a line.
#[derive(Debug)]
struct Line {
    name: &'static str,
    class: String,
    path: String,
    last: usize,
    /// Where the line ends.
    end: (usize, usize),
}

/// Writes the page.
pub(super) fn write(points: &[TrendPoint], mut to: &mut dyn Write) -> io::Result<()> {
    let most = SERIES.iter().flat_map(|(_, count)| points.iter().map(count)).max().unwrap_or_default().max(1);
    let day = |point: Option<&'_ TrendPoint>| -> String {
        point.and_then(|point| point.started_at.get(..10)).unwrap_or_default().to_owned()
    };
    let (from, until) = (day(points.first()), day(points.last()));
    let page = Page {
        policy: page_policy::of_still_page(STYLE),
        style: STYLE,
        heading: format!("{} from {from} to {until}", counted(points.len(), "scan")),
        most,
        lines: SERIES
            .iter()
            .map(|(name, count)| line(name, &points.iter().map(count).collect::<Vec<_>>(), most))
            .collect(),
        from: &from,
        to: &until,
        points,
    };
    page.write_into(&mut to)?;
    to.write_all(b"\n")
}

fn line(name: &'static str, counts: &[usize], most: usize) -> Line {
    let steps = counts.len().saturating_sub(1).max(1);
    let place = |(place, count): (usize, &usize)| {
        (place * WIDTH / steps, HEIGHT - (count.saturating_mul(HEIGHT) / most).min(HEIGHT))
    };
    let places: Vec<(usize, usize)> = counts.iter().enumerate().map(place).collect();
    let path = places.iter().map(|(x, y)| format!("{x},{y}")).collect::<Vec<_>>().join(" ");
    Line {
        name,
        class: name.replace(' ', "-"),
        path,
        last: counts.last().copied().unwrap_or_default(),
        end: places.last().copied().unwrap_or_default(),
    }
}
