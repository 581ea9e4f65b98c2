//! Signatures in the form of `minisign`, so that nobody needs this program to check one.

use std::fmt;
use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A key that signs. It is never shown.
pub struct SigningKey {
    secret: minisign::SecretKey,
    public: minisign::PublicKey,
}

/// A key that signatures are checked with.
#[derive(Debug)]
pub struct PublicKey(minisign::PublicKey);

/// Why a text is no key; it never holds the text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// It is not what `minisign -G` writes.
    #[error("it is no secret key of minisign: `twilio-audit keygen` and `minisign -G -W` make one")]
    NoSecretKey,
    /// A password protects it.
    #[error(
        "a password protects it, and nobody is there to type it: make one without with `minisign -G -W` or \
         `twilio-audit keygen`, or take the password off with `minisign -C -W`"
    )]
    Encrypted,
    /// What it signs cannot be verified.
    #[error("it is damaged: what it signs is not valid")]
    Damaged,
    /// It is not what `minisign -G` writes.
    #[error("it is no public key of minisign: name the file, or give its second line")]
    NoPublicKey,
    /// This machine has no random numbers.
    #[error("a key could not be made: {0}")]
    NotMade(String),
}

/// The length of a signature.
const SIGNATURE_BYTES: usize = 64;

/// Where the bytes of a secret key say how it is encrypted.
const ENCRYPTION: std::ops::Range<usize> = 2..4;

impl SigningKey {
    /// Makes a new key.
    ///
    /// # Errors
    ///
    /// Where the machine has no random numbers.
    pub fn generate() -> Result<Self, KeyError> {
        let pair = minisign::KeyPair::generate_unencrypted_keypair();
        let pair = pair.map_err(|error| KeyError::NotMade(error.to_string()))?;
        Ok(Self { secret: pair.sk, public: pair.pk })
    }

    /// Understands the text of a secret key, and tries it: one that cannot sign must show before it is needed.
    ///
    /// # Errors
    ///
    /// When it is none, a password protects it, or it does not work.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let line = text.lines().nth(1).unwrap_or_default().trim();
        let bytes = STANDARD.decode(line).map_err(|_| KeyError::NoSecretKey)?;
        if !bytes.starts_with(b"Ed") {
            return Err(KeyError::NoSecretKey);
        }
        if bytes.get(ENCRYPTION).is_some_and(|algorithm| algorithm != [0, 0]) {
            return Err(KeyError::Encrypted);
        }
        // Minisign leaves the checksum of an open key empty, so it is the trial that shows whether it is whole.
        let secret = minisign::SecretKey::from_bytes(&bytes).map_err(|_| KeyError::NoSecretKey)?;
        let public = minisign::PublicKey::from_secret_key(&secret).map_err(|_| KeyError::NoSecretKey)?;
        let key = Self { secret, public };
        key.sign("trial", "trial").map(|_| key)
    }

    /// The signature of a text, with a comment that it covers too.
    ///
    /// # Errors
    ///
    /// Where the key is damaged, or the machine has no random numbers.
    pub fn sign(&self, text: &str, comment: &str) -> Result<String, KeyError> {
        let untrusted = Some("signature of twilio-audit");
        minisign::sign(Some(&self.public), &self.secret, text.as_bytes(), Some(comment), untrusted)
            .map(|signature| signature.to_string())
            .map_err(|_| KeyError::Damaged)
    }

    /// The text of the secret key.
    ///
    /// # Errors
    ///
    /// Where it cannot be written down.
    pub fn secret_text(&self) -> Result<String, KeyError> {
        let text = self.secret.to_box(Some("twilio-audit secret key, without a password"));
        text.map(|text| text.to_string()).map_err(|error| KeyError::NotMade(error.to_string()))
    }

    /// The public key in one line.
    pub fn public_line(&self) -> String {
        self.public.to_base64()
    }

    /// The text of the public key.
    ///
    /// # Errors
    ///
    /// Where it cannot be written down.
    pub fn public_text(&self) -> Result<String, KeyError> {
        let text = self.public.to_box();
        text.map(|text| text.to_string()).map_err(|error| KeyError::NotMade(error.to_string()))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public_line())
    }
}

impl PublicKey {
    /// Understands the text of a file, or its second line alone.
    ///
    /// # Errors
    ///
    /// When it is no public key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
        minisign::PublicKey::from_base64(line).map(Self).map_err(|_| KeyError::NoPublicKey)
    }

    /// Whether this is the key's signature of these bytes; if not, why, as the rest of a sentence about it.
    pub(super) fn check(&self, bytes: &[u8], signature: &[u8]) -> Result<(), String> {
        let no_signature = || "is no signature of minisign".to_owned();
        let text = std::str::from_utf8(signature).map_err(|_| no_signature())?;
        // The library takes it for granted that the signature of the comment has its length.
        let of_comment = STANDARD.decode(text.lines().nth(3).unwrap_or_default().trim());
        if of_comment.map(|bytes| bytes.len()) != Ok(SIGNATURE_BYTES) {
            return Err(no_signature());
        }
        let signature = minisign::SignatureBox::from_string(text).map_err(|_| no_signature())?;
        if signature.keynum() != self.0.keynum() {
            return Err("is by another key".to_owned());
        }
        let (quiet, output, old_form_too) = (true, false, true);
        minisign::verify(&self.0, &signature, Cursor::new(bytes), quiet, output, old_form_too)
            .map_err(|_| "is not valid: the manifest is not the one that was signed".to_owned())
    }
}
