//! `man`: the manual pages.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Command;

use super::{Exit, Stop};

/// Write a manual page for each command
///
/// They are made from the same command line that the program reads, and say what `--help` says. For example:
///
/// `twilio-audit man --to ~/.local/share/man/man1`
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The folder, made if it is missing; pages that are there are replaced
    #[arg(long, value_name = "FOLDER")]
    to: PathBuf,
}

/// Writes the pages of `program`.
///
/// # Errors
///
/// When a page cannot be written.
pub fn run(args: &Args, program: Command) -> Result<Exit, Stop> {
    std::fs::create_dir_all(&args.to)
        .and_then(|()| clap_mangen::generate_to(program, &args.to))
        .with_context(|| format!("the manual pages could not be written to {}", args.to.display()))
        .map_err(Stop::of_path)?;
    Ok(Exit::Complete)
}
