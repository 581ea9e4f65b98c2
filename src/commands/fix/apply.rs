//! `fix apply`: makes the changes of a plan, one after the other, and checks what came of them.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use jiff::Timestamp;

use super::super::chosen_checks::every_check;
use super::super::printing::print;
use super::super::{Exit, Log, Stop, interruptible};
use super::confirm::confirmed;
use super::hands::{Choices, SignedIn};
use super::journal_of;
use super::recheck::{Recheck, recheck};
use crate::catalogue::{self, Keep};
use crate::fix::{self, Journal, RETIRE, StepEnd};
use crate::model::{Fix, FixPlan, FixStep, Region, StepClass, counted};
use crate::report::{self, printable};

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
    let steps: Vec<&FixStep> = plan.steps.iter().collect();
    refuse_altered(&steps, plan.region, args.choices.checks_dir.as_deref())?;
    if plan.steps.is_empty() {
        return Err(Stop::new(Exit::Usage, anyhow!("{}: there is nothing to change", args.plan.display())));
    }
    let mut journal = args.journal(&plan)?;
    let done = journal.as_ref().map(|journal| journal.done(false)).unwrap_or_default();
    let left: Vec<&FixStep> = plan.steps.iter().filter(|step| !done.contains(&step.number)).collect();
    if left.is_empty() {
        print(|out| writeln!(out, "Everything in the plan is done already."))?;
    }
    args.choices.refuse_too_many(left.len())?;
    let gathered = args.choices.gather(plan.region)?;
    let address = args.choices.address()?;
    let mut ends = BTreeMap::new();
    let exit = interruptible(async {
        let signed_in = SignedIn::with(gathered.credentials, address, plan.region).await?;
        signed_in.refuse_impossible(&plan.root_account_sid, &gathered.auditors, &left)?;
        if left.is_empty() {
            return Ok(Exit::Complete);
        }
        let meant = args.confirm(&left).await?;
        if meant.is_empty() {
            return Err(Stop::new(
                Exit::Incomplete,
                anyhow!("nothing was confirmed and nothing was changed"),
            ));
        }
        let journal = match &mut journal {
            Some(journal) => {
                journal.write(fix::Event::GoesOn).map_err(Stop::with(Exit::Broken))?;
                journal
            }
            none => none.insert(begin(&args.plan, &plan)?),
        };
        let mut tell = |step: &FixStep, end: &StepEnd| say(step, end);
        let made = fix::apply(&signed_in.hands(), journal, &meant, left.len() - meant.len(), &mut tell).await;
        ends.extend(made.map_err(Stop::with(Exit::Broken))?);
        print(|out| writeln!(out, "Journal: {}", journal.path().display()))?;
        Ok(exit_of(&ends, left.len()))
    });
    let exit = exit.map_err(|stop| match (stop.exit, journal.is_some()) {
        (Exit::Interrupted, true) => {
            stop.adding("the journal says how far it came, and --resume goes on from there")
        }
        _ => stop,
    })?;
    drop(journal);
    if args.choices.no_recheck {
        return Ok(exit);
    }
    let is_made = |step: &&FixStep| {
        done.contains(&step.number) || matches!(ends.get(&step.number), Some(StepEnd::Done(_)))
    };
    let made: Vec<&FixStep> = plan.steps.iter().filter(is_made).collect();
    let how = Recheck { choices: &args.choices, plan: &args.plan, with_audit: !gathered.auditors.is_empty() };
    Ok(worse(exit, recheck(&how, plan.region, &made, log)?))
}

/// More than any plan needs; a wrong file is noticed before it fills the memory.
const MOST_BYTES: u64 = 256 << 20;

/// The plan in a file.
fn read_plan(path: &Path) -> Result<FixPlan, Stop> {
    let named = |why: String| Stop::new(Exit::Usage, anyhow!("{}: {why}", path.display()));
    let about = fs::metadata(path).map_err(|error| named(error.to_string()))?;
    // A pipe, say, could keep us waiting for ever.
    if !about.is_file() || about.len() > MOST_BYTES {
        return Err(named("it is no file of a plan".to_owned()));
    }
    let text = fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
    fix::read_plan(&text, Timestamp::now()).map_err(|error| named(error.to_string()))
}

/// A plan or journal says which resources are changed; what is done to them the checks alone say.
pub(super) fn refuse_altered(
    steps: &[&FixStep],
    region: Region,
    checks_dir: Option<&Path>,
) -> Result<(), Stop> {
    let checks = every_check(checks_dir)?;
    let made_by_its_check = |step: &FixStep| {
        let about = &step.about;
        if about.check_id == RETIRE {
            return fix::is_made_by(step, &fix::retire(), region);
        }
        let check = checks.iter().map(|compiled| &compiled.check).find(|check| check.id == about.check_id);
        let fix = check.and_then(|check| check.fix_for(&about.resource_type, &about.field));
        let says_so = check.is_some_and(|check| check.title == about.title);
        says_so && fix.is_some_and(|fix| is_field_of_it(step, fix) && fix::is_made_by(step, fix, region))
    };
    match steps.iter().find(|step| !made_by_its_check(step)) {
        None => Ok(()),
        Some(step) => {
            let error = anyhow!(
                "step {} is not what the check `{}` of this version asks for: make the plan anew, with the same \
                 --checks-dir",
                step.number,
                step.about.check_id
            );
            Err(Stop::new(Exit::Usage, error))
        }
    }
}

/// Whether a call that is worded by the field is for a field with an address in it, as checks of addresses are.
fn is_field_of_it(step: &FixStep, fix: &Fix) -> bool {
    let is_worded_by_field = fix.placeholders().any(|name| ["Field", "field", "https"].contains(&name));
    let columns = catalogue::kind(&step.about.resource_type).map(|kind| kind.columns).unwrap_or_default();
    let is_address = columns.iter().any(|column| column.name == step.about.field && column.keep == Keep::Url);
    !is_worded_by_field || fix.field.is_some() || is_address
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
