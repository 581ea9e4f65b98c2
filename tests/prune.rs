//! Old scans go, and nothing else does; whatever went, the chain is whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/archive.rs"]
mod archive;
#[path = "support/audit.rs"]
mod audit;

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use archive::{Nights, copy, names};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use tempfile::TempDir;
use twilio_audit::chain::{Manifest, Plan, Retention, Verifier, previous_in};
use twilio_audit::model::ScanId;

/// The name of a scan of so many days ago; in the future where they are less than none.
fn days_ago(days: i64) -> String {
    ScanId::starting_at(Timestamp::now() - SignedDuration::from_hours(24 * days)).to_string()
}

/// Prunes, insists that it worked and that the chain is whole, and hands back what was said.
fn prune(nights: &Nights, arguments: &[&str]) -> String {
    let ended = nights.run(&[&["prune"], arguments].concat());
    assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.stderr);
    nights.are_clean();
    ended.stdout + &ended.stderr
}

#[test]
fn what_is_old_goes_and_its_manifest_stays() {
    let nights = Nights::new();
    let [first, second] = [0, 1].map(|place| nights.scan(place).join("manifest.json"));
    let kept = [first, second].map(|path| fs::read(path).unwrap());
    let before = nights.names();
    let would = prune(&nights, &["--keep", "30d", "--dry-run"]);
    assert!(would.contains(&format!("Would remove {}: ", nights.name(1))), "{would}");
    assert_eq!(nights.names(), before);
    let said = prune(&nights, &["--keep", "30d"]);
    assert!(said.contains(&format!("Removed {}: ", nights.name(0))), "{said}");
    assert!(said.contains("2 removed, ") && said.contains(" MB freed, 3 scans kept."), "{said}");
    for said in [&would, &said] {
        assert!(said.contains("2 go-live statements: keep elsewhere, for six years"), "{said}");
    }
    assert_eq!(nights.names(), [&nights.name(2), &nights.part(), &nights.name(3), "latest", "pruned"]);
    let pruned = nights.audits().join("pruned");
    for (place, manifest) in kept.into_iter().enumerate() {
        let path = pruned.join(format!("{}.manifest.json", nights.name(place)));
        assert_eq!(fs::read(&path).unwrap(), manifest);
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
    }
    let (_, verified) = nights.verify(&[]);
    assert!(verified.contains("2 scans were pruned by retention"), "{verified}");
    // Again there is nothing to do, and what is missing without having been pruned is told as before.
    let nothing = prune(&nights, &["--keep", "4w"]);
    assert!(nothing.contains("0 removed, 0 bytes freed") && !nothing.contains("go-live"), "{nothing}");
    fs::remove_file(pruned.join(format!("{}.manifest.json", nights.name(1)))).unwrap();
    let (code, verified) = nights.verify(&[]);
    assert!(code == 1 && verified.contains(&format!("{} is missing", nights.name(1))), "{verified}");
}

#[test]
fn what_either_keeps_stays_and_the_newest_always_does() {
    for (arguments, kept) in [
        (&["--keep", "30d", "--keep-last", "4"][..], vec![1, 2, 3]),
        (&["--keep", "60d", "--keep-last", "1"], vec![1, 2, 3]),
        (&["--keep-last", "3"], vec![2, 3]),
        (&["--keep-last", "1"], vec![3]),
        (&["--keep", "1h"], vec![3]),
        (&["--keep", "300d"], vec![0, 1, 2, 3]),
    ] {
        let nights = Nights::new();
        prune(&nights, arguments);
        let left: Vec<usize> = (0..4).filter(|place| nights.scan(*place).exists()).collect();
        assert_eq!(left, kept, "{arguments:?}");
    }
}

/// Though another one is newer by its name: it may have been going on for long, or be about a part only.
#[test]
fn what_latest_leads_to_stays() {
    let nights = Nights::new();
    let newer = days_ago(0);
    fs::create_dir(nights.audits().join(&newer)).unwrap();
    let ended = nights.run(&["prune", "--keep", "1h"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(
        nights.names(),
        [&nights.name(3), &newer, "latest", "pruned"].map(ToString::to_string).to_vec()
    );
}

#[test]
fn after_any_prune_the_chain_is_whole() {
    let nights = Nights::new();
    for keep in ["99d", "50d", "20d", "5d", "1h"] {
        prune(&nights, &["--keep", keep]);
    }
    // The next scan goes on with the chain.
    let last = fs::read_link(nights.audits().join("latest")).unwrap();
    assert_eq!(last.to_str().unwrap(), nights.name(3));
    let ended = nights.run(&["scan", "--demo", "--quiet"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    nights.are_clean();
    prune(&nights, &["--keep-last", "1"]);
    assert_eq!(names(&nights.audits().join("pruned")).len(), 5);
}

#[test]
fn what_was_interrupted_goes_and_what_is_being_written_does_not() {
    let nights = Nights::new();
    let folder = |name: &str| {
        let path = nights.audits().join(name);
        fs::create_dir(&path).unwrap();
        fs::write(path.join("evidence.db"), "x").unwrap();
        fs::write(path.join("lock"), "").unwrap();
        path
    };
    let old = days_ago(50);
    let unfinished = folder(&format!("{old}.unfinished"));
    let shard = folder(&format!("{old}.shard-1-of-3"));
    let half_shard = folder(&format!("{old}.shard-2-of-3.unfinished"));
    let merge = folder(&format!("{old}.merge.unfinished"));
    let young = folder(&format!("{}.unfinished", days_ago(3)));
    let written = folder(&format!("{}.unfinished", days_ago(51)));
    let lock = File::open(written.join("lock")).unwrap();
    lock.lock().unwrap();
    // Without an age nobody can say what is old.
    prune(&nights, &["--keep-last", "9"]);
    assert!(unfinished.exists() && shard.exists());
    let said = prune(&nights, &["--keep", "45d"]);
    assert!(![&unfinished, &shard, &half_shard, &merge].into_iter().any(|path| path.exists()), "{said}");
    assert!(young.exists() && written.exists(), "{said}");
    assert!(said.contains(".unfinished is being written: kept"), "{said}");
    assert!(said.contains(".shard-1-of-3, which nobody merged: 1 byte"), "{said}");
    drop(lock);
    assert!(prune(&nights, &["--keep", "45d"]).contains("which was interrupted"));
}

#[test]
fn nothing_else_is_touched_and_no_link_is_followed() {
    let nights = Nights::new();
    let elsewhere = nights.audits().join("../elsewhere");
    copy(&nights.scan(0), &elsewhere);
    let audits = nights.audits();
    for name in ["notes", "2020", "20200101", "20200230T000000Z", "20200101T000000Z.bak", ".git"] {
        fs::create_dir(audits.join(name)).unwrap();
    }
    symlink("../elsewhere", audits.join(days_ago(60))).unwrap();
    symlink("../elsewhere", audits.join("ie1")).unwrap();
    fs::write(audits.join(days_ago(61)), "a file").unwrap();
    // Inside a scan, a link goes, and what it leads to stays.
    symlink("../../elsewhere", nights.scan(0).join("link")).unwrap();
    let before = nights.names();
    let ended = nights.run(&["prune", "--keep-last", "1", "--keep", "1h"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(ended.stderr.contains("is a link or a file: left alone"), "{}", ended.stderr);
    let gone = [nights.name(0), nights.name(1), nights.name(2), nights.part()];
    let mut left: Vec<String> = before.into_iter().filter(|name| !gone.contains(name)).collect();
    left.push("pruned".to_owned());
    left.sort();
    assert_eq!(nights.names(), left);
    assert_eq!(names(&elsewhere).len(), 11);
}

#[test]
fn what_looks_altered_is_evidence_and_stays() {
    let nights = Nights::new();
    fs::write(nights.scan(0).join("manifest.json"), "{}").unwrap();
    let ended = nights.run(&["prune", "--keep-last", "1"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(nights.scan(0).exists() && !nights.scan(1).exists());
    assert!(ended.stderr.contains("has a manifest that cannot be read: kept"), "{}", ended.stderr);
    assert_eq!(nights.verify(&[]).0, 1);
}

#[test]
fn a_scan_of_the_future_stays_and_is_told() {
    let nights = Nights::new();
    let future = days_ago(-300);
    fs::create_dir(nights.audits().join(&future)).unwrap();
    let ended = nights.run(&["prune", "--keep", "1h"]);
    assert!(ended.stderr.contains(&format!("{future} is of the future: kept")), "{}", ended.stderr);
    assert!(nights.audits().join(future).exists() && nights.scan(3).exists());
}

/// At whatever moment it was interrupted, the chain was whole, and the next one ends it.
#[test]
fn an_interrupted_prune_is_ended_by_the_next() {
    let nights = Nights::new();
    let pruned = nights.audits().join("pruned");
    fs::create_dir(&pruned).unwrap();
    fs::write(pruned.join(format!(".{}.manifest.json.new", nights.name(0))), "half").unwrap();
    nights.are_clean();
    let manifest = nights.scan(0).join("manifest.json");
    fs::copy(&manifest, pruned.join(format!("{}.manifest.json", nights.name(0)))).unwrap();
    nights.are_clean();
    fs::rename(nights.scan(0), nights.audits().join(format!(".removing-{}", nights.name(0)))).unwrap();
    nights.are_clean();
    fs::remove_file(nights.audits().join(format!(".removing-{}/manifest.json", nights.name(0)))).unwrap();
    let (_, said) = nights.verify(&[]);
    assert!(said.contains("the next one ends it"), "{said}");
    let said = prune(&nights, &["--keep", "300d"]);
    assert!(said.contains("which an interrupted prune left"), "{said}");
    assert!(!nights.names().iter().any(|name| name.starts_with(".removing-")));
}

#[test]
fn other_regions_are_pruned_too() {
    let nights = Nights::new();
    copy(&nights.audits(), &nights.audits().join("../jp1"));
    fs::rename(nights.audits().join("../jp1"), nights.audits().join("jp1")).unwrap();
    let said = prune(&nights, &["--keep-last", "1"]);
    assert!(said.contains(&format!("Removed jp1/{}", nights.name(0))), "{said}");
    assert_eq!(names(&nights.audits().join("jp1")), [&nights.name(3), "latest", "pruned"]);
}

#[test]
fn without_saying_what_to_keep_nothing_goes() {
    let nights = Nights::new();
    for (arguments, expected) in [
        (&[][..], "--keep <AGE>"),
        (&["--keep", "3 months"], "36h, 7d or 2w"),
        (&["--keep=-3d"], "longer than nothing"),
        (&["--keep-last", "0"], "0 is not in 1.."),
    ] {
        let ended = nights.run(&[&["prune"], arguments].concat());
        assert!(ended.code == 2 && ended.stderr.contains(expected), "{arguments:?}: {}", ended.stderr);
    }
    let ended = nights.run(&["prune", "--keep", "1d", "--output", "nowhere"]);
    assert!(ended.code == 0 && ended.stderr.contains("nothing to remove"), "{}", ended.stderr);
    fs::set_permissions(nights.audits(), fs::Permissions::from_mode(0o777)).unwrap();
    let ended = nights.run(&["prune", "--keep-last", "1"]);
    assert!(ended.code == 2 && ended.stderr.contains("anybody on this machine"), "{}", ended.stderr);
    assert!(nights.scan(0).exists());
}

/// What happens to an output folder.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// A scan, of a part or not, so many hours after the one before.
    Scan { hours: i64, narrowed: bool },
    /// A prune that keeps so many days, or so many scans, or both.
    Prune { days: Option<i64>, last: Option<usize> },
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        3 => (1..200_i64, any::<bool>()).prop_map(|(hours, narrowed)| Event::Scan { hours, narrowed }),
        1 => (proptest::option::of(0..40_i64), proptest::option::of(1..5_usize))
            .prop_map(|(days, last)| Event::Prune { days, last }),
    ]
}

/// A scan without files, sealed and published as a scan is.
fn seal(audits: &Path, start: Timestamp, narrowed: bool) {
    let id = ScanId::starting_at(start);
    let folder = audits.join(id.as_str());
    let previous = previous_in(audits).unwrap();
    let manifest = Manifest { narrowed, previous, ..Manifest::new(id.clone(), start.to_string()) };
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("manifest.json"), manifest.text().unwrap()).unwrap();
    if !narrowed {
        let _ = fs::remove_file(audits.join("latest"));
        symlink(id.as_str(), audits.join("latest")).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Whatever was scanned and pruned, in whatever order, nothing is missed afterwards but what is old enough.
    #[test]
    fn scans_and_prunes_in_any_order_leave_the_chain_whole(events in proptest::collection::vec(event(), 1..25)) {
        let audits = TempDir::new().unwrap();
        let mut now: Timestamp = "2027-12-20T03:00:00Z".parse().unwrap();
        let mut made = 0;
        for event in events {
            match event {
                Event::Scan { hours, narrowed } => {
                    now += SignedDuration::from_hours(hours);
                    seal(audits.path(), now, narrowed);
                    made += 1;
                }
                Event::Prune { days, last } => {
                    let since = days.map(|days| now - SignedDuration::from_hours(24 * days));
                    let plan = Plan::of(audits.path(), &Retention { since, last, now }).unwrap();
                    for removal in &plan.removals {
                        let start = ScanId::from_name(&removal.label).unwrap().start().unwrap();
                        prop_assert!(since.is_none_or(|since| start < since));
                        removal.remove().unwrap();
                    }
                    prop_assert!(plan.kept >= last.unwrap_or(0).min(made) || days.is_none() && last.is_none());
                    made = plan.kept;
                }
            }
            let said = Verifier::default().folder(audits.path()).unwrap();
            prop_assert!(said.is_clean(), "{:?}", said.problems);
        }
    }
}
