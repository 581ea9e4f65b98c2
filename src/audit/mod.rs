//! The rules: check files, what they read and which permissions that takes, what they say of the evidence, and
//! whether PHI may go live.
//!
//! It works on a store and knows neither credentials nor the network: stored evidence can be judged
//! again at any time.

mod ask;
mod bounded_functions;
mod check;
mod check_file;
mod citation;
mod compile;
mod declared;
mod example;
mod files_hash;
mod finding;
mod gaps;
mod gate;
mod judge;
mod permissions;
mod proof;
mod reach;
mod row;
mod sandbox;
mod scope;
mod sink;
mod waivers;

pub use ask::{Answer, Reader, tables};
pub use check::{CHECK_FILES, Check, Example, Family, built_in};
pub use check_file::{CheckError, read_folder};
pub use citation::{CITATIONS, Citation, Duty, NOT_LOOKED_AT, citation};
pub use compile::{Compiled, compile, kinds_read_by, needed_by};
pub use declared::{Declared, declared};
pub use example::{EXAMPLE_TIME, Mismatch, Rehearsal};
pub use files_hash::files_sha256;
pub use gate::{GO_LIVE_CHECKS, decide};
pub use judge::{Judgement, judge, judge_within};
pub use permissions::{MOST_PERMISSIONS_PER_KEY, needs};
pub use proof::lacking_proof;
pub use reach::{Holding, count_unread, kinds_required, lacks, would_do};
pub use sandbox::{Allowance, CHECK_SECONDS};
pub use scope::Scope;
pub use sink::{Collected, Sink};
