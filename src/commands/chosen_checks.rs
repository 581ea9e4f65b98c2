//! Choosing checks by `--check` and `--family`: the same words and the same complaints in every command.

use super::declared_names::known;
use super::{Exit, Stop};
use crate::audit::{self, Compiled, Family};
use crate::catalogue::{KINDS, Kind};
use crate::collect::chosen_kinds;

/// Which checks it is about; all of them where none is named.
#[derive(Debug, clap::Args)]
pub(super) struct ChosenChecks {
    /// Only this check; may be given several times
    #[arg(long = "check", value_name = "ID", env = "TWILIO_AUDIT_CHECK", value_delimiter = ',')]
    checks: Vec<String>,
    /// Only the checks of this family; may be given several times
    #[arg(long = "family", value_enum, env = "TWILIO_AUDIT_FAMILY", value_delimiter = ',')]
    families: Vec<Family>,
}

/// The checks of this build.
pub(super) struct Catalogue {
    /// The ids of all of them.
    pub(super) check_ids: Vec<String>,
    /// The date of the newest.
    pub(super) version: String,
    /// Those that were chosen.
    pub(super) checks: Vec<Compiled>,
    /// What is collected for them: everything there is, or for some checks only what they read.
    pub(super) kinds: Vec<&'static Kind>,
}

impl ChosenChecks {
    /// Whether none was named, so that all count.
    pub(super) const fn is_everything(&self) -> bool {
        self.checks.is_empty() && self.families.is_empty()
    }

    /// The chosen checks, ready to run.
    pub(super) fn choose(&self) -> Result<Catalogue, Stop> {
        let all = audit::built_in().and_then(audit::compile).map_err(Stop::with(Exit::Broken))?;
        let check_ids: Vec<String> = all.iter().map(|compiled| compiled.check.id.clone()).collect();
        for id in &self.checks {
            known("check", id, check_ids.iter().map(String::as_str)).map_err(Stop::with(Exit::Usage))?;
        }
        let newest = all.iter().map(|compiled| compiled.check.verified_on).max();
        let checks: Vec<Compiled> = all.into_iter().filter(|compiled| self.holds(compiled)).collect();
        let kinds = if self.is_everything() {
            KINDS.to_vec()
        } else {
            chosen_kinds(checks.iter().flat_map(|compiled| compiled.reads.iter().copied()))
        };
        let version = newest.map(|day| day.to_string()).unwrap_or_default();
        Ok(Catalogue { check_ids, version, checks, kinds })
    }

    fn holds(&self, compiled: &Compiled) -> bool {
        self.is_everything()
            || self.checks.contains(&compiled.check.id)
            || self.families.contains(&compiled.check.family)
    }
}
