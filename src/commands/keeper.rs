//! Keeps the findings of a scan as they arise.

use crate::audit::Sink;
use crate::evidence::{EvidenceError, FindingWriter};
use crate::history::{FIXED, Past};
use crate::model::Finding;

/// Compares each finding with the past and writes it into the store.
#[derive(Debug)]
pub(super) struct Keeper<'s> {
    /// Where they go.
    pub(super) writer: FindingWriter<'s>,
    /// What they are compared with.
    pub(super) past: Past,
    /// Whether passes are kept too, and not only those of what was open.
    pub(super) all_outcomes: bool,
}

impl Sink for Keeper<'_> {
    fn wants_passes(&self, check_id: &str, account_sid: &str) -> bool {
        self.all_outcomes || self.past.may_be_fixed(check_id, account_sid)
    }

    fn take(&mut self, mut finding: Finding) -> Result<(), EvidenceError> {
        self.past.compare(&mut finding);
        let is_kept = self.all_outcomes || finding.outcome.needs_action() || finding.change == FIXED;
        if is_kept { self.writer.write(&finding) } else { Ok(()) }
    }

    fn forget(&mut self, check_id: &str) -> Result<(), EvidenceError> {
        self.writer.forget(check_id)
    }
}
