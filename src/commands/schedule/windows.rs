//! `schedule windows`: a task for the Task Scheduler.
//!
//! Its XML is ASCII and names no encoding: schtasks and PowerShell hand it on as UTF-16, and refuse a file that says it
//! is something else.

use super::Installed;
use super::nightly::Nightly;
use super::template::fill;
use super::text::{windows_path, xml};

/// A task for the Task Scheduler of Windows
///
/// It runs whether its user is logged on or not, with the credentials in that user's keyring. A night that was missed is
/// made up for.
#[derive(Debug, clap::Args)]
pub(super) struct Windows {
    #[command(flatten)]
    nightly: Nightly,
    /// This program
    #[arg(long, value_name = "FILE", value_parser = windows_path, default_value = r"C:\Program Files\twilio-audit\twilio-audit.exe")]
    program: String,
    /// What was declared
    #[arg(long, value_name = "FILE", value_parser = windows_path, default_value = r"C:\ProgramData\twilio-audit\audit.toml")]
    config: String,
    /// The folder in which each scan gets a folder of its own
    #[arg(long, value_name = "FOLDER", value_parser = windows_path, default_value = r"C:\ProgramData\twilio-audit\audits")]
    output: String,
}

impl Windows {
    pub(super) fn file(&self) -> Installed {
        let value = |place: &str| match place {
            "program" => Some(xml(&self.program)),
            "config" => Some(xml(&self.config)),
            "output" => Some(xml(&self.output)),
            _ => self.nightly.value(place),
        };
        Installed { name: "twilio-audit.xml", text: fill(include_str!("templates/windows.xml"), value) }
    }
}
