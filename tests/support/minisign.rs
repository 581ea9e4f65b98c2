//! The program that auditors check signatures with.

#![allow(unreachable_pub, clippy::print_stderr)]

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether minisign is there. Says so where it is not, for then something is skipped.
///
/// # Panics
///
/// In CI, where nothing may be skipped.
pub fn is_there() -> bool {
    let version = Command::new("minisign").arg("-v").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if version.is_ok_and(|status| status.success()) {
        return true;
    }
    assert!(std::env::var_os("CI").is_none(), "CI must have minisign");
    eprintln!("skipped: no minisign; the Debian package has this name");
    false
}

/// Runs it; what it prints where it succeeds.
pub fn run(folder: &Path, arguments: &[&str]) -> Option<String> {
    let output =
        Command::new("minisign").current_dir(folder).args(arguments).stdin(Stdio::null()).output().unwrap();
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}
