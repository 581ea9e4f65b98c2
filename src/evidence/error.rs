//! What can go wrong with the store.

use std::path::PathBuf;

use crate::model::Shard;

/// A store that cannot be made, read or written.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    /// The file cannot be made or opened.
    #[error("cannot open {}: {source}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: rusqlite::Error,
    },
    /// The file was written by a version with another layout.
    #[error(
        "this evidence was written by {written_by} in layout {found}; this version reads layout {expected}: \
         use that version, or scan again"
    )]
    Layout {
        /// The program and version that wrote it.
        written_by: String,
        /// Its layout.
        found: i64,
        /// The layout of this version.
        expected: i64,
    },
    /// It holds what no store of ours does.
    #[error(
        "{} is not as this program wrote it: {what}; take the scan from where it was made, or scan again",
        path.display()
    )]
    Altered {
        /// The file.
        path: PathBuf,
        /// What it holds.
        what: String,
    },
    /// A shard speaks for an account that is another shard's.
    #[error(
        "shard {shard} speaks for {account} in {table}, an account that it did not read: it is not as it was written; \
         collect it again"
    )]
    ForeignAccount {
        /// Which shard.
        shard: Shard,
        /// In which table.
        table: String,
        /// For which account.
        account: String,
    },
    /// A shard is not like those before it where all are alike.
    #[error(
        "shard {shard} has another {table} than the shards before it, and all have the same: one of them is not as it \
         was written; collect them again"
    )]
    UnlikeOthers {
        /// Which shard.
        shard: Shard,
        /// In which table.
        table: String,
    },
    /// A read or write failed: a full disk, a damaged file.
    #[error("cannot {doing} the evidence file: {source}")]
    Sql {
        /// What was being done, as a verb.
        doing: &'static str,
        /// Why.
        source: rusqlite::Error,
    },
    /// The file cannot be protected from other users.
    #[error("cannot set the permissions of {}: {source}", path.display())]
    Permissions {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What was declared cannot be written as JSON.
    #[error("what audit.toml declares cannot be stored")]
    Intent,
    /// The evidence of a finding cannot be written as JSON.
    #[error("the evidence of a finding cannot be stored")]
    Finding,
    /// What was concluded cannot be written or read as JSON.
    #[error("what this scan concluded cannot be stored or read: the file is damaged, or of another version")]
    Conclusion,
    /// Nothing was concluded from the evidence yet.
    #[error(
        "this scan is not finished: the command that began it goes on with it, with --resume; shards become one with `merge`"
    )]
    Unfinished,
    /// The writing thread ended early.
    #[error("the evidence file could not be written to its end")]
    WriterEnded,
}

impl EvidenceError {
    /// Whether it is a shard that cannot be merged, and nothing else is wrong.
    pub const fn is_of_a_shard(&self) -> bool {
        matches!(self, Self::ForeignAccount { .. } | Self::UnlikeOthers { .. } | Self::Altered { .. })
    }
}

/// Turns a SQLite error into one of ours, saying what was being done.
pub(super) fn sql(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> EvidenceError {
    move |source| EvidenceError::Sql { doing, source }
}
