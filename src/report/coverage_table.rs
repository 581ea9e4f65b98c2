//! The coverage on the terminal: which products could not be read whole, and in which accounts.

use std::io::{self, Write};

use super::coverage_words;
use super::grid::{self, Mark};
use super::paragraph::{BOLD, DIM, paragraph};
use crate::model::{Matrix, Scan, ScannedAccount};

/// Writes the share of what was required, and the products that were not read whole.
pub(super) fn write(scan: &Scan, to: &mut impl Write) -> io::Result<()> {
    let matrix = &scan.matrix;
    writeln!(to, "\n{BOLD}What was read{BOLD:#}")?;
    let (partly, whole) = matrix.partly_and_whole();
    let table = if partly.is_empty() { "" } else { " The table shows all kinds." };
    paragraph("  ", &format!("{}{table}", coverage_words::kinds(scan)), to)?;
    if partly.is_empty() {
        return writeln!(to, "  {DIM}all {} products, in every active account{DIM:#}", whole.len());
    }
    let active: Vec<&ScannedAccount> = scan.accounts.iter().filter(|account| account.active).collect();
    let shown = most_in_the_dark(matrix, &active);
    let marks = |product: &str| {
        shown.iter().map(|account| Mark::of(matrix.share(product, &account.account_sid))).collect()
    };
    let rows: Vec<(String, Vec<Mark>)> =
        partly.iter().chain(&whole).map(|product| ((*product).to_owned(), marks(product))).collect();
    let names: Vec<&str> = shown.iter().map(|account| account.account_name.as_str()).collect();
    grid::write(&rows, 1..=names.len(), to)?;
    grid::legend(&names, active.len() - shown.len(), to)
}

/// The accounts to show, in the order of the scan: those of which least was read where there are too many.
fn most_in_the_dark<'a>(matrix: &Matrix, active: &[&'a ScannedAccount]) -> Vec<&'a ScannedAccount> {
    let unread = matrix.unread();
    let dark = |account: &ScannedAccount| unread.get(account.account_sid.as_str()).copied().unwrap_or(0);
    let mut places: Vec<(usize, &'a ScannedAccount)> = active.iter().copied().enumerate().collect();
    places.sort_by_key(|(place, account)| (std::cmp::Reverse(dark(account)), *place));
    places.truncate(grid::ACCOUNTS);
    places.sort_by_key(|(place, _)| *place);
    places.into_iter().map(|(_, account)| account).collect()
}
