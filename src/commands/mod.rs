//! One file per command: gather what it needs, call the rooms below, hand the result over.

pub mod checks;
mod chosen_checks;
mod declared_names;
pub mod doctor;
mod exit;
pub mod init;
mod keeper;
mod log;
pub mod login;
pub mod logout;
pub mod permissions;
mod printing;
pub mod query;
pub mod scan;
mod scan_folder;
mod scan_setting;
mod signing_in;
pub mod simulate;
mod strength;

use tokio::runtime::{Builder, Runtime};

pub use exit::{Exit, Stop};
pub use log::{Log, LogFormat, explain_usage, start_log};

/// What drives requests and waits.
fn runtime() -> Result<Runtime, Stop> {
    Builder::new_multi_thread().enable_all().build().map_err(Stop::with(Exit::Broken))
}
