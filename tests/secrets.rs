//! The demo estate is full of planted canaries; none of them leaves the memory of the scan.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::fs;
use std::path::Path;

use audit::Audit;
use twilio_audit::simulator::demo;

/// Every file below a folder, as (path, content in lower case).
fn files(folder: &Path) -> Vec<(String, String)> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| !path.is_symlink())
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![(path.display().to_string(), lower(&fs::read(&path).unwrap()))]
            }
        })
        .collect()
}

/// Text in lower case, for a canary in another case is a canary still.
fn lower(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).to_lowercase()
}

#[test]
fn no_canary_reaches_a_file_or_the_log_at_its_most_verbose() {
    let canaries = demo::canaries();
    assert!(canaries.len() >= 20, "only {} canaries are planted", canaries.len());
    for arguments in
        [&["scan", "--demo", "-vv", "--all-outcomes"][..], &["scan", "--demo", "-vv", "--log-format", "json"]]
    {
        let ended = Audit::new(arguments).run();
        assert!(ended.stderr.len() > 10_000, "the verbose log says too little to prove anything");
        let mut places = files(ended.folder.path());
        assert!(places.len() >= 4, "{places:?}");
        places.push(("standard output".to_owned(), lower(ended.stdout.as_bytes())));
        places.push(("the log".to_owned(), lower(ended.stderr.as_bytes())));
        for (place, content) in &places {
            for canary in &canaries {
                assert!(!content.contains(&canary.to_lowercase()), "{place} holds {canary}");
            }
        }
    }
}

#[test]
fn derived_tokens_stay_in_memory_too() {
    let estate = serde_json::json!({"accounts": [
        {"sid": "AC0001", "name": "Parent", "auth_token": "5eed0000000000000000000000000001"},
        {"sid": "AC0002", "owner": "AC0001", "name": "Child", "auth_token": "5eed0000000000000000000000000002"},
    ]});
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let simulator = runtime.block_on(audit::simulator(&estate));
    let ended = Audit::scan(&simulator)
        .args(&["--derive-subaccount-tokens", "-vv"])
        .sign_in(&audit::credential(&estate, "AC0001"))
        .run();
    let used =
        simulator.requests().iter().any(|request| request.user == twilio_audit::simulator::sid("AC0002"));
    assert!(used, "the derived token was used");
    let mut places = files(ended.folder.path());
    places.push(("the log".to_owned(), lower(ended.stderr.as_bytes())));
    for (place, content) in &places {
        assert!(!content.contains("5eed000000000000000000000000000"), "{place}");
    }
}
