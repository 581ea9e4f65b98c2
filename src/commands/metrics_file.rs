//! `--metrics-file`: how a run ended, and what the newest scan says, for whoever watches over the audits.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context as _;
use jiff::Timestamp;

use super::heading::OUTPUT;
use super::replacing::replace_public_file;
use super::stored_scan::StoredScan;
use super::telling::Told;
use super::{Exit, Stop};
use crate::report::{self, LastRun};

/// Where the metrics are written, if anywhere.
#[derive(Debug, Clone, clap::Args)]
pub(super) struct MetricsFile {
    /// Write metrics for Prometheus into this file, one of node_exporter's textfile collector. It names no weakness, and
    /// everybody may read it
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_METRICS_FILE", help_heading = OUTPUT)]
    metrics_file: Option<PathBuf>,
}

impl MetricsFile {
    /// Runs something, and writes how that ended, whatever it was. That this cannot be written changes nothing.
    pub(super) fn after(
        &self,
        output: &Path,
        run: impl FnOnce() -> (Result<Exit, Stop>, Told),
    ) -> Result<Exit, Stop> {
        let began = Instant::now();
        let (ended, told) = run();
        if let Some(path) = &self.metrics_file {
            let exit = ended.as_ref().map_or_else(|stop| stop.exit, |exit| *exit);
            let run = LastRun {
                ended_at: Timestamp::now(),
                duration: began.elapsed(),
                exit_code: exit as u8,
                not_told: told.failed,
            };
            if let Err(error) = write(path, run, output) {
                tracing::warn!("the metrics are not all written: {error:#}");
            }
        }
        ended
    }
}

/// Where the newest scan cannot be read, how the run ended is written all the same: the age of a scan is missing then,
/// which an alert can see.
fn write(path: &Path, run: LastRun, output: &Path) -> anyhow::Result<()> {
    let whole = of_newest(run, &output.join("latest"));
    let text = match &whole {
        Ok(text) => Ok(text.clone()),
        Err(_) => report::metrics(run, None),
    };
    replace_public_file(path, &text?)?;
    whole.map(drop).context("those of the newest scan are missing")
}

fn of_newest(run: LastRun, folder: &Path) -> anyhow::Result<String> {
    if !folder.exists() {
        return Ok(report::metrics(run, None)?);
    }
    let StoredScan { scan, store } = StoredScan::open(folder).map_err(Stop::into_error)?;
    Ok(report::metrics(run, Some((&scan, &store)))?)
}
