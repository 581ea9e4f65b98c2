//! What people vouched for and what they accepted, as the reports tell of it.

use serde::{Deserialize, Serialize};

/// Something that no API shows and that somebody vouched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attested {
    /// What: one of the attestations that exist.
    pub id: String,
    /// The account that it speaks about; empty where it speaks about none in particular.
    pub account_sid: String,
    /// The webhook host that it speaks about; mostly empty.
    pub host: String,
    /// What was attested.
    pub value: String,
    /// Who said so.
    pub by: String,
    /// The day on which they said so.
    pub on: String,
    /// The last day on which it counts; empty where it has no readable date.
    pub counts_until: String,
    /// What they looked at.
    pub evidence: String,
    /// SHA-256 of that, in hexadecimal digits.
    pub evidence_sha256: String,
    /// Why it counts for nothing, as in `ended on 2026-11-01`; empty where it counts.
    pub problem: String,
}

/// Findings that somebody accepted for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The one finding that it is about; empty where it is about what the check, the account and the resource name.
    pub finding_id: String,
    /// `accept`, or `false_positive` where somebody says that there is no fault.
    pub decision: String,
    /// The check.
    pub check_id: String,
    /// The account; empty where a resource alone is named.
    pub account_sid: String,
    /// The resource; empty where it is about the whole account.
    pub resource: String,
    /// Why.
    pub reason: String,
    /// What is done instead, where HIPAA lets a measure be replaced; mostly empty.
    pub equivalent_measure: String,
    /// Who accepted it.
    pub approved_by: String,
    /// The day from which it is a finding again.
    pub expires_on: String,
    /// Whether that day has come.
    pub is_over: bool,
}
