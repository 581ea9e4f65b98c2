//! The evidence chain: what a finished scan is sealed with, whether it is still as it was sealed, and removing old scans
//! so that the chain stays whole.
//!
//! It knows files, hashes and keys, and nothing of what is in the files.

mod archive;
mod files;
mod links;
mod manifest;
mod plain_file;
mod prune;
mod remove;
mod signature;
mod verify;

pub use archive::previous_in;
pub use files::{LOCK, files_in};
pub use manifest::{Declared, MANIFEST, Manifest, Previous, SIGNATURE, SealedFile, manifest_schema};
pub use plain_file::sha256;
pub use prune::{Plan, Removal, Retention, What};
pub use signature::{KeyError, PublicKey, SigningKey};
pub use verify::{Anchor, Verifier};
