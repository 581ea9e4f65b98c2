//! Checking just the findings whose faults were mended: a scan of their checks in their accounts.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::anyhow;
use clap::{Args as _, FromArgMatches as _};
use jiff::Timestamp;

use super::super::printing::print;
use super::super::scan_args::output_of;
use super::super::stored_scan::StoredScan;
use super::super::{Exit, Log, Stop, scan};
use super::hands::{AsWhom, Choices};
use super::outcome::worse;
use crate::evidence::Store;
use crate::fix::RETIRE;
use crate::model::{Finding, Findings as _, FixStep, Outcome, Region, ScanId};

/// How findings are checked again.
pub(super) struct Recheck<'a> {
    pub(super) choices: &'a Choices,
    /// The plan or journal: the scan is kept beside it.
    pub(super) plan: &'a Path,
    /// Whether there are credentials that audit; otherwise those for changes read.
    pub(super) with_audit: bool,
}

/// What became of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Gone,
    Stands,
    CannotSay,
}

/// Checks again what was changed. [`Exit::Faults`] where a finding stands, [`Exit::Incomplete`] where it cannot be said.
pub(super) fn recheck(
    how: &Recheck<'_>,
    region: Region,
    steps: &[&FixStep],
    log: &Log,
) -> Result<Exit, Stop> {
    let steps: Vec<&FixStep> = steps.iter().copied().filter(|step| step.about.check_id != RETIRE).collect();
    if steps.is_empty() {
        return Ok(Exit::Complete);
    }
    let output = how.plan.with_extension("recheck");
    let arguments = how.arguments(region, &steps, &output);
    let by_hand = || {
        let words: Vec<String> = arguments.iter().map(|word| word.to_string_lossy().into_owned()).collect();
        format!("check again by hand: twilio-audit scan {}", words.get(1..).unwrap_or_default().join(" "))
    };
    if how.reads_standard_input() {
        tracing::warn!("{}", by_hand());
        return Ok(Exit::Incomplete);
    }
    // Whatever the environment wants of scans is meant for others.
    let command = scan::Args::augment_args(clap::Command::new("scan")).mut_args(|arg| arg.env(None::<&str>));
    let args = command
        .try_get_matches_from(&arguments)
        .and_then(|matches| scan::Args::from_arg_matches(&matches))
        .map_err(Stop::with(Exit::Broken))?;
    let before = newest(&output, region);
    before.iter().for_each(|before| await_another_second(before));
    let quiet = Log { quiet: true, ..log.clone() };
    if let Err(stop) = scan::run(args, &quiet) {
        tracing::warn!("the findings could not be checked again ({stop}); {}", by_hand());
        return Ok(Exit::Incomplete);
    }
    let folder = newest(&output, region).filter(|newest| Some(newest) != before.as_ref());
    let folder = folder.ok_or_else(|| Stop::new(Exit::Broken, anyhow!("the second scan left nothing")))?;
    tell(&StoredScan::open(&folder)?, &steps)
}

impl Recheck<'_> {
    /// The command line of the scan.
    fn arguments(&self, region: Region, steps: &[&FixStep], output: &Path) -> Vec<OsString> {
        let list = |each: BTreeSet<&str>| each.into_iter().collect::<Vec<_>>().join(",");
        let checks = list(steps.iter().flat_map(|step| &step.about.check_ids).map(String::as_str).collect());
        let accounts = list(steps.iter().map(|step| step.about.account_sid.as_str()).collect());
        let mut words: Vec<OsString> =
            ["scan", "--check", &checks, "--account", &accounts, "--region", region.as_str()]
                .into_iter()
                .map(OsString::from)
                .collect();
        words.extend(["--all-outcomes", "--format", "none", "--output"].map(OsString::from));
        words.push(output.into());
        let AsWhom { audit_credentials, credentials, config, endpoint, .. } = &self.choices.as_whom;
        let credentials = if self.with_audit { audit_credentials } else { credentials };
        let named = [
            ("--credentials", credentials.clone()),
            ("--config", config.clone()),
            ("--checks-dir", self.choices.checks_dir.clone()),
            ("--endpoint", endpoint.clone().map(PathBuf::from)),
        ];
        for (flag, value) in named {
            if let Some(value) = value {
                words.extend([flag.into(), value.into_os_string()]);
            }
        }
        words
    }

    /// Whether the only credentials came by standard input, which was read to its end.
    fn reads_standard_input(&self) -> bool {
        !self.with_audit && self.choices.as_whom.credentials.as_deref() == Some(Path::new("-"))
    }
}

/// The newest scan in a folder.
fn newest(output: &Path, region: Region) -> Option<PathBuf> {
    let scans =
        std::fs::read_dir(output_of(output, region)).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    scans
        .filter(|path| path.join("evidence.db").is_file() && !path.is_symlink() && scan_id(path).is_some())
        .max()
}

/// The scan whose folder has this name.
fn scan_id(path: &Path) -> Option<ScanId> {
    ScanId::from_name(path.file_name()?.to_str()?)
}

/// A scan is named by the second in which it starts: whoever goes on at once waits for the next.
fn await_another_second(before: &Path) {
    while scan_id(before).is_some_and(|before| before == ScanId::starting_at(Timestamp::now())) {
        thread::sleep(Duration::from_millis(50));
    }
}

/// Says of each finding what became of it.
fn tell(stored: &StoredScan, steps: &[&FixStep]) -> Result<Exit, Stop> {
    let mut exit = Exit::Complete;
    for step in steps {
        for (id, check) in step.about.finding_ids.iter().zip(&step.about.check_ids) {
            // What was not judged is not gone.
            let fate = match stored.scan.rule(check) {
                Some(_) => fate(&stored.store, &step.about.account_sid, check, id)?,
                None => Fate::CannotSay,
            };
            let (word, code) = match fate {
                Fate::Gone => ("gone", Exit::Complete),
                Fate::Stands => ("stands", Exit::Faults),
                Fate::CannotSay => ("cannot say", Exit::Incomplete),
            };
            exit = worse(exit, code);
            print(|out| writeln!(out, "{id}  {word:<10}  {check}"))?;
        }
    }
    Ok(exit)
}

fn fate(store: &Store, account: &str, check: &str, id: &str) -> Result<Fate, Stop> {
    let found = store.finding(id).map_err(Stop::with(Exit::Broken))?;
    match found.map(|finding| finding.outcome) {
        Some(Outcome::Fail) => return Ok(Fate::Stands),
        Some(Outcome::Pass | Outcome::NotApplicable) => return Ok(Fate::Gone),
        Some(Outcome::Manual | Outcome::NotAssessed) => return Ok(Fate::CannotSay),
        None => {}
    }
    // The resource is not there any more; or it was not read, which of some accounts a person is asked to make up for.
    let mut was_read = true;
    let mut look = |finding: &Finding| -> std::io::Result<()> {
        let is_its = finding.check_id == check && finding.account_sid == account;
        was_read &= !(is_its && matches!(finding.outcome, Outcome::NotAssessed | Outcome::Manual));
        Ok(())
    };
    store.each(&mut look).map_err(Stop::with(Exit::Broken))?;
    Ok(if was_read { Fate::Gone } else { Fate::CannotSay })
}
