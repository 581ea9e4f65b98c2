//! `reviews.toml`: what reviewers decided, in the grammar of `audit.toml` and by its rules. A file of its own, for a
//! program writes it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

use serde::Deserialize;

use super::attestation::{Attestation, AttestationScope, attestation_rule};
use super::document::Intent;
use super::error::{IntentError, Problem, Report};
use super::locate::{Document, Step};
use super::waiver::{Fixed, Waiver};
use super::{read, understand};
use crate::model::AccountSid;

/// The tables that may stand in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reviews {
    schema_version: Option<u32>,
    #[serde(default)]
    waiver: Vec<Waiver>,
    #[serde(default)]
    attestation: Vec<Attestation>,
    #[serde(default)]
    fixed: Vec<Fixed>,
}

impl From<Reviews> for Intent {
    fn from(Reviews { schema_version, waiver, attestation, fixed }: Reviews) -> Self {
        Self { schema_version, waiver, attestation, fixed, ..Self::default() }
    }
}

impl Attestation {
    /// What it speaks about. Two of the same are one attestation, renewed or contradicted.
    pub fn subject(&self) -> (&str, Option<&AccountSid>, Option<&str>) {
        // There is one parent, named or not.
        let is_of_parent =
            attestation_rule(&self.id).is_some_and(|rule| rule.scope == AttestationScope::Parent);
        (&self.id, self.account.as_ref().filter(|_| !is_of_parent), self.host.as_deref())
    }
}

impl Intent {
    /// Reads and validates the `reviews.toml` at `path`: a declaration of its tables alone.
    ///
    /// # Errors
    /// As [`Intent::read`].
    pub fn read_reviews(path: &Path) -> Result<Self, IntentError> {
        read(path, Self::parse_reviews)
    }

    /// Validates the text of a `reviews.toml`; `name` is what error messages call it.
    ///
    /// # Errors
    /// As [`Intent::parse`].
    pub fn parse_reviews(text: &str, name: &str) -> Result<Self, IntentError> {
        understand::<Reviews>(text, name)
    }

    /// This declaration and what reviewers decided. Of an attestation that stands in both, the younger counts.
    ///
    /// # Errors
    /// [`IntentError::Invalid`] where the two contradict each other; it points into the reviews.
    pub fn join(mut self, reviews: Self) -> Result<Self, IntentError> {
        self.origin_of_reviews.clone_from(&reviews.origin);
        let problems = reviews.contradictions(&self);
        if !problems.is_empty() {
            let (name, text) = reviews.origin.as_ref().map_or(("reviews", ""), |o| (&o.name, &o.text));
            return Err(IntentError::Invalid(Report::new(name, text, problems)));
        }
        for attestation in reviews.attestation {
            match self.attestation.iter_mut().find(|before| before.subject() == attestation.subject()) {
                Some(before) if before.on > attestation.on => {}
                Some(before) => *before = attestation,
                None => self.attestation.push(attestation),
            }
        }
        // The same decision twice decides nothing twice; of two waivers the one that ends later is the younger.
        let declared = self.waiver.iter().enumerate();
        let places: HashMap<String, usize> =
            declared.filter_map(|(place, waiver)| Some((waiver.finding.clone()?, place))).collect();
        for waiver in reviews.waiver {
            let place = waiver.finding.as_ref().and_then(|finding| places.get(finding));
            match place.and_then(|place| self.waiver.get_mut(*place)) {
                Some(before) if before.expires_on > waiver.expires_on => {}
                Some(before) => *before = waiver,
                None => self.waiver.push(waiver),
            }
        }
        let declared: BTreeSet<String> = self.fixed.iter().map(|fixed| fixed.finding.clone()).collect();
        self.fixed.extend(reviews.fixed.into_iter().filter(|fixed| !declared.contains(&fixed.finding)));
        Ok(self)
    }

    /// Where these reviews say the opposite of a declaration.
    fn contradictions(&self, declared: &Self) -> Vec<Problem> {
        let text = self.origin.as_ref().map_or("", |origin| &origin.text);
        let located = Document::parse(text).unwrap_or_default();
        let at = |table, index, key| located.span(&[Step::Key(table), Step::Item(index), Step::Key(key)]);
        let attested: HashMap<_, _> = declared
            .attestation
            .iter()
            .map(|attestation| (attestation.subject(), &attestation.value))
            .collect();
        let decided: BTreeMap<&str, &str> = declared.decisions().map(|(_, _, id, word)| (id, word)).collect();
        let mut problems = Vec::new();
        for (index, attestation) in self.attestation.iter().enumerate() {
            if attested.get(&attestation.subject()).is_some_and(|value| **value != attestation.value) {
                let message = format!("another value of `{}` is declared in audit.toml", attestation.id);
                problems.push(
                    Problem::new(at("attestation", index, "value"), message).help("keep one of the two"),
                );
            }
        }
        for (table, index, finding, word) in self.decisions() {
            if let Some(other) = decided.get(finding).filter(|other| **other != word) {
                let message = format!("`{word}` is decided here, and `{other}` in audit.toml");
                problems.push(Problem::new(at(table, index, "finding"), message).help("keep one of the two"));
            }
        }
        problems
    }

    /// What is decided of single findings: the table and the place, the finding, the word.
    fn decisions(&self) -> impl Iterator<Item = (&'static str, usize, &str, &'static str)> {
        let waivers = self.waiver.iter().enumerate().filter_map(|(index, waiver)| {
            waiver.finding.as_deref().map(|finding| ("waiver", index, finding, waiver.decision().as_str()))
        });
        let fixed = self.fixed.iter().enumerate();
        waivers.chain(fixed.map(|(index, fixed)| ("fixed", index, fixed.finding.as_str(), "fixed")))
    }
}
