//! Elastic SIP Trunking.

use super::Host::Trunking;
use super::kind::{Kind, bool, int, label, list, single, text, time, url};
use super::sip::MAPPING_COLUMNS;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] =
    &[&TRUNK, &TRUNK_ORIGINATION_URL, &TRUNK_CREDENTIAL_LIST, &TRUNK_ACL, &TRUNK_RECORDING];

static TRUNK: Kind = Kind::new(
    "trunk",
    "elastic_sip_trunking",
    list(Trunking, "/v1/Trunks", "trunks").permission("/twilio/voice/sip.trunks/list"),
)
.columns(&[
    label("friendly_name"),
    text("domain_name"),
    bool("secure"),
    text("auth_type"),
    text("transfer_mode"),
    bool("cnam_lookup_enabled"),
    url("disaster_recovery_url"),
    text("disaster_recovery_method"),
    time("date_created"),
]);

static TRUNK_ORIGINATION_URL: Kind = Kind::new(
    "trunk_origination_url",
    "elastic_sip_trunking",
    list(Trunking, "/v1/Trunks/{parent}/OriginationUrls", "origination_urls")
        .per_each("trunk")
        .permission("/twilio/voice/sip.trunks.origination-urls/list"),
)
.columns(&[label("friendly_name"), url("sip_url"), bool("enabled"), int("priority"), int("weight")]);

static TRUNK_CREDENTIAL_LIST: Kind = Kind::new(
    "trunk_credential_list",
    "elastic_sip_trunking",
    list(Trunking, "/v1/Trunks/{parent}/CredentialLists", "credential_lists")
        .per_each("trunk")
        .permission("/twilio/voice/sip.trunks.auth.calls.credential-list-mappings/list"),
)
.columns(MAPPING_COLUMNS);

static TRUNK_ACL: Kind = Kind::new(
    "trunk_acl",
    "elastic_sip_trunking",
    list(Trunking, "/v1/Trunks/{parent}/IpAccessControlLists", "ip_access_control_lists")
        .per_each("trunk")
        .permission("/twilio/voice/sip.trunks.auth.calls.ip-acl-mappings/list"),
)
.columns(MAPPING_COLUMNS);

static TRUNK_RECORDING: Kind = Kind::new(
    "trunk_recording",
    "elastic_sip_trunking",
    single(Trunking, "/v1/Trunks/{parent}/Recording").per_each("trunk"),
)
.identified_by(&[])
.columns(&[text("mode"), text("trim")]);
