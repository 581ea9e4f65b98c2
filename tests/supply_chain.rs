//! What the program is built from: licences, banned crates, sources, and that a known hole in one of them is not
//! overlooked.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// A judge that `make tools` installs.
fn judge(name: &str) -> Option<Command> {
    let program = Path::new(ROOT).join(".venv/bin").join(name);
    if program.exists() {
        let mut command = Command::new(program);
        command.current_dir(ROOT);
        return Some(command);
    }
    assert!(std::env::var_os("CI").is_none(), "CI must have {name}");
    eprintln!("skipped: no {name}; `make tools` installs it");
    None
}

/// Runs cargo-deny by `deny.toml`, changed by `change`.
fn deny(change: impl Fn(&str) -> String, checks: &[&str], environment: &[(&str, String)]) -> Option<Output> {
    let folder = TempDir::new().unwrap();
    let config = folder.path().join("deny.toml");
    let text = fs::read_to_string(Path::new(ROOT).join("deny.toml")).unwrap();
    fs::write(&config, change(&text)).unwrap();
    let mut deny = judge("cargo-deny")?;
    deny.arg("--locked").arg("--config").arg(config).arg("check").args(checks);
    Some(deny.envs(environment.iter().map(|(name, value)| (name, value))).output().unwrap())
}

fn text(ended: &Output) -> String {
    String::from_utf8_lossy(&ended.stderr).into_owned() + &String::from_utf8_lossy(&ended.stdout)
}

#[test]
fn licences_crates_and_sources_are_what_deny_toml_allows() {
    let Some(ended) = deny(str::to_owned, &["licenses", "bans", "sources"], &[]) else { return };
    assert!(ended.status.success(), "{}", text(&ended));
    assert!(!text(&ended).contains("warning["), "deny.toml says more than is so:\n{}", text(&ended));
}

#[test]
fn a_licence_a_crate_or_a_double_that_is_not_allowed_stops_it() {
    for (said, instead, complaint) in [
        ("\"0BSD\", ", "", "error[rejected]"),
        ("crate = \"sqlx\"", "crate = \"rusqlite\"", "error[banned]"),
        ("crate = \"core-foundation@0.9\"", "crate = \"itoa\"", "error[duplicate]"),
    ] {
        let change = |text: &str| {
            assert!(text.contains(said), "{said}");
            text.replace(said, instead)
        };
        let Some(ended) = deny(change, &["licenses", "bans", "sources"], &[]) else { return };
        assert!(!ended.status.success(), "{said}");
        assert!(text(&ended).contains(complaint), "{said}:\n{}", text(&ended));
    }
}

/// A database of advisories with a made-up one, for a crate that the program has.
fn made_up_advisories(folder: &TempDir) -> PathBuf {
    let database = folder.path().join("database");
    fs::create_dir_all(database.join("crates/itoa")).unwrap();
    let advisory = "\
```toml
[advisory]
id = \"RUSTSEC-2026-9999\"
package = \"itoa\"
date = \"2026-01-02\"
categories = [\"memory-corruption\"]

[versions]
patched = [\">= 99.0.0\"]
```

# Made up

For a test. Nothing is wrong with it.
";
    fs::write(database.join("crates/itoa/RUSTSEC-2026-9999.md"), advisory).unwrap();
    for arguments in [
        &["init", "--quiet", "--initial-branch", "main"][..],
        &["add", "."],
        &[
            "-c",
            "user.name=test",
            "-c",
            "user.email=test@example.invalid",
            "commit",
            "--quiet",
            "--message",
            "test",
        ],
    ] {
        let ended = Command::new("git").current_dir(&database).args(arguments).output().unwrap();
        assert!(ended.status.success(), "{}", text(&ended));
    }
    database
}

#[test]
fn a_known_hole_stops_both_judges() {
    let folder = TempDir::new().unwrap();
    let database = made_up_advisories(&folder);

    let Some(mut audit) = judge("cargo-audit") else { return };
    let ended = audit.args(["audit", "--no-fetch", "--stale", "--db"]).arg(&database).output().unwrap();
    assert!(!ended.status.success() && text(&ended).contains("RUSTSEC-2026-9999"), "{}", text(&ended));

    // It takes databases from the web only; git is told that this is where the real one is.
    let instead = [
        ("GIT_CONFIG_COUNT", "1".to_owned()),
        ("GIT_CONFIG_KEY_0", format!("url.file://{}.insteadOf", database.display())),
        ("GIT_CONFIG_VALUE_0", "https://github.com/RustSec/advisory-db".to_owned()),
    ];
    let kept = folder.path().join("kept");
    let change = |text: &str| text.replace("[advisories]", &format!("[advisories]\ndb-path = {kept:?}"));
    let ended = deny(change, &["advisories"], &instead).unwrap();
    assert!(!ended.status.success() && text(&ended).contains("RUSTSEC-2026-9999"), "{}", text(&ended));
}

/// Judges run beside the code of the program; none of them, and nothing that they need, is another than was looked at.
#[test]
fn whatever_python_runs_for_the_tests_is_pinned_by_its_hash() {
    let folder = Path::new(ROOT).join("tests/support");
    let pinned = fs::read_to_string(folder.join("requirements.txt")).unwrap();
    for entry in pinned.replace("\\\n", "").lines().filter(|line| !line.starts_with('#')) {
        assert!(entry.contains("==") && entry.contains("--hash=sha256:"), "{entry}");
    }
    let makefile = fs::read_to_string(Path::new(ROOT).join("Makefile")).unwrap();
    let judges = makefile.lines().find_map(|line| line.strip_prefix("JUDGES := ")).unwrap();
    for judge in judges.split_whitespace() {
        let wanted = fs::read_to_string(folder.join(judge).join("requirements.txt")).unwrap();
        for entry in wanted.lines().filter(|line| !line.trim().is_empty()) {
            let entry = entry.trim().replace('_', "-");
            assert!(pinned.lines().any(|line| line.starts_with(&format!("{entry} "))), "{judge}: {entry}");
        }
    }
    let unpinned =
        makefile.lines().filter(|line| line.contains("/pip install") && !line.contains("--require-hashes"));
    assert_eq!(unpinned.count(), 1, "`make requirements` alone may fetch what is not pinned");
}
