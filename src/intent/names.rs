//! Names that a declaration shares with the catalogue, of checks and of products: a misspelt one must not pass in silence,
//! for it would cover nothing and waive nothing.
//!
//! What there is, is told from above; this only knows where in which file a name stands.

use super::document::{Intent, Origin};
use super::error::{IntentError, Problem, Report};
use super::locate::{Document, Step};
use super::waived::{Fault, fault_of};
use super::waiver::{Fixed, Waiver};
use crate::model::{Rule, did_you_mean};

/// The names that there are.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The rules of all checks.
    pub rules: &'a [Rule],
    /// The ids of the products.
    pub products: &'a [&'a str],
    /// What a BAA may call products besides: titles, and names of several at once.
    pub product_titles: &'a [&'a str],
}

impl Intent {
    /// Insists that every name it uses is one that there is.
    ///
    /// # Errors
    /// [`IntentError::Invalid`] with every name that is not, in the file where it stands; where both files have such names,
    /// with those of `audit.toml`.
    pub fn check_names(&self, names: &Names<'_>) -> Result<(), IntentError> {
        let declared = Located::of(self.origin.as_deref());
        let reviews = Located::of(self.origin_of_reviews.as_deref());
        let mut found: [Vec<Problem>; 2] = [declared.products(self, names), Vec::new()];
        let mut note = |table: &str, entry: &[(&str, Option<&str>)], key: &str, fault: Fault| {
            // Of one that stands in neither file, as in a declaration that a program made, nothing can be shown.
            let in_reviews = !declared.has(table, entry) && reviews.has(table, entry);
            let (file, problems) = if in_reviews { (&reviews, 1) } else { (&declared, 0) };
            let span = file.span(table, entry, key);
            if let Some(problems) = found.get_mut(problems) {
                problems.push(Problem::new(span, fault.what).help(fault.help));
            }
        };
        for waiver in &self.waiver {
            if let Some((key, fault)) = names.fault_of(waiver) {
                note("waiver", &waiver.identity(), key, fault);
            }
        }
        for fixed in &self.fixed {
            if let Err(fault) = names.check(&fixed.check, "fixed.check") {
                note("fixed", &fixed.identity(), "check", fault);
            }
        }
        let [of_declared, of_reviews] = found;
        declared.refuse(of_declared)?;
        reviews.refuse(of_reviews)
    }
}

impl Waiver {
    /// By what an entry of the file is told from the others.
    fn identity(&self) -> [(&str, Option<&str>); 4] {
        [
            ("check", Some(&self.check)),
            ("resource", self.resource.as_deref()),
            ("account", self.account.as_ref().map(|account| account.as_str())),
            ("finding", self.finding.as_deref()),
        ]
    }
}

impl Fixed {
    fn identity(&self) -> [(&str, Option<&str>); 2] {
        [("check", Some(&self.check)), ("finding", Some(&self.finding))]
    }
}

impl Names<'_> {
    fn check(&self, id: &str, key: &str) -> Result<(), Fault> {
        let ids = self.rules.iter().map(|rule| rule.id.as_str());
        known("check", id, key, ids, "`twilio-audit checks list` lists them")
    }

    fn product(&self, id: &str, key: &str) -> Result<(), Fault> {
        known("product", id, key, self.products.iter().copied(), LISTED)
    }

    /// What is wrong with a waiver, and in which key.
    fn fault_of(&self, waiver: &Waiver) -> Option<(&'static str, Fault)> {
        if let Err(fault) = self.check(&waiver.check, "waiver.check") {
            return Some(("check", fault));
        }
        self.rules.iter().find(|rule| rule.id == waiver.check).and_then(|rule| fault_of(waiver, rule))
    }
}

/// Where products are listed.
const LISTED: &str = "docs/audit-toml.md says under \"Product names\" where they are listed";

fn known<'a>(
    what: &str,
    name: &str,
    key: &str,
    known: impl Iterator<Item = &'a str> + Clone,
    listed: &str,
) -> Result<(), Fault> {
    if known.clone().any(|candidate| candidate == name) {
        return Ok(());
    }
    let help = did_you_mean(name, known).unwrap_or_else(|| listed.to_owned());
    Err(Fault { what: format!("`{key}`: there is no {what} `{name}`"), help })
}

/// A file of the declaration and where things stand in it.
struct Located<'t> {
    name: &'t str,
    text: &'t str,
    document: Document<'t>,
}

impl<'t> Located<'t> {
    fn of(origin: Option<&'t Origin>) -> Self {
        let (name, text) =
            origin.map_or(("declared intent", ""), |origin| (origin.name.as_str(), origin.text.as_str()));
        Self { name, text, document: Document::parse(text).unwrap_or_default() }
    }

    fn has(&self, table: &str, entry: &[(&str, Option<&str>)]) -> bool {
        self.document.entry(table, entry).is_some()
    }

    fn span(&self, table: &str, entry: &[(&str, Option<&str>)], key: &str) -> Option<std::ops::Range<usize>> {
        let index = self.document.entry(table, entry)?;
        self.document.span(&[Step::Key(table), Step::Item(index), Step::Key(key)])
    }

    fn refuse(&self, problems: Vec<Problem>) -> Result<(), IntentError> {
        if problems.is_empty() {
            return Ok(());
        }
        Err(IntentError::Invalid(Report::new(self.name, self.text, problems)))
    }

    /// Products that there are not. They stand in `audit.toml` alone, in the order of the value.
    fn products(&self, intent: &Intent, names: &Names<'_>) -> Vec<Problem> {
        use Step::{Item, Key};
        let mut problems = Vec::new();
        let mut note = |path: &[Step<'_>], checked: Result<(), Fault>| {
            if let Err(Fault { what, help }) = checked {
                problems.push(Problem::new(self.document.span(path), what).help(help));
            }
        };
        let covered = || names.products.iter().chain(names.product_titles).copied();
        for (index, name) in intent.baa.iter().flat_map(|baa| &baa.covered_products).enumerate() {
            if !covered().any(|known| known.eq_ignore_ascii_case(name.trim())) {
                let path = [Key("baa"), Key("covered_products"), Item(index)];
                note(&path, known("product", name, "baa.covered_products", covered(), LISTED));
            }
        }
        let overrides = intent.catalogue.iter().flat_map(|catalogue| &catalogue.r#override);
        for (index, entry) in overrides.enumerate() {
            let path = [Key("catalogue"), Key("override"), Item(index), Key("product")];
            note(&path, names.product(&entry.product, "catalogue.override.product"));
        }
        for (account, entry) in intent.account.iter().enumerate() {
            for (index, product) in entry.no_phi_products.iter().enumerate() {
                let path =
                    [Key("account"), Item(account), Key("no_phi_products"), Item(index), Key("product")];
                note(&path, names.product(&product.product, "account.no_phi_products.product"));
            }
        }
        problems
    }
}
