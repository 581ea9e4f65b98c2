//! One thread owns the connection that writes; everything else sends to it.
//!
//! SQLite blocks, so it stays off the async threads, and one writer never waits for another.

use std::thread::JoinHandle;

use tokio::sync::mpsc;

use super::EvidenceError;
use super::store::{Store, Value};
use crate::catalogue::Kind;
use crate::model::{AccountSid, Coverage};

/// Messages that may wait for the writer before a sender has to.
const WAITING: usize = 64;

/// A row of evidence: what is kept of one resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The account it belongs to.
    pub account: AccountSid,
    /// The resource it is listed under; empty where it is listed per account.
    pub parent: String,
    /// What identifies it.
    pub sid: String,
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
    /// Everything of one listing is taken back.
    Discard(&'static Kind, AccountSid, String),
    /// How a listing ended.
    Coverage(Coverage),
    /// A sentence that the reader must see first.
    Notice(String),
}

/// The thread that writes.
#[derive(Debug)]
pub struct Writer {
    thread: JoinHandle<Result<Store, EvidenceError>>,
}

/// A way to the writer; it may be copied freely. The writer ends when the last one is gone.
#[derive(Debug, Clone)]
pub struct Queue(mpsc::Sender<Batch>);

impl Writer {
    /// Hands the store to a thread of its own.
    pub fn start(store: Store) -> (Self, Queue) {
        let (queue, waiting) = mpsc::channel(WAITING);
        let thread = std::thread::spawn(move || write_all(store, waiting));
        (Self { thread }, Queue(queue))
    }

    /// Waits until every [`Queue`] is gone and all is on disk, and gives the store back.
    ///
    /// # Errors
    ///
    /// The first error that the writer met.
    pub async fn finish(self) -> Result<Store, EvidenceError> {
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        joined.ok().and_then(Result::ok).unwrap_or(Err(EvidenceError::WriterEnded))
    }
}

impl Queue {
    /// Sends something to be written, waiting while the writer is behind.
    ///
    /// # Errors
    ///
    /// When the writer gave up; [`Writer::finish`] then says why.
    pub async fn send(&self, batch: Batch) -> Result<(), EvidenceError> {
        self.0.send(batch).await.map_err(|_| EvidenceError::WriterEnded)
    }
}

fn write_all(mut store: Store, mut waiting: mpsc::Receiver<Batch>) -> Result<Store, EvidenceError> {
    while let Some(first) = waiting.blocking_recv() {
        // Whatever waits goes into one transaction: a transaction each would cost a disk sync each.
        store.begin()?;
        store.write(&first)?;
        while let Ok(next) = waiting.try_recv() {
            store.write(&next)?;
        }
        store.commit()?;
    }
    Ok(store)
}
