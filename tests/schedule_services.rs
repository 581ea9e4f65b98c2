//! What `schedule` writes for a machine is what its services accept, and runs what it should.
//!
//! Needs Python (`TESTS_PYTHON`, or `.venv/bin/python` in the checkout), `systemd-analyze`, and the `crontab` of
//! Debian.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/python.rs"]
mod python;
#[path = "support/schedules.rs"]
mod schedules;
#[path = "support/services.rs"]
mod services;

use std::fs;
use std::process::Command;

use schedules::{files, judged, stand_in, text, understood};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A program that exists, for `systemd-analyze` looks.
const PROGRAM: &str = env!("CARGO_BIN_EXE_twilio-audit");

#[test]
fn systemd_accepts_the_units_and_finds_them_confined() {
    for options in [
        &[][..],
        &[
            "--at",
            "23:59",
            "--time-zone",
            "UTC",
            "--metrics-file",
            "/var/lib/node_exporter/twilio-audit.prom",
        ],
    ] {
        let written = files(&[&["systemd", "--program", PROGRAM], options].concat());
        let folder = written.folder.path().join("out");
        let verify = ["verify", "--man=no"];
        let units = ["twilio-audit.service", "twilio-audit.timer"];
        let Some(said) = services::systemd_analyze(&verify, &folder, &units) else { return };
        let complaints = String::from_utf8(said.stderr).unwrap();
        assert!(said.status.success() && !complaints.contains("twilio-audit"), "{complaints}");
        let security = ["security", "--offline=true", "--threshold=20"];
        let said = services::systemd_analyze(&security, &folder, &units[..1]).unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stdout));
    }
}

#[test]
fn systemd_refuses_what_is_spoiled() {
    let written = files(&["systemd", "--program", PROGRAM]);
    let folder = written.folder.path().join("out");
    let spoil = |unit: &str, right: &str, wrong: &str| {
        let good = fs::read_to_string(folder.join(unit)).unwrap();
        assert!(good.contains(right), "{right}");
        fs::write(folder.join(unit), good.replace(right, wrong)).unwrap();
        let said = services::systemd_analyze(&["verify", "--man=no"], &folder, &[unit]);
        fs::write(folder.join(unit), good).unwrap();
        said.map(|said| String::from_utf8(said.stderr).unwrap())
    };
    for (unit, right, wrong, expected) in [
        ("twilio-audit.service", "UMask=", "Umask=", "Unknown key"),
        ("twilio-audit.service", "ProtectSystem=strict", "ProtectSystem=strictly", "Failed to parse"),
        ("twilio-audit.service", PROGRAM, "/nowhere/twilio-audit", "is not executable"),
        ("twilio-audit.timer", "02:17:00", "02:77:00", "Failed to parse calendar"),
    ] {
        let Some(complaints) = spoil(unit, right, wrong) else { return };
        assert!(complaints.contains(expected), "{wrong}: {complaints}");
    }
}

#[test]
fn the_service_scans_and_prunes_one_folder_with_credentials_from_systemd() {
    let text = text(&["systemd", "--deadline", "90m", "--keep", "7d", "--metrics-file", "/srv/m/x.prom"]);
    let of = |key: &str| -> Vec<&str> { text.lines().filter_map(|line| line.strip_prefix(key)).collect() };
    let command = |key: &str| -> Vec<&str> { of(key)[0].split(' ').skip(1).collect() };
    let (scan, prune) = (command("ExecStart="), command("ExecStopPost="));
    understood(&scan);
    understood(&prune);
    assert_eq!(
        scan[..5],
        ["scan", "--config", "/etc/twilio-audit/audit.toml", "--output", "/var/lib/twilio-audit"]
    );
    assert_eq!(scan[5..], ["--deadline", "90m", "--format", "none", "--metrics-file", "/srv/m/x.prom"]);
    assert_eq!(prune[1..], ["--output", "/var/lib/twilio-audit", "--keep", "7d", "--keep-last", "30"]);
    assert_eq!(of("LoadCredential="), ["twilio-audit:/etc/twilio-audit/credentials.toml"]);
    assert_eq!((of("StateDirectory="), of("StateDirectoryMode=")), (vec!["twilio-audit"], vec!["0700"]));
    assert_eq!((of("TimeoutStartSec="), of("ReadWritePaths=")), (vec!["9000"], vec!["/srv/m"]));
    assert_eq!((of("Persistent="), of("RandomizedDelaySec=")), (vec!["yes"], vec!["15min"]));
    assert!(of("SuccessExitStatus=").is_empty(), "faults raise the alarm");
}

#[test]
fn cron_accepts_the_table() {
    let table = text(&["cron", "--at", "00:05"]);
    // What lies in /etc/cron.d has one column more than what crontab reads: the user.
    let of_a_user = table.replace("5 0 * * * twilio-audit sleep", "5 0 * * * sleep");
    assert_ne!(of_a_user, table);
    let folder = TempDir::new().unwrap();
    for (table, is_good) in [
        (of_a_user.clone(), true),
        (of_a_user.replace("5 0 * * *", "5 24 * * *"), false),
        (of_a_user.trim_end().to_owned(), false),
    ] {
        let path = folder.path().join("table");
        fs::write(&path, &table).unwrap();
        let Some(said) = services::crontab(&path) else { return };
        assert_eq!(said.status.success(), is_good, "{}", String::from_utf8_lossy(&said.stderr));
    }
    let long = table.lines().map(str::len).max().unwrap();
    assert!(long < 998 && !table.contains('%'), "longer commands are cut, and a % ends one");
}

#[test]
fn cron_mails_where_a_scan_ends_with_more_than_0() {
    let folder = TempDir::new().unwrap();
    let (program, called) = (folder.path().join("twilio-audit"), folder.path().join("called"));
    stand_in(&program, &called, "test \"$1\" = prune || exit 3");
    let table = text(&["cron", "--output", "/srv/audits"]);
    let (_, command) = table.lines().last().unwrap().split_once(" twilio-audit ").unwrap();
    let command = command.replace("0-899", "0-0");
    let variables = table.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        line.split_once('=').filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'))
    });
    let ran = Command::new("/bin/sh")
        .args(["-c", &command])
        .env_clear()
        .envs(variables)
        .env("PROGRAM", &program)
        .output()
        .unwrap();
    let said = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(said, "twilio-audit ended with exit code 3: see /srv/audits/latest\n");
    let called = fs::read_to_string(called).unwrap();
    let words: Vec<&str> = called.lines().collect();
    let scan = words.iter().position(|word| *word == "scan").unwrap();
    understood(&words[..scan]);
    understood(&words[scan..]);
    assert_eq!(words[..4], ["prune", "--quiet", "--output", "/srv/audits"]);
    assert_eq!(words[scan..], ["scan", "--quiet", "--deadline", "5h"]);
}

#[test]
fn launchd_runs_the_very_program_with_the_very_paths() {
    let folder = TempDir::new().unwrap();
    let strange = "a & b <c> \"d\" '$(touch pwned)' `e` \\ ü ]]> --";
    let (program, called) = (folder.path().join(strange), folder.path().join("called"));
    stand_in(&program, &called, "test \"$1\" = prune || exit 1");
    let output = format!("/Users/ana/{strange}");
    let plist = text(&[
        "launchd",
        "--home",
        "/Users/ana/",
        "--program",
        program.to_str().unwrap(),
        "--output",
        &output,
    ]);
    let Some(plist) = judged("plist.py", "plistlib", &plist) else { return };
    let plist = plist.unwrap();
    let arguments: Vec<&str> =
        plist["ProgramArguments"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    let ran = Command::new(arguments[0]).args(&arguments[1..]).current_dir(folder.path()).status().unwrap();
    assert_eq!(ran.code(), Some(1), "the exit code is that of the scan");
    let config = "/Users/ana/Library/Application Support/twilio-audit/audit.toml";
    let prune = ["prune", "--output", &output, "--keep", "90d", "--keep-last", "30"];
    let scan = ["scan", "--config", config, "--output", &output, "--deadline", "5h", "--format", "none"];
    understood(&prune);
    understood(&scan);
    let called = fs::read_to_string(called).unwrap();
    assert_eq!(called.lines().collect::<Vec<_>>(), [&prune[..], &scan[..]].concat());
    assert!(!folder.path().join("pwned").exists());
    assert_eq!(plist["StartCalendarInterval"], json!({"Hour": 2, "Minute": 17}));
    assert_eq!((&plist["Umask"], &plist["ProcessType"]), (&json!(0o077), &json!("Background")));
    assert_eq!(plist["StandardErrorPath"], "/Users/ana/Library/Logs/twilio-audit.log");
}

#[test]
fn the_task_scheduler_is_given_two_actions_and_the_last_is_the_scan() {
    let output = r"D:\Prüfung & 'Co' (x86)";
    let xml = text(&["windows", "--at", "07:05", "--deadline", "90m", "--output", output]);
    let Some(task) = judged("task.py", "xml", &xml) else { return };
    let task = task.unwrap();
    let inside = |table: &Value, name: &str| -> Vec<Value> {
        let children = table[1].as_array().unwrap().iter();
        children.filter(|child| child[0] == name).cloned().collect()
    };
    let settings = &inside(&task, "Settings")[0];
    for (name, value) in [
        ("MultipleInstancesPolicy", "IgnoreNew"),
        ("StartWhenAvailable", "true"),
        ("DisallowStartIfOnBatteries", "false"),
        ("StopIfGoingOnBatteries", "false"),
        ("ExecutionTimeLimit", "PT9000S"),
    ] {
        assert_eq!(inside(settings, name)[0][1], value, "{name}");
    }
    let actions = inside(&inside(&task, "Actions")[0], "Exec");
    let words: Vec<Vec<String>> = actions
        .iter()
        .map(|action| {
            let line = inside(action, "Arguments")[0][1].as_str().unwrap().to_owned();
            // What stands between quotation marks is one word.
            let parts = line.split('"').enumerate();
            parts
                .flat_map(|(at, part)| match at % 2 {
                    1 => vec![part.to_owned()],
                    _ => part.split_whitespace().map(str::to_owned).collect(),
                })
                .collect()
        })
        .collect();
    words.iter().for_each(|words| understood(words));
    assert_eq!((words[0][0].as_str(), words[1][0].as_str(), words.len()), ("prune", "scan", 2));
    assert_eq!((words[0][2].as_str(), words[1][4].as_str()), (output, output));
    let again = xml.replace("<RandomDelay>PT15M</RandomDelay>\n", "").replace("IgnoreNew", "Ignore");
    assert!(judged("task.py", "xml", &again).unwrap().unwrap_err().contains("'Ignore' is not allowed"));
}
