//! `init`: a first `audit.toml` from what the accounts show.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use jiff::Timestamp;

use super::driving::runtime;
use super::heading::OUTPUT;
use super::printing::print;
use super::scan_setting::{Choices, Setting, demo, real};
use super::signing_in::{client, reduction, sign_in};
use super::{Exit, Stop};
use crate::audit::{self, Answer, Reader};
use crate::collect::{Collector, Interruption, chosen_kinds, collect};
use crate::evidence::{StartedWith, Store, Writer};
use crate::intent::{Draft, DraftAccount, DraftGap, DraftHost, DraftKey, Intent, schema};
use crate::model::{Clock, day_of};

/// Write a first audit.toml from what the accounts show
///
/// It reads the accounts, their keys and the addresses that Twilio sends data to, and writes a file to be completed
/// by hand. Nothing is approved by being seen: accounts are declared as carrying PHI, keys and hosts stand there as
/// comments. A file that is there already is never touched.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The file to write
    #[arg(long, value_name = "FILE", default_value = "audit.toml", env = "TWILIO_AUDIT_INIT_OUTPUT", help_heading = OUTPUT)]
    output: PathBuf,
    /// Ask the built-in clinic instead of Twilio
    #[arg(long, env = "TWILIO_AUDIT_DEMO")]
    demo: bool,
    /// Print the JSON Schema of audit.toml instead, for editors, and ask nobody
    #[arg(long)]
    schema: bool,
    #[command(flatten)]
    choices: Choices,
}

const ACCOUNTS: &str = "select account_sid, name, is_parent and has_subaccounts, active from account order by is_root desc, account_sid";
const KEYS: &str =
    "select sid, account_sid, friendly_name, coalesce(key_type, '') from key order by account_sid, sid";
/// What Twilio itself serves needs no declaration, and what no declaration can make right gets none.
const HOSTS: &str = "
select host, json_group_array(distinct account_sid), count(*)
from webhook
where not is_sip and host_class in ('other', 'automation')
group by host order by host";
const UNREAD: &str = "
select a.name, count(distinct u.resource_type)
from unread u join account a on a.account_sid = u.account_sid
where a.active
group by a.account_sid order by a.is_root desc, a.account_sid";

/// Runs the command.
///
/// # Errors
///
/// When there is such a file, nobody can sign in, or it cannot be written.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    if args.schema {
        print(|out| writeln!(out, "{}", schema()))?;
        return Ok(Exit::Complete);
    }
    if args.output.exists() {
        let error = anyhow!(
            "{} is there already and is left as it is: choose another file with --output",
            args.output.display()
        );
        return Err(Stop::new(Exit::Usage, error));
    }
    let started_at = Timestamp::now();
    let setting = if args.demo { None } else { Some(real(&args.choices, started_at)?) };
    let runtime = runtime()?;
    let draft = runtime.block_on(async {
        let setting = match setting {
            Some(setting) => setting,
            None => demo(&args.choices, started_at).await?,
        };
        look(args, setting, started_at).await
    });
    runtime.shutdown_background();
    let draft = draft?;
    let today = day_of(started_at);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    // Whatever the umask: one that anybody may write to is refused when it is read.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o644);
    options
        .open(&args.output)
        .and_then(|mut file| file.write_all(draft.to_toml(today).as_bytes()))
        .with_context(|| format!("cannot write {}", args.output.display()))
        .map_err(Stop::of_path)?;
    let (accounts, keys, hosts) = (draft.accounts.len(), draft.keys.len(), draft.hosts.len());
    print(|out| {
        writeln!(out, "{}: {accounts} accounts, {keys} keys, {hosts} hosts.", args.output.display())?;
        if !draft.unread.is_empty() {
            writeln!(out, "Not everything could be read, see the top of the file: some may be missing.")?;
        }
        writeln!(out, "Keys and hosts are comments until you approve them.")?;
        match args.demo {
            true => {
                writeln!(
                    out,
                    "The demo has an audit.toml of its own: `twilio-audit scan --demo` reads that one."
                )
            }
            false => writeln!(out, "Complete the file, then run `twilio-audit scan`."),
        }
    })?;
    Ok(Exit::Complete)
}

/// Reads accounts, keys and addresses, and keeps nothing else.
async fn look(args: &Args, setting: Setting, started_at: Timestamp) -> Result<Draft, Stop> {
    let mut read = audit::kinds_read_by(KEYS).map_err(Stop::with(Exit::Broken))?;
    read.extend(audit::kinds_read_by(HOSTS).map_err(Stop::with(Exit::Broken))?);
    let mut collector = Collector {
        client: client(setting.address, args.choices.limits())?,
        credentials: setting.credentials,
        kinds: chosen_kinds(read),
        started_at,
        region: args.choices.region,
        recording_retention_days: Intent::default().policy.recording_retention(),
        clock: Clock::System,
        derive_tokens: args.choices.derive_subaccount_tokens,
        only_accounts: Vec::new(),
        shard: None,
        done: Arc::default(),
        goes_on: false,
    };
    let reduction = reduction(&Intent::default())?;
    let tree = sign_in(&mut collector, &reduction).await?;
    let store = Store::in_memory().map_err(Stop::with(Exit::Broken))?;
    store.write_intent(&Intent::default(), false).map_err(Stop::with(Exit::Broken))?;
    store.begin_collecting(&StartedWith::new(), reduction.salt()).map_err(Stop::with(Exit::Broken))?;
    let (writer, queue) = Writer::start(store);
    let collected = collect(collector, tree, reduction, queue).await;
    let mut store = writer.finish().await.map_err(Stop::with(Exit::Broken))?;
    if let Some(Interruption::Halted(halt)) = collected.map_err(Stop::with(Exit::Broken))? {
        return Err(Stop::new(Exit::Incomplete, anyhow!("{halt}: no audit.toml was written")));
    }
    let mut reader = Reader::of(&mut store, started_at).map_err(Stop::with(Exit::Broken))?;
    let mut ask = |question| reader.ask(question).map_err(Stop::with(Exit::Broken));
    Ok(Draft {
        is_demo: args.demo,
        accounts: rows(&ask(ACCOUNTS)?, |row| DraftAccount {
            sid: text(row, 0),
            name: text(row, 1),
            is_management: number(row, 2) != 0,
            is_active: number(row, 3) != 0,
        }),
        keys: rows(&ask(KEYS)?, |row| DraftKey {
            sid: text(row, 0),
            account: text(row, 1),
            name: text(row, 2),
            key_type: text(row, 3),
        }),
        hosts: rows(&ask(HOSTS)?, |row| DraftHost {
            host: text(row, 0),
            accounts: serde_json::from_str(&text(row, 1)).unwrap_or_default(),
            addresses: number(row, 2),
        }),
        unread: rows(&ask(UNREAD)?, |row| DraftGap { account: text(row, 0), lists: number(row, 1) }),
    })
}

fn rows<T>(answer: &Answer, read: impl Fn(&[serde_json::Value]) -> T) -> Vec<T> {
    answer.rows.iter().map(|row| read(row)).collect()
}

fn text(row: &[serde_json::Value], place: usize) -> String {
    row.get(place).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn number(row: &[serde_json::Value], place: usize) -> u64 {
    row.get(place).and_then(serde_json::Value::as_u64).unwrap_or_default()
}
