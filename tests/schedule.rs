//! What `schedule` writes, whatever the platform: whole, without secrets, and nothing that is given can break out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/python.rs"]
mod python;
#[path = "support/schedules.rs"]
mod schedules;

use std::fs;

use audit::Audit;
use schedules::{IMAGE, files, schedule, text};

/// Every platform, with what it cannot do without.
const PLATFORMS: [&[&str]; 6] = [
    &["systemd"],
    &["cron"],
    &["launchd", "--home", "/Users/ana"],
    &["windows"],
    &["kubernetes", "--image", IMAGE],
    &["github", "--image", IMAGE],
];

#[test]
fn nothing_is_left_to_fill_in_and_no_secret_is_written() {
    let secret = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF";
    for platform in PLATFORMS {
        let ended = Audit::new(&["schedule"])
            .args(platform)
            .env("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001")
            .env("TWILIO_AUTH_TOKEN", secret)
            .env("TWILIO_API_SECRET", secret)
            .run();
        assert_eq!((ended.code, ended.stdout.contains(secret)), (0, false), "{platform:?}: {}", ended.stderr);
        let left = ended.stdout.replace("${{", "").contains("{{");
        assert!(!left && ended.stdout.contains("To install"), "{platform:?}: {}", ended.stdout);
    }
}

#[test]
fn files_are_written_once_and_nothing_is_replaced() {
    for (platform, names) in PLATFORMS.iter().zip([
        &["twilio-audit.service", "twilio-audit.timer"][..],
        &["twilio-audit"],
        &["local.twilio-audit.plist"],
        &["twilio-audit.xml"],
        &["audit.yaml"],
        &["twilio-audit.yml"],
    ]) {
        let first = files(platform);
        let folder = first.folder.path().join("out");
        let whole: String = names.iter().map(|name| fs::read_to_string(folder.join(name)).unwrap()).collect();
        assert_eq!(whole, text(platform), "the same as on standard output");
        fs::remove_file(folder.join(names[0])).unwrap();
        fs::write(folder.join(names.last().unwrap()), "mine").unwrap();
        let again = Audit::new(&["schedule", "--to", "out"]).args(platform).inside(first).run();
        assert_eq!(again.code, 2, "{}", again.stderr);
        assert!(again.stderr.contains("is there already"), "{}", again.stderr);
        let folder = again.folder.path().join("out");
        assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "not even the file that was not there");
    }
}

#[test]
fn nothing_that_is_given_can_break_out() {
    let kubernetes = &["kubernetes", "--image", IMAGE][..];
    let github = &["github", "--image", IMAGE][..];
    for (platform, option, value, expected) in [
        (&["systemd"][..], "--at", "2:17", "for example 02:17"),
        (&["systemd"], "--at", "24:00", "for example 02:17"),
        (&["cron"], "--at", "02:17 *", "for example 02:17"),
        (&["cron"], "--at", "+2:17", "for example 02:17"),
        (&["systemd"], "--deadline", "5", "for example 90m or 5h"),
        (&["systemd"], "--deadline", "0h", "for example 90m or 5h"),
        (&["systemd"], "--deadline", "99999999999h", "for example 90m or 5h"),
        (&["windows"], "--deadline", "1h\"", "for example 90m or 5h"),
        (&["cron"], "--keep", "90", "for example 90d"),
        (&["systemd"], "--config", "audit.toml", "begins with /"),
        (&["systemd"], "--config", "/etc/a b", "' ' is not allowed"),
        (&["systemd"], "--program", "/x\nExecStart=/bin/sh", "'\\n' is not allowed"),
        (&["systemd"], "--program", "/x%i", "'%' is not allowed"),
        (&["systemd"], "--metrics-file", "/x$y", "'$' is not allowed"),
        (&["systemd"], "--time-zone", "Mars Base", "no time zone"),
        (&["cron"], "--program", "/x%y", "'%' is not allowed"),
        (&["cron"], "--program", "/x;y", "';' is not allowed"),
        (&["cron"], "--output", "/x\\y", "'\\\\' is not allowed"),
        (&["cron"], "--user", "root\n* * * * * root x", "names of users"),
        (&["cron"], "--user", "-x", "names of users"),
        (&["cron"], "--mail-to", "a b", "one address"),
        (&["launchd"], "--program", "twilio-audit", "begins with /"),
        (&["launchd"], "--log", "/a\u{1}", "XML cannot"),
        (&["windows"], "--program", "twilio-audit.exe", "begins like C:\\"),
        (&["windows"], "--config", "C:\\a\" --x", "'\"' is not allowed"),
        (&["windows"], "--output", "C:\\a\\", "without the last \\"),
        (&["windows"], "--output", "C:\\%TEMP%", "'%' is not allowed"),
        (github, "--config", "../audit.toml", "inside the repository"),
        (github, "--config", "/etc/audit.toml", "inside the repository"),
        (github, "--config", "a\": b", "'\"' is not allowed"),
        (github, "--deadline", "6h", "5h is the most"),
        (kubernetes, "--time-zone", "UTC\"", "no time zone"),
        (kubernetes, "--wait", "5", "--shards <N>"),
    ] {
        let ended = schedule(&[platform, &[&format!("{option}={value}")]].concat());
        assert_eq!((ended.code, ended.stdout.as_str()), (2, ""), "{option} {value:?}");
        assert!(ended.stderr.contains(expected), "{option} {value:?}: {}", ended.stderr);
    }
    let ended = schedule(&["systemd", "--program", "/home/ana/bin/twilio-audit"]);
    assert_eq!(ended.code, 0);
    assert!(ended.stderr.contains("home folders are closed to it"), "{}", ended.stderr);
}

#[test]
fn the_commands_of_the_document_work() {
    let document = include_str!("../docs/scheduling.md");
    let commands: Vec<Vec<&str>> = document
        .lines()
        .filter_map(|line| line.strip_prefix("twilio-audit schedule "))
        .map(|rest| rest.split('>').next().unwrap().split_whitespace().collect())
        .collect();
    for platform in PLATFORMS {
        let mut own = commands.iter().filter(|command| command[0] == platform[0]);
        let command = own.next().unwrap_or_else(|| panic!("{} is not documented", platform[0]));
        assert_eq!(schedule(command).code, 0, "{command:?}");
    }
}
