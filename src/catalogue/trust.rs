//! Papers of a business and its numbers: regulatory bundles and trust profiles.
//!
//! Only whether they are approved, for how long, and where news of them goes. The people and documents in
//! them are never asked for.

use super::Host::{Numbers, TrustHub};
use super::column::{Column, count, label, mail_domain, text, time, url};
use super::endpoint::list;
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&REGULATORY_BUNDLE, &CUSTOMER_PROFILE, &TRUST_PRODUCT];

static REGULATORY_BUNDLE: Kind = Kind::new(
    "regulatory_bundle",
    "trust_hub",
    list(Numbers, "/v2/RegulatoryCompliance/Bundles", "results")
        .permission("/twilio/phone-numbers/regulatory-compliance.bundles/list"),
)
.columns(&[
    text("status"),
    text("regulation_sid"),
    time("valid_until"),
    url("status_callback"),
    mail_domain("email_domain").at("email"),
    time("date_updated"),
]);

const PROFILE_COLUMNS: &[Column] = &[
    label("friendly_name"),
    text("status"),
    text("policy_sid"),
    time("valid_until"),
    url("status_callback"),
    mail_domain("email_domain").at("email"),
    count("error_count").at("errors"),
    time("date_updated"),
];

static CUSTOMER_PROFILE: Kind =
    Kind::new("customer_profile", "trust_hub", list(TrustHub, "/v1/CustomerProfiles", "results"))
        .columns(PROFILE_COLUMNS);

static TRUST_PRODUCT: Kind =
    Kind::new("trust_product", "trust_hub", list(TrustHub, "/v1/TrustProducts", "results"))
        .columns(PROFILE_COLUMNS);
