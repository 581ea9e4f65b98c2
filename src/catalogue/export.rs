//! What flows out by itself: Event Streams and bulk exports.

use super::Host::Events;
use super::kind::{Kind, hashed, int, label, list, text, time, url};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&EVENT_SINK, &EVENT_SUBSCRIPTION, &SUBSCRIBED_EVENT];

static EVENT_SINK: Kind = Kind::new(
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

static EVENT_SUBSCRIPTION: Kind = Kind::new(
    "event_subscription",
    "event_streams",
    list(Events, "/v1/Subscriptions", "subscriptions").permission("/twilio/event-streams/subscription/list"),
)
.columns(&[label("description"), text("sink_sid"), time("date_created")]);

static SUBSCRIBED_EVENT: Kind = Kind::new(
    "subscribed_event",
    "event_streams",
    list(Events, "/v1/Subscriptions/{parent}/SubscribedEvents", "types")
        .per_each("event_subscription")
        .permission("/twilio/event-streams/subscription.subscribed-event/list"),
)
.identified_by(&["type"])
.columns(&[int("schema_version")]);
