//! What runs and what flows out: Sync, Event Streams, Flex, Studio, Functions and Assets.

use super::Host::{Events, FlexApi, Serverless, Studio, Sync};
use super::kind::{Derivation, Kind, bool, hashed, int, label, list, shape, single, text, time, url};

pub(super) static SYNC_SERVICE: Kind =
    Kind::new("sync_service", "sync", list(Sync, "/v1/Services", "services").page_size(100)).columns(&[
        label("friendly_name"),
        label("unique_name"),
        bool("acl_enabled"),
        bool("webhooks_from_rest_enabled"),
        url("webhook_url"),
        time("date_created"),
    ]);

pub(super) static EVENT_SINK: Kind = Kind::new(
    "event_sink",
    "event_streams",
    list(Events, "/v1/Sinks", "sinks").permission("/twilio/event-streams/sink/list"),
)
.columns(&[
    label("description"),
    text("sink_type"),
    text("status"),
    url("destination").at("sink_configuration.destination"),
    text("method").at("sink_configuration.method"),
    text("arn").at("sink_configuration.arn"),
    hashed("write_key_hash").at("sink_configuration.write_key"),
    time("date_created"),
    time("date_updated"),
]);

pub(super) static EVENT_SUBSCRIPTION: Kind = Kind::new(
    "event_subscription",
    "event_streams",
    list(Events, "/v1/Subscriptions", "subscriptions").permission("/twilio/event-streams/subscription/list"),
)
.columns(&[label("description"), text("sink_sid"), time("date_created")]);

pub(super) static SUBSCRIBED_EVENT: Kind = Kind::new(
    "subscribed_event",
    "event_streams",
    list(Events, "/v1/Subscriptions/{parent}/SubscribedEvents", "types")
        .per_each("event_subscription")
        .permission("/twilio/event-streams/subscription.subscribed-event/list"),
)
.identified_by("type")
.columns(&[int("schema_version")]);

pub(super) static FLEX_FLOW: Kind =
    Kind::new("flex_flow", "flex", list(FlexApi, "/v1/FlexFlows", "flex_flows")).columns(&[
        label("friendly_name"),
        text("channel_type"),
        bool("enabled"),
        text("integration_type"),
        url("integration_url").at("integration.url"),
        text("integration_flow_sid").at("integration.flow_sid"),
        bool("long_lived"),
        bool("janitor_enabled"),
    ]);

pub(super) static STUDIO_FLOW: Kind = Kind::new(
    "studio_flow",
    "studio",
    list(Studio, "/v2/Flows", "flows").permission("/twilio/studio/flows/list"),
)
.columns(&[
    label("friendly_name"),
    text("status"),
    int("revision"),
    time("date_created"),
    time("date_updated"),
]);

pub(super) static STUDIO_DEFINITION: Kind = Kind::new(
    "studio_definition",
    "studio",
    single(Studio, "/v2/Flows/{parent}").per_each("studio_flow").permission("/twilio/studio/flows/read"),
)
.columns(&[bool("valid"), text("status"), int("revision")]);

/// One row per widget. Filled by the reduction of the definition; the SID is the widget's place in
/// the flow (`1`, `2`, …), for its name is free text.
pub(super) static STUDIO_WIDGET: Kind =
    Kind::derived("studio_widget", "studio", "studio_definition", Derivation::StudioWidgets).columns(&[
        label("widget_name"),
        text("widget_type"),
        bool("sends_twilio_credentials"),
        bool("records"),
        bool("transcribes"),
        // Which property looks like a secret and what kind: `headers: bearer (40 characters)`.
        text("secret"),
    ]);

/// One row per URL in a widget; the SID is `PLACE.PROPERTY`.
pub(super) static STUDIO_URL: Kind =
    Kind::derived("studio_url", "studio", "studio_definition", Derivation::StudioUrls).columns(&[
        label("widget_name"),
        text("widget_type"),
        text("property"),
        url("url"),
        text("method"),
        bool("carries_variables"),
    ]);

pub(super) static SERVERLESS_SERVICE: Kind =
    Kind::new("serverless_service", "functions", list(Serverless, "/v1/Services", "services")).columns(&[
        label("friendly_name"),
        label("unique_name"),
        bool("include_credentials"),
        bool("ui_editable"),
        text("domain_base"),
        time("date_updated"),
    ]);

pub(super) static SERVERLESS_ENVIRONMENT: Kind = Kind::new(
    "serverless_environment",
    "functions",
    list(Serverless, "/v1/Services/{parent}/Environments", "environments").per_each("serverless_service"),
)
.columns(&[
    label("unique_name"),
    text("domain_name"),
    label("domain_suffix"),
    text("build_sid"),
    time("date_updated"),
]);

/// Names and shapes of variables. The values come over the wire in clear text; they are looked at
/// once, for their shape, and never kept.
pub(super) static SERVERLESS_VARIABLE: Kind = Kind::new(
    "serverless_variable",
    "functions",
    list(Serverless, "/v1/Services/{parent.parent_sid}/Environments/{parent}/Variables", "variables")
        .per_each("serverless_environment"),
)
.columns(&[label("name").at("key"), shape("value_shape").at("value"), time("date_updated")]);

/// What an environment really runs.
pub(super) static SERVERLESS_BUILD: Kind = Kind::new(
    "serverless_build",
    "functions",
    single(Serverless, "/v1/Services/{parent.parent_sid}/Builds/{parent.build_sid}")
        .per_each_having("serverless_environment", "build_sid"),
)
.columns(&[text("status"), text("runtime"), time("date_created")]);

pub(super) static SERVERLESS_FUNCTION: Kind = Kind::derived(
    "serverless_function",
    "functions",
    "serverless_build",
    Derivation::Each("function_versions"),
)
.columns(&[label("path"), text("visibility")]);

pub(super) static SERVERLESS_ASSET: Kind =
    Kind::derived("serverless_asset", "assets", "serverless_build", Derivation::Each("asset_versions"))
        .columns(&[label("path"), text("visibility")]);
