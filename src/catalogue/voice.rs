//! Voice: queues, geography, settings, recordings.

use super::Host::{Api, Voice};
use super::kind::{Kind, bool, host, int, label, list, present, single, text, time};

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[&QUEUE, &DIALING_PERMISSION, &VOICE_SETTING, &RECORDING];

static QUEUE: Kind =
    Kind::new("queue", "voice", list(Api, "/2010-04-01/Accounts/{account}/Queues.json", "queues"))
        .columns(&[label("friendly_name")]);

static DIALING_PERMISSION: Kind =
    Kind::new("dialing_permission", "voice", list(Voice, "/v1/DialingPermissions/Countries", "content"))
        .identified_by(&["iso_code"])
        .columns(&[
            text("name"),
            bool("low_risk_numbers_enabled"),
            bool("high_risk_special_numbers_enabled"),
            bool("high_risk_tollfraud_numbers_enabled"),
        ]);

static VOICE_SETTING: Kind = Kind::new("voice_setting", "voice", single(Voice, "/v1/Settings"))
    .identified_by(&[])
    .columns(&[bool("dialing_permissions_inheritance")]);

static RECORDING: Kind = Kind::new(
    "recording",
    "voice_recordings",
    list(Api, "/2010-04-01/Accounts/{account}/Recordings.json", "recordings")
        .since("DateCreated>", 30)
        .permission("/twilio/voice/recordings/list")
        .at_most_pages(10),
)
.columns(&[
    text("status"),
    text("source"),
    int("channels"),
    time("date_created"),
    present("encrypted").at("encryption_details"),
    text("public_key_sid").at("encryption_details.encryption_public_key_sid"),
    host("media_host").at("media_url"),
    int("error_code"),
]);
