//! `permissions`: what a Restricted key for an audit must allow. Asks nobody.

use std::collections::BTreeSet;
use std::path::PathBuf;

use anyhow::anyhow;
use jiff::Timestamp;

use super::chosen_checks::ChosenChecks;
use super::declared_names::check_names;
use super::heading::{DECLARED, OUTPUT, READ};
use super::printing::print;
use super::scan_setting::declared;
use super::{Exit, Log, Stop};
use crate::audit::{self, Allowance};
use crate::intent::{Intent, Role};
use crate::model::{AccountSid, Holder, KeyList, Permissions, Place};
use crate::report::permissions as report;

/// Print the permissions that Restricted keys for an audit need
///
/// For the chosen checks it prints what the policy of a Restricted key must allow, in the parent and in each
/// subaccount, and which requests no permission covers, with what reads those. It needs no credential and asks
/// nobody.
///
/// To create a key, with the Auth Token of its account or with a Main key:
///
/// `twilio-audit permissions --parent AC… --format request > key`
///
/// `curl -u AC… -d @key https://iam.twilio.com/v1/Keys`
///
/// curl asks for the token. The answer holds the secret of the key, which Twilio shows only once. For several
/// accounts there is one line for each.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    chosen: ChosenChecks,
    /// For the key of this account; may be given several times [default: the parent, and each subaccount]
    #[arg(long = "account", value_name = "AC…", env = "TWILIO_AUDIT_ACCOUNT", value_delimiter = ',', help_heading = READ)]
    accounts: Vec<AccountSid>,
    /// The account that is the parent [default: the one that audit.toml gives the role management or single]
    #[arg(long, value_name = "AC…", env = "TWILIO_AUDIT_PARENT", help_heading = READ)]
    parent: Option<AccountSid>,
    /// What was declared: names and the parent [default: audit.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_CONFIG", help_heading = DECLARED)]
    config: Option<PathBuf>,
    /// How the lists are printed
    #[arg(long, value_enum, default_value_t = Format::Text, env = "TWILIO_AUDIT_FORMAT", help_heading = OUTPUT)]
    format: Format,
}

/// The form of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs, with what each permission reads
    Json,
    /// One line for each key: the body of POST https://iam.twilio.com/v1/Keys
    Request,
}

/// Prints the lists.
///
/// # Errors
///
/// When a check, an account or `audit.toml` is not what it should be, or nothing can be printed.
pub fn run(args: &Args, log: &Log) -> Result<Exit, Stop> {
    let chosen = args.chosen.choose(Allowance::default())?;
    let (intent, _) = declared(args.config.as_deref(), Timestamp::now())?;
    check_names(&intent, &chosen.known).map_err(Stop::with(Exit::Usage))?;
    let catalogue = chosen.ready()?;
    let permissions = Permissions {
        tool_version: env!("CARGO_PKG_VERSION").to_owned(),
        checks: catalogue.checks.iter().map(|compiled| compiled.check.id.clone()).collect(),
        all_checks: args.chosen.is_everything(),
        most_permissions_per_key: audit::MOST_PERMISSIONS_PER_KEY,
        lists: holders(args, &intent)
            .into_iter()
            .map(|(place, accounts)| {
                let needs = audit::needs(place, &catalogue.kinds, &catalogue.checks);
                let (requests_read, requests) = needs.requests();
                KeyList { accounts, requests, requests_read, needs }
            })
            .collect(),
    };
    if args.format == Format::Request {
        can_be_created(&permissions).map_err(Stop::with(Exit::Usage))?;
        if !log.quiet {
            warn_of_several_keys(&permissions);
        }
    }
    print(|out| match args.format {
        Format::Text => report::text(&permissions, out),
        Format::Json => report::json(&permissions, out),
        Format::Request => report::requests_to_create(&permissions, out),
    })?;
    Ok(Exit::Complete)
}

/// The places in the tree that were asked about, each with its accounts: both without any where none was named.
fn holders(args: &Args, intent: &Intent) -> Vec<(Place, Vec<Holder>)> {
    let named: BTreeSet<&AccountSid> = args.accounts.iter().chain(&args.parent).collect();
    let parents = parents(args, intent);
    [Place::Subaccount, Place::Parent]
        .into_iter()
        .map(|place| {
            let is_here =
                |sid: &&AccountSid| parents.is_empty() || parents.contains(sid) == (place == Place::Parent);
            let holder = |sid: &AccountSid| Holder {
                account_sid: sid.clone(),
                account_name: name(intent, sid),
                place_is_known: !parents.is_empty(),
            };
            (place, named.iter().copied().filter(is_here).map(holder).collect::<Vec<_>>())
        })
        .filter(|(_, holders)| named.is_empty() || !holders.is_empty())
        .collect()
}

/// The accounts that are no subaccounts; empty where nobody said which.
fn parents<'a>(args: &'a Args, intent: &'a Intent) -> BTreeSet<&'a AccountSid> {
    if let Some(parent) = &args.parent {
        return BTreeSet::from([parent]);
    }
    let declared = intent.account.iter();
    declared
        .filter(|account| matches!(account.role, Some(Role::Management | Role::Single)))
        .map(|account| &account.sid)
        .collect()
}

fn name(intent: &Intent, sid: &AccountSid) -> Option<String> {
    intent.account.iter().find(|account| account.sid == *sid)?.name.clone()
}

/// Whether every key to create has its account.
fn can_be_created(permissions: &Permissions) -> anyhow::Result<()> {
    let mut holders = permissions.lists.iter().flat_map(|list| &list.accounts).peekable();
    if holders.peek().is_none() {
        return Err(anyhow!(
            "a request names the account of its key: say which with --account AC…, and with --parent AC… for the \
             parent"
        ));
    }
    match holders.find(|holder| !holder.place_is_known) {
        Some(holder) => Err(anyhow!(
            "is {} the parent or a subaccount? Say which account is the parent, with --parent AC… or with \
             role = \"management\" in audit.toml",
            holder.account_sid
        )),
        None => Ok(()),
    }
}

fn warn_of_several_keys(permissions: &Permissions) {
    let most = permissions.lists.iter().map(|list| list.needs.keys.len()).max().unwrap_or_default();
    if most > 1 {
        tracing::warn!(
            "Twilio allows {} permissions per key, so there are {most} keys for an account. A scan takes one; what \
             the others read stays unread in it",
            permissions.most_permissions_per_key
        );
    }
}
