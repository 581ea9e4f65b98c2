//! The dated lists are whole, and fit each other and the catalogue.
#![allow(clippy::print_stderr)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::*;
use crate::catalogue::KINDS;

/// Of the products in the list of 2026-11-23.
const COUNTS: [(Status, i64); 5] = [
    (Status::NotEligible, 33),
    (Status::Conditional, 31),
    (Status::Eligible, 22),
    (Status::Unknown, 19),
    (Status::ControlPlane, 4),
];

fn ids() -> BTreeSet<&'static str> {
    products().iter().map(|product| product.id.as_str()).collect()
}

#[test]
fn every_product_is_there_once_with_its_sources() {
    assert_eq!((products().len(), ids().len()), (109, 109));
    for (status, count) in COUNTS {
        let found = products().iter().filter(|product| product.status == status).count();
        assert_eq!(i64::try_from(found), Ok(count), "{}", status.as_str());
    }
    for Product { id, title, condition, status, sources, .. } in products() {
        assert!(!title.is_empty() && !sources.is_empty(), "{id}");
        assert!(sources.iter().all(|source| source.starts_with("https://")), "{id}");
        assert!(*status == Status::Eligible || !condition.is_empty(), "{id} without a reason");
    }
}

#[test]
fn names_lead_to_products() {
    let ids = ids();
    let known = |product: &str| ids.contains(product);
    assert!(aliases().iter().flat_map(|alias| &alias.products).all(|id| known(id)));
    for product in &CATEGORIES.products {
        assert!(known(product) || product.starts_with('_'), "{product}");
    }
    for kind in KINDS.iter().copied() {
        assert!(known(kind.product) || kind.product == "account", "{}: {}", kind.name, kind.product);
    }
}

#[test]
fn every_category_that_twilio_named_has_a_product() {
    let facts = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/reference/twilio-api.md");
    let Ok(text) = std::fs::read_to_string(&facts) else {
        return eprintln!("skipped: ../shared/reference/twilio-api.md is not there");
    };
    let section = text.split("### 5.2 ").nth(1).and_then(|rest| rest.split("### 5.3 ").next()).unwrap();
    let cells = section.lines().filter_map(|line| {
        let mut cells = line.split(" | ").skip(1);
        cells.next()?.trim().parse::<usize>().ok()?;
        cells.next()?.split('`').nth(1)
    });
    let categories: Vec<String> = cells.flat_map(str::split_whitespace).flat_map(expand).collect();
    assert_eq!(categories.len(), 643);
    let unmapped: Vec<_> = categories.iter().filter(|name| usage_product(name) == "_unmapped").collect();
    assert!(unmapped.is_empty(), "{unmapped:?}");
}

/// `a-{b,c[-d]}` stands for a-b, a-c and a-c-d.
fn expand(short: &str) -> Vec<String> {
    let Some(open) = short.find(['{', '[']) else { return vec![short.to_owned()] };
    let close = closing(short, open);
    let (start, inner, rest) = (&short[..open], &short[open + 1..close], &short[close + 1..]);
    let middles = if short[open..].starts_with('[') { vec![inner, ""] } else { choices(inner) };
    let whole = |middle: &&str| format!("{start}{middle}{rest}");
    middles.iter().map(whole).flat_map(|longer| expand(&longer)).collect()
}

fn closing(text: &str, open: usize) -> usize {
    let mut depth = 0;
    let end = text[open..].find(|c| {
        depth += i32::from("{[".contains(c)) - i32::from("}]".contains(c));
        depth == 0
    });
    open + end.unwrap()
}

/// The alternatives between commas, leaving those of inner braces together.
fn choices(inner: &str) -> Vec<&str> {
    let mut depth = 0;
    inner
        .split(|c| {
            depth += i32::from("{[".contains(c)) - i32::from("}]".contains(c));
            depth == 0 && c == ','
        })
        .collect()
}

#[test]
fn the_short_notation_is_understood() {
    let mut found = expand("a-{b,c[-{d,e}]}");
    found.sort();
    assert_eq!(found, ["a-b", "a-c", "a-c-d", "a-c-e"]);
}

#[test]
fn the_tables_hold_the_lists() {
    let connection = Connection::open_in_memory().unwrap();
    load(&connection).unwrap();
    let mut statement = connection.prepare("select status, count(*) from baa_product group by 1").unwrap();
    let counts: BTreeMap<String, i64> =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect();
    assert_eq!(counts, COUNTS.map(|(status, count)| (status.as_str().to_owned(), count)).into());
    let metered = "select (select count(*) from metered_product where product in ('sms', 'wireless')),
                          (select count(*) from metered_product where product in ('phone_numbers', 'toll_free')
                                                                   or substr(product, 1, 1) = '_')";
    assert_eq!(connection.query_row(metered, [], |row| Ok((row.get(0)?, row.get(1)?))), Ok((2, 0)));
    let orphans = "select count(*) from product_alias where product not in (select id from baa_product)";
    assert_eq!(connection.query_row(orphans, [], |row| row.get::<_, i64>(0)), Ok(0));
}

/// People review Twilio's list and not this program's file, whose date is another.
#[test]
fn a_review_is_asked_for_where_the_last_one_is_older_than_twilios_own_edition() {
    let edition = PRODUCTS.edition_dated;
    let said = |reviewed_on| outdated(PRODUCTS.dated, Some(reviewed_on)).concat();
    assert!(said(edition.yesterday().unwrap()).contains(&format!("is of {edition} at least")));
    assert_eq!(said(edition), "");
    assert!(edition < PRODUCTS.dated && PRODUCTS.edition.contains(&edition.to_string()));
}
