//! What a lie may cost: memory, time, and the truth. Every lie is told in a scan of its own, and those that would take
//! a gigabyte, a minute or a byte at a time as well. `make hostile` runs it and shows the figures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

#[path = "support/audit.rs"]
mod audit;
#[path = "support/liar.rs"]
mod liar;
#[path = "support/lies.rs"]
mod lies;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use audit::{Audit, Ended, credential, simulator};
use liar::{Elsewhere, Liar};
use lies::{Case, OWN, Target, Told};
use serde_json::{Value, json};
use twilio_audit::audit::{Compiled, built_in, compile};
use twilio_audit::simulator::{Simulator, sid};

/// No scan takes more, whatever it is answered; in MiB.
const MOST_MEMORY: f64 = 200.0;
/// No scan of one list takes longer: an answer is waited for two minutes at most. The rest is for slow machines.
const MOST_SECONDS: f64 = 240.0;
/// The lists about which the same is told at once: more than are asked for at once.
const EVERYWHERE: usize = 12;
/// Scans side by side.
const AT_ONCE: usize = 6;

fn estate() -> Value {
    json!({"accounts": [{"sid": OWN, "name": "Clinic"}]})
}

/// The check that reads a list and the fewest others.
fn narrowest(checks: &[Compiled], target: Target) -> &str {
    let reads = |check: &&Compiled| check.needs().any(|kind| kind.name == target.kind.name);
    let check = checks.iter().filter(reads).min_by_key(|check| check.needs().count());
    &check.unwrap_or_else(|| panic!("nobody reads {}", target.kind.name)).check.id
}

/// One line of the table.
struct Figures {
    name: String,
    memory: f64,
    seconds: f64,
    code: i32,
    status: String,
    wrong: Option<String>,
}

/// Tells a lie about a list, or about all of them, to a scan of its own.
fn told(
    simulator: &Simulator,
    checks: &[Compiled],
    target: Target,
    case: &Case,
    everywhere: bool,
) -> Figures {
    let liar = Liar::before(&simulator.endpoint());
    let targets =
        if everywhere { Target::all().into_iter().take(EVERYWHERE).collect() } else { vec![target] };
    for target in targets {
        let lie = (case.lie)(target);
        if case.resets {
            liar.tell_and_reset(&target.address(), lie);
        } else {
            liar.tell(&target.address(), lie);
        }
    }
    let mut audit = Audit::new(&["scan", "--all-outcomes"]).env("TWILIO_AUDIT_ENDPOINT", &liar.endpoint());
    if !everywhere {
        audit = audit.args(&["--check", narrowest(checks, target)]);
    }
    let (ended, memory, seconds) = audit.sign_in(&credential(&estate(), OWN)).measured();
    ended.kept_secrets_of(&estate());
    let (status, reason) = ended.coverage(target.kind.name)[&sid(OWN)].clone();
    let is_as_told = match case.told {
        Told::Failed(words) => status == "failed" && reason.contains(words) && ended.code == 3,
        Told::Complete => status == "complete",
    };
    let is_bounded = memory < MOST_MEMORY && memory > 1.0 && seconds < MOST_SECONDS;
    let is_right = is_as_told && is_bounded && liar.lies() > 0 && opens(&ended);
    let wrong =
        (!is_right).then(|| format!("{}: {memory:.0} MiB, {seconds:.0} s, {status}: {reason}", case.name));
    Figures { name: case.name.clone(), memory, seconds, code: ended.code, status, wrong }
}

fn opens(ended: &Ended) -> bool {
    let database = rusqlite::Connection::open(ended.scan().join("evidence.db")).unwrap();
    database.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap() == "ok"
}

/// Tells each lie in a scan of its own, some side by side, and prints the table.
async fn tell_all(cases: Vec<Case>, everywhere: bool, at_once: usize) -> Vec<Figures> {
    let simulator = Arc::new(simulator(&estate()).await);
    let checks = Arc::new(compile(built_in().unwrap()).unwrap());
    let waiting = Arc::new(Mutex::new(VecDeque::from(cases)));
    let figures = Arc::new(Mutex::new(Vec::new()));
    let tellers: Vec<_> = (0..at_once)
        .map(|_| {
            let (simulator, checks) = (Arc::clone(&simulator), Arc::clone(&checks));
            let (waiting, figures) = (Arc::clone(&waiting), Arc::clone(&figures));
            tokio::task::spawn_blocking(move || {
                loop {
                    let Some(case) = waiting.lock().unwrap().pop_front() else { return };
                    let target = Target::all().into_iter().find(|target| target.has(case.needs)).unwrap();
                    let line = told(&simulator, &checks, target, &case, everywhere);
                    figures.lock().unwrap().push(line);
                }
            })
        })
        .collect();
    for teller in tellers {
        teller.await.unwrap();
    }
    let mut figures = std::mem::take(&mut *figures.lock().unwrap());
    figures.sort_by(|one, other| other.memory.total_cmp(&one.memory));
    figures
}

fn show(figures: &[Figures]) {
    println!("| lie | peak memory | time | exit code | coverage |\n|---|--:|--:|--:|---|");
    for Figures { name, memory, seconds, code, status, .. } in figures {
        println!("| {name} | {memory:.0} MiB | {seconds:.1} s | {code} | {status} |");
    }
    let most = |of: fn(&Figures) -> f64| figures.iter().map(of).fold(0.0, f64::max);
    println!(
        "\n{} lies: at most {:.0} MiB and {:.0} s.\n",
        figures.len(),
        most(|one| one.memory),
        most(|one| one.seconds)
    );
    let wrong: Vec<&str> = figures.iter().filter_map(|one| one.wrong.as_deref()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a scan for each of some 140 lies, minutes: make hostile"]
async fn no_lie_takes_more_than_its_share_of_memory_and_time() {
    let elsewhere = Elsewhere::start();
    show(&tell_all(lies::all(&elsewhere.authority()), false, AT_ONCE).await);
    elsewhere.saw_nothing();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "gigabytes and minutes: make hostile"]
async fn a_gigabyte_and_a_byte_a_second_are_bounded_too() {
    show(&tell_all(lies::heavy(), false, AT_ONCE).await);
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "31 MiB for each of a dozen lists, eight times: make hostile"]
async fn as_much_as_an_answer_may_hold_from_a_dozen_lists_at_once_is_bounded_too() {
    show(&tell_all(lies::swollen(), true, 1).await);
}
