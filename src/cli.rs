//! The command line, and nothing else.

use clap::{Parser, Subcommand};

use crate::commands::{
    EXIT_CODES, Log, checks, completions, diff, doctor, fix, gate, history, init, keygen, login, logout, man,
    merge, notify, permissions, prune, query, report, review, scan, schedule, show, simulate, verify,
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
