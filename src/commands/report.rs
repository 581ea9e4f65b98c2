//! `report`: the reports of a finished scan, written again.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::anyhow;

use super::chosen_scan::{ChosenScan, is_latest};
use super::declared_names::known;
use super::printing::print;
use super::reporting::{FailOn, Layout};
use super::stored_scan::StoredScan;
use super::trusted_folder::{self, Openness};
use super::{Exit, Stop};
use crate::catalogue::{KINDS, Kind};
use crate::evidence::Store;
use crate::report::{self, Format, Options};

/// Write the reports of a finished scan again, in any format
///
/// Without --format the summary is printed; one format goes to the terminal or a pipe; with --to each becomes a new
/// file in a folder. The scan itself stays as it is. For example:
///
/// `twilio-audit report --format csv --csv-bom > for-excel.csv`
///
/// `twilio-audit report --inventory api_key,phone_number --to lists`
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    scan: ChosenScan,
    /// The form; several can be given together with --to
    #[arg(long = "format", value_enum, value_delimiter = ',')]
    formats: Vec<Format>,
    /// What was kept of every resource of a kind, as `inventory-KIND.csv`; `all` for every kind that was asked for
    #[arg(long, value_name = "KIND", value_delimiter = ',')]
    inventory: Vec<String>,
    /// Write files into this folder instead; none that is there is replaced
    #[arg(long, value_name = "FOLDER")]
    to: Option<PathBuf>,
    /// Passes and "nothing to judge" too, as far as the scan kept them
    #[arg(long, env = "TWILIO_AUDIT_ALL_OUTCOMES")]
    all_outcomes: bool,
    /// The severity from which a fault counts in what is written; the exit code does not depend on it
    #[arg(long, value_enum, default_value_t = FailOn::High, env = "TWILIO_AUDIT_FAIL_ON")]
    fail_on: FailOn,
    /// Print the JSON Schema of findings.json instead, and read no scan
    #[arg(long, conflicts_with_all = ["formats", "inventory", "to"])]
    schema: bool,
    #[command(flatten)]
    layout: Layout,
}

/// Runs the command.
///
/// # Errors
///
/// When there is no such scan, no such kind, or something cannot be written.
pub fn run(args: &Args) -> Result<Exit, Stop> {
    if args.schema {
        print(|out| writeln!(out, "{}", report::findings_schema()))?;
        return Ok(Exit::Complete);
    }
    let folder = args.scan.folder();
    // Where `latest` leads may change before the last file is written.
    let there = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let opened = StoredScan::open(&there).or_else(|_| StoredScan::open(folder));
    let StoredScan { scan, store } = opened?;
    let options = args.options();
    let kinds = args.kinds(&store)?;
    match (args.formats.as_slice(), kinds.as_slice(), &args.to) {
        ([], [], Some(_)) => return Err(usage("name what to write, with --format or --inventory")),
        (formats, kinds, Some(to)) => {
            make_folder(to)?;
            let names = formats.iter().map(|format| format.file_name().to_owned());
            all_are_new(to, names.chain(kinds.iter().map(|kind| inventory_name(kind))))?;
            let evidence = there.join("evidence.db");
            let open = || Store::open(&evidence).map_err(io::Error::other);
            report::write_files(formats, &scan, open, options, to).map_err(Stop::of_path)?;
            for kind in kinds {
                let path = to.join(inventory_name(kind));
                report::write_file(&path, |file| {
                    report::inventory(&store.inventory(kind), options.csv, file)
                })
                .map_err(Stop::of_path)?;
            }
        }
        ([], [], None) => {
            print(|out| report::summary(&scan, &store, options, (folder, is_latest(folder)), out))?
        }
        ([format], [], None) => print(|out| format.write(&scan, &store, options, out))?,
        ([], [kind], None) => print(|out| report::inventory(&store.inventory(kind), options.csv, out))?,
        _ => return Err(usage("several files need a folder: name it with --to")),
    }
    Ok(Exit::Complete)
}

impl Args {
    const fn options(&self) -> Options {
        Options { all_outcomes: self.all_outcomes, fail_on: self.fail_on.severity(), csv: self.layout.csv() }
    }

    /// The kinds to list. A list that says too little says so: an empty one must not be taken for "there are none".
    fn kinds(&self, store: &Store) -> Result<Vec<&'static Kind>, Stop> {
        let (all, named): (Vec<&String>, Vec<&String>) =
            self.inventory.iter().partition(|name| *name == "all");
        for name in &named {
            let kinds = KINDS.iter().map(|kind| kind.name);
            known("kind", name, kinds, "`twilio-audit query --tables` lists them")
                .map_err(Stop::with(Exit::Usage))?;
        }
        let mut kinds = Vec::new();
        for kind in KINDS.iter().copied() {
            let is_named = named.iter().any(|name| *name == kind.name);
            match store.was_asked_for(kind).map_err(Stop::with(Exit::Broken))? {
                true if is_named || !all.is_empty() => kinds.push(kind),
                false if is_named => {
                    let name = kind.name;
                    return Err(usage(&format!(
                        "this scan did not ask for any {name}: its checks read none"
                    )));
                }
                _ => {}
            }
        }
        for kind in &kinds {
            say_what_is_missing(store, kind)?;
        }
        Ok(kinds)
    }
}

fn say_what_is_missing(store: &Store, kind: &Kind) -> Result<(), Stop> {
    match store.accounts_not_read(kind).map_err(Stop::with(Exit::Broken))? {
        0 => {}
        accounts => tracing::warn!(
            "the list of {} is not whole: in {accounts} of the accounts it could not be read, see coverage.csv",
            kind.name
        ),
    }
    Ok(())
}

fn usage(sentence: &str) -> Stop {
    Stop::new(Exit::Usage, anyhow!("{sentence}"))
}

fn inventory_name(kind: &Kind) -> String {
    format!("inventory-{}.csv", kind.name)
}

/// Looks before anything is written: half of what was asked for is of no use.
pub(super) fn all_are_new(folder: &Path, names: impl Iterator<Item = String>) -> Result<(), Stop> {
    let mut seen = BTreeSet::new();
    for name in names {
        let path = folder.join(&name);
        if path.exists() {
            return Err(usage(&format!("{} is there already: choose another folder", path.display())));
        }
        if !seen.insert(name) {
            return Err(usage(&format!("{} is asked for twice", path.display())));
        }
    }
    Ok(())
}

pub(super) fn make_folder(folder: &Path) -> Result<(), Stop> {
    trusted_folder::make(folder, Openness::LikeTmp).map_err(Stop::of_path)
}
