//! The body of an answer: read to a limit, in turn where it is large, wiped when it is dropped.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use zeroize::Zeroizing;

use crate::credentials::append;

/// A larger answer is refused: no page of 1000 rows comes near it.
const MAX_ANSWER: usize = 32 << 20;
/// What is larger waits for its turn to be read on. Twilio's pages are not: of 1000 rows few have two thousand bytes.
const LARGE: usize = 2 << 20;
/// Large answers in memory at once. With 128 requests under way, each of which may bring 32 MiB, a scan would else need 4
/// GiB; so it is 4 × 32 and 128 × 2 MiB at worst.
const LARGE_AT_ONCE: usize = 4;
/// Whoever has not had his turn by then is not given it: those before him were given up on long since.
const LONGEST_WAIT: Duration = Duration::from_secs(120);

/// The body of an answer. Of the list of accounts it holds the Auth Token of each, whether it is wanted or not.
#[derive(Debug)]
pub struct Body {
    bytes: Zeroizing<Vec<u8>>,
    /// The place of a large one, for the next.
    _place: Option<OwnedSemaphorePermit>,
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Why there is no body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyProblem {
    /// It is larger than any answer should be.
    TooLarge,
    /// It broke off, or there was no place for it.
    Broken,
}

/// The room there is for bodies.
#[derive(Debug)]
pub(super) struct Room(Arc<Semaphore>);

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LARGE_AT_ONCE)))
    }
}

impl Room {
    /// Reads the body of an answer.
    pub(super) async fn read(&self, mut answer: reqwest::Response) -> Result<Body, BodyProblem> {
        let mut bytes = Zeroizing::new(Vec::new());
        let mut place = None;
        while let Some(chunk) = answer.chunk().await.map_err(|_| BodyProblem::Broken)? {
            let size = bytes.len() + chunk.len();
            if size > MAX_ANSWER {
                return Err(BodyProblem::TooLarge);
            }
            if size > LARGE && place.is_none() {
                place = Some(self.place().await?);
            }
            append(&mut bytes, &chunk);
        }
        Ok(Body { bytes, _place: place })
    }

    async fn place(&self) -> Result<OwnedSemaphorePermit, BodyProblem> {
        let place = Arc::clone(&self.0).acquire_owned();
        tokio::time::timeout(LONGEST_WAIT, place).await.ok().and_then(Result::ok).ok_or(BodyProblem::Broken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_large_body_has_its_place_until_it_is_dropped() {
        let room = Room::default();
        let mut held = Vec::new();
        for _ in 0..LARGE_AT_ONCE {
            held.push(room.place().await.unwrap());
        }
        assert_eq!(room.place().await.unwrap_err(), BodyProblem::Broken, "nobody waits for ever");
        held.pop();
        assert!(room.place().await.is_ok());
    }
}
