//! What a check asks for, as the reports tell of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Finding, Outcome, Severity};

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
    /// Where it does not block: what Twilio, or the BAA with it, makes a condition of PHI here; empty where it is none. The
    /// go-live statement names what is open of these.
    #[serde(default)]
    pub condition: String,
    /// Whether what it says of the parent counts for every account of the tree.
    pub speaks_for_the_tree: bool,
    /// Whether a fault may be accepted for a while.
    pub waivable: bool,
    /// Whether it cites an addressable specification: whoever accepts a fault then names what is done instead, and else
    /// what limits the risk until it is met.
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
    /// The attestations that settle its findings.
    pub settled_by: Vec<Settlement>,
}

/// An attestation that settles findings of a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// Its id, for example `console-sso-mfa`.
    pub attestation: String,
    /// What must be attested; nothing where that is not one word for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The kind of what the settled findings are about.
    #[serde(default = "account")]
    pub resource_type: String,
    /// Their field.
    #[serde(default)]
    pub field: String,
    /// The one outcome that it settles, where it does not settle all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
}

impl Settlement {
    /// Whether it settles a finding of its check. What a gap in the evidence says of an account is about no kind of
    /// resource, and nothing but the evidence settles it.
    pub fn settles(&self, finding: &Finding) -> bool {
        self.resource_type == finding.resource_type
            && self.field == finding.field
            && self.outcome.is_none_or(|outcome| outcome == finding.outcome)
    }
}

impl Rule {
    /// The attestation that settles a finding of it.
    pub fn settlement(&self, finding: &Finding) -> Option<&Settlement> {
        self.settled_by.iter().find(|settlement| settlement.settles(finding))
    }

    /// Whether all that it asks for is the word of a person, so that whoever knows better gives it, with evidence and an
    /// end.
    pub fn asks_for_a_word(&self) -> bool {
        let is_whole = |by: &Settlement| by.field.is_empty() && by.outcome.is_none();
        !self.settled_by.is_empty() && self.settled_by.iter().all(is_whole)
    }
}

fn account() -> String {
    "account".to_owned()
}
