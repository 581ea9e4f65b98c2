//! `scan`: collect, judge, report. The main job.

use std::cell::OnceCell;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::anyhow;
use jiff::{SignedDuration, Timestamp};

use super::choice;
use super::chosen_checks::{Catalogue, ChosenChecks};
use super::chosen_shard::ChosenShard;
use super::declared_names::check_names;
use super::disk_space::check_disk_space;
use super::duration::duration;
use super::finish::finish;
use super::metrics_file::MetricsFile;
use super::plan::plan;
use super::printing::print;
use super::progress::Progress;
use super::reporting::Reporting;
use super::scan_folder::{ScanFolder, make_output, shards_in};
use super::scan_lock::{ScanLock, Use};
use super::scan_setting::{Choices, Setting, demo, real};
use super::signing::Signing;
use super::signing_in::{client, reduction, sign_in};
use super::start::{Interrupted, Started, start};
use super::telling::Teller;
use super::{Exit, Log, Stop, interruptible};
use crate::chain::SigningKey;
use crate::collect::{Collector, Reduction, collect};
use crate::credentials::Credentials;
use crate::evidence::{EvidenceError, ScanFacts, Store, Writer};
use crate::intent::Intent;
use crate::model::{AccountSid, Clock, Region, ScanId, Shard};
use crate::report;
use crate::twilio::{Client, Limits};

/// Read the accounts, check them, write the findings
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Audit the built-in clinic instead of Twilio: needs no credentials and no network
    #[arg(long, env = "TWILIO_AUDIT_DEMO")]
    demo: bool,
    #[command(flatten)]
    choices: Choices,
    /// What reviewers decided [default: reviews.toml beside audit.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_REVIEWS")]
    reviews: Option<PathBuf>,
    /// The folder in which each scan gets a folder of its own
    #[arg(long, value_name = "FOLDER", default_value = "audits", env = "TWILIO_AUDIT_OUTPUT")]
    output: PathBuf,
    #[command(flatten)]
    chosen: ChosenChecks,
    /// Audit only this account; may be given several times
    #[arg(long = "account", value_name = "AC…", env = "TWILIO_AUDIT_ACCOUNT", value_delimiter = ',')]
    accounts: Vec<AccountSid>,
    /// Go on with the newest scan that was interrupted, or start one where none was
    #[arg(long, env = "TWILIO_AUDIT_RESUME")]
    resume: bool,
    /// Sign in, say what would be asked and how long it would take, and ask no more
    #[arg(long, conflicts_with = "resume", env = "TWILIO_AUDIT_DRY_RUN")]
    dry_run: bool,
    /// Send no more than so many requests, and stop; --resume goes on
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), env = "TWILIO_AUDIT_BUDGET")]
    budget: Option<u64>,
    /// Ask no more after this time, as in 90m or 6h, and stop; --resume goes on
    #[arg(long, value_name = "TIME", value_parser = duration, env = "TWILIO_AUDIT_DEADLINE")]
    deadline: Option<SignedDuration>,
    /// Do not start with less free disk space, in MiB [default: twice what the newest scan takes, at least 64]
    #[arg(long, value_name = "MIB", env = "TWILIO_AUDIT_MIN_FREE")]
    min_free: Option<u64>,
    #[command(flatten)]
    shard: ChosenShard,
    #[command(flatten)]
    reporting: Reporting,
    #[command(flatten)]
    signing: Signing,
    #[command(flatten)]
    metrics: MetricsFile,
    /// The moment at which the demo takes place, so that its files can be compared
    #[arg(long, hide = true, requires = "demo", env = "TWILIO_AUDIT_DEMO_TIME")]
    demo_time: Option<Timestamp>,
}

impl Args {
    /// Where the scans of this Region are: another one's are no past of theirs.
    fn output(&self) -> PathBuf {
        output_of(&self.output, self.choices.region)
    }

    /// How much may be asked, of a run that began at this moment.
    fn limits(&self, begun_at: Instant) -> Limits {
        let until = self.deadline.map(|deadline| begun_at + deadline.unsigned_abs());
        Limits { budget: self.budget, until, ..self.choices.limits() }
    }

    /// The lock on the output folder that this scan needs.
    fn lock(&self, shard: Option<Shard>) -> Result<Option<ScanLock>, Stop> {
        let how = if shard.is_some() { Use::WithOtherShards } else { Use::Alone };
        ScanLock::take(&self.output(), how, Duration::ZERO)
    }

    /// Whom to tell how it ends. A part, a plan and the demonstration are nobody's business; of a shard tells `merge`.
    fn teller(&self) -> Teller {
        let is_part = !self.accounts.is_empty() || !self.chosen.is_everything() || self.shard.is_given();
        if is_part || self.demo || self.dry_run {
            return Teller::of_nobody();
        }
        let choices = &self.choices;
        Teller::of(choices.config.as_deref(), choices.credentials.as_deref(), self.output(), choices.region)
    }
}

/// Where the scans of a Region are.
pub(super) fn output_of(output: &Path, region: Region) -> PathBuf {
    match region {
        Region::Us1 => output.to_owned(),
        region => output.join(region.as_str()),
    }
}

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
    let catalogue = args.chosen.choose()?;
    let shard = args.shard.chosen()?;
    let key = args.signing.key_unless_shard(shard)?;
    if let Some(folder) = collected_before(&args, shard, clock) {
        say(log, format_args!("This shard is collected already, in {}", folder.display()))?;
        return Ok(Exit::Complete);
    }
    let lock = if args.dry_run { None } else { args.lock(shard)? };
    let lock = lock.map_or_else(OnceCell::new, OnceCell::from);
    if !args.dry_run {
        check_disk_space(&args.output(), args.min_free)?;
    }
    let interrupted = interrupted_before(&args, shard)?;
    let started_at = interrupted.as_ref().map_or_else(|| clock.now(), |before| before.facts.started_at);
    // Programs and keyrings are asked before anything is interruptible, so that Ctrl-C simply ends them.
    let setting = if args.demo { None } else { Some(real(&args.choices, started_at)?) };
    setting.iter().for_each(|setting| teller.knows(&setting.credentials));
    let begun = AtomicBool::new(interrupted.is_some());
    let scan = async {
        let mut setting = match setting {
            Some(setting) => setting,
            None => demo(started_at).await?,
        };
        setting.add_reviews(args.reviews.as_deref(), args.choices.config.as_deref(), started_at)?;
        let key = key.as_ref();
        let scan = Scanning {
            args: &args,
            log,
            clock,
            begun_at,
            started_at,
            shard,
            key,
            lock,
            begun: &begun,
            teller,
        };
        scan.run(catalogue, setting, interrupted).await
    };
    interruptible(scan).map_err(|stop| match stop.exit {
        Exit::Interrupted if begun.load(Ordering::Relaxed) => stop.adding(GO_ON),
        Exit::Interrupted => stop.adding("nothing was collected"),
        _ => stop,
    })
}

/// What to do where a scan ends before its time.
const GO_ON: &str = "what was read is kept, and the same command with --resume goes on from there";

/// The folder of a shard to go on with that is collected already: whoever starts a lost machine's work again finds
/// nothing left to do. One of another night is none of it.
fn collected_before(args: &Args, shard: Option<Shard>, clock: Clock) -> Option<PathBuf> {
    let shard = shard.filter(|_| args.resume)?;
    let found = shards_in(&args.output()).into_iter().rev().find(|(_, other)| *other == shard);
    let (folder, _) = found?;
    let started_at = Store::open(&folder.join("evidence.db")).and_then(|store| store.started_at()).ok()?;
    (clock.now().duration_since(started_at) < choice::FURTHEST_APART).then_some(folder)
}

fn say(log: &Log, what: std::fmt::Arguments<'_>) -> Result<(), Stop> {
    if log.quiet { Ok(()) } else { print(|out| writeln!(out, "{what}")) }
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

/// A scan from its first request to its reports.
struct Scanning<'a> {
    args: &'a Args,
    log: &'a Log,
    clock: Clock,
    begun_at: Instant,
    started_at: Timestamp,
    shard: Option<Shard>,
    /// What its manifest is signed with.
    key: Option<&'a SigningKey>,
    /// Held as long as the scan is under way; none yet where there was no output folder.
    lock: OnceCell<ScanLock>,
    /// Whether something is there to go on with.
    begun: &'a AtomicBool,
    teller: &'a Teller,
}

impl Scanning<'_> {
    async fn run(
        self,
        catalogue: Catalogue,
        setting: Setting,
        interrupted: Option<Interrupted>,
    ) -> Result<Exit, Stop> {
        check_names(&setting.intent, &catalogue.known).map_err(Stop::with(Exit::Usage))?;
        let endpoint = choice::endpoint(self.args.demo, self.args.choices.endpoint.as_deref()).to_owned();
        let intent = setting.intent;
        let facts = self.facts(&catalogue, setting.intent_declared);
        let client = client(setting.address, self.args.limits(self.begun_at))?;
        let collector =
            self.collector(client, setting.credentials, &catalogue, &intent, interrupted.is_some());
        let reduction = self.reduction(&collector.credentials, &intent)?;
        let hashes = self.shard.map(|_| reduction.fingerprint());
        if self.args.dry_run {
            return self.say_plan(collector, &reduction).await;
        }
        let choices = choice::choices(&collector, &catalogue, &intent, &endpoint, hashes)
            .map_err(Stop::with(Exit::Broken))?;
        let started = match interrupted {
            Some(interrupted) => {
                interrupted.fits(&choices)?;
                match interrupted.salt()? {
                    None => interrupted.go_on_to_the_reports(),
                    Some(salt) => {
                        let reduction = Reduction::with_salt(salt, &intent.policy.phi_words);
                        let begin = |_: &Reduction, root: &AccountSid| interrupted.go_on(root);
                        self.collect(collector, reduction, begin).await?
                    }
                }
            }
            None => {
                let begin = |reduction: &Reduction, _: &AccountSid| {
                    start(&self.args.output(), self.shard, &facts, &intent, &choices, reduction)
                };
                self.collect(collector, reduction, begin).await?
            }
        };
        self.report(started, &catalogue)
    }

    /// What to hash with: something new, or for a shard what all shards have.
    fn reduction(&self, credentials: &Credentials, intent: &Intent) -> Result<Reduction, Stop> {
        match (self.shard, credentials.iter().next()) {
            (Some(_), Some(first)) => {
                Ok(Reduction::of_shards(first.secret.reveal(), &intent.policy.phi_words))
            }
            _ => reduction(intent),
        }
    }

    fn facts(&self, catalogue: &Catalogue, intent_declared: bool) -> ScanFacts {
        ScanFacts {
            id: ScanId::starting_at(self.started_at),
            started_at: self.started_at,
            written_by: concat!("twilio-audit ", env!("CARGO_PKG_VERSION")).to_owned(),
            catalogue_version: catalogue.version.clone(),
            intent_declared,
            derived_tokens: self.args.choices.derive_subaccount_tokens,
        }
    }

    fn collector(
        &self,
        client: Client,
        credentials: Credentials,
        catalogue: &Catalogue,
        intent: &Intent,
        goes_on: bool,
    ) -> Collector {
        Collector {
            client,
            credentials,
            kinds: catalogue.kinds.clone(),
            started_at: self.started_at,
            region: self.args.choices.region,
            recording_retention_days: intent.policy.recording_retention(),
            clock: self.clock,
            derive_tokens: self.args.choices.derive_subaccount_tokens,
            only_accounts: self.args.accounts.clone(),
            shard: self.shard,
            done: Arc::default(),
            goes_on,
        }
    }

    /// Signs in, and says what a scan would ask.
    async fn say_plan(&self, mut collector: Collector, reduction: &Reduction) -> Result<Exit, Stop> {
        let tree = sign_in(&mut collector, reduction).await?;
        let plan = plan(&collector, &tree, &self.args.output().join("latest/evidence.db"));
        print(|out| report::plan(&plan, out))?;
        Ok(Exit::Complete)
    }

    /// Signs in and reads everything. What the scan is kept in is made only when somebody could sign in.
    async fn collect(
        &self,
        mut collector: Collector,
        reduction: Reduction,
        begin: impl FnOnce(&Reduction, &AccountSid) -> anyhow::Result<Started>,
    ) -> Result<Started, Stop> {
        let tree = sign_in(&mut collector, &reduction).await?;
        if let Some(halt) = collector.client.traffic().halt() {
            return Err(Stop::new(Exit::Incomplete, anyhow!("{halt}: nobody was signed in yet")));
        }
        self.lock_new_folder()?;
        let Started { folder, store } = begin(&reduction, tree.root()).map_err(Stop::with(Exit::Broken))?;
        self.begun.store(true, Ordering::Relaxed);
        let kept = |error: EvidenceError| Stop::new(Exit::Broken, anyhow::Error::new(error).context(GO_ON));
        let (writer, queue) = Writer::start(store);
        let progress = Progress::of(&collector, tree.accounts.len(), self.log.quiet);
        let collected = tokio::select! {
            collected = collect(collector, tree, reduction, queue) => collected,
            () = progress.keep_up() => Ok(None),
        };
        drop(progress);
        let store = writer.finish().await.map_err(kept)?;
        match collected.map_err(kept)? {
            Some(interruption) => Err(Stop::new(Exit::Incomplete, anyhow!("{interruption}: {GO_ON}"))),
            None => {
                store.end_collecting().map_err(kept)?;
                Ok(Started { folder, store })
            }
        }
    }

    /// Locks the output folder, where it was not there before; makes it then.
    fn lock_new_folder(&self) -> Result<(), Stop> {
        if self.lock.get().is_none() {
            make_output(&self.args.output()).map_err(Stop::with(Exit::Broken))?;
            if let Some(lock) = self.args.lock(self.shard)? {
                let _ = self.lock.set(lock);
            }
        }
        Ok(())
    }

    /// Judges and reports. A shard leaves that to `merge`.
    fn report(&self, Started { mut folder, store }: Started, catalogue: &Catalogue) -> Result<Exit, Stop> {
        if let Some(shard) = self.shard {
            return self.end_of_shard(shard, folder, store);
        }
        let options = self.args.reporting.options();
        let finished = finish(store, catalogue, options, &mut folder, self.key)
            .map_err(|error| Stop::new(Exit::Broken, error.context(GO_ON)))?;
        let exit = self.args.reporting.exit_of(&finished.scan);
        self.teller.learns(&finished, &folder.path, exit);
        self.args.reporting.print(&finished.scan, &finished.store, &folder.path, self.log)?;
        Ok(exit)
    }

    fn end_of_shard(&self, shard: Shard, mut folder: ScanFolder, store: Store) -> Result<Exit, Stop> {
        let accounts = store.count_accounts().map_err(Stop::with(Exit::Broken))?;
        store.release().map_err(Stop::with(Exit::Broken))?;
        drop(store);
        folder.finish().map_err(Stop::with(Exit::Broken))?;
        say(
            self.log,
            format_args!(
                "Shard {shard}: {accounts} accounts read, in {}\n`twilio-audit merge` makes one scan of all {} shards.",
                folder.path.display(),
                shard.of()
            ),
        )?;
        Ok(Exit::Complete)
    }
}
