//! SIP domains, what guards them, and connections to other carriers.

use super::Host::{Api, Routes, Voice};
use super::column::{Column, bool, hashed, int, label, masked, one_of, text, time, url};
use super::endpoint::{list, single};
use super::kind::Kind;
use super::numbers::ROUTE_COLUMNS;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &SIP_DOMAIN,
    &SIP_DOMAIN_CALL_CREDENTIAL_LIST,
    &SIP_DOMAIN_CALL_ACL,
    &SIP_DOMAIN_REGISTRATION_CREDENTIAL_LIST,
    &SIP_DOMAIN_CREDENTIAL_LIST,
    &SIP_DOMAIN_ACL,
    &SIP_DOMAIN_ROUTE,
    &SIP_CREDENTIAL_LIST,
    &SIP_CREDENTIAL,
    &SIP_ACL,
    &SIP_ACL_ADDRESS,
    &BYOC_TRUNK,
    &CONNECTION_POLICY,
    &CONNECTION_POLICY_TARGET,
    &IP_RECORD,
    &SOURCE_IP_MAPPING,
];

static SIP_DOMAIN: Kind = Kind::new(
    "sip_domain",
    "sip_interface",
    list(Api, "/2010-04-01/Accounts/{account}/SIP/Domains.json", "domains")
        .permission("/twilio/voice/sip.domains/list"),
)
.linked_by("domain_name")
.columns(&[
    label("friendly_name"),
    text("domain_name"),
    text("auth_type"),
    bool("secure"),
    bool("sip_registration"),
    bool("emergency_calling_enabled"),
    text("byoc_trunk_sid"),
    url("voice_url"),
    text("voice_method"),
    url("voice_fallback_url"),
    text("voice_fallback_method"),
    url("voice_status_callback_url"),
    text("voice_status_callback_method"),
    time("date_created"),
    time("date_updated"),
]);

/// What is kept of the assignment of one thing to another.
pub(super) const MAPPING_COLUMNS: &[Column] = &[label("friendly_name"), time("date_created")];

static SIP_DOMAIN_CALL_CREDENTIAL_LIST: Kind = Kind::new(
    "sip_domain_call_credential_list",
    "sip_interface",
    list(
        Api,
        "/2010-04-01/Accounts/{account}/SIP/Domains/{parent}/Auth/Calls/CredentialListMappings.json",
        "contents",
    )
    .per_each("sip_domain")
    .permission("/twilio/voice/sip.domains.auth.calls.credential-list-mappings/list"),
)
.columns(MAPPING_COLUMNS);

static SIP_DOMAIN_CALL_ACL: Kind = Kind::new(
    "sip_domain_call_acl",
    "sip_interface",
    list(
        Api,
        "/2010-04-01/Accounts/{account}/SIP/Domains/{parent}/Auth/Calls/IpAccessControlListMappings.json",
        "contents",
    )
    .per_each("sip_domain")
    .permission("/twilio/voice/sip.ip-acl-mappings/list"),
)
.columns(MAPPING_COLUMNS);

static SIP_DOMAIN_REGISTRATION_CREDENTIAL_LIST: Kind = Kind::new(
    "sip_domain_registration_credential_list",
    "sip_interface",
    list(
        Api,
        "/2010-04-01/Accounts/{account}/SIP/Domains/{parent}/Auth/Registrations/CredentialListMappings.json",
        "contents",
    )
    .per_each("sip_domain")
    .permission("/twilio/voice/sip.domains.auth.registrations.credential-list-mappings/list"),
)
.columns(MAPPING_COLUMNS);

/// Assignments of an older kind, which guard calls as well.
static SIP_DOMAIN_CREDENTIAL_LIST: Kind = Kind::new(
    "sip_domain_credential_list",
    "sip_interface",
    list(
        Api,
        "/2010-04-01/Accounts/{account}/SIP/Domains/{parent}/CredentialListMappings.json",
        "credential_list_mappings",
    )
    .per_each("sip_domain"),
)
.columns(MAPPING_COLUMNS);

/// Assignments of an older kind, which guard calls as well.
static SIP_DOMAIN_ACL: Kind = Kind::new(
    "sip_domain_acl",
    "sip_interface",
    list(
        Api,
        "/2010-04-01/Accounts/{account}/SIP/Domains/{parent}/IpAccessControlListMappings.json",
        "ip_access_control_list_mappings",
    )
    .per_each("sip_domain"),
)
.columns(MAPPING_COLUMNS);

static SIP_DOMAIN_ROUTE: Kind = Kind::new(
    "sip_domain_route",
    "sip_interface",
    single(Routes, "/v2/SipDomains/{parent.link}").per_each("sip_domain").never_configured_if_missing(),
)
.identified_by(&[])
.columns(ROUTE_COLUMNS);

static SIP_CREDENTIAL_LIST: Kind = Kind::new(
    "sip_credential_list",
    "sip_interface",
    list(Api, "/2010-04-01/Accounts/{account}/SIP/CredentialLists.json", "credential_lists")
        .permission("/twilio/voice/sip.credential-lists/list"),
)
.columns(&[label("friendly_name"), time("date_created"), time("date_updated")]);

/// Names that anybody would try first.
const GENERIC_NAMES: &[&str] = &["admin", "user", "test", "sip", "trunk"];

static SIP_CREDENTIAL: Kind = Kind::new(
    "sip_credential",
    "sip_interface",
    list(Api, "/2010-04-01/Accounts/{account}/SIP/CredentialLists/{parent}/Credentials.json", "credentials")
        .per_each("sip_credential_list")
        .permission("/twilio/voice/sip.credential-lists.credentials/list"),
)
.columns(&[
    masked("username"),
    hashed("username_hash").at("username"),
    one_of(GENERIC_NAMES, "generic_name").at("username"),
    time("date_created"),
    time("date_updated"),
]);

static SIP_ACL: Kind = Kind::new(
    "sip_acl",
    "sip_interface",
    list(Api, "/2010-04-01/Accounts/{account}/SIP/IpAccessControlLists.json", "ip_access_control_lists")
        .permission("/twilio/voice/sip.ip-acls/list"),
)
.columns(&[label("friendly_name"), time("date_created")]);

static SIP_ACL_ADDRESS: Kind = Kind::new(
    "sip_acl_address",
    "sip_interface",
    list(
        Api,
        "/2010-04-01/Accounts/{account}/SIP/IpAccessControlLists/{parent}/IpAddresses.json",
        "ip_addresses",
    )
    .per_each("sip_acl")
    .permission("/twilio/voice/sip.ip-acls.ip-addresses/list"),
)
.columns(&[label("friendly_name"), text("ip_address"), int("cidr_prefix_length")]);

static BYOC_TRUNK: Kind = Kind::new(
    "byoc_trunk",
    "byoc",
    list(Voice, "/v1/ByocTrunks", "byoc_trunks").permission("/twilio/voice/sip.byoc-trunks/list"),
)
.columns(&[
    label("friendly_name"),
    url("voice_url"),
    text("voice_method"),
    url("voice_fallback_url"),
    text("voice_fallback_method"),
    url("status_callback_url"),
    text("status_callback_method"),
    text("connection_policy_sid"),
    text("from_domain_sid"),
    bool("cnam_lookup_enabled"),
    time("date_created"),
]);

static CONNECTION_POLICY: Kind = Kind::new(
    "connection_policy",
    "byoc",
    list(Voice, "/v1/ConnectionPolicies", "connection_policies")
        .permission("/twilio/voice/sip.connection-policies/list"),
)
.columns(&[label("friendly_name"), time("date_created")]);

static CONNECTION_POLICY_TARGET: Kind = Kind::new(
    "connection_policy_target",
    "byoc",
    list(Voice, "/v1/ConnectionPolicies/{parent}/Targets", "targets").per_each("connection_policy"),
)
.columns(&[label("friendly_name"), url("target"), bool("enabled"), int("priority"), int("weight")]);

static IP_RECORD: Kind = Kind::new(
    "ip_record",
    "sip_interface",
    list(Voice, "/v1/IpRecords", "ip_records").permission("/twilio/voice/sip.ip-records/list"),
)
.columns(&[label("friendly_name"), text("ip_address"), int("cidr_prefix_length")]);

static SOURCE_IP_MAPPING: Kind = Kind::new(
    "source_ip_mapping",
    "sip_interface",
    list(Voice, "/v1/SourceIpMappings", "source_ip_mappings")
        .permission("/twilio/voice/sip.source-ip-mappings/list"),
)
.columns(&[text("ip_record_sid"), text("sip_domain_sid"), time("date_created")]);
