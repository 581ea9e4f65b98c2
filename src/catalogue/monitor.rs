//! What Twilio notes of an account: events, alerts, alarms.

use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[];
