//! Flex and TaskRouter.

use super::Host::FlexApi;
use super::kind::{Kind, bool, label, list, text, url};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&FLEX_FLOW];

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
