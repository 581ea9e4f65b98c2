//! Marketplace add-ons: other companies' programs that see an account's traffic.
//!
//! Their `configuration` may hold keys of those companies and is never read.

use super::Host::Marketplace;
use super::column::{bool, label, time};
use super::endpoint::list;
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&INSTALLED_ADD_ON, &ADD_ON_EXTENSION];

static INSTALLED_ADD_ON: Kind = Kind::new(
    "installed_add_on",
    "marketplace_addons",
    list(Marketplace, "/v1/InstalledAddOns", "installed_add_ons"),
)
.columns(&[label("friendly_name"), label("unique_name"), time("date_created"), time("date_updated")]);

/// A product that an add-on can be used with.
static ADD_ON_EXTENSION: Kind = Kind::new(
    "add_on_extension",
    "marketplace_addons",
    list(Marketplace, "/v1/InstalledAddOns/{parent}/Extensions", "extensions").per_each("installed_add_on"),
)
.columns(&[label("friendly_name"), label("product_name"), label("unique_name"), bool("enabled")]);
