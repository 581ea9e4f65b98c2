//! `notify`: tries whether those arrive who are to be told of a scan.

use std::io::Write as _;
use std::path::PathBuf;

use anyhow::anyhow;
use jiff::Timestamp;

use super::declared_names::known;
use super::printing::print;
use super::telling::{secrets, targets, tell};
use super::{Exit, Stop};
use crate::notify::{Answer, Word};

/// Try the targets that are told of scans
///
/// `audit.toml` declares them as [[notify]]; docs/notifications.md tells how, and what they are told. A scan tells them by
/// itself, where --config names that file.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

/// What is tried.
#[derive(Debug, clap::Subcommand)]
enum What {
    Test(Test),
}

/// Send each target a message that says it is a test
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
struct Test {
    /// The target [default: all of them]
    #[arg(value_name = "NAME")]
    name: Option<String>,
    /// What was declared
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_CONFIG")]
    config: Option<PathBuf>,
    /// The credentials file, where secrets stand in it; `-` is standard input
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_CREDENTIALS")]
    credentials: Option<PathBuf>,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    every message arrived
  1    one did not
  2    nothing is declared, or there is no such target
  5    internal error";

/// Runs the command; the exit code is 1 where a target was not told.
///
/// # Errors
///
/// Where nothing is declared, or no such target.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    let What::Test(test) = &args.what;
    if test.config.is_none() {
        // As in a scan, a file that merely lies here chooses nothing.
        return Err(Stop::new(Exit::Usage, anyhow!("name the file that declares them: --config audit.toml")));
    }
    let mut targets = targets(test.config.as_deref())?;
    if targets.is_empty() {
        let error = anyhow!("no target is declared: docs/notifications.md tells how [[notify]] is written");
        return Err(Stop::new(Exit::Usage, error));
    }
    if let Some(name) = &test.name {
        let names = targets.iter().map(|target| target.name.as_str());
        let listed = "each [[notify]] of audit.toml names one";
        known("target", name, names, listed).map_err(Stop::with(Exit::Usage))?;
        targets.retain(|target| target.name == *name);
    }
    let mut answers: Vec<Answer> = Vec::new();
    let secrets = secrets(test.credentials.as_deref());
    let told = tell(&targets, &secrets, Word::Test(Timestamp::now()), |answer| answers.push(answer.clone()));
    print(|out| {
        answers.iter().try_for_each(|answer| {
            let (word, said) = match &answer.said {
                Ok(said) => ("told", said),
                Err(why) => ("NOT told", why),
            };
            writeln!(out, "{} ({}): {word}: {said}", answer.target, answer.kind)
        })
    })?;
    Ok(if told.failed == 0 { Exit::Complete } else { Exit::Faults })
}
