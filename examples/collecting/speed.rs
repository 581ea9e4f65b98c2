//! Measure 1: a scan against Twilio's own Python library, which lists the same kinds of the same accounts.

use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use serde_json::json;
use twilio_audit::simulator::Options;

use crate::Bench;
use crate::estate::{FEW_CHECKS, Whose};
use crate::scan::{Seen, Stage, middle, of_checks, scan};
use crate::table::Target;

const SUBACCOUNTS: usize = 200;
const LATENCY: Duration = Duration::from_millis(50);
const SCRIPT: &str = include_str!("list_all.py");

pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    let options = Options { latency: LATENCY, concurrency_limit: usize::MAX, ..Options::default() };
    let stage = Stage::new(bench, SUBACCOUNTS, options)?;
    let ways: [(&str, Whose, &[&str]); 3] = [
        ("a token for each account", Whose::Everybodys, &[]),
        ("derived tokens", Whose::Parents, &[]),
        (
            "derived tokens, up to 1,000 in flight",
            Whose::Parents,
            &["--max-in-flight-per-account", "50", "--max-in-flight", "1000"],
        ),
    ];
    let python = python(&stage)?;
    for (words, whose, more) in ways {
        let seen = three(bench, &stage, whose, more)?;
        let name = format!("{SUBACCOUNTS} subaccounts, {} ms an answer, {words}", LATENCY.as_millis());
        let table = &mut bench.table;
        table.add(format!("{name}: seconds"), seen.seconds, " s", Target::None);
        if let Some((seconds, _)) = python {
            table.add(
                format!("{name}: times as fast as Python"),
                seconds / seen.seconds,
                "",
                Target::AtLeast(5.0),
            );
        }
        table.remark(format!("{name}: {}", seen.account()));
    }
    let remark = match python {
        Some((seconds, requests)) => {
            format!("Twilio's Python library, 64 threads: {seconds:.2} s, {requests} requests")
        }
        None => "Twilio's Python library is not installed (`make tools`): not compared".to_owned(),
    };
    bench.table.remark(remark);
    Ok(())
}

fn three(bench: &Bench, stage: &Stage, whose: Whose, more: &[&str]) -> Result<Seen> {
    let options = [of_checks(FEW_CHECKS), more.to_vec()].concat();
    middle((0..3).map(|_| scan(bench, stage, whose, &options)).collect::<Result<_>>()?)
}

/// Seconds and requests; nothing where the library is not installed.
fn python(stage: &Stage) -> Result<Option<(f64, usize)>> {
    let python = std::env::var("TESTS_PYTHON").unwrap_or_else(|_| ".venv/bin/python".to_owned());
    let has_library = Command::new(&python).args(["-c", "import twilio"]).output();
    if !has_library.is_ok_and(|ran| ran.status.success()) {
        return Ok(None);
    }
    let tokens = stage.credentials.iter().filter(|one| one.kind == "auth_token");
    let accounts: Vec<_> = tokens.map(|one| [&one.account, &one.secret]).collect();
    let task = json!({"endpoint": stage.simulator.endpoint(), "accounts": accounts});
    let before = stage.simulator.count();
    let began = Instant::now();
    let mut child =
        Command::new(&python).args(["-c", SCRIPT]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn()?;
    child.stdin.take().context("no way in")?.write_all(task.to_string().as_bytes())?;
    let exit = child.wait()?;
    if !exit.success() {
        bail!("the Python library ended with {exit}");
    }
    Ok(Some((began.elapsed().as_secs_f64(), stage.simulator.count() - before)))
}
