//! Choosing checks by `--check` and `--family`: the same words and the same complaints in every command.

use std::cell::LazyCell;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use anyhow::anyhow;

use super::declared_names::{CHECKS, known};
use super::heading::READ;
use super::{Exit, Stop};
use crate::audit::{self, Allowance, Check, CheckError, Compiled, Family};
use crate::catalogue::{KINDS, Kind};
use crate::collect::chosen_kinds;
use crate::model::Rule;

/// Which checks it is about; all of them where none is named.
#[derive(Debug, clap::Args)]
pub(super) struct ChosenChecks {
    /// Only this check; may be given several times
    #[arg(long = "check", value_name = "ID", env = "TWILIO_AUDIT_CHECK", value_delimiter = ',', help_heading = READ)]
    checks: Vec<String>,
    /// Only the checks of this family; may be given several times
    #[arg(long = "family", value_enum, env = "TWILIO_AUDIT_FAMILY", value_delimiter = ',', help_heading = READ)]
    families: Vec<Family>,
    /// A folder of your own checks, which join the built-in ones
    #[arg(long, value_name = "FOLDER", env = "TWILIO_AUDIT_CHECKS_DIR", help_heading = READ)]
    checks_dir: Option<PathBuf>,
}

/// The checks that were chosen. They are made ready beside whatever is done before they are asked for: it takes SQLite as
/// long as a round trip to Twilio.
pub(super) struct Chosen {
    /// The rules of all checks of this build.
    pub(super) known: Vec<Rule>,
    /// The date of the newest.
    pub(super) version: String,
    /// The ids of those that were chosen; empty where none was left out.
    pub(super) ids: String,
    ready: LazyCell<Made, Box<dyn FnOnce() -> Made>>,
}

/// What came of making checks ready.
type Made = Result<Catalogue, CheckError>;

/// The chosen checks, ready to run.
pub(super) struct Catalogue {
    /// The checks.
    pub(super) checks: Vec<Compiled>,
    /// What is collected for them: everything there is, or for some checks only what they read.
    pub(super) kinds: Vec<&'static Kind>,
    /// What each of their queries may take.
    pub(super) allowance: Allowance,
}

impl Catalogue {
    /// Makes the chosen built-in checks ready to run, and adds the others, which are.
    fn of(chosen: Arc<(Vec<Check>, Vec<Compiled>)>, is_everything: bool, allowance: Allowance) -> Made {
        let (built_in, own) = Arc::unwrap_or_clone(chosen);
        let mut checks = audit::compile(built_in)?;
        checks.extend(own);
        let read = checks.iter().flat_map(|compiled| compiled.reads.iter().copied());
        let kinds = if is_everything { KINDS.to_vec() } else { chosen_kinds(read) };
        Ok(Self { checks, kinds, allowance })
    }
}

impl Chosen {
    /// The checks, as soon as they are ready.
    pub(super) fn ready(&self) -> Result<&Catalogue, Stop> {
        self.ready.as_ref().map_err(|error| Stop::new(Exit::Broken, anyhow!("{error}")))
    }
}

/// The built-in checks and those of the operator's own folder, as they are written: to run the built-in ones takes more.
pub(super) fn check_files(folder: Option<&Path>) -> Result<Vec<Check>, Stop> {
    let mut checks = audit::built_in().map_err(Stop::with(Exit::Broken))?;
    let own = own_checks(folder, &checks)?;
    checks.extend(own.into_iter().map(|compiled| compiled.check));
    Ok(checks)
}

/// The built-in checks and those of the operator's own folder, ready to run.
pub(super) fn every_check(folder: Option<&Path>) -> Result<Vec<Compiled>, Stop> {
    let built_in = audit::built_in().map_err(Stop::with(Exit::Broken))?;
    let own = own_checks(folder, &built_in)?;
    let mut checks = audit::compile(built_in).map_err(Stop::with(Exit::Broken))?;
    checks.extend(own);
    Ok(checks)
}

/// The checks of the operator's own folder, ready to run.
fn own_checks(folder: Option<&Path>, built_in: &[Check]) -> Result<Vec<Compiled>, Stop> {
    let Some(folder) = folder else { return Ok(Vec::new()) };
    let own = audit::read_folder(folder).and_then(audit::compile).map_err(Stop::with(Exit::Usage))?;
    for (place, Compiled { check, .. }) in own.iter().enumerate() {
        let before = own.iter().take(place).map(|other| &other.check);
        if let Some(other) = built_in.iter().chain(before).find(|other| other.id == check.id) {
            let (one, another, id) = (check.file_name(), other.file_name(), &check.id);
            let error = anyhow!("{one}: there is a check `{id}` already, in {another}: give it another id");
            return Err(Stop::new(Exit::Usage, error));
        }
    }
    Ok(own)
}

/// The check of this id.
pub(super) fn named<'a>(id: &str, checks: &'a [Compiled]) -> Result<&'a Compiled, Stop> {
    let ids = checks.iter().map(|compiled| compiled.check.id.as_str());
    known("check", id, ids, CHECKS).map_err(Stop::with(Exit::Usage))?;
    let found = checks.iter().find(|compiled| compiled.check.id == id);
    found.ok_or_else(|| Stop::new(Exit::Usage, anyhow!("there is no check `{id}`")))
}

impl ChosenChecks {
    /// Whether none was named, so that all count.
    pub(super) const fn is_everything(&self) -> bool {
        self.checks.is_empty() && self.families.is_empty()
    }

    /// The chosen checks, and what each of their queries may take.
    pub(super) fn choose(&self, allowance: Allowance) -> Result<Chosen, Stop> {
        let built_in = audit::built_in().map_err(Stop::with(Exit::Broken))?;
        let own = own_checks(self.checks_dir.as_deref(), &built_in)?;
        let all: Vec<&Check> = built_in.iter().chain(own.iter().map(|compiled| &compiled.check)).collect();
        for id in &self.checks {
            let ids = all.iter().map(|check| check.id.as_str());
            known("check", id, ids, CHECKS).map_err(Stop::with(Exit::Usage))?;
        }
        let version = all.iter().map(|check| check.verified_on).max();
        let known = all.iter().map(|check| check.rule()).collect();
        let is_everything = self.is_everything();
        let ids = all.iter().filter(|check| self.holds(check)).map(|check| check.id.as_str());
        let ids = if is_everything { String::new() } else { ids.collect::<Vec<_>>().join(" ") };
        let built_in: Vec<Check> = built_in.into_iter().filter(|check| self.holds(check)).collect();
        let own: Vec<Compiled> = own.into_iter().filter(|compiled| self.holds(&compiled.check)).collect();
        let chosen = Arc::new((built_in, own));
        let make_ready = {
            let chosen = Arc::clone(&chosen);
            move || Catalogue::of(chosen, is_everything, allowance)
        };
        let ready: Box<dyn FnOnce() -> Made> = match thread::Builder::new().spawn(make_ready) {
            Ok(at_work) => Box::new(|| at_work.join().unwrap_or_else(|panic| resume_unwind(panic))),
            // Where the system has no thread left it is done by whoever asks.
            Err(_) => Box::new(move || Catalogue::of(chosen, is_everything, allowance)),
        };
        let version = version.map(|day| day.to_string()).unwrap_or_default();
        Ok(Chosen { known, version, ids, ready: LazyCell::new(ready) })
    }

    fn holds(&self, check: &Check) -> bool {
        self.is_everything() || self.checks.contains(&check.id) || self.families.contains(&check.family)
    }
}
