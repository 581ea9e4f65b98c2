//! Conversations, Programmable Chat, Sync, Notify and Proxy.
//!
//! Services, roles and settings. Conversations, participants and messages are never read, and so neither are
//! the webhooks of a single conversation.

use super::Host::{Chat, Conversations, Notify, Proxy, Sync};
use super::column::{Column, bool, hashed, int, json, label, masked, present, text, time, url, variables};
use super::endpoint::{list, single};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &CONVERSATION_SETTING,
    &CONVERSATION_WEBHOOK,
    &CONVERSATION_ADDRESS,
    &CONVERSATION_SERVICE,
    &CONVERSATION_SERVICE_SETTING,
    &CONVERSATION_SERVICE_WEBHOOK,
    &CONVERSATION_SERVICE_NOTIFICATION,
    &CONVERSATION_ROLE,
    &CONVERSATION_SERVICE_ROLE,
    &CONVERSATION_PUSH_CREDENTIAL,
    &CHAT_SERVICE,
    &CHAT_ROLE,
    &CHAT_PUSH_CREDENTIAL,
    &SYNC_SERVICE,
    &NOTIFY_SERVICE,
    &NOTIFY_CREDENTIAL,
    &PROXY_SERVICE,
    &PROXY_PHONE_NUMBER,
];

static CONVERSATION_SETTING: Kind =
    Kind::new("conversation_setting", "conversations", single(Conversations, "/v1/Configuration"))
        .identified_by(&[])
        .columns(&[
            text("default_chat_service_sid"),
            text("default_messaging_service_sid"),
            text("default_inactive_timer"),
            text("default_closed_timer"),
        ]);

static CONVERSATION_WEBHOOK: Kind =
    Kind::new("conversation_webhook", "conversations", single(Conversations, "/v1/Configuration/Webhooks"))
        .identified_by(&[])
        .columns(&[
            url("pre_webhook_url"),
            url("post_webhook_url"),
            text("method"),
            json("filters"),
            text("target"),
        ]);

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
    text("auto_creation_type").at("auto_creation.type"),
    text("conversation_service_sid").at("auto_creation.conversation_service_sid"),
    url("webhook_url").at("auto_creation.webhook_url"),
    text("webhook_method").at("auto_creation.webhook_method"),
    json("webhook_filters").at("auto_creation.webhook_filters"),
    text("studio_flow_sid").at("auto_creation.studio_flow_sid"),
]);

static CONVERSATION_SERVICE: Kind = Kind::new(
    "conversation_service",
    "conversations",
    list(Conversations, "/v1/Services", "services").page_size(100),
)
.columns(&[label("friendly_name"), time("date_created"), time("date_updated")]);

static CONVERSATION_SERVICE_SETTING: Kind = Kind::new(
    "conversation_service_setting",
    "conversations",
    single(Conversations, "/v1/Services/{parent}/Configuration").per_each("conversation_service"),
)
.identified_by(&["chat_service_sid"])
.columns(&[
    text("default_conversation_creator_role_sid"),
    text("default_conversation_role_sid"),
    text("default_chat_service_role_sid"),
    bool("reachability_enabled"),
]);

static CONVERSATION_SERVICE_WEBHOOK: Kind = Kind::new(
    "conversation_service_webhook",
    "conversations",
    single(Conversations, "/v1/Services/{parent}/Configuration/Webhooks").per_each("conversation_service"),
)
.identified_by(&["chat_service_sid"])
.columns(&[url("pre_webhook_url"), url("post_webhook_url"), text("method"), json("filters")]);

/// Which push notifications are sent, and which variables their templates hold. The text of a template is
/// not kept; without one Twilio's own is used, which ends in the message.
static CONVERSATION_SERVICE_NOTIFICATION: Kind = Kind::new(
    "conversation_service_notification",
    "conversations",
    single(Conversations, "/v1/Services/{parent}/Configuration/Notifications")
        .per_each("conversation_service"),
)
.identified_by(&["chat_service_sid"])
.columns(&[
    bool("log_enabled"),
    bool("new_message_enabled").at("new_message.enabled"),
    variables("new_message_variables").at("new_message.template"),
    bool("new_message_with_media_enabled").at("new_message.with_media.enabled"),
    variables("new_message_with_media_variables").at("new_message.with_media.template"),
    bool("added_enabled").at("added_to_conversation.enabled"),
    variables("added_variables").at("added_to_conversation.template"),
    bool("removed_enabled").at("removed_from_conversation.enabled"),
    variables("removed_variables").at("removed_from_conversation.template"),
]);

const ROLE: &[Column] =
    &[label("friendly_name"), text("role_type").at("type"), json("permissions"), time("date_updated")];

/// The roles of the default service.
static CONVERSATION_ROLE: Kind =
    Kind::new("conversation_role", "conversations", list(Conversations, "/v1/Roles", "roles").page_size(50))
        .columns(ROLE);

static CONVERSATION_SERVICE_ROLE: Kind = Kind::new(
    "conversation_service_role",
    "conversations",
    list(Conversations, "/v1/Services/{parent}/Roles", "roles")
        .page_size(50)
        .per_each("conversation_service"),
)
.columns(ROLE);

/// `sandbox` is a text: `True` or `False`.
const PUSH_CREDENTIAL: &[Column] = &[
    label("friendly_name"),
    text("credential_type").at("type"),
    text("sandbox"),
    time("date_created"),
    time("date_updated"),
];

static CONVERSATION_PUSH_CREDENTIAL: Kind = Kind::new(
    "conversation_push_credential",
    "conversations",
    list(Conversations, "/v1/Credentials", "credentials").page_size(100),
)
.columns(PUSH_CREDENTIAL);

/// Twilio keeps one set of services for Chat and Conversations: both lists show the same SIDs.
static CHAT_SERVICE: Kind =
    Kind::new("chat_service", "programmable_chat", list(Chat, "/v2/Services", "services").page_size(100))
        .columns(&[
            label("friendly_name"),
            url("pre_webhook_url"),
            url("post_webhook_url"),
            text("webhook_method"),
            json("webhook_filters"),
            bool("reachability_enabled"),
            bool("read_status_enabled"),
            text("default_service_role_sid"),
            text("default_channel_role_sid"),
            bool("log_enabled").at("notifications.log_enabled"),
            bool("new_message_enabled").at("notifications.new_message.enabled"),
            variables("new_message_variables").at("notifications.new_message.template"),
            int("channel_members_limit").at("limits.channel_members"),
            int("media_size_limit_mb").at("media.size_limit_mb"),
            time("date_created"),
            time("date_updated"),
        ]);

static CHAT_ROLE: Kind = Kind::new(
    "chat_role",
    "programmable_chat",
    list(Chat, "/v2/Services/{parent}/Roles", "roles").page_size(100).per_each("chat_service"),
)
.columns(ROLE);

static CHAT_PUSH_CREDENTIAL: Kind =
    Kind::new("chat_push_credential", "programmable_chat", list(Chat, "/v2/Credentials", "credentials"))
        .columns(PUSH_CREDENTIAL);

/// What is kept in documents, lists and maps is never read: Twilio's lists hold the data itself.
static SYNC_SERVICE: Kind =
    Kind::new("sync_service", "sync", list(Sync, "/v1/Services", "services").page_size(100)).columns(&[
        label("friendly_name"),
        label("unique_name"),
        bool("acl_enabled"),
        bool("webhooks_from_rest_enabled"),
        bool("reachability_webhooks_enabled"),
        bool("reachability_debouncing_enabled"),
        url("webhook_url"),
        time("date_created"),
        time("date_updated"),
    ]);

static NOTIFY_SERVICE: Kind = Kind::new("notify_service", "notify", list(Notify, "/v1/Services", "services"))
    .columns(&[
        label("friendly_name"),
        bool("log_enabled"),
        url("delivery_callback_url"),
        bool("delivery_callback_enabled"),
        text("messaging_service_sid"),
        text("apn_credential_sid"),
        text("gcm_credential_sid"),
        text("fcm_credential_sid"),
        present("facebook_messenger_page_set").at("facebook_messenger_page_id"),
        present("alexa_skill_set").at("alexa_skill_id"),
        time("date_created"),
        time("date_updated"),
    ]);

static NOTIFY_CREDENTIAL: Kind =
    Kind::new("notify_credential", "notify", list(Notify, "/v1/Credentials", "credentials"))
        .columns(PUSH_CREDENTIAL);

static PROXY_SERVICE: Kind = Kind::new("proxy_service", "proxy", list(Proxy, "/v1/Services", "services"))
    .columns(&[
        label("unique_name"),
        url("callback_url"),
        url("intercept_callback_url"),
        url("out_of_session_callback_url"),
        // Seconds; 0 means without end.
        int("default_ttl"),
        text("number_selection_behavior"),
        text("geo_match_level"),
        text("chat_instance_sid"),
        time("date_created"),
        time("date_updated"),
    ]);

static PROXY_PHONE_NUMBER: Kind = Kind::new(
    "proxy_phone_number",
    "proxy",
    list(Proxy, "/v1/Services/{parent}/PhoneNumbers", "phone_numbers").per_each("proxy_service"),
)
.columns(&[
    masked("phone_number"),
    hashed("phone_number_hash").at("phone_number"),
    text("iso_country"),
    bool("is_reserved"),
    int("in_use"),
]);
