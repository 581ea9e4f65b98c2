//! What listens, reads along or answers: Conversational Intelligence, AI Assistants, Knowledge.

use super::Host::Intelligence;
use super::kind::{Kind, bool, json, label, list, text, url};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&INTELLIGENCE_SERVICE];

static INTELLIGENCE_SERVICE: Kind = Kind::new(
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
