//! `instr`, `replace` and the three `trim` of two texts, in time linear to them. SQLite's own compare the whole pattern anew at every letter, which
//! takes hours for two long texts, and nothing stops a function while it runs.

use std::borrow::Cow;
use std::collections::HashSet;

use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result};

/// The same arguments give the same answer, and nothing outside is touched.
const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8
    .union(FunctionFlags::SQLITE_DETERMINISTIC)
    .union(FunctionFlags::SQLITE_INNOCUOUS);

/// Puts them in the place of SQLite's.
pub(super) fn register(connection: &Connection) -> Result<()> {
    register_trim(connection, "trim", |text, is_cut| text.trim_matches(is_cut))?;
    register_trim(connection, "ltrim", |text, is_cut| text.trim_start_matches(is_cut))?;
    register_trim(connection, "rtrim", |text, is_cut| text.trim_end_matches(is_cut))?;
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

/// Cuts the letters of the second text off the first, at the ends that `cut` says.
fn register_trim(
    connection: &Connection,
    name: &str,
    cut: impl for<'t> Fn(&'t str, &dyn Fn(char) -> bool) -> &'t str + Send + 'static,
) -> Result<()> {
    connection.create_scalar_function(name, 2, FLAGS, move |context| {
        let (Some(text), Some(letters)) = (text(context, 0)?, text(context, 1)?) else { return Ok(None) };
        let letters: HashSet<char> = letters.chars().collect();
        Ok(Some(cut(&text, &|letter| letters.contains(&letter)).to_owned()))
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
