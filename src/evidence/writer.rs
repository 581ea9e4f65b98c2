//! One thread owns the connection that writes; everything else sends to it.
//!
//! SQLite blocks, so it stays off the async threads, and one writer never waits for another.

use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::EvidenceError;
use super::batch::Batch;
use super::store::Store;

/// Messages that may wait for the writer before a sender has to.
const WAITING: usize = 64;

/// Messages that go into one transaction at most, so that whoever waits for the disk need not wait for ever.
const TOGETHER: usize = 256;

/// How long the first message of a transaction waits for others, unless many wait already. A sync of the disk
/// for each of them would keep a processor busy; next to the time that Twilio takes for an answer this is nothing.
const COMPANY: Duration = Duration::from_millis(2);

/// What is done with the store, and what is to be said of it when it is on disk.
type Task = Box<dyn FnOnce(&mut Store) -> Result<Reply, EvidenceError> + Send>;
type Reply = Box<dyn FnOnce() + Send>;

enum Message {
    Write(Batch),
    Do(Task),
}

/// The thread that writes.
#[derive(Debug)]
pub struct Writer {
    thread: JoinHandle<Result<Store, EvidenceError>>,
}

/// A way to the writer; it may be copied freely. The writer ends when the last one is gone.
#[derive(Debug, Clone)]
pub struct Queue(mpsc::Sender<Message>);

impl std::fmt::Debug for Message {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Write(batch) => batch.fmt(f),
            Self::Do(_) => f.write_str("Do"),
        }
    }
}

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
        self.0.send(Message::Write(batch)).await.map_err(|_| EvidenceError::WriterEnded)
    }

    /// Does something with the store in its turn, and returns what came of it when that, and all that was sent before,
    /// is on disk.
    ///
    /// # Errors
    ///
    /// When the writer gave up, which it does where `act` fails; [`Writer::finish`] then says why.
    pub async fn ask<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Store) -> Result<T, EvidenceError> + Send + 'static,
    ) -> Result<T, EvidenceError> {
        let (answer, answered) = oneshot::channel();
        let task: Task = Box::new(move |store| {
            let done = act(store)?;
            // Whoever asked may be gone.
            Ok(Box::new(move || drop(answer.send(done))))
        });
        self.0.send(Message::Do(task)).await.map_err(|_| EvidenceError::WriterEnded)?;
        answered.await.map_err(|_| EvidenceError::WriterEnded)
    }
}

fn write_all(mut store: Store, mut waiting: mpsc::Receiver<Message>) -> Result<Store, EvidenceError> {
    let mut replies = Vec::new();
    while let Some(first) = waiting.blocking_recv() {
        // Whatever waits goes into one transaction: a transaction each would cost a disk sync each.
        if waiting.len() < WAITING / 2 && !waiting.is_closed() {
            std::thread::sleep(COMPANY);
        }
        store.begin()?;
        replies.extend(take(&mut store, first)?);
        for _ in 1..TOGETHER {
            let Ok(next) = waiting.try_recv() else { break };
            replies.extend(take(&mut store, next)?);
        }
        store.commit()?;
        replies.drain(..).for_each(|reply| reply());
    }
    Ok(store)
}

fn take(store: &mut Store, message: Message) -> Result<Option<Reply>, EvidenceError> {
    match message {
        Message::Write(batch) => store.write(&batch).map(|()| None),
        Message::Do(task) => task(store).map(Some),
    }
}
