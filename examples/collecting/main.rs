//! How fast a scan collects, and how much memory it takes: `make bench`.
//!
//! `collecting PROGRAM [MEASURE…]` runs the built `twilio-audit` as it is, in a process of its own, against simulators
//! in this one, and prints a table. The measures are `speed`, `limit`, `memory`, `writing` and `failures`, or their
//! numbers from 1; all of them where none is named.
//!
//! Program and simulator share the machine: what the simulator needs of it is lost to the program. So the seconds of
//! processor time of both are printed under the table.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "what it measured is what it is for")]

#[path = "../../tests/support/random_rows.rs"]
mod random_rows;

mod estate;
mod failures;
mod limit;
mod memory;
mod scan;
mod speed;
mod table;
mod writing;

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail};
use table::Table;
use tokio::runtime::Runtime;

/// What every measure needs.
struct Bench {
    /// The program that is measured.
    program: PathBuf,
    /// Where the simulators run.
    runtime: Runtime,
    /// A folder that is gone afterwards.
    folder: tempfile::TempDir,
    table: Table,
}

type Measure = fn(&mut Bench) -> Result<()>;

const MEASURES: &[(&str, Measure)] = &[
    ("speed", speed::measure),
    ("limit", limit::measure),
    ("memory", memory::measure),
    ("writing", writing::measure),
    ("failures", failures::measure),
];

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let program = words.next().context("usage: collecting PROGRAM [MEASURE…]")?;
    let program = std::fs::canonicalize(&program).with_context(|| format!("there is no {program}"))?;
    let wanted = words.map(|word| named(&word)).collect::<Result<Vec<_>>>()?;
    let mut bench =
        Bench { program, runtime: Runtime::new()?, folder: tempfile::tempdir()?, table: Table::default() };
    for (name, measure) in MEASURES {
        if wanted.is_empty() || wanted.contains(name) {
            eprintln!("measuring: {name}");
            measure(&mut bench).with_context(|| format!("cannot measure {name}"))?;
        }
    }
    print!("{}", bench.table);
    Ok(())
}

/// The measure of this name or number.
fn named(word: &str) -> Result<&'static str> {
    let by_number = word.parse::<usize>().ok().and_then(|number| MEASURES.get(number.checked_sub(1)?));
    match by_number.or_else(|| MEASURES.iter().find(|(name, _)| *name == word)) {
        Some((name, _)) => Ok(name),
        None => bail!("there is no measure {word}"),
    }
}
