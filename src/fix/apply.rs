//! Applying a plan, step by step, and taking it back, newest step first. Both stop at the first thing that nobody expected.

use super::change::{Hands, Move, StepEnd, no_credential};
use super::journal::{Event, Journal, JournalError};
use super::look::who;
use crate::credentials::Credentials;
use crate::model::{AccountSid, FixStep};

/// Told of each step when it has ended.
pub type Tell<'t> = &'t mut dyn FnMut(&FixStep, &StepEnd);

/// The steps that nobody may make with these credentials, each with the reason: better known before the first is made.
pub fn without_credential(credentials: &Credentials, steps: &[&FixStep]) -> Vec<(u32, String)> {
    let lacking = steps.iter().filter_map(|step| {
        let Ok(account) = step.about.account_sid.parse::<AccountSid>() else {
            return Some((step.number, "it names no account".to_owned()));
        };
        let may = who(credentials, &account, &step.read_url).is_some()
            && who(credentials, &account, &step.call.url).is_some();
        (!may).then(|| (step.number, no_credential(&account)))
    });
    lacking.collect()
}

/// Makes the changes that the journal does not call done; so many more were not confirmed.
///
/// # Errors
///
/// When the journal cannot be written: then nothing more is sent.
pub async fn apply(
    hands: &Hands<'_>,
    journal: &mut Journal,
    steps: &[&FixStep],
    left: usize,
    tell: Tell<'_>,
) -> Result<Vec<(u32, StepEnd)>, JournalError> {
    let done = journal.done(false);
    let moves = steps.iter().filter(|step| !done.contains(&step.number));
    let moves = moves.map(|step| (*step, Some(Move::forth(step)))).collect();
    go_through(hands, journal, moves, left, tell).await
}

/// Takes back the changes that the journal says were made, or may have been, and were not taken back yet.
///
/// # Errors
///
/// As [`apply`].
pub async fn undo(
    hands: &Hands<'_>,
    journal: &mut Journal,
    tell: Tell<'_>,
) -> Result<Vec<(u32, StepEnd)>, JournalError> {
    let steps: Vec<FixStep> = to_undo(journal).into_iter().cloned().collect();
    let moves = steps.iter().map(|step| (step, Move::back(step))).collect();
    go_through(hands, journal, moves, 0, tell).await
}

/// The steps of a journal that an undo would take back, newest first.
pub fn to_undo(journal: &Journal) -> Vec<&FixStep> {
    let undone = journal.done(true);
    journal.begun(false).into_iter().filter(|step| !undone.contains(&step.number)).collect()
}

async fn go_through(
    hands: &Hands<'_>,
    journal: &mut Journal,
    moves: Vec<(&FixStep, Option<Move<'_>>)>,
    left: usize,
    tell: Tell<'_>,
) -> Result<Vec<(u32, StepEnd)>, JournalError> {
    let mut ends = Vec::new();
    for (step, possible) in moves {
        let end = match possible {
            Some(possible) => possible.make(hands, journal).await?,
            None => {
                let why = "it cannot be taken back".to_owned();
                journal.write(Event::Skipped { number: step.number, back: true, why: why.clone() })?;
                StepEnd::Skipped(why)
            }
        };
        tell(step, &end);
        let stops = matches!(end, StepEnd::Stopped(_));
        ends.push((step.number, end));
        if stops {
            return Ok(ends);
        }
    }
    journal.write(Event::Closed { left })?;
    Ok(ends)
}
