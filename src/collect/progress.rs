//! What was read of a listing so far, each row once.

use std::collections::HashMap;
use std::collections::hash_map::{DefaultHasher, Entry};
use std::hash::{Hash as _, Hasher as _};

use crate::catalogue::{KINDS, Kind, Origin};
use crate::evidence::Row;

/// Rows by derived kind.
pub(super) type Derived = Vec<(&'static Kind, Vec<Row>)>;

/// What was read of a listing so far.
pub(super) struct Progress {
    pub(super) count: usize,
    /// The rows, if others are listed under them.
    pub(super) kept: Option<Vec<Row>>,
    pub(super) derived: Derived,
    /// The SID of the last row, under which derived rows stand.
    pub(super) last_sid: Option<String>,
    /// A fingerprint of each row: pages shift while they are read, but what comes twice must be the same.
    seen: HashMap<String, u64>,
    /// Whether something came twice and was not the same.
    pub(super) has_changed: bool,
}

impl Progress {
    pub(super) fn new(kind: &Kind, keeps_rows: bool) -> Self {
        Self {
            count: 0,
            kept: keeps_rows.then(Vec::new),
            derived: empty_derived(kind),
            last_sid: None,
            seen: HashMap::new(),
            has_changed: false,
        }
    }

    /// Takes the rows of a page and returns those that are new.
    pub(super) fn take(&mut self, mut rows: Vec<Row>, derived: Derived) -> Vec<Row> {
        rows.retain(|row| {
            let print = fingerprint(row);
            match self.seen.entry(row.sid.clone()) {
                Entry::Vacant(entry) => {
                    entry.insert(print);
                    true
                }
                Entry::Occupied(entry) => {
                    self.has_changed |= *entry.get() != print;
                    false
                }
            }
        });
        self.count += rows.len();
        self.last_sid = rows.last().map(|row| row.sid.clone()).or_else(|| self.last_sid.take());
        if let Some(kept) = &mut self.kept {
            kept.extend(rows.iter().cloned());
        }
        for (kind, taken_out) in derived {
            self.derived
                .iter_mut()
                .filter(|(other, _)| other.name == kind.name)
                .for_each(|(_, all)| all.extend(taken_out.iter().cloned()));
        }
        rows
    }
}

fn fingerprint(row: &Row) -> u64 {
    let mut hasher = DefaultHasher::new();
    // Values hold numbers that cannot be hashed; their written form can.
    format!("{:?}", row.values).hash(&mut hasher);
    hasher.finish()
}

fn empty_derived(from: &Kind) -> Derived {
    let is_derived = |kind: &&&'static Kind| matches!(kind.origin, Origin::Derived { from: name, .. } if name == from.name);
    KINDS.iter().filter(is_derived).map(|kind| (*kind, Vec::new())).collect()
}
