//! `fix`: plan the changes that mend findings, make them, take them back.
//!
//! The only commands that change anything at Twilio, with a credential of their own.

mod apply;
mod confirm;
mod hands;
mod in_the_way;
mod intact;
mod outcome;
mod plan;
mod recheck;
mod rotate;
mod safety;
mod undo;

use std::path::{Path, PathBuf};

use super::{Exit, Log, Stop};

/// Plan, make and take back the changes that mend findings
///
/// `fix plan` asks nobody and changes nothing. `fix apply` makes the changes of a plan with a credential given for that
/// alone, and keeps a journal; `fix undo` takes them back. `fix rotate` replaces an API key.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Plan(plan::Args),
    Apply(apply::Args),
    Undo(undo::Args),
    Rotate(rotate::Args),
}

/// Runs the command.
///
/// # Errors
///
/// With the exit code and the sentence that explain why it ended early.
pub fn run(args: &Args, log: &Log) -> Result<Exit, Stop> {
    match &args.command {
        Command::Plan(args) => plan::run(args),
        Command::Apply(args) => apply::run(args, log),
        Command::Undo(args) => undo::run(args, log),
        Command::Rotate(args) => rotate::run(args),
    }
}

/// Where the journal of a plan is.
fn journal_of(plan: &Path) -> PathBuf {
    plan.with_extension("journal.jsonl")
}

/// Where the plan of a journal is, unless somebody named it otherwise.
fn plan_of(journal: &Path) -> PathBuf {
    // Of the two ends of its name the first is taken away, then the second.
    journal.with_extension("").with_extension("json")
}
