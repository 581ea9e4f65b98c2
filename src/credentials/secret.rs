//! A text that must not be printed by accident, and the ways into it that leave no copy behind.

use std::fmt;
use std::io::{self, Read};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use zeroize::{Zeroize as _, Zeroizing};

use crate::model::is_sid;

/// As much is read at once: no less than what standard input would keep a copy of.
const PIECE: usize = 16 << 10;

/// An Auth Token, an API key's secret, or another secret. Overwritten when dropped; `Debug` shows `***`.
///
/// It cannot be printed:
///
/// ```compile_fail,E0277
/// print!("{}", twilio_audit::credentials::Secret::new(String::new()));
/// ```
///
/// It cannot be written as JSON, TOML or anything else:
///
/// ```compile_fail,E0277
/// let _ = serde_json::to_string(&twilio_audit::credentials::Secret::new(String::new()));
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes over `text`, of which nothing is left but this.
    pub fn new(mut text: String) -> Self {
        // Not `text.into()`: where there is room to spare, that may move the text and leave the old one.
        let exact: Box<str> = text.as_str().into();
        text.zeroize();
        Self(SecretString::new(exact))
    }

    /// Takes over what was read.
    ///
    /// # Errors
    /// Where it is not UTF-8.
    pub(super) fn of_bytes(bytes: &Zeroizing<Vec<u8>>) -> io::Result<Self> {
        let text = std::str::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8 text"))?;
        Ok(Self(SecretString::new(text.into())))
    }

    /// All that a reader gives.
    ///
    /// # Errors
    /// Where it cannot be read, is not UTF-8, or has more than `most` bytes.
    pub fn read(reader: impl Read, most: usize) -> io::Result<Self> {
        let (bytes, ended) = read_wiping(reader, most);
        ended?;
        if bytes.len() > most {
            return Err(io::Error::other(format!("it is larger than {} KiB", most >> 10)));
        }
        Self::of_bytes(&bytes)
    }

    /// Without the line break that editors and `echo` leave at its end.
    pub fn without_line_end(self) -> Self {
        Self(SecretString::new(self.reveal().trim_end_matches(['\r', '\n']).into()))
    }

    /// The text itself, for the one place that sends it and the one that stores it.
    pub fn reveal(&self) -> &str {
        self.0.expose_secret()
    }

    /// Refuses what is empty or more than one line: no key, address or password is.
    pub(super) fn check_line(&self) -> Result<(), &'static str> {
        let text = self.reveal();
        if text.is_empty() {
            return Err("is empty");
        }
        if text.chars().any(char::is_control) {
            return Err("contains a line break or another control character");
        }
        Ok(())
    }

    /// Refuses what cannot be a secret of Twilio's. The exact shape is not documented, so only the
    /// slips that people make are caught.
    pub(super) fn check_shape(&self) -> Result<(), &'static str> {
        let text = self.reveal();
        if text.is_empty() {
            return Err("is empty");
        }
        if !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("contains a space or another character that no secret of Twilio's has");
        }
        if ["AC", "SK", "OQ"].iter().any(|prefix| is_sid(text, prefix)) {
            return Err("is a SID; the Auth Token or the API key's secret belongs there");
        }
        Ok(())
    }
}

/// All that a reader gives, up to `most` bytes and a piece more, and how that ended. Every buffer on the way is wiped.
pub(super) fn read_wiping(mut reader: impl Read, most: usize) -> (Zeroizing<Vec<u8>>, io::Result<()>) {
    let (mut text, mut piece) = (Zeroizing::new(Vec::new()), Zeroizing::new(vec![0; PIECE]));
    while text.len() <= most {
        match reader.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => append(&mut text, &piece[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (text, Err(error)),
        }
    }
    (text, Ok(()))
}

/// Appends a piece. Where there is no room for it, what is there moves and its old place is wiped.
pub(crate) fn append(text: &mut Zeroizing<Vec<u8>>, piece: &[u8]) {
    let needed = text.len() + piece.len();
    if needed > text.capacity() {
        let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(2 * text.capacity())));
        larger.extend_from_slice(text);
        *text = larger;
    }
    text.extend_from_slice(piece);
}

/// Straight out of a document, so that there is no text beside it that somebody would have to wipe.
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Secret;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Secret, E> {
                Ok(Secret(SecretString::new(text.into())))
            }

            fn visit_string<E: Error>(self, text: String) -> Result<Secret, E> {
                Ok(Secret::new(text))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static_assertions::assert_not_impl_any!(Secret: fmt::Display, serde::Serialize, PartialEq, Copy);
    static_assertions::assert_not_impl_any!(Secret: AsRef<str>, std::ops::Deref, Into<String>);

    #[test]
    fn what_is_read_in_pieces_is_whole() {
        /// Gives a few bytes at a time, and is interrupted now and then.
        struct Drip<'a>(&'a [u8], usize);
        impl Read for Drip<'_> {
            fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
                self.1 += 1;
                if self.1.is_multiple_of(3) {
                    return Err(io::ErrorKind::Interrupted.into());
                }
                let some = self.0.len().min(7).min(to.len());
                to[..some].copy_from_slice(&self.0[..some]);
                self.0 = &self.0[some..];
                Ok(some)
            }
        }
        let text = "0123456789".repeat(5000);
        let (read, ended) = read_wiping(Drip(text.as_bytes(), 0), 1 << 20);
        assert!(ended.is_ok());
        assert_eq!(Secret::of_bytes(&read).unwrap().reveal(), text);
        let (read, _) = read_wiping(Drip(text.as_bytes(), 0), 100);
        assert!((101..200).contains(&read.len()), "{}", read.len());
    }

    #[test]
    fn it_shows_in_no_debug_text_and_in_no_panic() {
        let held = ("user", Some(Secret::new("c4nary".to_owned())));
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(|_| {}));
        let payload = std::panic::catch_unwind(|| panic!("{held:?}")).unwrap_err();
        std::panic::set_hook(hook);
        assert_eq!(payload.downcast_ref::<String>().unwrap(), r#"("user", Some(***))"#);
    }
}
