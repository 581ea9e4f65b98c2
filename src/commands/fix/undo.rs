//! `fix undo`: takes back what a journal says was changed, the newest change first.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::super::driving::interruptible;
use super::super::printing::print;
use super::super::{Exit, Log, Stop};
use super::confirm::confirmed;
use super::hands::{Choices, SignedIn};
use super::intact::{refuse_altered, refuse_unplanned};
use super::outcome::{exit_of, say, worse};
use super::plan_of;
use super::recheck::{Recheck, recheck};
use crate::fix::{self, Event, Journal, JournalError, StepEnd};
use crate::model::{FixStep, Region, StepClass, counted};
use crate::report;

/// Take back the changes that a journal names, the newest first
///
/// Sends the values from before, where nobody changed them since. What was deleted for good stays deleted. Asks at a
/// terminal first: what an undo opens again, it opens again for everybody.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Args {
    /// The journal that `fix apply` wrote
    #[arg(value_name = "JOURNAL", default_value = "plan.journal.jsonl")]
    journal: PathBuf,
    /// The plan that the journal is of [default: beside the journal, of the same name]
    #[arg(long, value_name = "PLAN")]
    plan: Option<PathBuf>,
    #[command(flatten)]
    choices: Choices,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    everything was taken back: its findings stand again
  2    the journal, the credentials or the command line is wrong: nothing was changed
  3    something was left: skipped, stopped, not confirmed, or not checked again
  4    nobody could sign in: nothing was changed
  5    internal error, or the journal could not be written
  130  interrupted";

/// Why there is no journal to go by.
fn no_journal(path: &Path, error: JournalError) -> Stop {
    match error {
        JournalError::Io { error, .. } if error.kind() == io::ErrorKind::NotFound => Stop::new(
            Exit::Usage,
            anyhow!(
                "there is no journal {}: `twilio-audit fix apply` writes one, beside its plan",
                path.display()
            ),
        ),
        error => Stop::new(Exit::Usage, error),
    }
}

/// Runs the command.
pub(super) fn run(args: &Args, log: &Log) -> Result<Exit, Stop> {
    let mut journal = Journal::open(&args.journal).map_err(|error| no_journal(&args.journal, error))?;
    let (digest, root, region) = match journal.belongs_to() {
        Some((digest, root, region)) => (digest.to_owned(), root.to_owned(), region),
        None => (String::new(), String::new(), Region::default()),
    };
    let steps: Vec<FixStep> = fix::to_undo(&journal).into_iter().cloned().collect();
    let steps: Vec<&FixStep> = steps.iter().collect();
    if steps.is_empty() {
        return Err(Stop::new(Exit::Usage, anyhow!("{}: there is nothing to undo", args.journal.display())));
    }
    refuse_altered(&steps, region, args.choices.checks_dir.as_deref())?;
    refuse_unplanned(&steps, &args.plan.clone().unwrap_or_else(|| plan_of(&args.journal)), &digest)?;
    let possible: Vec<&FixStep> =
        steps.iter().copied().filter(|step| step.class() != StepClass::Irreversible).collect();
    if possible.is_empty() {
        let error = anyhow!("{}: nothing in it can be taken back", args.journal.display());
        return Err(Stop::new(Exit::Incomplete, error));
    }
    args.choices.refuse_too_many(steps.len())?;
    let gathered = args.choices.as_whom.gather(region)?;
    let address = args.choices.as_whom.address()?;
    let mut ends = BTreeMap::new();
    let exit = interruptible(async {
        let signed_in = SignedIn::with(gathered.credentials, address, region).await?;
        signed_in.refuse_impossible(&root, &gathered.auditors, &steps)?;
        print(|out| report::fix_undo_steps(&possible, out))?;
        let question = format!("Take back {}?", counted(possible.len(), "change"));
        match confirmed(question, "undo").await? {
            Some(true) => {}
            Some(false) => {
                return Err(Stop::new(Exit::Incomplete, anyhow!("not confirmed: nothing was changed")));
            }
            None => {
                let error = anyhow!("an undo is confirmed at a terminal, and there is none here");
                return Err(Stop::new(Exit::Usage, error));
            }
        }
        journal.write(Event::GoesOn).map_err(Stop::with(Exit::Broken))?;
        let undone = fix::undo(&signed_in.hands(), &mut journal, &mut say).await;
        ends.extend(undone.map_err(Stop::with(Exit::Broken))?);
        print(|out| writeln!(out, "Journal: {}", args.journal.display()))?;
        Ok(exit_of(&ends, steps.len()))
    })?;
    drop(journal);
    if args.choices.no_recheck {
        return Ok(exit);
    }
    let is_undone = |step: &&&FixStep| matches!(ends.get(&step.number), Some(StepEnd::Done(_)));
    let undone: Vec<&FixStep> = steps.iter().filter(is_undone).copied().collect();
    let how =
        Recheck { choices: &args.choices, plan: &args.journal, with_audit: !gathered.auditors.is_empty() };
    // That the findings are back is what was asked for.
    match recheck(&how, region, &undone, log)? {
        Exit::Faults => Ok(exit),
        other => Ok(worse(exit, other)),
    }
}
