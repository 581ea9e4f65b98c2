//! The coverage as a heat map: accounts down the side, products along the top.

use super::name;
use crate::model::{Scan, ScannedAccount, Share};
use crate::report::grid::Mark;

/// Accounts that are shown at most.
const ACCOUNTS: usize = 40;

/// What was read.
#[derive(Debug, Default)]
pub(super) struct HeatMap {
    /// The products that some account was not read whole of.
    pub(super) products: Vec<String>,
    /// Those that were read whole in every account.
    pub(super) whole: Vec<String>,
    /// Accounts with PHI first, then those of which least was read.
    pub(super) accounts: Vec<Line>,
    /// How many more accounts there are.
    pub(super) more: usize,
}

/// An account.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) sid: String,
    pub(super) phi: bool,
    pub(super) squares: Vec<Square>,
}

/// What was read of a product in an account.
#[derive(Debug)]
pub(super) struct Square {
    pub(super) class: &'static str,
    pub(super) mark: &'static str,
    /// As `2/5`; empty where nothing was asked.
    pub(super) share: String,
}

impl HeatMap {
    pub(super) fn of(scan: &Scan) -> Self {
        let matrix = &scan.matrix;
        let unread = matrix.unread();
        let (partly, whole) = matrix.partly_and_whole();
        let mut accounts: Vec<&ScannedAccount> = scan.accounts.iter().filter(|one| one.active).collect();
        let missing = |one: &ScannedAccount| unread.get(one.account_sid.as_str()).copied().unwrap_or(0);
        accounts.sort_by_key(|one| (!one.phi, std::cmp::Reverse(missing(one))));
        let more = accounts.len().saturating_sub(ACCOUNTS);
        accounts.truncate(ACCOUNTS);
        let line = |account: &&ScannedAccount| Line {
            name: name(&account.account_name),
            sid: account.account_sid.clone(),
            phi: account.phi,
            squares: partly
                .iter()
                .map(|product| square(matrix.share(product, &account.account_sid)))
                .collect(),
        };
        Self {
            accounts: accounts.iter().map(line).collect(),
            products: partly.into_iter().map(title).collect(),
            whole: whole.into_iter().map(title).collect(),
            more,
        }
    }
}

fn square(share: Option<Share>) -> Square {
    let mark = Mark::of(share);
    let class = match mark {
        Mark::NotAsked => "unasked",
        Mark::Whole => "whole",
        Mark::Nothing => "unread",
        Mark::Partly => "partly",
    };
    let share = share.map(|Share { read, of }| format!("{read}/{of}")).unwrap_or_default();
    Square { class, mark: mark.sign(), share }
}

/// Kinds that belong to no product have one without a name.
fn title(product: &str) -> String {
    if product.is_empty() { "other".to_owned() } else { product.to_owned() }
}
