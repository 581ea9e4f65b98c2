//! What was read, as a table: accounts × products. Worked out from the coverage; it knows no report.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::Scan;

/// How many of some kinds were read whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Those of which every list was read to its end, or the absence itself was read.
    pub read: usize,
    /// All of them.
    pub of: usize,
}

/// What was read of one product in one account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cell {
    /// The account.
    pub account_sid: String,
    /// The product, by the id used in `checks/products.toml`.
    pub product: String,
    /// Its kinds.
    #[serde(flatten)]
    pub kinds: Share,
}

/// The table of a scan. Accounts that are not active have no part in it: what they do not show is no gap that
/// anybody could close.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matrix {
    /// Account × kind, of the kinds without which some check can call nothing fine.
    pub required: Share,
    /// Account × product, by product, then by account in the order of the scan.
    pub cells: Vec<Cell>,
}

impl Share {
    /// Whether all of it was read.
    pub const fn is_whole(self) -> bool {
        self.read == self.of
    }

    /// In percent, rounded down: 100 means all. Nothing of nothing is all.
    pub const fn percent(self) -> usize {
        match self.of {
            0 => 100,
            of => self.read * 100 / of,
        }
    }

    const fn add(&mut self, is_read: bool) {
        self.of += 1;
        self.read += is_read as usize;
    }
}

impl Matrix {
    /// The table of a scan.
    pub fn of(scan: &Scan) -> Self {
        let order: BTreeMap<&str, usize> = scan
            .accounts
            .iter()
            .filter(|account| account.active)
            .enumerate()
            .map(|(place, account)| (account.account_sid.as_str(), place))
            .collect();
        let mut kinds: BTreeMap<(usize, &str), bool> = BTreeMap::new();
        for coverage in &scan.coverage {
            if let Some(place) = order.get(coverage.account_sid.as_str()) {
                *kinds.entry((*place, &coverage.resource_type)).or_insert(true) &=
                    coverage.status.is_conclusive();
            }
        }
        let mut required = Share::default();
        let mut cells: BTreeMap<(&str, usize), Share> = BTreeMap::new();
        for ((place, kind), is_read) in kinds {
            if scan.needed_by.contains_key(kind) {
                required.add(is_read);
            }
            let product = scan.product_of.get(kind).map_or("", String::as_str);
            cells.entry((product, place)).or_default().add(is_read);
        }
        let sids: Vec<&str> =
            scan.accounts.iter().filter(|account| account.active).map(|a| a.account_sid.as_str()).collect();
        let cell = |((product, place), kinds): ((&str, usize), Share)| Cell {
            account_sid: sids.get(place).copied().unwrap_or_default().to_owned(),
            product: product.to_owned(),
            kinds,
        };
        Self { required, cells: cells.into_iter().map(cell).collect() }
    }

    /// The products, in alphabetical order.
    pub fn products(&self) -> BTreeSet<&str> {
        self.cells.iter().map(|cell| cell.product.as_str()).collect()
    }

    /// What was read of a product in an account; nothing where the product is not read per account.
    pub fn share(&self, product: &str, account_sid: &str) -> Option<Share> {
        self.cells
            .iter()
            .find(|cell| cell.product == product && cell.account_sid == account_sid)
            .map(|cell| cell.kinds)
    }
}
