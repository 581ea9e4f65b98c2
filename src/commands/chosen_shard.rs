//! Choosing a shard: by its number, or as one pod of an Indexed Job of Kubernetes.

use anyhow::anyhow;

use super::heading::READ;
use super::{Exit, Stop};
use crate::model::Shard;

/// What Kubernetes tells each pod of an Indexed Job: its number, from 0 on.
const JOB_COMPLETION_INDEX: &str = "JOB_COMPLETION_INDEX";

/// Which part of the accounts to read; all of them where nothing is said.
#[derive(Debug, clap::Args)]
pub(super) struct ChosenShard {
    /// Read only this part of the accounts, such as 2/3; `merge` makes one scan of all parts
    #[arg(long, value_name = "I/N", env = "TWILIO_AUDIT_SHARD", conflicts_with = "accounts", help_heading = READ)]
    shard: Option<Shard>,
    /// How many parts there are, where JOB_COMPLETION_INDEX says which one this is, as in an Indexed Job
    #[arg(long, value_name = "N", env = "TWILIO_AUDIT_SHARDS", conflicts_with_all = ["shard", "accounts"], help_heading = READ)]
    shards: Option<u16>,
}

impl ChosenShard {
    /// Whether it is about a part only.
    pub(super) const fn is_given(&self) -> bool {
        self.shard.is_some() || self.shards.is_some()
    }

    /// The shard.
    pub(super) fn chosen(&self) -> Result<Option<Shard>, Stop> {
        let Some(of) = self.shards else { return Ok(self.shard) };
        let index = std::env::var(JOB_COMPLETION_INDEX).map_err(|_| {
            let error = anyhow!(
                "--shards {of} needs {JOB_COMPLETION_INDEX}, which an Indexed Job of Kubernetes sets; elsewhere say \
                 --shard 1/{of}"
            );
            Stop::new(Exit::Usage, error)
        })?;
        let shard = index.parse().ok().and_then(|index: u16| Shard::new(index.checked_add(1)?, of).ok());
        shard.map(Some).ok_or_else(|| {
            let error = anyhow!(
                "{JOB_COMPLETION_INDEX} is `{index}`, and with {of} shards it is one of 0 to {}",
                of - 1
            );
            Stop::new(Exit::Usage, error)
        })
    }
}
