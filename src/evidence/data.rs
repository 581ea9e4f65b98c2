//! The dated lists beside the checks: what the BAA covers, and which product a usage category
//! belongs to. They are data, so that an update of Twilio's list is an update of a file.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::RegexSet;
use rusqlite::{Connection, params};
use serde::Deserialize;

use super::functions::hosts;
use crate::redact::phone;

/// The text of `checks/products.toml`.
pub const PRODUCTS_TOML: &str = include_str!("../../checks/products.toml");

/// The text of `checks/usage_categories.toml`.
pub const USAGE_CATEGORIES_TOML: &str = include_str!("../../checks/usage_categories.toml");

/// A product of Twilio as its list of eligible products sees it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The id that checks, findings and `audit.toml` use: `voice_recordings`.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Whether a BAA can cover it.
    pub status: Status,
    /// What must be true for it to be covered, or why it is not; may be empty.
    #[serde(default)]
    pub condition: String,
    /// Where its sources disagree, and what is made of it; mostly empty.
    #[serde(default)]
    pub conflict: String,
    /// Where that is said.
    pub sources: Vec<String>,
}

/// Whether a BAA can cover a product. The list is closed: silence is `unknown`, never `eligible`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Listed without a mark.
    Eligible,
    /// Listed with a condition.
    Conditional,
    /// Named as excluded, discontinued, or another company's channel.
    NotEligible,
    /// Named nowhere: not covered until Twilio says so in writing.
    Unknown,
    /// An administration surface that should carry no PHI.
    ControlPlane,
}

impl Status {
    /// The word for it in SQL and reports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Eligible => "eligible",
            Self::Conditional => "conditional",
            Self::NotEligible => "not_eligible",
            Self::Unknown => "unknown",
            Self::ControlPlane => "control_plane",
        }
    }
}

/// A name that a BAA attachment may use for several products.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alias {
    /// As people write it: `Programmable Voice`.
    pub name: String,
    /// The products meant.
    pub products: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProductFile {
    #[serde(deserialize_with = "date")]
    dated: Date,
    /// The newest edition of Twilio's own list that is known.
    #[serde(deserialize_with = "date")]
    edition_dated: Date,
    edition: String,
    #[expect(dead_code, reason = "for the reader of the file")]
    sources: Vec<String>,
    product: Vec<Product>,
    alias: Vec<Alias>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CategoryFile {
    #[serde(deserialize_with = "date")]
    dated: Date,
    #[expect(dead_code, reason = "for the reader of the file")]
    sources: Vec<String>,
    category: Vec<Category>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Category {
    pattern: String,
    product: String,
}

/// A TOML date, which serde shows as a table of its own.
fn date<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
    let date = toml::value::Datetime::deserialize(deserializer)?;
    date.to_string().parse().map_err(serde::de::Error::custom)
}

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
static PRODUCTS: LazyLock<ProductFile> =
    LazyLock::new(|| toml::from_str(PRODUCTS_TOML).expect("checks/products.toml is valid"));

/// The patterns as one set: a name is held against all of them at once, and the first counts.
struct Categories {
    dated: Date,
    patterns: RegexSet,
    products: Vec<String>,
}

#[expect(clippy::expect_used, reason = "the files are part of the program, and a test reads them")]
static CATEGORIES: LazyLock<Categories> = LazyLock::new(|| {
    let file: CategoryFile =
        toml::from_str(USAGE_CATEGORIES_TOML).expect("checks/usage_categories.toml is valid");
    let whole = file.category.iter().map(|category| format!("(?i)^(?:{})$", category.pattern));
    let patterns = RegexSet::new(whole).expect("valid patterns");
    let products = file.category.into_iter().map(|category| category.product).collect();
    Categories { dated: file.dated, patterns, products }
});

/// Every product, in the order of the file.
pub fn products() -> &'static [Product] {
    &PRODUCTS.product
}

/// Names for several products at once.
pub fn aliases() -> &'static [Alias] {
    &PRODUCTS.alias
}

/// A list of facts that age: after so many days it should have been held against its sources again.
const OUTDATED_AFTER_DAYS: i32 = 90;

/// What is known of the edition of Twilio's own document behind a list, whose date is not that of the list; empty where a
/// list is no copy of one.
pub fn edition_of(list: &str) -> &'static str {
    if list == ELIGIBLE_PRODUCTS { &PRODUCTS.edition } else { "" }
}

/// Every list of facts that ages, with the day on which it was last held against its sources.
pub fn dated_lists() -> [(&'static str, Date); 4] {
    [
        (ELIGIBLE_PRODUCTS, PRODUCTS.dated),
        ("usage categories", CATEGORIES.dated),
        ("known hosts", hosts::DATED),
        ("area and country codes", phone::DATED),
    ]
}

const ELIGIBLE_PRODUCTS: &str = "eligible products";

/// What the reader must know of the age of the lists, in sentences. `reviewed_on` is the day on which the
/// operator compared Twilio's list of eligible products with what is in use.
pub fn outdated(today: Date, reviewed_on: Option<Date>) -> Vec<String> {
    let mut sentences = Vec::new();
    for (name, dated) in dated_lists() {
        let days = (today - dated).get_days();
        if days > OUTDATED_AFTER_DAYS {
            sentences.push(format!(
                "The list of {name} in this program is of {dated}, {days} days old: look for a newer version."
            ));
        }
        if name == ELIGIBLE_PRODUCTS
            && let Some(day) = reviewed_on.filter(|day| *day < PRODUCTS.edition_dated)
        {
            sentences.push(format!(
                "Twilio's list of {name} is of {} at least, and you last reviewed it on {day}: review it, and write the \
                 day into catalogue.eligible_list_reviewed_on.",
                PRODUCTS.edition_dated
            ));
        }
    }
    sentences
}

/// The product that a usage category belongs to, or one of `_infrastructure`, `_edition_signal` and
/// `_unmapped`.
pub fn usage_product(category: &str) -> &'static str {
    let first = CATEGORIES.patterns.matches(category.trim()).into_iter().next();
    first.and_then(|index| CATEGORIES.products.get(index)).map_or("_unmapped", String::as_str)
}

/// The products that some usage category belongs to: only of them can usage tell that they are idle.
fn metered_products() -> impl Iterator<Item = &'static str> {
    CATEGORIES.products.iter().map(String::as_str).filter(|product| !product.starts_with('_'))
}

/// Creates and fills the tables `baa_product`, `product_alias` and `metered_product` for the life of a
/// connection: a stored scan is judged by the list of the program that judges it. Aliases are kept in
/// lower case; every title is an alias, too.
pub fn load(connection: &Connection) -> rusqlite::Result<()> {
    connection.execute_batch(
        "create temp table baa_product (id text primary key, title text, status text, condition text, conflict text, sources text) strict;
         create temp table product_alias (alias text, product text, primary key (alias, product)) strict;
         create temp table metered_product (product text primary key) strict;",
    )?;
    let mut product = connection.prepare("insert into baa_product values (?1, ?2, ?3, ?4, ?5, ?6)")?;
    let mut alias = connection.prepare("insert or ignore into product_alias values (?1, ?2)")?;
    for Product { id, title, status, condition, conflict, sources } in products() {
        product.execute(params![id, title, status.as_str(), condition, conflict, sources.join(" ")])?;
        alias.execute(params![title.to_lowercase(), id])?;
    }
    for Alias { name, products } in aliases() {
        for id in products {
            alias.execute(params![name.to_lowercase(), id])?;
        }
    }
    let mut metered = connection.prepare("insert or ignore into metered_product values (?1)")?;
    for product in metered_products() {
        metered.execute([product])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
