//! SIM cards. Their numbers and addresses (ICCID, IP) are not kept.

use super::Host::{SuperSim, Wireless};
use super::column::{bool, label, text, time, url};
use super::endpoint::list;
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] =
    &[&WIRELESS_SIM, &SUPER_SIM_NETWORK_ACCESS_PROFILE, &SUPER_SIM_FLEET, &SUPER_SIM];

static WIRELESS_SIM: Kind = Kind::new("wireless_sim", "wireless", list(Wireless, "/v1/Sims", "sims"))
    .columns(&[
        label("friendly_name"),
        label("unique_name"),
        text("status"),
        url("commands_callback_url"),
        text("commands_callback_method"),
        url("sms_url"),
        text("sms_method"),
        url("sms_fallback_url"),
        text("sms_fallback_method"),
        url("voice_url"),
        text("voice_method"),
        url("voice_fallback_url"),
        text("voice_fallback_method"),
        time("date_updated"),
    ]);

static SUPER_SIM_NETWORK_ACCESS_PROFILE: Kind = Kind::new(
    "super_sim_network_access_profile",
    "wireless",
    list(SuperSim, "/v1/NetworkAccessProfiles", "network_access_profiles"),
)
.columns(&[label("unique_name"), time("date_updated")]);

static SUPER_SIM_FLEET: Kind =
    Kind::new("super_sim_fleet", "wireless", list(SuperSim, "/v1/Fleets", "fleets")).columns(&[
        label("unique_name"),
        bool("data_enabled"),
        bool("sms_commands_enabled"),
        url("sms_commands_url"),
        text("sms_commands_method"),
        url("ip_commands_url"),
        text("ip_commands_method"),
        text("network_access_profile_sid"),
        time("date_updated"),
    ]);

static SUPER_SIM: Kind = Kind::new("super_sim", "wireless", list(SuperSim, "/v1/Sims", "sims")).columns(&[
    label("unique_name"),
    text("status"),
    text("fleet_sid"),
    time("date_updated"),
]);
