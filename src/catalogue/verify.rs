//! Verify.

use super::Host::Verify;
use super::kind::{Kind, bool, int, label, list, present, text, time};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&VERIFY_SERVICE];

static VERIFY_SERVICE: Kind = Kind::new(
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
