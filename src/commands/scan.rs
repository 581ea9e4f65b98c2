//! `scan`: collect, judge, report. The main job.

use std::cell::OnceCell;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use jiff::Timestamp;

use super::choice::{self, Answering};
use super::disk_space::check_disk_space;
use super::driving::{interruptible_on, runtime_for};
pub use super::scan_args::Args;
use super::scan_folder::{ScanFolder, shards_in, unfinished};
use super::scan_setting::{demo, real};
use super::scanning::{Collected, GO_ON, Scanning};
use super::start::Interrupted;
use super::telling::Teller;
use super::{Exit, Log, Stop};
use crate::evidence::Store;
use crate::model::{Clock, ScanId, Shard};

/// Runs the command.
///
/// # Errors
///
/// With the exit code and the sentence that explain why there is no report.
pub fn run(args: Args, log: &Log) -> Result<Exit, Stop> {
    let teller = args.teller();
    // Looking ahead is no scan, and says nothing of one.
    if args.dry_run {
        return scan(args, log, &teller);
    }
    let (metrics, output) = (args.metrics.clone(), args.output());
    metrics.after(&output, || {
        let ended = scan(args, log, &teller);
        let told = teller.tell(&ended);
        (ended, told)
    })
}

fn scan(args: Args, log: &Log, teller: &Teller) -> Result<Exit, Stop> {
    let begun_at = Instant::now();
    let clock = args.demo_time.map_or(Clock::System, Clock::Fixed);
    let chosen = args.chosen.choose(args.check_time.allowance())?;
    let shard = args.shard.chosen()?;
    let key = args.signing.key_unless_shard(shard)?;
    let collected = collected_before(&args, shard, clock);
    // What looks ahead, and what is collected already, writes nothing.
    let writes = !args.dry_run && collected.is_none();
    let lock = if writes { args.lock(shard)? } else { None };
    let lock = lock.map_or_else(OnceCell::new, OnceCell::from);
    if writes {
        check_disk_space(&args.output(), args.min_free)?;
    }
    if args.demo {
        refuse_among_real_scans(&args.output())?;
    }
    let interrupted = if collected.is_some() { None } else { interrupted_before(&args, shard)? };
    let before = match (&interrupted, &collected) {
        (Some(interrupted), _) => Some(interrupted.facts.started_at),
        (None, collected) => collected.as_ref().map(|collected| collected.started_at),
    };
    let started_at = before.unwrap_or_else(|| own_second(&args.output(), clock));
    // Programs and keyrings are asked before anything is interruptible, so that Ctrl-C simply ends them.
    let setting = if args.demo { None } else { Some(real(&args.choices, started_at)?) };
    setting.iter().for_each(|setting| teller.knows(&setting.credentials));
    let begun = AtomicBool::new(interrupted.is_some());
    let scan = async {
        let mut setting = match setting {
            Some(setting) => setting,
            None => demo(&args.choices, started_at).await?,
        };
        setting.add_reviews(args.reviews.as_deref(), args.choices.config.as_deref(), started_at)?;
        let key = key.as_ref();
        let scan = Scanning {
            args: &args,
            log,
            clock,
            begun_at,
            started_at,
            collected,
            shard,
            key,
            lock,
            begun: &begun,
            teller,
        };
        scan.run(&chosen, setting, interrupted).await
    };
    let runtime = runtime_for(args.choices.limits().overall)?;
    interruptible_on(runtime, scan).map_err(|stop| match stop.exit {
        Exit::Interrupted if begun.load(Ordering::Relaxed) => stop.adding(GO_ON),
        Exit::Interrupted => stop.adding("nothing was collected"),
        _ => stop,
    })
}

/// The present moment, in a second of its own: scans are called after the second in which they start.
fn own_second(output: &Path, clock: Clock) -> Timestamp {
    let is_taken = |moment: Timestamp| {
        let name = ScanId::starting_at(moment);
        output.join(name.as_str()).exists() || unfinished(output, name.as_str()).exists()
    };
    let now = clock.now();
    match clock {
        Clock::System if is_taken(now) => {
            std::thread::sleep(Duration::from_secs(1));
            clock.now()
        }
        _ => now,
    }
}

/// The demonstration must not become the newest scan of a real estate: `gate` would speak of it.
fn refuse_among_real_scans(output: &Path) -> Result<(), Stop> {
    let latest = output.join("latest/evidence.db");
    let answering =
        Store::open(&latest).and_then(|store| store.started_with()).map(|with| choice::answering(&with));
    match answering {
        Err(_) | Ok(Answering::Demonstration) => Ok(()),
        Ok(Answering::Twilio | Answering::StandIn) => {
            let sentence = anyhow!(
                "{} holds scans of a real estate: give the demonstration an --output of its own",
                output.display()
            );
            Err(Stop::new(Exit::Usage, sentence))
        }
    }
}

/// The folder of a shard to go on with that is collected already: whoever starts a lost machine's work again finds
/// nothing left to do. One of another night is none of it.
fn collected_before(args: &Args, shard: Option<Shard>, clock: Clock) -> Option<Collected> {
    let shard = shard.filter(|_| args.resume)?;
    let found = shards_in(&args.output()).into_iter().rev().find(|(_, other)| *other == shard);
    let (folder, _) = found?;
    let store = Store::open(&folder.join("evidence.db")).ok()?;
    let started_at = store.started_at().ok()?;
    let is_of_this_night = clock.now().duration_since(started_at) < choice::FURTHEST_APART;
    is_of_this_night.then_some(Collected { folder, store, started_at })
}

/// The scan to go on with, where that was asked for; otherwise, whether there is one is worth a word.
fn interrupted_before(args: &Args, shard: Option<Shard>) -> Result<Option<Interrupted>, Stop> {
    let output = args.output();
    if !args.resume {
        if let Ok(Some(found)) = ScanFolder::interrupted(&output, shard) {
            let folder = found.path.display();
            tracing::warn!(
                "{folder} was interrupted: --resume goes on with it; remove it if nobody needs it"
            );
        }
        return Ok(None);
    }
    let found = Interrupted::newest(&output, shard)?;
    if found.is_none() {
        tracing::warn!("no scan in {} was interrupted: this is a new one", output.display());
    }
    Ok(found)
}
