//! Where findings go as they arise: there may be more of them than memory holds.

use std::collections::BTreeMap;

use crate::evidence::EvidenceError;
use crate::model::Finding;

/// Takes findings.
pub trait Sink {
    /// Whether passes, and "nothing to judge", of a check in an account are wanted as findings. Others are counted
    /// only: a busy tree has ten of them for every resource.
    fn wants_passes(&self, check_id: &str, account_sid: &str) -> bool;

    /// Takes a finding; one of the same id that came before gives way to it.
    ///
    /// # Errors
    ///
    /// When it cannot be kept.
    fn take(&mut self, finding: Finding) -> Result<(), EvidenceError>;

    /// Takes a finding that says that a check could not be assessed in an account as a whole.
    ///
    /// # Errors
    ///
    /// When it cannot be kept.
    fn take_gap(&mut self, finding: Finding) -> Result<(), EvidenceError> {
        self.take(finding)
    }

    /// Hears that a check was judged in an account to its end, with everything read that it needs.
    fn judged(&mut self, _check_id: &str, _account_sid: &str) {}

    /// Forgets what came of a check: it could not be run to its end.
    ///
    /// # Errors
    ///
    /// When what is kept cannot be changed.
    fn forget(&mut self, check_id: &str) -> Result<(), EvidenceError>;
}

/// Keeps every finding in memory, passes included: for examples and tests.
#[derive(Debug, Default)]
pub struct Collected(BTreeMap<String, Finding>);

impl Collected {
    /// The findings in report order.
    pub fn into_findings(self) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self.0.into_values().collect();
        findings.sort_by(|a, b| report_key(a).cmp(&report_key(b)));
        findings
    }
}

fn report_key(finding: &Finding) -> impl Ord + use<'_> {
    (
        (!finding.blocks_go_live, finding.severity, &finding.account_sid, &finding.check_id),
        (&finding.resource_sid, &finding.resource_type, &finding.field),
    )
}

impl Sink for Collected {
    fn wants_passes(&self, _: &str, _: &str) -> bool {
        true
    }

    fn take(&mut self, finding: Finding) -> Result<(), EvidenceError> {
        self.0.insert(finding.finding_id.clone(), finding);
        Ok(())
    }

    fn forget(&mut self, check_id: &str) -> Result<(), EvidenceError> {
        self.0.retain(|_, finding| finding.check_id != check_id);
        Ok(())
    }
}
