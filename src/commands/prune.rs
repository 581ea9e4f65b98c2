//! `prune`: removes old scans, and keeps the chain whole.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};

use super::duration::duration;
use super::printing::print;
use super::trusted_folder::insist_on_own;
use super::{Exit, Stop};
use crate::chain::{Plan, Removal, Retention, What};
use crate::model::counted;
use crate::report::verification::in_bytes;

/// Remove old scans
///
/// With both --keep and --keep-last, only what neither keeps is removed. The newest whole scan always stays, and so does
/// what is being written. The manifests of removed scans stay in `pruned`, so that `verify` still finds the chain whole.
/// Interrupted scans and shards that are older than --keep are removed too, and so are those of other Regions.
///
/// HIPAA wants what documents a decision kept for six years, 2192 days (45 CFR 164.316(b)(2)(i)): the go-live statement
/// of a scan, `gate.html`, goes with the scan.
#[derive(Debug, clap::Args)]
#[command(group = clap::ArgGroup::new("kept").required(true).multiple(true))]
pub struct Args {
    /// Keep what is younger: `90d`, `12h`, `2w`; a day is 24 hours
    #[arg(long, value_name = "AGE", value_parser = duration, group = "kept", env = "TWILIO_AUDIT_KEEP")]
    keep: Option<SignedDuration>,
    /// Keep so many of the newest scans
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), group = "kept", env = "TWILIO_AUDIT_KEEP_LAST")]
    keep_last: Option<u32>,
    /// The folder in which each scan has a folder of its own
    #[arg(long, value_name = "FOLDER", default_value = "audits", env = "TWILIO_AUDIT_OUTPUT")]
    output: PathBuf,
    /// Say what would be removed, and remove nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
///
/// # Errors
///
/// When there is no such folder, or something cannot be read or removed.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    if !args.output.is_dir() {
        // A schedule prunes from its first night on.
        tracing::warn!("there is no folder {}, so there is nothing to remove", args.output.display());
        return Ok(Exit::Complete);
    }
    let open_volumes = insist_on_own(&args.output).map_err(Stop::of_path)?;
    let plan = args.plan()?;
    if !plan.removals.is_empty() {
        // On standard output, which --quiet leaves: nothing is removed there without a word.
        for doubt in open_volumes {
            print(|out| writeln!(out, "What is removed may be somebody else's: {doubt}."))?;
        }
    }
    for sentence in &plan.stays {
        tracing::warn!("{sentence}");
    }
    let (mut freed, mut statements) = (0, 0);
    for removal in &plan.removals {
        statements += usize::from(removal.holds_statement());
        if !args.dry_run {
            removal.remove().map_err(Stop::with(Exit::Broken))?;
        }
        freed += removal.bytes;
        say(removal, args.dry_run)?;
    }
    let (removed, would) = (plan.removals.len(), if args.dry_run { "would be removed" } else { "removed" });
    let freed = in_bytes(freed);
    print(|out| writeln!(out, "{removed} {would}, {freed} freed, {} kept.", counted(plan.kept, "scan")))?;
    if statements > 0 {
        print(|out| writeln!(out, "{}: {SIX_YEARS}", counted(statements, "go-live statement")))?;
    }
    Ok(Exit::Complete)
}

/// What is to be known of the statements that go.
const SIX_YEARS: &str = "keep elsewhere, for six years, whichever PHI went live on (45 CFR 164.316(b)(2)(i))";

impl Args {
    fn plan(&self) -> Result<Plan, Stop> {
        let now = Timestamp::now();
        let since = self.keep.map(|age| now.checked_sub(age)).transpose();
        let since =
            since.map_err(|_| Stop::new(Exit::Usage, anyhow!("--keep is longer than time itself")))?;
        let last = self.keep_last.map(|last| usize::try_from(last).unwrap_or(usize::MAX));
        Plan::of(Path::new(&self.output), &Retention { since, last, now }).map_err(Stop::with(Exit::Broken))
    }
}

fn say(removal: &Removal, is_dry_run: bool) -> Result<(), Stop> {
    let what = match removal.what {
        What::Scan => "",
        What::Unfinished => ", which was interrupted",
        What::Shard => ", which nobody merged",
        What::Rest => ", which an interrupted prune left",
    };
    let verb = if is_dry_run { "Would remove" } else { "Removed" };
    print(|out| writeln!(out, "{verb} {}{what}: {}", removal.label, in_bytes(removal.bytes)))
}
