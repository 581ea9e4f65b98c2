//! The coverage on the terminal: which products could not be read whole, and in which accounts.

use std::collections::BTreeMap;
use std::io::{self, Write};

use anstyle::AnsiColor;

use super::cell::{at_most, printable};
use super::paragraph::{BOLD, DIM};
use crate::model::{Matrix, Scan, ScannedAccount, Share};

/// Accounts side by side: what 80 columns hold beside the names of the products.
const ACCOUNTS: usize = 12;
/// Characters of a product's name.
const NAME: usize = 30;

/// Writes the share of what was required, and the products that were not read whole.
pub(super) fn write(scan: &Scan, to: &mut impl Write) -> io::Result<()> {
    let matrix = Matrix::of(scan);
    let Share { read, of } = matrix.required;
    let percent = matrix.required.percent();
    writeln!(to, "\n{BOLD}Coverage{BOLD:#}  {read} of {of} required cells read ({percent} %)")?;
    let active: Vec<&ScannedAccount> = scan.accounts.iter().filter(|account| account.active).collect();
    let gaps = |product: &str| {
        matrix.cells.iter().filter(|cell| cell.product == product && !cell.kinds.is_whole()).count()
    };
    let (partly, whole): (Vec<&str>, Vec<&str>) =
        matrix.products().into_iter().partition(|product| gaps(product) > 0);
    if partly.is_empty() {
        return writeln!(to, "  {DIM}all {} products, in every active account{DIM:#}", whole.len());
    }
    let shown = most_in_the_dark(&matrix, &active);
    write!(to, "  {:NAME$}", "")?;
    for place in 1..=shown.len() {
        write!(to, "{DIM}{place:>3}{DIM:#} ")?;
    }
    writeln!(to)?;
    for product in &partly {
        write!(to, "  {:NAME$}", at_most(product, NAME - 1))?;
        for account in &shown {
            mark(matrix.share(product, &account.account_sid), to)?;
        }
        writeln!(to)?;
    }
    if !whole.is_empty() {
        write!(to, "  {:NAME$}", format!("{} other products", whole.len()))?;
        for _ in &shown {
            mark(Some(Share { read: 1, of: 1 }), to)?;
        }
        writeln!(to)?;
    }
    legend(&shown, active.len(), to)
}

/// The accounts to show, in the order of the scan: those of which least was read where there are too many.
fn most_in_the_dark<'a>(matrix: &Matrix, active: &[&'a ScannedAccount]) -> Vec<&'a ScannedAccount> {
    let mut unread: BTreeMap<&str, usize> = BTreeMap::new();
    for cell in &matrix.cells {
        *unread.entry(&cell.account_sid).or_default() += cell.kinds.of - cell.kinds.read;
    }
    let mut places: Vec<usize> = (0..active.len()).collect();
    let dark = |place: &usize| {
        active.get(*place).and_then(|account| unread.get(account.account_sid.as_str())).copied().unwrap_or(0)
    };
    places.sort_by_key(|place| (std::cmp::Reverse(dark(place)), *place));
    places.truncate(ACCOUNTS);
    places.sort_unstable();
    places.into_iter().filter_map(|place| active.get(place).copied()).collect()
}

fn mark(share: Option<Share>, to: &mut impl Write) -> io::Result<()> {
    let (style, mark) = match share {
        None => (DIM, "·"),
        Some(share) if share.is_whole() => (AnsiColor::Green.on_default(), "●"),
        Some(Share { read: 0, .. }) => (AnsiColor::Red.on_default(), "○"),
        Some(_) => (AnsiColor::Yellow.on_default(), "◐"),
    };
    write!(to, "  {style}{mark}{style:#} ")
}

fn legend(shown: &[&ScannedAccount], active: usize, to: &mut impl Write) -> io::Result<()> {
    writeln!(to, "  {DIM}● read whole  ◐ partly  ○ not read  · not asked per account{DIM:#}")?;
    for pair in shown.chunks(2).enumerate() {
        let (row, accounts) = pair;
        let name = |(column, account): (usize, &&ScannedAccount)| {
            let number = row * 2 + column + 1;
            format!("{number:>2} {:<34}", at_most(&printable(&account.account_name), 34))
        };
        let line: String = accounts.iter().enumerate().map(name).collect::<Vec<_>>().join("  ");
        writeln!(to, "  {DIM}{}{DIM:#}", line.trim_end())?;
    }
    if let Some(more @ 1..) = active.checked_sub(shown.len()) {
        writeln!(to, "  {DIM}and {more} more accounts, see coverage.csv{DIM:#}")?;
    }
    Ok(())
}
