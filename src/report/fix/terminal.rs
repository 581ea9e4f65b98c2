//! A plan of changes on the terminal.

use std::io::{self, Write};
use std::path::Path;

use anstyle::{AnsiColor, Style};

use super::super::cell::{at_most, printable};
use super::super::paragraph::{BOLD, DIM, paragraph};
use super::{changes, changes_back, dependents, way_back};
use crate::model::{About, FixPlan, FixStep, StepClass, counted};

/// Things done by hand that are shown before the rest is counted: the file has them all.
const SHOWN: usize = 10;

/// More changes than `fix apply` makes unless it is told to.
const MOST: usize = 25;

/// The colour of a class.
const fn colour(class: StepClass) -> Style {
    match class {
        StepClass::Safe => AnsiColor::Green.on_default().bold(),
        StepClass::Disruptive => AnsiColor::Yellow.on_default().bold(),
        StepClass::Irreversible => AnsiColor::Red.on_default().bold(),
    }
}

/// Writes what a plan would change, and where the whole of it stands.
///
/// # Errors
///
/// When the stream cannot be written.
pub fn summary(plan: &FixPlan, files: &[&Path], to: &mut impl Write) -> io::Result<()> {
    let steps: Vec<&FixStep> = plan.steps.iter().collect();
    fix_heading(plan, to)?;
    self::steps(&steps, to)?;
    refused(plan, to)?;
    by_hand(plan, to)?;
    for file in files {
        writeln!(to, "{DIM}{}{DIM:#}", file.display())?;
    }
    match (files.first(), plan.steps.is_empty()) {
        (Some(file), false) => {
            writeln!(to, "\nNothing was changed. To make the changes:")?;
            let many = plan.steps.len();
            let allow = if many > MOST { format!(" --max-changes {many}") } else { String::new() };
            writeln!(to, "  twilio-audit fix apply {} --credentials FILE{allow}", file.display())
        }
        _ => writeln!(to, "\nNothing was changed."),
    }
}

fn fix_heading(plan: &FixPlan, to: &mut impl Write) -> io::Result<()> {
    let each = StepClass::ALL.map(|class| (plan.count(class), class.as_str()));
    let each = each.into_iter().filter(|(count, _)| *count > 0);
    let counts: String = each.map(|(count, word)| format!(" · {count} {word}")).collect();
    writeln!(
        to,
        "{BOLD}{}{BOLD:#}{DIM}{counts} · {} refused · {} by hand{DIM:#}\n",
        counted(plan.steps.len(), "change"),
        plan.refused.len(),
        plan.by_hand.len()
    )
}

/// Writes steps as people decide about them.
///
/// # Errors
///
/// When the stream cannot be written.
pub fn steps(steps: &[&FixStep], to: &mut impl Write) -> io::Result<()> {
    let mut last = None;
    for step in steps {
        let class = step.class();
        if last != Some(class) {
            last = Some(class);
            let style = colour(class);
            writeln!(to, "{style}{}{style:#}  {DIM}{}{DIM:#}", class.as_str(), class.meaning())?;
        }
        self::step(step, to)?;
    }
    Ok(())
}

/// Writes what taking steps back would change.
///
/// # Errors
///
/// When the stream cannot be written.
pub fn undo_steps(steps: &[&FixStep], to: &mut impl Write) -> io::Result<()> {
    let style = AnsiColor::Yellow.on_default().bold();
    writeln!(to, "{style}undo{style:#}  {DIM}what was mended stands open again{DIM:#}")?;
    for step in steps {
        let margin = format!("{:>4}  ", step.number);
        said(&margin, &format!("{} in {}", printable(&step.about.subject()), account(&step.about)), to)?;
        for change in changes_back(step) {
            said("      ", &printable(&at_most(&change, 400)), to)?;
        }
        said("      opens   ", &format!("{} (no longer: {})", step.about.check_id, step.about.title), to)?;
        writeln!(to)?;
    }
    Ok(())
}

fn step(step: &FixStep, to: &mut impl Write) -> io::Result<()> {
    let margin = format!("{:>4}  ", step.number);
    said(&margin, &format!("{} in {}", printable(&step.about.subject()), account(&step.about)), to)?;
    for change in changes(step) {
        said("      ", &printable(&at_most(&change, 400)), to)?;
    }
    let mends = step.about.finding_ids.iter().take(3).cloned().collect::<Vec<_>>().join(" ");
    said("      mends   ", &format!("{} {mends}", step.about.check_id), to)?;
    said("      effect  ", &printable(&step.effect), to)?;
    let dependents = dependents(step);
    if !dependents.is_empty() {
        said("      named   ", &format!("by {}", printable(&at_most(&dependents, 400))), to)?;
    }
    said("      back    ", &way_back(step), to)?;
    writeln!(to)
}

/// A paragraph of what a plan says. A plan is a file, and anybody may have written it.
fn said(margin: &str, text: &str, to: &mut impl Write) -> io::Result<()> {
    paragraph(margin, &printable(text), to)
}

/// The account, by its name where it has one.
fn account(about: &About) -> String {
    let name = printable(&about.account_name);
    if name.is_empty() { printable(&about.account_sid).into_owned() } else { at_most(&name, 40) }
}

fn refused(plan: &FixPlan, to: &mut impl Write) -> io::Result<()> {
    let Some(first) = plan.refused.first() else { return Ok(()) };
    let style = AnsiColor::Red.on_default().bold();
    writeln!(to, "{style}refused{style:#}  {DIM}there is no way back{DIM:#}")?;
    for refused in &plan.refused {
        let about = &refused.about;
        let text = format!("{} in {} ({})", printable(&about.subject()), account(about), about.check_id);
        said("   -  ", &text, to)?;
    }
    let named = if first.about.resource_sid.is_empty() {
        first.about.finding_ids.first().map_or("", String::as_str)
    } else {
        &first.about.resource_sid
    };
    let text = "Each deletes something at Twilio, or overwrites what nobody kept: `fix undo` could not bring it back. So \
                none of them is in the plan. `fix apply` alone sends such a change, and asks for it by itself. Where \
                one is meant, plan anew and name it:";
    paragraph("      ", text, to)?;
    writeln!(to, "      --irreversible {}\n", printable(named))
}

fn by_hand(plan: &FixPlan, to: &mut impl Write) -> io::Result<()> {
    if plan.by_hand.is_empty() {
        return Ok(());
    }
    writeln!(to, "{BOLD}by hand{BOLD:#}  {DIM}no program does it; the plan has the steps{DIM:#}")?;
    for by_hand in plan.by_hand.iter().take(SHOWN) {
        let about = &by_hand.about;
        let text = format!("{}: {} in {}", about.check_id, printable(&about.subject()), account(about));
        said("   -  ", &at_most(&text, 240), to)?;
    }
    if let Some(more @ 1..) = plan.by_hand.len().checked_sub(SHOWN) {
        writeln!(to, "      {DIM}and {more} more{DIM:#}")?;
    }
    writeln!(to)
}
