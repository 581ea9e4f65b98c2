//! Comparing scans.
//!
//! It knows the plain model alone: where findings come from is not its business.

mod fate;
mod past;

pub use fate::{Sight, carried};
pub use past::{Known, Past};
