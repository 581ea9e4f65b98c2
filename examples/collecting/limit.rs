//! Measure 2: how near a scan comes to what a limit of requests in flight allows, and how often it goes beyond.

use std::time::Duration;

use anyhow::Result;
use twilio_audit::simulator::Options;

use crate::Bench;
use crate::estate::{FEW_CHECKS, Whose};
use crate::scan::{Seen, Stage, middle, of_checks, scan};
use crate::table::Target;

const SUBACCOUNTS: usize = 200;
const LATENCY: Duration = Duration::from_millis(50);
/// What the simulator allows in one account.
const PER_ACCOUNT: usize = 10;
/// What a scan has in flight altogether at most, if not told otherwise.
const OVERALL: usize = 128;

pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    let options = Options { latency: LATENCY, concurrency_limit: PER_ACCOUNT, ..Options::default() };
    let stage = Stage::new(bench, SUBACCOUNTS, options)?;
    let checks = of_checks(FEW_CHECKS);
    for (whose, words) in
        [(Whose::Parents, "derived tokens"), (Whose::Everybodys, "a token for each account")]
    {
        let scans = (0..3).map(|_| scan(bench, &stage, whose, &checks)).collect::<Result<Vec<_>>>()?;
        let seen = middle(scans)?;
        let name = format!("limit of {PER_ACCOUNT} in flight per account, {words}");
        let table = &mut bench.table;
        table.add(format!("{name}: seconds ÷ ideal"), seen.seconds / ideal(&seen), "", Target::AtMost(1.1));
        table.add(
            format!("{name}: seconds until the last request ÷ ideal"),
            (seen.seconds - seen.after_last_request) / ideal(&seen),
            "",
            Target::None,
        );
        let share = count(seen.refused) / count(seen.requests) * 100.0;
        table.add(format!("{name}: answered 429"), share, " %", Target::AtMost(1.0));
        table.remark(format!("{name}: ideal {:.2} s; {}", ideal(&seen), seen.account()));
    }
    Ok(())
}

/// All requests, as many at a time as are permitted.
fn ideal(seen: &Seen) -> f64 {
    let permitted = OVERALL.min(PER_ACCOUNT * (SUBACCOUNTS + 1));
    count(seen.requests) * LATENCY.as_secs_f64() / count(permitted)
}

fn count(number: impl TryInto<u32>) -> f64 {
    number.try_into().map_or(f64::INFINITY, f64::from)
}
