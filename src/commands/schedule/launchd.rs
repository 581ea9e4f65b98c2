//! `schedule launchd`: a property list for a user of a Mac.

use anyhow::anyhow;

use super::Installed;
use super::nightly::Nightly;
use super::template::fill;
use super::text::{mac_path, xml};

/// An agent of launchd, for a Mac
///
/// It runs while its user is logged in, with the credentials in that user's keyring. A night during which the Mac slept
/// is made up for.
#[derive(Debug, clap::Args)]
pub(super) struct Launchd {
    #[command(flatten)]
    nightly: Nightly,
    /// The home folder of the user
    #[arg(long, value_name = "FOLDER", value_parser = mac_path, env = "HOME", hide_env_values = true)]
    home: Option<String>,
    /// This program
    #[arg(long, value_name = "FILE", value_parser = mac_path, default_value = "/usr/local/bin/twilio-audit")]
    program: String,
    /// What was declared [default: Library/Application Support/twilio-audit/audit.toml in the home folder]
    #[arg(long, value_name = "FILE", value_parser = mac_path)]
    config: Option<String>,
    /// The folder in which each scan gets a folder of its own [default: audits beside that file]
    #[arg(long, value_name = "FOLDER", value_parser = mac_path)]
    output: Option<String>,
    /// The log [default: Library/Logs/twilio-audit.log in the home folder]
    #[arg(long, value_name = "FILE", value_parser = mac_path)]
    log: Option<String>,
}

impl Launchd {
    pub(super) fn file(&self) -> anyhow::Result<Installed> {
        let home = self.home.as_deref().ok_or_else(|| anyhow!("name the home folder, with --home"))?;
        let home = home.trim_end_matches('/');
        let own = format!("{home}/Library/Application Support/twilio-audit");
        let or = |given: &Option<String>, usual: String| Some(xml(given.as_deref().unwrap_or(&usual)));
        let value = |place: &str| match place {
            "program" => Some(xml(&self.program)),
            "config" => or(&self.config, format!("{own}/audit.toml")),
            "output" => or(&self.output, format!("{own}/audits")),
            "log" => or(&self.log, format!("{home}/Library/Logs/twilio-audit.log")),
            _ => self.nightly.value(place),
        };
        let text = fill(include_str!("templates/launchd.plist"), value);
        Ok(Installed { name: "local.twilio-audit.plist", text })
    }
}
