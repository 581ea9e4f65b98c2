//! The body of an answer: how much of it is taken in, and how much of all of them is held at a time.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::{Zeroize as _, Zeroizing};

use crate::credentials::append;

/// A larger answer is refused: no page of 1000 rows comes near it.
const MOST: usize = 32 << 20;
/// A larger answer of any other status than 200 is refused: an error is a sentence or two.
const MOST_OF_AN_ERROR: usize = 1 << 20;
/// Any number of answers may be of this size.
const SMALL: usize = 1 << 20;
/// Of those that are larger, so many are held at a time. The others wait on the wire.
const LARGE_AT_ONCE: usize = 2;

/// The body of an answer, wiped when it is dropped: Twilio's list of accounts has the Auth Token of each, whether it is
/// wanted or not. A large one keeps its room until then, so nothing else is asked while it is held.
pub struct Body {
    bytes: Vec<u8>,
    _room: Option<OwnedSemaphorePermit>,
}

impl Drop for Body {
    fn drop(&mut self) {
        // What was never filled stays untouched, and so costs no memory.
        self.bytes.as_mut_slice().zeroize();
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.bytes.len())
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoBody {
    /// Larger than this many MiB.
    TooLarge(usize),
    /// It broke off.
    Broken,
}

/// The room for large answers.
#[derive(Debug)]
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_AT_ONCE)))
    }
}

impl Room {
    /// Takes a body in.
    pub(super) async fn take_in(&self, mut answer: reqwest::Response) -> Result<Body, NoBody> {
        let most = if answer.status() == 200 { MOST } else { MOST_OF_AN_ERROR };
        let mut small = Zeroizing::new(Vec::new());
        while let Some(chunk) = answer.chunk().await.map_err(|_| NoBody::Broken)? {
            if small.len() + chunk.len() > SMALL {
                return self.take_in_large(answer, &small, &chunk, most).await;
            }
            append(&mut small, &chunk);
        }
        Ok(Body { bytes: std::mem::take(&mut small), _room: None })
    }

    /// Goes on with an answer that turned out to be large.
    async fn take_in_large(
        &self,
        mut answer: reqwest::Response,
        begun: &[u8],
        chunk: &[u8],
        most: usize,
    ) -> Result<Body, NoBody> {
        let room = Arc::clone(&self.0).acquire_owned().await.map_err(|_| NoBody::Broken)?;
        // Once and for all: grown step by step it would be there twice at times. What is not filled costs nothing.
        let mut body = Body { bytes: Vec::with_capacity(most), _room: Some(room) };
        body.bytes.extend_from_slice(begun);
        body.add(chunk, most)?;
        while let Some(chunk) = answer.chunk().await.map_err(|_| NoBody::Broken)? {
            body.add(&chunk, most)?;
        }
        Ok(body)
    }
}

impl Body {
    fn add(&mut self, chunk: &[u8], most: usize) -> Result<(), NoBody> {
        if self.bytes.len() + chunk.len() > most {
            return Err(NoBody::TooLarge(most >> 20));
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }
}
