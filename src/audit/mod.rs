//! The rules: check files, what they read and which permissions that takes, what they say of the evidence, and
//! whether PHI may go live.
//!
//! It works on a store and knows neither credentials nor the network: stored evidence can be judged
//! again at any time.

mod check;
mod compile;
mod example;
mod gaps;
mod gate;
mod judge;
mod permissions;
mod reach;
mod row;
mod sandbox;
mod scope;

pub use check::{CHECK_FILES, Check, CheckError, Example, Family, Fix, built_in};
pub use compile::{Compiled, compile, needed_by};
pub use example::{EXAMPLE_TIME, Mismatch, run_examples};
pub use gate::{GO_LIVE_CHECKS, decide};
pub use judge::{Judgement, judge};
pub use permissions::{MOST_PERMISSIONS_PER_KEY, needs};
pub use reach::{Holding, kinds_needed, lacks, would_do};
pub use scope::Scope;
