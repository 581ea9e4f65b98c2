//! Video: what becomes of recordings and compositions, and the rooms of the last days.
//!
//! Names of rooms and tracks are typed per call and often name people: of a room's name only its class is kept.
//! Participants and media are never read.

use super::Host::Video;
use super::column::{Column, bool, hashed, host, int, label_class, scheme, text, time, url};
use super::endpoint::{Days, Moment, list, single};
use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[
    &VIDEO_RECORDING_SETTING,
    &VIDEO_COMPOSITION_SETTING,
    &COMPOSITION_HOOK,
    &VIDEO_ROOM,
    &VIDEO_RECORDING,
    &VIDEO_RECORDING_PAST_RETENTION,
    &VIDEO_COMPOSITION,
    &VIDEO_COMPOSITION_PAST_RETENTION,
];

/// How far back rooms and media are read.
const DAYS: u16 = 30;

const STORAGE: &[Column] = &[
    bool("encryption_enabled"),
    text("encryption_key_sid"),
    bool("aws_storage_enabled"),
    // The bucket stands in the host; the path below it may name patients.
    host("aws_s3_host").at("aws_s3_url"),
    scheme("aws_s3_scheme").at("aws_s3_url"),
    hashed("aws_s3_hash").at("aws_s3_url"),
    text("aws_credentials_sid"),
];

static VIDEO_RECORDING_SETTING: Kind = Kind::new(
    "video_recording_setting",
    "video_recordings",
    single(Video, "/v1/RecordingSettings/Default")
        .permission("/twilio/video/recordings.recording-settings/read")
        .never_configured_if_missing(),
)
.identified_by(&[])
.columns(STORAGE);

static VIDEO_COMPOSITION_SETTING: Kind = Kind::new(
    "video_composition_setting",
    "video_compositions",
    single(Video, "/v1/CompositionSettings/Default").never_configured_if_missing(),
)
.identified_by(&[])
.columns(STORAGE);

static COMPOSITION_HOOK: Kind = Kind::new(
    "composition_hook",
    "video_compositions",
    list(Video, "/v1/CompositionHooks", "composition_hooks")
        .permission("/twilio/video/compositions.composition-hooks/list"),
)
.columns(&[
    bool("enabled"),
    text("format"),
    url("status_callback"),
    text("status_callback_method"),
    time("date_created"),
    time("date_updated"),
]);

/// Rooms that are open and rooms that ended: without a status Twilio lists the open ones alone.
static VIDEO_ROOM: Kind = Kind::new(
    "video_room",
    "video",
    list(Video, "/v1/Rooms", "rooms")
        .per_word(&["in-progress", "completed"])
        .query(&[("Status", "{parent}")])
        .since_instant("DateCreatedAfter", DAYS)
        .at_most_pages(10)
        .permission("/twilio/video/rooms/list"),
)
.columns(&[
    label_class("name_class").at("unique_name"),
    text("status"),
    text("room_type").at("type"),
    bool("record_participants_on_connect"),
    text("media_region"),
    int("max_participants"),
    url("status_callback"),
    text("status_callback_method"),
    time("date_created"),
]);

static VIDEO_RECORDING: Kind = Kind::new(
    "video_recording",
    "video_recordings",
    list(Video, "/v1/Recordings", "recordings")
        .page_size(100)
        .since_instant("DateCreatedAfter", DAYS)
        .at_most_pages(20),
)
.columns(&[
    text("status"),
    text("media_type").at("type"),
    host("external_host").at("media_external_location"),
    time("date_created"),
]);

/// The newest recordings that are older than recordings may be: whether there are any.
static VIDEO_RECORDING_PAST_RETENTION: Kind = Kind::new(
    "video_recording_past_retention",
    "video_recordings",
    list(Video, "/v1/Recordings", "recordings").page_size(100).until(
        "DateCreatedBefore",
        Days::RecordingRetention,
        Moment::Instant,
    ),
)
.columns(&[text("status"), time("date_created")]);

static VIDEO_COMPOSITION: Kind = Kind::new(
    "video_composition",
    "video_compositions",
    list(Video, "/v1/Compositions", "compositions")
        .page_size(100)
        .since_instant("DateCreatedAfter", DAYS)
        .at_most_pages(20),
)
.columns(&[
    text("status"),
    text("format"),
    host("external_host").at("media_external_location"),
    time("date_created"),
]);

/// The newest compositions that are older than recordings may be: whether there are any.
static VIDEO_COMPOSITION_PAST_RETENTION: Kind = Kind::new(
    "video_composition_past_retention",
    "video_compositions",
    list(Video, "/v1/Compositions", "compositions").page_size(100).until(
        "DateCreatedBefore",
        Days::RecordingRetention,
        Moment::Instant,
    ),
)
.columns(&[text("status"), time("date_created")]);
