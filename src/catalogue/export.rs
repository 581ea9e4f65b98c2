//! What flows out by itself: Event Streams and bulk exports.

use super::Host::{BulkExports, Events};
use super::column::{bool, hashed, int, label, mail_domain, text, time, url};
use super::endpoint::{list, single};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&EVENT_SINK, &EVENT_SUBSCRIPTION, &SUBSCRIBED_EVENT, &BULK_EXPORT];

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
    bool("batch_events").at("sink_configuration.batch_events"),
    text("arn").at("sink_configuration.arn"),
    text("role_arn").at("sink_configuration.role_arn"),
    // Twilio's pages do not describe a sink of the type `email`; should the field be another, this is null.
    mail_domain("mail_domain").at("sink_configuration.email"),
    hashed("mail_hash").at("sink_configuration.email"),
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

/// The files themselves, their days and jobs are never read: their answers hold signed links and addresses.
static BULK_EXPORT: Kind = Kind::new(
    "bulk_export",
    "bulk_export",
    single(BulkExports, "/v1/Exports/{parent}/Configuration")
        .per_word(&["Messages", "Calls", "Conferences", "Participants"])
        .never_configured_if_missing(),
)
.identified_by(&["resource_type"])
.columns(&[bool("enabled"), url("webhook_url"), text("webhook_method")]);
