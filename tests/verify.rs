//! Whatever is done to a finished scan is told, by scan and by file; whatever only reads it is not.
//!
//! `UPDATE_DOCS=1 cargo test --test verify` writes the schema of `manifest.json` anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/archive.rs"]
mod archive;
#[path = "support/audit.rs"]
mod audit;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

use archive::{Nights, copy};
use audit::Audit;
use serde_json::Value;
use twilio_audit::chain::{manifest_schema, sha256};

fn manifest(scan: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(scan.join("manifest.json")).unwrap()).unwrap()
}

fn write_manifest(scan: &Path, manifest: &Value) {
    let text = serde_json::to_string_pretty(manifest).unwrap() + "\n";
    fs::write(scan.join("manifest.json"), text).unwrap();
}

/// Makes a manifest fit what is in the folder now, as a forger would.
fn seal_anew(scan: &Path) {
    let mut manifest = manifest(scan);
    for file in manifest["files"].as_array_mut().unwrap() {
        let bytes = fs::read(scan.join(file["name"].as_str().unwrap())).unwrap();
        file["bytes"] = bytes.len().into();
        file["sha256"] = sha256(&bytes).into();
    }
    write_manifest(scan, &manifest);
}

fn edit(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replacen(from, to, 1)).unwrap();
}

/// Every file below a folder, with what is in it and when it was written.
fn everything(folder: &Path) -> BTreeMap<String, (String, std::time::SystemTime)> {
    let mut found = BTreeMap::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() && !path.is_symlink() {
            found.extend(everything(&path));
        } else if path.is_file() {
            let changed = fs::metadata(&path).unwrap().modified().unwrap();
            found.insert(path.display().to_string(), (sha256(fs::read(&path).unwrap()), changed));
        }
    }
    found
}

#[test]
fn nothing_that_reads_a_scan_changes_it() {
    let nights = Nights::new();
    let before = everything(&nights.audits());
    for command in [
        &["verify"][..],
        &["report", "--format", "csv"],
        &["report", "--format", "html", "--to", "elsewhere"],
        &["report", "--inventory", "api_key"],
        &["show", "twa"],
        &["query", "select count(*) from finding"],
        &["review", "export", "--to", "decisions.csv"],
        &["review", "import", "decisions.csv"],
        &["verify", "audits/latest", "--format", "json"],
    ] {
        let ended = nights.run(command);
        assert!(ended.code != 5, "{command:?}: {}", ended.stderr);
        assert_eq!(everything(&nights.audits()), before, "{command:?}");
    }
    let (code, said) = nights.verify(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("5 scans are as they were sealed: 50 files"), "{said}");
    let hash = sha256(fs::read(nights.scan(3).join("manifest.json")).unwrap());
    assert!(said.contains(&format!("The manifest of {}, for --manifest-sha256: {hash}", nights.name(3))));
    assert_eq!(nights.verify(&["--manifest-sha256", &hash.to_uppercase()]).0, 0);
    let (code, said) = nights.verify(&["audits/latest", "--manifest-sha256", &hash]);
    assert!(code == 0 && said.contains("1 scan is as it was sealed: 10 files"), "{said}");
}

/// What was done, to which scan, and what `verify` must say: scan, file, kind and a part of the sentence.
type Tampering = (&'static str, fn(&Nights), fn(&Nights) -> Vec<(String, &'static str, &'static str)>);

const TAMPERINGS: &[Tampering] = &[
    ("a finding is softened", a_softer_finding, |n| vec![(n.name(1), "findings.csv", "altered")]),
    ("a finding is taken out of the evidence", evidence, |n| vec![(n.name(1), "evidence.db", "altered")]),
    (
        "two scans exchange a file",
        |n| {
            let [one, other] = [1, 2].map(|place| n.scan(place).join("findings.json"));
            fs::rename(&one, n.audits().join("x")).unwrap();
            fs::rename(&other, &one).unwrap();
            fs::rename(n.audits().join("x"), &other).unwrap();
        },
        |n| vec![(n.name(1), "findings.json", "altered"), (n.name(2), "findings.json", "altered")],
    ),
    (
        "a file is removed",
        |n| fs::remove_file(n.scan(0).join("coverage.csv")).unwrap(),
        |n| vec![(n.name(0), "coverage.csv", "missing")],
    ),
    (
        "a file is added",
        |n| fs::write(n.scan(0).join("all-is-well.html"), "x").unwrap(),
        |n| vec![(n.name(0), "all-is-well.html", "added")],
    ),
    (
        "a file is a link to what it was",
        |n| {
            let path = n.scan(2).join("report.html");
            fs::rename(&path, n.audits().join("report.html")).unwrap();
            symlink("../report.html", path).unwrap();
        },
        |n| vec![(n.name(2), "report.html", "not_a_file")],
    ),
    (
        "a file is a pipe",
        |n| {
            let path = n.scan(2).join("report.md");
            fs::remove_file(&path).unwrap();
            assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
        },
        |n| vec![(n.name(2), "report.md", "not_a_file")],
    ),
    (
        "a scan is removed",
        |n| fs::remove_dir_all(n.scan(1)).unwrap(),
        |n| vec![(n.name(1), "", "scan_missing")],
    ),
    (
        "the newest scan is passed off as pruned",
        |n| {
            fs::create_dir(n.audits().join("pruned")).unwrap();
            let kept = n.audits().join(format!("pruned/{}.manifest.json", n.name(3)));
            fs::copy(n.scan(3).join("manifest.json"), kept).unwrap();
            fs::remove_dir_all(n.scan(3)).unwrap();
        },
        |n| vec![(n.name(3), "", "scan_missing")],
    ),
    (
        "a scan is altered and sealed anew",
        |n| {
            edit(&n.scan(1).join("findings.csv"), "critical", "low");
            seal_anew(&n.scan(1));
        },
        |n| vec![(n.name(1), "manifest.json", "manifest_altered")],
    ),
    (
        "a manifest is removed",
        |n| fs::remove_file(n.scan(1).join("manifest.json")).unwrap(),
        |n| vec![(n.name(1), "manifest.json", "missing")],
    ),
    (
        "the newest manifest is removed",
        |n| fs::remove_file(n.scan(3).join("manifest.json")).unwrap(),
        |n| vec![(String::new(), "latest", "latest"), (n.name(3), "", "not_sealed")],
    ),
    (
        "a manifest names its files in another order",
        |n| {
            let mut manifest = manifest(&n.scan(3));
            manifest["files"].as_array_mut().unwrap().reverse();
            write_manifest(&n.scan(3), &manifest);
        },
        |n| vec![(String::new(), "latest", "latest"), (n.name(3), "manifest.json", "manifest_unreadable")],
    ),
    (
        "a manifest names a file that is not in its folder",
        |n| {
            let mut manifest = manifest(&n.scan(3));
            manifest["files"][0]["name"] = "../latest/report.md".into();
            write_manifest(&n.scan(3), &manifest);
        },
        |n| vec![(String::new(), "latest", "latest"), (n.name(3), "manifest.json", "manifest_unreadable")],
    ),
    (
        "two scans exchange their names",
        |n| {
            fs::rename(n.scan(1), n.audits().join("x")).unwrap();
            fs::rename(n.scan(2), n.scan(1)).unwrap();
            fs::rename(n.audits().join("x"), n.scan(2)).unwrap();
        },
        |n| {
            let altered = |place: usize| (n.name(place), "manifest.json", "manifest_altered");
            vec![altered(1), altered(1), altered(2), altered(2)]
        },
    ),
    (
        "latest leads to an older scan",
        |n| {
            fs::remove_file(n.audits().join("latest")).unwrap();
            symlink(n.name(2), n.audits().join("latest")).unwrap();
        },
        |_| vec![(String::new(), "latest", "latest")],
    ),
    (
        "latest is removed",
        |n| fs::remove_file(n.audits().join("latest")).unwrap(),
        |_| vec![(String::new(), "latest", "latest")],
    ),
    (
        "a scan is a link to a copy",
        |n| {
            copy(&n.scan(1), &n.audits().join("copy"));
            fs::remove_dir_all(n.scan(1)).unwrap();
            symlink("copy", n.scan(1)).unwrap();
        },
        |n| vec![(n.name(1), "", "scan_missing"), (n.name(1), "", "not_a_file")],
    ),
    (
        "the chain is cut",
        |n| {
            let mut manifest = manifest(&n.scan(3));
            manifest["previous"] = Value::Null;
            write_manifest(&n.scan(3), &manifest);
        },
        |n| vec![(n.name(3), "", "broken")],
    ),
    (
        "a scan is put beside the chain",
        |n| {
            let mut manifest = manifest(&n.scan(3));
            manifest["previous"] = self::manifest(&n.scan(2))["previous"].clone();
            write_manifest(&n.scan(3), &manifest);
        },
        |n| vec![(n.name(3), "", "fork")],
    ),
];

fn a_softer_finding(nights: &Nights) {
    edit(&nights.scan(1).join("findings.csv"), "critical", "low");
}

fn evidence(nights: &Nights) {
    let store = rusqlite::Connection::open(nights.scan(1).join("evidence.db")).unwrap();
    assert!(store.execute("delete from finding where severity = 'critical'", []).unwrap() > 0);
}

#[test]
fn whatever_is_done_to_the_scans_is_told() {
    for (what, act, expected) in TAMPERINGS {
        let nights = Nights::new();
        act(&nights);
        let ended = nights.run(&["verify", "--format", "json"]);
        assert_eq!(ended.code, 1, "{what}: {}{}", ended.stdout, ended.stderr);
        let said: Value = serde_json::from_str(&ended.stdout).unwrap();
        let text = |problem: &Value, key: &str| problem[key].as_str().unwrap().to_owned();
        let problems = said["problems"].as_array().unwrap().iter();
        let problems: Vec<(String, String, String)> =
            problems.map(|one| (text(one, "scan"), text(one, "file"), text(one, "kind"))).collect();
        let expected: Vec<(String, String, String)> = expected(&nights)
            .into_iter()
            .map(|(scan, file, kind)| (scan, file.to_owned(), kind.to_owned()))
            .collect();
        assert_eq!(problems, expected, "{what}");
        // A sentence names each scan and each file.
        let (code, sentences) = nights.verify(&[]);
        assert_eq!(code, 1);
        for (scan, file, _) in expected {
            assert!(sentences.contains(&scan) && sentences.contains(&file), "{what}: {sentences}");
        }
    }
}

#[test]
fn an_altered_report_is_told_by_its_finding() {
    let nights = Nights::new();
    let scan = nights.scan(1);
    let finding = |line: usize, file: &str| {
        let text = fs::read_to_string(scan.join(file)).unwrap();
        let lines = text.lines().take(line).collect::<Vec<_>>().join("\n");
        let at = lines.rfind("twa-").unwrap();
        lines[at..at + 20].to_owned()
    };
    let of_csv = finding(5, "findings.csv");
    let of_json = {
        let text = fs::read_to_string(scan.join("findings.json")).unwrap();
        let line = text.lines().position(|line| line.contains("\"first_seen\":")).unwrap();
        finding(line, "findings.json")
    };
    edit(&scan.join("findings.csv"), &of_csv, "twa-0000000000000000");
    edit(&scan.join("findings.json"), "\"first_seen\": \"2", "\"first_seen\": \"1");
    fs::write(scan.join("report.md"), fs::read_to_string(scan.join("report.md")).unwrap() + "All is well.\n")
        .unwrap();
    let (code, said) = nights.verify(&[]);
    assert_eq!(code, 1);
    assert!(said.contains(&format!("in line 5, of {of_csv}")), "{of_csv}: {said}");
    assert!(said.contains(&format!(", of {of_json}")), "{of_json}: {said}");
    let lines = fs::read_to_string(scan.join("report.md")).unwrap().lines().count();
    assert!(said.contains(&format!("by its evidence it was another in line {lines}.")), "{said}");
    // Altered evidence is no witness.
    evidence(&nights);
    assert!(!nights.verify(&[]).1.contains("by its evidence"));
}

/// Whoever can write to the folder can write everything anew. What he cannot is to make it fit what was noted elsewhere.
#[test]
fn what_the_chain_alone_cannot_show_an_anchor_does() {
    let nights = Nights::new();
    let hash = sha256(fs::read(nights.scan(3).join("manifest.json")).unwrap());
    let older = sha256(fs::read(nights.scan(2).join("manifest.json")).unwrap());
    let (code, said) = nights.verify(&["--manifest-sha256", &older]);
    assert!(code == 1 && said.contains(&format!("that is the one of {}", nights.name(2))), "{said}");
    edit(&nights.scan(3).join("findings.csv"), "critical", "low");
    seal_anew(&nights.scan(3));
    nights.are_clean();
    let (code, said) = nights.verify(&["--manifest-sha256", &hash]);
    assert!(code == 1 && said.contains("it was written anew, or newer scans were removed"), "{said}");
    fs::remove_dir_all(nights.scan(3)).unwrap();
    fs::remove_file(nights.audits().join("latest")).unwrap();
    symlink(nights.name(2), nights.audits().join("latest")).unwrap();
    nights.are_clean();
    let (code, said) = nights.verify(&["--manifest-sha256", &hash]);
    assert!(code == 1 && said.contains(&nights.name(2)), "{said}");
}

#[test]
fn scans_of_an_older_version_are_told_and_never_taken_for_verified() {
    let nights = Nights::new();
    fs::remove_file(nights.scan(0).join("manifest.json")).unwrap();
    let mut second = manifest(&nights.scan(1));
    second["previous"] = Value::Null;
    write_manifest(&nights.scan(1), &second);
    let mut third = manifest(&nights.scan(2));
    third["previous"]["manifest_sha256"] =
        sha256(fs::read(nights.scan(1).join("manifest.json")).unwrap()).into();
    fs::remove_dir_all(nights.audits().join(nights.part())).unwrap();
    fs::remove_dir_all(nights.scan(3)).unwrap();
    write_manifest(&nights.scan(2), &third);
    fs::remove_file(nights.audits().join("latest")).unwrap();
    symlink(nights.name(2), nights.audits().join("latest")).unwrap();
    let (code, said) = nights.verify(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains(&format!("{} is not sealed, for an older version", nights.name(0))), "{said}");
    assert!(said.contains("2 scans are as they were sealed: 20 files"), "{said}");
    // Asked for alone, or where nothing is sealed, there is nothing to say that all is well.
    assert_eq!(nights.verify(&[&format!("audits/{}", nights.name(0))]).0, 1);
    for place in [1, 2] {
        fs::remove_file(nights.scan(place).join("manifest.json")).unwrap();
    }
    assert_eq!(nights.verify(&[]).0, 1);
}

#[test]
fn what_is_no_finished_scan_is_told_and_skipped() {
    let nights = Nights::new();
    for name in ["20260101T000000Z.unfinished", "20260101T000000Z.shard-1-of-2", "notes"] {
        fs::create_dir(nights.audits().join(name)).unwrap();
    }
    let (code, said) = nights.verify(&[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("20260101T000000Z.unfinished is not finished: it was skipped"), "{said}");
    assert!(said.contains("20260101T000000Z.shard-1-of-2 is a shard"), "{said}");
    // The scans of another Region are a chain of their own.
    copy(&nights.audits(), &nights.audits().join("../ie1"));
    fs::rename(nights.audits().join("../ie1"), nights.audits().join("ie1")).unwrap();
    nights.are_clean();
    fs::remove_file(nights.audits().join("ie1").join(nights.name(1)).join("report.md")).unwrap();
    let (code, said) = nights.verify(&[]);
    assert!(code == 1 && said.contains(&format!("ie1/{} report.md is missing", nights.name(1))), "{said}");
}

#[test]
fn one_scan_is_verified_wherever_it_lies() {
    let nights = Nights::new();
    copy(&nights.scan(1), &nights.audits().join("../handed-over"));
    let (code, said) = nights.verify(&["handed-over"]);
    assert!(code == 0 && said.contains("is not beside it: not compared"), "{said}");
    fs::write(nights.audits().join("../handed-over/report.md"), "x").unwrap();
    let (code, said) = nights.verify(&["handed-over"]);
    assert!(code == 1 && said.contains("handed-over report.md was altered"), "{said}");
    // Beside the others, it is held against them too; what is wrong with others is not told.
    edit(&nights.scan(1).join("manifest.json"), "0.1.0", "0.1.1");
    fs::remove_file(nights.scan(3).join("report.md")).unwrap();
    for (place, expected) in [(0, 0), (1, 1), (2, 1)] {
        let (code, said) = nights.verify(&[&format!("audits/{}", nights.name(place))]);
        assert_eq!(code, expected, "{said}");
        assert!(!said.contains("report.md"), "{said}");
    }
}

#[test]
fn a_file_name_steers_no_terminal() {
    let nights = Nights::new();
    fs::write(nights.scan(0).join("x\u{1b}[2J\u{202e}y"), "").unwrap();
    let (code, said) = nights.verify(&[]);
    assert!(code == 1 && !said.contains(['\u{1b}', '\u{202e}']) && said.contains("was added"), "{said}");
}

#[test]
fn where_there_is_nothing_to_verify_nothing_is_verified() {
    let nights = Nights::new();
    fs::create_dir(nights.audits().join("../empty")).unwrap();
    for (arguments, expected) in [
        (&["nowhere"][..], "there is no folder nowhere"),
        (&["empty"], "there is no finished scan in empty: nothing was verified"),
        (&["--manifest-sha256", "abc"], "64 hexadecimal digits"),
        (&["--public-key", "nowhere.pub"], "cannot read the public key in nowhere.pub"),
        (&["--public-key", "audits/latest/report.md"], "it is no public key of minisign"),
    ] {
        let ended = nights.run(&[&["verify"], arguments].concat());
        assert!(ended.code == 2 && ended.stderr.contains(expected), "{arguments:?}: {}", ended.stderr);
    }
}

#[test]
fn a_scan_in_shards_is_sealed_when_it_is_merged() {
    let one = Audit::new(&["scan", "--demo", "--shard", "1/2", "--quiet"]).run();
    let shard = fs::read_dir(one.folder.path().join("audits")).unwrap().next().unwrap().unwrap().path();
    assert!(!shard.join("manifest.json").exists());
    let two = Audit::new(&["scan", "--demo", "--shard", "2/2", "--quiet"]).inside(one).run();
    let merged = Audit::new(&["merge", "--quiet"]).inside(two).run();
    let verified = Audit::new(&["verify"]).inside(merged).run();
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    assert!(verified.stdout.contains("1 scan is as it was sealed: 10 files"), "{}", verified.stdout);
}

/// What an auditor finds with `sha256sum` alone, and what the documented schema says.
#[test]
fn a_manifest_says_what_programs_of_others_say() {
    let nights = Nights::new();
    let scan = nights.scan(2);
    let manifest = manifest(&scan);
    let mode = fs::metadata(scan.join("manifest.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // What docs/evidence-chain.md tells an auditor to type, and what of it is said of the checks.
    let page = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/evidence-chain.md")).unwrap();
    let typed = |begin: &str| {
        let line = page.lines().find(|line| line.starts_with(begin)).unwrap();
        let output = Command::new("sh").args(["-c", line]).current_dir(&scan).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(typed("awk ").matches(": OK\n").count(), 10);
    assert_eq!(typed("ls -A "), "manifest.json\n");
    // One file in the place of another has the hash of no stranger, and is found out all the same.
    for (from, to) in [("gate.html", "kept"), ("report.html", "gate.html"), ("kept", "report.html")] {
        fs::rename(scan.join(from), scan.join(to)).unwrap();
    }
    assert_eq!(typed("awk ").matches(": FAILED\n").count(), 2);
    let pipe = page.lines().find(|line| line.starts_with("sha256sum checks/")).unwrap();
    let shell = Command::new("sh").args(["-c", pipe]).current_dir(env!("CARGO_MANIFEST_DIR")).output();
    let printed = String::from_utf8(shell.unwrap().stdout).unwrap();
    assert_eq!(printed.split(' ').next().unwrap(), manifest["checks_sha256"]);
    let before = &manifest["previous"];
    assert_eq!(before["scan_id"], nights.name(1).as_str());
    let hash = sha256(fs::read(nights.scan(1).join("manifest.json")).unwrap());
    assert_eq!(before["manifest_sha256"], hash.as_str());
    let schema: Value = serde_json::from_str(&manifest_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    assert!(validator.is_valid(&manifest));
    assert!(!validator.is_valid(&serde_json::json!({ "files": [] })));
}

#[test]
fn what_was_declared_is_sealed_as_it_was_read() {
    let declared = "# Signed off on paper.\nschema_version = 1\n";
    let decided = "schema_version = 1 # nothing yet\n";
    let scanned = Audit::new(&["scan", "--demo", "--quiet", "--reviews", "reviews.toml"])
        .file("reviews.toml", decided)
        .file("audit.toml", declared)
        .run();
    let sealed = &manifest(&scanned.scan())["declared"];
    assert_eq!(sealed["reviews_toml_sha256"], sha256(decided).as_str());
    // The demonstration has an audit.toml of its own.
    let sealed = sealed["audit_toml_sha256"].as_str().unwrap();
    assert!(sealed.len() == 64 && sealed != sha256(declared), "{sealed}");
}

#[test]
fn the_published_schema_is_the_one_of_this_build() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/manifest.schema.json");
    let current = manifest_schema() + "\n";
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, &current).unwrap();
    }
    assert!(fs::read_to_string(path).unwrap() == current, "UPDATE_DOCS=1 cargo test --test verify");
    assert_eq!(Audit::new(&["verify", "--schema"]).run().stdout, current);
}

#[test]
fn what_is_not_sealed_yet_is_no_scan_that_was_altered() {
    let scanned = Audit::new(&["scan", "--demo"]).run();
    let (whole, audits) = (scanned.scan(), scanned.folder.path().join("audits"));
    let id = whole.file_name().unwrap().to_string_lossy().into_owned();
    fs::create_dir(audits.join("more")).unwrap();
    let mut ended = scanned;
    for (suffix, wanted) in [
        (".unfinished", "unfinished scan: nothing of it is sealed yet"),
        (".shard-1-of-2.unfinished", "unfinished scan: nothing of it is sealed yet"),
        (".shard-1-of-2", "`twilio-audit merge` makes a scan of all shards"),
    ] {
        let folder = audits.join("more").join(format!("{id}{suffix}"));
        fs::create_dir(&folder).unwrap();
        fs::copy(whole.join("evidence.db"), folder.join("evidence.db")).unwrap();
        let folder = folder.to_str().unwrap();
        for line in [&["verify", folder][..], &["verify", "--scan", folder]] {
            ended = Audit::new(line).inside(ended).run();
            assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{line:?}: {}", ended.stderr);
            assert!(ended.stderr.contains(wanted), "{}", ended.stderr);
        }
        // A seal that is there is held against what it seals, whatever the folder is called.
        fs::copy(whole.join("manifest.json"), format!("{folder}/manifest.json")).unwrap();
        ended = Audit::new(&["verify", folder]).inside(ended).run();
        assert_eq!(ended.code, 1, "{}", ended.stderr);
    }
    // Whoever takes the seal off a finished scan makes no unfinished one of it.
    fs::remove_file(whole.join("manifest.json")).unwrap();
    let ended = Audit::new(&["verify", "audits/latest"]).inside(ended).run();
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stdout.contains("has no manifest.json"), "{}", ended.stdout);
}
