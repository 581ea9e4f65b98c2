//! How much was read, in the words that every report uses: kinds, counted once per account, and lists.

use crate::model::{Scan, Share};

/// How many of the kinds that some check needs were read.
pub(super) fn kinds(scan: &Scan) -> String {
    let Share { read, of } = scan.matrix.required;
    let percent = scan.matrix.required.percent();
    format!(
        "{read} of {of} required kinds of resource were read, {percent} %: what some check needs, counted once per \
         active account."
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
