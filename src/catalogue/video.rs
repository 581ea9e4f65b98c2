//! Video.

use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[];
