//! A reviewer's decisions: from a table that was in a spreadsheet to the entries of `reviews.toml`.
//!
//! It knows the plain model and the grammar of declarations, and nothing of scans, stores or the command line.

mod agreement;
mod dates;
mod decide;
mod ledger;
mod sheet;
mod untouched;

use std::fmt;

pub use agreement::agreed;
pub use dates::{Order, order_of};
pub use decide::{Decided, Entry, Judge, Word};
pub use ledger::{Change, Ledger, NotALedger};
pub use sheet::{Misfit, Row, Sheet, Unreadable};
pub use untouched::{Difference, compare};

/// The columns that a reviewer fills.
pub const DECISION_COLUMNS: [&str; 4] = ["decision", "decision_reason", "decision_by", "decision_expires"];

/// The columns that say nothing of what was seen: people plan in one of them.
pub const FREE_COLUMNS: [&str; 1] = ["due_by"];

/// A cell that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The row, as a spreadsheet numbers them: the header is row 1.
    pub row: usize,
    /// The column.
    pub column: &'static str,
    /// What is wrong, and what to write instead.
    pub what: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}, column {}: {}", self.row, self.column, self.what)
    }
}
