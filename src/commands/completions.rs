//! `completions`: what lets a shell complete the command line.

use std::io::Write as _;

use clap::Command;
use clap_complete::Shell;

use super::printing::print;
use super::{Exit, Stop};

/// Print what lets a shell complete commands and options
///
/// It is made from the same command line that the program reads. For example, for bash:
///
/// `twilio-audit completions bash > ~/.local/share/bash-completion/completions/twilio-audit`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    shell: Shell,
}

/// Prints the completions of `program`.
///
/// # Errors
///
/// When nothing can be printed.
pub fn run(args: &Args, mut program: Command) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut program, env!("CARGO_PKG_NAME"), &mut script);
    // For bash, the hyphen in the name of the program is written in two ways that do not meet, and no command would be
    // completed: clap-rs/clap#6421. Once that is mended there is nothing to replace.
    let script = String::from_utf8_lossy(&script).replace("twilio__subcmd__audit", "twilio__audit");
    print(|out| out.write_all(script.as_bytes()))?;
    Ok(Exit::Complete)
}
