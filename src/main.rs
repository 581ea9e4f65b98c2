//! Reads the command line, runs one command, and answers with an exit code.

use std::process::ExitCode;

use clap::{CommandFactory as _, Parser as _};
use twilio_audit::cli::{Cli, Command};
use twilio_audit::commands::{self, Exit};

fn main() -> ExitCode {
    commands::guard();
    commands::contain(run).into()
}

fn run() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return commands::explain_usage(error, Cli::command()),
    };
    commands::start_log(&cli.log);
    commands::warn_of_unknown_variables(&Cli::command());
    let ended = match cli.command {
        Command::Scan(args) => commands::scan::run(args, &cli.log),
        Command::Merge(args) => commands::merge::run(args, &cli.log),
        Command::Report(args) => commands::report::run(&args),
        Command::Diff(args) => commands::diff::run(&args),
        Command::History(args) => commands::history::run(&args),
        Command::Gate(args) => commands::gate::run(&args),
        Command::Show(args) => commands::show::run(&args),
        Command::Review(args) => commands::review::run(&args),
        Command::Fix(args) => commands::fix::run(&args, &cli.log),
        Command::Doctor(args) => commands::doctor::run(&args, &cli.log),
        Command::Checks(args) => commands::checks::run(&args),
        Command::Query(args) => commands::query::run(&args),
        Command::Schedule(args) => commands::schedule::run(&args),
        Command::Verify(args) => commands::verify::run(&args),
        Command::Prune(args) => commands::prune::run(&args),
        Command::Keygen(args) => commands::keygen::run(&args),
        Command::Notify(args) => commands::notify::run(&args),
        Command::Init(args) => commands::init::run(&args),
        Command::Permissions(args) => commands::permissions::run(&args, &cli.log),
        Command::Simulate(args) => commands::simulate::run(args),
        Command::Login(args) => commands::login::run(&args),
        Command::Logout(args) => commands::logout::run(&args),
        Command::Completions(args) => commands::completions::run(&args, Cli::command()),
        Command::Man(args) => commands::man::run(&args, Cli::command()),
    };
    match ended {
        Ok(exit) => exit,
        Err(stop) => {
            stop.say(cli.log.log_format);
            stop.exit
        }
    }
}
