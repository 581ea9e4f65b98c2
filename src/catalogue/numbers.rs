//! Telephone numbers, what handles them, and their papers.

use super::Host::{Api, Numbers, Routes};
use super::Paging;
use super::column::{
    Column, bool, country, hashed, json, label, label_class, masked, text, time, toll_free, url,
};
use super::endpoint::{list, single};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &PHONE_NUMBER,
    &PHONE_NUMBER_ADD_ON,
    &PHONE_NUMBER_ROUTE,
    &TWIML_APP,
    &SHORT_CODE,
    &OUTGOING_CALLER_ID,
    &ADDRESS,
    &HOSTED_NUMBER_ORDER,
    &PORTING_WEBHOOK,
    &PORT_IN_REQUEST,
];

static PHONE_NUMBER: Kind = Kind::new(
    "phone_number",
    "phone_numbers",
    list(Api, "/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json", "incoming_phone_numbers")
        .permission("/twilio/phone-numbers/active-numbers/list")
        .of_inactive_too(),
)
.linked_by("phone_number")
.columns(&[
    label("friendly_name"),
    masked("phone_number"),
    hashed("phone_number_hash").at("phone_number"),
    country("country").at("phone_number"),
    // The values of Twilio's own `type` are not documented.
    toll_free("toll_free").at("phone_number"),
    text("number_type").at("type"),
    text("status"),
    text("origin"),
    url("voice_url"),
    text("voice_method"),
    url("voice_fallback_url"),
    text("voice_fallback_method"),
    url("sms_url"),
    text("sms_method"),
    url("sms_fallback_url"),
    text("sms_fallback_method"),
    url("status_callback"),
    text("status_callback_method"),
    text("voice_application_sid"),
    text("sms_application_sid"),
    text("trunk_sid"),
    text("voice_receive_mode"),
    bool("voice_capable").at("capabilities.voice"),
    bool("sms_capable").at("capabilities.sms"),
    bool("mms_capable").at("capabilities.mms"),
    bool("fax_capable").at("capabilities.fax"),
    bool("voice_caller_id_lookup"),
    text("emergency_status"),
    text("emergency_address_status"),
    text("address_sid"),
    text("bundle_sid"),
    time("date_created"),
    time("date_updated"),
]);

/// An add-on that sees the traffic of a number.
static PHONE_NUMBER_ADD_ON: Kind = Kind::new(
    "phone_number_add_on",
    "marketplace_addons",
    list(
        Api,
        "/2010-04-01/Accounts/{account}/IncomingPhoneNumbers/{parent}/AssignedAddOns.json",
        "assigned_add_ons",
    )
    .per_each("phone_number"),
)
.columns(&[label("friendly_name"), label("unique_name"), time("date_created")]);

/// What is kept of the answer to where calls are processed.
pub(super) const ROUTE_COLUMNS: &[Column] = &[text("voice_region"), time("date_updated")];

static PHONE_NUMBER_ROUTE: Kind = Kind::new(
    "phone_number_route",
    "phone_numbers",
    single(Routes, "/v2/PhoneNumbers/{parent.link}").per_each("phone_number").never_configured_if_missing(),
)
.identified_by(&[])
.columns(ROUTE_COLUMNS);

static TWIML_APP: Kind = Kind::new(
    "twiml_app",
    "voice",
    list(Api, "/2010-04-01/Accounts/{account}/Applications.json", "applications")
        .permission("/twilio/voice/twiml.apps/list"),
)
.columns(&[
    label("friendly_name"),
    url("voice_url"),
    text("voice_method"),
    url("voice_fallback_url"),
    text("voice_fallback_method"),
    url("status_callback"),
    text("status_callback_method"),
    url("sms_url"),
    text("sms_method"),
    url("sms_fallback_url"),
    text("sms_fallback_method"),
    url("sms_status_callback"),
    url("message_status_callback"),
    bool("voice_caller_id_lookup"),
    bool("public_application_connect_enabled"),
    time("date_created"),
    time("date_updated"),
]);

static SHORT_CODE: Kind = Kind::new(
    "short_code",
    "short_code",
    list(Api, "/2010-04-01/Accounts/{account}/SMS/ShortCodes.json", "short_codes"),
)
.columns(&[
    label("friendly_name"),
    text("short_code"),
    url("sms_url"),
    text("sms_method"),
    url("sms_fallback_url"),
    text("sms_fallback_method"),
]);

static OUTGOING_CALLER_ID: Kind = Kind::new(
    "outgoing_caller_id",
    "phone_numbers",
    list(Api, "/2010-04-01/Accounts/{account}/OutgoingCallerIds.json", "outgoing_caller_ids")
        .permission("/twilio/voice/outgoing-caller-ids/list"),
)
.columns(&[
    label("friendly_name"),
    masked("phone_number"),
    hashed("phone_number_hash").at("phone_number"),
    country("country").at("phone_number"),
    time("date_created"),
]);

/// Addresses for emergency calls: of names only their class is kept and how many differ; streets stay unread.
static ADDRESS: Kind = Kind::new(
    "address",
    "phone_numbers",
    list(Api, "/2010-04-01/Accounts/{account}/Addresses.json", "addresses")
        .permission("/twilio/phone-numbers/address-service/read"),
)
.columns(&[
    label_class("name_class").at("friendly_name"),
    label_class("customer_class").at("customer_name"),
    hashed("customer_hash").at("customer_name"),
    text("iso_country"),
    bool("validated"),
    bool("verified"),
    bool("emergency_enabled"),
]);

static HOSTED_NUMBER_ORDER: Kind =
    Kind::new("hosted_number_order", "phone_numbers", list(Numbers, "/v2/HostedNumber/Orders", "items"))
        .columns(&[text("status"), text("incoming_phone_number_sid"), time("date_created")]);

static PORTING_WEBHOOK: Kind =
    Kind::new("porting_webhook", "phone_numbers", single(Numbers, "/v1/Porting/Configuration/Webhook"))
        .identified_by(&[])
        .columns(&[url("port_in_target_url"), url("port_out_target_url"), json("notifications_of")]);

/// That numbers are on their way in. The papers, with names and PINs, stay unread.
static PORT_IN_REQUEST: Kind = Kind::new(
    "port_in_request",
    "phone_numbers",
    list(Numbers, "/v1/Porting/PortIn/PortInRequests", "port_in_requests")
        .paged_by(Paging::SnakeToken)
        .page_size(100),
)
.identified_by(&["port_in_request_sid"])
.columns(&[text("status").at("port_in_request_status")]);
