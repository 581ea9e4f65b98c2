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
/// With this, requests are so rare that the processor hardly counts: what is left is the order in which they are sent.
const LONG_LATENCY: Duration = Duration::from_millis(200);
/// What the simulator allows in one account.
const PER_ACCOUNT: usize = 10;
/// What a scan has in flight altogether at most, if not told otherwise.
const OVERALL: usize = 128;

pub(crate) fn measure(bench: &mut Bench) -> Result<()> {
    for (latency, whose, checks, words) in [
        (LATENCY, Whose::Parents, FEW_CHECKS, "derived tokens"),
        (LATENCY, Whose::Everybodys, FEW_CHECKS, "a token for each account"),
        (LONG_LATENCY, Whose::Parents, FEW_CHECKS, "derived tokens"),
        (LATENCY, Whose::Parents, &[], "derived tokens, all checks"),
    ] {
        let name =
            format!("{PER_ACCOUNT} in flight per account, {} ms an answer, {words}", latency.as_millis());
        let (seen, latency) = three(bench, latency, whose, checks)?;
        let ideal = ideal(&seen, latency);
        let until_last_request = seen.seconds - seen.after_last_request;
        let share = count(seen.refused) / count(seen.requests) * 100.0;
        let table = &mut bench.table;
        table.add(format!("{name}: seconds ÷ ideal"), seen.seconds / ideal, "", Target::AtMost(1.1));
        table.add(
            format!("{name}: until the last request ÷ ideal"),
            until_last_request / ideal,
            "",
            Target::None,
        );
        table.add(format!("{name}: answered 429"), share, " %", Target::AtMost(1.0));
        table.remark(format!(
            "{name}: ideal {ideal:.2} s at {:.1} ms an answer; {}",
            latency * 1e3,
            seen.account()
        ));
    }
    Ok(())
}

/// The scan in the middle of three, and the seconds that an answer took.
fn three(bench: &Bench, latency: Duration, whose: Whose, checks: &[&str]) -> Result<(Seen, f64)> {
    let options = Options { latency, concurrency_limit: PER_ACCOUNT, ..Options::default() };
    let stage = Stage::new(bench, SUBACCOUNTS, options)?;
    let checks = of_checks(checks);
    let latency = stage.latency(bench)?;
    let scans = (0..3).map(|_| scan(bench, &stage, whose, &checks)).collect::<Result<_>>()?;
    Ok((middle(scans)?, latency))
}

/// All requests, as many at a time as are permitted.
fn ideal(seen: &Seen, latency: f64) -> f64 {
    let permitted = OVERALL.min(PER_ACCOUNT * (SUBACCOUNTS + 1));
    count(seen.requests) * latency / count(permitted)
}

fn count(number: impl TryInto<u32>) -> f64 {
    number.try_into().map_or(f64::INFINITY, f64::from)
}
