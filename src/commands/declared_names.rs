//! Names that `audit.toml` and the command line share with the catalogue: a misspelt one must not pass in
//! silence, for it would cover nothing and waive nothing.

use anyhow::{Result, anyhow};

use super::declared_waivers::check_waiver;
use crate::evidence::data;
use crate::intent::Intent;
use crate::model::Rule;

/// Checks the names in a declaration, of checks and products, and what its waivers say. `rules` are those of all checks.
pub(super) fn check_names(intent: &Intent, rules: &[Rule]) -> Result<()> {
    for waiver in &intent.waiver {
        check_waiver(waiver, rules)?;
    }
    for fixed in &intent.fixed {
        known("check", &fixed.check, rules.iter().map(|rule| rule.id.as_str()))
            .map_err(|error| anyhow!("reviews.toml, [[fixed]]: {error}"))?;
    }
    let ids = || data::products().iter().map(|product| product.id.as_str());
    let without_phi = intent.account.iter().flat_map(|account| &account.no_phi_products);
    for name in without_phi.map(|entry| entry.product.as_str()) {
        known("product", name, ids()).map_err(|error| anyhow!("audit.toml, no_phi_products: {error}"))?;
    }
    let titles = data::products().iter().map(|product| product.title.as_str());
    let names: Vec<&str> =
        ids().chain(titles).chain(data::aliases().iter().map(|alias| alias.name.as_str())).collect();
    for name in intent.baa.iter().flat_map(|baa| &baa.covered_products) {
        let is_known = names.iter().any(|known| known.eq_ignore_ascii_case(name.trim()));
        if !is_known {
            known("product", name, names.iter().copied())
                .map_err(|error| anyhow!("audit.toml, covered_products: {error}"))?;
        }
    }
    Ok(())
}

/// Refuses a name that is not among the known ones, and says which is nearest.
pub(super) fn known<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> Result<()> {
    if known.clone().any(|candidate| candidate == name) {
        return Ok(());
    }
    let near = nearest(name, known).unwrap_or_default();
    Err(anyhow!("there is no {what} `{name}`; did you mean `{near}`?"))
}

/// The known names that are most like another, the nearest first.
pub(super) fn nearest_names<'a>(name: &str, mut known: Vec<&'a str>, most: usize) -> Vec<&'a str> {
    let likeness = |known: &str| strsim::jaro_winkler(known, name);
    known.sort_by(|a, b| likeness(b).total_cmp(&likeness(a)));
    known.truncate(most);
    known
}

/// The known name that is most like another.
pub(super) fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known.max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)))
}
