//! What Twilio notes of an account: events, alerts, alarms.
//!
//! Of events and alerts the facts around them are kept; what they quote (old and new values, texts, parameters
//! of requests) is not.

use super::Host::Monitor;
use super::column::{bool, count, int, label, mail_domains, names, present, query_names, text, time, url};
use super::endpoint::{Days, Moment, list};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&MONITOR_EVENT, &MONITOR_EVENT_BEFORE, &MONITOR_ALERT, &MONITOR_ALARM];

/// Without an edition Twilio keeps events for 30 days. There are no wildcards for types, so everything is
/// read once.
static MONITOR_EVENT: Kind = Kind::new(
    "monitor_event",
    "monitor",
    list(Monitor, "/v1/Events", "events")
        .since_instant("StartDate", 30)
        .at_most_pages(20)
        .permission("/twilio/monitor/events/list"),
)
.columns(&[
    text("event_type"),
    time("event_date"),
    text("actor_sid"),
    text("actor_type"),
    text("source"),
    text("source_ip_address"),
    text("resource_type"),
    text("resource_sid"),
    names("data_names").at("event_data"),
    names("changed_properties").at("event_data.resource_properties"),
]);

/// The newest event before today, and whether there are events older than the 30 days that everybody gets and than the
/// 300 days that only an Edition gives: the newest of each. The parent is the number of days.
static MONITOR_EVENT_BEFORE: Kind = Kind::new(
    "monitor_event_before",
    "monitor",
    list(Monitor, "/v1/Events", "events")
        .per_word(&["0", "31", "300"])
        .until("EndDate", Days::Word, Moment::Instant)
        .page_size(1)
        .permission("/twilio/monitor/events/list"),
)
.columns(&[text("event_type"), time("event_date")]);

/// Alerts older than 30 days are refused, and a window begins with its first day: 29 days stay within it.
static MONITOR_ALERT: Kind = Kind::new(
    "monitor_alert",
    "debugger",
    list(Monitor, "/v1/Alerts", "alerts")
        .since_instant("StartDate", 29)
        .at_most_pages(20)
        .permission("/twilio/monitor/alerts/list"),
)
.columns(&[
    text("error_code"),
    text("log_level"),
    time("date_generated"),
    text("resource_sid"),
    text("service_sid"),
    text("request_method"),
    query_names("request_parameters").at("request_url"),
]);

static MONITOR_ALARM: Kind = Kind::new("monitor_alarm", "monitor", list(Monitor, "/v2/Alarms", "alarms"))
    .identified_by(&["alertConfigSid"])
    .columns(&[
        label("friendly_name").at("friendlyName"),
        text("query_type").at("queryType"),
        // What a person typed, and it may be somebody's number.
        present("query_set").at("query"),
        int("trigger_value").at("triggerValue"),
        text("time_window").at("timeWindow"),
        bool("enabled"),
        url("webhook"),
        count("email_count").at("email"),
        mail_domains("email_domains").at("email"),
        bool("console_indicator").at("consoleIndicator"),
        text("product"),
        time("date_created").at("dateCreated"),
        time("date_updated").at("dateUpdated"),
    ]);
