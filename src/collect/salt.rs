//! Hashes that can be compared within one scan and nowhere else.

use sha2::{Digest, Sha256};

/// Makes hashes comparable within one scan and worthless outside of it. It is never stored.
#[derive(Clone)]
pub struct Salt([u8; 32]);

impl std::fmt::Debug for Salt {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Salt(***)")
    }
}

impl Salt {
    /// A new salt from the operating system.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn new() -> Result<Self, getrandom::Error> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt)?;
        Ok(Self(salt))
    }

    pub(super) fn hash(&self, text: &str) -> String {
        let digest = Sha256::new().chain_update(self.0).chain_update(text).finalize();
        digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
