//! Asking Twilio: the room that sends every request but those that change something, which is `fix`'s. It can express
//! GET and the request for an access token alone.
//!
//! What to ask and what to keep of an answer is decided elsewhere.

mod address;
mod body;
mod client;
mod failure;
mod fields;
mod gate;
mod page;
mod resolve;
mod retry;
mod tempo;
mod token;
mod traffic;
mod unreachable;

pub use address::{Address, AddressError};
pub use body::Body;
pub use client::{Client, Reply, Request};
pub use failure::{Failure, FailureKind};
pub use fields::{Fields, MOST_ELEMENTS, Malformed, elements, value};
pub use gate::Limits;
pub use page::{Page, PageError, parse_page};
pub use retry::Patience;
pub use traffic::{Halt, Traffic};
pub use unreachable::unreachable;
