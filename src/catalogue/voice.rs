//! Voice: queues, geography, settings, recordings.

use super::Host::{Api, Insights, Voice};
use super::Paging;
use super::column::{bool, count, host, int, label, present, text, time};
use super::endpoint::{Days, Moment, list, single};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &QUEUE,
    &DIALING_PERMISSION,
    &VOICE_SETTING,
    &VOICE_INSIGHTS_SETTING,
    &VOICE_CONFIGURATION,
    &RECORDING,
    &RECORDING_PAST_RETENTION,
];

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

static VOICE_INSIGHTS_SETTING: Kind = Kind::new(
    "voice_insights_setting",
    "voice_insights",
    single(Insights, "/v1/Voice/Settings").permission("/twilio/voice/insights.settings/read"),
)
.identified_by(&[])
.columns(&[bool("advanced_features"), bool("voice_trace")]);

/// How recordings are made and transcribed, where that is stored under a name. Twilio's pages of 2026 have it.
///
/// Of its addresses only the hosts: as long as no live account has shown the list, the inventory of webhooks
/// does not lean on it.
static VOICE_CONFIGURATION: Kind = Kind::new(
    "voice_configuration",
    "voice",
    list(Voice, "/v2/Configurations/{parent}", "content")
        .per_word(&["Recording", "Transcription"])
        .paged_by(Paging::SnakeToken)
        .page_size(0),
)
.identified_by(&["id"])
.columns(&[
    label("unique_name"),
    text("configuration_type").at("configuration.configurationType"),
    text("channels").at("configuration.compositionPolicy.channels"),
    host("call_callback_host").at("configuration.callRecordingStatusCallback.url"),
    text("call_callback_method").at("configuration.callRecordingStatusCallback.method"),
    host("conference_callback_host").at("configuration.conferenceRecordingStatusCallback.url"),
    text("conference_callback_method").at("configuration.conferenceRecordingStatusCallback.method"),
    count("feature_count").at("configuration.features"),
    text("transcription_engine").at("configuration.transcriptionEngine"),
    text("speech_model").at("configuration.speechModel"),
    host("transcription_callback_host").at("configuration.transcriptionStatusCallback.url"),
    text("conversation_configuration_id").at("configuration.conversationConfigurationId"),
    time("date_created"),
]);

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

/// The newest recordings that are older than recordings may be: whether there are any.
static RECORDING_PAST_RETENTION: Kind = Kind::new(
    "recording_past_retention",
    "voice_recordings",
    list(Api, "/2010-04-01/Accounts/{account}/Recordings.json", "recordings")
        .until("DateCreated<", Days::RecordingRetention, Moment::Day)
        .page_size(100)
        .permission("/twilio/voice/recordings/list"),
)
.columns(&[text("status"), text("source"), time("date_created")]);
