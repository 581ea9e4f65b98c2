//! What was measured, as a Markdown table with remarks below it.

use std::fmt::{Display, Formatter, Result};

/// The table so far.
#[derive(Default)]
pub(crate) struct Table {
    rows: Vec<[String; 4]>,
    remarks: Vec<String>,
}

/// What is aimed at.
#[derive(Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
    /// A figure for its own sake.
    None,
}

impl Table {
    /// Adds a figure, which is shown in the given unit.
    pub(crate) fn add(&mut self, measure: impl Into<String>, value: f64, unit: &str, target: Target) {
        let (aim, met) = match target {
            Target::AtLeast(aim) => (format!("≥ {}{unit}", number(aim)), yes_or_no(value >= aim)),
            Target::AtMost(aim) => (format!("≤ {}{unit}", number(aim)), yes_or_no(value <= aim)),
            Target::None => (String::new(), String::new()),
        };
        let measure = measure.into();
        let value = format!("{}{unit}", number(value));
        eprintln!("  {measure}: {value} {aim} {met}");
        self.rows.push([measure, value, aim, met]);
    }

    /// Adds something that the reader of the figures should know.
    pub(crate) fn remark(&mut self, remark: impl Into<String>) {
        let remark = remark.into();
        eprintln!("  {remark}");
        self.remarks.push(remark);
    }
}

fn yes_or_no(is_met: bool) -> String {
    if is_met { "yes" } else { "**no**" }.to_owned()
}

/// As many digits as mean something.
fn number(value: f64) -> String {
    let text = if value.abs() >= 100.0 { format!("{value:.0}") } else { format!("{value:.2}") };
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let whole = digits.split('.').next().unwrap_or_default().len();
    let grouped = digits.char_indices().map(|(place, digit)| {
        let is_thousand = place > 0 && place < whole && (whole - place).is_multiple_of(3);
        format!("{}{digit}", if is_thousand { "," } else { "" })
    });
    format!("{sign}{}", grouped.collect::<String>())
}

impl Display for Table {
    fn fmt(&self, out: &mut Formatter<'_>) -> Result {
        writeln!(out, "| measure | measured | target | met? |\n|---|---|---|---|")?;
        for [measure, value, aim, met] in &self.rows {
            writeln!(out, "| {measure} | {value} | {aim} | {met} |")?;
        }
        writeln!(out)?;
        self.remarks.iter().try_for_each(|remark| writeln!(out, "- {remark}"))
    }
}
