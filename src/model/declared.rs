//! What people vouched for and what they accepted, as the reports tell of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sid::looks_like_sid;
use super::{Finding, Outcome, Settlement};

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
    /// The finding that speaks against it; empty where none does.
    pub doubted_by: String,
    /// The finding that it should settle and that stands all the same; empty where none does.
    #[serde(default)]
    pub left_open_by: String,
}

/// What else people declared that no API shows and that findings rest on: the BAA of a vendor, a product that is judged
/// otherwise, a host that is their own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Declaration {
    /// What, as in `the BAA of the vendor acme`.
    pub what: String,
    /// What is said of it, in words; may be empty.
    pub says: String,
    /// SHA-256 of what was looked at; mostly empty.
    pub evidence_sha256: String,
    /// The day on which it ends; empty where none is declared.
    pub expires_on: String,
}

/// What is declared of the business associate agreement with Twilio. Dates are `YYYY-MM-DD`; what is not declared is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeclaredBaa {
    /// The day on which it was executed.
    pub executed_on: String,
    /// The last day on which it counts.
    pub expires_on: String,
    /// The day on which somebody last read it.
    pub reviewed_on: String,
    /// Who signed on Twilio's side.
    pub counterparty: String,
    /// Who is covered.
    pub covered_party: String,
    /// Where it is kept.
    pub reference: String,
    /// SHA-256 of the document, in hexadecimal digits.
    pub document_sha256: String,
    /// The products that it names.
    pub covered_products: Vec<String>,
}

/// A list of facts that ages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DatedList {
    /// What it lists.
    pub name: String,
    /// The day on which it was last held against its sources.
    pub dated: String,
    /// What is known of the edition of Twilio's own document behind it, whose date is another; mostly empty.
    #[serde(default)]
    pub edition: String,
}

/// Findings that somebody accepted for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// The one finding that it is about; empty where it is about what the check, the account and the resource name.
    pub finding_id: String,
    /// What the finding looked like then, see [`super::as_seen`]; empty where that does not matter.
    pub as_seen: String,
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
    /// The day on which they did; empty where nobody wrote it down.
    pub decided_on: String,
    /// The day from which it is a finding again.
    pub expires_on: String,
    /// Whether that day has come.
    pub is_over: bool,
}

impl Attested {
    /// Takes note of a finding that it should settle and that stands. Whether a value is what is asked for only the check
    /// knows, and its finding tells.
    pub fn note_what_stands(&mut self, finding: &Finding, settled_by: &[Settlement]) {
        let is_of_account = self.account_sid.is_empty() || self.account_sid == finding.account_sid;
        let host = match finding.resource_type.as_str() {
            "account" => "",
            "webhook_host" => &finding.resource_sid,
            _ => return,
        };
        let should_settle = |by: &Settlement| {
            by.attestation == self.id
                && by.resource_type == finding.resource_type
                && by.field == finding.field
        };
        let stands = matches!(finding.outcome, Outcome::Fail | Outcome::Manual);
        if stands && is_of_account && host == self.host && settled_by.iter().any(should_settle) {
            self.left_open_by.clone_from(&finding.finding_id);
        }
    }

    /// Why nobody should rely on it, in words; empty where it counts.
    pub fn not_relied_on(&self) -> String {
        match (self.problem.as_str(), self.doubted_by.as_str(), self.left_open_by.as_str()) {
            ("", "", "") => String::new(),
            ("", "", finding) => format!("what it should settle stands all the same: {finding}"),
            ("", finding, _) => format!("a finding speaks against it: {finding}"),
            (problem, ..) => problem.to_owned(),
        }
    }

    /// Takes note of a finding of [`CONTRADICTED`] that is about this attestation.
    pub fn doubt(&mut self, finding: &Finding) {
        let is_of_account = self.account_sid.is_empty() || self.account_sid == finding.account_sid;
        if finding.resource_sid == self.id && is_of_account && self.doubted_by.is_empty() {
            self.doubted_by.clone_from(&finding.finding_id);
        }
    }
}

/// The check that holds attestations against what Twilio shows.
pub const CONTRADICTED: &str = "attestation-contradicted";

/// The check that looks for signs of PHI in accounts that are declared free of it.
pub const PHI_SIGNS: &str = "nonphi-account-shows-phi-signals";

/// The check that looks for what is left in accounts that are not active any more.
pub const PHI_REMAINS: &str = "inactive-account-retains-data";

impl Accepted {
    /// Why, what instead, by whom and until when, in a sentence.
    pub fn in_words(&self) -> String {
        let on = if self.decided_on.is_empty() { String::new() } else { format!(" on {}", self.decided_on) };
        let instead = match self.equivalent_measure.as_str() {
            "" => String::new(),
            measure => format!("; instead: {measure}"),
        };
        format!(
            "{}{instead} ({} by {}{on}, until {})",
            self.reason, self.decision, self.approved_by, self.expires_on
        )
    }

    /// Whether it accepts a finding. It does not know of the outcome.
    pub fn covers(&self, finding: &Finding) -> bool {
        let named = Named {
            account: given(&self.account_sid),
            resource: given(&self.resource),
            finding: given(&self.finding_id),
        };
        self.check_id == finding.check_id
            && !self.is_over
            && (self.as_seen.is_empty() || self.as_seen == finding.as_seen())
            && named.is(&finding.account_sid, &finding.resource_sid, &finding.finding_id)
    }
}

fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// What a waiver names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'a> {
    pub(crate) account: Option<&'a str>,
    pub(crate) resource: Option<&'a str>,
    pub(crate) finding: Option<&'a str>,
}

impl Named<'_> {
    /// Whether everything that is named is this. A resource that goes by no SID (a host, a product) exists in many
    /// accounts, so it counts only together with its account, or with the finding.
    pub(crate) fn is(self, account: &str, resource: &str, finding: &str) -> bool {
        let is_one_of_many = || match self.resource {
            Some(named) => !looks_like_sid(resource) && named != account,
            None => true,
        };
        self.account.is_none_or(|named| named == account)
            && self.resource.is_none_or(|named| named == resource || named == account)
            && match self.finding {
                Some(named) => named == finding,
                None => self.account.is_some() || !is_one_of_many(),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_covers_what_it_names_and_only_that() {
        let covers = |account: &str, resource: &str, finding: &str, seen: &str| {
            let named = Named { account: given(account), resource: given(resource), finding: given(finding) };
            named.is("AC1", seen, "twa-1")
        };
        let number = format!("PN{:032x}", 1);
        assert!(covers("AC1", "", "", &number));
        assert!(covers("", &number, "", &number));
        assert!(covers("AC1", "host.example", "", "host.example"));
        assert!(!covers("", "host.example", "", "host.example"));
        assert!(covers("", "host.example", "twa-1", "host.example"));
        assert!(!covers("", "", "", &number));
        assert!(covers("", "", "twa-1", &number));
        assert!(!covers("AC1", &number, "twa-2", &number), "the other webhook of the number");
        assert!(!covers("AC2", "", "twa-1", &number));
    }
}
