//! A real browser and the scripts beside this file, which use a report as a reader would.

#![allow(dead_code, unreachable_pub, clippy::print_stderr)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// What Debian and others call it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/// A browser with what is needed to drive it.
pub struct Browser(PathBuf);

impl Browser {
    /// The browser of `TESTS_CHROMIUM`, or the one that is installed. Says so where there is none, or where
    /// `make tools` was not run, for then something is skipped.
    ///
    /// # Panics
    ///
    /// In CI, where nothing may be skipped.
    pub fn find() -> Option<Self> {
        let named = std::env::var_os("TESTS_CHROMIUM").map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let installed =
            |name: &str| folders.iter().map(|folder| folder.join(name)).find(|file| file.exists());
        let browser = named.or_else(|| NAMES.into_iter().find_map(installed));
        let driven = folder().join("node_modules/playwright-core").exists() && installed("node").is_some();
        if let (Some(browser), true) = (browser, driven) {
            return Some(Self(browser));
        }
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must have Chromium, Node and what `make tools` installs"
        );
        eprintln!("skipped: no Chromium, no Node, or `make tools` was not run; see TESTS_CHROMIUM");
        None
    }

    /// What is seen when a story is played on a page; `finding` is the one to open.
    ///
    /// # Panics
    ///
    /// When the story cannot be played to its end.
    pub fn play(&self, story: &str, page: &Path, finding: &str) -> Value {
        let answer = self.run("report.mjs", &[story, page.to_str().unwrap(), finding]);
        serde_json::from_str(&answer).unwrap()
    }

    /// What a reader meets on these pages of the book, see `book.mjs`.
    pub fn read(&self, book: &Path, pages: &[&str]) -> Value {
        let arguments: Vec<&str> = [book.to_str().unwrap()].iter().chain(pages).copied().collect();
        serde_json::from_str(&self.run("book.mjs", &arguments)).unwrap()
    }

    fn run(&self, script: &str, arguments: &[&str]) -> String {
        let mut command = Command::new("node");
        command.arg(folder().join(script)).args(arguments).env("BROWSER", &self.0);
        let output = command.output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        assert!(output.status.success(), "{}", text(output.stderr));
        text(output.stdout)
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/browser")
}
