//! What reducing a row takes besides the row: randomness for hashes, and the operator's own words.

use sha2::{Digest, Sha256};

/// Makes hashes comparable within one scan and worthless outside of it, for its salt is forgotten when
/// everything is read; and knows which words the operator calls telling.
#[derive(Clone)]
pub struct Reduction {
    salt: [u8; 32],
    phi_words: Vec<String>,
}

impl std::fmt::Debug for Reduction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reduction").field("phi_words", &self.phi_words).finish_non_exhaustive()
    }
}

impl Reduction {
    /// With a new salt from the operating system, and the words of `policy.phi_words`.
    ///
    /// # Errors
    ///
    /// When the operating system has no randomness to give.
    pub fn new(phi_words: &[String]) -> Result<Self, getrandom::Error> {
        let mut salt = [0; 32];
        getrandom::fill(&mut salt)?;
        Ok(Self::with_salt(salt, phi_words))
    }

    /// For one of several shards: all of them know this secret, and so hash alike. So does whoever else has it.
    pub fn of_shards(secret: &str, phi_words: &[String]) -> Self {
        let salt =
            Sha256::new().chain_update("twilio-audit: hashes of shards\0").chain_update(secret).finalize();
        Self::with_salt(salt.into(), phi_words)
    }

    /// What tells whether two reductions hash alike, and nothing else.
    pub fn fingerprint(&self) -> String {
        self.hash("twilio-audit: fingerprint of the salt")
    }

    /// With the salt of a scan that goes on.
    pub fn with_salt(salt: [u8; 32], phi_words: &[String]) -> Self {
        Self { salt, phi_words: phi_words.to_vec() }
    }

    /// The salt, for a scan that may be interrupted.
    pub const fn salt(&self) -> &[u8; 32] {
        &self.salt
    }

    pub(super) fn hash(&self, text: &str) -> String {
        let digest = Sha256::new().chain_update(self.salt).chain_update(text).finalize();
        digest[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Words that betray PHI, besides those of the built-in lists.
    pub(super) fn phi_words(&self) -> &[String] {
        &self.phi_words
    }
}
