//! `instr` and `replace` in time linear to their texts. SQLite's own compare the whole pattern anew at every letter, which
//! takes hours for two long texts, and nothing stops a function while it runs.

use std::borrow::Cow;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};

/// The same arguments give the same answer, and nothing outside is touched.
const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// Puts them in the place of SQLite's.
pub(super) fn register(connection: &Connection) -> Result<()> {
    connection.create_scalar_function("instr", 2, FLAGS, |context| {
        let (Some(text), Some(part)) = (text(context, 0)?, text(context, 1)?) else { return Ok(None) };
        let place = text.find(&*part).and_then(|at| text.get(..at)).map(|before| before.chars().count() + 1);
        Ok(Some(i64::try_from(place.unwrap_or(0)).unwrap_or(i64::MAX)))
    })?;
    connection.create_scalar_function("replace", 3, FLAGS, |context| {
        let (text, part, other) = (text(context, 0)?, text(context, 1)?, text(context, 2)?);
        let (Some(text), Some(part), Some(other)) = (text, part, other) else { return Ok(None) };
        if part.is_empty() {
            return Ok(Some(text.into_owned()));
        }
        // How long it becomes is known before it is made.
        let more = text.matches(&*part).count().saturating_mul(other.len());
        if text.len().saturating_add(more) > LONGEST {
            return Err(Error::UserFunctionError("replace() would make a text of more than 8 MiB".into()));
        }
        Ok(Some(text.replace(&*part, &other)))
    })
}

/// The longest text in bytes that is made.
const LONGEST: usize = 8 << 20;

/// An argument as text; none where it is NULL.
fn text<'c>(context: &'c Context<'_>, index: usize) -> Result<Option<Cow<'c, str>>> {
    match context.get_raw(index) {
        ValueRef::Null => Ok(None),
        value @ ValueRef::Text(_) => Ok(Some(Cow::Borrowed(value.as_str()?))),
        ValueRef::Integer(number) => Ok(Some(Cow::Owned(number.to_string()))),
        ValueRef::Real(_) | ValueRef::Blob(_) => {
            Err(Error::UserFunctionError(format!("argument {}: expected a text", index + 1).into()))
        }
    }
}
