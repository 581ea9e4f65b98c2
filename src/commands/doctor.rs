//! `doctor`: what a scan with these credentials would be able to read. Scans nothing.

use std::sync::Arc;

use jiff::Timestamp;

use super::chosen_checks::{Chosen, ChosenChecks};
use super::driving::runtime;
use super::heading::OUTPUT;
use super::printing::print;
use super::scan_setting::{Choices, Setting, demo, real};
use super::signing_in::{client, reduction, sign_in};
use super::strength::Strength;
use super::{Exit, Log, Stop};
use crate::audit::{self, Allowance, Holding};
use crate::collect::{AccountInTree, Collector, Probed, Tree, probe, probe_organization};
use crate::model::{Clock, Examination, ExaminedAccount, ExaminedOrganization};
use crate::report::examination as report;

/// Ask, before a scan, what these credentials can read
///
/// Signs in with every credential, lists the accounts and makes one small request to each host of each account.
/// It says which credential is used where, what kind it is, what the chosen checks would lack and what would close
/// that gap, whether a weaker credential would do, and whether this machine's clock agrees with Twilio's.
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Args {
    #[command(flatten)]
    chosen: ChosenChecks,
    /// Ask the built-in clinic instead of Twilio
    #[arg(long, env = "TWILIO_AUDIT_DEMO")]
    demo: bool,
    #[command(flatten)]
    choices: Choices,
    /// How the result is printed
    #[arg(long, value_enum, default_value_t = Format::Table, env = "TWILIO_AUDIT_FORMAT", help_heading = OUTPUT)]
    format: Format,
}

const EXIT_CODES: &str = "\
Exit codes:
  0    the chosen checks would lack nothing
  2    the command line, audit.toml or a file of credentials is wrong
  3    they would lack something, or a credential cannot be used
  4    nobody could sign in
  5    internal error";

/// The form of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For programs, with the answer of every host
    Json,
}

/// Runs the command.
///
/// # Errors
///
/// With the exit code and the sentence that explain why there is no result.
pub fn run(args: &Args, _log: &Log) -> Result<Exit, Stop> {
    let started_at = Timestamp::now();
    let chosen = args.chosen.choose(Allowance::default())?;
    let setting = if args.demo { None } else { Some(real(&args.choices, started_at)?) };
    let runtime = runtime()?;
    let examination = runtime.block_on(async {
        let setting = match setting {
            Some(setting) => setting,
            None => demo(&args.choices, started_at).await?,
        };
        examine(args, &chosen, setting, started_at).await
    });
    runtime.shutdown_background();
    let examination = examination?;
    print(|out| match args.format {
        Format::Table => report::text(&examination, out),
        Format::Json => report::json(&examination, out),
    })?;
    Ok(if examination.is_sufficient() { Exit::Complete } else { Exit::Incomplete })
}

async fn examine(
    args: &Args,
    chosen: &Chosen,
    setting: Setting,
    started_at: Timestamp,
) -> Result<Examination, Stop> {
    let mut collector = Collector {
        client: client(setting.address, args.choices.limits())?,
        credentials: setting.credentials,
        kinds: Vec::new(),
        started_at,
        region: args.choices.region,
        recording_retention_days: setting.intent.policy.recording_retention(),
        clock: Clock::System,
        derive_tokens: args.choices.derive_subaccount_tokens,
        only_accounts: Vec::new(),
        shard: None,
        done: Arc::default(),
        goes_on: false,
    };
    let reduction = reduction(&setting.intent)?;
    let tree = sign_in(&mut collector, &reduction).await?;
    let catalogue = chosen.ready()?;
    collector.kinds.clone_from(&catalogue.kinds);
    let organization = probe_organization(&collector).await;
    let has_app = match &organization {
        Some(organization) => organization.is_let_in(),
        None => collector.credentials.organization().is_some(),
    };
    let probed = probe(&collector, &tree).await;
    let strength = Strength::new(catalogue, &tree, &collector.credentials);
    let examined = |(account, probed)| examined(&strength, has_app, account, probed);
    Ok(Examination {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        region: args.choices.region,
        clock_ahead_seconds: clock_ahead(&tree),
        tree_is_known: tree.is_known(),
        notices: tree.notices.clone(),
        unusable_credentials: tree
            .unusable
            .iter()
            .cloned()
            .chain(organization.iter().flat_map(refusals))
            .collect(),
        organization,
        accounts: tree.accounts.iter().zip(probed).map(examined).collect(),
    })
}

/// Why the Organization's app is of no use, as one sentence that names it.
fn refusals(organization: &ExaminedOrganization) -> impl Iterator<Item = String> {
    let refused = organization.hosts.iter().filter(|host| !host.status.is_conclusive());
    refused.map(|host| format!("{}: {}.", organization.credential.place, host.reason))
}

/// How many seconds this clock is ahead, by the answer that says so least: an answer takes time to arrive.
fn clock_ahead(tree: &Tree) -> Option<i64> {
    let ahead =
        |found: &crate::collect::SignedIn| Some(found.received_at?.as_second() - found.date?.as_second());
    tree.signed_in.values().filter_map(ahead).min_by_key(|seconds| seconds.abs())
}

fn examined(
    strength: &Strength<'_>,
    has_app: bool,
    account: &AccountInTree,
    probed: Probed,
) -> ExaminedAccount {
    let needs = strength.needs(account);
    let holding = strength.holding(account, probed.policy.as_deref());
    let active = account.is_active();
    let sid = account.account.to_string();
    let lacks = if active { audit::lacks(needs, holding, has_app) } else { Vec::new() };
    ExaminedAccount {
        account_name: account.name.clone().unwrap_or_else(|| sid.clone()),
        account_sid: sid,
        is_parent: account.is_parent,
        active,
        home_region: strength.tree.signed_in.get(&account.account).and_then(|found| found.home_region),
        required: strength.required(account, &lacks),
        lacks,
        lacks_are_certain: !matches!(holding, Holding::Policy(None) | Holding::UnknownKey),
        would_do: audit::would_do(needs, holding).filter(|_| active && !strength.reads_others(account)),
        credential: probed.credential,
        hosts: probed.hosts,
    }
}
