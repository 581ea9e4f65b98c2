//! Times at which changes were announced to be made.

use jiff::Timestamp;

use crate::intent::ChangeWindow;

/// Whether a moment lies in a window such as `Tue 18:00-22:00 America/New_York`; none when one of them cannot be
/// read, or the zone is not known here.
pub(super) fn holds(moment: &str, window: &str) -> Option<bool> {
    let moment: Timestamp = moment.trim().parse().ok()?;
    window.parse::<ChangeWindow>().ok()?.holds(moment)
}
