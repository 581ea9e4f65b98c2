//! From the account tree to the evidence: signing in, planning, reading every listing, reducing rows.
//!
//! It decides nothing about what is right or wrong; a problem here is coverage or an error of the run.

mod account_tree;
mod address;
mod asker;
mod collector;
mod context;
mod keep;
mod listing;
mod pages;
mod plan;
mod probe;
mod raw_row;
mod reduce;
mod reduction;
mod refusal;
mod run;
mod sign_in;
mod studio;
mod tree_listing;
mod trust;

pub use account_tree::{AccountInTree, Tree};
pub use collector::{Collector, Done};
pub use plan::{BaseRequests, base_requests, chosen_kinds};
pub use probe::{Probed, probe, probe_organization};
pub use reduce::rows_of_answer;
pub use reduction::Reduction;
pub use run::{Interruption, collect};
pub use sign_in::{SignInError, SignedIn, Unusable, Why, sign_in};
