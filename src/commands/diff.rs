//! `diff`: what is different between two scans.

use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::choice::{self, Answering};
use super::chosen_scan::{LATEST, is_latest, scan_folder};
use super::printing::print;
use super::reporting::Layout;
use super::stored_scan::StoredScan;
use super::{Exit, Stop};
use crate::history::{self, Scanned};
use crate::model::{Diff, FindingChange};
use crate::report::{self, DiffFormat};

/// Say what changed between two scans
///
/// What is new, fixed, changed and lost sight of; which accounts and resources came and went; and which settings are
/// others now. What was assessed before and cannot be now is lost sight of, and never fixed. Without folders it is the
/// newest scan and the one that it was compared with.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Args {
    /// The folder of the older scan [default: the one that the newer was compared with]
    ///
    /// Of one scan alone it is the older, compared with the newest; the newest scan itself is compared with the one before it.
    #[arg(value_name = "OLD", value_parser = scan_folder())]
    older: Option<PathBuf>,
    /// The folder of the newer scan [default: audits/latest]
    #[arg(value_name = "NEW", value_parser = scan_folder())]
    newer: Option<PathBuf>,
    /// The newer scan, by itself: without OLD it is compared with the one that it was compared with
    #[arg(long, value_name = "FOLDER", conflicts_with = "newer", value_parser = scan_folder())]
    scan: Option<PathBuf>,
    /// What is printed
    #[arg(long, value_enum, default_value_t = DiffFormat::Table, env = "TWILIO_AUDIT_DIFF_FORMAT")]
    format: DiffFormat,
    /// List what is open as before too
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    layout: Layout,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    nothing is worse
  1    something is new, worse, or lost sight of
  2    the command line is wrong, or there is no such scan
  5    internal error";

/// Runs the command.
///
/// # Errors
///
/// When there is no such scan, or something cannot be printed.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    let (older_folder, newer_folder) = args.folders();
    let newer = StoredScan::open(&newer_folder)?;
    let older_folder = match older_folder {
        Some(folder) => folder,
        None => compared_with(&newer, &newer_folder)?,
    };
    if is_same(&older_folder, &newer_folder) {
        tracing::warn!("{} is compared with itself: nothing can be different", newer_folder.display());
    }
    let older = StoredScan::open(&older_folder)?;
    warn_of_what_misleads((&older_folder, &older), (&newer_folder, &newer))?;
    let mut diff =
        history::diff(scanned(&older), scanned(&newer), args.all).map_err(Stop::with(Exit::Broken))?;
    add_resources(&mut diff, &older, &newer, &older_folder)?;
    print(|out| report::diff(&diff, args.format, args.layout.csv(), out))?;
    let is_worse = diff.findings.iter().any(FindingChange::is_worse);
    Ok(if is_worse { Exit::Faults } else { Exit::Complete })
}

impl Args {
    /// The folder of the older scan, where one was named, and that of the newer. The newest scan named as the older one, and
    /// no other beside it, can only be meant as the newer.
    fn folders(&self) -> (Option<PathBuf>, PathBuf) {
        match (&self.older, self.newer.as_ref().or(self.scan.as_ref())) {
            (Some(only), None) if is_latest(only) => (None, only.clone()),
            (older, newer) => (older.clone(), newer.cloned().unwrap_or_else(|| PathBuf::from(LATEST))),
        }
    }
}

fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

const fn scanned(stored: &StoredScan) -> Scanned<'_> {
    Scanned { scan: &stored.scan, findings: &stored.store }
}

/// Warns of what makes the difference between two scans say something else than it seems to.
fn warn_of_what_misleads(
    (older_folder, older): (&Path, &StoredScan),
    (newer_folder, newer): (&Path, &StoredScan),
) -> Result<(), Stop> {
    if !choice::are_of_one_part(&older.started_with()?, &newer.started_with()?) {
        tracing::warn!(
            "{} and {} are not of the same part of the estate: what one of them left out looks new, or lost sight of, \
             and is neither",
            older_folder.display(),
            newer_folder.display()
        );
    }
    if older.scan.started_at > newer.scan.started_at {
        tracing::warn!(
            "{} is older than {}: what is called new was there before",
            newer_folder.display(),
            older_folder.display()
        );
    }
    Ok(())
}

/// The folder of the scan that this one was compared with: it lies beside it.
fn compared_with(newer: &StoredScan, folder: &Path) -> Result<PathBuf, Stop> {
    let Some(before) = &newer.scan.compared_with else {
        let why = match choice::is_narrowed(&newer.started_with()?) {
            true => "that one is of a part, and is compared with none by itself",
            false => "that one was compared with none",
        };
        return Err(Stop::new(Exit::Usage, anyhow!("{why}: name the older and the newer scan")));
    };
    let real = std::fs::canonicalize(folder).map_err(Stop::with(Exit::Usage))?;
    Ok(real.with_file_name(before.as_str()))
}

fn add_resources(diff: &mut Diff, older: &StoredScan, newer: &StoredScan, folder: &Path) -> Result<(), Stop> {
    // The demonstration is made anew for each scan: its clinic is as old as it was, and all its dates are others.
    let is_demo = is_of_demonstration(older)? && is_of_demonstration(newer)?;
    let seconds = newer.scan.started_at.as_second() - older.scan.started_at.as_second();
    let resources = &mut diff.resources;
    let drifts = newer.store.each_drift(&folder.join("evidence.db"), &mut |drift| {
        if !(is_demo && drift.is_moved_by(seconds)) {
            resources.push(drift);
        }
        Ok(())
    });
    diff.not_comparable += drifts.map_err(Stop::with(Exit::Broken))?;
    Ok(())
}

fn is_of_demonstration(stored: &StoredScan) -> Result<bool, Stop> {
    Ok(choice::answering(&stored.started_with()?) == Answering::Demonstration)
}
