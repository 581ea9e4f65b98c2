//! Imports point down: every room uses only the rooms below it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What each room may use. A room that is not here may not exist.
const MAY_USE: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("redact", &[]),
    ("parallel", &[]),
    ("catalogue", &["model"]),
    ("credentials", &["model"]),
    ("intent", &["model"]),
    ("twilio", &["catalogue", "credentials", "model"]),
    ("evidence", &["catalogue", "intent", "model", "redact"]),
    ("collect", &["twilio", "evidence", "catalogue", "credentials", "model", "redact"]),
    ("audit", &["evidence", "catalogue", "intent", "model", "parallel"]),
    ("report", &["model", "parallel"]),
    ("review", &["intent", "model"]),
    ("history", &["model"]),
    ("chain", &["model", "parallel"]),
    ("notify", &["credentials", "intent", "model"]),
    ("fix", &["credentials", "model", "twilio"]),
    ("simulator", &[]),
    (
        "commands",
        &[
            "audit",
            "catalogue",
            "chain",
            "collect",
            "credentials",
            "evidence",
            "fix",
            "history",
            "intent",
            "model",
            "notify",
            "report",
            "review",
            "simulator",
            "twilio",
        ],
    ),
    ("cli", &["commands"]),
];

#[test]
fn every_import_points_down() {
    let may_use: BTreeMap<&str, &[&str]> = MAY_USE.iter().copied().collect();
    let rooms: BTreeSet<&str> = may_use.keys().copied().collect();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    for file in rust_files(&source) {
        let inside = file.strip_prefix(&source).unwrap();
        let first = inside.components().next().unwrap().as_os_str().to_str().unwrap();
        let room = first.trim_end_matches(".rs");
        if ["main", "lib"].contains(&room) {
            continue;
        }
        let Some(allowed) = may_use.get(room) else {
            wrong.push(format!("{}: a room of its own, not known to this test", inside.display()));
            continue;
        };
        for used in used_rooms(&fs::read_to_string(&file).unwrap(), &rooms) {
            if used != room && !allowed.contains(&used.as_str()) {
                wrong.push(format!("{}: {room} must not use {used}", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn only_the_commands_of_fix_can_change_anything() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let of_fix = ["fix", "commands/fix"].map(|folder| source.join(folder));
    // Each says in its file why: to ask for a token, to tell people, to make changes, and to end the program at once.
    let may_send = ["twilio/client.rs", "notify/http.rs", "fix/writer.rs", "commands/driving.rs"];
    let may_send = may_send.map(|file| source.join(file));
    for file in rust_files(&source) {
        let text = fs::read_to_string(&file).unwrap();
        let is_of_fix = of_fix.iter().any(|folder| file.starts_with(folder));
        let uses_it = used_rooms(&text, &BTreeSet::from(["fix"])).contains("fix");
        assert!(is_of_fix || !uses_it, "{}: only `fix` commands may use it", file.display());
        let sends = text.contains("clippy::disallowed_methods");
        assert_eq!(
            sends,
            may_send.contains(&file),
            "{}: who may send what clippy.toml forbids",
            file.display()
        );
    }
}

#[test]
fn the_test_sees_every_way_to_name_a_room() {
    let rooms = BTreeSet::from(["model", "twilio", "report"]);
    let text = "use crate::model::Sid;\nlet x = crate::twilio::Client;\nuse crate::{report, model::Scan};\n//! crate::nothing";
    let expected = BTreeSet::from(["model", "twilio", "report"].map(str::to_owned));
    assert_eq!(used_rooms(text, &rooms), expected);
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The rooms that a file names behind `crate::`, also inside braces.
fn used_rooms(text: &str, rooms: &BTreeSet<&str>) -> BTreeSet<String> {
    let mut used = BTreeSet::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let part = match rest.strip_prefix('{') {
            Some(list) => list.split_once("};").map_or(list, |(list, _)| list),
            None => rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap(),
        };
        for word in part.split(|c: char| !(c.is_alphanumeric() || c == '_')) {
            if rooms.contains(word) {
                used.insert(word.to_owned());
            }
        }
    }
    used
}
