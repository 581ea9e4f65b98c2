//! What the documents tell people to type is understood, and what is marked `run` runs: from an empty folder, in the
//! order of the page, with the simulator in the place of Twilio.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/documents.rs"]
mod documents;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use audit::{Audit, Ended};
use clap::{CommandFactory as _, Parser as _};
use documents::{Block, blocks, documents, prose};
use twilio_audit::cli::Cli;
use twilio_audit::simulator::{Credential, Estate, Options, Simulator};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The command lines in a block, without `$ ` and with those that go on in the next line as one.
fn lines(block: &Block) -> Vec<String> {
    let joined = block.text.replace("\\\n", " ");
    joined
        .lines()
        .map(|line| line.trim().trim_start_matches("$ ").to_owned())
        .filter(|it| !it.is_empty())
        .collect()
}

/// The words of each program that a line starts, without what is said behind `#`.
fn programs(line: &str) -> Vec<Vec<String>> {
    let words = shlex::split(line).unwrap_or_else(|| panic!("no shell understands: {line}"));
    let is_end = |word: &String| ["|", "||", "&&", ";", ">"].contains(&word.as_str());
    words.split(is_end).map(<[String]>::to_vec).collect()
}

/// A word in which something stands for what only the reader knows.
fn filled_in(word: &str) -> String {
    // Set to an account on the line before.
    let word = if word == "$account" { "AC…" } else { word };
    match word.strip_suffix('…') {
        Some(kind @ ("AC" | "SK")) => format!("{kind}{}", "0".repeat(32)),
        Some(hash) if hash.len() == 8 && hash.bytes().all(|it| it.is_ascii_hexdigit()) => {
            format!("{hash:0<64}")
        }
        Some(begin) => begin.to_owned(),
        None => word.to_owned(),
    }
}

#[test]
fn every_command_line_in_the_documents_is_understood() {
    let mut understood = 0;
    let mut wrong = Vec::new();
    for path in documents() {
        let text = fs::read_to_string(&path).unwrap();
        let typed =
            blocks(&text).into_iter().filter(|it| ["", "sh", "sh run", "bat"].contains(&it.info.as_str()));
        for line in typed.flat_map(|block| lines(&block)).filter(|line| line.contains("twilio-audit ")) {
            // A block without a language may show what is printed.
            if !line.starts_with("twilio-audit ") && !line.contains(" twilio-audit ") {
                continue;
            }
            for program in
                programs(&line).iter().filter(|words| words.first().is_some_and(|it| it == "twilio-audit"))
            {
                understood += 1;
                if let Err(error) = Cli::try_parse_from(program.iter().map(|word| filled_in(word))) {
                    let is_help =
                        ["--help", "--version"].iter().any(|it| program.iter().any(|word| word == it));
                    if !is_help {
                        wrong.push(format!("{}: {line}\n{error}", path.display()));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(understood > 90, "{understood}");
    eprintln!("{understood} command lines");
}

#[test]
fn every_command_and_option_that_the_text_names_exists() {
    let program = Cli::command();
    let every_option = options(&program);
    let mut seen = 0;
    let mut wrong = Vec::new();
    for path in documents() {
        let text = prose(&fs::read_to_string(&path).unwrap());
        for code in text.split('`').skip(1).step_by(2) {
            let words: Vec<&str> = code.split_whitespace().collect();
            let problem = match words.as_slice() {
                ["twilio-audit", rest @ ..] => unknown(&program, rest),
                [option, ..] if option.starts_with("--") => {
                    let name = option.trim_start_matches('-').split(['=', '…']).next().unwrap();
                    let elsewhere = OPTIONS_OF_OTHERS.contains(&name);
                    (!every_option.contains(name) && !elsewhere)
                        .then(|| format!("there is no option {option}"))
                }
                _ => continue,
            };
            seen += 1;
            wrong.extend(problem.map(|problem| format!("{}: `{code}`: {problem}", path.display())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(seen > 150, "{seen}");
    eprintln!("{seen} commands and options");
}

/// Options that belong to kubectl, and are told of by name alone.
const OPTIONS_OF_OTHERS: &[&str] = &["cascade"];

/// The long options of a command and of all below it.
fn options(command: &clap::Command) -> BTreeSet<String> {
    let mut found: BTreeSet<String> =
        command.get_arguments().filter_map(|argument| argument.get_long()).map(str::to_owned).collect();
    found.extend(["help".to_owned(), "version".to_owned()]);
    command.get_subcommands().for_each(|inner| found.extend(options(inner)));
    found
}

/// The first thing in a command line that the program does not have. Capitals stand for what the reader chooses.
fn unknown(program: &clap::Command, words: &[&str]) -> Option<String> {
    let mut command = program;
    for word in words {
        if let Some(name) = word.strip_prefix("--") {
            let name = name.split(['=', '…']).next().unwrap();
            if !options(program).contains(name) || !options(command).contains(name) {
                return Some(format!("`{}` has no option --{name}", command.get_name()));
            }
        } else if let Some(inner) = command.find_subcommand(word) {
            command = inner;
        } else if command.has_subcommands() && !word.contains(['|', '…']) && word.to_uppercase() != *word {
            return Some(format!("`{}` has no command {word}", command.get_name()));
        }
    }
    None
}

#[test]
fn every_target_of_make_that_the_documents_name_can_be_made() {
    let mut named = BTreeSet::new();
    for path in documents() {
        let text = fs::read_to_string(path).unwrap();
        let typed = blocks(&text).into_iter().flat_map(|block| lines(&block));
        let spoken: Vec<String> = prose(&text).split('`').skip(1).step_by(2).map(str::to_owned).collect();
        for line in typed.chain(spoken) {
            let target = line.strip_prefix("make ").and_then(|rest| rest.split_whitespace().next());
            named.extend(target.map(str::to_owned));
        }
    }
    assert!(named.contains("demo") && named.contains("bench"), "{named:?}");
    let makefile =
        ["Makefile", "packaging/dist.mk"].map(|path| fs::read_to_string(root().join(path)).unwrap()).concat();
    // For make a folder is something that is made already.
    let unknown: Vec<&String> =
        named.iter().filter(|target| !makefile.contains(&format!("\n{target}:"))).collect();
    assert!(unknown.is_empty(), "the Makefile has no target {unknown:?}");
    // Make itself says whether there is a rule for it and for all that it needs; nothing is made.
    let wrong = named.iter().filter_map(|target| {
        let said = Command::new("make").args(["--dry-run", target]).current_dir(root()).output().unwrap();
        (!said.status.success()).then(|| String::from_utf8_lossy(&said.stderr).into_owned())
    });
    assert_eq!(wrong.collect::<String>(), "");
}

/// The pages with blocks that run, and whether they take a scan for granted.
const RUNNING: [(&str, bool); 5] = [
    ("README.md", false),
    ("docs/quick-start.md", false),
    ("docs/first-audit.md", false),
    ("docs/reading-the-report.md", true),
    ("docs/checks.md", false),
];

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_readme_and_of_the_first_pages_run() {
    let marked: BTreeSet<PathBuf> = documents()
        .into_iter()
        .filter(|path| blocks(&fs::read_to_string(path).unwrap()).iter().any(|block| block.info == "sh run"))
        .collect();
    assert_eq!(marked, RUNNING.iter().map(|(page, _)| root().join(page)).collect());
    let simulator = Simulator::start(Estate::demo(), Options::default()).await.unwrap();
    let parent = Estate::demo().credentials().into_iter().find(|one| one.user.starts_with("AC")).unwrap();
    for (page, after_a_scan) in RUNNING {
        let text = fs::read_to_string(root().join(page)).unwrap();
        let start = Audit::new(if after_a_scan { &["scan", "--demo"] } else { &["--version"] }).run();
        let typed: Vec<String> =
            blocks(&text).iter().filter(|block| block.info == "sh run").flat_map(lines).collect();
        assert!(typed.len() > 2, "{page}");
        for line in &typed {
            let (code, complaint) = typed_in(&start, line, &simulator, &parent);
            assert!([0, 1, 3].contains(&code), "{page}: {line}\n{code}: {complaint}");
            assert!(!complaint.starts_with("error"), "{page}: {line}\n{complaint}");
        }
        let is_scanning =
            |line: &String| line.starts_with("twilio-audit scan") && !line.contains("--dry-run");
        if after_a_scan || typed.iter().any(is_scanning) {
            assert!(start.folder.path().join("audits").is_dir(), "{page}");
        }
        eprintln!("{page}: {} lines", typed.len());
    }
}

/// What a shell in the folder of a run makes of a line: the exit code, and what was said on standard error.
fn typed_in(within: &Ended, line: &str, simulator: &Simulator, as_whom: &Credential) -> (i32, String) {
    let program = Path::new(env!("CARGO_BIN_EXE_twilio-audit"));
    let path = format!("{}:/usr/bin:/bin", program.parent().unwrap().display());
    let output = Command::new("sh")
        .args(["-c", line])
        .current_dir(within.folder.path())
        .env_clear()
        .envs([("HOME", within.folder.path().to_str().unwrap()), ("PATH", &path)])
        .env("TWILIO_AUDIT_ENDPOINT", simulator.endpoint())
        .envs([("TWILIO_ACCOUNT_SID", &as_whom.account), ("TWILIO_AUTH_TOKEN", &as_whom.secret)])
        .output()
        .unwrap();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&output.stderr).into_owned())
}
