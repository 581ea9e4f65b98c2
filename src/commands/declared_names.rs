//! Names that `audit.toml` and the command line share with the catalogue: a misspelt one must not pass in
//! silence, for it would cover nothing and waive nothing.

use anyhow::{Result, anyhow};

use crate::evidence::data;
use crate::intent::{Intent, IntentError, Names};
use crate::model::{Rule, did_you_mean};

/// Where the ids of checks are listed, in words.
pub(super) const CHECKS: &str = "`twilio-audit checks list` lists them";

/// Checks the names in a declaration, of checks and products, and what its waivers say. `rules` are those of all checks.
pub(super) fn check_names(intent: &Intent, rules: &[Rule]) -> Result<(), IntentError> {
    let products: Vec<&str> = data::products().iter().map(|product| product.id.as_str()).collect();
    let titles = data::products().iter().map(|product| product.title.as_str());
    let titles: Vec<&str> = titles.chain(data::aliases().iter().map(|alias| alias.name.as_str())).collect();
    intent.check_names(&Names { rules, products: &products, product_titles: &titles })
}

/// Refuses a name that is not among the known ones, and says which are near, or else where they are listed.
pub(super) fn known<'a>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    listed: &str,
) -> Result<()> {
    if known.clone().any(|candidate| candidate == name) {
        return Ok(());
    }
    match did_you_mean(name, known) {
        Some(question) => Err(anyhow!("there is no {what} `{name}`; {question}")),
        None => Err(anyhow!("there is no {what} `{name}`: {listed}")),
    }
}
