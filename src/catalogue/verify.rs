//! Verify. Nothing of the people who are verified.

use super::Host::Verify;
use super::column::{bool, int, json, label, present, text, time, url};
use super::endpoint::list;
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &VERIFY_SERVICE,
    &VERIFY_MESSAGING_CONFIGURATION,
    &VERIFY_RATE_LIMIT,
    &VERIFY_RATE_LIMIT_BUCKET,
    &VERIFY_WEBHOOK,
    &VERIFY_TEMPLATE,
];

static VERIFY_SERVICE: Kind = Kind::new(
    "verify_service",
    "verify",
    list(Verify, "/v2/Services", "services").permission("/twilio/verify/service/list"),
)
.columns(&[
    label("friendly_name"),
    int("code_length"),
    bool("lookup_enabled"),
    bool("psd2_enabled"),
    bool("custom_code_enabled"),
    bool("do_not_share_warning_enabled"),
    bool("dtmf_input_required"),
    bool("skip_sms_to_landlines"),
    text("default_template_sid"),
    bool("verify_event_subscription_enabled"),
    bool("push_include_date").at("push.include_date"),
    text("push_apn_credential_sid").at("push.apn_credential_sid"),
    text("push_fcm_credential_sid").at("push.fcm_credential_sid"),
    label("totp_issuer").at("totp.issuer"),
    int("totp_code_length").at("totp.code_length"),
    int("totp_time_step").at("totp.time_step"),
    int("totp_skew").at("totp.skew"),
    text("whatsapp_service_sid").at("whatsapp.msg_service_sid"),
    present("whatsapp_from_set").at("whatsapp.from"),
    present("passkeys_set").at("passkeys.relying_party.id"),
    text("passkeys_user_verification").at("passkeys.user_verification"),
    time("date_created"),
]);

/// The messaging service that sends the codes to one country.
static VERIFY_MESSAGING_CONFIGURATION: Kind = Kind::new(
    "verify_messaging_configuration",
    "verify",
    list(Verify, "/v2/Services/{parent}/MessagingConfigurations", "messaging_configurations")
        .per_each("verify_service"),
)
.identified_by(&["country"])
.columns(&[text("messaging_service_sid"), time("date_created")]);

static VERIFY_RATE_LIMIT: Kind = Kind::new(
    "verify_rate_limit",
    "verify",
    list(Verify, "/v2/Services/{parent}/RateLimits", "rate_limits")
        .per_each("verify_service")
        .permission("/twilio/verify/rate-limit/list"),
)
.columns(&[label("unique_name"), time("date_created")]);

static VERIFY_RATE_LIMIT_BUCKET: Kind = Kind::new(
    "verify_rate_limit_bucket",
    "verify",
    list(Verify, "/v2/Services/{parent.parent_sid}/RateLimits/{parent}/Buckets", "buckets")
        .per_each("verify_rate_limit")
        .permission("/twilio/verify/bucket/list"),
)
.columns(&[int("max_requests").at("max"), int("interval_seconds").at("interval")]);

static VERIFY_WEBHOOK: Kind = Kind::new(
    "verify_webhook",
    "verify",
    list(Verify, "/v2/Services/{parent}/Webhooks", "webhooks")
        .per_each("verify_service")
        .permission("/twilio/verify/webhook/list"),
)
.columns(&[
    label("friendly_name"),
    json("event_types"),
    text("status"),
    text("version"),
    url("webhook_url"),
    text("webhook_method"),
    time("date_created"),
]);

/// A wording of the messages with codes: its name and where it is used, not what it says.
static VERIFY_TEMPLATE: Kind = Kind::new(
    "verify_template",
    "verify",
    list(Verify, "/v2/Templates", "templates").permission("/twilio/verify/verification-template/list"),
)
.columns(&[label("friendly_name"), json("channels")]);
