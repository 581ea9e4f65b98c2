//! Telephone numbers, what handles them, and their papers.

use super::Host::Api;
use super::kind::{Kind, bool, country, hashed, label, list, masked, text, time, toll_free, url};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&PHONE_NUMBER, &TWIML_APP, &SHORT_CODE, &OUTGOING_CALLER_ID];

static PHONE_NUMBER: Kind = Kind::new(
    "phone_number",
    "phone_numbers",
    list(Api, "/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json", "incoming_phone_numbers")
        .permission("/twilio/phone-numbers/active-numbers/list")
        .of_inactive_too(),
)
.columns(&[
    label("friendly_name"),
    masked("phone_number"),
    hashed("phone_number_hash").at("phone_number"),
    country("country").at("phone_number"),
    // Twilio's own field `type` has no documented values.
    toll_free("toll_free").at("phone_number"),
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
    bool("voice_caller_id_lookup"),
    time("date_created"),
]);

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
    masked("phone_number"),
    hashed("phone_number_hash").at("phone_number"),
    country("country").at("phone_number"),
    time("date_created"),
]);
