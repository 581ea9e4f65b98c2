//! What was read, as a table: accounts × products. Worked out from the readings as they come; it knows no report.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::ser::{Serialize, Serializer};

use super::{Coverage, Readings, ScannedAccount};

/// How many of some kinds were read whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, JsonSchema)]
pub struct Share {
    /// Those of which every list was read to its end, or the absence itself was read.
    pub read: usize,
    /// All of them.
    pub of: usize,
}

/// What was read of one product in one account.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, JsonSchema)]
pub struct Cell<'a> {
    /// The account.
    pub account_sid: &'a str,
    /// The product, by the id used in `checks/products.toml`.
    pub product: &'a str,
    /// Its kinds.
    #[serde(flatten)]
    pub kinds: Share,
}

/// The table of a scan. Accounts that are not active have no part in it: what they do not show is no gap that
/// anybody could close.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matrix {
    /// Account × kind, of the kinds without which some check can call nothing fine.
    pub required: Share,
    /// The listings of these accounts, and those of them that were read.
    pub listings: Share,
    /// The SIDs of the accounts, in the order of the scan.
    accounts: Vec<String>,
    /// The products, in alphabetical order.
    products: Vec<String>,
    /// What was read, by places in the two lists. Both numbers are those of a product's kinds, and small.
    shares: BTreeMap<(u16, u32), (u16, u16)>,
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
    /// The table of some accounts, from readings that come account by account and kind by kind.
    ///
    /// # Errors
    ///
    /// When the readings cannot be read.
    pub fn of(
        accounts: &[ScannedAccount],
        product_of: &BTreeMap<String, String>,
        needed_by: &BTreeMap<String, Vec<String>>,
        readings: &dyn Readings,
    ) -> io::Result<Self> {
        let active = accounts.iter().filter(|account| account.active);
        let accounts: Vec<String> = active.map(|account| account.account_sid.clone()).collect();
        // A kind that belongs to none stands under a product without a name.
        let products: BTreeSet<&str> = product_of.values().map(String::as_str).chain([""]).collect();
        let products: Vec<String> = products.into_iter().map(str::to_owned).collect();
        let mut matrix = Self { accounts, products, ..Self::default() };
        let place_of: HashMap<String, u32> =
            (0..).zip(&matrix.accounts).map(|(at, sid)| (sid.clone(), at)).collect();
        let mut last: Option<(u32, String, bool)> = None;
        let end = |matrix: &mut Self, (account, kind, is_read): (u32, String, bool)| {
            if needed_by.contains_key(&kind) {
                matrix.required.add(is_read);
            }
            matrix.add(account, product_of.get(&kind).map_or("", String::as_str), is_read);
        };
        readings.each_reading(&mut |reading: &Coverage| {
            let Some(account) = place_of.get(reading.account_sid.as_str()).copied() else { return Ok(()) };
            let is_read = reading.status.is_conclusive();
            matrix.listings.add(is_read);
            match &mut last {
                Some((other, kind, whole)) if *other == account && *kind == reading.resource_type => {
                    *whole &= is_read;
                }
                _ => {
                    let ended = last.replace((account, reading.resource_type.clone(), is_read));
                    if let Some(ended) = ended {
                        end(&mut matrix, ended);
                    }
                }
            }
            Ok(())
        })?;
        if let Some(ended) = last.take() {
            end(&mut matrix, ended);
        }
        Ok(matrix)
    }

    fn add(&mut self, account: u32, product: &str, is_read: bool) {
        let place = self.products.binary_search_by(|known| known.as_str().cmp(product));
        let Some(product) = place.ok().and_then(|place| u16::try_from(place).ok()) else { return };
        let (read, of) = self.shares.entry((product, account)).or_default();
        *of += 1;
        *read += u16::from(is_read);
    }

    /// What was read of each product in each account: by product, then by account in the order of the scan.
    pub fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        self.shares.iter().map(|((product, account), (read, of))| Cell {
            account_sid: self.accounts.get(*account as usize).map_or("", String::as_str),
            product: self.products.get(usize::from(*product)).map_or("", String::as_str),
            kinds: Share { read: usize::from(*read), of: usize::from(*of) },
        })
    }

    /// The products that some account was not read whole of, and the others; in alphabetical order.
    pub fn partly_and_whole(&self) -> (Vec<&str>, Vec<&str>) {
        let partly: BTreeSet<&str> =
            self.cells().filter(|cell| !cell.kinds.is_whole()).map(|cell| cell.product).collect();
        self.products().into_iter().partition(|product| partly.contains(product))
    }

    /// How many kinds were not read whole in each account that has such a cell at all.
    pub fn unread(&self) -> HashMap<&str, usize> {
        let mut unread: HashMap<&str, usize> = HashMap::new();
        for cell in self.cells() {
            *unread.entry(cell.account_sid).or_default() += cell.kinds.of - cell.kinds.read;
        }
        unread
    }

    /// The products that were read of some account, in alphabetical order.
    pub fn products(&self) -> BTreeSet<&str> {
        self.cells().map(|cell| cell.product).collect()
    }

    /// What was read of a product in an account; nothing where the product is not read per account.
    pub fn share(&self, product: &str, account_sid: &str) -> Option<Share> {
        let product = self.products.binary_search_by(|known| known.as_str().cmp(product)).ok()?;
        let account = self.accounts.iter().position(|known| known == account_sid)?;
        let (read, of) = self.shares.get(&(u16::try_from(product).ok()?, u32::try_from(account).ok()?))?;
        Some(Share { read: usize::from(*read), of: usize::from(*of) })
    }
}

impl Serialize for Matrix {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Written { required: self.required, cells: Cells(self) }.serialize(to)
    }
}

impl JsonSchema for Matrix {
    fn schema_name() -> Cow<'static, str> {
        "Matrix".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

/// How much was read of each product in each account; accounts that are not active have no part in it.
#[derive(serde::Serialize, JsonSchema)]
struct Written<'a> {
    /// Account × kind, of the kinds without which some check can call nothing fine.
    required: Share,
    /// By product, then by account in the order of `accounts`.
    #[schemars(with = "Vec<Cell<'a>>")]
    cells: Cells<'a>,
}

/// The cells, written one by one.
struct Cells<'a>(&'a Matrix);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(self.0.cells())
    }
}
