//! Messaging services, their senders, channels and templates.

use super::Host::Messaging;
use super::kind::{Column, Kind, bool, int, json, label, list, masked, scheme, text, time, url};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &MESSAGING_SERVICE,
    &MESSAGING_SERVICE_PHONE_NUMBER,
    &MESSAGING_SERVICE_SHORT_CODE,
    &MESSAGING_SERVICE_ALPHA_SENDER,
    &MESSAGING_SERVICE_CHANNEL_SENDER,
    &WHATSAPP_SENDER,
    &RCS_SENDER,
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

const CHANNEL_SENDER_COLUMNS: &[Column] = &[
    masked("sender_id"),
    text("status"),
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
