//! What came of steps: said as they end, and as an exit code.

use std::collections::BTreeMap;
use std::io::Write as _;

use super::super::Exit;
use super::super::printing::print;
use crate::fix::StepEnd;
use crate::model::FixStep;
use crate::report::printable;

/// Says how a step ended.
pub(super) fn say(step: &FixStep, end: &StepEnd) {
    let (word, why) = match end {
        StepEnd::Done(note) => ("done", note),
        StepEnd::Skipped(why) => ("skipped", why),
        StepEnd::Stopped(why) => ("stopped", why),
    };
    let subject = step.about.subject();
    let subject = printable(&subject);
    let colon = if why.is_empty() { "" } else { ": " };
    // Whoever closed the pipe has seen enough; the journal has it all.
    let _ = print(|out| writeln!(out, "{:>4}  {word:<8} {subject}{colon}{}", step.number, printable(why)));
}

/// The exit code of what was done, out of so many steps.
pub(super) fn exit_of(ends: &BTreeMap<u32, StepEnd>, steps: usize) -> Exit {
    let done = ends.values().filter(|end| matches!(end, StepEnd::Done(_))).count();
    if done == steps { Exit::Complete } else { Exit::Incomplete }
}

/// The one of two exit codes that matters more.
pub(super) const fn worse(one: Exit, other: Exit) -> Exit {
    match (one, other) {
        (Exit::Complete, other) => other,
        (one, Exit::Complete) => one,
        (Exit::Faults, Exit::Incomplete) | (Exit::Incomplete, _) => Exit::Incomplete,
        (one, _) => one,
    }
}
