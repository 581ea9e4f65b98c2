//! Messaging services, their senders, channels, registrations, short links and templates.
//!
//! Sample messages and what was told to carriers about a business stay unread.

use super::Host::{Content, Lookups, Messaging};
use super::Paging;
use super::column::{
    Column, bool, count, host, int, json, label, masked, names, phi_signs, scheme, text, time, url,
};
use super::endpoint::{list, single};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &MESSAGING_SERVICE,
    &MESSAGING_SERVICE_PHONE_NUMBER,
    &MESSAGING_SERVICE_SHORT_CODE,
    &MESSAGING_SERVICE_ALPHA_SENDER,
    &MESSAGING_SERVICE_DESTINATION_ALPHA_SENDER,
    &MESSAGING_SERVICE_CHANNEL_SENDER,
    &A2P_CAMPAIGN,
    &LINK_SHORTENING_DOMAIN,
    &LINK_SHORTENING_CONFIG,
    &LINK_SHORTENING_CERTIFICATE,
    &WHATSAPP_SENDER,
    &RCS_SENDER,
    &BRAND_REGISTRATION,
    &TOLL_FREE_VERIFICATION,
    &CONTENT_TEMPLATE,
    &LOOKUP_RATE_LIMIT,
];

static MESSAGING_SERVICE: Kind = Kind::new(
    "messaging_service",
    "messaging_services",
    list(Messaging, "/v1/Services", "services").permission("/twilio/messaging/services/list"),
)
.columns(&[
    label("friendly_name"),
    url("inbound_request_url"),
    text("inbound_method"),
    url("fallback_url"),
    text("fallback_method"),
    url("status_callback"),
    bool("sticky_sender"),
    bool("fallback_to_long_code"),
    bool("use_inbound_webhook_on_number"),
    bool("area_code_geomatch"),
    bool("smart_encoding"),
    bool("mms_converter"),
    bool("us_app_to_person_registered"),
    text("scan_message_content"),
    label("usecase"),
    int("validity_period"),
    time("date_created"),
]);

static MESSAGING_SERVICE_PHONE_NUMBER: Kind = Kind::new(
    "messaging_service_phone_number",
    "messaging_services",
    list(Messaging, "/v1/Services/{parent}/PhoneNumbers", "phone_numbers")
        .per_each("messaging_service")
        .permission("/twilio/messaging/services.phonenumbers/list"),
)
.columns(&[masked("phone_number"), text("country_code"), json("capabilities")]);

static MESSAGING_SERVICE_SHORT_CODE: Kind = Kind::new(
    "messaging_service_short_code",
    "messaging_services",
    list(Messaging, "/v1/Services/{parent}/ShortCodes", "short_codes")
        .per_each("messaging_service")
        .permission("/twilio/messaging/services.shortcodes/list"),
)
.columns(&[text("short_code"), text("country_code")]);

static MESSAGING_SERVICE_ALPHA_SENDER: Kind = Kind::new(
    "messaging_service_alpha_sender",
    "alphanumeric_sender",
    list(Messaging, "/v1/Services/{parent}/AlphaSenders", "alpha_senders")
        .per_each("messaging_service")
        .permission("/twilio/messaging/services.alphasenders/list"),
)
.columns(&[label("alpha_sender")]);

/// An alphanumeric sender for one country.
static MESSAGING_SERVICE_DESTINATION_ALPHA_SENDER: Kind = Kind::new(
    "messaging_service_destination_alpha_sender",
    "alphanumeric_sender",
    list(Messaging, "/v1/Services/{parent}/DestinationAlphaSenders", "alpha_senders")
        .per_each("messaging_service")
        .permission("/twilio/messaging/services.destination-alpha-senders/list"),
)
.columns(&[label("alpha_sender"), text("iso_country_code")]);

static MESSAGING_SERVICE_CHANNEL_SENDER: Kind = Kind::new(
    "messaging_service_channel_sender",
    "other_channels",
    list(Messaging, "/v1/Services/{parent}/ChannelSenders", "senders")
        .per_each("messaging_service")
        .permission("/twilio/messaging/services.channelsenders/list"),
)
.columns(&[
    masked("sender"),
    // The masked sender has lost its prefix, and the type is not always set.
    scheme("channel").at("sender"),
    text("sender_type"),
    text("country_code"),
]);

static A2P_CAMPAIGN: Kind = Kind::new(
    "a2p_campaign",
    "sms",
    list(Messaging, "/v1/Services/{parent}/Compliance/Usa2p", "compliance")
        .per_each("messaging_service")
        .permission("/twilio/messaging/services.usa2p-campaign/list"),
)
.columns(&[
    text("brand_registration_sid"),
    text("campaign_status"),
    text("usecase").at("us_app_to_person_usecase"),
    bool("is_externally_registered"),
    time("date_created"),
    time("date_updated"),
]);

/// The domain in a messaging service's short links.
static LINK_SHORTENING_DOMAIN: Kind = Kind::new(
    "link_shortening_domain",
    "link_shortening",
    single(Messaging, "/v1/LinkShortening/MessagingServices/{parent}/Domain")
        .per_each("messaging_service")
        .never_configured_if_missing(),
)
.identified_by(&["domain_sid"]);

static LINK_SHORTENING_CONFIG: Kind = Kind::new(
    "link_shortening_config",
    "link_shortening",
    single(Messaging, "/v1/LinkShortening/Domains/{parent}/Config")
        .per_each("link_shortening_domain")
        .never_configured_if_missing(),
)
.identified_by(&[])
.columns(&[
    text("config_sid"),
    url("fallback_url"),
    url("callback_url"),
    bool("disable_https"),
    bool("continue_on_failure"),
    time("date_updated"),
]);

static LINK_SHORTENING_CERTIFICATE: Kind = Kind::new(
    "link_shortening_certificate",
    "link_shortening",
    single(Messaging, "/v1/LinkShortening/Domains/{parent}/Certificate")
        .per_each("link_shortening_domain")
        .never_configured_if_missing(),
)
.identified_by(&[])
.columns(&[
    text("certificate_sid"),
    host("domain_host").at("domain_name"),
    time("date_expires"),
    time("date_updated"),
]);

const CHANNEL_SENDER_COLUMNS: &[Column] = &[
    masked("sender_id"),
    text("status"),
    count("offline_reason_count").at("offline_reasons").sometimes_said(),
    url("callback_url").at("webhook.callback_url"),
    text("callback_method").at("webhook.callback_method"),
    url("fallback_url").at("webhook.fallback_url"),
    text("fallback_method").at("webhook.fallback_method"),
    url("status_callback_url").at("webhook.status_callback_url"),
    text("status_callback_method").at("webhook.status_callback_method"),
];

// Twilio refuses this list without a channel, so each channel is a listing of its own.
static WHATSAPP_SENDER: Kind = Kind::new(
    "whatsapp_sender",
    "whatsapp",
    list(Messaging, "/v2/Channels/Senders", "senders")
        .query(&[("Channel", "whatsapp")])
        .permission("/twilio/messaging/whatsapp-senders/list"),
)
.columns(CHANNEL_SENDER_COLUMNS);

static RCS_SENDER: Kind = Kind::new(
    "rcs_sender",
    "rcs",
    list(Messaging, "/v2/Channels/Senders", "senders").query(&[("Channel", "rcs")]),
)
.columns(CHANNEL_SENDER_COLUMNS);

static BRAND_REGISTRATION: Kind =
    Kind::new("brand_registration", "sms", list(Messaging, "/v1/a2p/BrandRegistrations", "data")).columns(&[
        text("status"),
        text("identity_status"),
        text("brand_type"),
        bool("mock"),
        text("customer_profile_bundle_sid"),
        count("error_count").at("errors"),
        time("date_created"),
        time("date_updated"),
    ]);

static TOLL_FREE_VERIFICATION: Kind = Kind::new(
    "toll_free_verification",
    "toll_free",
    list(Messaging, "/v1/Tollfree/Verifications", "verifications")
        // The parent can be shown those of its subaccounts, which are read with their own credentials.
        .query(&[("IncludeSubAccounts", "false")]),
)
.columns(&[
    text("tollfree_phone_number_sid"),
    text("status"),
    int("error_code"),
    time("edit_expiration"),
    time("date_created"),
    time("date_updated"),
]);

/// A template of a message: of what kinds it is, not what it says.
static CONTENT_TEMPLATE: Kind = Kind::new(
    "content_template",
    "content_api",
    list(Content, "/v1/Content", "contents").permission("/twilio/messaging/content-templates/list"),
)
.columns(&[
    label("friendly_name"),
    text("language"),
    names("types"),
    phi_signs("text_signs").at("types"),
    phi_signs("variable_signs").at("variables"),
    time("date_created"),
]);

static LOOKUP_RATE_LIMIT: Kind = Kind::new(
    "lookup_rate_limit",
    "lookup",
    list(Lookups, "/v2/RateLimits", "rate_limits").paged_by(Paging::None).page_size(0),
)
.identified_by(&["field", "bucket"])
.columns(&[text("field"), text("bucket"), text("owner"), int("max_requests").at("limit"), int("ttl")]);
