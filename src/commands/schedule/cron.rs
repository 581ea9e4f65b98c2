//! `schedule cron`: a file for `/etc/cron.d`.

use super::Installed;
use super::nightly::Nightly;
use super::template::fill;
use super::text::{mail_address, plain_path, user};

/// A file for /etc/cron.d
///
/// For machines without systemd: cron does not make up for a night that was missed.
#[derive(Debug, clap::Args)]
pub(super) struct Cron {
    #[command(flatten)]
    nightly: Nightly,
    /// The user who it runs as
    #[arg(long, value_name = "NAME", value_parser = user, default_value = "twilio-audit")]
    user: String,
    /// Who gets a mail when there are faults or a scan fails
    #[arg(long, value_name = "ADDRESS", value_parser = mail_address, default_value = "root")]
    mail_to: String,
    /// This program
    #[arg(long, value_name = "FILE", value_parser = plain_path, default_value = "/usr/local/bin/twilio-audit")]
    program: String,
    /// What was declared
    #[arg(long, value_name = "FILE", value_parser = plain_path, default_value = "/etc/twilio-audit/audit.toml")]
    config: String,
    /// The credentials, in a file that only the user can read
    #[arg(long, value_name = "FILE", value_parser = plain_path, default_value = "/etc/twilio-audit/credentials.toml")]
    credentials: String,
    /// The folder in which each scan gets a folder of its own
    #[arg(long, value_name = "FOLDER", value_parser = plain_path, default_value = "/var/lib/twilio-audit")]
    output: String,
    /// Where the metrics for Prometheus are written, in a folder of node_exporter
    #[arg(long, value_name = "FILE", value_parser = plain_path)]
    metrics_file: Option<String>,
}

impl Cron {
    pub(super) fn file(&self) -> Installed {
        let template = include_str!("templates/twilio-audit.cron");
        // A name with a dot in it would be passed over.
        Installed { name: "twilio-audit", text: fill(template, |place| self.value(place)) }
    }

    fn value(&self, place: &str) -> Option<String> {
        match place {
            "user" => Some(self.user.clone()),
            "mail_to" => Some(self.mail_to.clone()),
            "program" => Some(self.program.clone()),
            "config" => Some(self.config.clone()),
            "credentials" => Some(self.credentials.clone()),
            "output" => Some(self.output.clone()),
            "metrics_file" => self.metrics_file.clone(),
            _ => self.nightly.value(place),
        }
    }
}
