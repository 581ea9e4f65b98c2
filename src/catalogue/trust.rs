//! Papers of a business and its numbers: regulatory bundles, trust profiles, hosting, porting.

use super::kind::Kind;

/// The kinds of this family, parents before children.
pub(super) static KINDS: &[&Kind] = &[];
