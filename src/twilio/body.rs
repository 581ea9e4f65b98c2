//! The body of an answer: how much of it is taken in, and how much of all of them is held at a time.

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A larger answer is refused: no page of 1000 rows comes near it.
const MOST: usize = 32 << 20;
/// A larger answer of any other status than 200 is refused: an error is a sentence or two.
const MOST_OF_AN_ERROR: usize = 1 << 20;
/// Any number of answers may be of this size.
const SMALL: usize = 1 << 20;
/// Of those that are larger, so many are held at a time. The others wait on the wire.
const LARGE_AT_ONCE: usize = 2;

/// The body of an answer. A large one keeps its room until it is dropped, so nothing else is asked while it is held.
#[derive(Debug)]
pub struct Body {
    bytes: Vec<u8>,
    room: Option<OwnedSemaphorePermit>,
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
        let mut body = Body { bytes: Vec::new(), room: None };
        while let Some(chunk) = answer.chunk().await.map_err(|_| NoBody::Broken)? {
            let length = body.bytes.len() + chunk.len();
            if length > most {
                return Err(NoBody::TooLarge(most >> 20));
            }
            if length > SMALL && body.room.is_none() {
                let room = Arc::clone(&self.0).acquire_owned().await;
                body.room = Some(room.map_err(|_| NoBody::Broken)?);
                // Once and for all: grown step by step it would be there twice at times. What is not filled costs nothing.
                body.bytes.reserve_exact(most - body.bytes.len());
            }
            body.bytes.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
