//! A row of an answer before anything of it is kept, and why a row cannot be.

use crate::model::AccountSid;
use crate::twilio::{Fields, Malformed, PageError};

/// A larger row is refused: nothing of which Twilio has thousands comes near it.
const MOST_BYTES: usize = 2 << 20;

/// An answer whose rows cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReduceError {
    /// The page itself.
    #[error(transparent)]
    Page(#[from] PageError),
    /// A row is no object.
    #[error("a row is no object")]
    NotAnObject,
    /// A row says something twice: nobody knows which of the two is meant.
    #[error("a row says something twice")]
    Twice,
    /// A row that is larger than any of Twilio's.
    #[error("a row is larger than any of Twilio's")]
    TooLarge,
    /// A row cannot be told from the others.
    #[error("a row has no `{0}`")]
    NoIdentity(&'static str),
    /// A field holds what it cannot hold: an object for a text, or a text that is none.
    #[error("the field `{0}` cannot be read")]
    Unreadable(String),
    /// An answer lacks a part that it always has.
    #[error("the answer has no `{0}`")]
    Lacking(&'static str),
    /// A Studio flow came without a definition that can be read.
    #[error("the flow's definition cannot be read")]
    NoDefinition,
    /// Another thing than the one that was asked for.
    #[error("answered for another resource")]
    AnotherResource,
    /// A row belongs to another account: the credential was not the right one.
    #[error("answered for another account")]
    AnotherAccount,
}

/// A row of an answer: its fields, none of them made into a value yet.
pub(super) struct RawRow<'a>(Fields<'a>);

impl<'a> RawRow<'a> {
    pub(super) fn read(raw: &'a str) -> Result<Self, ReduceError> {
        if raw.len() > MOST_BYTES {
            return Err(ReduceError::TooLarge);
        }
        Ok(Self(Fields::read(raw.as_bytes())?))
    }

    /// Whether the row does not speak of a field at all, though of what it stands in, if it stands in something.
    pub(super) fn lacks(&self, path: &str) -> bool {
        let (name, rest) = parts(path);
        let (Some(raw), Some(rest)) = (self.0.get(name), rest) else { return self.0.get(name).is_none() };
        // What is null has nothing in it, and what is no object at all is refused where it is read.
        Self::read(raw).is_ok_and(|inner| inner.lacks(rest))
    }

    /// The field at a path such as `recording.mode`; nothing when it is absent or null.
    pub(super) fn at(&self, path: &str) -> Result<Option<&'a str>, ReduceError> {
        let (name, rest) = parts(path);
        let Some(raw) = self.0.get(name).filter(|raw| *raw != "null") else {
            return Ok(None);
        };
        match rest {
            Some(rest) => match Self::read(raw) {
                Err(ReduceError::NotAnObject) if !raw.starts_with('{') => {
                    Err(ReduceError::Unreadable(name.to_owned()))
                }
                inner => inner?.at(rest),
            },
            None => Ok(Some(raw)),
        }
    }

    /// The field as text; numbers and yes-no are taken as they are written. What is there and cannot be
    /// read is an error: taken for absent, it would look like something that was never configured.
    pub(super) fn text(&self, path: &str) -> Result<Option<String>, ReduceError> {
        let Some(raw) = self.at(path)? else { return Ok(None) };
        let unreadable = || ReduceError::Unreadable(path.to_owned());
        match raw.as_bytes().first() {
            Some(b'"') => serde_json::from_str(raw).map(Some).map_err(|_| unreadable()),
            Some(b'{' | b'[') | None => Err(unreadable()),
            Some(_) => Ok(Some(raw.to_owned())),
        }
    }
}

/// The first name of a path, and what is under it.
pub(super) fn parts(path: &str) -> (&str, Option<&str>) {
    path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)))
}

impl From<Malformed> for ReduceError {
    fn from(malformed: Malformed) -> Self {
        match malformed {
            Malformed::Other => Self::NotAnObject,
            Malformed::Twice => Self::Twice,
            Malformed::TooMany => Self::TooLarge,
        }
    }
}

/// Where a listing stands: whose it is, and under what.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) account: AccountSid,
    pub(super) parent: String,
}
