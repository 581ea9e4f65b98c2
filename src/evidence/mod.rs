//! The store of one scan: a SQLite file with one table per resource kind, what was declared, what
//! was and was not read, and what the checks found.
//!
//! It knows the catalogue and the declared intent, and neither the network nor any rule.

mod batch;
mod conclusion;
pub mod data;
mod drift;
mod error;
mod findings;
pub mod functions;
mod genuine;
mod inventory;
mod listing;
mod merge;
mod resource;
mod resumption;
mod schema;
mod store;
mod trend;
mod writer;

pub use batch::{Batch, Row, Value};
pub use error::EvidenceError;
pub use findings::FindingWriter;
pub use inventory::Inventory;
pub use listing::{Cursor, ListingKey, PageRows, SoFar};
pub use resource::{SeenField, SeenResource};
pub use resumption::StartedWith;
pub use store::{ScanFacts, Store, UNREAD, coverage_of};
pub use writer::{Queue, Writer};
