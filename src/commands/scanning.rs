//! A scan under way: sign in, collect, judge, report.

use std::cell::OnceCell;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::anyhow;
use jiff::Timestamp;

use super::chosen_checks::{Catalogue, Chosen};
use super::declared_names::check_names;
use super::driving::hard_of_hearing;
use super::finish::finish;
use super::plan::plan;
use super::printing::print;
use super::progress::Progress;
use super::scan_args::Args;
use super::scan_folder::{ScanFolder, make_output};
use super::scan_lock::ScanLock;
use super::scan_setting::Setting;
use super::signing_in::{client, reduction, sign_in};
use super::start::{Interrupted, Started, insist_on_the_same, start};
use super::telling::Teller;
use super::{Exit, Log, Stop, choice};
use crate::chain::SigningKey;
use crate::collect::{Collector, Reduction, collect};
use crate::credentials::Credentials;
use crate::evidence::{EvidenceError, ScanFacts, Store, Writer};
use crate::intent::Intent;
use crate::model::{AccountSid, Clock, ScanId, Shard};
use crate::report;
use crate::twilio::Client;

/// What to do where a scan ends before its time.
pub(super) const GO_ON: &str = "what was read is kept, and the same command with --resume goes on from there";

/// A shard of which everything is read.
pub(super) struct Collected {
    pub(super) folder: PathBuf,
    pub(super) store: Store,
    pub(super) started_at: Timestamp,
}

/// A scan from its first request to its reports.
pub(super) struct Scanning<'a> {
    pub(super) args: &'a Args,
    pub(super) log: &'a Log,
    pub(super) clock: Clock,
    pub(super) begun_at: Instant,
    pub(super) started_at: Timestamp,
    pub(super) shard: Option<Shard>,
    /// Where it is one to go on with that is collected already.
    pub(super) collected: Option<Collected>,
    /// What its manifest is signed with.
    pub(super) key: Option<&'a SigningKey>,
    /// Held as long as the scan is under way; none yet where there was no output folder.
    pub(super) lock: OnceCell<ScanLock>,
    /// Whether something is there to go on with.
    pub(super) begun: &'a AtomicBool,
    pub(super) teller: &'a Teller,
}

impl Scanning<'_> {
    /// Runs it.
    pub(super) async fn run(
        self,
        chosen: &Chosen,
        setting: Setting,
        interrupted: Option<Interrupted>,
    ) -> Result<Exit, Stop> {
        check_names(&setting.intent, &chosen.known).map_err(Stop::with(Exit::Usage))?;
        let endpoint = choice::endpoint(self.args.demo, self.args.choices.endpoint.as_deref()).to_owned();
        let intent = setting.intent;
        let facts = self.facts(chosen, setting.intent_declared);
        let client = client(setting.address, self.args.limits(self.begun_at))?;
        let collector = self.collector(client, setting.credentials, &intent, interrupted.is_some());
        let reduction = self.reduction(&collector.credentials, &intent)?;
        let hashes = self.shard.map(|_| reduction.fingerprint());
        if self.args.dry_run {
            return self.say_plan(collector, &reduction, chosen).await;
        }
        let choices = choice::choices(&collector, chosen, &intent, &endpoint, hashes)
            .map_err(Stop::with(Exit::Broken))?;
        if let Some(Collected { folder, store, .. }) = &self.collected {
            insist_on_the_same(folder, store, &choices)?;
            say(self.log, format_args!("This shard is collected already, in {}", folder.display()))?;
            return Ok(Exit::Complete);
        }
        let started = match interrupted {
            Some(interrupted) => {
                interrupted.fits(&choices)?;
                match interrupted.salt()? {
                    None => interrupted.go_on_to_the_reports(),
                    Some(salt) => {
                        let reduction = Reduction::with_salt(salt, &intent.policy.phi_words);
                        let begin = |_: &Reduction, root: &AccountSid| interrupted.go_on(root);
                        self.collect(collector, reduction, chosen, begin).await?
                    }
                }
            }
            None => {
                let begin = |reduction: &Reduction, _: &AccountSid| {
                    start(&self.args.output(), self.shard, &facts, &intent, &choices, reduction)
                        .map_err(Stop::with(Exit::Broken))
                };
                self.collect(collector, reduction, chosen, begin).await?
            }
        };
        let catalogue = chosen.ready()?;
        hard_of_hearing("everything is read, and is being judged", GO_ON, || self.report(started, catalogue))
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

    fn facts(&self, chosen: &Chosen, intent_declared: bool) -> ScanFacts {
        ScanFacts {
            id: ScanId::starting_at(self.started_at),
            started_at: self.started_at,
            written_by: concat!("twilio-audit ", env!("CARGO_PKG_VERSION")).to_owned(),
            catalogue_version: chosen.version.clone(),
            intent_declared,
            derived_tokens: self.args.choices.derive_subaccount_tokens,
        }
    }

    /// What to read with. Which kinds is known once the checks are ready, and signing in need not wait for that.
    fn collector(
        &self,
        client: Client,
        credentials: Credentials,
        intent: &Intent,
        goes_on: bool,
    ) -> Collector {
        Collector {
            client,
            credentials,
            kinds: Vec::new(),
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
    async fn say_plan(
        &self,
        mut collector: Collector,
        reduction: &Reduction,
        chosen: &Chosen,
    ) -> Result<Exit, Stop> {
        let tree = sign_in(&mut collector, reduction).await?;
        collector.kinds.clone_from(&chosen.ready()?.kinds);
        let plan = plan(&collector, &tree, &self.args.output().join("latest/evidence.db"));
        print(|out| report::plan(&plan, out))?;
        Ok(Exit::Complete)
    }

    /// Signs in and reads everything. What the scan is kept in is made only when somebody could sign in.
    async fn collect(
        &self,
        mut collector: Collector,
        reduction: Reduction,
        chosen: &Chosen,
        begin: impl FnOnce(&Reduction, &AccountSid) -> Result<Started, Stop>,
    ) -> Result<Started, Stop> {
        let credentials = collector.credentials.iter().count();
        let tree = sign_in(&mut collector, &reduction).await;
        if let Some(halt) = collector.client.traffic().halt() {
            let sentence = anyhow!(
                "{halt}, and nothing was read: signing in alone asks once or more for each credential, of which there are \
                 {credentials}"
            );
            return Err(Stop::new(Exit::Incomplete, sentence));
        }
        let tree = tree?;
        collector.kinds.clone_from(&chosen.ready()?.kinds);
        self.lock_new_folder()?;
        let Started { folder, store } = begin(&reduction, tree.root())?;
        self.begun.store(true, Ordering::Relaxed);
        let kept = |error: EvidenceError| Stop::new(Exit::Broken, anyhow::Error::new(error).context(GO_ON));
        let (writer, queue) = Writer::start(store);
        let progress = Progress::of(&collector, &tree, self.log.quiet);
        let collected = tokio::select! {
            collected = collect(collector, tree, reduction, queue) => collected,
            () = progress.keep_up() => Ok(None),
        };
        let so_far = progress.to_string();
        drop(progress);
        let store = writer.finish().await.map_err(kept)?;
        match collected.map_err(kept)? {
            Some(interruption) => {
                let sentence = anyhow!("{interruption}; {so_far}: {GO_ON}");
                Err(Stop::new(Exit::Incomplete, sentence))
            }
            None => {
                store.end_collecting().map_err(kept)?;
                Ok(Started { folder, store })
            }
        }
    }

    /// Locks the output folder, where it was not there before; makes it then.
    fn lock_new_folder(&self) -> Result<(), Stop> {
        if self.lock.get().is_none() {
            make_output(&self.args.output()).map_err(Stop::of_path)?;
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

/// Says something on the terminal, unless that is to be quiet.
fn say(log: &Log, what: std::fmt::Arguments<'_>) -> Result<(), Stop> {
    if log.quiet { Ok(()) } else { print(|out| writeln!(out, "{what}")) }
}
