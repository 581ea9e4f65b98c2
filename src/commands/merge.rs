//! `merge`: one scan of the shards that several machines collected.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;
use tokio::task::spawn_blocking;

use super::check_time::CheckTime;
use super::chosen_checks::{Chosen, ChosenChecks};
use super::driving::interruptible;
use super::finish::finish;
use super::heading::{DECLARED, OUTPUT, READ, SIGN_IN};
use super::metrics_file::MetricsFile;
use super::reporting::Reporting;
use super::scan_args::output_of;
use super::scan_folder::{ScanFolder, shards_in};
use super::scan_lock::{ScanLock, Use};
use super::signing::Signing;
use super::telling::Teller;
use super::trusted_folder::{Openness, refuse_if_exchangeable};
use super::{EXIT_CODES, Exit, Log, Stop, choice};
use crate::evidence::{EvidenceError, ScanFacts, StartedWith, Store};
use crate::model::{Region, Shard};

/// How often it is looked whether the missing shards are there.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// How long the lock of the output folder is waited for: a shard that has just been finished may hold it a moment longer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Make one scan of the shards that were collected with --shard
///
/// Judges what all shards read together, writes the reports as `scan` does, and removes the shards. They must have been
/// started with the same options, the same audit.toml and the same version.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Args {
    /// The folders of the shards [default: the newest ones in the output folder]
    #[arg(value_name = "SCAN", conflicts_with_all = ["shards", "wait"])]
    scans: Vec<PathBuf>,
    /// How many shards there are [default: as many as the shards themselves say]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..), env = "TWILIO_AUDIT_SHARDS", help_heading = READ)]
    shards: Option<u16>,
    /// Wait so many minutes for the missing shards
    #[arg(long, value_name = "MINUTES", requires = "shards", env = "TWILIO_AUDIT_WAIT")]
    wait: Option<u32>,
    /// Keep the shards
    #[arg(long, env = "TWILIO_AUDIT_KEEP_SHARDS")]
    keep_shards: bool,
    /// The folder in which the shards are, and in which the scan gets a folder of its own
    #[arg(long, value_name = "FOLDER", default_value = "audits", env = "TWILIO_AUDIT_OUTPUT", help_heading = OUTPUT)]
    output: PathBuf,
    /// The Region of the shards
    #[arg(long, value_enum, default_value_t = Region::Us1, env = "TWILIO_AUDIT_REGION", help_heading = READ)]
    region: Region,
    /// The audit.toml that declares whom to tell of the scan
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_CONFIG", help_heading = DECLARED)]
    config: Option<PathBuf>,
    /// The file with the secrets that telling takes; `-` is standard input
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_CREDENTIALS", help_heading = SIGN_IN)]
    credentials: Option<PathBuf>,
    #[command(flatten)]
    chosen: ChosenChecks,
    #[command(flatten)]
    check_time: CheckTime,
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    signing: Signing,
    #[command(flatten)]
    metrics: MetricsFile,
}

/// A shard that is ready.
struct Ready {
    folder: PathBuf,
    shard: Shard,
    facts: ScanFacts,
    started_with: StartedWith,
}

/// Runs the command.
///
/// # Errors
///
/// When shards are missing or do not fit together, or the files cannot be written.
pub fn run(args: Args, log: &Log) -> Result<Exit, Stop> {
    let log = log.clone();
    let (metrics, output) = (args.metrics.clone(), output_of(&args.output, args.region));
    let teller = Arc::new(args.teller());
    let telling = Arc::clone(&teller);
    metrics.after(&output, || {
        let ended = interruptible(async move {
            // It waits for the disk and for other machines, and for nobody's answer.
            let merged = spawn_blocking(move || merge(&args, &log, &telling)).await;
            merged.map_err(Stop::with(Exit::Broken))?
        });
        let told = teller.tell(&ended);
        (ended, told)
    })
}

impl Args {
    /// Whom to tell how it ends. What is not declared here counts for nothing: a merge needs no audit.toml.
    fn teller(&self) -> Teller {
        if self.config.is_none() || !self.chosen.is_everything() {
            return Teller::of_nobody();
        }
        let output = output_of(&self.output, self.region);
        Teller::of(self.config.as_deref(), self.credentials.as_deref(), output, self.region)
    }
}

fn merge(args: &Args, log: &Log, teller: &Teller) -> Result<Exit, Stop> {
    let chosen = args.chosen.choose(args.check_time.allowance())?;
    let key = args.signing.key()?;
    let output = output_of(&args.output, args.region);
    let mut shards = if args.scans.is_empty() {
        wait_for_shards(&output, args)?
    } else {
        args.scans.iter().map(|folder| Ready::named(folder)).collect::<Result<_, _>>()?
    };
    shards.sort_by_key(|shard| (shard.facts.started_at, shard.shard));
    fit_together(&shards, &chosen).map_err(Stop::with(Exit::Usage))?;
    let _lock = ScanLock::take(&output, Use::Alone, PATIENCE)?;
    let catalogue = chosen.ready()?;
    let (mut folder, store) = merged(&output, &shards).map_err(not_merged)?;
    let options = args.reporting.options();
    let finished = match finish(store, catalogue, options, &mut folder, key.as_ref()) {
        Ok(finished) => finished,
        Err(error) => {
            folder.remove();
            return Err(Stop::new(Exit::Broken, error.context("the shards are as they were")));
        }
    };
    let exit = args.reporting.exit_of(&finished.scan);
    teller.learns(&finished, &folder.path, exit);
    if !args.keep_shards {
        for shard in &shards {
            fs::remove_file(shard.folder.join("evidence.db"))
                .and_then(|()| fs::remove_dir(&shard.folder))
                .with_context(|| format!("cannot remove {}, which is merged", shard.folder.display()))
                .map_err(Stop::with(Exit::Broken))?;
        }
    }
    args.reporting.print(&finished.scan, &finished.store, &folder.path, log)?;
    Ok(exit)
}

impl Ready {
    /// One that is named by its path. Those in the output folder are looked at with that.
    fn named(folder: &Path) -> Result<Self, Stop> {
        if folder.is_dir() {
            refuse_if_exchangeable(folder, Openness::Closed).map_err(Stop::of_path)?;
        }
        Self::read(folder)
    }

    fn read(folder: &Path) -> Result<Self, Stop> {
        let read = || -> anyhow::Result<Self> {
            let evidence = folder.join("evidence.db");
            // Anything but a plain file (a pipe, say) could keep us waiting for ever.
            if !evidence.is_file() {
                return Err(anyhow!(
                    "there is no {}: name the folder of a shard, as `scan --shard I/N` makes it",
                    evidence.display()
                ));
            }
            let store = Store::open(&evidence)?;
            let started_with = store.started_with()?;
            let shard = choice::shard(&started_with)
                .ok_or_else(|| anyhow!("it is no shard: `scan --shard I/N` makes one"))?;
            if store.salt()?.is_some() {
                return Err(anyhow!("it is not finished: `scan --shard {shard} --resume` goes on with it"));
            }
            Ok(Self { folder: folder.to_owned(), shard, facts: store.facts()?, started_with })
        };
        read().with_context(|| format!("cannot merge {}", folder.display())).map_err(Stop::with(Exit::Usage))
    }
}

/// The newest shards in the output folder, when all of them are there.
fn wait_for_shards(output: &Path, args: &Args) -> Result<Vec<Ready>, Stop> {
    let until = Instant::now() + Duration::from_secs(60 * u64::from(args.wait.unwrap_or(0)));
    // Shards of another night count for nothing.
    let since = Timestamp::now() - choice::FURTHEST_APART;
    loop {
        let found = shards_in(output);
        let of = match (args.shards, found.last()) {
            (Some(of), _) => of,
            (None, Some((_, shard))) => shard.of(),
            (None, None) => {
                let error = anyhow!(
                    "there is no shard in {}: `scan --shard I/N` makes them, --output names another folder",
                    output.display()
                );
                return Err(Stop::new(Exit::Usage, error));
            }
        };
        let mut newest = Vec::new();
        for number in 1..=of {
            let Ok(shard) = Shard::new(number, of) else { continue };
            if let Some((folder, _)) = found.iter().rev().find(|(_, other)| *other == shard) {
                newest.push(Ready::read(folder)?);
            }
        }
        let (newest, old): (Vec<Ready>, Vec<Ready>) =
            newest.into_iter().partition(|ready| ready.facts.started_at >= since);
        if newest.len() == usize::from(of) {
            return Ok(newest);
        }
        if Instant::now() >= until {
            return Err(Stop::new(Exit::Incomplete, missing(output, &newest, &old, of)));
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn missing(output: &Path, found: &[Ready], old: &[Ready], of: u16) -> anyhow::Error {
    let numbers = (1..=of).filter_map(|number| Shard::new(number, of).ok());
    let missing: Vec<String> = numbers
        .filter(|shard| found.iter().all(|ready| ready.shard != *shard))
        .map(|shard| shard.to_string())
        .collect();
    let old = match old.first() {
        Some(one) => format!(
            " ({} started more than {} hours ago: it is of another night)",
            one.folder.display(),
            choice::FURTHEST_APART.as_hours()
        ),
        None => String::new(),
    };
    anyhow!(
        "not every shard is finished in {}: missing {}{old}; `scan --shard I/N --resume` makes one, --wait waits for it",
        output.display(),
        missing.join(", ")
    )
}

/// Insists that the shards are all there, each once, and were started in the same way.
fn fit_together(shards: &[Ready], chosen: &Chosen) -> anyhow::Result<()> {
    let (Some(first), Some(last)) = (shards.first(), shards.last()) else {
        return Err(anyhow!("there is no shard to merge"));
    };
    let mut known: Vec<Shard> = shards.iter().map(|ready| ready.shard).collect();
    known.sort_unstable();
    let of = first.shard.of();
    let whole: Vec<Shard> = (1..=of).filter_map(|number| Shard::new(number, of).ok()).collect();
    if known != whole {
        let known: Vec<String> = known.iter().map(Shard::to_string).collect();
        return Err(anyhow!("{of} shards are needed, each once; these are {}", known.join(", ")));
    }
    for other in shards {
        let mut differences = choice::differences(&first.started_with, &other.started_with);
        if let Some(name) = differences.find(|name| *name != choice::SHARD) {
            return Err(anyhow!(
                "{} and {} were started with another {name}: collect them again with the same options",
                first.folder.display(),
                other.folder.display()
            ));
        }
    }
    if last.facts.started_at.duration_since(first.facts.started_at) > choice::FURTHEST_APART {
        return Err(anyhow!(
            "{} and {} started more than {} hours apart: collect the older one again",
            first.folder.display(),
            last.folder.display(),
            choice::FURTHEST_APART.as_hours()
        ));
    }
    choice::judged_by(&first.started_with, chosen)
}

/// Shards that do not fit together are not a fault of this machine.
fn not_merged(error: anyhow::Error) -> Stop {
    let is_of_a_shard = error.downcast_ref().is_some_and(EvidenceError::is_of_a_shard);
    if is_of_a_shard { Stop::new(Exit::Usage, error) } else { Stop::of_path(error) }
}

/// A new scan that holds what all shards read.
fn merged(output: &Path, shards: &[Ready]) -> anyhow::Result<(ScanFolder, Store)> {
    let first = shards.first().context("there is no shard to merge")?;
    let folder = ScanFolder::create_for_merge(output, first.facts.id.to_string())?;
    let fill = || -> anyhow::Result<Store> {
        let store = Store::create(&folder.evidence())?;
        for (place, shard) in shards.iter().enumerate() {
            store.absorb(&shard.folder.join("evidence.db"), shard.shard, place == 0)?;
        }
        store.end_of_merge(choice::OF_SHARDS)?;
        Ok(store)
    };
    match fill() {
        Ok(store) => Ok((folder, store)),
        Err(error) => {
            folder.remove();
            Err(error.context("the shards are as they were"))
        }
    }
}
