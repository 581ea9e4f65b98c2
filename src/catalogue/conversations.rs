//! Conversations, Programmable Chat, Sync, Notify and Proxy.

use super::Host::{Conversations, Sync};
use super::kind::{Kind, bool, hashed, label, list, masked, text, time, url};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&CONVERSATION_ADDRESS, &SYNC_SERVICE];

static CONVERSATION_ADDRESS: Kind = Kind::new(
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

static SYNC_SERVICE: Kind =
    Kind::new("sync_service", "sync", list(Sync, "/v1/Services", "services").page_size(100)).columns(&[
        label("friendly_name"),
        label("unique_name"),
        bool("acl_enabled"),
        bool("webhooks_from_rest_enabled"),
        url("webhook_url"),
        time("date_created"),
    ]);
