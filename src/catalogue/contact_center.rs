//! Flex and TaskRouter.
//!
//! Tasks, workers, interactions and insights are never read: their attributes are about people.

use super::Host::{FlexApi, TaskRouter};
use super::column::{bool, host, int, json, label, names, of_each, present, text, time, url};
use super::endpoint::{list, single};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &TASKROUTER_WORKSPACE,
    &TASKROUTER_WORKFLOW,
    &FLEX_STATUS,
    &FLEX_CONFIGURATION,
    &FLEX_FLOW,
    &FLEX_WEB_CHANNEL,
    &FLEX_PLUGIN_RELEASE,
    &FLEX_PLUGIN,
];

static TASKROUTER_WORKSPACE: Kind = Kind::new(
    "taskrouter_workspace",
    "taskrouter",
    list(TaskRouter, "/v1/Workspaces", "workspaces").permission("/twilio/taskrouter/workspaces/list"),
)
.columns(&[
    label("friendly_name"),
    // Receives the attributes of tasks.
    url("event_callback_url"),
    text("events_filter"),
    bool("multi_task_enabled"),
    time("date_created"),
    time("date_updated"),
]);

static TASKROUTER_WORKFLOW: Kind = Kind::new(
    "taskrouter_workflow",
    "taskrouter",
    list(TaskRouter, "/v1/Workspaces/{parent}/Workflows", "workflows")
        .per_each("taskrouter_workspace")
        .permission("/twilio/taskrouter/workspaces.workflows/list"),
)
.columns(&[
    label("friendly_name"),
    url("assignment_callback_url"),
    url("fallback_assignment_callback_url"),
    time("date_updated"),
]);

/// Whether the account has Flex at all.
static FLEX_STATUS: Kind = Kind::new("flex_status", "flex", single(FlexApi, "/v1/account/provision/status"))
    .identified_by(&[])
    .columns(&[text("status")]);

/// Attributes are kept by name alone. Of the public ones the names matter: anybody can read them without
/// signing in.
static FLEX_CONFIGURATION: Kind = Kind::new(
    "flex_configuration",
    "flex",
    single(FlexApi, "/v1/Configuration").never_configured_if_missing(),
)
.identified_by(&[])
.columns(&[
    text("status"),
    text("flex_instance_sid"),
    host("runtime_host").at("runtime_domain"),
    text("ui_version"),
    bool("call_recording_enabled"),
    url("call_recording_webhook_url"),
    bool("crm_enabled"),
    url("crm_callback_url"),
    url("crm_fallback_url"),
    url("flex_url"),
    bool("plugin_service_enabled"),
    of_each("type", "integration_types").at("integrations"),
    of_each("address_type", "channel_types").at("channel_configs"),
    present("flex_insights_hr_set").at("flex_insights_hr"),
    bool("flex_insights_drilldown"),
    bool("notifications_enabled").at("notifications.enabled"),
    bool("debugger_integration_enabled").at("debugger_integration.enabled"),
    json("serverless_service_sids"),
    names("attributes"),
    names("ui_attributes"),
    names("public_attributes"),
    text("taskrouter_workspace_sid"),
    text("chat_service_instance_sid"),
    time("date_created"),
    time("date_updated"),
]);

static FLEX_FLOW: Kind = Kind::new("flex_flow", "flex", list(FlexApi, "/v1/FlexFlows", "flex_flows"))
    .columns(&[
        label("friendly_name"),
        text("channel_type"),
        bool("enabled"),
        text("integration_type"),
        url("integration_url").at("integration.url"),
        text("integration_flow_sid").at("integration.flow_sid"),
        bool("long_lived"),
        bool("janitor_enabled"),
    ]);

static FLEX_WEB_CHANNEL: Kind =
    Kind::new("flex_web_channel", "flex", list(FlexApi, "/v1/WebChannels", "flex_chat_channels"))
        .columns(&[text("flex_flow_sid"), time("date_created")]);

/// The release that agents' browsers load. It goes by its configuration, under which the plugins stand.
static FLEX_PLUGIN_RELEASE: Kind = Kind::new(
    "flex_plugin_release",
    "flex",
    single(FlexApi, "/v1/PluginService/Releases/{parent}").per_word(&["Active"]),
)
.identified_by(&["configuration_sid"])
.columns(&[text("release_sid").at("sid"), time("date_created")]);

static FLEX_PLUGIN: Kind = Kind::new(
    "flex_plugin",
    "flex",
    list(FlexApi, "/v1/PluginService/Configurations/{parent}/Plugins", "plugins")
        .per_each("flex_plugin_release"),
)
.identified_by(&["plugin_sid"])
.columns(&[
    label("unique_name"),
    text("version"),
    host("plugin_host").at("plugin_url"),
    bool("private"),
    int("phase"),
    time("date_created"),
]);
