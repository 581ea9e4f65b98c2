//! The resources of one kind, as a list of their own.

use std::io;

/// What was kept of every resource of one kind, wherever it is kept. There may be more than memory holds, so they are
/// handed over one by one.
pub trait Resources {
    /// The names of the cells.
    fn columns(&self) -> Vec<String>;

    /// Hands over the cells of each, by account, parent resource and SID.
    ///
    /// # Errors
    ///
    /// When they cannot be read, and whatever `act` returns.
    fn each_resource(&self, act: &mut dyn FnMut(&[String]) -> io::Result<()>) -> io::Result<()>;
}

/// The kinds whose rows are what happened, and not how something is set: they come and go by themselves.
pub const OCCURRENCES: [&str; 13] = [
    "balance",
    "monitor_alert",
    "monitor_event",
    "monitor_event_before",
    "recording",
    "recording_past_retention",
    "usage_record",
    "usage_record_all_time",
    "video_composition",
    "video_composition_past_retention",
    "video_recording",
    "video_recording_past_retention",
    "video_room",
];
