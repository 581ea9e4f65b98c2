//! What listens, reads along or answers: Conversational Intelligence, AI Assistants, Knowledge.
//!
//! Transcripts, sessions, prompts and what was learned are never read.

use super::Host::{Assistants, Intelligence, Knowledge};
use super::column::{Column, bool, host, int, json, label, text, time, url};
use super::endpoint::{list, single};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &INTELLIGENCE_SERVICE,
    &INTELLIGENCE_OPERATOR,
    &INTELLIGENCE_SERVICE_OPERATOR,
    &ASSISTANT,
    &ASSISTANT_TOOL,
    &ASSISTANT_KNOWLEDGE,
    &KNOWLEDGE_SOURCE,
];

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
    int("version"),
]);

/// Twilio's own operators and the account's. Their configuration holds prompts and is not kept.
static INTELLIGENCE_OPERATOR: Kind = Kind::new(
    "intelligence_operator",
    "conversational_intelligence_classic",
    list(Intelligence, "/v2/Operators", "operators").permission("/twilio/voice/intelligence.operators/list"),
)
.columns(&[
    label("friendly_name"),
    text("operator_type"),
    text("author"),
    text("availability"),
    int("version"),
    time("date_updated"),
]);

/// Which operators run on what a service transcribes.
static INTELLIGENCE_SERVICE_OPERATOR: Kind = Kind::new(
    "intelligence_service_operator",
    "conversational_intelligence_classic",
    single(Intelligence, "/v2/Services/{parent}/Operators")
        .per_each("intelligence_service")
        .permission("/twilio/voice/intelligence.operator-attachment/list"),
)
.identified_by(&["service_sid"])
.columns(&[json("operator_sids")]);

static ASSISTANT: Kind =
    Kind::new("assistant", "ai_assistants", list(Assistants, "/v1/Assistants", "assistants"))
        .identified_by(&["id"])
        .columns(&[label("name"), text("model"), time("date_created"), time("date_updated")]);

static ASSISTANT_TOOL: Kind =
    Kind::new("assistant_tool", "ai_assistants", list(Assistants, "/v1/Tools", "tools"))
        .identified_by(&["id"])
        .columns(&[
            label("name"),
            text("tool_type").at("type"),
            bool("enabled"),
            bool("requires_auth"),
            host("meta_host").at("meta.url"),
            time("date_updated"),
        ]);

const SOURCE: &[Column] =
    &[label("name"), text("knowledge_type").at("type"), text("status"), time("date_updated")];

static ASSISTANT_KNOWLEDGE: Kind =
    Kind::new("assistant_knowledge", "ai_assistants", list(Assistants, "/v1/Knowledge", "knowledge"))
        .identified_by(&["id"])
        .columns(SOURCE);

static KNOWLEDGE_SOURCE: Kind =
    Kind::new("knowledge_source", "ai_assistants", list(Knowledge, "/v1/Knowledge", "knowledge"))
        .identified_by(&["id"])
        .columns(SOURCE);
