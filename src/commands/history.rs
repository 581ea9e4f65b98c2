//! `history`: how the scans went.

use anyhow::anyhow;

use super::chosen_scan::ChosenScan;
use super::printing::print;
use super::reporting::Layout;
use super::stored_scan::open_store;
use super::{Exit, Stop};
use crate::report::{self, TrendFormat};

/// Draw how the scans went, the newest one at the end
///
/// Each scan carries the numbers of those before it, so that the whole trend is there however few scans are kept. For
/// example:
///
/// `twilio-audit history --format html > trend.html`
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    scan: ChosenScan,
    /// What is printed
    #[arg(long, value_enum, default_value_t = TrendFormat::Table, env = "TWILIO_AUDIT_HISTORY_FORMAT")]
    format: TrendFormat,
    #[command(flatten)]
    layout: Layout,
}

/// Runs the command.
///
/// # Errors
///
/// When there is no such scan, or something cannot be printed.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    let trend = open_store(args.scan.folder())?.trend().map_err(Stop::with(Exit::Broken))?;
    if trend.is_empty() {
        let sentence =
            anyhow!("{} is not finished, and no part of a trend yet", args.scan.folder().display());
        return Err(Stop::new(Exit::Usage, sentence));
    }
    print(|out| report::trend(&trend, args.format, args.layout.csv(), out))?;
    Ok(Exit::Complete)
}
