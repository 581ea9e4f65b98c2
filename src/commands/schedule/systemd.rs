//! `schedule systemd`: a service and its timer.

use std::path::Path;

use super::super::heading::NIGHTLY;
use super::Installed;
use super::nightly::Nightly;
use super::template::fill;
use super::text::{plain_path, time_zone};

/// A service and a timer of systemd
///
/// A night that was missed is made up for. The service may do next to nothing but ask Twilio and write its reports, as a
/// user that exists only while it runs; systemd hands it the credentials.
#[derive(Debug, clap::Args)]
pub(super) struct Systemd {
    #[command(flatten)]
    nightly: Nightly,
    /// The time zone of --at [default: that of the machine]
    #[arg(long, value_name = "NAME", value_parser = time_zone, help_heading = NIGHTLY)]
    time_zone: Option<String>,
    /// This program. Nobody but root should be able to exchange it
    #[arg(long, value_name = "FILE", value_parser = plain_path, default_value = "/usr/local/bin/twilio-audit")]
    program: String,
    /// What was declared
    #[arg(long, value_name = "FILE", value_parser = plain_path, default_value = "/etc/twilio-audit/audit.toml")]
    config: String,
    /// The credentials
    #[arg(long, value_name = "FILE", value_parser = plain_path, default_value = "/etc/twilio-audit/credentials.toml")]
    credentials: String,
    /// Where the metrics for Prometheus are written, in a folder of node_exporter
    #[arg(long, value_name = "FILE", value_parser = plain_path)]
    metrics_file: Option<String>,
}

/// What the service does not see.
const HOMES: [&str; 3] = ["/home", "/root", "/run/user"];

impl Systemd {
    pub(super) fn files(&self) -> Vec<Installed> {
        for path in [&self.program, &self.config] {
            if HOMES.iter().any(|home| Path::new(path).starts_with(home)) {
                tracing::warn!("the service cannot see {path}: home folders are closed to it");
            }
        }
        let service = include_str!("templates/twilio-audit.service");
        let timer = include_str!("templates/twilio-audit.timer");
        let file = |name, template| Installed { name, text: fill(template, |place| self.value(place)) };
        vec![file("twilio-audit.service", service), file("twilio-audit.timer", timer)]
    }

    fn value(&self, place: &str) -> Option<String> {
        let metrics = self.metrics_file.as_deref();
        let or_nothing = |text: Option<String>| Some(text.unwrap_or_default());
        match place {
            "program" => Some(self.program.clone()),
            "config" => Some(self.config.clone()),
            "credentials" => Some(self.credentials.clone()),
            "time_zone_suffix" => or_nothing(self.time_zone.as_ref().map(|zone| format!(" {zone}"))),
            "metrics" => metrics.map(|_| String::new()),
            "metrics_option" => or_nothing(metrics.map(|path| format!(" --metrics-file {path}"))),
            "metrics_folder" => Some(Path::new(metrics?).parent()?.to_str()?.to_owned()),
            _ => self.nightly.value(place),
        }
    }
}
