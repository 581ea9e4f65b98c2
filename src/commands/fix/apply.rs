//! `fix apply`: makes the changes of a plan, one after the other, and checks what came of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::super::chosen_scan::NamedScan;
use super::super::driving::interruptible;
use super::super::printing::print;
use super::super::{Exit, Log, Stop};
use super::confirm::confirmed;
use super::hands::{Choices, Gathered, SignedIn};
use super::intact::{read_plan, refuse_altered};
use super::journal_of;
use super::outcome::{exit_of, say, worse};
use super::recheck::{Recheck, recheck};
use super::safety::at_their_risk;
use crate::fix::{self, Journal, StepEnd};
use crate::model::{FixPlan, FixStep, StepClass, counted};
use crate::report;

/// Make the changes of a plan
///
/// Each resource is read again first, and left alone where it is no longer what the plan says. What is sent stands in a
/// journal beside the plan, before and after. The first unexpected answer ends it.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub(super) struct Args {
    /// The plan, as `fix plan` wrote it
    #[arg(value_name = "PLAN", default_value = "plan.json")]
    plan: PathBuf,
    #[command(flatten)]
    scan: NamedScan,
    #[command(flatten)]
    choices: Choices,
    /// Make safe changes without asking; disruptive ones are always asked for, at a terminal
    #[arg(long)]
    yes: bool,
    /// Go on with a plan whose application was interrupted
    #[arg(long)]
    resume: bool,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    everything was done, and was seen to be done
  1    done, and a finding stands all the same
  2    the plan, the credentials or the command line is wrong: nothing was changed
  3    something was left: skipped, stopped, not confirmed, or not checked again
  4    nobody could sign in: nothing was changed
  5    internal error, or the journal could not be written
  130  interrupted";

/// Runs the command.
pub(super) fn run(args: &Args, log: &Log) -> Result<Exit, Stop> {
    let plan = read_plan(&args.plan)?;
    let checks_dir = args.choices.checks_dir.as_deref();
    let steps: Vec<&FixStep> = plan.steps.iter().collect();
    refuse_altered(&steps, plan.region, checks_dir)?;
    if steps.is_empty() {
        return Err(Stop::new(Exit::Usage, anyhow!("{}: there is nothing to change", args.plan.display())));
    }
    let journal = args.journal(&plan)?;
    let done = journal.as_ref().map(|journal| journal.done(false)).unwrap_or_default();
    let left = steps.into_iter().filter(|step| !done.contains(&step.number)).cloned().collect();
    let left = at_their_risk(&plan, left, args.scan.folder(), checks_dir)?;
    let left: Vec<&FixStep> = left.iter().collect();
    args.choices.refuse_too_many(left.len())?;
    let gathered = args.choices.as_whom.gather(plan.region)?;
    let with_audit = !gathered.auditors.is_empty();
    let mut applying = Applying { args, plan: &plan, left, journal, ends: BTreeMap::new() };
    let exit = interruptible(applying.run(gathered));
    let exit = exit.map_err(|stop| match (stop.exit, applying.journal.is_some()) {
        (Exit::Interrupted, true) => {
            stop.adding("the journal says how far it came, and --resume goes on from there")
        }
        _ => stop,
    })?;
    let Applying { ends, journal, .. } = applying;
    drop(journal);
    if args.choices.no_recheck {
        return Ok(exit);
    }
    let is_made = |step: &&FixStep| {
        done.contains(&step.number) || matches!(ends.get(&step.number), Some(StepEnd::Done(_)))
    };
    let made: Vec<&FixStep> = plan.steps.iter().filter(is_made).collect();
    let how = Recheck { choices: &args.choices, plan: &args.plan, with_audit };
    Ok(worse(exit, recheck(&how, plan.region, &made, log)?))
}

/// A plan that is being applied.
struct Applying<'a> {
    args: &'a Args,
    plan: &'a FixPlan,
    /// The steps that are not done yet.
    left: Vec<&'a FixStep>,
    /// None before the first step is confirmed.
    journal: Option<Journal>,
    /// How steps ended, by their numbers.
    ends: BTreeMap<u32, StepEnd>,
}

impl Applying<'_> {
    /// Signs in, asks, and makes the changes.
    async fn run(&mut self, gathered: Gathered) -> Result<Exit, Stop> {
        let Self { args, plan, left, .. } = self;
        let address = args.choices.as_whom.address()?;
        let signed_in = SignedIn::with(gathered.credentials, address, plan.region).await?;
        signed_in.refuse_impossible(&plan.root_account_sid, &gathered.auditors, left)?;
        if left.is_empty() {
            print(|out| writeln!(out, "Everything in the plan is done already."))?;
            return Ok(Exit::Complete);
        }
        let meant = args.confirm(left).await?;
        if meant.is_empty() {
            let error = anyhow!("nothing was confirmed and nothing was changed");
            return Err(Stop::new(Exit::Incomplete, error));
        }
        let unconfirmed = left.len() - meant.len();
        let journal = match &mut self.journal {
            Some(journal) => {
                journal.write(fix::Event::GoesOn).map_err(Stop::with(Exit::Broken))?;
                journal
            }
            none => none.insert(begin(&args.plan, plan)?),
        };
        let made = fix::apply(&signed_in.hands(), journal, &meant, unconfirmed, &mut say).await;
        self.ends.extend(made.map_err(Stop::with(Exit::Broken))?);
        print(|out| writeln!(out, "Journal: {}", journal.path().display()))?;
        Ok(exit_of(&self.ends, self.left.len()))
    }
}

/// A new journal beside the plan.
fn begin(path: &Path, plan: &FixPlan) -> Result<Journal, Stop> {
    let journal = journal_of(path);
    Journal::create(&journal, "fix apply", &plan.digest, &plan.root_account_sid, plan.region).map_err(
        |error| match error {
            fix::JournalError::Exists { .. } => Stop::new(Exit::Usage, error),
            other => Stop::new(Exit::Broken, other),
        },
    )
}

impl Args {
    /// The journal to go on with; none yet for a plan that was not applied.
    fn journal(&self, plan: &FixPlan) -> Result<Option<Journal>, Stop> {
        let path = journal_of(&self.plan);
        if Journal::is_blank(&path) {
            // A run was interrupted before it could write a word: nothing was sent.
            fs::remove_file(&path).map_err(Stop::with(Exit::Broken))?;
        }
        match (path.exists(), self.resume) {
            (false, _) => Ok(None),
            (true, false) => Err(Stop::new(Exit::Usage, fix::JournalError::Exists { path })),
            (true, true) => {
                let journal = Journal::open(&path).map_err(Stop::with(Exit::Usage))?;
                let is_of_it = journal.belongs_to().is_some_and(|(digest, ..)| digest == plan.digest);
                if !is_of_it {
                    let error = anyhow!("{} is the journal of another plan", path.display());
                    return Err(Stop::new(Exit::Usage, error));
                }
                Ok(Some(journal))
            }
        }
    }

    /// The steps that are meant: asks for each class by itself.
    async fn confirm<'s>(&self, steps: &[&'s FixStep]) -> Result<Vec<&'s FixStep>, Stop> {
        let mut meant = Vec::new();
        for class in StepClass::ALL {
            let of_it: Vec<&FixStep> = steps.iter().copied().filter(|step| step.class() == class).collect();
            if of_it.is_empty() {
                continue;
            }
            print(|out| report::fix_steps(&of_it, out))?;
            if class == StepClass::Safe && self.yes {
                meant.extend(of_it);
                continue;
            }
            let changes = counted(of_it.len(), &format!("{} change", class.as_str()));
            match confirmed(format!("Make {changes}?"), class.as_str()).await? {
                Some(true) => meant.extend(of_it),
                Some(false) => tracing::warn!("not confirmed: {changes}"),
                None => tracing::warn!(
                    "{changes}: nobody is at a terminal to confirm that{}",
                    if class == StepClass::Safe { "; --yes does" } else { "" }
                ),
            }
        }
        meant.sort_by_key(|step| step.number);
        Ok(meant)
    }
}
