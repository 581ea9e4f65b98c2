//! Measure 3: how memory and time grow with the number of accounts.

use anyhow::Result;
use twilio_audit::simulator::Options;

use crate::Bench;
use crate::estate::Whose;
use crate::scan::{Seen, Stage, scan};
use crate::table::Target;

pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    let few = of_subaccounts(bench, 1_000)?;
    let many = of_subaccounts(bench, 10_000)?;
    let table = &mut bench.table;
    table.add("memory, 1,000 subaccounts of 20 resources", few.mib, " MiB", Target::AtMost(150.0));
    table.add("memory, 10,000 subaccounts of 20 resources", many.mib, " MiB", Target::AtMost(150.0));
    table.add("memory, 10,000 ÷ 1,000 subaccounts", many.mib / few.mib, "", Target::AtMost(1.2));
    table.add("seconds, 10,000 ÷ 1,000 subaccounts", many.seconds / few.seconds, "", Target::AtMost(10.5));
    table.remark("memory: all checks, derived tokens, every answer at once".to_owned());
    table.remark(format!("memory, 1,000 subaccounts: {}", few.account()));
    table.remark(format!("memory, 10,000 subaccounts: {}", many.account()));
    Ok(())
}

fn of_subaccounts(bench: &Bench, subaccounts: usize) -> Result<Seen> {
    let stage = Stage::new(bench, subaccounts, Options::default())?;
    scan(bench, &stage, Whose::Parents, &[])
}
