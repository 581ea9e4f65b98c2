//! What `schedule` writes, what judges make of it, and whether this program understands what it would be called with.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use clap::Parser as _;
use serde_json::Value;
use twilio_audit::cli::Cli;

use crate::audit::{Audit, Ended};
use crate::python;

/// The name of an image.
pub const IMAGE: &str = "registry.example/twilio-audit:0.1.0";

pub fn schedule(options: &[&str]) -> Ended {
    Audit::new(&["schedule"]).args(options).run()
}

/// What is printed.
pub fn text(options: &[&str]) -> String {
    let ended = schedule(options);
    assert_eq!((ended.code, ended.stderr.as_str()), (0, ""), "{options:?}");
    ended.stdout
}

/// The files that are written; the folder goes with the run.
pub fn files(options: &[&str]) -> Ended {
    let ended = schedule(&[options, &["--to", "out"]].concat());
    assert_eq!((ended.code, ended.stdout.as_str(), ended.stderr.as_str()), (0, "", ""));
    ended
}

/// What a judge below `tests/support/schedule` makes of a text. Nothing where there is none.
pub fn judged(judge: &str, package: &str, text: &str) -> Option<Result<Value, String>> {
    let python = python::with(package)?;
    let judged = python::run(&python, &format!("schedule/{judge}"), &[], text);
    Some(judged.map(|json| serde_json::from_str(&json).unwrap()))
}

/// Insists that this program understands a command line.
pub fn understood(arguments: &[impl AsRef<str>]) {
    let arguments: Vec<&str> = arguments.iter().map(AsRef::as_ref).collect();
    let read = Cli::try_parse_from(["twilio-audit"].iter().chain(&arguments));
    read.unwrap_or_else(|error| panic!("{arguments:?}: {error}"));
}

/// A program that writes down what it was called with, one word a line, and fails.
pub fn stand_in(path: &Path, called: &Path, then: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let script = format!("#!/bin/sh\nprintf '%s\\n' \"$@\" >> '{}'\n{then}\n", called.display());
    fs::write(path, script).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}
