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

pub use exit::{Exit, Stop};
pub use log::{Log, LogFormat, explain_usage, start_log};
