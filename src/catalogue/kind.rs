//! The shape of a resource kind: where its rows come from, what tells them apart, and what is kept of them.

use std::iter::successors;

use super::column::Column;
use super::endpoint::{Endpoint, Per};

/// One kind of thing that Twilio lists. Its evidence table has the kind's name.
#[derive(Debug)]
pub struct Kind {
    /// Singular, snake_case: `phone_number`.
    pub name: &'static str,
    /// The product it belongs to, by the id used in `checks/products.toml`.
    pub product: &'static str,
    /// Where its rows come from.
    pub origin: Origin,
    /// What is kept of each row, besides account, parent and SID.
    pub columns: &'static [Column],
    /// The fields that together identify a row: `sid` nearly everywhere. None: there is one row, and it goes
    /// by the SID of what it is listed under.
    pub identity: &'static [&'static str],
    /// A field that stands in the addresses of what is listed under a row, where the SID does not: a number,
    /// a domain. It is stored only until everything is read.
    pub link: Option<&'static str>,
}

/// Where the rows of a kind come from.
#[derive(Debug)]
pub enum Origin {
    /// A request of its own.
    Request(Endpoint),
    /// Taken out of the answer for another kind, without a request.
    Derived {
        /// The kind whose answer holds it.
        from: &'static str,
        /// How it is taken out.
        by: Derivation,
    },
}

/// How the rows of a derived kind are taken out of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Derivation {
    /// One row for each element of the array at this path.
    Each(&'static str),
    /// The widgets of a Studio flow definition: type and flags.
    StudioWidgets,
    /// The URLs in the widgets of a Studio flow definition.
    StudioUrls,
}

impl Kind {
    /// A kind with a request of its own.
    pub(super) const fn new(name: &'static str, product: &'static str, endpoint: Endpoint) -> Self {
        let origin = Origin::Request(endpoint);
        Self { name, product, origin, columns: &[], identity: &["sid"], link: None }
    }

    /// A kind that is taken out of another kind's answer.
    pub(super) const fn derived(
        name: &'static str,
        product: &'static str,
        from: &'static str,
        by: Derivation,
    ) -> Self {
        let origin = Origin::Derived { from, by };
        Self { name, product, origin, columns: &[], identity: &["sid"], link: None }
    }

    /// What is kept.
    pub(super) const fn columns(self, columns: &'static [Column]) -> Self {
        Self { columns, ..self }
    }

    /// The fields that together identify a row, where that is not `sid`; none where there is one row only.
    pub(super) const fn identified_by(self, identity: &'static [&'static str]) -> Self {
        Self { identity, ..self }
    }

    /// The field that stands in the addresses of what is listed under a row.
    pub(super) const fn linked_by(self, link: &'static str) -> Self {
        Self { link: Some(link), ..self }
    }

    /// The request behind this kind, where it has one.
    pub const fn endpoint(&self) -> Option<&Endpoint> {
        match &self.origin {
            Origin::Request(endpoint) => Some(endpoint),
            Origin::Derived { .. } => None,
        }
    }

    /// Every request that it can be read by: its own, then those to make where that is refused.
    pub fn endpoints(&self) -> impl Iterator<Item = &Endpoint> {
        successors(self.endpoint(), |endpoint| endpoint.fallback)
    }

    /// The kind that must be read before this one can be: what it is listed under or taken out of.
    pub fn comes_after(&self) -> Option<&'static Self> {
        super::kind(self.named_before()?)
    }

    /// This kind and all that must be read before it, nearest first.
    pub fn line(&'static self) -> impl Iterator<Item = &'static Self> {
        successors(Some(self), |kind| kind.comes_after())
    }

    /// The kinds that are taken out of its answers.
    pub fn taken_out(&self) -> impl Iterator<Item = &'static Self> + use<> {
        let own = self.name;
        let is_taken_out =
            move |kind: &&'static Self| matches!(kind.origin, Origin::Derived { from, .. } if from == own);
        super::KINDS.iter().copied().filter(is_taken_out)
    }

    /// The name of the kind that it comes after, as it is written here.
    pub(super) const fn named_before(&self) -> Option<&'static str> {
        match &self.origin {
            Origin::Derived { from, .. } => Some(from),
            Origin::Request(endpoint) => match endpoint.per {
                Per::Each { kind, .. } => Some(kind),
                Per::Tree | Per::Organization | Per::Account | Per::Word(_) => None,
            },
        }
    }
}
