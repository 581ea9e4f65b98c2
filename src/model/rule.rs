//! What a check asks for, as the reports tell of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Severity;

/// A check that was run: everything a reader needs, and nothing of how it is judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// Its name, for example `webhook-http`.
    pub id: String,
    /// The good state, as a sentence without a full stop.
    pub title: String,
    /// The group that it belongs to.
    pub family: String,
    /// How bad a fault is where a finding does not say otherwise.
    pub severity: Severity,
    /// Whether PHI must not go live while it is not met.
    pub blocks_go_live: bool,
    /// Whether what it says of the parent counts for every account of the tree.
    pub speaks_for_the_tree: bool,
    /// Whether a fault may be accepted for a while.
    pub waivable: bool,
    /// Whether whoever accepts a fault must name what is done instead.
    pub addressable: bool,
    /// What can happen.
    pub risk: String,
    /// What to do.
    pub remediation: String,
    /// Paragraphs of 45 CFR.
    pub citations: Vec<String>,
    /// Public pages that it comes from.
    pub sources: Vec<String>,
    /// The day on which it was last held against them, `YYYY-MM-DD`.
    pub verified_on: String,
}
