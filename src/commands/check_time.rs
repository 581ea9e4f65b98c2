//! How long a query may take, for the commands that run checks or ask questions.

use std::time::Duration;

use super::heading::LIMITS;
use crate::audit::{Allowance, CHECK_SECONDS};

/// What the queries of checks may take.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(super) struct CheckTime {
    /// Stop a query that takes longer than so many seconds: a large estate on a slow disk may need more
    #[arg(long, value_name = "N", default_value_t = CHECK_SECONDS, value_parser = clap::value_parser!(u16).range(1..=3600), env = "TWILIO_AUDIT_CHECK_SECONDS", help_heading = LIMITS)]
    check_seconds: u16,
}

impl CheckTime {
    pub(super) fn allowance(self) -> Allowance {
        Allowance { time: Duration::from_secs(self.check_seconds.into()) }
    }
}
