//! `scan`: collect, judge, report. The main job.

use std::path::PathBuf;

use anyhow::anyhow;
use jiff::Timestamp;

use super::chosen_checks::{Catalogue, ChosenChecks};
use super::declared_names::check_names;
use super::keeper::Keeper;
use super::printing::print;
use super::scan_folder::ScanFolder;
use super::scan_setting::{Choices, Setting, demo, real};
use super::signing_in::{client, reduction, sign_in};
use super::strength::Strength;
use super::{Exit, Log, Stop, runtime};
use crate::audit::{self, Compiled, Judgement};
use crate::catalogue::{ACCOUNT_TREE, KINDS};
use crate::collect::{Collector, collect};
use crate::evidence::{ScanFacts, Store, Writer, data};
use crate::history::Past;
use crate::intent::Intent;
use crate::model::{AccountSid, Clock, Coverage, Region, Scan, ScanId, Severity, day_of};
use crate::report;

const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// Read the accounts, check them, write the findings
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Audit the built-in clinic instead of Twilio: needs no credentials and no network
    #[arg(long, env = "TWILIO_AUDIT_DEMO")]
    demo: bool,
    #[command(flatten)]
    choices: Choices,
    /// The folder in which each scan gets a folder of its own
    #[arg(long, value_name = "FOLDER", default_value = "audits", env = "TWILIO_AUDIT_OUTPUT")]
    output: PathBuf,
    #[command(flatten)]
    chosen: ChosenChecks,
    /// Audit only this account; may be given several times
    #[arg(long = "account", value_name = "AC…", env = "TWILIO_AUDIT_ACCOUNT", value_delimiter = ',')]
    accounts: Vec<AccountSid>,
    /// Report passes and "nothing to judge" too
    #[arg(long, env = "TWILIO_AUDIT_ALL_OUTCOMES")]
    all_outcomes: bool,
    /// The severity from which a fault makes the exit code 1
    #[arg(long, value_enum, default_value_t = FailOn::High, env = "TWILIO_AUDIT_FAIL_ON")]
    fail_on: FailOn,
    /// The moment at which the demo takes place, so that its files can be compared
    #[arg(long, hide = true, requires = "demo", env = "TWILIO_AUDIT_DEMO_TIME")]
    demo_time: Option<Timestamp>,
}

impl Args {
    /// Whether it is about a part only. Such a scan is compared with none and becomes no other's past.
    fn is_narrowed(&self) -> bool {
        !(self.chosen.is_everything() && self.accounts.is_empty())
    }

    /// Says where the answers came from, if not from Twilio: a report must not pass for one of a real account.
    fn stand_in(&self) -> Option<String> {
        match (self.demo, &self.choices.endpoint) {
            (true, _) => {
                Some("This is the built-in demonstration: a made-up clinic with an audit.toml of its own, not a Twilio account.".to_owned())
            }
            (false, Some(endpoint)) => {
                Some(format!("The answers came from {endpoint}, not from Twilio itself."))
            }
            (false, None) => None,
        }
    }

    /// Where the scans of this Region are: another one's are no past of theirs.
    fn output(&self) -> PathBuf {
        match self.choices.region {
            Region::Us1 => self.output.clone(),
            region => self.output.join(region.as_str()),
        }
    }
}

/// From where on a fault counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum FailOn {
    Critical,
    High,
    Medium,
    Low,
    /// Never
    None,
}

impl FailOn {
    const fn severity(self) -> Option<Severity> {
        match self {
            Self::Critical => Some(Severity::Critical),
            Self::High => Some(Severity::High),
            Self::Medium => Some(Severity::Medium),
            Self::Low => Some(Severity::Low),
            Self::None => None,
        }
    }
}

/// Runs the command.
///
/// # Errors
///
/// With the exit code and the sentence that explain why there is no report.
pub fn run(args: Args, log: &Log) -> Result<Exit, Stop> {
    let clock = args.demo_time.map_or(Clock::System, Clock::Fixed);
    let started_at = clock.now();
    let catalogue = args.chosen.choose()?;
    // Programs and keyrings are asked before anything is interruptible, so that Ctrl-C simply ends them.
    let setting = if args.demo { None } else { Some(real(&args.choices, started_at)?) };
    let runtime = runtime()?;
    let exit = runtime.block_on(async {
        let work = async {
            let setting = match setting {
                Some(setting) => setting,
                None => demo(started_at).await?,
            };
            scan(&args, log, clock, catalogue, setting).await
        };
        tokio::select! {
            exit = work => exit,
            () = interrupted() => {
                Err(Stop::new(Exit::Interrupted, anyhow!("interrupted: nothing was kept of this scan")))
            }
        }
    });
    // What still waits for an answer is not waited for.
    runtime.shutdown_background();
    exit
}

/// Waits for Ctrl-C, or for whoever else asks the program to end. Where signals cannot be had, for ever.
async fn interrupted() {
    let ctrl_c = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        match signal(SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! {
                    () = ctrl_c => {}
                    _ = terminate.recv() => {}
                }
            }
            Err(_) => ctrl_c.await,
        }
    }
    #[cfg(not(unix))]
    ctrl_c.await;
}

async fn scan(
    args: &Args,
    log: &Log,
    clock: Clock,
    catalogue: Catalogue,
    setting: Setting,
) -> Result<Exit, Stop> {
    let started_at = clock.now();
    check_names(&setting.intent, &catalogue.known).map_err(Stop::with(Exit::Usage))?;
    let mut collector = Collector {
        client: client(setting.address, &args.choices)?,
        credentials: setting.credentials,
        kinds: catalogue.kinds.clone(),
        started_at,
        region: args.choices.region,
        recording_retention_days: setting.intent.policy.recording_retention(),
        clock,
        derive_tokens: args.choices.derive_subaccount_tokens,
        only_accounts: args.accounts.clone(),
    };
    let reduction = reduction(&setting.intent)?;
    let mut tree = sign_in(&mut collector, &reduction).await?;
    let facts = ScanFacts {
        id: ScanId::starting_at(started_at),
        started_at,
        written_by: format!("twilio-audit {TOOL_VERSION}"),
        catalogue_version: catalogue.version.clone(),
        intent_declared: setting.intent_declared,
        derived_tokens: args.choices.derive_subaccount_tokens,
    };
    let notice = Strength::new(&catalogue, &tree, &collector.credentials).notice();
    tree.notices.extend(notice);
    let mut folder = ScanFolder::create(&args.output(), &facts.id).map_err(Stop::with(Exit::Broken))?;
    let written = async {
        let store = Store::create(&folder.evidence())?;
        store.write_scan(&facts, &setting.intent)?;
        let (writer, queue) = Writer::start(store);
        let collected = collect(collector, tree, reduction, queue).await;
        let store = writer.finish().await?;
        collected?;
        let scan = finish(&store, &catalogue.checks, &facts, args, &setting.intent, &mut folder)?;
        Ok((scan, store))
    };
    let (scan, store) = written.await.map_err(|error: anyhow::Error| {
        Stop::new(Exit::Broken, error.context("nothing was kept of this scan"))
    })?;
    if !log.quiet {
        print(|out| report::summary(&scan, &store, report_options(args), &folder.path, out))?;
    }
    Ok(exit_of(&scan, args.fail_on.severity()))
}

/// Judges what was collected and writes the files.
fn finish(
    store: &Store,
    checks: &[Compiled],
    facts: &ScanFacts,
    args: &Args,
    intent: &Intent,
    folder: &mut ScanFolder,
) -> anyhow::Result<Scan> {
    let past = if args.is_narrowed() { Past::NotCompared } else { folder.past() };
    let judgement = judge(store, checks, facts, folder, past, args.all_outcomes)?;
    let coverage = store.coverage()?;
    let mut scan = Scan {
        id: facts.id.clone(),
        started_at: facts.started_at,
        tool_version: TOOL_VERSION.to_owned(),
        catalogue_version: facts.catalogue_version.clone(),
        intent_declared: facts.intent_declared,
        derived_tokens: facts.derived_tokens,
        tally: judgement.tally(),
        accounts: judgement.accounts,
        tree_is_known: tree_is_known(&coverage),
        coverage,
        notices: notices(facts, args, intent, store.notices()?, judgement.notices),
        unusable_credentials: store.unusable_credentials()?,
        region: args.choices.region,
        product_of: KINDS.iter().map(|kind| (kind.name.to_owned(), kind.product.to_owned())).collect(),
        needed_by: audit::needed_by(checks),
    };
    audit::decide(&mut scan, store, checks)?;
    report::write_files(&scan, store, report_options(args), &folder.path)?;
    folder.keep();
    if !args.is_narrowed()
        && let Err(error) = folder.publish(&facts.id)
    {
        tracing::warn!("{error:#}; the reports themselves are written");
    }
    Ok(scan)
}

/// Runs the checks and keeps what they find, compared with the past. What they read they read through a connection of
/// their own, which can write nothing.
fn judge(
    store: &Store,
    checks: &[Compiled],
    facts: &ScanFacts,
    folder: &ScanFolder,
    past: Past,
    all_outcomes: bool,
) -> anyhow::Result<Judgement> {
    let mut keeper = Keeper { writer: store.begin_findings()?, past, all_outcomes };
    let judgement = {
        let mut evidence = Store::open(&folder.evidence())?;
        audit::judge(&mut evidence, checks, facts.started_at, &mut keeper)?
    };
    keeper.writer.finish(&judgement.tallies)?;
    Ok(judgement)
}

/// Whether all subaccounts are known, whatever checks were chosen.
fn tree_is_known(coverage: &[Coverage]) -> bool {
    coverage.iter().filter(|c| c.resource_type == ACCOUNT_TREE.name).all(|c| c.status.is_conclusive())
}

const fn report_options(args: &Args) -> report::Options {
    report::Options { all_outcomes: args.all_outcomes, fail_on: args.fail_on.severity() }
}

/// What the reader must know first.
fn notices(
    facts: &ScanFacts,
    args: &Args,
    intent: &Intent,
    of_collection: Vec<String>,
    of_waivers: Vec<String>,
) -> Vec<String> {
    let mut notices = Vec::new();
    if !facts.intent_declared {
        notices.push(
            "No audit.toml was found: every account counts as carrying PHI, and nothing counts as declared."
                .to_owned(),
        );
    }
    notices.extend(args.stand_in());
    if args.choices.region != Region::Us1 {
        notices.push(format!(
            "This is Region {} alone. What the accounts have in us1 is another scan.",
            args.choices.region
        ));
    }
    if facts.derived_tokens {
        notices.push(
            "Subaccounts were read with the Auth Tokens that the parent's account list returns. It works, and \
             it is the weakness that parent-credential-reaches-phi reports."
                .to_owned(),
        );
    }
    notices.extend(of_collection);
    notices.extend(of_waivers);
    let today = day_of(facts.started_at);
    let reviewed = intent.catalogue.as_ref().and_then(|catalogue| catalogue.eligible_list_reviewed_on);
    notices.extend(data::outdated(today, reviewed.map(|day| day.0)));
    notices
}

fn exit_of(scan: &Scan, fail_on: Option<Severity>) -> Exit {
    if !scan.is_complete() {
        Exit::Incomplete
    } else if fail_on.is_some_and(|severity| scan.has_fault_at_or_above(severity)) {
        Exit::Faults
    } else {
        Exit::Complete
    }
}
