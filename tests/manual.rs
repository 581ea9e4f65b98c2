//! Manual pages and completions say what the command line takes: they are made from it. What it takes is easy to find
//! in the help, and what it does not take is told with what to do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "support/audit.rs"]
mod audit;

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

use audit::Audit;
use clap::CommandFactory as _;
use twilio_audit::cli::Cli;

const PROGRAM: &str = env!("CARGO_BIN_EXE_twilio-audit");

fn run(arguments: &[&str]) -> Output {
    let ended = Command::new(PROGRAM).args(arguments).output().unwrap();
    assert!(ended.status.success(), "{}", String::from_utf8_lossy(&ended.stderr));
    ended
}

/// Every command that is shown, as the name of its page, with its long options.
fn commands(command: &clap::Command, name: &str) -> Vec<(String, Vec<String>)> {
    let options = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set())
        .filter_map(|argument| argument.get_long().map(|long| format!("--{long}")))
        .collect();
    let below = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set() && below.get_name() != "help")
        .flat_map(|below| commands(below, &format!("{name}-{}", below.get_name())));
    std::iter::once((name.to_owned(), options)).chain(below).collect()
}

#[test]
fn every_command_has_a_manual_page_with_all_its_options() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("share/man/man1");
    run(&["man", "--to", to.to_str().unwrap()]);
    let mut wanted = BTreeSet::new();
    for (name, options) in commands(&Cli::command(), "twilio-audit") {
        let page = fs::read_to_string(to.join(format!("{name}.1"))).unwrap().replace("\\-", "-");
        for option in options {
            assert!(page.contains(&option), "{name}.1 does not tell of {option}");
        }
        wanted.insert(format!("{name}.1"));
    }
    let written: BTreeSet<String> =
        fs::read_dir(&to).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(written, wanted);
}

#[test]
fn pages_that_cannot_be_written_are_an_error_that_names_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    fs::write(&taken, "").unwrap();
    let ended = Command::new(PROGRAM).args(["man", "--to", taken.to_str().unwrap()]).output().unwrap();
    assert_eq!(ended.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&ended.stderr).contains("could not be written to"), "{ended:?}");
}

#[test]
fn bash_completes_what_was_begun() {
    let script = String::from_utf8(run(&["completions", "bash"]).stdout).unwrap();
    let ask = |line: &[&str]| {
        let words = line.iter().map(|word| shlex::try_quote(word).unwrap()).collect::<Vec<_>>().join(" ");
        let text = format!(
            "{script}\nCOMP_WORDS=({words}); COMP_CWORD={}; _twilio__audit twilio-audit {:?} {:?}; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            line.len() - 1,
            line[line.len() - 1],
            line[line.len() - 2],
        );
        let ended = Command::new("bash").args(["--norc", "-c", &text]).output().unwrap();
        String::from_utf8(ended.stdout).unwrap().lines().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(ask(&["twilio-audit", "sc"]), ["scan", "schedule"]);
    assert_eq!(ask(&["twilio-audit", "fix", "ro"]), ["rotate"]);
    assert_eq!(ask(&["twilio-audit", "scan", "--dry"]), ["--dry-run"]);
    for reader in ["report", "gate", "history", "diff", "verify", "show", "query"] {
        assert_eq!(ask(&["twilio-audit", reader, "--sca"]), ["--scan"], "{reader}");
    }
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = String::from_utf8(run(&["completions", shell]).stdout).unwrap();
        assert!(script.contains("twilio-audit") && script.contains("dry-run"), "{shell}");
    }
}

/// What a command says in an empty folder, with these variables of the environment.
fn says(folder: &std::path::Path, line: &[&str], variables: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut command = Command::new(PROGRAM);
    command.args(line).current_dir(folder).env_clear().env("HOME", folder).envs(variables.iter().copied());
    let ended = command.stdin(std::process::Stdio::null()).output().unwrap();
    (ended.status.code(), String::from_utf8(ended.stderr).unwrap())
}

#[test]
fn a_path_that_leads_nowhere_is_told_with_what_was_looked_for_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let scanned = says(folder.path(), &["scan", "--demo"], &[]);
    assert_eq!(scanned.0, Some(3), "{}", scanned.1);
    fs::create_dir(folder.path().join("shard")).unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    // Each line, what it looked for, and a word of what to do.
    let no_scan = "run `twilio-audit scan` first";
    let others = "name the folder of a scan, such as audits/latest";
    let lines: &[(&str, &str, &str)] = &[
        ("scan --config no.toml", "no.toml", "`twilio-audit init` writes"),
        ("doctor --config no.toml", "no.toml", "`twilio-audit init` writes"),
        ("init --config no.toml", "no.toml", "--config names where"),
        ("permissions --config no.toml", "no.toml", "--config names where"),
        ("notify test --config no.toml", "no.toml", "check the path"),
        ("scan --demo --reviews no.toml", "no.toml", "`twilio-audit review import` writes"),
        ("scan --credentials no.toml", "no.toml", "check the path"),
        ("scan --credentials .", "cannot read .", "name a file"),
        ("scan --demo --checks-dir no", "no: cannot be read", "check the path"),
        ("doctor --demo --checks-dir no", "no: cannot be read", "check the path"),
        ("permissions --checks-dir no", "no: cannot be read", "check the path"),
        ("checks list --checks-dir no", "no: cannot be read", "check the path"),
        ("checks test no", "no: cannot be read", "check the path"),
        ("checks test file", "file: cannot be read", "it is no folder"),
        ("scan --demo --signing-key no.key", "no.key", "`twilio-audit keygen --to FOLDER` makes"),
        ("scan --demo --output file/below", "file", "is no folder: choose another"),
        ("merge no shard", "no/evidence.db", "`scan --shard I/N` makes"),
        ("report no", "no/evidence.db", others),
        ("gate no", "no/evidence.db", others),
        ("history no", "no/evidence.db", others),
        ("diff no audits/latest", "no/evidence.db", others),
        ("show twa-0 --scan no", "no/evidence.db", others),
        ("query --tables --scan no", "no/evidence.db", others),
        ("review export no", "no/evidence.db", others),
        ("fix plan --scan no", "no/evidence.db", others),
        ("verify no", "no", no_scan),
        ("verify --scan no", "no", no_scan),
        ("gate --public-key no.pub", "no.pub", "or the key itself"),
        ("verify --public-key no.pub", "no.pub", "or the key itself"),
        ("gate --to file/below", "file", "is no folder: choose another"),
        ("report --format csv --to file/below", "file", "is no folder: choose another"),
        ("review export --to no/x.csv", "no/x.csv", "check the path"),
        ("review import no.csv", "no.csv", "`twilio-audit review export --to FILE` writes"),
        ("review import .", ".: ", "name the table itself"),
        ("fix apply", "plan.json", "`twilio-audit fix plan` writes"),
        ("fix apply no.json", "no.json", "`twilio-audit fix plan` writes"),
        ("fix undo", "plan.journal.jsonl", "`twilio-audit fix apply` writes"),
        ("fix plan --output no/plan.json", "no/plan.json", "check the path"),
        ("init --demo --output no/audit.toml", "no/audit.toml", "check the path"),
        ("keygen --to file/below", "file", "is no folder: choose another"),
        ("man --to file/below", "file/below", "a part of its path is none"),
        ("simulate --estate no.json", "no.json", "check the path"),
        ("simulate --openapi no", "no", "check the path"),
    ];
    let mut wrong = Vec::new();
    for (line, wanted, what_to_do) in lines {
        let words: Vec<&str> = line.split(' ').collect();
        let (code, said) = says(folder.path(), &words, &[]);
        let repeats_the_system = said.contains("os error") || said.contains("Error code");
        if code != Some(2) || !said.contains(wanted) || !said.contains(what_to_do) || repeats_the_system {
            wrong.push(format!("{line}: {code:?}: {said}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), lines.len(), wrong.join("\n"));
    // Where there is no scan at all, the first one comes first.
    let empty = tempfile::tempdir().unwrap();
    for line in [&["gate"][..], &["gate", "no"], &["query", "--tables"]] {
        let (code, said) = says(empty.path(), line, &[]);
        assert!(code == Some(2) && said.contains(no_scan), "{line:?}: {said}");
    }
}

/// What is there stays, and whoever named it made the mistake; what cannot be written where it should be is the machine's.
#[test]
fn what_is_in_the_way_is_exit_2_in_every_command_and_a_full_disk_is_exit_5() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(says(folder.path(), &["scan", "--demo"], &[]).0, Some(3));
    let lines = [
        ("review export --to FILE", "there.csv"),
        ("init --demo --output FILE", "there.toml"),
        ("fix plan --output FILE", "there.json"),
        ("keygen --to FOLDER", "twilio-audit-signing-key"),
        ("report --format csv --to FOLDER", "findings.csv"),
        ("report --inventory api_key --to FOLDER", "inventory-api_key.csv"),
        ("gate --to FOLDER", "gate.html"),
        ("schedule cron --to FOLDER", "twilio-audit"),
        ("checks new my-own --checks-dir FOLDER", "my-own.toml"),
    ];
    for (line, name) in lines {
        let there = folder.path().join("there");
        let _ = fs::remove_dir_all(&there);
        fs::create_dir(&there).unwrap();
        fs::write(there.join(name), "mine").unwrap();
        let line = line.replace("FILE", &format!("there/{name}")).replace("FOLDER", "there");
        let (code, said) = says(folder.path(), &line.split(' ').collect::<Vec<_>>(), &[]);
        assert!(code == Some(2) && said.contains(name), "{line}: {code:?}: {said}");
        assert_eq!(fs::read_to_string(there.join(name)).unwrap(), "mine", "{line}");
    }
    let limited = format!("trap '' XFSZ; ulimit -f 1; exec {PROGRAM} review export --to full.csv");
    let ended =
        Command::new("bash").args(["-c", &limited]).current_dir(folder.path()).env_clear().output().unwrap();
    assert_eq!(ended.status.code(), Some(5), "{}", String::from_utf8_lossy(&ended.stderr));
}

/// The variables of all options.
fn variables(command: &clap::Command) -> Vec<String> {
    let own = command.get_arguments().filter_map(|argument| argument.get_env());
    let own = own.map(|name| name.to_str().unwrap().to_owned());
    own.chain(command.get_subcommands().flat_map(variables)).collect()
}

#[test]
fn a_value_that_cannot_be_taken_is_told_with_the_variable_that_it_came_from() {
    let folder = tempfile::tempdir().unwrap();
    // The line, what is set, what is named, and what is not.
    type Set<'a> = &'a [(&'a str, &'a str)];
    let cases: &[(&str, Set<'_>, &str, &str)] = &[
        (
            "scan --demo",
            &[("TWILIO_AUDIT_FAIL_ON", "hgh")],
            "TWILIO_AUDIT_FAIL_ON of the environment (--fail-on",
            "?",
        ),
        ("gate", &[("TWILIO_AUDIT_QUIET", "maybe")], "TWILIO_AUDIT_QUIET of the environment (--quiet", "?"),
        ("scan", &[("TWILIO_AUDIT_BUDGET", "0")], "TWILIO_AUDIT_BUDGET of the environment (--budget", "?"),
        (
            "-v gate",
            &[("TWILIO_AUDIT_QUIET", "true")],
            "TWILIO_AUDIT_QUIET of the environment (--quiet",
            "VERBOSE",
        ),
        ("fix plan", &[("TWILIO_AUDIT_LOG_FORMAT", "x")], "TWILIO_AUDIT_LOG_FORMAT of the environment", "?"),
        // What is written wins, so the mistake is there.
        ("scan --fail-on zz", &[("TWILIO_AUDIT_FAIL_ON", "high")], "for '--fail-on", "TWILIO_AUDIT_FAIL_ON"),
        ("scan --budget=x", &[("TWILIO_AUDIT_BUDGET", "9")], "for '--budget", "TWILIO_AUDIT_BUDGET"),
        ("scan --fail-on zz", &[("TWILIO_AUDIT_BUDGET", "9")], "for '--fail-on", "environment"),
    ];
    for (line, set, named, unnamed) in cases {
        let words: Vec<&str> = line.split(' ').collect();
        let (code, said) = says(folder.path(), &words, set);
        assert!(said.contains(named) && (*unnamed == "?" || !said.contains(unnamed)), "{line}: {said}");
        assert_eq!(code, Some(2), "{line}");
    }
}

#[test]
fn what_drives_the_tests_sets_no_variable_that_the_program_would_warn_of() {
    let known: BTreeSet<String> = variables(&Cli::command()).into_iter().collect();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = regex::Regex::new(r"\bTWILIO_AUDIT_[A-Z_]+").unwrap();
    for file in ["Makefile", ".ci/run", "tests/support/python.rs", "tests/support/browser/mod.rs"] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        let foreign: Vec<&str> =
            name.find_iter(&text).map(|found| found.as_str()).filter(|name| !known.contains(*name)).collect();
        assert!(foreign.is_empty(), "{file}: {foreign:?}");
    }
}

#[test]
fn a_variable_that_no_option_reads_is_named_and_its_value_is_not() {
    let folder = tempfile::tempdir().unwrap();
    let set =
        [("TWILIO_AUDIT_OUTPTU", "s3cr3t-value"), ("TWILIO_AUDIT_MAX_AGE", "7d"), ("TWILIO_API_KEYS", "x")];
    for line in [&["checks", "list"][..], &["completions", "bash"], &["query", "--tables", "--scan", "no"]] {
        let (_, said) = says(folder.path(), line, &set);
        let wanted =
            "TWILIO_AUDIT_OUTPTU is ignored, for no option reads it: did you mean TWILIO_AUDIT_OUTPUT?";
        assert!(said.contains(wanted), "{line:?}: {said}");
        assert!(!said.contains("s3cr3t") && said.matches("is ignored").count() == 1, "{line:?}: {said}");
    }
    let (_, said) = says(folder.path(), &["checks", "list", "--quiet"], &set);
    assert_eq!(said, "");
    // Every variable that an option has is known.
    let all = variables(&Cli::command());
    assert!(all.len() > 50, "{}", all.len());
    let set: Vec<(&str, &str)> = all
        .iter()
        .filter(|name| {
            name.starts_with("TWILIO_AUDIT_")
                && !["LOG_FORMAT", "QUIET", "VERBOSE"].iter().any(|end| name.ends_with(end))
        })
        .map(|name| (name.as_str(), "1"))
        .collect();
    let (code, said) = says(folder.path(), &["completions", "bash"], &set);
    assert_eq!((code, said.as_str()), (Some(0), ""));
}

#[test]
fn the_help_of_a_command_with_many_options_lists_them_under_headings() {
    let folder = tempfile::tempdir().unwrap();
    let mut long = Vec::new();
    for (name, options) in commands(&Cli::command(), "twilio-audit") {
        let line: Vec<&str> = name.split('-').skip(2).chain(["--help"]).collect();
        let ended = Command::new(PROGRAM)
            .args(&line)
            .env("COLUMNS", "80")
            .current_dir(folder.path())
            .output()
            .unwrap();
        let help = String::from_utf8(ended.stdout).unwrap();
        let wide: Vec<&str> =
            help.lines().filter(|line| line.chars().count() > 80 && !line.starts_with("Usage: ")).collect();
        assert!(wide.is_empty(), "{name}: {wide:?}");
        let (mut under, mut most) = (0, 0); // options under one heading
        for line in help.lines() {
            let is_heading = !line.starts_with(' ') && line.ends_with(':');
            under = if is_heading {
                0
            } else {
                under + usize::from(line.trim_start().starts_with('-') && line.contains("--"))
            };
            most = most.max(under);
        }
        if most > 9 {
            long.push(format!("{name}: {most} of {}", options.len()));
        }
    }
    assert!(long.is_empty(), "{long:?}");
    let ended = Command::new(PROGRAM).args(["scan", "--help"]).output().unwrap();
    let help = String::from_utf8(ended.stdout).unwrap();
    for heading in
        ["Sign-in:", "What was declared:", "What is read:", "Limits:", "Output:", "CSV files:", "Log:"]
    {
        assert_eq!(help.lines().filter(|line| *line == heading).count(), 1, "{heading}");
    }
}

/// The commands whose exit code means more than "it worked", by the table of the page.
#[test]
fn every_command_whose_exit_code_means_something_tells_it() {
    let page = include_str!("../docs/exit-codes.md");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
    let named: Vec<&str> =
        rows.flat_map(|cell| cell.split([',', '`'])).map(str::trim).filter(|name| !name.is_empty()).collect();
    assert!(named.len() >= 8, "{named:?}");
    for name in ["scan", "merge"].into_iter().chain(named) {
        let help = run(&name.split(' ').chain(["--help"]).collect::<Vec<_>>());
        let help = String::from_utf8(help.stdout).unwrap();
        let (_, codes) = help.split_once("Exit codes:\n  0 ").unwrap_or_else(|| panic!("{name}: {help}"));
        let last = codes.lines().filter(|line| line.starts_with("  5  ")).count();
        assert_eq!(last, 1, "{name}: {codes}");
    }
}

/// On a terminal, whose width is not told here and so is 80. For programs a sentence is a line.
#[cfg(target_os = "linux")]
#[test]
fn what_goes_wrong_is_told_in_lines_that_fit_the_terminal() {
    let command = "`twilio-audit scan`";
    for (arguments, set) in [
        (&["gate", "somewhere/else/entirely/and/further/down"][..], None),
        (
            &["prune", "--keep", "7d", "--output", "a-folder-whose-name-is-rather-long-and-that-is-nowhere"],
            None,
        ),
        (&["report", "a-folder-that-has-a-rather-long-name-and-is-not-there"], None),
        (&["checks", "list"], Some("TWILIO_AUDIT_OUTPTU")),
    ] {
        let audit = || {
            let audit = Audit::new(arguments).file("file", "");
            match set {
                Some(name) => audit.env(name, "x"),
                None => audit,
            }
        };
        let piped = audit().run().stderr;
        assert_eq!(piped.trim_end().lines().count(), 1, "{piped}");
        assert!(piped.trim_end().chars().count() > 80, "{piped}");
        let shown = audit().at_terminal("").stdout.replace('\r', "");
        assert!(shown.lines().all(|line| line.chars().count() <= 80), "{shown}");
        let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words(&shown).contains(&words(&piped)), "{shown}\n{piped}");
        assert!(!piped.contains(command) || shown.contains(command), "{shown}");
    }
}
