//! The options of `scan`, and what follows from them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::check_time::CheckTime;
use super::chosen_checks::ChosenChecks;
use super::chosen_shard::ChosenShard;
use super::duration::duration;
use super::heading::{DECLARED, LIMITS, OUTPUT, READ};
use super::metrics_file::MetricsFile;
use super::reporting::Reporting;
use super::scan_lock::{ScanLock, Use};
use super::scan_setting::Choices;
use super::signing::Signing;
use super::telling::Teller;
use super::{EXIT_CODES, Stop};
use crate::model::{AccountSid, Region, Shard};
use crate::twilio::Limits;

/// Read the accounts, check them, write the findings
#[derive(Debug, clap::Args)]
#[command(after_help = EXIT_CODES)]
pub struct Args {
    /// Audit the built-in clinic instead of Twilio: needs no credentials and no network
    #[arg(long, env = "TWILIO_AUDIT_DEMO")]
    pub(super) demo: bool,
    #[command(flatten)]
    pub(super) choices: Choices,
    /// What reviewers decided [default: reviews.toml beside audit.toml, if it is there]
    #[arg(long, value_name = "FILE", env = "TWILIO_AUDIT_REVIEWS", help_heading = DECLARED)]
    pub(super) reviews: Option<PathBuf>,
    /// The folder in which each scan gets a folder of its own
    #[arg(long, value_name = "FOLDER", default_value = "audits", env = "TWILIO_AUDIT_OUTPUT", help_heading = OUTPUT)]
    pub(super) output: PathBuf,
    #[command(flatten)]
    pub(super) chosen: ChosenChecks,
    #[command(flatten)]
    pub(super) check_time: CheckTime,
    /// Audit only this account; may be given several times
    #[arg(long = "account", value_name = "AC…", env = "TWILIO_AUDIT_ACCOUNT", value_delimiter = ',', help_heading = READ)]
    pub(super) accounts: Vec<AccountSid>,
    /// Go on with the newest scan that was interrupted, or start one where none was
    #[arg(long, env = "TWILIO_AUDIT_RESUME")]
    pub(super) resume: bool,
    /// Sign in, say what would be asked and how long it would take, and ask no more
    #[arg(long, conflicts_with = "resume", env = "TWILIO_AUDIT_DRY_RUN")]
    pub(super) dry_run: bool,
    /// Send no more than so many requests, and stop; --resume goes on
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..), env = "TWILIO_AUDIT_BUDGET", help_heading = LIMITS)]
    pub(super) budget: Option<u64>,
    /// Ask no more after this time, as in 90m or 6h, and stop; --resume goes on
    #[arg(long, value_name = "TIME", value_parser = duration, env = "TWILIO_AUDIT_DEADLINE", help_heading = LIMITS)]
    pub(super) deadline: Option<SignedDuration>,
    /// Do not start with less free disk space, in MiB [default: twice what the newest scan takes, at least 64]
    #[arg(long, value_name = "MIB", env = "TWILIO_AUDIT_MIN_FREE", help_heading = LIMITS)]
    pub(super) min_free: Option<u64>,
    #[command(flatten)]
    pub(super) shard: ChosenShard,
    #[command(flatten)]
    pub(super) reporting: Reporting,
    #[command(flatten)]
    pub(super) signing: Signing,
    #[command(flatten)]
    pub(super) metrics: MetricsFile,
    /// The moment at which the demo takes place, so that its files can be compared
    #[arg(long, hide = true, requires = "demo", env = "TWILIO_AUDIT_DEMO_TIME")]
    pub(super) demo_time: Option<Timestamp>,
}

impl Args {
    /// Where the scans of this Region are: another one's are no past of theirs.
    pub(super) fn output(&self) -> PathBuf {
        output_of(&self.output, self.choices.region)
    }

    /// How much may be asked, of a run that began at this moment.
    pub(super) fn limits(&self, begun_at: Instant) -> Limits {
        let until = self.deadline.map(|deadline| begun_at + deadline.unsigned_abs());
        Limits { budget: self.budget, until, ..self.choices.limits() }
    }

    /// The lock on the output folder that this scan needs.
    pub(super) fn lock(&self, shard: Option<Shard>) -> Result<Option<ScanLock>, Stop> {
        let how = if shard.is_some() { Use::WithOtherShards } else { Use::Alone };
        ScanLock::take(&self.output(), how, Duration::ZERO)
    }

    /// Whom to tell how it ends. A part, a plan and the demonstration are nobody's business; of a shard tells `merge`.
    pub(super) fn teller(&self) -> Teller {
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
