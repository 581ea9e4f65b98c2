//! Marketplace add-ons: other companies' programs that see an account's traffic.

use super::Host::Marketplace;
use super::kind::{Kind, label, list, time};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&INSTALLED_ADD_ON];

static INSTALLED_ADD_ON: Kind = Kind::new(
    "installed_add_on",
    "marketplace_addons",
    list(Marketplace, "/v1/InstalledAddOns", "installed_add_ons"),
)
.columns(&[label("friendly_name"), label("unique_name"), time("date_created")]);
