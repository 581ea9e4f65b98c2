//! Elastic SIP Trunking.

use super::Host::{Routes, Trunking};
use super::column::{bool, hashed, int, json, label, masked, text, time, url};
use super::endpoint::{list, single};
use super::kind::Kind;
use super::numbers::ROUTE_COLUMNS;
use super::sip::MAPPING_COLUMNS;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &TRUNK,
    &TRUNK_ORIGINATION_URL,
    &TRUNK_CREDENTIAL_LIST,
    &TRUNK_ACL,
    &TRUNK_PHONE_NUMBER,
    &TRUNK_RECORDING,
    &TRUNK_ROUTE,
];

static TRUNK: Kind = Kind::new(
    "trunk",
    "elastic_sip_trunking",
    list(Trunking, "/v1/Trunks", "trunks").permission("/twilio/voice/sip.trunks/list"),
)
.linked_by("domain_name")
.columns(&[
    label("friendly_name"),
    text("domain_name"),
    bool("secure"),
    text("auth_type"),
    json("auth_type_set"),
    text("transfer_mode"),
    text("transfer_caller_id"),
    text("recording_mode").at("recording.mode").always_said_within(),
    text("recording_trim").at("recording.trim"),
    bool("symmetric_rtp_enabled"),
    bool("cnam_lookup_enabled"),
    url("disaster_recovery_url"),
    text("disaster_recovery_method"),
    time("date_created"),
    time("date_updated"),
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

static TRUNK_PHONE_NUMBER: Kind = Kind::new(
    "trunk_phone_number",
    "elastic_sip_trunking",
    list(Trunking, "/v1/Trunks/{parent}/PhoneNumbers", "phone_numbers").per_each("trunk"),
)
.columns(&[masked("phone_number"), hashed("phone_number_hash").at("phone_number"), time("date_created")]);

static TRUNK_RECORDING: Kind = Kind::new(
    "trunk_recording",
    "elastic_sip_trunking",
    single(Trunking, "/v1/Trunks/{parent}/Recording").per_each("trunk"),
)
.identified_by(&[])
.columns(&[text("mode"), text("trim")]);

static TRUNK_ROUTE: Kind = Kind::new(
    "trunk_route",
    "elastic_sip_trunking",
    single(Routes, "/v2/Trunks/{parent.link}")
        .per_each_having("trunk", "domain_name")
        .never_configured_if_missing(),
)
.identified_by(&[])
.columns(ROUTE_COLUMNS);
