//! Python with a package that `make tools` installs, and scripts that lie below `tests/support`.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]
#![allow(clippy::print_stderr, reason = "what is skipped is said")]

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Python of `TESTS_PYTHON`, or `.venv/bin/python` in the checkout, if it has the package. Says so where it
/// has not, for then something is skipped.
///
/// # Panics
///
/// In CI, where nothing may be skipped.
pub fn with(package: &str) -> Option<PathBuf> {
    let named = std::env::var_os("TESTS_PYTHON").map(PathBuf::from);
    let python = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join(".venv/bin/python"));
    let import =
        Command::new(&python).args(["-c", &format!("import {package}")]).stderr(Stdio::null()).status();
    if import.is_ok_and(|status| status.success()) {
        return Some(python);
    }
    assert!(std::env::var_os("CI").is_none(), "CI must have Python with the package `{package}`");
    eprintln!("skipped: no Python with the package `{package}`; see TESTS_PYTHON");
    None
}

/// What a script prints when it is given `input`; what it complains of, where it fails.
pub fn run(python: &Path, script: &str, arguments: &[&str], input: &str) -> Result<String, String> {
    let mut child = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support").join(script))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}
