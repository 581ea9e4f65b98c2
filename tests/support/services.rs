//! The programs that judge what is written for services: `systemd-analyze`, and the `crontab` of Debian.

#![allow(unreachable_pub, clippy::print_stderr)]

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What `systemd-analyze` says of the units in a folder. It needs no systemd that runs. Nothing where it is missing.
///
/// # Panics
///
/// In CI, where nothing may be skipped.
pub fn systemd_analyze(arguments: &[&str], folder: &Path, units: &[&str]) -> Option<Output> {
    let said = Command::new("systemd-analyze")
        .args(arguments)
        .args(units.iter().map(|unit| folder.join(unit)))
        .stdin(Stdio::null())
        .output();
    said.map_err(|_| missing("systemd-analyze; the Debian package is systemd")).ok()
}

/// What Debian's `crontab` says of a table, which it installs nowhere. Nothing where it is missing: to that of other
/// systems the same option means something else.
///
/// # Panics
///
/// In CI, where nothing may be skipped.
pub fn crontab(table: &Path) -> Option<Output> {
    let usage = Command::new("crontab").arg("-h").stdin(Stdio::null()).output();
    let only_looks = |usage: &Output| {
        String::from_utf8_lossy(&[&*usage.stdout, &*usage.stderr].concat()).contains("dry run")
    };
    if !usage.is_ok_and(|usage| only_looks(&usage)) {
        missing("crontab of Debian; the package is cron");
        return None;
    }
    Some(Command::new("crontab").arg("-n").arg(table).stdin(Stdio::null()).output().unwrap())
}

fn missing(what: &str) {
    assert!(std::env::var_os("CI").is_none(), "CI must have {what}");
    eprintln!("skipped: no {what}");
}
