//! Talking to Twilio: the only room that sends requests, and it can express GET alone.
//!
//! What to ask and what to keep of an answer is decided elsewhere.

mod address;
mod client;
mod failure;
mod gate;
mod page;
mod retry;

pub use address::{Address, AddressError};
pub use client::{Client, Request};
pub use failure::{Failure, FailureKind};
pub use page::{Page, PageError, parse_page};
