//! Studio flows, taken apart.

use super::Host::Studio;
use super::column::{bool, count, int, label, text, time, url};
use super::endpoint::{list, single};
use super::kind::{Derivation, Kind};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&STUDIO_FLOW, &STUDIO_DEFINITION, &STUDIO_WIDGET, &STUDIO_URL];

static STUDIO_FLOW: Kind = Kind::new(
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

static STUDIO_DEFINITION: Kind = Kind::new(
    "studio_definition",
    "studio",
    single(Studio, "/v2/Flows/{parent}").per_each("studio_flow").permission("/twilio/studio/flows/read"),
)
.columns(&[
    bool("valid"),
    text("status"),
    int("revision"),
    count("error_count").at("errors"),
    count("warning_count").at("warnings"),
]);

/// One row per widget. Filled by the reduction of the definition; the SID is the widget's place in
/// the flow (`1`, `2`, …), for its name is free text.
static STUDIO_WIDGET: Kind =
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
static STUDIO_URL: Kind = Kind::derived("studio_url", "studio", "studio_definition", Derivation::StudioUrls)
    .columns(&[
        label("widget_name"),
        text("widget_type"),
        text("property"),
        url("url"),
        text("method"),
        bool("carries_variables"),
    ]);
