//! How much was read, in the words that every report uses: kinds, counted once per account, and lists.

use std::collections::HashSet;
use std::io;

use crate::model::{Readings, Scan, Share};

/// How many of the kinds that some check needs were read.
pub(super) fn kinds(scan: &Scan) -> String {
    required(scan.matrix.required, "were read")
}

/// How many of the kinds that some check needs were read, or can be: `doctor` and `scan` count alike.
pub(super) fn required(share: Share, read_or_can_be: &str) -> String {
    let (Share { read, of }, percent) = (share, share.percent());
    format!(
        "{read} of {of} required kinds of resource {read_or_can_be}, {percent} %: what some check needs, counted once \
         per active account."
    )
}

/// How many lists were read. Each is a row of coverage.csv, which has other rows too.
pub(super) fn lists(scan: &Scan) -> String {
    let Share { read, of } = scan.matrix.listings;
    let read = if scan.matrix.listings.is_whole() { "All".to_owned() } else { format!("{read} of") };
    let others = match scan.readings.checked_sub(of) {
        None | Some(0) => String::new(),
        Some(others) => format!(" Another {others} rows are of accounts that are not active."),
    };
    format!(
        "{read} {of} lists of active accounts were read, each a row of coverage.csv: of some kinds there is a list \
         under each of many resources.{others}"
    )
}

/// What no answer over the evidence can know: the lists that were not read, counted as everywhere. Nothing where all
/// were.
///
/// # Errors
///
/// When the readings cannot be read.
pub fn unread_lists(scan: &Scan, readings: &dyn Readings) -> io::Result<Option<String>> {
    let active = scan.accounts.iter().filter(|account| account.active);
    let active: HashSet<&str> = active.map(|account| account.account_sid.as_str()).collect();
    let mut of_others = 0_usize;
    readings.each_unread(&mut |coverage| {
        of_others += usize::from(!active.contains(coverage.account_sid.as_str()));
        Ok(())
    })?;
    let Share { read, of } = scan.matrix.listings;
    let lists = match (of.saturating_sub(read), of_others) {
        (0, 0) => return Ok(None),
        (unread, 0) => format!("{unread} of {of} lists of active accounts"),
        (0, others) => format!("{others} lists of accounts that are not active"),
        (unread, others) => {
            format!(
                "{unread} of {of} lists of active accounts, and {others} of accounts that are not active,"
            )
        }
    };
    Ok(Some(format!("{lists} were not read, and what is in them is in no answer: see coverage.csv")))
}
