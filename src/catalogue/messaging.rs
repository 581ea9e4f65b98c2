//! Messaging services and their senders, channels, Verify.

use super::Host::{Conversations, Messaging, Verify};
use super::kind::{
    Column, Kind, bool, hashed, int, json, label, list, masked, present, scheme, text, time, url,
};

pub(super) static MESSAGING_SERVICE: Kind = Kind::new(
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

pub(super) static MESSAGING_SERVICE_PHONE_NUMBER: Kind = Kind::new(
    "messaging_service_phone_number",
    "messaging_services",
    list(Messaging, "/v1/Services/{parent}/PhoneNumbers", "phone_numbers")
        .per_each("messaging_service")
        .permission("/twilio/messaging/services.phonenumbers/list"),
)
.columns(&[masked("phone_number"), text("country_code"), json("capabilities")]);

pub(super) static MESSAGING_SERVICE_SHORT_CODE: Kind = Kind::new(
    "messaging_service_short_code",
    "messaging_services",
    list(Messaging, "/v1/Services/{parent}/ShortCodes", "short_codes")
        .per_each("messaging_service")
        .permission("/twilio/messaging/services.shortcodes/list"),
)
.columns(&[text("short_code"), text("country_code")]);

pub(super) static MESSAGING_SERVICE_ALPHA_SENDER: Kind = Kind::new(
    "messaging_service_alpha_sender",
    "alphanumeric_sender",
    list(Messaging, "/v1/Services/{parent}/AlphaSenders", "alpha_senders")
        .per_each("messaging_service")
        .permission("/twilio/messaging/services.alphasenders/list"),
)
.columns(&[label("alpha_sender")]);

pub(super) static MESSAGING_SERVICE_CHANNEL_SENDER: Kind = Kind::new(
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
pub(super) static WHATSAPP_SENDER: Kind = Kind::new(
    "whatsapp_sender",
    "whatsapp",
    list(Messaging, "/v2/Channels/Senders", "senders")
        .query(&[("Channel", "whatsapp")])
        .permission("/twilio/messaging/whatsapp-senders/list"),
)
.columns(CHANNEL_SENDER_COLUMNS);

pub(super) static RCS_SENDER: Kind = Kind::new(
    "rcs_sender",
    "rcs",
    list(Messaging, "/v2/Channels/Senders", "senders").query(&[("Channel", "rcs")]),
)
.columns(CHANNEL_SENDER_COLUMNS);

pub(super) static CONVERSATION_ADDRESS: Kind = Kind::new(
    "conversation_address",
    "conversations",
    list(Conversations, "/v1/Configuration/Addresses", "address_configurations").page_size(50),
)
.columns(&[
    text("address_type").at("type"),
    masked("address"),
    // To recognise a number of the account: the masked address is not enough.
    hashed("address_hash").at("address"),
    text("address_country"),
    bool("auto_creation_enabled").at("auto_creation.enabled"),
    url("webhook_url").at("auto_creation.webhook_url"),
    text("webhook_method").at("auto_creation.webhook_method"),
    text("studio_flow_sid").at("auto_creation.studio_flow_sid"),
]);

pub(super) static VERIFY_SERVICE: Kind = Kind::new(
    "verify_service",
    "verify",
    list(Verify, "/v2/Services", "services").permission("/twilio/verify/service/list"),
)
.columns(&[
    label("friendly_name"),
    int("code_length"),
    bool("lookup_enabled"),
    bool("custom_code_enabled"),
    bool("do_not_share_warning_enabled"),
    bool("dtmf_input_required"),
    bool("skip_sms_to_landlines"),
    text("whatsapp_service_sid").at("whatsapp.msg_service_sid"),
    present("whatsapp_from_set").at("whatsapp.from"),
    present("passkeys_set").at("passkeys.relying_party.id"),
    time("date_created"),
]);
