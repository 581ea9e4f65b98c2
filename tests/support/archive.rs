//! An output folder with the scans of several nights, made once and copied for each test.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use jiff::{SignedDuration, Timestamp};
use tempfile::TempDir;
use twilio_audit::model::ScanId;

use crate::audit::{Audit, Ended};

/// Scans of the demonstration.
pub struct Nights {
    folder: TempDir,
}

/// The folder that all copies are made of, and the moments of its scans.
static MADE: OnceLock<(TempDir, Vec<Timestamp>)> = OnceLock::new();

/// So many days ago. Hours apart from midnight and from each other, so that no test is near an edge.
fn moments() -> Vec<Timestamp> {
    [100, 40, 10, 1]
        .map(|days| Timestamp::now() - SignedDuration::from_hours(24 * days + 6))
        .map(|moment| Timestamp::from_second(moment.as_second()).unwrap())
        .to_vec()
}

impl Nights {
    /// Four nights, 100, 40, 10 and 1 days ago, and one day before the last an audit of a part.
    pub fn new() -> Self {
        let (made, _) = MADE.get_or_init(|| {
            let moments = moments();
            let mut folder = TempDir::new().unwrap();
            for (place, moment) in moments.iter().enumerate() {
                if place == 3 {
                    let earlier = *moment - SignedDuration::from_hours(24);
                    folder = scan(folder, earlier, &["--family", "attestation"]).folder;
                }
                folder = scan(folder, *moment, &[]).folder;
            }
            (folder, moments)
        });
        let nights = Self { folder: TempDir::new().unwrap() };
        copy(&made.path().join("audits"), &nights.audits());
        nights
    }

    pub fn audits(&self) -> PathBuf {
        self.folder.path().join("audits")
    }

    /// The name of a whole scan, the oldest first.
    pub fn name(&self, place: usize) -> String {
        ScanId::starting_at(MADE.get().unwrap().1[place]).to_string()
    }

    /// The name of the audit of a part.
    pub fn part(&self) -> String {
        let last = MADE.get().unwrap().1[3];
        ScanId::starting_at(last - SignedDuration::from_hours(24)).to_string()
    }

    /// The folder of a whole scan.
    pub fn scan(&self, place: usize) -> PathBuf {
        self.audits().join(self.name(place))
    }

    /// Runs a command here.
    pub fn run(&self, arguments: &[&str]) -> Ended {
        let output = Command::new(env!("CARGO_BIN_EXE_twilio-audit"))
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .args(arguments)
            .output()
            .unwrap();
        Ended {
            folder: TempDir::new().unwrap(),
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// What `verify` says: the exit code, and its sentences on one line each.
    pub fn verify(&self, arguments: &[&str]) -> (i32, String) {
        let ended = self.run(&[&["verify"], arguments].concat());
        for line in ended.stdout.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
        (ended.code, format!("{}{}", ended.stdout.replace("\n  ", " "), ended.stderr))
    }

    /// Insists that all is as it was.
    pub fn are_clean(&self) {
        let (code, said) = self.verify(&[]);
        assert_eq!(code, 0, "{said}");
    }

    /// The names in the output folder, in order.
    pub fn names(&self) -> Vec<String> {
        names(&self.audits())
    }
}

/// A scan of the demonstration at a moment.
pub fn scan(folder: TempDir, moment: Timestamp, arguments: &[&str]) -> Ended {
    let mut audit = Audit::new(&["scan", "--demo", "--format", "none"]);
    audit = audit.args(arguments).env("TWILIO_AUDIT_DEMO_TIME", &moment.to_string());
    let before = Ended { folder, code: 0, stdout: String::new(), stderr: String::new() };
    let ended = audit.inside(before).run();
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    ended
}

/// Copies a folder with everything in it, links as links.
pub fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

/// The names in a folder, in order, but for the lock that each scan takes.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name != ".scan-lock");
    names.sort();
    names
}
