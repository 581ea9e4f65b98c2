//! One thread owns the connection that writes; everything else sends to it.
//!
//! SQLite blocks, so it stays off the async threads, and one writer never waits for another.

use std::thread::JoinHandle;

use tokio::sync::mpsc;

use super::EvidenceError;
use super::batch::Batch;
use super::store::Store;

/// Messages that may wait for the writer before a sender has to.
const WAITING: usize = 64;

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
