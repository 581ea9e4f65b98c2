//! Names that `audit.toml` and the command line share with the catalogue: a misspelt one must not pass in
//! silence, for it would cover nothing and waive nothing.

use anyhow::{Result, anyhow};

use crate::evidence::data;
use crate::intent::{Decision, Intent};
use crate::model::looks_like_sid;

/// Checks the names in a declaration: checks of waivers, products. `checks` are the ids of all checks, and whether
/// they cite an addressable specification.
pub(super) fn check_names(intent: &Intent, checks: &[(String, bool)]) -> Result<()> {
    for waiver in &intent.waiver {
        let place = place_of(waiver.finding.as_deref());
        known("check", &waiver.check, checks.iter().map(|(id, _)| id.as_str()))
            .map_err(|error| anyhow!("{place}: {error}"))?;
        let measure = waiver.equivalent_measure.as_deref().unwrap_or_default();
        if waiver.decision() == Decision::Accept && measure.trim().is_empty() {
            let is_addressable = checks.iter().any(|(id, addressable)| *id == waiver.check && *addressable);
            return Err(anyhow!("{place} of {}: {}", waiver.check, no_measure(is_addressable)));
        }
        if let (Some(resource), None, None) = (&waiver.resource, &waiver.account, &waiver.finding)
            && !looks_like_sid(resource)
        {
            return Err(anyhow!(
                "audit.toml, [[waiver]] of {}: `{resource}` is no SID and may be in many accounts; name the account too",
                waiver.check
            ));
        }
    }
    for fixed in &intent.fixed {
        known("check", &fixed.check, checks.iter().map(|(id, _)| id.as_str()))
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

/// What is missing of an acceptance without a measure. HIPAA lets an addressable specification alone be replaced; whoever
/// does not meet anything else yet says no less than that.
const fn no_measure(is_addressable: bool) -> &'static str {
    if is_addressable {
        "the rule behind it cites an addressable specification (45 CFR 164.306(d)(3)): write what is done instead \
         into `equivalent_measure`"
    } else {
        "the rule behind it cites what nothing may replace (45 CFR 164.306(d)(2)): write what limits the risk until it \
         is met into `equivalent_measure`"
    }
}

/// Where a waiver stands. Those of one finding may stand in either file, and their finding is easy to find.
fn place_of(finding: Option<&str>) -> String {
    match finding {
        Some(finding) => format!("reviews.toml or audit.toml, [[waiver]] of {finding}"),
        None => "audit.toml, [[waiver]]".to_owned(),
    }
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
