//! What can be written into a store.

use crate::catalogue::Kind;
use crate::model::{AccountSid, Coverage};

/// A kept value: null, whole number, number or text.
pub type Value = rusqlite::types::Value;

/// A row of evidence: what is kept of one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The account it belongs to.
    pub account: AccountSid,
    /// The resource it is listed under; empty where it is listed per account.
    pub parent: String,
    /// What identifies it.
    pub sid: String,
    /// What stands in the addresses of its children, where that is not the SID. Kept until everything is read.
    pub link: Option<String>,
    /// The columns of its kind, in their order.
    pub values: Vec<Value>,
}

/// Something to write.
#[derive(Debug)]
pub enum Batch {
    /// An account of the scan.
    Account {
        /// Its SID.
        account: AccountSid,
        /// Its name, where it could be read.
        name: Option<String>,
        /// `active`, `suspended` or `closed`, where it could be read.
        status: Option<String>,
        /// Whether it is the parent of the tree.
        is_parent: bool,
        /// Whether it stands for the organization: the parent, or where that was not seen another.
        is_root: bool,
        /// Whether it has subaccounts.
        has_subaccounts: bool,
        /// The kind of credential that reads it.
        credential_kind: &'static str,
    },
    /// Rows of one kind.
    Rows(&'static Kind, Vec<Row>),
    /// How a listing ended.
    Coverage(Coverage),
    /// A sentence that the reader must see first.
    Notice(String),
    /// A sentence about a credential that could not be used, so that something may be missing.
    UnusableCredential(String),
}
