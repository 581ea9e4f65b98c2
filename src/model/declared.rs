//! What people vouched for and what they accepted, as the reports tell of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sid::looks_like_sid;

/// Something that no API shows and that somebody vouched for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
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

impl Accepted {
    /// Whether it accepts what a check says of a resource of an account. It does not know of the outcome.
    pub fn covers(&self, check_id: &str, account: &str, resource: &str) -> bool {
        let of_account = Some(self.account_sid.as_str()).filter(|named| !named.is_empty());
        let of_resource = Some(self.resource.as_str()).filter(|named| !named.is_empty());
        self.check_id == check_id && !self.is_over && is_about(of_account, of_resource, account, resource)
    }
}

/// Whether a waiver that names an account, a resource or both is about a resource of an account. A resource that goes
/// by no SID (a host, a product) exists in many accounts, so it counts only together with its account.
pub(crate) fn is_about(
    of_account: Option<&str>,
    of_resource: Option<&str>,
    account: &str,
    resource: &str,
) -> bool {
    of_account.is_none_or(|named| named == account)
        && of_resource.is_none_or(|named| named == resource || named == account)
        && (of_account.is_some()
            || (of_resource.is_some() && (looks_like_sid(resource) || of_resource == Some(account))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_covers_what_it_names_and_only_as_long_as_it_lasts() {
        let waiver = |account_sid: &str, resource: &str, is_over: bool| Accepted {
            check_id: "webhook-http".to_owned(),
            account_sid: account_sid.to_owned(),
            resource: resource.to_owned(),
            reason: String::new(),
            equivalent_measure: String::new(),
            approved_by: String::new(),
            expires_on: String::new(),
            is_over,
        };
        let number = format!("PN{:032x}", 1);
        assert!(waiver("AC1", "", false).covers("webhook-http", "AC1", &number));
        assert!(waiver("", &number, false).covers("webhook-http", "AC1", &number));
        assert!(waiver("AC1", "host.example", false).covers("webhook-http", "AC1", "host.example"));
        assert!(!waiver("", "host.example", false).covers("webhook-http", "AC1", "host.example"));
        assert!(!waiver("", "", false).covers("webhook-http", "AC1", &number));
        assert!(!waiver("AC2", "", false).covers("webhook-http", "AC1", &number));
        assert!(!waiver("AC1", "", false).covers("webhook-ip", "AC1", &number));
        assert!(!waiver("AC1", "", true).covers("webhook-http", "AC1", &number));
    }
}
