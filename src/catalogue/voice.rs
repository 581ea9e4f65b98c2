//! Voice: queues, SIP, trunks, geography, recordings, speech intelligence.

use super::Host::{Api, Intelligence, Trunking, Voice};
use super::kind::{
    Column, Kind, bool, hashed, host, int, json, label, list, masked, present, single, text, time, url,
};

pub(super) static QUEUE: Kind =
    Kind::new("queue", "voice", list(Api, "/2010-04-01/Accounts/{account}/Queues.json", "queues"))
        .columns(&[label("friendly_name")]);

pub(super) static SIP_DOMAIN: Kind = Kind::new(
    "sip_domain",
    "sip_interface",
    list(Api, "/2010-04-01/Accounts/{account}/SIP/Domains.json", "domains")
        .permission("/twilio/voice/sip.domains/list"),
)
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
]);

const MAPPING_COLUMNS: &[Column] = &[label("friendly_name"), time("date_created")];

pub(super) static SIP_DOMAIN_CALL_CREDENTIAL_LIST: Kind = Kind::new(
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

pub(super) static SIP_DOMAIN_CALL_ACL: Kind = Kind::new(
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

pub(super) static SIP_DOMAIN_REGISTRATION_CREDENTIAL_LIST: Kind = Kind::new(
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

pub(super) static SIP_CREDENTIAL_LIST: Kind = Kind::new(
    "sip_credential_list",
    "sip_interface",
    list(Api, "/2010-04-01/Accounts/{account}/SIP/CredentialLists.json", "credential_lists")
        .permission("/twilio/voice/sip.credential-lists/list"),
)
.columns(&[label("friendly_name"), time("date_created"), time("date_updated")]);

pub(super) static SIP_CREDENTIAL: Kind = Kind::new(
    "sip_credential",
    "sip_interface",
    list(Api, "/2010-04-01/Accounts/{account}/SIP/CredentialLists/{parent}/Credentials.json", "credentials")
        .per_each("sip_credential_list")
        .permission("/twilio/voice/sip.credential-lists.credentials/list"),
)
.columns(&[
    masked("username"),
    hashed("username_hash").at("username"),
    time("date_created"),
    time("date_updated"),
]);

pub(super) static SIP_ACL: Kind = Kind::new(
    "sip_acl",
    "sip_interface",
    list(Api, "/2010-04-01/Accounts/{account}/SIP/IpAccessControlLists.json", "ip_access_control_lists")
        .permission("/twilio/voice/sip.ip-acls/list"),
)
.columns(&[label("friendly_name"), time("date_created")]);

pub(super) static SIP_ACL_ADDRESS: Kind = Kind::new(
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

pub(super) static TRUNK: Kind = Kind::new(
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

pub(super) static TRUNK_ORIGINATION_URL: Kind = Kind::new(
    "trunk_origination_url",
    "elastic_sip_trunking",
    list(Trunking, "/v1/Trunks/{parent}/OriginationUrls", "origination_urls")
        .per_each("trunk")
        .permission("/twilio/voice/sip.trunks.origination-urls/list"),
)
.columns(&[label("friendly_name"), url("sip_url"), bool("enabled"), int("priority"), int("weight")]);

pub(super) static TRUNK_CREDENTIAL_LIST: Kind = Kind::new(
    "trunk_credential_list",
    "elastic_sip_trunking",
    list(Trunking, "/v1/Trunks/{parent}/CredentialLists", "credential_lists")
        .per_each("trunk")
        .permission("/twilio/voice/sip.trunks.auth.calls.credential-list-mappings/list"),
)
.columns(MAPPING_COLUMNS);

pub(super) static TRUNK_ACL: Kind = Kind::new(
    "trunk_acl",
    "elastic_sip_trunking",
    list(Trunking, "/v1/Trunks/{parent}/IpAccessControlLists", "ip_access_control_lists")
        .per_each("trunk")
        .permission("/twilio/voice/sip.trunks.auth.calls.ip-acl-mappings/list"),
)
.columns(MAPPING_COLUMNS);

pub(super) static TRUNK_RECORDING: Kind = Kind::new(
    "trunk_recording",
    "elastic_sip_trunking",
    single(Trunking, "/v1/Trunks/{parent}/Recording").per_each("trunk"),
)
.identified_by("")
.columns(&[text("mode"), text("trim")]);

pub(super) static DIALING_PERMISSION: Kind =
    Kind::new("dialing_permission", "voice", list(Voice, "/v1/DialingPermissions/Countries", "content"))
        .identified_by("iso_code")
        .columns(&[
            text("name"),
            bool("low_risk_numbers_enabled"),
            bool("high_risk_special_numbers_enabled"),
            bool("high_risk_tollfraud_numbers_enabled"),
        ]);

pub(super) static VOICE_SETTING: Kind = Kind::new("voice_setting", "voice", single(Voice, "/v1/Settings"))
    .identified_by("")
    .columns(&[bool("dialing_permissions_inheritance")]);

pub(super) static RECORDING: Kind = Kind::new(
    "recording",
    "voice_recordings",
    list(Api, "/2010-04-01/Accounts/{account}/Recordings.json", "recordings")
        .since("DateCreated>", 30)
        .permission("/twilio/voice/recordings/list")
        .at_most_pages(10),
)
.columns(&[
    text("status"),
    text("source"),
    int("channels"),
    time("date_created"),
    present("encrypted").at("encryption_details"),
    text("public_key_sid").at("encryption_details.encryption_public_key_sid"),
    host("media_host").at("media_url"),
    int("error_code"),
]);

pub(super) static INTELLIGENCE_SERVICE: Kind = Kind::new(
    "intelligence_service",
    "conversational_intelligence_classic",
    list(Intelligence, "/v2/Services", "services").permission("/twilio/voice/intelligence.services/list"),
)
.columns(&[
    label("friendly_name"),
    label("unique_name"),
    bool("auto_redaction"),
    bool("media_redaction"),
    bool("auto_transcribe"),
    bool("data_logging"),
    text("encryption_credential_sid"),
    url("webhook_url"),
    text("webhook_http_method"),
    text("language_code"),
    json("operator_sids").at("read_only_attached_operator_sids"),
]);
