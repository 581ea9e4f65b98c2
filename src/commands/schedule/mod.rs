//! `schedule`: what runs an audit elsewhere, or every night. Prints it or writes files, and installs and starts nothing.

mod cron;
mod github;
mod kubernetes;
mod launchd;
mod nightly;
mod systemd;
mod template;
mod text;
mod windows;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::printing::print;
use super::trusted_folder::{self, Openness};
use super::{Exit, Stop};
use crate::report::write_file;

/// Print what runs an audit every night
///
/// It is ready to install, tells how, and holds no secret. Nothing is installed or started. For example:
///
/// `twilio-audit schedule systemd --to units`
///
/// docs/scheduling.md has a section for each platform.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    platform: Platform,
    /// Write files into this folder instead; none that is there is replaced
    #[arg(long, value_name = "FOLDER", global = true)]
    to: Option<PathBuf>,
}

/// Where the audit is to run.
#[derive(Debug, clap::Subcommand)]
enum Platform {
    Systemd(systemd::Systemd),
    Cron(cron::Cron),
    Launchd(launchd::Launchd),
    Windows(windows::Windows),
    Kubernetes(kubernetes::Kubernetes),
    Github(github::Github),
}

/// A file to install.
struct Installed {
    name: &'static str,
    text: String,
}

/// Runs the command.
///
/// # Errors
///
/// When what was asked for is too long or too much for the platform, or nothing can be printed or written.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    let files = args.platform.files().map_err(Stop::with(Exit::Usage))?;
    match &args.to {
        Some(folder) => write(&files, folder)?,
        None => print(|out| files.iter().try_for_each(|file| out.write_all(file.text.as_bytes())))?,
    }
    Ok(Exit::Complete)
}

impl Platform {
    fn files(&self) -> anyhow::Result<Vec<Installed>> {
        match self {
            Self::Systemd(systemd) => Ok(systemd.files()),
            Self::Cron(cron) => Ok(vec![cron.file()]),
            Self::Launchd(launchd) => Ok(vec![launchd.file()?]),
            Self::Windows(windows) => Ok(vec![windows.file()]),
            Self::Kubernetes(kubernetes) => Ok(vec![kubernetes.file()?]),
            Self::Github(github) => Ok(vec![github.file()?]),
        }
    }
}

/// Looks before anything is written: half of what was asked for is of no use.
fn write(files: &[Installed], folder: &Path) -> Result<(), Stop> {
    trusted_folder::make(folder, Openness::LikeTmp).map_err(Stop::of_path)?;
    for file in files {
        let path = folder.join(file.name);
        if path.exists() {
            let error = anyhow!("{} is there already: choose another folder", path.display());
            return Err(Stop::new(Exit::Usage, error));
        }
    }
    for file in files {
        write_file(&folder.join(file.name), |to| to.write_all(file.text.as_bytes()))
            .map_err(Stop::of_path)?;
    }
    Ok(())
}
