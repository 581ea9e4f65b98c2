//! The site that mdBook makes of the documents.
//!
//! The pages lie where a forge shows them, and link to files beside them. So what they are and link to is laid out anew
//! below `target/`, in the same places, and made into a site as it stands: no page is written twice, no link rewritten.

#![allow(unreachable_pub, reason = "every test file uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is laid out besides the pages at the top.
const FOLDERS: [&str; 3] = ["docs", "checks", "sample-reports"];

/// mdBook, where `make tools` installed it. Says so where it is missing, for then something is skipped.
///
/// # Panics
///
/// In CI, where nothing may be skipped.
pub fn mdbook() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let program = root.join("target/.mdbook/bin/mdbook");
    if program.exists() {
        return Some(program);
    }
    assert!(std::env::var_os("CI").is_none(), "CI must have mdBook: `make tools`");
    eprintln!("skipped: no mdBook; `make book` installs it");
    None
}

/// Makes the site of the documents, with other words in one of them where `spoiled` says so, and returns its folder.
pub fn built(program: &Path, to: &Path, spoiled: Option<(&str, &str)>) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let laid_out = to.join("book-pages");
    if laid_out.exists() {
        fs::remove_dir_all(&laid_out).unwrap();
    }
    let pages = laid_out.join("pages");
    for name in FOLDERS {
        copy(&root.join(name), &pages.join(name));
    }
    for name in fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()) {
        if name.ends_with(".md") || name == "LICENSE" {
            fs::copy(root.join(&name), pages.join(&name)).unwrap();
        }
    }
    fs::copy(root.join("book.toml"), laid_out.join("book.toml")).unwrap();
    fs::copy(root.join("tests/support/book/book.css"), laid_out.join("book.css")).unwrap();
    if let Some((page, text)) = spoiled {
        let before = fs::read_to_string(pages.join(page)).unwrap();
        fs::write(pages.join(page), before + text).unwrap();
    }
    let site = to.join("book");
    let made =
        Command::new(program).arg("build").arg(&laid_out).arg("--dest-dir").arg(&site).output().unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    site
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, new) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &new);
        } else {
            fs::copy(&path, &new).unwrap();
        }
    }
}
