//! The command line, and nothing else.

use clap::{Parser, Subcommand};

use crate::commands::{
    Log, checks, completions, diff, doctor, fix, gate, history, init, keygen, login, logout, man, merge,
    notify, permissions, prune, query, report, review, scan, schedule, show, simulate, verify,
};

/// Audit a Twilio account tree before patient data goes live
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXIT_CODES)]
pub struct Cli {
    /// How the program talks.
    #[command(flatten)]
    pub log: Log,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[expect(missing_docs, reason = "a text here would hide the longer one of the `Args` from `--help`")]
pub enum Command {
    Scan(scan::Args),
    Merge(merge::Args),
    Report(report::Args),
    Gate(gate::Args),
    Diff(diff::Args),
    History(history::Args),
    Show(show::Args),
    Review(review::Args),
    Fix(fix::Args),
    Permissions(permissions::Args),
    Doctor(doctor::Args),
    Init(init::Args),
    Checks(checks::Args),
    Query(query::Args),
    Schedule(schedule::Args),
    Notify(notify::Args),
    Verify(verify::Args),
    Prune(prune::Args),
    Keygen(keygen::Args),
    Simulate(simulate::Args),
    Login(login::Args),
    Logout(logout::Args),
    Completions(completions::Args),
    Man(man::Args),
}

const EXIT_CODES: &str = "\
Exit codes:
  0    complete, no fault at or above --fail-on
  1    complete, with faults at or above --fail-on
  2    the command line, a path in it or audit.toml is wrong
  3    incomplete: something could not be assessed, with or without faults
  4    nobody could sign in, nothing was assessed
  5    internal error, or files could not be written
  130  interrupted";
