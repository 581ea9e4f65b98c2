//! Comparing scans.
//!
//! It knows the plain model alone: where findings come from is not its business.

mod diff;
mod fate;
mod past;

pub use diff::{Scanned, diff};
pub use fate::{Sight, carried};
pub use past::{Known, Past};
