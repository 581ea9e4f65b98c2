//! How many findings say what.

use std::collections::BTreeMap;

use super::{Outcome, Severity};

/// What counts of a finding: its outcome, its severity, and whether it is waived.
pub type Said = (Outcome, Severity, bool);

/// The number of findings by what they say. It knows of passes too, which are counted where they are not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<Said, usize>);

impl Tally {
    /// Counts one more.
    pub fn add(&mut self, said: Said) {
        *self.0.entry(said).or_default() += 1;
    }

    /// Counts so many more.
    pub fn add_many(&mut self, said: Said, count: usize) {
        *self.0.entry(said).or_default() += count;
    }

    /// Counts one less: it gave way to a worse one.
    pub fn take_back(&mut self, said: Said) {
        if let Some(count) = self.0.get_mut(&said) {
            *count = count.saturating_sub(1);
        }
    }

    /// Counts all of another too.
    pub fn add_all(&mut self, other: &Self) {
        for (said, count) in other.iter() {
            self.add_many(said, count);
        }
    }

    /// How many say something of this kind.
    pub fn count(&self, which: impl Fn(Said) -> bool) -> usize {
        self.iter().filter(|(said, _)| which(*said)).map(|(_, count)| count).sum()
    }

    /// What is said, with how many say it: the outcomes to act on first, the worst severity first.
    pub fn iter(&self) -> impl Iterator<Item = (Said, usize)> + '_ {
        self.0.iter().map(|(said, count)| (*said, *count)).filter(|(_, count)| *count > 0)
    }
}
