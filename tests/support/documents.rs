//! The documents: which there are, and what stands in them.

#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every page, at the top and below `docs/`.
pub fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    for folder in [root().to_owned(), root().join("docs"), root().join("docs/checks")] {
        let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        found.extend(files.filter(|path| path.extension().is_some_and(|it| it == "md")));
    }
    found.sort();
    found
}

/// A block of code.
pub struct Block {
    /// What stands behind the three backticks.
    pub info: String,
    /// What stands in it.
    pub text: String,
}

/// Every block of code between fences, indented or not.
pub fn blocks(document: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for line in document.lines() {
        match (line.trim_start().strip_prefix("```"), &mut open) {
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (Some(info), None) => open = Some(Block { info: info.trim().to_owned(), text: String::new() }),
            (None, Some(block)) => block.text.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block of code has no end");
    blocks
}

/// The lines outside of blocks of code.
pub fn prose(document: &str) -> String {
    let mut in_block = false;
    let mut kept = String::new();
    for line in document.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if !in_block {
            kept.extend([line, "\n"]);
        }
    }
    kept
}

/// Where the links and pictures of a document lead, as they are written.
pub fn links(document: &str) -> Vec<&str> {
    let follows =
        |begin, end| document.split(begin).skip(1).filter_map(move |rest: &str| rest.split(end).next());
    let bare = document.split('<').filter(|rest| rest.starts_with("http"));
    let bare = bare.filter_map(|rest| rest.split('>').next());
    follows("](", ')').chain(follows("src=\"", '"')).chain(bare).collect()
}
