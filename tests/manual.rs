//! Manual pages and completions say what the command line takes: they are made from it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Output};

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
    assert_eq!(ended.status.code(), Some(5));
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
}

#[test]
fn every_shell_gets_its_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = String::from_utf8(run(&["completions", shell]).stdout).unwrap();
        assert!(script.contains("twilio-audit") && script.contains("dry-run"), "{shell}");
    }
}
